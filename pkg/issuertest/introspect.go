package issuertest

import (
	"net/http"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// signedHere returns the claims of a JWT that this issuer has signed, and that is
// good at a time.
func (i *Issuer) signedHere(raw string, at time.Time) (strictjson.Value, bool) {
	parsed := token.Parse(raw)
	policy := verify.Policy{Issuer: i.URL, AnyAudience: true}
	for _, keys := range i.trusted() {
		if verify.Verify(parsed, keys, policy, at).Err() == nil {
			return parsed.UnverifiedClaims(), true
		}
	}
	return strictjson.Value{}, false
}

// trusted is what verifies the issuer's own tokens: its key set, or its clients'
// secrets.
func (i *Issuer) trusted() []verify.Keys {
	list := []verify.Keys{}
	if !i.ring.current().symmetric() {
		if set, err := jwks.Parse([]byte(keySet(i.ring.published(i.now())...).String())); err == nil {
			list = append(list, &verify.PublicKeys{Set: set})
		}
		return list
	}
	for _, c := range i.clients {
		if secret, err := verify.NewSecret([]byte(c.Secret), "a client's secret"); err == nil {
			list = append(list, secret)
		}
	}
	return list
}

// active returns what is known of an access token, a JWT or opaque.
func (i *Issuer) active(raw string) (strictjson.Value, *User, bool) {
	now := i.now()
	g, issued := i.store.access.get(hashed(raw), now)
	if _, revoked := i.store.revoked.get(hashed(raw), now); revoked || issued && g.family.Load() {
		return strictjson.Value{}, nil, false
	}
	if issued && i.shape.opaque {
		document, user := g.describe(i.URL)
		return document, user, true
	}
	document, ok := i.signedHere(raw, now)
	if !ok {
		return strictjson.Value{}, nil, false
	}
	if issued && g.session != nil {
		return document, g.session.user, true
	}
	subject, _ := document.Get("sub").Text()
	for n := range i.minter.Users {
		if u := &i.minter.Users[n]; u.Subject == subject || u.Email == subject {
			return document, u, true
		}
	}
	return document, nil, true
}

// describe is an opaque token in the terms of RFC 7662 section 2.2.
func (g *grant) describe(issuer string) (strictjson.Value, *User) {
	subject, user := g.client.ID, (*User)(nil)
	if g.session != nil {
		subject, user = g.session.user.Subject, g.session.user
	}
	return object("iss", issuer, "client_id", g.client.ID, "scope", notEmpty(strings.Join(g.scope, " ")), "sub", subject), user
}

// introspect answers an introspection request (RFC 7662).
func (i *Issuer) introspect(r *http.Request, client *Client) (strictjson.Value, *oauthError) {
	raw := r.PostFormValue("token")
	switch {
	case client.public():
		return strictjson.Value{}, refuse("invalid_client", "a public client may not ask")
	case raw == "":
		return strictjson.Value{}, refuse("invalid_request", "token is missing")
	}
	document, user, ok := i.active(raw)
	if g, refresh := i.store.refresh.get(hashed(raw), i.now()); refresh && !g.used && !g.family.Load() {
		document, _ = g.describe(i.URL)
		user, ok = nil, true
	}
	if !ok {
		return object("active", false), nil
	}
	c := claims{}
	c.set("active", true, "token_type", "Bearer")
	if user != nil {
		c.set("username", user.Name)
	}
	for _, m := range document.Members() {
		c.put(m)
	}
	return c.value(), nil
}

// revokeToken revokes a token. It succeeds for unknown tokens too (RFC 7009 section
// 2.2).
func (i *Issuer) revokeToken(r *http.Request, client *Client) (strictjson.Value, *oauthError) {
	name := hashed(r.PostFormValue("token"))
	if g, ok := i.store.refresh.get(name, i.now()); ok && g.client == client {
		g.family.Store(true)
	}
	if g, ok := i.store.access.get(name, i.now()); !ok || g.client == client {
		i.revoke(name)
	}
	return strictjson.Value{}, nil
}

// serveUserinfo answers with the claims of the token's user (OpenID Connect Core
// section 5.3).
func (i *Issuer) serveUserinfo(w http.ResponseWriter, r *http.Request) {
	scheme, raw, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") { // in any case: RFC 9110 section 11.1
		raw = r.PostFormValue("access_token")
	}
	document, user, ok := i.active(raw)
	switch {
	case raw == "":
		challenge(w, http.StatusUnauthorized, "", "")
		return
	case !ok:
		challenge(w, http.StatusUnauthorized, "invalid_token", "the access token is not active")
		return
	case user == nil:
		challenge(w, http.StatusForbidden, "insufficient_scope", "the access token is not a user's")
		return
	}
	scopes := verify.Scopes(document)
	if g, issued := i.store.access.get(hashed(raw), i.now()); issued { // the token itself may name fewer
		scopes = g.scope
	}
	f := &facts{user: user, Token: Token{Scopes: scopes}}
	if !f.asks("openid") {
		challenge(w, http.StatusForbidden, "insufficient_scope", "the access token lacks the scope openid")
		return
	}
	c := claims{}
	c.set("sub", user.Subject)
	f.profile(&c)
	writeJSON(w, http.StatusOK, c.value())
}

// challenge refuses a bearer token (RFC 6750 section 3). A request without one
// gets no error code.
func challenge(w http.ResponseWriter, status int, code, description string) {
	text := `Bearer realm="claimcheck issuer"`
	if code != "" {
		text += `, error="` + code + `", error_description="` + description + `"`
	}
	w.Header().Set("WWW-Authenticate", text)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
}

// Revoke revokes a token, as its client could: from now on introspection
// reports it as inactive. Verifying its signature does not show that.
func (i *Issuer) Revoke(token string) { i.revoke(hashed(token)) }

func (i *Issuer) revoke(name string) {
	const longest = 15 * 24 * time.Hour // of any shape's tokens, and a day more
	i.store.revoked.put(name, true, i.now().Add(longest))
}
