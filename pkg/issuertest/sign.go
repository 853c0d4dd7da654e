package issuertest

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"

	"github.com/go-jose/go-jose/v4"
)

// sign signs a payload as a compact JWS (RFC 7515 section 7.1). The header's
// members are added to alg, and may replace it.
func (k *Key) sign(header claims, payload []byte) (string, error) {
	signer, err := k.signer(header)
	if err != nil {
		return "", err
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}

func (k *Key) signer(header claims) (jose.Signer, error) {
	options := &jose.SignerOptions{}
	for _, m := range header {
		options.WithHeader(jose.HeaderKey(m.Name), m.Value)
	}
	key := k.private
	if private, ok := key.(ed25519.PrivateKey); ok && k.Algorithm == "Ed25519" {
		key = edSigner{private}
	}
	return jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(k.Algorithm), Key: key}, options)
}

// edSigner signs under the name of RFC 9864, which go-jose does not know.
type edSigner struct{ private ed25519.PrivateKey }

func (edSigner) Public() *jose.JSONWebKey        { return nil }
func (edSigner) Algs() []jose.SignatureAlgorithm { return []jose.SignatureAlgorithm{"Ed25519"} }

func (s edSigner) SignPayload(payload []byte, alg jose.SignatureAlgorithm) ([]byte, error) {
	if alg != "Ed25519" {
		return nil, errors.New("another algorithm")
	}
	return ed25519.Sign(s.private, payload), nil
}

// Format hides the key, whatever the verb.
func (k *Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[key]") }
