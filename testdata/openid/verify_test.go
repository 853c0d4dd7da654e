package openid

import (
	"encoding/base64"
	"strings"
	"testing"
)

const accepted = `claimcheck: accepted \(exit 0\)`

// verify is the command line for the ID token of a login.
func (l *login) verify(s *site, more ...string) []string {
	return append([]string{"verify", l.idToken, "--issuer", s.issuer, "--audience", l.client.id}, more...)
}

func TestIDTokenOfALogin(t *testing.T) {
	s := newSite(t)
	for _, c := range []client{native, web, jwt} {
		t.Run(c.id, func(t *testing.T) {
			u, l := newUser(t), s.login(t, c)
			p := u.run(l.verify(s, "--kind", "id", "--client-id", c.id, "--nonce", l.nonce, "--strict",
				"--access-token", file(t, l.accessToken), "--code", file(t, l.code))...).exits(0).says(accepted).report()
			if failed := append(p.statuses("failed"), p.statuses("warning")...); failed != nil {
				t.Errorf("accepted, but: %q", failed)
			}
			for _, id := range []string{"signature", "advertised_algorithm", "issuer", "audience", "expiry", "issued_at", "client", "nonce", "access_token_hash", "code_hash"} {
				if !p.passed(id) {
					t.Errorf("%s has not passed", id)
				}
			}
			if p.Kind != "id" || p.Claims["sub"] != "id1" || p.Claims["nonce"] != l.nonce {
				t.Errorf("an %q token with %v", p.Kind, p.Claims)
			}
			if p.Key.Source != s.issuer+"keys" || *p.Key.AgeSeconds > 60 {
				t.Errorf("the key is from %q", p.Key.Source)
			}
			u.run(l.verify(s, "--kind", "id", "-o", "text")...).exits(0).says().shows(`ACCEPTED`)
			u.run(l.verify(s, "--kind", "id", "-q")...).exits(0).says().printsNothing()
			u.run(l.verify(s, "--jq", ".claims.sub")...).exits(0).says(accepted).prints("id1")
		})
	}
}

// TestRefusals changes one thing in what is required of a good ID token.
func TestRefusals(t *testing.T) {
	s, u := newSite(t), newUser(t)
	l, other := s.login(t, native), s.login(t, native)
	for _, test := range []struct {
		name   string
		args   []string
		code   int
		reason string
		failed string
	}{
		{"audience", []string{"verify", l.idToken, "--issuer", s.issuer, "--audience", "web"}, 15, "wrong_audience", "audience"},
		{"audience of an ID token", []string{"verify", l.idToken, "--issuer", s.issuer, "--audience", "api", "--kind", "id"}, 15, "wrong_audience", "audience authorized_party"},
		{"nonce", l.verify(s, "--nonce", other.nonce), 18, "claim_refused", "nonce"},
		{"access token", l.verify(s, "--access-token", file(t, other.accessToken)), 18, "claim_refused", "access_token_hash"},
		{"code", l.verify(s, "--code", file(t, other.code)), 18, "claim_refused", "code_hash"},
		{"client", l.verify(s, "--client-id", "web"), 18, "claim_refused", "authorized_party client"},
		{"kind", l.verify(s, "--kind", "access"), 18, "claim_refused", "kind"},
		{"later", l.verify(s, "--at", "+2h"), 16, "expired", "expiry"},
		{"earlier", l.verify(s, "--at", "-1h"), 17, "not_yet_valid", "issued_at"},
		{"validity", l.verify(s, "--min-validity", "2h"), 16, "expired", "min_validity"},
		{"algorithm", l.verify(s, "--alg", "ES256"), 11, "algorithm_refused", "algorithm"},
		{"issuer", append(l.verify(s)[:2], "--jwks", s.issuer+"keys", "--issuer", "https://issuer.example", "--audience", "native"), 14, "wrong_issuer", "issuer"},
	} {
		t.Run(test.name, func(t *testing.T) {
			u := u.in(t)
			p := u.run(test.args...).exits(test.code).says(`claimcheck: rejected: .*\(exit \d+\)`).report()
			if p.Verdict != "rejected" || p.Reason != test.reason {
				t.Errorf("%s: %s", p.Verdict, p.Reason)
			}
			p.wantFailed(t, test.failed)
			if test.code > 13 && (!p.passed("signature") || p.RejectedClaims["sub"] != "id1") {
				t.Errorf("the signature is good, but: %+v", p)
			}
			u.run(append(test.args, "-o", "text")...).exits(test.code).says().shows(`REJECTED`)
			u.run(append(test.args, "-q")...).exits(test.code).says().printsNothing()
		})
	}
}

func TestTamperedTokens(t *testing.T) {
	s, u := newSite(t), newUser(t)
	l, other := s.login(t, native), s.login(t, native)
	for name, token := range map[string]string{
		"another subject":   join(header(l.idToken), replaced(t, payload(l.idToken), `"sub":"id1"`, `"sub":"id2"`), signature(l.idToken)),
		"another signature": join(header(l.idToken), payload(l.idToken), signature(other.idToken)),
		"a longer life":     join(header(l.idToken), replaced(t, payload(l.idToken), `"exp":1`, `"exp":2`), signature(l.idToken)),
	} {
		t.Run(name, func(t *testing.T) {
			p := u.in(t).run("verify", token, "--issuer", s.issuer, "--audience", "native", "--kind", "id").
				exits(13).says(`claimcheck: rejected: .*\(exit 13\)`).report()
			p.wantFailed(t, "signature")
			if p.Reason != "bad_signature" {
				t.Errorf("the reason is %s", p.Reason)
			}
		})
	}
	unsigned := join(base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)), payload(l.idToken), "")
	u.run("verify", unsigned, "--issuer", s.issuer, "--audience", "native").exits(11).says(`claimcheck: rejected: .*\(exit 11\)`).report()
}

