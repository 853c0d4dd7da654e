package verify_test

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// Which key was taken, and how sure that is.
func TestChoiceOfKey(t *testing.T) {
	a := func(edits ...string) string { return publicJWK(t, "rsa", edits...) }
	b := func(edits ...string) string { return publicJWK(t, "rsa2", edits...) }
	without := goodHeader("rsa", "RS256").without("kid")
	unnamed := mint(t, "rsa", "RS256", without.String(), goodClaims().String())
	named := goodToken(t, "rsa", "RS256")
	for _, c := range []struct {
		name, text string
		keys       *verify.PublicKeys
		key, set   verify.Status
	}{
		{"by its kid", named, trustSet(t, b(), a()), verify.Passed, verify.Passed},
		{"no kid, one key", unnamed, trustSet(t, a()), verify.Passed, verify.Passed},
		{"no kid, one key that fits", unnamed, trustSet(t, publicJWK(t, "ec256"), a()), verify.Passed, verify.Passed},
		{"no kid, several that fit", unnamed, trustSet(t, b(), a()), verify.Warning, verify.Passed},
		{"a kid twice", named, trustSet(t, b("kid", `"rsa"`), a()), verify.Warning, verify.Passed},
		{"a kid twice, one for encryption", named, trustSet(t, b("kid", `"rsa"`, "use", `"enc"`), a()), verify.Passed, verify.Passed},
		{"its kid, beside a key without one", named, trustSet(t, b("kid", ""), a()), verify.Passed, verify.Passed},
		{"a key without kid, after the one of its kid", named, trustSet(t, b("kid", `"rsa"`), a("kid", "")), verify.Warning, verify.Passed},
		{"a key without kid alone", named, trustSet(t, a("kid", "")), verify.Passed, verify.Passed},
		{"several keys without kid", named, trustSet(t, b("kid", ""), a("kid", "")), verify.Warning, verify.Passed},
		{"a key of an unknown type beside it", named, trustSet(t, `{"kty":"AKP"}`, a()), verify.Passed, verify.Passed},
		{"a weak key beside it", named, trustSet(t, publicJWK(t, "rsa1024"), a()), verify.Passed, verify.Warning},
		{"a secret beside it", named, trustSet(t, `{"kty":"oct","k":"AAAA"}`, a()), verify.Passed, verify.Warning},
		{"an odd key", named, trustSet(t, a("key_ops", `["verify","encrypt"]`, "use", "")), verify.Warning, verify.Passed},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := examine(c.text, c.keys, goodPolicy())
			wantAccepted(t, r)
			wantStatus(t, r, verify.CheckKey, c.key)
			wantStatus(t, r, verify.CheckKeySet, c.set)
		})
	}
	for _, c := range []struct {
		text string
		keys *verify.PublicKeys
		want string
	}{
		{unnamed, trust(t, "rsa2", "rsa"), "the token has no kid, and 2 keys fit; the issuer should send kid"},
		{named, trustSet(t, b("kid", `"rsa"`), a()), `kid "rsa" is ambiguous: 2 keys have it and fit`},
		{named, trustSet(t, b("kid", `"rsa"`), a("kid", "")), `the token has kid "rsa", but key number 2 has none; the issuer should add it`},
	} {
		if check, _ := examine(c.text, c.keys, goodPolicy()).Check(verify.CheckKey); check.Message != c.want {
			t.Errorf("got %q, want %q", check.Message, c.want)
		}
	}
}

// An unknown kid and a key that does not fit the token are two reasons.
func TestKeyThatIsNotThere(t *testing.T) {
	text := goodToken(t, "rsa", "RS256")
	for _, c := range []struct {
		name   string
		keys   *verify.PublicKeys
		reason verify.Reason
		kind   string
	}{
		{"an unknown kid", trust(t, "rsa2", "ec256"), verify.ReasonNoMatchingKey, verify.KeyIDUnknown},
		{"the kid in other letters, of the key that signed", trustSet(t, publicJWK(t, "rsa", "kid", `"RSA"`)), verify.ReasonNoMatchingKey, verify.SignedByOtherKey},
		{"the kid in other letters", trustSet(t, publicJWK(t, "rsa2", "kid", `"RSA"`)), verify.ReasonNoMatchingKey, verify.KeyIDUnknown},
		{"the kid of an EC key", trustSet(t, publicJWK(t, "ec256", "kid", `"rsa"`)), verify.ReasonAlgorithmRefused, verify.KeyOfOtherType},
		{"the kid of an EC key beside a broken one", trustSet(t, `{"kty":"RSA"}`, publicJWK(t, "ec256", "kid", `"rsa"`)), verify.ReasonAlgorithmRefused, verify.KeyOfOtherType},
		{"the only key, without kid", trustSet(t, publicJWK(t, "ec256", "kid", "")), verify.ReasonAlgorithmRefused, verify.KeyOfOtherType},
		{"keys without kid, none of which fits", trustSet(t, publicJWK(t, "ec256", "kid", ""), publicJWK(t, "ec384", "kid", "")), verify.ReasonNoMatchingKey, verify.KeysUnusable},
		{"its key is for encryption", trustSet(t, publicJWK(t, "rsa", "use", `"enc"`)), verify.ReasonNoMatchingKey, verify.KeysUnusable},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := examine(text, c.keys, goodPolicy())
			wantRejected(t, r, c.reason, verify.CheckKey)
			wantStatus(t, r, verify.CheckSignature, verify.NotChecked)
			if check, _ := r.Check(verify.CheckKey); check.Diagnosis == nil || check.Diagnosis.Cause != c.kind {
				t.Errorf("diagnosis %+v, want %s", check.Diagnosis, c.kind)
			}
		})
	}
}

