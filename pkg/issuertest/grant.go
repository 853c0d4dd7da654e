package issuertest

import (
	"crypto/rand"
	"crypto/subtle"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// deviceGrant is the grant type of RFC 8628 section 3.4.
const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"

// A refreshGrant is what a refresh token stands for. A token that was used already
// revokes its family (RFC 9700 section 4.14.2).
type refreshGrant struct {
	grant
	used bool
}

// grantTokens answers a token request (RFC 6749 section 3.2) according to its grant
// type.
func (i *Issuer) grantTokens(r *http.Request, client *Client) (strictjson.Value, *oauthError) {
	grants := map[string]func(*http.Request, *Client) (*grant, *oauthError){
		"authorization_code": i.grantCode, "client_credentials": i.grantProgram, "password": i.grantPassword,
		"refresh_token": i.grantRefresh, deviceGrant: i.grantDevice,
	}
	find, ok := grants[r.PostFormValue("grant_type")]
	if !ok {
		return strictjson.Value{}, refuse("unsupported_grant_type", "grant_type %q is not supported", r.PostFormValue("grant_type"))
	}
	g, refused := find(r, client)
	if refused != nil {
		return strictjson.Value{}, refused
	}
	return i.issue(g)
}

// authenticate finds the client of a request: HTTP Basic, a form (RFC 6749 section
// 2.3.1), or for a public client its name alone.
func (i *Issuer) authenticate(r *http.Request) (*Client, *oauthError) {
	id, secret := r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	if user, password, ok := r.BasicAuth(); ok {
		var errs [2]error
		id, errs[0] = url.QueryUnescape(user)
		secret, errs[1] = url.QueryUnescape(password)
		if errs[0] != nil || errs[1] != nil {
			return nil, refuse("invalid_client", "the credentials are not form-encoded (RFC 6749 section 2.3.1)")
		}
	}
	client := i.client(id)
	switch {
	case id == "":
		return nil, refuse("invalid_client", "no client is named")
	case client == nil:
		return nil, refuse("invalid_client", "no client is registered as %q", id)
	case subtle.ConstantTimeCompare([]byte(secret), []byte(client.Secret)) != 1:
		return nil, refuse("invalid_client", "the client's secret is wrong or missing")
	}
	return client, nil
}

func (i *Issuer) grantCode(r *http.Request, client *Client) (*grant, *oauthError) {
	code := r.PostFormValue("code")
	found, ok := i.store.codes.get(code, i.now())
	switch {
	case !ok || found.client != client:
		return nil, refuse("invalid_grant", "the code is unknown, has expired, or is another client's")
	case found.used: // RFC 6749 section 4.1.2: somebody else has it, too
		found.family.Store(true)
		return nil, refuse("invalid_grant", "the code has been used before; its tokens are revoked")
	case found.redirectURI != r.PostFormValue("redirect_uri"):
		return nil, refuse("invalid_grant", "the redirect_uri is not that of the authorization request")
	case !provesKey(found.challenge, r.PostFormValue("code_verifier")):
		return nil, refuse("invalid_grant", "the code_verifier does not fit the code_challenge")
	}
	if _, first := i.store.codes.take(code, i.now()); !first {
		return nil, refuse("invalid_grant", "the code is being used")
	}
	i.store.codes.put(code, &codeGrant{grant: found.grant, used: true}, i.now().Add(codeLife))
	return &found.grant, nil
}

func (i *Issuer) grantProgram(r *http.Request, client *Client) (*grant, *oauthError) {
	if client.public() {
		return nil, refuse("unauthorized_client", "a public client cannot act for itself")
	}
	g := newGrant(r, client)
	return &g, nil
}

func (i *Issuer) grantPassword(r *http.Request, client *Client) (*grant, *oauthError) {
	user := i.userNamed(r.PostFormValue("username"))
	if user == nil || subtle.ConstantTimeCompare([]byte(user.Password), []byte(r.PostFormValue("password"))) != 1 {
		return nil, refuse("invalid_grant", "the username or the password is wrong")
	}
	g := newGrant(r, client)
	g.session = newSession(user, i.now())
	return &g, nil
}

func (i *Issuer) grantRefresh(r *http.Request, client *Client) (*grant, *oauthError) {
	name := hashed(r.PostFormValue("refresh_token"))
	found, ok := i.store.refresh.get(name, i.now())
	if !ok || found.client != client || found.family.Load() {
		return nil, refuse("invalid_grant", "the refresh token is unknown, has expired, or is another client's")
	}
	g := found.grant
	if scope := strings.Fields(r.PostFormValue("scope")); len(scope) > 0 {
		for _, s := range scope {
			if !slices.Contains(g.scope, s) {
				return nil, refuse("invalid_scope", "scope %q was not granted", s)
			}
		}
		g.scope = scope
	}
	if found.used {
		g.family.Store(true)
		return nil, refuse("invalid_grant", "the refresh token has been used; all tokens of this login are revoked")
	}
	i.store.refresh.put(name, &refreshGrant{grant: found.grant, used: true}, i.now().Add(refreshLife))
	return &g, nil
}

// issue issues the tokens of a grant.
func (i *Issuer) issue(g *grant) (strictjson.Value, *oauthError) {
	m := i.minterFor(g.client)
	access, err := i.accessToken(m, g)
	if err != nil {
		return strictjson.Value{}, refuse("server_error", "%v", err)
	}
	i.store.access.put(hashed(access), g, i.now().Add(m.shape.accessLife))
	answer := claims{}
	answer.set("access_token", access, "token_type", "Bearer", "expires_in", int64(m.shape.accessLife.Seconds()), "scope", notEmpty(strings.Join(g.scope, " ")))
	if g.session != nil && slices.Contains(g.scope, "openid") {
		id, err := m.Mint(g.token(Token{Kind: verify.KindID, AccessToken: access, Nonce: g.nonce}))
		if err != nil {
			return strictjson.Value{}, refuse("server_error", "%v", err)
		}
		answer.set("id_token", id)
	}
	if g.session != nil && slices.Contains(g.scope, "offline_access") {
		name := rand.Text()
		i.store.refresh.put(hashed(name), &refreshGrant{grant: *g}, i.now().Add(refreshLife))
		answer.set("refresh_token", name)
	}
	return answer.value(), nil
}

func (i *Issuer) accessToken(m *Minter, g *grant) (string, error) {
	if m.shape.opaque {
		return "ya29." + rand.Text() + rand.Text(), nil
	}
	return m.Mint(g.token(Token{Kind: verify.KindAccess, Audience: g.audience}))
}

// token fills in what a grant says.
func (g *grant) token(t Token) Token {
	t.ClientID, t.Scopes, t.ACR = g.client.ID, g.scope, g.acr
	if g.session == nil {
		t.Program = true
		return t
	}
	t.Subject, t.AuthTime, t.Session = g.session.user.Name, g.session.authTime, g.session.id
	return t
}
