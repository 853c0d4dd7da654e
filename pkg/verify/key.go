package verify

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/token"
)

// checkSignature finds the key and checks the signature with it.
func (v *verification) checkSignature() {
	switch keys := v.keys.(type) {
	case *Secret:
		if v.signable() && keys != nil {
			v.checkBySecret(keys)
			return
		}
	case *PublicKeys:
		if v.signable() && keys != nil && keys.Set != nil {
			v.checkByPublicKeys(keys)
			return
		}
	}
	if v.signable() && v.report.weightiest(Reasons()) == "" { // else nobody may have looked for keys
		v.fail(CheckKey, ReasonNoMatchingKey, "there are no trusted keys to look in", nil)
	} else {
		v.skip(CheckKey, "not looked for")
	}
	v.skip(CheckSignature, v.whyNotSigned())
}

// signable tells whether there is a signature that a key could be tried on.
func (v *verification) signable() bool {
	return v.algorithmOK && v.token.SigningInput() != "" && !v.token.Faulty(token.AreaEncoding)
}

func (v *verification) whyNotSigned() string {
	switch {
	case v.token.SigningInput() == "" || v.token.Faulty(token.AreaEncoding):
		return "there is no signature that could be checked"
	case !v.algorithmOK:
		return "not checked with an algorithm that is refused"
	default:
		return "no keys to check it with"
	}
}

func (v *verification) checkBySecret(secret *Secret) {
	alg := v.token.Algorithm()
	v.report.Key = &KeyInfo{Type: "oct", Algorithm: alg, Bits: 8 * len(secret.value), Source: secret.source}
	if size := hashOf(alg).Size(); len(secret.value) < size {
		v.fail(CheckKey, ReasonNoMatchingKey,
			fmt.Sprintf("the secret has %d octets; %s needs at least %d", len(secret.value), alg, size),
			&Diagnosis{Kind: ShortSecret, Found: alg})
		v.skip(CheckSignature, "no key to check it with")
		return
	}
	v.pass(CheckKey, "the secret that was given")
	if !verifyHMAC(alg, secret.value, v.token.SigningInput(), v.token.Signature()) {
		v.failSignature("the signature does not match the secret", &Diagnosis{Kind: OtherSecret})
		return
	}
	v.pass(CheckSignature, alg+" by the secret")
}

func (v *verification) checkByPublicKeys(keys *PublicKeys) {
	v.checkKeySet(keys.Set)
	selection := keys.Set.Candidates(v.token)
	if len(selection.Candidates) == 0 {
		v.failKey(keys.Set, selection)
		v.skip(CheckSignature, "no key to check it with")
		return
	}
	tried := atMost(selection.Candidates, maxTried)
	for _, k := range tried {
		if verifySignature(v.token.Algorithm(), k.Public(), v.token.SigningInput(), v.token.Signature()) {
			v.key, v.report.Key = k, v.describe(k, keys)
			v.passKey(k, selection)
			v.pass(CheckSignature, v.token.Algorithm()+" by key "+k.Name())
			return
		}
	}
	first := selection.Candidates[0]
	v.report.Key = v.describe(first, keys)
	v.passKey(first, selection)
	if n := len(selection.Candidates); n > len(tried) {
		v.failSignature(fmt.Sprintf("the signature matches none of the first %d keys that fit; the other %d were not tried: the token needs a kid",
			len(tried), n-len(tried)), nil)
		return
	}
	v.explainBadSignature(keys.Set, tried)
}

// maxTried is how many keys a signature is tried with: a set of a thousand large
// ones must not cost minutes.
const maxTried = 32

func atMost(keys []*jwks.Key, n int) []*jwks.Key { return keys[:min(len(keys), n)] }

func (v *verification) describe(k *jwks.Key, keys *PublicKeys) *KeyInfo {
	return &KeyInfo{
		KeyID: k.KeyID, HasKeyID: k.HasKeyID, Type: k.Type, Curve: k.Curve, Algorithm: v.token.Algorithm(),
		Bits: k.Bits, Thumbprint: k.Thumbprint, Source: keys.Source, AgeSeconds: keys.AgeSeconds,
	}
}

// passKey reports the key that was used, with what is odd about the choice.
func (v *verification) passKey(k *jwks.Key, selection jwks.Selection) {
	kid, named := v.token.KeyID()
	switch {
	case named && k.HasKeyID && k.KeyID != kid: // it was given alone
		v.warn(CheckKey, ReasonClaimRefused,
			fmt.Sprintf("the token has kid %q and the key %q; not compared, because the key was given alone", kid, k.KeyID))
	case len(selection.Candidates) > 1 && !named:
		v.warn(CheckKey, ReasonClaimRefused,
			fmt.Sprintf("the token has no kid, and %d keys fit; the issuer should send kid", len(selection.Candidates)))
	case len(selection.Candidates) > 1 && !k.HasKeyID:
		v.warn(CheckKey, ReasonClaimRefused,
			fmt.Sprintf("the token has kid %q, and key number %d has none; the issuer should give it one", kid, k.Position))
	case countNamed(selection.Candidates) > 1:
		v.warn(CheckKey, ReasonClaimRefused,
			fmt.Sprintf("kid %q is ambiguous: %d keys have it and fit", kid, countNamed(selection.Candidates)))
	case len(k.Warnings) > 0:
		v.warn(CheckKey, ReasonClaimRefused, fmt.Sprintf("key %s: %s", k.Name(), join(k.Warnings)))
	default:
		v.pass(CheckKey, k.Kind()+", key "+k.Name())
	}
	v.checkCertificate(k)
}