// Two providers of one make differ in issuer and keys.
func TestTokenOfAnotherProvider(t *testing.T) {
	s, other, u := newSite(t), newSite(t), newUser(t)
	l := other.login(t, native)
	p := u.run(l.verify(s)...).exits(12).says(`claimcheck: rejected: .*\(exit 12\)`).report()
	p.wantFailed(t, "key issuer")
	s.wantRequests(t, discovery, "GET /keys")
	other.wantRequests(t) // which the token names
}

func TestJWTAccessToken(t *testing.T) {
	s, u := newSite(t), newUser(t)
	l := s.login(t, jwt)
	access := []string{"verify", l.accessToken, "--issuer", s.issuer, "--audience", "jwt"}
	p := u.run(append(access, "--kind", "access", "--client-id", "jwt", "--strict")...).exits(0).says(accepted).report()
	if p.Kind != "access" || p.Claims["sub"] != "id1" {
		t.Errorf("an %q token with %v", p.Kind, p.Claims)
	}
	u.run(access...).exits(0).says(accepted).report()
	// Nothing in this token says that it is no ID token, but it was made without a nonce.
	p = u.run(append(access, "--kind", "id", "--nonce", l.nonce)...).exits(18).says(`claimcheck: rejected: .*\(exit 18\)`).report()
	if p.passed("nonce") {
		t.Error("an access token passes for the ID token of a login")
	}
	u.run(append(access, "--at", "+10m")...).exits(16).says(`claimcheck: rejected: .*\(exit 16\)`).report()
}

func TestOpaqueAccessTokenIsNamed(t *testing.T) {
	s, u := newSite(t), newUser(t)
	token := file(t, s.login(t, native).accessToken)
	for _, more := range [][]string{nil, {"--kind", "access"}} {
		args := append([]string{"verify", token, "--issuer", s.issuer, "--audience", "native"}, more...)
		p := u.run(args...).exits(10).says(`claimcheck: rejected: .*\(exit 10\)`).shows(`this is an opaque token: only its issuer can check it`).report()
		if p.Reason != "malformed" {
			t.Errorf("the reason is %s", p.Reason)
		}
	}
	s.wantRequests(t) // no key could save it
}

// What people have at hand is rarely the bare token.
func TestTokensAsTheyArePasted(t *testing.T) {
	s, u := newSite(t), newUser(t)
	l := s.login(t, jwt)
	trust := []string{"--issuer", s.issuer, "--audience", "jwt"}
	u.pipe(l.response, append([]string{"verify"}, trust...)...).exits(3).
		says(`claimcheck: there are 2 different tokens in the input: .*access_token.*id_token.*`, `hint: .*--pick.*`).report()
	u.pipe(l.response, append([]string{"verify", "--pick", "id_token", "--kind", "id"}, trust...)...).exits(0).says(accepted).report()
	u.pipe(l.response, append([]string{"verify", "--pick", "access_token", "--kind", "access"}, trust...)...).exits(0).says(accepted).report()
	u.pipe("Authorization: Bearer "+l.accessToken+"\r\n", append([]string{"verify", "-"}, trust...)...).exits(0).says(accepted).report()
	u.run(append([]string{"verify", file(t, l.idToken+"\n"), "--exact"}, trust...)...).exits(0).says(accepted).report()

	l = s.implicitLogin(t, web)
	u.run("verify", l.page, "--pick", "id_token", "--issuer", s.issuer, "--audience", "web", "--kind", "id",
		"--nonce", l.nonce, "--access-token", file(t, l.accessToken)).exits(0).says(accepted).report()
}

// wantFailed compares the ids of the checks that failed, in order.
func (p report) wantFailed(t *testing.T, want string) {
	t.Helper()
	var ids []string
	for _, failed := range p.statuses("failed") {
		id, _, _ := strings.Cut(failed, " ")
		ids = append(ids, id)
	}
	if got := strings.Join(ids, " "); got != want {
		t.Errorf("failed: %q, want %s", p.statuses("failed"), want)
	}
}

func (p report) passed(id string) bool {
	for _, check := range p.Checks {
		if check.ID == id {
			return check.Status == "passed"
		}
	}
	return false
}

func header(token string) string    { return strings.Split(token, ".")[0] }
func payload(token string) string   { return strings.Split(token, ".")[1] }
func signature(token string) string { return strings.Split(token, ".")[2] }

func join(segments ...string) string { return strings.Join(segments, ".") }

// replaced is a segment with something else in its JSON.
func replaced(t *testing.T, segment, old, with string) string {
	t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(segment)
	must(t, err)
	if !strings.Contains(string(text), old) {
		t.Fatalf("no %s in %s", old, text)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(text), old, with, 1)))
}
