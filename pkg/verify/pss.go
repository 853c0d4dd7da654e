package verify

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"encoding/binary"
	"math/big"
)

// pssSalt returns the octets of the salt of a PSS signature that is good but
// for their number, and false for any other signature.
func pssSalt(alg string, public crypto.PublicKey, input string, signature []byte) (int, bool) {
	key, ok := public.(*rsa.PublicKey)
	hash, pss := rsaScheme(alg)
	if !ok || !pss {
		return 0, false
	}
	anyLength := &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthAuto}
	if rsa.VerifyPSS(key, hash, digest(hash, input), signature, anyLength) != nil {
		return 0, false
	}
	return saltLength(key, hash, signature), true
}

// saltLength opens the encoding of a signature that has been verified (RFC 8017
// section 9.1.2, steps 5 to 10): behind the mask, the salt follows the first
// octet that is not zero.
func saltLength(key *rsa.PublicKey, hash crypto.Hash, signature []byte) int {
	bits := key.N.BitLen() - 1
	encoded := new(big.Int).Exp(new(big.Int).SetBytes(signature), big.NewInt(int64(key.E)), key.N)
	em := encoded.FillBytes(make([]byte, (bits+7)/8))
	block, seed := em[:len(em)-hash.Size()-1], em[len(em)-hash.Size()-1:len(em)-1]
	for i, octet := range mask(hash, seed, len(block)) {
		block[i] ^= octet
	}
	block[0] &= 0xff >> (8*len(em) - bits)
	return len(block) - 1 - bytes.IndexByte(block, 1)
}

// mask is MGF1 (RFC 8017 appendix B.2.1).
func mask(hash crypto.Hash, seed []byte, length int) []byte {
	var out []byte
	for counter := uint32(0); len(out) < length; counter++ {
		h := hash.New()
		h.Write(binary.BigEndian.AppendUint32(bytes.Clone(seed), counter))
		out = h.Sum(out)
	}
	return out[:length]
}
