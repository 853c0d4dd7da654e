package openid
import "testing"
func TestX(t *testing.T) {
	s := newSite(t)
	u := newUser(t)
	for _, c := range []client{native, web, jwt} {
		l := s.login(t, c)
		t.Log(l.response, l.page)
		for _, args := range [][]string{{"verify", l.idToken, "--issuer", s.issuer, "--audience", c.id, "--nonce", l.nonce, "--kind", "id", "--code", l.code, "--access-token", l.accessToken, "-v"},
		{"verify", l.accessToken, "--issuer", s.issuer, "--audience", c.id},
		{"verify", l.accessToken, "--issuer", s.issuer, "--audience", c.id, "--kind", "access"},
		{"verify", l.response, "--issuer", s.issuer, "--audience", c.id, "--kind", "id"},
		{"verify", l.response, "--issuer", s.issuer, "--audience", c.id, "--kind", "id", "--pick", "id_token"},
		} {
		r := u.run(args...)
		t.Log(args, r.code, r.stdout, "\nERR\n", r.stderr)
		}
	}
	l := s.implicitLogin(t, web)
	t.Log(l.page)
	r := u.run("verify", l.page, "--pick", "id_token", "--issuer", s.issuer, "--audience", "web", "--kind", "id", "--access-token", l.accessToken, "--nonce", l.nonce)
	t.Log(r.code, r.stdout, "\nERR\n", r.stderr)
}
