package issuertest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// A vendor is the shape of an issuer: where things are, and what its tokens look
// like. All shapes but the plain one imitate somebody's product.
type vendor struct {
	name, about    string
	issuer         string // the path of the issuer after its origin
	paths          paths
	accessType     string // typ of access tokens; empty for none
	idType         string
	accessLife     time.Duration
	idLife         time.Duration
	opaque         bool // access tokens are no JWTs
	noAudience     bool // access tokens have no aud
	sameKinds      bool // nothing but its audience tells an access token from an ID token
	audience       string
	access, id     func(*facts) claims
	metadata       func(issuer string, members *claims)
	jwk            func(issuer string) claims // members beside the usual ones
	noCacheControl bool                       // metadata and key set come without Cache-Control
}

// paths are the paths of the endpoints after the origin.
type paths struct {
	authorization, token, userinfo, keys, introspection, revocation, endSession, device string
}

// facts are what a token is made from.
type facts struct {
	issuer      string
	user        *User // nil for a program
	client      string
	audience    []string
	scope       []string
	roles       []string
	issued      time.Time
	expires     time.Time
	authTime    time.Time // zero where nobody logged in
	id          string    // jti
	session     string
	nonce       string
	acr         string
	accessToken string // for at_hash
	algorithm   string
}

// subject is whom the token speaks about: a user, or the client itself.
func (f *facts) subject() string {
	if f.user == nil {
		return f.client
	}
	return f.user.Subject
}

// login adds what is known of the login, if there was one.
func (f *facts) login(c *claims) {
	if f.authTime.IsZero() {
		return
	}
	c.set("auth_time", f.authTime.Unix())
	if f.acr != "" {
		c.set("acr", f.acr)
	}
	c.set("amr", []string{"pwd"})
}

// times adds iat and exp.
func (f *facts) times(c *claims) {
	c.set("iat", f.issued.Unix())
	c.set("exp", f.expires.Unix())
}

// grant adds the roles, if there are any.
func (f *facts) grant(c *claims, name string) {
	if len(f.roles) > 0 {
		c.set(name, f.roles)
	}
}

func (f *facts) asks(scope string) bool { return slices.Contains(f.scope, scope) }

// profile adds the claims about the user that scopes ask for (OpenID Connect Core
// section 5.4).
func (f *facts) profile(c *claims) {
	if f.user == nil {
		return
	}
	if f.asks("profile") {
		c.set("name", f.user.FullName)
		c.set("preferred_username", f.user.Name)
	}
	if f.asks("email") {
		c.set("email", f.user.Email)
		c.set("email_verified", true)
	}
}

// binding adds nonce and at_hash (OpenID Connect Core section 3.1.3.6).
func (f *facts) binding(c *claims) {
	if f.nonce != "" {
		c.set("nonce", f.nonce)
	}
	if f.accessToken != "" {
		c.set("at_hash", leftHalf(f.algorithm, f.accessToken))
	}
}

// plainAccess is an access token as RFC 9068 has it.
func plainAccess(f *facts) claims {
	c := claims{}
	c.set("iss", f.issuer)
	c.set("sub", f.subject())
	c.set("aud", one(f.audience))
	c.set("client_id", f.client)
	f.times(&c)
	c.set("jti", f.id)
	if len(f.scope) > 0 {
		c.set("scope", strings.Join(f.scope, " "))
	}
	f.login(&c)
	f.grant(&c, "roles")
	return c
}

// plainID is an ID token as OpenID Connect Core section 2 has it.
func plainID(f *facts) claims {
	c := claims{}
	c.set("iss", f.issuer)
	c.set("sub", f.subject())
	c.set("aud", one(f.audience))
	f.times(&c)
	f.login(&c)
	f.binding(&c)
	if f.session != "" {
		c.set("sid", f.session)
	}
	f.profile(&c)
	return c
}

// one writes a list of one as a string, as aud may be written.
func one(list []string) strictjson.Value {
	if len(list) == 1 {
		return strictjson.From(list[0])
	}
	return strictjson.From(list)
}

const (
	plain      = "plain"
	defaultAPI = "demo-api"
	defaultApp = "demo"
)

// plainVendor is the shape that imitates nobody.
func plainVendor() vendor {
	return vendor{
		name: plain, about: "no product: OpenID Connect and RFC 9068 by the book",
		paths: paths{
			"/authorize", "/token", "/userinfo", "/jwks", "/introspect", "/revoke", "/end_session", "/device_authorization",
		},
		accessType: "at+jwt", idType: "JWT", accessLife: time.Hour, idLife: time.Hour,
		access: plainAccess, id: plainID, audience: defaultAPI,
	}
}

func vendors() []vendor {
	return []vendor{
		plainVendor(), authgear(), authing(), auth0(), cognito(), entra(), githubActions(), google(), keycloak(), kubernetes(), okta(),
	}
}

// Vendors returns the shapes that Config.Like and MinterConfig.Like know, each
// with a line about it. All but "plain" are imitations.
func Vendors() [][2]string {
	list := [][2]string{}
	for _, v := range vendors() {
		list = append(list, [2]string{v.name, v.about})
	}
	return list
}

func findVendor(name string) (vendor, error) {
	if name == "" {
		name = plain
	}
	names := []string{}
	for _, v := range vendors() {
		if v.name == name {
			return v, nil
		}
		names = append(names, v.name)
	}
	return vendor{}, fmt.Errorf("no shape is named %q: there are %s", name, strings.Join(names, ", "))
}

