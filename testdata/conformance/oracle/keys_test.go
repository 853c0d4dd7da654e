package oracle

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha256" // registers SHA-256 for crypto.Hash
	_ "crypto/sha512" // registers SHA-384 and SHA-512
	"encoding/asn1"
	"encoding/base64"
	"io"
	"math/big"
	"strings"
	"testing"
	"testing/cryptotest"
)

// key signs tokens: one with a private half, or a shared secret.
type key struct {
	name    string
	family  string // RSA, P-256, P-384, P-521, Ed25519 or oct
	private crypto.Signer
	secret  []byte
}

// public is what golang-jwt verifies with.
func (k *key) public() any {
	if k.secret != nil {
		return k.secret
	}
	return k.private.Public()
}

// ring holds the keys of all families. They are the same in every run, so that
// a failure can be had again.
type ring struct {
	keys []*key
	weak *key // RSA, too short
}

func newRing(t *testing.T) *ring {
	t.Helper()
	cryptotest.SetGlobalRandom(t, 1)
	r := &ring{}
	add := func(name, family string, private crypto.Signer, err error) {
		if err != nil {
			t.Fatal(err)
		}
		r.keys = append(r.keys, &key{name: name, family: family, private: private})
	}
	addRSA := func(name string, bits int) {
		private, err := rsa.GenerateKey(rand.Reader, bits)
		add(name, "RSA", private, err)
	}
	addEC := func(name string, curve elliptic.Curve) {
		private, err := ecdsa.GenerateKey(curve, rand.Reader)
		add(name, curve.Params().Name, private, err)
	}
	addRSA("weak", 1024)
	r.weak, r.keys = r.keys[0], nil
	addRSA("rsa-a", 2048)
	addRSA("rsa-b", 2048)
	addRSA("rsa-c", 3072)
	for _, name := range []string{"-a", "-b"} {
		addEC("p256"+name, elliptic.P256())
		addEC("p384"+name, elliptic.P384())
		addEC("p521"+name, elliptic.P521())
		_, private, err := ed25519.GenerateKey(rand.Reader)
		add("ed"+name, "Ed25519", private, err)
	}
	for _, size := range []int{64, 65, 100} {
		secret := make([]byte, size)
		_, _ = rand.Read(secret)
		r.keys = append(r.keys, &key{name: "secret", family: "oct", secret: secret})
	}
	return r
}

// of returns the keys of a family.
func (r *ring) of(family string) []*key {
	var list []*key
	for _, k := range r.keys {
		if k.family == family {
			list = append(list, k)
		}
	}
	return list
}

// family returns the family of keys that sign with an algorithm.
func family(alg string) string {
	switch {
	case strings.HasPrefix(alg, "HS"):
		return "oct"
	case alg == "ES256":
		return "P-256"
	case alg == "ES384":
		return "P-384"
	case alg == "ES512":
		return "P-521"
	case alg == "EdDSA" || alg == "Ed25519":
		return "Ed25519"
	default:
		return "RSA"
	}
}

// sameAlgorithm reports whether two names mean the same signatures.
func sameAlgorithm(a, b string) bool {
	return a == b || family(a) == "Ed25519" && family(b) == "Ed25519"
}

func familyOf(public any) string {
	switch public := public.(type) {
	case *rsa.PublicKey:
		return "RSA"
	case *ecdsa.PublicKey:
		return public.Curve.Params().Name
	case ed25519.PublicKey:
		return "Ed25519"
	default:
		return "oct"
	}
}

func hashOf(alg string) crypto.Hash {
	switch {
	case strings.HasSuffix(alg, "256"):
		return crypto.SHA256
	case strings.HasSuffix(alg, "384"):
		return crypto.SHA384
	default:
		return crypto.SHA512
	}
}

// coordinate is the number of octets of a coordinate in a signature.
func coordinate(alg string) int {
	return map[string]int{"ES256": 32, "ES384": 48, "ES512": 66}[alg]
}

// sign makes the signature of an algorithm, written here once more instead of
// taken from any of the libraries that are compared. salt is the length of the
// salt of a PSS signature; random is where that comes from.
func sign(alg string, k *key, input string, salt int, random io.Reader) []byte {
	hash := hashOf(alg)
	if k.secret != nil {
		mac := hmac.New(hash.New, k.secret)
		mac.Write([]byte(input))
		return mac.Sum(nil)
	}
	h := hash.New()
	h.Write([]byte(input))
	digest := h.Sum(nil)
	switch private := k.private.(type) {
	case *rsa.PrivateKey:
		if strings.HasPrefix(alg, "PS") {
			return must(rsa.SignPSS(random, private, hash, digest, &rsa.PSSOptions{SaltLength: salt}))
		}
		return must(rsa.SignPKCS1v15(nil, private, hash, digest))
	case *ecdsa.PrivateKey:
		var point struct{ R, S *big.Int }
		must(asn1.Unmarshal(must(private.Sign(nil, digest, hash)), &point)) // no random source: deterministic
		return joinPoint(point.R, point.S, coordinate(alg))
	default:
		return must(k.private.Sign(nil, []byte(input), crypto.Hash(0)))
	}
}

func joinPoint(r, s *big.Int, size int) []byte {
	size = max(size, len(r.Bytes()), len(s.Bytes()))
	out := make([]byte, 2*size)
	r.FillBytes(out[:size])
	s.FillBytes(out[size:])
	return out
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func encode(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

// jwk writes a public key as the members of a JWK.
func jwk(public any) object {
	switch public := public.(type) {
	case *rsa.PublicKey:
		return object{{"kty", `"RSA"`}, {"n", quoted(encode(public.N.Bytes()))}, {"e", quoted(encode(big.NewInt(int64(public.E)).Bytes()))}}
	case *ecdsa.PublicKey:
		point := must(public.Bytes()) // 4, x, y
		half := len(point) / 2
		return object{
			{"kty", `"EC"`}, {"crv", quoted(public.Curve.Params().Name)},
			{"x", quoted(encode(point[1 : 1+half]))}, {"y", quoted(encode(point[1+half:]))},
		}
	case ed25519.PublicKey:
		return object{{"kty", `"OKP"`}, {"crv", `"Ed25519"`}, {"x", quoted(encode(public))}}
	default:
		panic("no public key")
	}
}
