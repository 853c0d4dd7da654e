package openid

import "testing"

// The provider says when the user signed in, in the ID token only.
func TestAuthAgeOfALogin(t *testing.T) {
	s, u := newSite(t), newUser(t)
	l := s.login(t, jwt)
	age := append([]string{"auth-age"}, l.verify(s)[1:]...)
	p := u.run(append(age, "--max-age", "5m")...).exits(0).says(`claimcheck: accepted: the user signed in .*, within the limit of 5m \(exit 0\)`).report()
	if p.AuthAge.Reauthenticate || p.AuthAge.AgeSeconds > 60 {
		t.Errorf("%+v", p.AuthAge)
	}
	p = u.run(append(age, "--max-age", "5m", "--at", "+10m")...).exits(19).says(`claimcheck: rejected: .*\(exit 19\)`).report()
	p.wantFailed(t, "auth_time")
	if !p.AuthAge.Reauthenticate || p.AuthAge.AgeSeconds < 600 {
		t.Errorf("%+v", p.AuthAge)
	}
	p = u.run(append(age, "--max-age", "5m", "--at", "+2h")...).exits(19).says(`claimcheck: rejected: .*\(exit 19\)`).report()
	p.wantFailed(t, "expiry auth_time")
	u.run(append(age, "--max-age", "3h", "--at", "+2h")...).exits(16).says(`claimcheck: rejected: .*\(exit 16\)`).report()

	access := []string{"auth-age", l.accessToken, "--issuer", s.issuer, "--audience", "jwt"}
	p = u.run(access...).exits(19).says(`claimcheck: rejected: .*\(exit 19\)`).report()
	p.wantFailed(t, "auth_time")
}
