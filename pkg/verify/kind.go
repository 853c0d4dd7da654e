package verify

import (
	"fmt"
	"slices"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/token"
)

// logoutEvent is the member of events that makes a logout token (OpenID Connect
// Back-Channel Logout section 2.4).
const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

// mediaType returns typ as it is to be compared: in lower case, without
// parameters and without the "application/" that may be left out (RFC 7515
// section 4.1.9).
func mediaType(t *token.Token) string {
	name, _, _ := strings.Cut(strings.ToLower(t.Type()), ";")
	return strings.TrimPrefix(strings.TrimSpace(name), "application/")
}

// neverBearer tells whether a media type is one of a token that proves or tells
// something and must never be taken for an ID or an access token.
func neverBearer(mediaType string) bool {
	switch mediaType {
	case "logout+jwt", "dpop+jwt", "kb+jwt", "secevent+jwt", "token-introspection+jwt":
		return true
	}
	return false
}

// idMarkers returns what only ID tokens have, as far as the token has it.
func idMarkers(claims strictjson.Value) []string {
	found := stated(claims, "at_hash", "c_hash", "s_hash")
	return append(found, valued(claims, claimIs{"token_use", "id"}, claimIs{"typ", "ID"})...)
}

// accessMarkers returns what only access tokens have, as far as the token has it.
func accessMarkers(claims strictjson.Value) []string {
	found := stated(claims, "client_id", "cid", "appid", "scope", "scp", "gty", "azpacr")
	return append(found, valued(claims, claimIs{"token_use", "access"}, claimIs{"typ", "Bearer"})...)
}

func present(claims strictjson.Value, names ...string) []string {
	var found []string
	for _, name := range names {
		if claims.Get(name).Exists() {
			found = append(found, name)
		}
	}
	return found
}

// stated is present without the members that are null: some issuers send every
// claim that they know.
func stated(claims strictjson.Value, names ...string) []string {
	return slices.DeleteFunc(present(claims, names...), func(name string) bool {
		return claims.Get(name).Kind() == strictjson.KindNull
	})
}

// hasText tells whether a claim is a string that is not empty.
func hasText(claims strictjson.Value, name string) bool {
	text, _ := claims.Get(name).Text()
	return text != ""
}

// claimIs is a claim with a value that tells its kind.
type claimIs struct{ name, value string }

// valued returns "name=value" for each claim that has its value.
func valued(claims strictjson.Value, wanted ...claimIs) []string {
	var found []string
	for _, w := range wanted {
		if text, ok := claims.Get(w.name).Text(); ok && text == w.value {
			found = append(found, w.name+"="+w.value)
		}
	}
	return found
}

// Classify tells what a token looks like, by its typ, then by claims that only
// one kind has. It is a guess unless typ says so.
func Classify(t *token.Token) Kind {
	claims := t.UnverifiedClaims()
	switch typ := mediaType(t); {
	case typ == "at+jwt":
		return KindAccess
	case typ == "logout+jwt":
		return KindLogout
	case neverBearer(typ):
		return KindOther
	}
	switch {
	case claims.Get("events").Get(logoutEvent).Exists():
		return KindLogout
	case len(idMarkers(claims)) > 0:
		return KindID
	case len(accessMarkers(claims)) > 0:
		return KindAccess
	case len(stated(claims, "nonce", "auth_time", "amr", "acr")) > 0:
		return KindID
	default:
		return KindOther
	}
}

// checkKind keeps one kind of token from being taken for another (RFC 8725
// section 3.11; RFC 9068 section 4; OpenID Connect Back-Channel Logout 2.6).
func (v *verification) checkKind() {
	typ := mediaType(v.token)
	c := Check{ID: CheckKind, Status: Failed, Reason: ReasonClaimRefused, Actual: v.token.Header().Get("typ")}
	problem := ""
	switch v.policy.Kind {
	case KindID:
		problem = v.notID(typ)
	case KindAccess:
		problem = v.notAccess(typ)
	case KindLogout:
		problem = v.notLogout(typ)
	default:
		v.checkUnnamedKind(c, typ)
		return
	}
	c.Expected = strictjson.String(string(v.policy.Kind))
	if problem != "" {
		c.Message = problem
	} else if marks := accessMarkers(v.claims); v.policy.Kind == KindID && len(marks) > 0 && len(idMarkers(v.claims)) == 0 {
		c.Status, c.Message = Warning, "it may be an access token: nothing but an ID token's required claims, and "+join(marks)
	} else {
		c.Status, c.Message = Passed, kindName(v.policy.Kind)
	}
	v.report.add(c)
	missing := Failed
	if v.policy.Kind == KindAccess && typ != "at+jwt" {
		missing = Warning // it does not say that it follows RFC 9068
	}
	v.checkKindClaims(v.policy.Kind, missing)
}

