package verify

import (
	"slices"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/token"
)

// logoutEvent is the member of events that makes a logout token (OpenID Connect
// Back-Channel Logout section 2.4).
const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

// headerType returns the token's typ unchanged, or an empty string (RFC 7519
// section 5.1).
func headerType(t *token.Token) string {
	typ, _ := t.Header().Get("typ").Text()
	return typ
}

// mediaType returns typ in the form to compare: in lower case, without
// parameters and without the "application/" that may be left out (RFC 7515
// section 4.1.9).
func mediaType(t *token.Token) string {
	name, _, _ := strings.Cut(strings.ToLower(headerType(t)), ";")
	return strings.TrimPrefix(strings.TrimSpace(name), "application/")
}

// A nature is what a token is that proves or announces something and must never be
// taken for a bearer token. The zero nature is that of all others.
type nature struct {
	name     string // "a DPoP proof"
	bySender bool   // signed by its sender, not by the issuer
}

// natures are those that a media type says; at+jwt says that a token has none.
var natures = [...]struct {
	typ string
	nature
}{
	{"logout+jwt", nature{"a logout token", false}},
	{"oauth-authz-req+jwt", nature{"a request object", true}},
	{"dpop+jwt", nature{"a DPoP proof", true}},
	{"kb+jwt", nature{"the key binding of an SD-JWT", true}},
	{"secevent+jwt", nature{"a security event token", false}},
	{"token-introspection+jwt", nature{"an introspection response", false}},
	{"at+jwt", nature{}},
}

func natureNamed(typ string) (n nature, known bool) {
	for _, named := range natures {
		if named.typ == typ {
			return named.nature, true
		}
	}
	return nature{}, false
}

// natureOf recognises a token that is never a bearer token by its media type, a logout
// token and a request object also by their claims.
func natureOf(t *token.Token, typ string) nature {
	n, known := natureNamed(typ)
	claims := t.UnverifiedClaims()
	switch {
	case known:
	case claims.Get("events").Get(logoutEvent).Exists():
		n, _ = natureNamed("logout+jwt")
	case claims.Get("response_type").Exists() && claims.Get("redirect_uri").Exists():
		n, _ = natureNamed("oauth-authz-req+jwt")
	}
	return n
}

// excused reports whether a claim is not judged because the token is never a
// bearer token, which is what it is refused for.
func (v *verification) excused(claim strictjson.Value) bool {
	return v.nature.name != "" && (v.nature.bySender || !claim.Exists())
}

// hasSign reports whether a token has a sign of its kind: a claim, or one with a value,
// as "typ=ID". Some issuers send every claim that they know, so one that is null does
// not count.
func hasSign(claims strictjson.Value, sign string) bool {
	name, want, valued := strings.Cut(sign, "=")
	value := claims.Get(name)
	if valued {
		text, ok := value.Text()
		return ok && text == want
	}
	return value.Exists() && value.Type() != strictjson.TypeNull
}

// The signs of each kind of token. They are never modified.
var (
	// idSigns occur only in ID tokens.
	idSigns = []string{"at_hash", "c_hash", "s_hash", "token_use=id", "typ=ID"}
	// accessNames declare that a token is an access token.
	accessNames = []string{"token_use=access", "typ=Bearer"}
	// accessSigns occur only in access tokens.
	accessSigns = []string{"client_id", "cid", "appid", "scope", "scp", "gty", "azpacr", "token_use=access", "typ=Bearer"}
	// loginSigns describe a login. ID tokens have them, and some access tokens.
	loginSigns = []string{"nonce", "auth_time", "amr", "acr"}
)

func hasAny(claims strictjson.Value, signs []string) bool {
	return slices.ContainsFunc(signs, func(sign string) bool { return hasSign(claims, sign) })
}

// found returns the signs that a token has, for people.
func found(claims strictjson.Value, signs []string) string {
	return join(slices.DeleteFunc(slices.Clone(signs), func(sign string) bool { return !hasSign(claims, sign) }))
}

// Classify returns what a token looks like, by its typ, then by claims that only
// one kind has. It is a guess unless typ says so.
func Classify(t *token.Token) Kind {
	typ := mediaType(t)
	return classify(t, typ, natureOf(t, typ))
}

func classify(t *token.Token, typ string, n nature) Kind {
	claims := t.UnverifiedClaims()
	switch {
	case n.name == "a logout token":
		return KindLogout
	case n.name != "":
		return kindOther
	case typ == "at+jwt":
		return KindAccess
	case hasAny(claims, idSigns):
		return KindID
	case hasAny(claims, accessSigns):
		return KindAccess
	case hasAny(claims, loginSigns):
		return KindID
	default:
		return kindOther
	}
}

// kindMismatch keeps one kind of token from being taken for another (RFC 8725
// section 3.11; RFC 9068 section 4; OpenID Connect Back-Channel Logout 2.6). It
// returns why the token is not of the required kind, or an empty string.
func (v *verification) kindMismatch() string {
	switch kind := v.policy.Kind; {
	case kind == KindLogout:
		return v.notLogout()
	case kind != KindID && kind != KindAccess:
		return ""
	case v.nature.name != "":
		return "this is " + v.nature.name + ", not " + kindName(kind)
	case kind == KindID:
		return v.notID()
	default:
		return v.notAccess()
	}
}

func (v *verification) checkKind() {
	switch kind := v.policy.Kind; {
	case kind == "":
		v.checkUnnamedKind()
		return
	case v.kindProblem != "":
		v.fail(checkKind, ReasonClaimRefused, v.kindProblem, detail{})
		v.skipBecause(checkKindClaims, "not checked: the token is of another kind")
		return
	case kind == KindID && v.mayBeAccess():
		v.warn(checkKind, ReasonClaimRefused, "it may be an access token: it has "+found(v.claims, accessSigns))
	default:
		v.pass(checkKind)
	}
	saysSo := v.policy.Kind != KindAccess || v.typ == "at+jwt" // that it follows RFC 9068
	v.checkKindClaims(v.policy.Kind, failedIf(saysSo))
}

