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

// The reasons for which a key does not fit a token.
const (
	misfitKeyID     = "key_id"    // another kid
	misfitAlgorithm = "algorithm" // another kty, crv or alg
	misfitFault     = "fault"     // cannot verify anything
)

// A Refusal is a key that does not fit a token, and why.
type Refusal struct {
	Key        *Key
	OtherKeyID bool // the reason is that the key has another kid than the token
	// Text is the reason in words. It may quote the key: escape it before it
	// reaches a terminal.
	Text string
}

// Candidates returns the keys that fit a token, in the order in which to try them:
// those with the token's kid first, then those without a kid (OpenID Connect Core
// section 10.1). Keys are selected by kid, byte for byte, then by kty and crv, then
// by use and key_ops, then by alg; RFC 7515 section 6 leaves the selection to the
// application. The kid of a single key (ParseKey) is ignored.
func (s *Set) Candidates(t *token.Token) []*Key {
	kid, hasKeyID := t.KeyID()
	algorithm := t.Algorithm()
	var candidates, without []*Key
	for _, k := range s.Keys {
		switch reason, _ := k.misfit(algorithm, kid, hasKeyID && !s.single); {
		case reason != "":
		case !hasKeyID || k.HasKeyID: // a key with another kid does not fit
			candidates = append(candidates, k)
		default:
			without = append(without, k)
		}
	}
	return append(candidates, without...)
}

// Refused returns the keys that are not Candidates, in the order of the set. If no
// key fits, mismatch is the key that the token refers to, by its kid or because the
// set has no other, provided that the token's algorithm is the only thing that does
// not fit; otherwise mismatch is nil.
func (s *Set) Refused(t *token.Token) (refused []Refusal, mismatch *Refusal) {
	kid, hasKeyID := t.KeyID()
	unusable := false // the token refers to such a key
	for _, k := range s.Keys {
		reason, text := k.misfit(t.Algorithm(), kid, hasKeyID && !s.single)
		if reason == "" {
			continue
		}
		r := Refusal{Key: k, OtherKeyID: reason == misfitKeyID, Text: text}
		refused = append(refused, r)
		if len(s.Keys) == 1 || hasKeyID && k.HasKeyID && k.KeyID == kid {
			unusable = unusable || reason != misfitAlgorithm
			if mismatch == nil {
				mismatch = &r
			}
		}
	}
	if unusable || len(refused) < len(s.Keys) {
		mismatch = nil
	}
	return refused, mismatch
}

// misfit returns why a key does not fit a token, or empty strings if it fits.
func (k *Key) misfit(algorithm, kid string, hasKeyID bool) (reason, text string) {
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
