package benchmark

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// An issuer publishes keys on loopback and signs with the last of them.
type issuer struct {
	*httptest.Server
	alg     string
	kid     string
	private crypto.Signer
	keys    []map[string]any
}

// newIssuer makes an issuer with a number of keys, each with its certificate or
// not, as Entra ID publishes them.
func newIssuer(t testing.TB, alg string, count int, certificates bool) *issuer {
	t.Helper()
	i := &issuer{alg: alg}
	for n := range count {
		i.private, i.kid = newKey(t, alg), fmt.Sprintf("key-%d", n)
		key := publicJWK(t, i.private.Public())
		key["kid"], key["alg"], key["use"] = i.kid, alg, "sig"
		if certificates {
			key["x5c"] = []string{certificate(t, i.private)}
		}
		i.keys = append(i.keys, key)
	}
	i.Server = httptest.NewServer(http.HandlerFunc(i.serve))
	t.Cleanup(i.Close)
	return i
}

func (i *issuer) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "max-age=3600")
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		_ = json.NewEncoder(w).Encode(map[string]any{
			"issuer": i.URL, "jwks_uri": i.URL + "/keys", "authorization_endpoint": i.URL + "/authorize",
			"token_endpoint": i.URL + "/token", "id_token_signing_alg_values_supported": []string{i.alg},
		})
	case "/keys":
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": i.keys})
	default:
		http.NotFound(w, r)
	}
}

// token signs claims as an access token has them. edits replace members.
func (i *issuer) token(t testing.TB, edits map[string]any) string {
	t.Helper()
	now := time.Now()
	claims := map[string]any{
		"iss": i.URL, "aud": []string{"api"}, "sub": "5f64afd1ad501364e3b43c1e", "client_id": "web", "jti": "0d7cd8a2-4a29-4cda",
		"scope": "openid profile email orders:read", "iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(),
		"name": "Ada Lovelace", "email": "ada@example.com", "roles": []string{"editor", "reader"},
	}
	for name, value := range edits {
		claims[name] = value
	}
	header := map[string]any{"alg": i.alg, "kid": i.kid, "typ": "JWT"}
	input := encode(must(json.Marshal(header))) + "." + encode(must(json.Marshal(claims)))
	return input + "." + encode(i.sign(t, input))
}

func (i *issuer) sign(t testing.TB, input string) []byte {
	t.Helper()
	digest := sha256.Sum256([]byte(input))
	switch key := i.private.(type) {
	case *rsa.PrivateKey:
		return must(rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest[:]))
	case *ecdsa.PrivateKey:
		r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
		if err != nil {
			t.Fatal(err)
		}
		return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	case ed25519.PrivateKey:
		return ed25519.Sign(key, []byte(input))
	}
	t.Fatalf("a key of type %T", i.private)
	return nil
}

// bare verifies the signature of a token and nothing else.
func (i *issuer) bare(t testing.TB, raw string) func() error {
	t.Helper()
	input, signature := split(t, raw)
	digest := func() []byte { sum := sha256.Sum256([]byte(input)); return sum[:] }
	switch key := i.private.Public().(type) {
	case *rsa.PublicKey:
		return func() error { return rsa.VerifyPKCS1v15(key, crypto.SHA256, digest(), signature) }
	case *ecdsa.PublicKey:
		r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
		return func() error { return accepted(ecdsa.Verify(key, digest(), r, s)) }
	case ed25519.PublicKey:
		return func() error { return accepted(ed25519.Verify(key, []byte(input), signature)) }
	}
	t.Fatalf("a key of type %T", i.private)
	return nil
}

func accepted(ok bool) error {
	if !ok {
		return fmt.Errorf("the signature does not match")
	}
	return nil
}

func split(t testing.TB, raw string) (input string, signature []byte) {
	t.Helper()
	for n := len(raw) - 1; n >= 0; n-- {
		if raw[n] == '.' {
			return raw[:n], must(base64.RawURLEncoding.DecodeString(raw[n+1:]))
		}
	}
	t.Fatal("no token")
	return "", nil
}

func newKey(t testing.TB, alg string) crypto.Signer {
	t.Helper()
	switch alg {
	case "RS256":
		return must(rsa.GenerateKey(rand.Reader, 2048))
	case "ES256":
		return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	case "EdDSA":
		_, private, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return private
	}
	t.Fatalf("no keys for %s", alg)
	return nil
}

func publicJWK(t testing.TB, public crypto.PublicKey) map[string]any {
	t.Helper()
	switch key := public.(type) {
	case *rsa.PublicKey:
		return map[string]any{"kty": "RSA", "n": encode(key.N.Bytes()), "e": encode(big.NewInt(int64(key.E)).Bytes())}
	case *ecdsa.PublicKey:
		point := must(key.Bytes())
		return map[string]any{"kty": "EC", "crv": "P-256", "x": encode(point[1:33]), "y": encode(point[33:])}
	case ed25519.PublicKey:
		return map[string]any{"kty": "OKP", "crv": "Ed25519", "x": encode(key)}
	}
	t.Fatalf("a key of type %T", public)
	return nil
}

func certificate(t testing.TB, private crypto.Signer) string {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "issuer.example"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	return base64.StdEncoding.EncodeToString(must(x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)))
}

func encode(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