// TestKidsAreCounted: a message names ten keys of a set and counts the others.
func TestKidsAreCounted(t *testing.T) {
	set := make([]string, 12)
	for i := range set {
		set[i] = publicJWK(t, "ec256", "kid", fmt.Sprintf(`"k%d"`, i))
	}
	check, _ := examine(goodToken(t, "rsa", "RS256"), trustSet(t, set...), goodPolicy()).Check(verify.CheckKey)
	if !strings.Contains(check.Message, `"k9" and 2 more`) || strings.Contains(check.Message, "k10") {
		t.Errorf("got %q", check.Message)
	}
	header, payload, signature := cut(mint(t, "rsa", "RS256", `{"alg":"RS256"}`, goodClaims().String()))
	check, _ = examine(header+"."+payload+"."+strings.Repeat("A", len(signature)), trust(t, "rsa", "rsa2", "ec256"), goodPolicy()).Check(verify.CheckSignature)
	if check.Message != `the signature matches none of the keys that fit: "rsa" and "rsa2"` {
		t.Errorf("got %q", check.Message)
	}
}

// TestKeysThatAreNone: a nil pointer trusts nobody, and does not crash.
func TestKeysThatAreNone(t *testing.T) {
	for _, keys := range []verify.Keys{nil, (*verify.PublicKeys)(nil), &verify.PublicKeys{}} {
		r := examine(goodToken(t, "rsa", "RS256"), keys, goodPolicy())
		wantRejected(t, r, verify.ReasonNoMatchingKey, verify.CheckKey)
	}
	wantRejected(t, examine(goodToken(t, "hmac", "HS256"), (*verify.Secret)(nil), goodPolicy()), verify.ReasonNoMatchingKey, verify.CheckKey)
	// Where the token fails before that, nobody may have looked for keys.
	critical := headed(t, goodHeader("ec256", "ES256").with("crit", `["x"]`))
	wantStatus(t, examine(critical, nil, goodPolicy()), verify.CheckKey, verify.NotChecked)
}

// The certificate is compared and dated, and never what is trusted.
func TestCertificateOfTheKey(t *testing.T) {
	der := func(name string) string {
		key := privateKey(t, name)
		template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: now.Add(-time.Hour).Truncate(time.Second), NotAfter: now.Add(time.Hour).Truncate(time.Second)}
		public := key.Public()
		data, err := x509.CreateCertificate(rand.Reader, template, template, public.Key, key.Key)
		if err != nil {
			t.Fatal(err)
		}
		return `["` + base64.StdEncoding.EncodeToString(data) + `"]`
	}
	for _, c := range []struct {
		name, x5c string
		when      time.Time
		want      verify.Status
		says      string
	}{
		{"valid", der("ec256"), now, verify.Passed, "valid until"},
		{"on its first second", der("ec256"), now.Add(-time.Hour), verify.Passed, "valid until"},
		{"not yet valid", der("ec256"), now.Add(-time.Hour - time.Nanosecond), verify.Warning, "not valid before"},
		{"expired", der("ec256"), now.Add(time.Hour + time.Nanosecond), verify.Warning, "expired at"},
		{"of another key", der("rsa"), now, verify.Failed, "another key"},
	} {
		t.Run(c.name, func(t *testing.T) {
			keys := trustSet(t, publicJWK(t, "ec256", "x5c", c.x5c))
			claims := goodClaims().without("iat").with("exp", "1700000000")
			parsed := token.Parse(mint(t, "ec256", "ES256", goodHeader("ec256", "ES256").String(), claims.String()))
			r := verify.Verify(parsed, keys, goodPolicy(), c.when)
			if c.want == verify.Failed {
				wantRejected(t, r, verify.ReasonClaimRefused, verify.CheckCertificate)
			} else {
				wantAccepted(t, r)
			}
			wantStatus(t, r, verify.CheckCertificate, c.want)
			if check, _ := r.Check(verify.CheckCertificate); !strings.Contains(check.Message, c.says) {
				t.Errorf("%q, want it to say %q", check.Message, c.says)
			}
		})
	}
}

// The report says which key it was, and never the thumbprint of a secret.
func TestKeyOfTheReport(t *testing.T) {
	keys := trust(t, "rsa", "ec384")
	keys.Source, keys.AgeSeconds = "https://issuer.example/jwks", 240
	got := examine(goodToken(t, "ec384", "ES384"), keys, goodPolicy()).Key
	want := verify.KeyInfo{KeyID: &keys.Set.Keys[1].KeyID, Type: "EC", Curve: "P-384", Algorithm: "ES384", Bits: 384,
		Thumbprint: keys.Set.Keys[1].Thumbprint, Source: "https://issuer.example/jwks", AgeSeconds: 240}
	if got == nil || *got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	bySecret := examine(goodToken(t, "hmac", "HS256"), secret(t), goodPolicy()).Key
	if bySecret == nil || *bySecret != (verify.KeyInfo{Type: "oct", Algorithm: "HS256", Bits: 512, Source: "secret.txt"}) {
		t.Errorf("got %+v", bySecret)
	}
	if r := examine(goodToken(t, "rsa2", "RS256"), keys, goodPolicy()); r.Key != nil {
		t.Errorf("no key fits, but the report has %+v", r.Key)
	}
}
