package jwks_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/claimcheck/claimcheck/pkg/jwks"
)

// FuzzParse: no text makes Parse, ParseKey or ParseText panic; no private or secret key
// becomes usable, nor its material part of what is said; and a key that is
// usable is usable to go-jose as well.
func FuzzParse(f *testing.F) {
	for _, name := range []string{"rsa", "ec256", "ec384", "ec521", "ed25519"} {
		f.Add(keySet(public(f, name), public(f, "ec256")))
		f.Add([]byte(public(f, name)))
		f.Add([]byte(spki(f, name)))
	}
	f.Add(keySet(private(f, "rsa"), private(f, "hmac")))
	f.Add(keySet(public(f, "rsa", "key_ops", `["verify"]`, "x5c", `["AAAA"]`, "use", `"enc"`)))
	f.Add([]byte(`{"keys":[{"kty":"OKP","crv":"Ed25519","x":""},{},[],null]}`))
	f.Add([]byte(`{"keys":{}}`))
	f.Add([]byte("jwks: |\n  " + string(keySet(public(f, "rsa")))))
	f.Add([]byte(`{"k1":"-----BEGIN CERTIFICATE-----\n` + base64.StdEncoding.EncodeToString(certificate(f, "rsa")) + `\n-----END CERTIFICATE-----"}`))
	f.Add([]byte(sshLine(f, "ed25519")))
	secrets := []string{material(f, "rsa", "d"), material(f, "ec256", "d"), material(f, "ed25519", "d"), material(f, "hmac", "k")}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, read := range []func([]byte) (*jwks.Set, error){jwks.Parse, jwks.ParseKey, jwks.ParseText} {
			set, err := read(data)
			if err != nil {
				hides(t, err.Error(), secrets)
				continue
			}
			for _, k := range set.Keys {
				hides(t, k.Name()+k.Kind()+strings.Join(k.Warnings, ""), secrets)
				if k.Fault != nil {
					hides(t, k.Fault.Text, secrets)
				}
			}
			for _, k := range set.Usable() {
				checkUsable(t, k)
			}
			for _, f := range set.Lint(time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)) {
				hides(t, f.Message, secrets)
			}
		}
	})
}

// material returns a member of a private key.
func material(f *testing.F, name, member string) string {
	var members map[string]any
	if err := json.Unmarshal([]byte(private(f, name)), &members); err != nil {
		f.Fatal(err)
	}
	return members[member].(string)
}

// hides demands that no considerable part of a secret is in a text.
func hides(t *testing.T, text string, secrets []string) {
	for _, s := range secrets {
		if strings.Contains(text, s[:24]) || strings.Contains(text, s[len(s)-24:]) {
			t.Fatalf("private material in %q", text)
		}
	}
}

func checkUsable(t *testing.T, k *jwks.Key) {
	switch public := k.Public.(type) {
	case *rsa.PublicKey:
		if public.N.BitLen() < 2048 || public.E < 3 || public.E%2 == 0 || public.N.Bit(0) == 0 {
			t.Fatalf("a usable key of %d bits with exponent %d", public.N.BitLen(), public.E)
		}
	case *ecdsa.PublicKey, ed25519.PublicKey:
		if key := (&jose.JSONWebKey{Key: public}); !key.Valid() {
			t.Fatalf("go-jose does not think that %s is valid", k.Name())
		}
	default:
		t.Fatalf("a usable key of type %T", public)
	}
	if k.Thumbprint == "" {
		t.Fatal("a usable key without a thumbprint")
	}
}

// FuzzLooksLikeKey: whatever a secret's file holds, there is an answer, and PEM is
// recognised whatever stands around it.
func FuzzLooksLikeKey(f *testing.F) {
	for _, seed := range []string{"", "secret", "-----BEGIN PUBLIC KEY-----\nMIIB", `{"kty":"RSA"}`, "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A", "0\x82\x01\x22", "30:82:01:22"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		jwks.LooksLikeKey(data)
		if !jwks.LooksLikeKey([]byte(string(data) + "-----BEGIN PUBLIC KEY-----" + string(data))) {
			t.Errorf("PEM amid %q is taken for a secret", data)
		}
	})
}
