package oracle

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/asn1"
	"math/big"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/claimcheck/claimcheck/pkg/verify"
)

func keyOddities() []oddity {
	return []oddity{
		{"signed by another key", func(t *rapid.T, d *draft) bool {
			other := pick(t, "other signer", d.ring.of(d.signer.family)...)
			for _, e := range d.trusted {
				if e.public != nil && sameKey(e.public, other.public()) {
					return false
				}
			}
			if other == d.signer {
				return false
			}
			d.signature = func(input string, _ []byte) []byte { return sign(d.alg, other, input, d.salt, zeros{}) }
			return true
		}},
		ownKey("the key is not for signatures", func(t *rapid.T, d *draft, e *trusted) bool {
			if chance(t, "by use", 2) {
				e.jwk.set("use", pick(t, "wrong use", `"enc"`, `"SIG"`, `""`, `17`))
				return true
			}
			e.jwk.set("key_ops", pick(t, "wrong key_ops", `["encrypt"]`, `["sign"]`, `["verify","verify"]`, `"verify"`, `[17]`))
			return true
		}),
		ownKey("key_ops and use contradict each other", func(_ *rapid.T, _ *draft, e *trusted) bool {
			e.jwk.set("use", `"sig"`)
			e.jwk.set("key_ops", `["verify","encrypt"]`)
			return true
		}),
		ownKey("the key is for another alg", func(t *rapid.T, d *draft, e *trusted) bool {
			alg := pick(t, "alg of the key", append(verify.Algorithms(), "ES521", "RSA-OAEP", "rs256")...)
			if sameAlgorithm(alg, d.alg) {
				return false
			}
			e.jwk.set("alg", quoted(alg))
			return true
		}),
		ownKey("a private key is published", func(_ *rapid.T, _ *draft, e *trusted) bool {
			e.jwk.set("d", quoted(encode(make([]byte, 32))))
			return true
		}),
		ownKey("the key cannot be read", func(t *rapid.T, _ *draft, e *trusted) bool {
			name := "x"
			if e.jwk.has("n") {
				name = "n"
			}
			text := e.jwk.get(name)
			if len(text) < 3 {
				return false
			}
			e.jwk.set(name, pick(t, "unreadable", text[:len(text)-1]+`="`, `"\n`+text[1:], `"AAAA"`, `17`, `null`, `""`))
			e.public = nil
			return true
		}),
		{"a short RSA key", func(_ *rapid.T, d *draft) bool {
			own := d.own()
			if family(d.alg) != "RSA" || d.signer == d.ring.weak || d.salt > 48 || own == nil {
				return false
			}
			weak := trust(d.ring.weak.public(), own.kid)
			own.public, own.jwk, own.broken = weak.public, weak.jwk, ""
			d.signer = d.ring.weak
			return true
		}},
		{"a secret shorter than the hash", func(t *rapid.T, d *draft) bool {
			if !d.symmetric() {
				return false
			}
			d.signer = &key{family: "oct", secret: d.signer.secret[:rapid.IntRange(1, hashOf(d.alg).Size()-1).Draw(t, "octets")]}
			return true
		}},
		{"a curve that is not the algorithm's", func(_ *rapid.T, d *draft) bool {
			if _, ok := d.signer.public().(*ecdsa.PublicKey); !ok || d.alg == "ES512" {
				return false
			}
			d.alg = "ES512" // with room for the numbers of any curve
			d.header.set("alg", `"ES512"`)
			d.policy.Algorithms = nil
			d.bind()
			return true
		}},
		{"an Ed25519 key of low order", func(_ *rapid.T, d *draft) bool {
			own := d.own()
			if d.signer.family != "Ed25519" || d.pem || own == nil {
				return false
			}
			neutral := append([]byte{1}, make([]byte, 31)...) // the neutral element, as key and as R
			low := trust(ed25519.PublicKey(neutral), own.kid)
			own.public, own.jwk = low.public, low.jwk
			d.signature = func(string, []byte) []byte { return append(neutral, make([]byte, 32)...) }
			return true
		}},
		{"several keys under one kid", func(t *rapid.T, d *draft) bool {
			own := d.own()
			if own == nil || d.pem {
				return false
			}
			for _, k := range d.ring.of(d.signer.family) {
				d.trusted = append(d.trusted, trust(k.public(), own.kid))
			}
			d.trusted = rapid.Permutation(d.trusted).Draw(t, "order of keys")
			return true
		}},
		{"a salt of another length", func(t *rapid.T, d *draft) bool {
			salt := rapid.IntRange(1, 60).Draw(t, "salt")
			if !strings.HasPrefix(d.alg, "PS") || salt == d.salt || d.signer == d.ring.weak {
				return false
			}
			d.salt = salt
			return true
		}},
		{"a signature that cannot be right", func(t *rapid.T, d *draft) bool {
			change := pick(t, "change of the signature", signatureChanges()...)
			d.signature = func(_ string, signature []byte) []byte { return change(d, signature) }
			return true
		}},
		{"the other s of an ECDSA signature", func(_ *rapid.T, d *draft) bool {
			public, ok := d.signer.public().(*ecdsa.PublicKey)
			if !ok || d.signature != nil {
				return false
			}
			d.signature = func(_ string, signature []byte) []byte {
				half := len(signature) / 2
				s := new(big.Int).SetBytes(signature[half:])
				return joinPoint(new(big.Int).SetBytes(signature[:half]), s.Sub(public.Params().N, s), half)
			}
			return true
		}},
	}
}

