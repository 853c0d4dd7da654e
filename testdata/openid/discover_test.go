package openid

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

const clean = `claimcheck: (clean: 0|no) errors, \d+ warnings \(exit 0\)`

// sameDocument holds that the two are one JSON document, white space aside:
// members in the same order, numbers with the same digits.
func sameDocument(t *testing.T, got string, want []byte) {
	t.Helper()
	var a, b bytes.Buffer
	must(t, json.Compact(&a, []byte(got)))
	must(t, json.Compact(&b, want))
	if a.String() != b.String() {
		t.Fatalf("printed: %s\nserved:  %s", &a, &b)
	}
}

func TestDiscoverShowsTheDocumentAsServed(t *testing.T) {
	s, u := newSite(t), newUser(t)
	found := u.run("discover", s.issuer).exits(0).says()
	s.wantRequests(t, discovery)
	address := s.issuer + ".well-known/openid-configuration"
	sameDocument(t, found.stdout, fetch(t, address))
	s.requests(t)

	u.run("discover", s.issuer, "--jq", ".jwks_uri").exits(0).says().prints(s.issuer + "keys")
	u.run("discover", s.issuer, "--offline", "--jq", ".issuer").exits(0).says().prints(s.issuer)
	u.run("discover", s.issuer, "-o", "text").exits(0).says().
		shows(`OpenID Connect Discovery, appended to the issuer`).
		shows(`(?m)^token_endpoint +` + regexp.QuoteMeta(s.metadata.TokenEndpoint) + `$`)
	s.wantRequests(t)

	u.run("discover", address, "--jq", ".issuer").exits(0).says().prints(s.issuer)
}

func TestDiscoverCheckFindsNoErrors(t *testing.T) {
	s, u := newSite(t), newUser(t)
	checked := u.run("discover", s.issuer, "--check").exits(0).says(clean).report()
	s.wantRequests(t, discovery, "GET /keys") // the key set is linted as well
	if checked.Source != s.issuer+".well-known/openid-configuration" {
		t.Errorf("the source is %q", checked.Source)
	}
	if errors := checked.statuses("error"); errors != nil {
		t.Errorf("errors: %q", errors)
	}
	for _, warning := range checked.statuses("warning") {
		if !strings.Contains(warning, "http, which is safe on this machine only") { // which it is
			t.Errorf("warning: %s", warning)
		}
	}
}

func TestTheIssuersSlashMatters(t *testing.T) {
	s, u := newSite(t), newUser(t)
	without := strings.TrimSuffix(s.issuer, "/")
	mismatch := `the metadata at .* is for another issuer: "` + s.issuer + `"`
	slash := `hint: (?s:.*)slash(?s:.*)`

	u.run("discover", without, "--jq", ".issuer").exits(0).says(`claimcheck: warning: .*`+mismatch, slash).prints(s.issuer)
	u.run("discover", without, "--check").exits(21).says(`claimcheck: findings: 1 errors?, \d+ warnings \(exit 21\)`).report()
	u.run("jwks", without).exits(4).says(`claimcheck: .*`+mismatch, slash).printsNothing()

	l := s.login(t, web)
	refused := u.run("verify", l.idToken, "--issuer", without, "--audience", "web").exits(4).says(`claimcheck: .*`+mismatch, slash).report()
	if refused.Verdict != "no_answer" || refused.Reason != "unavailable" || !strings.Contains(refused.Error.Message, `is for another issuer: "`+s.issuer+`"`) {
		t.Errorf("%+v", refused)
	}
	// With keys from elsewhere it is the token that has another issuer.
	u.run("verify", l.idToken, "--jwks", s.issuer+"keys", "--issuer", without, "--audience", "web").exits(14).
		says(`claimcheck: rejected: .*\(exit 14\)`).shows(`they differ only in a trailing slash`)
}

func TestABareHostNameMeansHTTPS(t *testing.T) {
	s, u := newSite(t), newUser(t)
	host := strings.TrimSuffix(strings.TrimPrefix(s.issuer, "http://"), "/")
	u.run("discover", host).exits(4).says(`claimcheck: https://`+host+`/.*: the server does not speak TLS at this port`,
		`hint: .*`, `  claimcheck discover http://`+host).printsNothing()
	s.wantRequests(t)
}
