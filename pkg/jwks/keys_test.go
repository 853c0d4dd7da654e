package jwks_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/claimcheck/claimcheck/pkg/jwks"
)

// privateKey returns a key of testdata/keys as go-jose reads it, which here is
// the independent reader.
func privateKey(t testing.TB, name string) *jose.JSONWebKey {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "keys", name+".private.jwk"))
	if err != nil {
		t.Fatal(err)
	}
	key := &jose.JSONWebKey{}
	if err := key.UnmarshalJSON(data); err != nil {
		t.Fatal(err)
	}
	return key
}

// public returns the public half of a key as a JWK. edits are pairs of a
// member's name and its JSON; an empty JSON removes the member.
func public(t testing.TB, name string, edits ...string) string {
	t.Helper()
	key := privateKey(t, name).Public()
	return edited(t, &key, edits...)
}

// private returns the whole of a key as a JWK.
func private(t testing.TB, name string, edits ...string) string {
	t.Helper()
	return edited(t, privateKey(t, name), edits...)
}

func edited(t testing.TB, key *jose.JSONWebKey, edits ...string) string {
	t.Helper()
	data, err := key.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(data, &members); err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(edits); i += 2 {
		if members[edits[i]] = json.RawMessage(edits[i+1]); edits[i+1] == "" {
			delete(members, edits[i])
		}
	}
	if data, err = json.Marshal(members); err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func keySet(list ...string) []byte { return []byte(`{"keys":[` + strings.Join(list, ",") + `]}`) }

func parseSet(t testing.TB, list ...string) *jwks.Set {
	t.Helper()
	set, err := jwks.Parse(keySet(list...))
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// certificate returns the DER of a certificate of one year that a key signed
// for itself.
func certificate(t testing.TB, name string) []byte {
	t.Helper()
	key := privateKey(t, name)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:     time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	public := key.Public()
	der, err := x509.CreateCertificate(rand.Reader, template, template, public.Key, key.Key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// x5c is the JSON of a member x5c with one certificate.
func x5c(t testing.TB, name string) string {
	t.Helper()
	return `["` + base64.StdEncoding.EncodeToString(certificate(t, name)) + `"]`
}

func pemText(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// spki is the PEM of a public key.
func spki(t testing.TB, name string) string {
	t.Helper()
	public := privateKey(t, name).Public()
	der, err := x509.MarshalPKIXPublicKey(public.Key)
	if err != nil {
		t.Fatal(err)
	}
	return pemText("PUBLIC KEY", der)
}

func quoted(octets []byte) string { return `"` + base64.RawURLEncoding.EncodeToString(octets) + `"` }

func asRSA(t testing.TB, public any) *rsa.PublicKey {
	t.Helper()
	key, ok := public.(*rsa.PublicKey)
	if !ok {
		t.Fatalf("%T is no RSA key", public)
	}
	return key
}
