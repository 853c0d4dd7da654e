package provider

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
)

func document(issuer string) string {
	return fmt.Sprintf(`{"issuer":%q,"jwks_uri":%q}`, issuer, issuer+"/keys")
}

func TestDiscoverTriesTheFormsInOrder(t *testing.T) {
	const openID, oauth = "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"
	for _, c := range []struct {
		name, issuer, at string
		form             string
		requests         int
	}{
		{"openid", "", openID, formOpenID, 1},
		{"openid with a slash", "/", openID, formOpenID, 1},
		{"openid with a path", "/tenant/a", "/tenant/a" + openID, formOpenID, 1},
		{"openid with a path and a slash", "/tenant/", "/tenant" + openID, formOpenID, 1},
		{"oauth", "", oauth, formOAuth, 2},
		{"oauth inserted", "/tenant/a", oauth + "/tenant/a", formOAuth, 2},
		{"oauth inserted, with a slash", "/tenant/", oauth + "/tenant", formOAuth, 2},
		{"oauth appended", "/tenant", "/tenant" + oauth, formOAuthAppended, 3},
		{"an escaped path stays as it is", "/a%2Fb/c", "/a/b/c" + openID, formOpenID, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newTLSSite(t)
			issuer := s.URL + c.issuer
			s.serve(c.at, document(issuer))
			md, err := newBench(t, s).Discover(t.Context(), issuer)
			if err != nil {
				t.Fatal(err)
			}
			wantText(t, md.Form, map[string]string{
				formOpenID: "OpenID Connect Discovery, appended", formOAuth: "RFC 8414, inserted", formOAuthAppended: "RFC 8414, but appended",
			}[c.form])
			if md.Form != c.form || md.Issuer != issuer || md.Asked != issuer || md.JWKSURI != issuer+"/keys" {
				t.Errorf("got %+v", md)
			}
			if len(md.Tried) != c.requests || len(s.requests()) != c.requests || md.Tried[c.requests-1].Outcome != "found" {
				t.Errorf("tried %+v", md.Tried)
			}
			if !strings.HasPrefix(md.URL, s.URL) || md.FromCache {
				t.Errorf("URL %q, from cache %t", md.URL, md.FromCache)
			}
		})
	}
}

func TestWholeAddressKeepsItsQuery(t *testing.T) {
	const address = "https://a.example" + configuration
	for text, want := range map[string]string{
		address: address, address + "/": address, address + "?appid=1": address + "?appid=1", address + "/?appid=1": address + "?appid=1",
	} {
		if c, ok := wholeAddress(text); !ok || c.address != want || c.issuer != "https://a.example" {
			t.Errorf("%s: got %+v, %t; want %s", text, c, ok, want)
		}
	}
}

func TestDiscoverTakesTheWholeAddress(t *testing.T) {
	const openID, oauth = "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"
	for _, c := range []struct {
		address, issuer string
		form            string
	}{
		{openID, "", formOpenID},
		{openID, "/", formOpenID}, // Auth0's issuers end with a slash
		{openID + "?appid=1", "", formOpenID},
		{openID + "/", "", formOpenID}, // as people paste it
		{openID + "/?appid=1", "", formOpenID},
		{"/a" + openID, "/a", formOpenID},
		{openID + "/a", "/a", formOpenIDInserted},
		{oauth, "", formOAuth},
		{oauth + "/", "", formOAuth},
		{oauth + "/a/", "/a", formOAuth},
		{oauth + "/a/b", "/a/b", formOAuth},
		{"/a" + oauth, "/a", formOAuthAppended},
	} {
		t.Run(c.address+" for "+c.issuer, func(t *testing.T) {
			s := newTLSSite(t)
			path, _, _ := strings.Cut(c.address, "?")
			s.serve(strings.TrimSuffix(path, "/"), document(s.URL+c.issuer))
			b := newBench(t, s)
			md, err := b.Discover(t.Context(), s.URL+c.address)
			if err != nil {
				t.Fatal(err)
			}
			if c.form == formOpenIDInserted {
				wantText(t, md.Form, "OpenID Connect Discovery, but inserted")
			}
			if md.Form != c.form || md.Asked != s.URL+c.issuer {
				t.Errorf("got form %q, asked %q", md.Form, md.Asked)
			}
			// For a verification the two have to be byte-equal.
			var mismatch *IssuerMismatchError
			if _, err := b.KeysFor(t.Context(), s.URL+c.address, ""); !errors.As(err, &mismatch) {
				t.Errorf("got %v, want an IssuerMismatchError", err)
			} else if mismatch.Found != s.URL+c.issuer || mismatch.Asked != s.URL+c.address {
				t.Errorf("got %+v", mismatch)
			}
		})
	}
}