func kindName(kind Kind) string {
	switch kind {
	case KindID:
		return "an ID token"
	case KindAccess:
		return "an access token"
	case KindLogout:
		return "a logout token"
	default:
		return "a token of no kind that is known"
	}
}

// checkUnnamedKind is for when no kind was demanded: a token that is never a
// bearer token is refused all the same.
func (v *verification) checkUnnamedKind(c Check, typ string) {
	if logout := v.report.Kind == KindLogout; logout || neverBearer(typ) {
		c.Message = fmt.Sprintf("typ is %q: not a token that grants anything", v.token.Type())
		if logout {
			c.Message = "this is a logout token, which grants nothing; it is verified only where that kind is demanded"
		}
		v.report.add(c)
		v.skip(CheckKindClaims, "no kind was demanded")
		return
	}
	c.Status, c.Reason = NotChecked, ""
	c.Message = "no kind was demanded; it looks like " + kindName(v.report.Kind)
	c.Diagnosis = &Diagnosis{Kind: NotDemanded, Wanted: "kind", Found: kindName(v.report.Kind)}
	v.report.add(c)
	if kind := v.report.Kind; kind == KindOther || kind == KindAccess && typ != "at+jwt" {
		v.skip(CheckKindClaims, "no kind was demanded, and the token does not say which claims it has to have")
		return
	}
	v.checkKindClaims(v.report.Kind, Warning)
}

func (v *verification) notID(typ string) string {
	access := valued(v.claims, claimIs{"token_use", "access"}, claimIs{"typ", "Bearer"})
	switch {
	case typ == "at+jwt":
		return "this is an access token, not an ID token: typ is " + v.token.Type()
	case neverBearer(typ):
		return "this is not an ID token: typ is " + v.token.Type()
	case len(access) > 0:
		return "this is an access token, not an ID token: it has " + join(access)
	case v.claims.Get("events").Get(logoutEvent).Exists():
		return "this is a logout token, not an ID token"
	}
	return ""
}

func (v *verification) notAccess(typ string) string {
	id, access := idMarkers(v.claims), accessMarkers(v.claims)
	switch {
	case typ == "at+jwt":
		return ""
	case neverBearer(typ):
		return "this is not an access token: typ is " + v.token.Type()
	case len(id) > 0:
		return "this is an ID token, not an access token: it has " + join(id)
	case v.claims.Get("events").Get(logoutEvent).Exists():
		return "this is a logout token, not an access token"
	case len(access) == 0:
		return "nothing shows that this is an access token: typ is not at+jwt, and there is no client_id, scope or the like"
	}
	return ""
}

func (v *verification) notLogout(typ string) string {
	events := v.claims.Get("events")
	switch {
	case typ != "" && typ != "jwt" && typ != "logout+jwt":
		return "this is not a logout token: typ is " + v.token.Type()
	case v.claims.Get("nonce").Exists():
		return "this is not a logout token: nonce is present"
	case events.Kind() != strictjson.KindObject || events.Get(logoutEvent).Kind() != strictjson.KindObject:
		return "this is not a logout token: events does not hold the logout event"
	case !hasText(v.claims, "sub") && !hasText(v.claims, "sid"):
		return "this is not a logout token: it has neither sub nor sid"
	}
	return ""
}

// kindClaims returns the claims that a kind of token has to have (OpenID Connect
// Core section 2; RFC 9068 section 2.2; Back-Channel Logout section 2.4).
func kindClaims(kind Kind) []string {
	switch kind {
	case KindID:
		return []string{"iss", "sub", "aud", "exp", "iat"}
	case KindAccess:
		return []string{"iss", "exp", "aud", "sub", "client_id", "iat", "jti"}
	case KindLogout:
		return []string{"iss", "aud", "iat", "exp", "jti"}
	default:
		return nil
	}
}

// checkKindClaims looks for the claims of a kind; otherwise is the outcome where
// one is missing.
func (v *verification) checkKindClaims(kind Kind, otherwise Status) {
	names := kindClaims(kind)
	there := stated(v.claims, names...)
	missing := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(there, name) })
	c := Check{ID: CheckKindClaims, Status: Passed, Reason: ReasonClaimRefused, Expected: strictjson.Strings(names), Message: "all there"}
	if len(missing) > 0 {
		c.Status, c.Message = otherwise, "missing: "+join(missing)
	}
	v.report.add(c)
}
