package oracle

import (
	"strconv"
	"time"

	"pgregory.net/rapid"

	"github.com/claimcheck/claimcheck/pkg/verify"
)

const (
	client      = "client-1"
	logoutEvent = "http://schemas.openid.net/event/backchannel-logout"
)

// headerNames and claimNames are the names that mean something: extra members
// are not called so.
func headerNames() []string {
	return []string{"alg", "kid", "typ", "cty", "crit", "b64", "jwk", "jku", "x5u", "x5c", "iss", "sub", "aud"}
}

func claimNames() []string {
	return []string{
		"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "nonce", "azp", "client_id", "cid", "appid", "at_hash", "c_hash", "s_hash",
		"token_use", "typ", "events", "gty", "azpacr", "scope", "scp", "auth_time", "amr", "acr", "sid", "cnf",
	}
}

// makeClaims makes the claims of the kind, and demands that they meet.
func (d *draft) makeClaims(t *rapid.T) {
	d.makeAudience(t)
	d.makeTimes(t)
	switch d.kind {
	case verify.KindID:
		d.makeIDToken(t)
	case verify.KindAccess:
		d.makeAccessToken(t)
	case verify.KindLogout:
		d.makeLogoutToken(t)
	default:
		d.makeOther(t)
	}
	d.claims.extras(t, 4, claimNames(), []string{"EXP", "Iss", "aUd", "\u017fub", "Nonce", "auth_Time"}, true)
}

func (d *draft) makeAudience(t *rapid.T) {
	issuer := pick(t, "issuer", "https://issuer.example", "https://issuer.example/tenant/", "Müller & Söhne \U0001f511")
	d.claims.set("iss", spelt(t, issuer))
	wanted := []string{pick(t, "audience", "api", "https://api.example/", "приложение"), "second", "third"}
	wanted = wanted[:rapid.IntRange(1, 3).Draw(t, "audiences wanted")]
	mine := pick(t, "the one in aud", wanted...)
	list := rapid.Permutation([]string{mine, "elsewhere"}).Draw(t, "order of aud")
	switch pick(t, "form of aud", "text", "array", "several") {
	case "text":
		d.claims.set("aud", spelt(t, mine))
	case "array":
		d.claims.set("aud", quotedList([]string{mine}))
	default:
		d.claims.set("aud", quotedList(list))
	}
	d.policy.Issuer, d.policy.Audiences = issuer, wanted
	if chance(t, "any issuer", 5) {
		d.policy.Issuer, d.policy.AnyIssuer = "", true
	}
	if chance(t, "any audience", 5) {
		d.policy.Audiences, d.policy.AnyAudience = nil, true
	}
}

func (d *draft) makeTimes(t *rapid.T) {
	now := d.now.Unix()
	exp := now + rapid.Int64Range(1, 100_000).Draw(t, "seconds left")
	d.claims.set("exp", seconds(t, exp))
	iat := now - rapid.Int64Range(0, 4000).Draw(t, "age")
	if chance(t, "iat", 4) || d.kind != "other" {
		d.claims.set("iat", seconds(t, iat))
	}
	if chance(t, "nbf", 3) {
		d.claims.set("nbf", seconds(t, now-rapid.Int64Range(0, 4000).Draw(t, "seconds since nbf")))
	}
	if chance(t, "min validity", 8) {
		d.policy.MinValidity = time.Duration(max(exp-now-1, 0)) * time.Second
	}
}

// seconds is a time in one of the ways to write a number.
func seconds(t *rapid.T, n int64) string {
	switch pick(t, "form of a time", "integer", "fraction", "exponent") {
	case "fraction":
		return strconv.FormatInt(n, 10) + ".0"
	case "exponent":
		return strconv.FormatFloat(float64(n), pick(t, "letter", byte('e'), byte('E')), -1, 64)
	default:
		return strconv.FormatInt(n, 10)
	}
}

func (d *draft) typ(t *rapid.T, values ...string) string {
	typ := pick(t, "typ", values...)
	if typ != "" {
		d.header.set("typ", spelt(t, typ))
	}
	return typ
}