// ownKey makes an oddity of the signer's key in a set.
func ownKey(name string, apply func(*rapid.T, *draft, *trusted) bool) oddity {
	return oddity{name, func(t *rapid.T, d *draft) bool {
		if d.trusted == nil || d.pem || d.own() == nil {
			return false
		}
		return apply(t, d, d.own())
	}}
}

func signatureChanges() []func(*draft, []byte) []byte {
	return []func(*draft, []byte) []byte{
		func(*draft, []byte) []byte { return nil },
		func(_ *draft, s []byte) []byte { return make([]byte, len(s)) },
		func(_ *draft, s []byte) []byte { return s[:len(s)-1] },
		func(_ *draft, s []byte) []byte { return append([]byte{0}, s...) },
		func(_ *draft, s []byte) []byte { return append(s, 0) },
		func(_ *draft, s []byte) []byte { return append(s, s...) },
		func(_ *draft, s []byte) []byte { s[len(s)/2] ^= 1; return s },
		func(d *draft, s []byte) []byte { // S + L of Ed25519, s + n of ECDSA, s + N of RSA
			switch public := d.signer.public().(type) {
			case *rsa.PublicKey:
				return new(big.Int).Add(new(big.Int).SetBytes(s), public.N).Bytes()
			case *ecdsa.PublicKey:
				half := len(s) / 2
				return joinPoint(new(big.Int).SetBytes(s[:half]), new(big.Int).Add(new(big.Int).SetBytes(s[half:]), public.Params().N), half)
			case ed25519.PublicKey:
				l, _ := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
				return append(s[:32], littleEndian(l.Add(l, fromLittleEndian(s[32:])))...)
			default:
				return append(s, 1)
			}
		},
		func(_ *draft, s []byte) []byte { return insertZero(s, len(s)/2) },
		func(_ *draft, s []byte) []byte { return insertZero(insertZero(s, len(s)/2), 0) },
		func(d *draft, s []byte) []byte { // DER, as TLS has it
			half := len(s) / 2
			return must(asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(s[:half]), new(big.Int).SetBytes(s[half:])}))
		},
	}
}

func insertZero(s []byte, at int) []byte { return slices.Insert(slices.Clone(s), at, 0) }

func fromLittleEndian(data []byte) *big.Int { return new(big.Int).SetBytes(reversed(data)) }

func littleEndian(n *big.Int) []byte { return reversed(n.FillBytes(make([]byte, 32))) }

func reversed(data []byte) []byte {
	out := make([]byte, len(data))
	for i, b := range data {
		out[len(data)-1-i] = b
	}
	return out
}

func sameKey(a, b any) bool {
	public, ok := a.(interface{ Equal(crypto.PublicKey) bool })
	return ok && public.Equal(b)
}

// zeros is where the salts of signatures come from that are wrong anyway.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
