package verify_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// The tests sign with the standard library alone, so that headers and claims
// can be signed that no JOSE library would write.

// privateKeys are those of testdata/keys, read once.
var privateKeys sync.Map

// privateKey returns a key of testdata/keys by the name of its file.
func privateKey(t testing.TB, name string) *jose.JSONWebKey {
	t.Helper()
	if key, ok := privateKeys.Load(name); ok {
		return key.(*jose.JSONWebKey)
	}
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "keys", name+".private.jwk"))
	if err != nil {
		t.Fatal(err)
	}
	key := &jose.JSONWebKey{}
	if err := key.UnmarshalJSON(data); err != nil {
		t.Fatal(err)
	}
	privateKeys.Store(name, key)
	return key
}

// trust returns the key set of the public keys of private ones.
func trust(t testing.TB, names ...string) *verify.PublicKeys {
	t.Helper()
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = publicJWK(t, name)
	}
	return trustSet(t, list...)
}

// trustSet returns the key set of JWKs as they stand.
func trustSet(t testing.TB, list ...string) *verify.PublicKeys {
	t.Helper()
	set, err := jwks.Parse([]byte(`{"keys":[` + strings.Join(list, ",") + `]}`))
	if err != nil {
		t.Fatal(err)
	}
	return &verify.PublicKeys{Set: set, Source: "keys.json"}
}

// publicJWK returns the public half of a key. edits are pairs of a member's
// name and its JSON; an empty JSON removes the member.
func publicJWK(t testing.TB, name string, edits ...string) string {
	t.Helper()
	public := privateKey(t, name).Public()
	data, err := public.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return editJWK(t, data, edits...)
}

func editJWK(t testing.TB, data []byte, edits ...string) string {
	t.Helper()
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(data, &members); err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(edits); i += 2 {
		if members[edits[i]] = json.RawMessage(edits[i+1]); edits[i+1] == "" {
			delete(members, edits[i])
		}
	}
	data, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// secret returns the octets of the key "hmac" as what is trusted.
func secret(t testing.TB) *verify.Secret {
	t.Helper()
	return secretOf(t, privateKey(t, "hmac").Key.([]byte))
}

func secretOf(t testing.TB, octets []byte) *verify.Secret {
	t.Helper()
	s, err := verify.NewSecret(octets, "secret.txt")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// object is JSON under construction: members in order, values as raw JSON.
type object []struct{ name, value string }

// with sets a member, in its place or at the end.
func (o object) with(name, value string) object {
	o = append(object(nil), o...)
	for i := range o {
		if o[i].name == name {
			o[i].value = value
			return o
		}
	}
	return append(o, struct{ name, value string }{name, value})
}

// without removes members.
func (o object) without(names ...string) object {
	var rest object
	for _, m := range o {
		if !strings.Contains(" "+strings.Join(names, " ")+" ", " "+m.name+" ") {
			rest = append(rest, m)
		}
	}
	return rest
}

// String is the object as JSON.
func (o object) String() string {
	list := make([]string, len(o))
	for i, m := range o {
		list[i] = `"` + m.name + `":` + m.value
	}
	return "{" + strings.Join(list, ",") + "}"
}

func encode[T string | []byte](data T) string {
	return base64.RawURLEncoding.EncodeToString([]byte(data))
}

// mint signs a header and a payload as they stand; alg is what is signed with,
// whatever the header says.
func mint(t testing.TB, key, alg, header, payload string) string {
	t.Helper()
	input := encode(header) + "." + encode(payload)
	return input + "." + encode(sign(t, key, alg, input))
}

// sign signs as RFC 7518 and RFC 8037 say.
func sign(t testing.TB, name, alg, input string) []byte {
	t.Helper()
	switch key := privateKey(t, name).Key.(type) {
	case *rsa.PrivateKey:
		return signRSA(t, key, alg, input, rsa.PSSSaltLengthEqualsHash)
	case *ecdsa.PrivateKey:
		r, s, err := ecdsa.Sign(rand.Reader, key, digest(alg, input))
		if err != nil {
			t.Fatal(err)
		}
		return joinRS(r, s, (key.Curve.Params().BitSize+7)/8)
	case ed25519.PrivateKey:
		return ed25519.Sign(key, []byte(input))
	case []byte:
		return signHMAC(alg, key, input)
	default:
		t.Fatalf("no way to sign with %T", key)
		return nil
	}
}

func signRSA(t testing.TB, key *rsa.PrivateKey, alg, input string, salt int) []byte {
	t.Helper()
	var signature []byte
	var err error
	if strings.HasPrefix(alg, "PS") {
		signature, err = rsa.SignPSS(rand.Reader, key, hashOf(alg), digest(alg, input), &rsa.PSSOptions{SaltLength: salt})
	} else {
		signature, err = rsa.SignPKCS1v15(rand.Reader, key, hashOf(alg), digest(alg, input))
	}
	if err != nil {
		t.Fatal(err)
	}
	return signature
}

func signHMAC(alg string, key []byte, input string) []byte {
	mac := hmac.New(hashOf(alg).New, key)
	mac.Write([]byte(input))
	return mac.Sum(nil)
}

func joinRS(r, s *big.Int, size int) []byte {
	return bytes.Join([][]byte{r.FillBytes(make([]byte, size)), s.FillBytes(make([]byte, size))}, nil)
}

func hashOf(alg string) crypto.Hash {
	switch alg[len(alg)-3:] {
	case "384":
		return crypto.SHA384
	case "512":
		return crypto.SHA512
	default:
		return crypto.SHA256
	}
}

func digest(alg, input string) []byte {
	h := hashOf(alg).New()
	h.Write([]byte(input))
	return h.Sum(nil)
}

// bigRSA returns a key of 6144 bits, which go-jose does not read, and the set
// of its public half with the kid "big".
func bigRSA(t testing.TB) (*rsa.PrivateKey, *verify.PublicKeys) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "keys", "rsa6144.private.pem"))
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(data)
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	key := parsed.(*rsa.PrivateKey)
	return key, trustSet(t, `{"kty":"RSA","kid":"big","n":"`+encode(key.N.Bytes())+`","e":"AQAB"}`)
}
