package jwks_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"strings"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/jwks"
)

func TestParseKeyReadsEveryForm(t *testing.T) {
	rsaKey := privateKey(t, "rsa").Public().Key.(*rsa.PublicKey)
	for _, c := range []struct{ name, text, kind string }{
		{"RSA", spki(t, "rsa"), "RSA 2048"},
		{"RSA, PKCS #1", pemText("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(rsaKey)), "RSA 2048"},
		{"P-256", spki(t, "ec256"), "EC P-256"},
		{"P-384", spki(t, "ec384"), "EC P-384"},
		{"P-521", spki(t, "ec521"), "EC P-521"},
		{"Ed25519", spki(t, "ed25519"), "OKP Ed25519"},
		{"a certificate", pemText("CERTIFICATE", certificate(t, "rsa")), "RSA 2048"},
		{"a certificate with its chain", pemText("CERTIFICATE", certificate(t, "ec256")) + pemText("CERTIFICATE", certificate(t, "rsa")), "EC P-256"},
		{"words around the PEM", "my key:\n" + spki(t, "rsa") + "\nthat was it", "RSA 2048"},
		{"Windows line ends", strings.ReplaceAll(spki(t, "ec256"), "\n", "\r\n"), "EC P-256"},
		{"a JWK", public(t, "ec256"), "EC P-256"},
		{"a JWK on several lines", "\n  " + public(t, "rsa") + "\n", "RSA 2048"},
	} {
		t.Run(c.name, func(t *testing.T) {
			set, err := jwks.ParseKey([]byte(c.text))
			if err != nil || len(set.Keys) != 1 || set.Keys[0].Fault != nil || set.Keys[0].Kind() != c.kind {
				t.Errorf("%+v, %v", set, err)
			}
		})
	}
}

func TestParseKeyRefuses(t *testing.T) {
	der, err := x509.MarshalPKCS8PrivateKey(privateKey(t, "ec256").Key)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8 := pemText("PRIVATE KEY", der)
	for _, c := range []struct {
		name, text string
		is         error
		says       string
	}{
		{"nothing", "", nil, "neither PEM nor a JWK"},
		{"binary noise", "\x00\x01\xff", nil, "neither PEM nor a JWK"},
		{"DER of something else", "\x30\x03\x02\x01\x05", nil, "not a public key or certificate"},
		{"a private key", pkcs8, jwks.ErrPrivateKey, ""},
		{"a private key beside its public half", spki(t, "ec256") + pkcs8, jwks.ErrPrivateKey, ""},
		{"an old private key", pemText("EC PRIVATE KEY", der), jwks.ErrPrivateKey, ""},
		{"an encrypted private key", pemText("ENCRYPTED PRIVATE KEY", der), jwks.ErrPrivateKey, ""},
		{"a damaged private key", strings.Replace(pkcs8, "M", "!", 1), jwks.ErrPrivateKey, ""},
		{"a private JWK", private(t, "rsa"), jwks.ErrPrivateKey, ""},
		{"a secret as a JWK", private(t, "hmac"), jwks.ErrSharedSecret, ""},
		{"a key set", string(keySet(public(t, "rsa"))), jwks.ErrKeySet, ""},
		{"two keys", spki(t, "rsa") + spki(t, "ec256"), nil, "several keys"},
		{"a key and a certificate of another", spki(t, "rsa2") + pemText("CERTIFICATE", certificate(t, "rsa")), nil, "several keys"},
		{"PEM of something else", pemText("EC PARAMETERS", []byte{1}), nil, "no public key or certificate"},
		{"a public key that is none", pemText("PUBLIC KEY", []byte{1}), nil, "no public key that can be read"},
		{"a certificate that is none", pemText("CERTIFICATE", []byte{1}), nil, "no certificate that can be read"},
		{"an object that is no JWK", `{"a":1}`, nil, "not a JWK"},
		{"a JWK with a name twice", `{"kty":"RSA","kty":"EC"}`, nil, "duplicate"},
	} {
		t.Run(c.name, func(t *testing.T) {
			set, err := jwks.ParseKey([]byte(c.text))
			if err == nil || set != nil {
				t.Fatal("it is taken for a public key")
			}
			if c.is != nil && !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %v %s", err, c.is, c.says)
			}
		})
	}
}

// A key that is unfit is read all the same: the report says why no token will
// verify by it.
func TestParseKeyKeepsTheFault(t *testing.T) {
	p224, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&p224.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, text string
		code       string
	}{
		{"weak PEM", spki(t, "rsa1024"), jwks.FaultWeak},
		{"weak certificate", pemText("CERTIFICATE", certificate(t, "rsa1024")), jwks.FaultWeak},
		{"weak JWK", public(t, "rsa1024"), jwks.FaultWeak},
		{"P-224", pemText("PUBLIC KEY", der), jwks.FaultUnsupported},
		{"an Ed25519 key off the curve", edwardsPEM(t, edwardsY(2)), jwks.FaultInvalid},
		{"a JWK for encryption", public(t, "rsa", "use", `"enc"`), jwks.FaultOtherUse},
	} {
		set, err := jwks.ParseKey([]byte(c.text))
		if err != nil || set.Keys[0].Fault == nil || set.Keys[0].Fault.Code != c.code {
			t.Errorf("%s: %v, want the fault %s", c.name, err, c.code)
		}
	}
}

// Private material is never part of an error or of what is said about a key.
func TestPrivateMaterialStaysOut(t *testing.T) {
	key := privateKey(t, "rsa").Key.(*rsa.PrivateKey)
	d, p := strings.Trim(quoted(key.D.Bytes()), `"`), strings.Trim(quoted(key.Primes[0].Bytes()), `"`)
	whole := private(t, "rsa")
	for name, text := range map[string]string{
		"as it is":      whole,
		"cut short":     whole[:len(whole)-1],
		"with a typo":   strings.Replace(whole, `"d":"`, `"d":"!`, 1),
		"a lost name":   strings.Replace(whole, `"d":`, "", 1),
		"without kty":   private(t, "rsa", "kty", ""),
		"without n":     private(t, "rsa", "n", ""),
		"d in an array": private(t, "rsa", "d", `["`+d+`"]`),
	} {
		_, err := jwks.ParseKey([]byte(text))
		said := err.Error()
		if set, err := jwks.Parse(keySet(text)); err == nil {
			said += set.Keys[0].Fault.Text + strings.Join(set.Keys[0].Warnings, " ")
		} else {
			said += err.Error()
		}
		if strings.Contains(said, d[:20]) || strings.Contains(said, p[:20]) {
			t.Errorf("%s: part of the private key is in %q", name, said)
		}
	}
}
