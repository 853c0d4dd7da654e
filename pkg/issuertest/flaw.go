package issuertest

import (
	"fmt"
	"slices"
	"time"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// A Flaw is a way in which a token can be wrong on purpose.
type Flaw struct {
	Name   string
	About  string
	Reason verify.Reason // why a verifier must refuse the token
	// Audience is the audience that a verifier must expect, unless Needs has
	// "any_audience". Only Minter.Flaws sets it.
	Audience string
	// Needs are what a verifier must require to notice the flaw, besides issuer and
	// audience. Most flaws need nothing. They are the kind of token ("access", "id",
	// "logout"), "max_age" (15 minutes), "nonce" ("the-nonce"), "client" (the
	// minter's), "scope" ("openid"), and "any_audience" for a token without an
	// audience.
	Needs []string

	parts     []string    // what it changes; two flaws of one part contradict each other
	as        verify.Kind // the kind of token it starts from, or empty for the one asked for
	publicKey bool        // it is about public keys: a secret cannot have it
	apply     func(*draft) error
}

// Flaws returns every flaw, in the order of the checks that detect it. Minter.Flaws
// returns those that a given token can have.
func Flaws() []Flaw {
	return slices.Concat(formFlaws(), signatureFlaws(), claimFlaws(), requiredFlaws())
}

// because sets the reason with which flaws are rejected and, for those that do not
// set it, the part of the token that they change.
func because(reason verify.Reason, part string, flaws ...Flaw) []Flaw {
	for i := range flaws {
		if flaws[i].Reason = reason; flaws[i].parts == nil {
			flaws[i].parts = []string{part}
		}
	}
	return flaws
}

// formFlaws returns the flaws that make a token malformed.
func formFlaws() []Flaw {
	return slices.Concat(
		because(verify.ReasonMalformed, partForm,
			Flaw{Name: "truncated", About: "cut off after the second segment", apply: after(cutOff)},
			Flaw{Name: "padded", About: "base64url with padding, as AWS ALB writes it", apply: after(pad)},
			Flaw{Name: "line-break", About: "a line break inside the payload", apply: after(breakLine)},
			Flaw{Name: "trailing-bits", About: "the last character of the signature has spare bits set", apply: after(trailingBits)},
			Flaw{Name: "json-form", About: "the JSON serialisation of the same token", apply: after(jsonForm)}),
		because(verify.ReasonMalformed, partPayload,
			Flaw{Name: "duplicate-claim", About: "sub twice, first somebody else's", apply: rewrite(func(payload string) string { return `{"sub":"somebody-else",` + payload[1:] })},
			Flaw{Name: "claims-array", About: "the claims set is inside an array", apply: rewrite(func(payload string) string { return "[" + payload + "]" })},
			Flaw{Name: "invalid-utf8", About: "a claim holds a byte that is not UTF-8", apply: rewrite(func(payload string) string { return payload[:len(payload)-1] + ",\"note\":\"\xff\"}" })}),
		because(verify.ReasonMalformed, partCritical,
			Flaw{Name: "crit", About: "an unknown critical header extension", apply: func(d *draft) error {
				d.header.set("crit", []string{"urn:example:unknown"}, "urn:example:unknown", true)
				return nil
			}}),
	)
}

// signatureFlaws returns the flaws of algorithm, key and signature.
func signatureFlaws() []Flaw {
	both := []string{partAlgorithm, partKeyID}
	return slices.Concat(
		because(verify.ReasonAlgorithmRefused, partAlgorithm,
			Flaw{Name: "alg-none", About: "not signed at all, alg none", apply: unsigned("none")},
			Flaw{Name: "alg-none-case", About: "not signed at all, alg nOnE, which slips past a comparison with none", apply: unsigned("nOnE")},
			Flaw{Name: "hs-confusion", About: "HS256, with the issuer's public key as the secret", publicKey: true, apply: confuse},
			Flaw{Name: "alg-mismatch", About: "signed with another algorithm than the published key is for", publicKey: true, apply: mismatch}),
		because(verify.ReasonNoMatchingKey, partAlgorithm,
			Flaw{Name: "unknown-kid", About: "signed with a key that the issuer does not publish, under its own kid", publicKey: true, parts: both,
				apply: stranger(func(d *draft) { d.header.set("kid", d.key.ID) })}),
		because(verify.ReasonBadSignature, partAlgorithm,
			Flaw{Name: "no-kid", About: "signed with a key that the issuer does not publish, without a kid", parts: both,
				apply: stranger(func(d *draft) { d.header.remove("kid") })},
			Flaw{Name: "stranger", About: "signed with a stranger's key, under the kid of the issuer's key", apply: stranger(func(*draft) {})},
			Flaw{Name: "embedded-jwk", About: "signed with a stranger's key, which the header embeds as jwk", publicKey: true,
				apply: stranger(func(d *draft) { d.header.set("jwk", d.key.jwk()) })},
			Flaw{Name: "jku", About: "signed with a stranger's key, which jku in the header links to", publicKey: true,
				apply: stranger(func(d *draft) { d.header.set("jku", "https://attacker.example/jwks.json") })},
			Flaw{Name: "bad-signature", About: "one bit of the signature is flipped", apply: after(flip)},
			Flaw{Name: "tampered-payload", About: "a claim was changed after signing", apply: after(tamper)}),
	)
}

// claimFlaws returns the flaws of issuer, audience and times.
func claimFlaws() []Flaw {
	none := strictjson.Value{}
	return slices.Concat(
		because(verify.ReasonWrongIssuer, "iss",
			Flaw{Name: "wrong-issuer", About: "from another issuer", apply: set("iss", "https://other-issuer.example")},
			Flaw{Name: "issuer-slash", About: "the issuer with a trailing slash added or removed", apply: set("iss", otherSlash)},
			Flaw{Name: "missing-iss", About: "no issuer", apply: set("iss", none)}),
		because(verify.ReasonWrongAudience, "aud",
			Flaw{Name: "wrong-audience", About: "for another API", apply: set("aud", "another-api")},
			Flaw{Name: "audience-prefix", About: "for an API whose name begins with yours", apply: set("aud", func(d *draft) any { return d.audience + "-2" })},
			Flaw{Name: "missing-aud", About: "no audience", apply: set("aud", none)}),
		because(verify.ReasonExpired, "exp",
			Flaw{Name: "expired", About: "expired an hour ago", parts: []string{"exp", "iat"}, apply: expire},
			Flaw{Name: "missing-exp", About: "never expires: no exp", apply: set("exp", none)},
			Flaw{Name: "null-exp", About: "exp is null", apply: set("exp", nil)},
			Flaw{Name: "string-exp", About: "exp is a string", apply: set("exp", func(d *draft) any { return fmt.Sprint(ago(-time.Hour)(d)) })}),
		because(verify.ReasonNotYetValid, "nbf",
			Flaw{Name: "milliseconds", About: "all times in milliseconds, as in JavaScript", parts: []string{"exp", "iat", "nbf", "auth_time"}, apply: milliseconds},
			Flaw{Name: "not-yet-valid", About: "nbf is an hour from now", apply: set("nbf", ago(-time.Hour))},
			Flaw{Name: "future-iat", About: "issued an hour from now", parts: []string{"iat", "exp"}, apply: set("iat", ago(-time.Hour), "exp", ago(-2*time.Hour))}),
	)
}

// requiredFlaws returns the flaws of a token's kind and of claims that a verifier may
// require.
func requiredFlaws() []Flaw {
	expected := func(d *draft) any { return d.audience }
	return slices.Concat(
		because(verify.ReasonClaimRefused, partKind,
			Flaw{Name: "id-as-access", About: "an ID token for the API, where an access token is expected", Needs: []string{"access"}, as: verify.KindID, apply: set("aud", expected)},
			Flaw{Name: "access-as-id", About: "an access token, where an ID token is expected", Needs: []string{"id"}, as: verify.KindAccess, apply: set("aud", expected)},
			Flaw{Name: "logout-as-access", About: "a logout token, where an access token is expected", as: verify.KindLogout, apply: set("aud", expected)},
			Flaw{Name: "wrong-nonce", About: "an ID token of another login: the nonce differs", Needs: []string{"nonce"}, as: verify.KindID,
				parts: []string{partKind, "nonce"}, apply: set("aud", expected, "nonce", "another-nonce")},
			Flaw{Name: "wrong-client", About: "issued to another client", Needs: []string{"client"}, parts: []string{"client"}, apply: otherClient},
			Flaw{Name: "missing-scope", About: "without the scope", Needs: []string{"scope"}, parts: []string{"scope"}, apply: set("scope", strictjson.Value{}, "scp", strictjson.Value{})},
			Flaw{Name: "empty-sub", About: "an ID token about nobody: sub is empty", Needs: []string{"id"}, as: verify.KindID,
				parts: []string{partKind, "sub"}, apply: set("aud", expected, "sub", "")}),
		because(verify.ReasonReauthentication, "auth_time",
			Flaw{Name: "stale-auth-time", About: "the user logged in a day ago", Needs: []string{"max_age"}, apply: set("auth_time", ago(24*time.Hour))},
			Flaw{Name: "future-auth-time", About: "the user logs in an hour from now", Needs: []string{"max_age"}, apply: set("auth_time", ago(-time.Hour))},
			Flaw{Name: "missing-auth-time", About: "nothing says when the user logged in", Needs: []string{"max_age"}, apply: set("auth_time", strictjson.Value{})}),
	)
}

// findFlaws returns flaws by their names. Two that change the same part of a
// token contradict each other.
func findFlaws(names []string) ([]Flaw, error) {
	all := Flaws()
	found := []Flaw{}
	taken := map[string]string{}
	for _, name := range names {
		i := slices.IndexFunc(all, func(f Flaw) bool { return f.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("no flaw is named %q", name)
		}
		for _, part := range all[i].parts {
			switch other := taken[part]; {
			case other == name:
				return nil, fmt.Errorf("flaw %s is given twice", name)
			case other != "":
				return nil, fmt.Errorf("flaws %s and %s contradict each other: both change the %s", other, name, part)
			}
			taken[part] = name
		}
		found = append(found, all[i])
	}
	slices.SortStableFunc(found, func(a, b Flaw) int { return a.rank() - b.rank() })
	return found, nil
}

// The parts of a token that flaws change.
const (
	partForm      = "form"
	partPayload   = "payload text"
	partAlgorithm = "algorithm and signature"
	partKeyID     = "kid"
	partCritical  = "crit"
	partKind      = "kind"
)

// rank puts flaws that set claims before those that replace the payload's text, or
// the signature.
func (f Flaw) rank() int {
	switch {
	case slices.Contains(f.parts, partForm):
		return 3
	case slices.Contains(f.parts, partAlgorithm):
		return 2
	case slices.Contains(f.parts, partPayload):
		return 1
	default:
		return 0
	}
}
