package jwks_test

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"math/big"
	"slices"
	"testing"
)

// edwardsY is the encoding of a small y. For 2 there is no x on the curve.
func edwardsY(y byte) []byte {
	octets := make([]byte, 32)
	octets[0] = y
	return octets
}

// edwardsPrimePlus is the encoding of 2^255 − 19 + n, which is not canonical
// even where the y that it stands for, n, is on the curve, as 3 is.
func edwardsPrimePlus(n int64) []byte {
	y := new(big.Int).Lsh(big.NewInt(1), 255)
	octets := y.Add(y, big.NewInt(n-19)).FillBytes(make([]byte, 32))
	slices.Reverse(octets)
	return octets
}

// edwardsPEM is the PEM of octets as an Ed25519 key, whatever they are (RFC
// 8410 section 4).
func edwardsPEM(t *testing.T, octets []byte) string {
	t.Helper()
	der, err := asn1.Marshal(struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}{
		pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 3, 101, 112}},
		asn1.BitString{Bytes: octets, BitLength: 8 * len(octets)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return pemText("PUBLIC KEY", der)
}

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	octets, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return octets
}
