package jwks

import (
	"crypto/ed25519"
	"math/big"
	"slices"
)

// onEdwardsCurve tells whether an Ed25519 key encodes a point at all (RFC 8032
// section 5.1.3): a y below the prime, for which x² = (y² − 1) / (d·y² + 1) has
// a solution. Neither crypto/ed25519 nor go-jose asks before the first
// signature, which then fails as if the token were at fault.
func onEdwardsCurve(key ed25519.PublicKey) bool {
	octets := slices.Clone(key)
	slices.Reverse(octets)
	octets[0] &= 0x7f // the sign of x
	one := big.NewInt(1)
	prime := new(big.Int).Sub(new(big.Int).Lsh(one, 255), big.NewInt(19))
	d := new(big.Int).ModInverse(big.NewInt(121666), prime)
	d.Mul(d, big.NewInt(-121665))

	y := new(big.Int).SetBytes(octets)
	square := new(big.Int).Mul(y, y)
	u := new(big.Int).Sub(square, one)
	v := square.Add(square.Mul(square, d), one) // never 0: −1/d is no square
	// u/v is a square if and only if u·v is one.
	return y.Cmp(prime) < 0 && big.Jacobi(u.Mod(u.Mul(u, v), prime), prime) >= 0
}