// countNamed counts the candidates that have the token's kid: keys without one
// are only there to fall back on.
func countNamed(candidates []*jwks.Key) int {
	named := 0
	for _, k := range candidates {
		if k.HasKeyID {
			named++
		}
	}
	return named
}

func (v *verification) checkCertificate(k *jwks.Key) {
	c := k.Certificate
	switch {
	case c == nil:
		return
	case k.CertificateMismatch:
		v.fail(CheckCertificate, ReasonClaimRefused, "the certificate in x5c is for another key", nil)
	case v.now.Before(c.NotBefore):
		v.warn(CheckCertificate, ReasonClaimRefused, "the key's certificate is not valid before "+formatTime(c.NotBefore))
	case v.now.After(c.NotAfter):
		v.warn(CheckCertificate, ReasonClaimRefused, "the key's certificate expired at "+formatTime(c.NotAfter))
	default:
		v.pass(CheckCertificate, "valid until "+formatTime(c.NotAfter))
	}
}

// checkKeySet says what is wrong with the other keys. Keys for encryption and
// keys of unknown types belong in a set; the rest is a defect of the issuer.
func (v *verification) checkKeySet(set *jwks.Set) {
	var defects []string
	for _, k := range set.Keys {
		if f := k.Fault; f != nil && f.Code != jwks.FaultUnsupported && !k.OtherPurpose() {
			defects = append(defects, fmt.Sprintf("key %s: %s", k.Name(), f.Text))
		}
	}
	if len(defects) == 0 {
		v.pass(CheckKeySet, fmt.Sprintf("%d of %d keys can verify signatures", len(set.Usable()), len(set.Keys)))
		return
	}
	v.report.add(Check{
		ID: CheckKeySet, Status: Warning, Reason: ReasonNoMatchingKey, Actual: strictjson.Strings(defects),
		Message: fmt.Sprintf("%d of %d keys must not be used: %s", len(defects), len(set.Keys), join(defects)),
	})
}

// failKey tells an algorithm that is not the key's from a key that is not there.
func (v *verification) failKey(set *jwks.Set, selection jwks.Selection) {
	kid, named := v.token.KeyID()
	alg := v.token.Algorithm()
	var fitting []jwks.Refusal // those that the kid does not rule out
	for _, r := range selection.Refused {
		if !r.OtherKeyID {
			fitting = append(fitting, r)
		}
	}
	mismatch, found := selection.Mismatch()
	switch {
	case len(set.Keys) == 0:
		v.fail(CheckKey, ReasonNoMatchingKey, "the key set is empty", nil)
	case len(fitting) == 0, named && len(set.KeyIDs()) > 0 && !slices.Contains(set.KeyIDs(), kid):
		v.report.add(Check{
			ID: CheckKey, Status: Failed, Reason: ReasonNoMatchingKey,
			Expected: strictjson.String(kid), Actual: strictjson.Strings(set.KeyIDs()),
			Message:   fmt.Sprintf("kid %q is not in the key set, which has %s", kid, quoteAll(set.KeyIDs())),
			Diagnosis: &Diagnosis{Kind: KeyIDUnknown, Found: kid, Names: set.KeyIDs()},
		})
	case found:
		v.fail(CheckKey, ReasonAlgorithmRefused, fmt.Sprintf("key %s does not go with the token: %s", mismatch.Key.Name(), mismatch.Text),
			&Diagnosis{Kind: KeyOfOtherType, Found: alg})
	default:
		var why []string
		for _, r := range fitting {
			why = append(why, fmt.Sprintf("key %s: %s", r.Key.Name(), r.Text))
		}
		message := "no key in the set fits the token: " + join(why)
		if named && len(fitting) == 1 {
			message = why[0]
		}
		v.fail(CheckKey, ReasonNoMatchingKey, message, &Diagnosis{Kind: KeysUnusable, Names: why})
	}
}

func quoteAll(list []string) string {
	const most = 10
	quoted := make([]string, 0, most+1)
	for i, s := range list {
		if i == most {
			quoted = append(quoted, fmt.Sprintf("%d more", len(list)-most))
			break
		}
		quoted = append(quoted, strconv.Quote(s))
	}
	return join(quoted)
}

func formatTime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
