package issuertest

import (
	"slices"
	"strings"
	"time"
)

// facts are the input for the claims of a token: what was asked for, without gaps.
type facts struct {
	Token
	issuer    string
	user      *User // nil if the client acts for itself
	issued    time.Time
	expires   time.Time
	id        string // jti
	algorithm string
}

// subject returns the subject of the token: the user, or the client itself.
func (f *facts) subject() string {
	if f.user == nil {
		return f.ClientID
	}
	return f.user.Subject
}

// login adds the claims about the login, if there was one.
func (f *facts) login(c *claims) {
	if !f.AuthTime.IsZero() {
		c.set("auth_time", f.AuthTime.Unix(), "acr", notEmpty(f.ACR), "amr", []string{"pwd"})
	}
}

// grant adds the roles, if there are any.
func (f *facts) grant(c *claims, name string) {
	if len(f.Roles) > 0 {
		c.set(name, f.Roles)
	}
}

func (f *facts) asks(scope string) bool { return slices.Contains(f.Scopes, scope) }

// profile adds the claims about the user that the scopes request (OpenID Connect Core
// section 5.4).
func (f *facts) profile(c *claims) {
	if f.user != nil && f.asks("profile") {
		c.set("name", f.user.FullName, "preferred_username", f.user.Name)
	}
	if f.user != nil && f.asks("email") {
		c.set("email", f.user.Email, "email_verified", true)
	}
}

// access returns the claims of an access token (RFC 9068).
func (f *facts) access() claims {
	c := claims{}
	c.set("iss", f.issuer, "sub", f.subject(), "aud", one(f.Audience), "client_id", f.ClientID, "iat", f.issued.Unix(),
		"exp", f.expires.Unix(), "jti", f.id, "scope", notEmpty(strings.Join(f.Scopes, " ")))
	f.login(&c)
	f.grant(&c, "roles")
	return c
}

// idToken returns the claims of an ID token (OpenID Connect Core section 2), with
// nonce and at_hash (section 3.1.3.6).
func (f *facts) idToken() claims {
	c := claims{}
	c.set("iss", f.issuer, "sub", f.subject(), "aud", one(f.Audience), "iat", f.issued.Unix(), "exp", f.expires.Unix())
	f.login(&c)
	c.set("nonce", notEmpty(f.Nonce))
	if f.AccessToken != "" {
		c.set("at_hash", leftHalf(f.algorithm, f.AccessToken))
	}
	c.set("sid", notEmpty(f.Session))
	f.profile(&c)
	return c
}

// logoutToken returns the claims of a logout token (OpenID Connect Back-Channel
// Logout section 2.4).
func (f *facts) logoutToken() claims {
	c := claims{}
	c.set("iss", f.issuer, "sub", f.subject(), "aud", one(f.Audience), "iat", f.issued.Unix(), "exp", f.issued.Add(2*time.Minute).Unix(),
		"jti", f.id, "events", object("http://schemas.openid.net/event/backchannel-logout", object()), "sid", f.Session)
	return c
}
