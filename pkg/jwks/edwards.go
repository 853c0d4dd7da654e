package jwks

import (
	"bytes"
	"crypto/ed25519"

	"filippo.io/edwards25519"
)

// onEdwardsCurve reports whether an Ed25519 key is the canonical encoding of a
// point (RFC 8032 section 5.1.3). Neither crypto/ed25519 nor go-jose asks before
// the first signature, which then fails as if the token were at fault.
func onEdwardsCurve(key ed25519.PublicKey) bool {
	point, err := new(edwards25519.Point).SetBytes(key)
	return err == nil && bytes.Equal(point.Bytes(), key)
}
