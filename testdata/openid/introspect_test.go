package openid

import (
	"net/url"
	"strings"
	"testing"
)

// introspect is the command line for a token, asked by the client it is for.
// The token and the secret come from files, so no argument can leak them.
func (l *login) introspect(t *testing.T, s *site, token string, more ...string) []string {
	return append([]string{"introspect", file(t, token), "--issuer", s.issuer,
		"--client-id", l.client.id, "--client-secret", file(t, l.client.secret)}, more...)
}

// revoke is the client taking its token back.
func (s *site) revoke(t *testing.T, l *login) {
	t.Helper()
	l.client.post(t, s.metadata.RevocationEndpoint, url.Values{"token": {l.accessToken}})
	s.requests(t)
}

const (
	active   = `claimcheck: the issuer says: active \(exit 0\)`
	inactive = `claimcheck: the issuer says: inactive \(exit 20\)`
)

// keeps holds that nothing that was printed shows a secret or a token.
func (r result) keeps(secrets ...string) result {
	r.t.Helper()
	for _, secret := range secrets {
		if strings.Contains(r.stdout+r.stderr, secret) {
			r.failf("the output shows %s", secret)
		}
	}
	return r
}

func TestIntrospectOpaqueToken(t *testing.T) {
	s, u := newSite(t), newUser(t)
	l := s.login(t, web)
	p := u.run(l.introspect(t, s, l.accessToken)...).exits(0).says(active).keeps(l.accessToken, l.client.secret).report()
	s.wantRequests(t, discovery, "POST /oauth/introspect")
	if p.Verdict != "active" || p.Source != s.metadata.IntrospectionEndpoint || p.Response["sub"] != "id1" || p.Response["client_id"] != "web" {
		t.Errorf("%+v", p)
	}
	u.run(l.introspect(t, s, l.accessToken, "-v")...).exits(0).
		says(traced(s.issuer+".well-known/openid-configuration", `from the cache`),
			`claimcheck: POST `+s.metadata.IntrospectionEndpoint+`: 200, \d+ bytes in \S+`, active).
		keeps(l.accessToken, l.client.secret)
	s.wantRequests(t, "POST /oauth/introspect")
	u.pipe(l.response, "introspect", "--pick", "access_token", "--endpoint", s.metadata.IntrospectionEndpoint,
		"--client-id", "web", "--client-secret", file(t, web.secret)).exits(0).says(active).report()
	s.wantRequests(t, "POST /oauth/introspect")
}

func TestIntrospectWhatIsNotActive(t *testing.T) {
	s, u := newSite(t), newUser(t)
	l := s.login(t, web)
	u.run(l.introspect(t, s, l.accessToken)...).exits(0).says(active)
	s.revoke(t, l)
	for name, token := range map[string]string{
		"revoked":            l.accessToken,
		"nonsense":           "nonsense-0123456789abcdef",
		"another client's":   s.login(t, native).accessToken,
		"another provider's": newSite(t).login(t, web).accessToken,
		"an ID token":        s.login(t, web).idToken,
	} {
		t.Run(name, func(t *testing.T) {
			u := u.in(t)
			p := u.run(l.introspect(t, s, token)...).exits(20).says(inactive).keeps(token).report()
			if p.Verdict != "inactive" || p.Reason != "inactive" || p.Response["active"] != false {
				t.Errorf("%+v", p)
			}
			u.run(l.introspect(t, s, token, "-o", "text")...).exits(20).says().shows(`INACTIVE  according to `)
			u.run(l.introspect(t, s, token, "-q")...).exits(20).says().printsNothing()
		})
	}
}

// That the provider does not answer us says nothing about the token.
func TestIntrospectionRefused(t *testing.T) {
	s, u := newSite(t), newUser(t)
	l := s.login(t, web)
	token := file(t, l.accessToken)
	refused := []string{`claimcheck: .*401.*`, `hint: .*`}
	for name, args := range map[string][]string{
		"wrong secret":   {"--client-id", "web", "--client-secret", file(t, "not-the-secret")},
		"unknown client": {"--client-id", "nobody", "--client-secret", file(t, "not-the-secret")},
		"no secret":      {"--client-id", "web"},
		"no client":      nil,
	} {
		t.Run(name, func(t *testing.T) {
			u := u.in(t)
			args := append([]string{"introspect", token, "--issuer", s.issuer}, args...)
			p := u.run(args...).exits(4).says(refused...).keeps(l.accessToken, "not-the-secret").report()
			if p.Verdict != "no_answer" || p.Reason != "unavailable" {
				t.Errorf("%+v", p)
			}
		})
	}
	s.requests(t)
	u.run("introspect", token, "--issuer", s.issuer, "--client-id", "web", "--client-secret", "a-literal").exits(2).
		says(`claimcheck: .*--client-secret.*`, `hint: .*`).keeps("a-literal").printsNothing()
	s.wantRequests(t)
}

// Metadata of another issuer must not decide where a token is sent: all that is asked
// is whether the issuer with a slash at its end is meant, for the hint.
func TestNoTokenIsSentToAnotherIssuer(t *testing.T) {
	s, u := newSite(t), newUser(t)
	l := s.login(t, web)
	u.run("introspect", file(t, l.accessToken), "--issuer", strings.TrimSuffix(s.issuer, "/"),
		"--client-id", "web", "--client-secret", file(t, web.secret)).exits(4).
		says(`claimcheck: .*is for another issuer.*`, `hint: (?s:.*)`).report()
	s.wantRequests(t, discovery, discovery, "GET /keys")
	s.stop()
	u.run(l.introspect(t, s, l.accessToken)...).exits(4).says(`claimcheck: .*connection refused.*`, `hint: .*`).report()
}

func TestIntrospectAndCompare(t *testing.T) {
	s, u := newSite(t), newUser(t)
	l := s.login(t, jwt)
	args := l.introspect(t, s, l.accessToken, "--compare", "--audience", "jwt", "--kind", "access")
	p := u.run(args...).exits(0).says(`claimcheck: the issuer says: active; here: accepted \(exit 0\).*`).report()
	if len(p.Disagreements) > 0 || p.Local.Verdict != "accepted" {
		t.Errorf("%+v", p)
	}
	s.revoke(t, l)
	p = u.run(args...).exits(20).says(`claimcheck: warning: .*it may have been revoked`, `claimcheck: the issuer says: inactive; here: accepted.*\(exit 20\)`).report()
	if len(p.Disagreements) != 1 || p.Local.Verdict != "accepted" {
		t.Errorf("%+v", p)
	}
	p = u.run(append(args, "--at", "+1h")...).exits(16).says(`claimcheck: the issuer says: inactive; here: rejected.*\(exit 16\)`).report()
	if p.Local.Reason != "expired" {
		t.Errorf("%+v", p)
	}
}