func TestAnIssuerThatDiffersIsShownButNotUsed(t *testing.T) {
	for _, found := range []string{"%s/", "%s/{tenantid}/v2.0", "https://other.example", ""} {
		s := newTLSSite(t)
		if strings.Contains(found, "%s") {
			found = fmt.Sprintf(found, s.URL)
		}
		s.serve(configuration, fmt.Sprintf(`{"issuer":%q,"jwks_uri":%q}`, found, s.URL+"/keys"))
		s.serve("/keys", keySet("a"))
		b := newBench(t, s)
		md, err := b.Discover(t.Context(), s.URL)
		var mismatch *IssuerMismatchError
		if !errors.As(err, &mismatch) || mismatch.Found != found || mismatch.Asked != s.URL {
			t.Fatalf("got %v", err)
		}
		wantText(t, mismatch.Error(), s.URL+configuration, found)
		if found == "" {
			wantText(t, mismatch.Error(), "names no issuer")
		}
		if md == nil || md.Issuer != found || md.Asked != s.URL {
			t.Errorf("got metadata %+v", md)
		}
		for _, use := range []func() error{
			func() error { _, err := b.KeysOf(t.Context(), md, ""); return err },
			func() error { _, err := b.KeysFor(t.Context(), s.URL, ""); return err },
			func() error {
				_, err := b.Introspect(t.Context(), s.URL+"/introspect", IntrospectionRequest{AuthMethod: authNone, NamedBy: md})
				return err
			},
		} {
			if err := use(); !errors.As(err, &mismatch) {
				t.Errorf("got %v, want a refusal", err)
			}
		}
		if slices.Contains(s.requests(), "GET /keys") {
			t.Error("the keys of another issuer were fetched")
		}
		if files := b.cacheFiles(t); len(files) != 0 {
			t.Errorf("the metadata of another issuer is cached: %v", files)
		}
	}
}

func TestDiscoverGoesOnOnlyWhereThereIsNothing(t *testing.T) {
	page := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, "<!doctype html><title>App</title>")
	}
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	for _, c := range []struct {
		name   string
		first  http.HandlerFunc
		goesOn bool
		kind   string
		status int
	}{
		{"404", status(404), true, causeStatus, 404},
		{"410", status(410), true, causeStatus, 410},
		{"405", status(405), true, causeStatus, 405},
		{"400", status(400), true, causeStatus, 400},
		{"403", status(403), true, causeStatus, 403},
		{"a page", page, true, causeHTML, 200},
		{"401", status(401), false, causeStatus, 401},
		{"500", status(500), false, causeStatus, 500},
		{"204", status(204), false, causeStatus, 204},
		{"not JSON", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }, false, causeNotJSON, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newTLSSite(t)
			s.route("/p"+configuration, c.first)
			b := newBench(t, s)
			_, err := b.Discover(t.Context(), s.URL+"/p")
			e := wantFetchError(t, err, c.kind)
			want := 1
			if c.goesOn {
				want = 3
				wantText(t, err.Error(), "no metadata at "+s.URL+"/p: ")
				if e.Issuer != s.URL+"/p" || !e.Missing() {
					t.Errorf("got issuer %q, missing %t", e.Issuer, e.Missing())
				}
			}
			if e.Status != c.status || len(e.Tried) != want || len(s.requests()) != want {
				t.Errorf("got status %d, tried %+v", e.Status, e.Tried)
			}
			// Another form serves it: found only if there was nothing before.
			s.serve("/.well-known/oauth-authorization-server/p", document(s.URL+"/p"))
			md, err := b.Discover(t.Context(), s.URL+"/p")
			if c.goesOn != (err == nil) {
				t.Fatalf("got %v", err)
			}
			if c.goesOn && (md.Form != formOAuth || len(md.Tried) != 2 || md.Tried[0].Cause != c.kind) {
				t.Errorf("got %+v", md)
			}
		})
	}
}

func TestDiscoverKeepsTheDocumentAsServed(t *testing.T) {
	s := newTLSSite(t)
	s.serve(configuration, fmt.Sprintf(`{"z":12345678901234567890,"issuer":%q,"a":1.50}`, s.URL))
	md, err := newBench(t, s).Discover(t.Context(), s.URL)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := md.Document.String(), fmt.Sprintf(`{"z":12345678901234567890,"issuer":%q,"a":1.50}`, s.URL); got != want {
		t.Errorf("got %s", got)
	}
}

func TestWhatIsNoIssuerIsNotAsked(t *testing.T) {
	for issuer, why := range map[string]string{
		"":                              "not an https URL",
		"issuer.example":                "not an https URL",
		"ftp://issuer.example":          "not an https URL",
		"https://":                      "no host",
		"https:issuer.example":          "no host",
		"https://issuer.example?a=b":    "query",
		"https://issuer.example#x":      "fragment",
		"https://me:pw@issuer.example":  "password",
		"https://127.1/":                "usual form",
		"https://0x7f000001/":           "usual form",
		"https://2130706433":            "usual form",
		"https://issuer.example:port":   "not a URL",
		"https://issuer.example/%zz":    "not a URL",
		"https://issuer.example\x7f/":   "not a URL",
		"https://me:s3cret@[::1":        "not a URL",
		"https://issuer.example/?t=abc": "query",
	} {
		_, err := newBench(t, nil).Discover(t.Context(), issuer)
		e := wantFetchError(t, err, causeURL)
		wantText(t, e.Text, why)
		for _, secret := range []string{"pw", "s3cret", "abc", "a=b"} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%q shows %q", err, secret)
			}
		}
	}
}
