package jwks_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/pkg/jwks"
)

// What Lint has to say of a published set, as "severity id".
func TestLint(t *testing.T) {
	june := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	x5c := func(name string) string {
		return `["` + base64.StdEncoding.EncodeToString(certificate(t, name)) + `"]`
	}
	good := func(edits ...string) string { return public(t, "rsa", append([]string{"alg", `"RS256"`}, edits...)...) }
	for _, c := range []struct {
		name string
		keys []string
		when time.Time
		want string
	}{
		{"a sound set", []string{good(), public(t, "ec256", "alg", `"ES256"`)}, june, ""},
		{"no keys", nil, june, "error empty_set"},
		{"no usable key", []string{good("use", `"enc"`)}, june, "error no_usable_key, info key_use"},
		{"a key for encryption beside it", []string{good(), public(t, "rsa2", "use", `"enc"`)}, june, "info key_use"},
		{"a private key", []string{good(), private(t, "ec256")}, june, "error private_key"},
		{"a shared secret", []string{good(), private(t, "hmac")}, june, "error shared_secret"},
		{"a weak key", []string{good(), public(t, "rsa1024")}, june, "error weak_key"},
		{"a point off the curve", []string{good(), public(t, "ec256", "x", quoted(make([]byte, 32)))}, june, "error invalid_key"},
		{"a key of an unknown type", []string{good(), `{"kty":"AKP","kid":"x"}`}, june, "info unsupported_key"},
		{"key_ops against use", []string{good(), public(t, "ec256", "key_ops", `["verify","encrypt"]`)}, june, "error key_use"},
		{"a kid twice", []string{good(), public(t, "ec256", "alg", `"ES256"`, "kid", `"rsa"`)}, june, "warning duplicate_kid"},
		{"no kid among several", []string{good(), public(t, "ec256", "alg", `"ES256"`, "kid", "")}, june, "warning missing_kid"},
		{"no kid, one key", []string{good("kid", "")}, june, ""},
		{"no alg", []string{public(t, "rsa")}, june, "info missing_alg"},
		{"the alg of another type", []string{good("alg", `"ES256"`)}, june, "error key_algorithm"},
		{"the alg of another curve", []string{public(t, "ec256", "alg", `"ES384"`)}, june, "error key_algorithm"},
		{"the alg of a secret", []string{good("alg", `"HS256"`)}, june, "error key_algorithm"},
		{"a large key", []string{good("n", quoted(ones(4097)))}, june, "warning key_oddity"},
		{"its certificate", []string{good("x5c", x5c("rsa"))}, june, ""},
		{"another's certificate", []string{good("x5c", x5c("ec256"))}, june, "error certificate"},
		{"an expired certificate", []string{good("x5c", x5c("rsa"))}, june.AddDate(1, 0, 0), "warning certificate"},
		{"a certificate that is not yet valid", []string{good("x5c", x5c("rsa"))}, june.AddDate(-1, 0, 0), "warning certificate"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var found []string
			for _, f := range parseSet(t, c.keys...).Lint(c.when) {
				if found = append(found, string(f.Severity)+" "+f.ID); f.Message == "" {
					t.Errorf("%s says nothing", f.ID)
				}
			}
			if got := strings.Join(found, ", "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// Where a key is in danger, the thumbprint tells it from others of the same kid.
func TestLintNamesTheKey(t *testing.T) {
	thumbprint := parseSet(t, public(t, "ec256")).Keys[0].Thumbprint
	for _, c := range []struct{ name, key, want string }{
		{"a private key", private(t, "ec256"), `key "ec256" (thumbprint ` + thumbprint + ")"},
		{"a secret has none", private(t, "hmac"), `key "hmac"`},
		{"no danger", public(t, "ec256"), `key "ec256"`},
	} {
		var places []string
		for _, f := range parseSet(t, c.key).Lint(time.Time{}) {
			places = append(places, f.Locations...)
		}
		if len(places) != 1 || places[0] != c.want {
			t.Errorf("%s: %q, want %s", c.name, places, c.want)
		}
	}
}

// Private members are replaced; everything else stays as it was read.
func TestPublicDocument(t *testing.T) {
	document := parseSet(t, private(t, "rsa"), private(t, "hmac"), public(t, "ec256")).PublicDocument()
	keys := document.Get("keys").Items()
	for i, names := range [][]string{{"d", "p", "q", "dp", "dq", "qi"}, {"k"}} {
		for _, name := range names {
			if text, _ := keys[i].Get(name).Text(); text != "[removed: a private member]" {
				t.Errorf("key %d: %s is %q", i+1, name, text)
			}
		}
	}
	if n, _ := keys[0].Get("n").Text(); n == "" || n == "[removed: a private member]" || keys[2].String() != public(t, "ec256") {
		t.Errorf("public members have changed: %s", keys[2])
	}
}

func TestWithKeyID(t *testing.T) {
	set := parseSet(t, public(t, "rsa"), public(t, "ec256"), public(t, "ec384", "kid", `"rsa"`), public(t, "ed25519", "kid", ""))
	chosen := set.WithKeyID("rsa")
	if len(chosen.Keys) != 2 || chosen.Keys[0].Type != "RSA" || chosen.Keys[1].Curve != "P-384" {
		t.Fatalf("%d keys", len(chosen.Keys))
	}
	if got, want := chosen.Document.String(), string(keySet(public(t, "rsa"), public(t, "ec384", "kid", `"rsa"`))); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	single, err := jwks.ParseKey([]byte(public(t, "rsa")))
	if err != nil || single.WithKeyID("rsa").Document.String() != string(keySet(public(t, "rsa"))) {
		t.Errorf("got %s, %v", single.WithKeyID("rsa").Document, err)
	}
	for _, kid := range []string{"", "RSA", "none"} {
		if n := len(set.WithKeyID(kid).Keys); n != 0 {
			t.Errorf("%q: %d keys", kid, n)
		}
	}
}
