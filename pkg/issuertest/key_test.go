package issuertest_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/issuertest"
)

// keyFile returns a key file of testdata.
func keyFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "keys", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// inPEM returns a function that encodes DER as a PEM block.
func inPEM(t *testing.T, kind string) func(der []byte, err error) string {
	t.Helper()
	return func(der []byte, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
}

// TestReadKey reads private keys in the usual formats. The algorithm is the key's
// own, the requested one or the default.
func TestReadKey(t *testing.T) {
	ec, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	jwk := keyFile(t, "ec256.private.jwk")
	for _, c := range []struct{ name, text, algorithm, want string }{
		{"a JWK", jwk, "", "ES256"},
		{"a set", `{"keys":[` + jwk + `,` + keyFile(t, "rsa.private.jwk") + `]}`, "", "ES256"},
		{"PKCS #8", inPEM(t, "PRIVATE KEY")(x509.MarshalPKCS8PrivateKey(ec)), "", "ES384"},
		{"SEC 1", inPEM(t, "EC PRIVATE KEY")(x509.MarshalECPrivateKey(ec)), "", "ES384"},
		{"PKCS #1", inPEM(t, "RSA PRIVATE KEY")(x509.MarshalPKCS1PrivateKey(rsaKey), nil), "", "RS256"},
		{"PKCS #1 for PS512", inPEM(t, "RSA PRIVATE KEY")(x509.MarshalPKCS1PrivateKey(rsaKey), nil), "PS512", "PS512"},
	} {
		key, err := issuertest.ReadKey([]byte(c.text), c.algorithm)
		if err != nil || key.Algorithm != c.want || key.ID == "" {
			t.Errorf("%s: got %+v, %v", c.name, key, err)
		}
	}
	const none = "not a private key"
	for _, c := range []struct{ name, text, algorithm, want string }{
		{"nothing", "", "", none},
		{"a public JWK", minter(t, "", "ES256").JWKS().Get("keys").Items()[0].String(), "", none},
		{"an unknown type of key", `{"kty":"AKP"}`, "", none},
		{"an empty set", `{"keys":[]}`, "", none},
		{"a public key in PEM", keyFile(t, "ec256.public.pem"), "", none},
		{"an encrypted key", inPEM(t, "ENCRYPTED PRIVATE KEY")([]byte("0"), nil), "", "decrypt it first"},
		{"another algorithm", jwk, "RS256", "the key does not sign with RS256"},
	} {
		if _, err := issuertest.ReadKey([]byte(c.text), c.algorithm); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}
