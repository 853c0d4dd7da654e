package cmd

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// rawSignature signs as RFC 7518 says, with the standard library, so that
// headers can be signed that no JOSE library would write.
func rawSignature(key jose.JSONWebKey, alg string, input []byte) ([]byte, error) {
	hash := map[string]crypto.Hash{"256": crypto.SHA256, "384": crypto.SHA384, "512": crypto.SHA512}[alg[max(len(alg)-3, 0):]]
	sum := func() []byte {
		h := hash.New()
		h.Write(input)
		return h.Sum(nil)
	}
	switch k := key.Key.(type) {
	case *rsa.PrivateKey:
		if strings.HasPrefix(alg, "PS") {
			return rsa.SignPSS(rand.Reader, k, hash, sum(), &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
		}
		return rsa.SignPKCS1v15(rand.Reader, k, hash, sum())
	case *ecdsa.PrivateKey:
		r, s, err := ecdsa.Sign(rand.Reader, k, sum())
		if err != nil {
			return nil, err
		}
		size := (k.Curve.Params().BitSize + 7) / 8
		return append(r.FillBytes(make([]byte, size)), s.FillBytes(make([]byte, size))...), nil
	case ed25519.PrivateKey:
		return ed25519.Sign(k, input), nil
	case []byte:
		mac := hmac.New(hash.New, k)
		mac.Write(input)
		return mac.Sum(nil), nil
	default:
		return nil, fmt.Errorf("no way to sign with %T", key.Key)
	}
}