// prefixed puts all endpoints under one path.
func (p paths) prefixed(prefix string) paths {
	for _, path := range []*string{&p.authorization, &p.token, &p.userinfo, &p.keys, &p.introspection, &p.revocation, &p.endSession, &p.device} {
		if *path != "" {
			*path = prefix + *path
		}
	}
	return p
}

func authgear() vendor {
	v := plainVendor()
	v.name, v.about = "authgear", "Authgear with \"Issue JWT as access token\": the endpoint is issuer and audience"
	v.paths = paths{authorization: "/authorize", token: "/token", userinfo: "/userinfo", keys: "/jwks", revocation: "/revoke", endSession: "/end_session"}.prefixed("/oauth2")
	v.accessLife, v.idLife, v.noCacheControl, v.audience = 30*time.Minute, 5*time.Minute, true, ""
	user := func(f *facts, c *claims) {
		if f.user == nil {
			return
		}
		c.set("https://authgear.com/claims/user/is_anonymous", false)
		c.set("https://authgear.com/claims/user/is_verified", true)
		c.set("https://authgear.com/claims/user/can_reauthenticate", true)
		c.set("https://authgear.com/claims/user/roles", strictjson.From(f.roles))
	}
	v.access = func(f *facts) claims {
		c := plainAccess(f)
		c.remove("roles")
		c.set("aud", strictjson.From(f.audience))
		if f.user == nil {
			c.set("sub", "client_id_"+f.client)
		}
		user(f, &c)
		return c
	}
	v.id = func(f *facts) claims {
		c := plainID(f)
		c.set("aud", strictjson.From(f.audience))
		user(f, &c)
		return c
	}
	v.jwk = func(string) claims { return claims{{Name: "created_at", Value: strictjson.From(1700000000)}} }
	v.metadata = func(_ string, m *claims) {
		m.set("grant_types_supported", []string{"authorization_code", "refresh_token", "client_credentials"})
		m.set("dpop_signing_alg_values_supported", []string{"ES256", "RS256"})
	}
	return v
}

func authing() vendor {
	v := plainVendor()
	v.name, v.about = "authing", "Authing: the issuer ends in /oidc; try --alg HS256 for its ID tokens signed by the application's secret"
	v.issuer = "/oidc"
	v.paths = paths{"/auth", "/token", "/me", "/.well-known/jwks.json", "/token/introspection", "/token/revocation", "/session/end", "/device/auth"}.prefixed("/oidc")
	v.accessType, v.sameKinds, v.accessLife, v.idLife = "JWT", true, 14*24*time.Hour, 14*24*time.Hour
	v.access = func(f *facts) claims {
		c := plainAccess(f)
		c.remove("client_id")
		c.set("azp", f.client)
		if f.user == nil {
			c.remove("sub")
		}
		return c
	}
	return v
}

func auth0() vendor {
	v := plainVendor()
	v.name, v.about = "auth0", "Auth0: the issuer ends in a slash"
	v.issuer = "/"
	v.paths = paths{"/authorize", "/oauth/token", "/userinfo", "/.well-known/jwks.json", "", "/oauth/revoke", "/oidc/logout", "/oauth/device/code"}
	v.accessType, v.sameKinds, v.accessLife, v.idLife, v.audience = "JWT", true, 24*time.Hour, 10*time.Hour, "https://api.example"
	v.access = func(f *facts) claims {
		c := plainAccess(f)
		c.remove("client_id", "roles")
		c.set("azp", f.client)
		if f.user == nil {
			c.set("sub", f.client+"@clients")
			c.set("gty", "client-credentials")
		} else if f.asks("openid") {
			c.set("aud", append(slices.Clone(f.audience), f.issuer+"userinfo"))
		}
		f.grant(&c, "permissions")
		return c
	}
	return v
}

func keycloak() vendor {
	v := plainVendor()
	v.name, v.about = "keycloak", "Keycloak, realm demo: audience account, roles in realm_access"
	v.issuer = "/realms/demo"
	v.paths = paths{"/auth", "/token", "/userinfo", "/certs", "/token/introspect", "/revoke", "/logout", "/auth/device"}.prefixed("/realms/demo/protocol/openid-connect")
	v.accessType, v.accessLife, v.idLife, v.audience = "JWT", 5*time.Minute, 5*time.Minute, "account"
	roles := func(list []string) strictjson.Value { return object("roles", strictjson.From(list)) }
	v.access = func(f *facts) claims {
		c := plainAccess(f)
		c.remove("client_id", "roles", "amr")
		c.set("typ", "Bearer")
		c.set("azp", f.client)
		c.set("sid", notEmpty(f.session))
		c.set("acr", "1")
		c.set("realm_access", roles(append([]string{"offline_access", "uma_authorization"}, f.roles...)))
		c.set("resource_access", object("account", roles([]string{"manage-account", "view-profile"})))
		f.profile(&c)
		return c
	}
	v.id = func(f *facts) claims {
		c := plainID(f)
		c.remove("amr")
		c.set("jti", f.id)
		c.set("typ", "ID")
		c.set("azp", f.client)
		c.set("acr", "1")
		return c
	}
	return v
}

// notEmpty is a text, or nothing where it is empty.
func notEmpty(text string) strictjson.Value {
	if text == "" {
		return strictjson.Value{}
	}
	return strictjson.From(text)
}
