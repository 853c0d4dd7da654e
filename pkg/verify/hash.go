package verify

import (
	"crypto"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"net/url"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

func sameSecret(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// checkHash compares the hash in an ID token with the value that came with the token.
// The claim is the left half of the hash, made with the hash function of the token's
// algorithm (OpenID Connect Core section 3.1.3.6). The value itself never appears in
// the report.
func (v *verification) checkHash(id check, claim, text string) {
	if text == "" {
		v.skip(id)
		return
	}
	d := detail{}
	hash := hashOf(v.token.Algorithm())
	actual, ok := v.requiredText(id, claim, "the token is not bound to anything", &d)
	switch {
	case !ok:
		return
	case hash == 0:
		v.fail(id, ReasonClaimRefused, fmt.Sprintf("no hash is known for algorithm %q", v.token.Algorithm()), d)
		return
	}
	expected := leftHalfHash(hash, text)
	d.expected = strictjson.From(expected)
	if sameSecret(actual, expected) {
		v.passBecause(id, claim+" is its hash", &d)
		return
	}
	message := claim + " is not its hash: the two do not belong together"
	if words, cause := hashCause(hash, actual, text); cause != "" {
		message = claim + " " + words
		d.diagnosis = &Diagnosis{Cause: cause, Found: claim}
	}
	v.fail(id, ReasonClaimRefused, message, d)
}

// hashCause recognises two common mistakes: a hash made with the hash function of
// another algorithm, and a hash of the decoded text when the value is still
// URL-encoded.
func hashCause(hash crypto.Hash, actual, text string) (string, string) {
	for _, other := range [...]crypto.Hash{crypto.SHA256, crypto.SHA384, crypto.SHA512} {
		if other != hash && leftHalfHash(other, text) == actual {
			return fmt.Sprintf("is its %s hash, but the token's algorithm needs %s",
				other, hash), hashOfOtherSize
		}
	}
	if decoded, err := url.QueryUnescape(text); err == nil && decoded != text && leftHalfHash(hash, decoded) == actual {
		return "is the hash of its URL-decoded text: the value was given still URL-encoded", hashOfDecoded
	}
	return "", ""
}

// leftHalfHash returns the left half of the hash of an ASCII text in base64url, as in
// at_hash, c_hash and s_hash (OpenID Connect Core section 3.1.3.6).
func leftHalfHash(hash crypto.Hash, text string) string {
	sum := digest(hash, text)
	return base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
}
