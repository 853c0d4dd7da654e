package verify_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"math/big"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// The benchmarks set a whole verification, from the text to the report, beside
// the bare operation of crypto/rsa, crypto/ecdsa or crypto/ed25519 that is in
// it. The hash of the text counts as part of the bare operation.

func BenchmarkParse(b *testing.B) {
	text := goodToken(b, "rsa", "RS256")
	b.ReportAllocs()
	for b.Loop() {
		if faults := token.Parse(text).Faults(); len(faults) > 0 {
			b.Fatal(faults[0].Text)
		}
	}
}

func BenchmarkVerifyRS256(b *testing.B)   { benchmarkVerify(b, "rsa", "RS256") }
func BenchmarkVerifyES256(b *testing.B)   { benchmarkVerify(b, "ec256", "ES256") }
func BenchmarkVerifyEd25519(b *testing.B) { benchmarkVerify(b, "ed25519", "Ed25519") }

func benchmarkVerify(b *testing.B, key, alg string) {
	text, keys, policy := goodToken(b, key, alg), trust(b, key), goodPolicy()
	b.ReportAllocs()
	for b.Loop() {
		parsed := token.Parse(text)
		if report := verify.Verify(parsed, keys, policy, now); !report.Accepted {
			b.Fatal(report.Err())
		}
	}
}

func BenchmarkBareRS256(b *testing.B) {
	b.ReportAllocs()
	input, signature := signedParts(b, "rsa", "RS256")
	key := privateKey(b, "rsa").Public().Key.(*rsa.PublicKey)
	for b.Loop() {
		sum := sha256.Sum256([]byte(input))
		if rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature) != nil {
			b.Fatal("the signature does not match")
		}
	}
}

func BenchmarkBareES256(b *testing.B) {
	input, signature := signedParts(b, "ec256", "ES256")
	key := privateKey(b, "ec256").Public().Key.(*ecdsa.PublicKey)
	for b.Loop() {
		sum := sha256.Sum256([]byte(input))
		r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
		if !ecdsa.Verify(key, sum[:], r, s) {
			b.Fatal("the signature does not match")
		}
	}
}

func BenchmarkBareEd25519(b *testing.B) {
	input, signature := signedParts(b, "ed25519", "Ed25519")
	key := privateKey(b, "ed25519").Public().Key.(ed25519.PublicKey)
	for b.Loop() {
		if !ed25519.Verify(key, []byte(input), signature) {
			b.Fatal("the signature does not match")
		}
	}
}

func signedParts(b *testing.B, key, alg string) (input string, signature []byte) {
	parsed := token.Parse(goodToken(b, key, alg))
	if faults := parsed.Faults(); len(faults) > 0 {
		b.Fatal(faults[0].Text)
	}
	return parsed.SigningInput(), parsed.Signature()
}
