package verify

import (
	"fmt"
	"slices"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/token"
)

// AsymmetricAlgorithms returns the signature algorithms that public keys verify
// (RFC 7518 section 3.1, RFC 8037 section 3.1, RFC 9864 section 2.2).
func AsymmetricAlgorithms() []string {
	return []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
}

// SecretAlgorithms returns the algorithms that a secret verifies (RFC 7518
// section 3.2).
func SecretAlgorithms() []string { return []string{"HS256", "HS384", "HS512"} }

func isHMAC(alg string) bool { return slices.Contains(SecretAlgorithms(), alg) }

// checkAlgorithm judges alg before any key is looked for: it has to be a known
// one, of the sort of the trusted keys, and among those that are allowed.
func (v *verification) checkAlgorithm() {
	header := v.token.Header()
	switch {
	case !header.Exists():
		v.skip(CheckAlgorithm, "there is no header to read it from")
		return
	case v.token.Form() == token.FormJWE || v.token.Form() == token.FormJWEJSON:
		v.skip(CheckAlgorithm, "that of an encrypted token is not one of signatures")
		return
	}
	alg, ok := header.Get("alg").Text()
	_, symmetric := v.keys.(*Secret)
	switch {
	case !header.Get("alg").Exists():
		v.failAlgorithm("the header has no alg", nil)
	case !ok:
		v.failAlgorithm("alg is not a string", nil)
	case strings.EqualFold(alg, "none"):
		v.failAlgorithm(fmt.Sprintf("the token is unsigned: alg is %q", alg), &Diagnosis{Kind: Unsigned})
	case isHMAC(alg) && !symmetric:
		v.failAlgorithm(fmt.Sprintf("%s is signed with a shared secret, but only public keys are trusted here", alg),
			&Diagnosis{Kind: SecretNeeded, Found: alg})
	case !isHMAC(alg) && symmetric:
		v.failAlgorithm(fmt.Sprintf("alg is %q, but a shared secret verifies only HS256, HS384 and HS512", alg),
			&Diagnosis{Kind: PublicKeyNeeded, Found: alg})
	case !symmetric && !isAsymmetric(alg):
		v.failAlgorithm(fmt.Sprintf("the algorithm %q is not supported", alg), nil)
	case len(v.policy.Algorithms) > 0 && !slices.Contains(v.policy.Algorithms, alg):
		v.failAlgorithm(fmt.Sprintf("the token says %s; allowed is %s", alg, join(v.policy.Algorithms)),
			&Diagnosis{Kind: AlgorithmExcluded, Found: alg, Names: v.policy.Algorithms})
	default:
		v.algorithmOK = true
		v.pass(CheckAlgorithm, algorithmNote(alg))
		v.checkAdvertised(alg)
	}
}

func isAsymmetric(alg string) bool {
	_, known := jwks.Require(alg)
	return known
}

func algorithmNote(alg string) string {
	if alg == "EdDSA" {
		return "EdDSA; the name is deprecated, Ed25519 says it exactly (RFC 9864)"
	}
	return alg
}

func (v *verification) failAlgorithm(message string, diagnosis *Diagnosis) {
	v.report.add(Check{
		ID: CheckAlgorithm, Status: Failed, Reason: ReasonAlgorithmRefused, Actual: v.token.Header().Get("alg"),
		Message: message, Diagnosis: diagnosis,
	})
}

// checkAdvertised compares with id_token_signing_alg_values_supported, which is
// about ID tokens; for other kinds an issuer may well use another algorithm.
func (v *verification) checkAdvertised(alg string) {
	advertised := v.policy.AdvertisedAlgorithms
	switch {
	case advertised == nil:
		v.skip(CheckAdvertised, "no metadata to compare with")
	case slices.ContainsFunc(advertised, func(name string) bool { return jwks.SameAlgorithm(name, alg) }):
		v.pass(CheckAdvertised, "the metadata advertises "+alg)
	default:
		c := Check{
			ID: CheckAdvertised, Status: Warning, Reason: ReasonAlgorithmRefused,
			Expected: strictjson.Strings(advertised), Actual: strictjson.String(alg),
			Message: fmt.Sprintf("the metadata advertises %s for ID tokens, not %s", join(advertised), alg),
		}
		if v.policy.Kind == KindID {
			c.Status = Failed
		}
		v.report.add(c)
	}
}

// join writes a list for people: "a, b and c".
func join(list []string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:len(list)-1], ", ") + " and " + list[len(list)-1]
}