// kinds are what a kind is called, and the claims that it has to have (OpenID Connect
// Core section 2; RFC 9068 section 2.2; Back-Channel Logout section 2.4).
var kinds = [...]kindInfo{
	{KindID, "an ID token", []string{"iss", "sub", "aud", "exp", "iat"}},
	{KindAccess, "an access token", []string{"iss", "exp", "aud", "sub", "client_id", "iat", "jti"}},
	{KindLogout, "a logout token", []string{"iss", "aud", "iat", "exp", "jti"}},
}

type kindInfo struct {
	kind   Kind
	name   string
	claims []string
}

func infoOf(kind Kind) kindInfo {
	for _, info := range kinds {
		if info.kind == kind {
			return info
		}
	}
	return kindInfo{name: "a token of no known kind"}
}

func kindName(kind Kind) string { return infoOf(kind).name }

// checkUnnamedKind is for when no kind is required: a token that is never a
// bearer token is refused all the same.
func (v *verification) checkUnnamedKind() {
	if v.nature.name != "" {
		v.fail(checkKind, ReasonClaimRefused, "this is "+v.nature.name+", which grants nothing and must not be accepted as a bearer token",
			detail{diagnosis: &Diagnosis{Cause: neverBearer, Found: v.nature.name}})
		v.skipBecause(checkKindClaims, "not required")
		return
	}
	v.skip(checkKind)
	if kind := v.report.Kind; kind == kindOther || kind == KindAccess && v.typ != "at+jwt" {
		v.skip(checkKindClaims)
		return
	}
	v.checkKindClaims(v.report.Kind, warned)
}

// notID returns why the token is not an ID token, or an empty string. A token that
// looks like an access token and has no sign of an ID token is not an ID token,
// regardless of its issuer.
func (v *verification) notID() string {
	switch {
	case v.typ == "at+jwt":
		return "this is an access token, not an ID token: typ is " + headerType(v.token)
	case hasAny(v.claims, accessNames):
		return "this is an access token, not an ID token: it has " + found(v.claims, accessNames)
	case v.mayBeAccess() && !v.hasShapeOfID():
		return "this looks like an access token, not an ID token: it has " + found(v.claims, accessSigns) +
			" and nothing that only ID tokens have"
	}
	return ""
}

// hasShapeOfID reports whether a token has claims about a login, or has no scope
// and an azp that is one of its audiences.
func (v *verification) hasShapeOfID() bool {
	azp := v.report.text("azp")
	return hasAny(v.claims, []string{"nonce", "auth_time"}) ||
		azp != "" && slices.Contains(v.claims.Get("aud").Texts(), azp) && !hasAny(v.claims, []string{"scope", "scp"})
}

// mayBeAccess reports whether an ID token has signs of an access token and none
// that outweighs them.
func (v *verification) mayBeAccess() bool {
	return hasAny(v.claims, accessSigns) && !hasAny(v.claims, idSigns)
}

func (v *verification) notAccess() string {
	switch {
	case v.typ == "at+jwt":
		return ""
	case hasAny(v.claims, idSigns):
		return "this is an ID token, not an access token: it has " + found(v.claims, idSigns)
	case !hasAny(v.claims, accessSigns) && v.hasShapeOfID():
		return "this looks like an ID token, not an access token: there is no client_id, scope or the like"
	case !hasAny(v.claims, accessSigns):
		return "nothing shows that this is an access token: typ is not at+jwt, and there is no client_id, scope or the like"
	}
	return ""
}

func (v *verification) notLogout() string {
	events := v.claims.Get("events")
	switch typ := v.typ; {
	case typ != "" && typ != "jwt" && typ != "logout+jwt":
		return "this is not a logout token: typ is " + headerType(v.token)
	case v.claims.Get("nonce").Exists():
		return "this is not a logout token: nonce is present"
	case events.Type() != strictjson.TypeObject || events.Get(logoutEvent).Type() != strictjson.TypeObject:
		return "this is not a logout token: events does not contain the logout event"
	case v.report.text("sub") == "" && v.report.text("sid") == "":
		return "this is not a logout token: it has neither sub nor sid"
	}
	return ""
}

// checkKindClaims looks for the claims of a kind; otherwise is the outcome where
// one is missing. Access tokens that do not follow RFC 9068 name their client in
// various claims.
func (v *verification) checkKindClaims(kind Kind, otherwise state) {
	names := infoOf(kind).claims
	var missing []string
	for _, name := range names {
		there := hasSign(v.claims, name)
		if name == "client_id" && v.typ != "at+jwt" {
			there = v.clientOf() != ""
		}
		if !there {
			missing = append(missing, name)
		}
	}
	switch {
	case len(missing) == 0:
		v.pass(checkKindClaims)
		return
	case otherwise == warned && len(missing) == 1 && missing[0] == "sub" && v.claims.Get("sub").Exists():
		v.skipBecause(checkKindClaims, "sub names no subject; the other required claims are present")
		return // the check of the subject has warned
	}
	v.judge(checkKindClaims, otherwise, ReasonClaimRefused, "missing: "+join(missing), &detail{expected: strictjson.From(names)})
}

// clientOf returns the client that the token names, or an empty string.
func (v *verification) clientOf() string {
	for _, name := range [...]string{"client_id", "azp", "cid", "appid"} {
		if client := v.report.text(name); client != "" {
			return client
		}
	}
	return ""
}