func (d *draft) makeIDToken(t *rapid.T) {
	d.typ(t, "", "JWT", "jwt", "application/jwt", "id_token")
	d.claims.set("sub", quoted("248289761001"))
	if chance(t, "kind required", 2) {
		d.policy.Kind = verify.KindID
		if !d.policy.AnyAudience {
			d.policy.Audiences = append(d.policy.Audiences, "elsewhere")
		}
	}
	for _, m := range (object{{"acr", `"urn:mfa"`}, {"amr", `["pwd","otp"]`}, {"sid", `"s1"`}, {"name", `"Zoë"`}, {"email_verified", "true"}}) {
		if chance(t, m.name, 3) {
			d.claims.set(m.name, m.value)
		}
	}
	if chance(t, "nonce required", 4) {
		d.policy.Nonce = "n-0S6_WzA2Mj"
		d.claims.set("nonce", spelt(t, d.policy.Nonce))
	}
	if chance(t, "client required", 4) {
		d.policy.ClientID = client
		d.claims.set("azp", quoted(client))
	}
	if chance(t, "hashes required", 4) {
		d.policy.AccessToken, d.policy.Code, d.policy.State = "access", "code", "state"
		d.bind()
	}
	if chance(t, "sign-in required", 4) {
		age := time.Duration(rapid.IntRange(60, 600).Draw(t, "max age")) * time.Second
		d.policy.MaxAge, d.policy.ACR = &age, []string{"urn:other", "urn:mfa"}
		d.claims.set("acr", `"urn:mfa"`)
		d.claims.set("auth_time", strconv.FormatInt(d.now.Unix()-rapid.Int64Range(0, 50).Draw(t, "seconds since sign-in"), 10))
		d.claims.set("iat", strconv.FormatInt(d.now.Unix(), 10))
	}
}

// bind makes the hashes that are required.
func (d *draft) bind() {
	for claim, text := range map[string]string{"at_hash": d.policy.AccessToken, "c_hash": d.policy.Code, "s_hash": d.policy.State} {
		if text != "" {
			d.claims.set(claim, quoted(leftHalf(d.alg, text)))
		}
	}
}

func leftHalf(alg, text string) string {
	hash := hashOf(alg)
	h := hash.New()
	h.Write([]byte(text))
	return encode(h.Sum(nil)[:hash.Size()/2])
}

func (d *draft) makeAccessToken(t *rapid.T) {
	d.typ(t, "at+jwt", "AT+JWT", "application/at+jwt", "JWT", "")
	d.claims.set("sub", quoted("248289761001"))
	d.claims.set("client_id", quoted(client))
	d.claims.set("jti", spelt(t, word().Draw(t, "jti")))
	d.claims.set("scope", quoted("openid read write"))
	if chance(t, "kind required", 2) {
		d.policy.Kind = verify.KindAccess
	}
	if chance(t, "client required", 4) {
		d.policy.ClientID = client
	}
	if chance(t, "scopes required", 4) {
		d.policy.Scopes = []string{"read", "openid"}
	}
	if chance(t, "roles required", 4) {
		d.policy.Roles, d.policy.RoleClaim = []string{"admin"}, "roles"
		d.claims.set("roles", `["user","admin"]`)
	}
	if chance(t, "claims required", 4) {
		text := "read"
		d.policy.Require = []verify.Requirement{{Claim: "jti"}, {Claim: "tenant", Text: &text}}
		d.claims.set("tenant", `"read"`)
		d.claims.set("jti", `"j1"`)
	}
}

func (d *draft) makeLogoutToken(t *rapid.T) {
	if typ := d.typ(t, "logout+jwt", "application/logout+jwt", "JWT", ""); chance(t, "kind required", 2) || len(typ) > 3 {
		d.policy.Kind = verify.KindLogout
	}
	d.claims.set("jti", `"bWJq"`)
	d.claims.set("sid", `"08a5019c"`)
	d.claims.set("events", `{`+spelt(t, logoutEvent)+`:{}}`)
}

func (d *draft) makeOther(t *rapid.T) {
	typ := word().Draw(t, "typ of no meaning")
	if chance(t, "typ", 3) {
		d.header.set("typ", spelt(t, typ))
	}
	if d.policy.AnyIssuer && chance(t, "no iss", 2) {
		d.claims.drop("iss")
	}
	if d.policy.AnyAudience && chance(t, "no aud", 2) {
		d.claims.drop("aud")
	}
	if chance(t, "sub", 2) {
		sub := word().Draw(t, "subject")
		d.claims.set("sub", spelt(t, sub+"x"))
	}
}
