package jwks

import (
	"fmt"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/token"
)

// KeyType returns the kty and the crv, empty for RSA, of the public keys that a
// signature algorithm is used with, and false for an algorithm that is not a known
// asymmetric one (RFC 7518 section 3.1, RFC 8037 section 3.1, RFC 9864 section 2.2).
func KeyType(algorithm string) (kty, curve string, ok bool) {
	switch algorithm {
	case "RS256", "RS384", "RS512", "PS256", "PS384", "PS512":
		return "RSA", "", true
	case "ES256":
		return "EC", "P-256", true
	case "ES384":
		return "EC", "P-384", true
	case "ES512":
		return "EC", "P-521", true
	case "EdDSA", "Ed25519":
		return "OKP", "Ed25519", true
	default:
		return "", "", false
	}
}

// misfit is the kind of reason for which a key does not fit a token.
type misfit string

// The reasons for which a key does not fit a token.
const (
	misfitKeyID     misfit = "key_id"    // another kid
	misfitAlgorithm misfit = "algorithm" // another kty, crv or alg
	misfitFault     misfit = "fault"     // not fit to verify anything
)

// A Refusal is a key that does not fit a token, and why.
type Refusal struct {
	Key        *Key
	OtherKeyID bool // the reason is that the key has another kid than the token
	// Intended says that it is this key which the token means: it has the token's kid,
	// or is the only key of the set.
	Intended bool
	// Text is the reason in words. It may quote the key: escape it before it
	// reaches a terminal.
	Text string

	reason misfit
}

// A Selection is the outcome of looking for the key of a token.
type Selection struct {
	// Candidates are the keys that fit, in the order in which to try them:
	// those with the token's kid, then those without any (OpenID Connect Core
	// section 10.1).
	Candidates []*Key

	set   *Set
	token *token.Token
}

// Candidates selects the keys that fit a token: by kid, byte for byte, then
// kty and crv, then use and key_ops, then alg, as RFC 7515 section 6 leaves to
// the application. The kid of a key that was given alone (ParseKey) is not compared.
func (s *Set) Candidates(t *token.Token) Selection {
	selection := Selection{set: s, token: t}
	kid, hasKeyID := t.KeyID()
	algorithm := t.Algorithm()
	var without []*Key
	for _, k := range s.Keys {
		reason, _ := k.misfit(algorithm, kid, hasKeyID && !s.single)
		switch {
		case reason != "":
		case !hasKeyID || k.HasKeyID: // no other kid than the token's fits
			selection.Candidates = append(selection.Candidates, k)
		default:
			without = append(without, k)
		}
	}
	selection.Candidates = append(selection.Candidates, without...)
	return selection
}

// Refused returns all other keys, in the order of the set, and the one of them that the
// token means, if there are no candidates and nothing but the token's algorithm speaks
// against it; else nil. The reasons are put together on each call: keep the result.
func (s Selection) Refused() (refused []Refusal, mismatch *Refusal) {
	kid, hasKeyID := s.token.KeyID()
	for _, k := range s.set.Keys {
		reason, text := k.misfit(s.token.Algorithm(), kid, hasKeyID && !s.set.single)
		if reason == "" {
			continue
		}
		refused = append(refused, Refusal{
			Key: k, OtherKeyID: reason == misfitKeyID, Text: text, reason: reason,
			Intended: len(s.set.Keys) == 1 || hasKeyID && k.HasKeyID && k.KeyID == kid,
		})
	}
	if len(s.Candidates) > 0 {
		return refused, nil
	}
	for i := range refused {
		switch r := &refused[i]; {
		case r.Intended && r.reason != misfitAlgorithm:
			return refused, nil
		case r.Intended && mismatch == nil:
			mismatch = r
		}
	}
	return refused, mismatch
}

func (k *Key) misfit(algorithm, kid string, hasKeyID bool) (misfit, string) {
	if hasKeyID && k.HasKeyID && k.KeyID != kid {
		return misfitKeyID, "it has another kid"
	}
	kty, curve, known := KeyType(algorithm)
	switch {
	case k.Fault != nil && (k.Public == nil || k.Fault.Code == faultPrivate):
		return misfitFault, k.Fault.Text
	case !known:
		return misfitAlgorithm, fmt.Sprintf("no public key is for algorithm %q", algorithm)
	case k.Type != kty || k.Curve != curve:
		return misfitAlgorithm, fmt.Sprintf("the key is %s, algorithm %s needs %s", k.Kind(), algorithm, keyTypeText(kty, curve))
	case k.Fault != nil:
		return misfitFault, k.Fault.Text
	case k.Algorithm != "" && !sameAlgorithm(k.Algorithm, algorithm): // a key need not have one
		return misfitAlgorithm, fmt.Sprintf("the key is for algorithm %q, the token says %q", k.Algorithm, algorithm)
	}
	return "", ""
}

// keyTypeText says it in words: "an RSA key", "an EC P-256 key".
func keyTypeText(kty, curve string) string {
	return "an " + strings.TrimSpace(kty+" "+curve) + " key"
}

// sameAlgorithm reports whether two names are of one algorithm: with a key on
// Ed25519, the only such curve that is supported, EdDSA and Ed25519 are (RFC 9864
// section 2.2), and issuers change them at different times.
func sameAlgorithm(a, b string) bool {
	edwards := func(name string) bool { return name == "EdDSA" || name == "Ed25519" }
	return a == b || edwards(a) && edwards(b)
}
