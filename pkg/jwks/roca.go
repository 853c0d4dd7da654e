package jwks

import "math/big"

// rocaPrimes returns the odd primes up to 167. The flawed generator made primes
// whose residue modulo each of them is a power of 65537 (Nemec et al., "The
// Return of Coppersmith's Attack", 2017; CVE-2017-15361).
func rocaPrimes() []uint64 {
	return []uint64{
		3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
		101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
	}
}

// hasROCAFingerprint reports whether a modulus is a power of 65537 modulo every
// one of the primes. A sound modulus passes for one once in about 2^27 keys.
func hasROCAFingerprint(modulus *big.Int) bool {
	const generator = 65537
	var remainder, divisor big.Int
	for _, p := range rocaPrimes() {
		want := remainder.Mod(modulus, divisor.SetUint64(p)).Uint64()
		power := uint64(1)
		for tried := uint64(0); power != want; tried++ {
			if tried == p {
				return false
			}
			power = power * generator % p
		}
	}
	return true
}
