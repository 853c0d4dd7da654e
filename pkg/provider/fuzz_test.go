package provider

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

func FuzzLintMetadata(f *testing.F) {
	f.Add([]byte(goodMetadata), "https://issuer.example")
	f.Add([]byte(`{"issuer":"","jwks_uri":[],"mtls_endpoint_aliases":{"token_endpoint":""},"signed_metadata":null}`), "")
	f.Add([]byte(`{"issuer":"https://a?b#c","token_endpoint":"https://me:pw@[::1"}`), "https://a@b")
	f.Fuzz(func(t *testing.T, data []byte, asked string) {
		document, err := strictjson.ParseObject(data)
		if err != nil {
			return
		}
		for _, form := range []string{formOpenID, formOAuth, ""} {
			issuer, _ := document.Get("issuer").Text()
			matches := true
			for _, finding := range (&Metadata{Document: document, Asked: asked, URL: asked, Form: form}).Lint() {
				matches = matches && finding.ID != lintIssuerMatch
				if finding.ID == "" || finding.Severity == "" || finding.Message == "" || finding.Spec == "" {
					t.Errorf("an incomplete finding: %+v", finding)
				}
			}
			if document.Get("issuer").Type() == strictjson.TypeString && matches != (issuer == asked) {
				t.Errorf("asked %q, found %q, matches %t", asked, issuer, matches)
			}
		}
	})
}

func FuzzParseEntry(f *testing.F) {
	good := &entry{memoryKey: memoryKey{kindKeys, "https://issuer.example", "https://issuer.example/keys"}, contentType: "application/json",
		fetchedAt: newClock().now(), lifetime: time.Minute, reach: reachPrivate, body: keySet("a")}
	f.Add(good.marshal())
	f.Add([]byte(strings.Replace(string(good.marshal()), `"lifetime_seconds":60`, `"lifetime_seconds":6e1`, 1)))
	f.Add([]byte(`{"version":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := parseEntry(data)
		if err != nil {
			return
		}
		if e.lifetime <= 0 || e.lifetime > maxLifetime {
			t.Errorf("lifetime %v", e.lifetime)
		}
		again, err := parseEntry(e.marshal())
		if err != nil || !again.fetchedAt.Equal(e.fetchedAt) {
			t.Fatalf("%q does not survive: %v", data, err)
		}
		again.fetchedAt = e.fetchedAt
		if *again != *e {
			t.Errorf("%+v became %+v", e, again)
		}
	})
}

// FuzzCandidates looks for an issuer that sends us to another origin, or whose
// error shows what could be a password.
func FuzzCandidates(f *testing.F) {
	for _, s := range []string{"https://issuer.example/a/", "https://a" + suffixOAuth + "/b?c", "https://me:pw@a", `https://a\@b/`, "https://a//b", "HTTPS://A/", "https://[::1]:1/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		list, bad := candidates(text)
		if bad != nil {
			if typed, err := url.Parse(text); (err != nil || typed.User != nil) && strings.Contains(bad.Error(), "@") {
				t.Errorf("%q: error %q", text, bad)
			}
			return
		}
		typed, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range list {
			u, err := url.Parse(c.address)
			if err != nil || !sameOrigin(u, typed) || u.User != nil {
				t.Errorf("%q leads to %q: %v", text, c.address, err)
			}
		}
	})
}
