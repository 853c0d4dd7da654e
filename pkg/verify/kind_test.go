package verify_test

import (
	"testing"

	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

const logoutEvents = `{"http://schemas.openid.net/event/backchannel-logout":{}}`

// ofType returns a well-signed token with that typ, or none where it is empty.
func ofType(t *testing.T, typ string, claims object) string {
	t.Helper()
	header := goodHeader("ec256", "ES256").without("typ")
	if typ != "" {
		header = header.with("typ", `"`+typ+`"`)
	}
	return mint(t, "ec256", "ES256", header.String(), claims.String())
}

func accessClaims() object {
	return goodClaims().with("client_id", `"app"`).with("jti", `"1"`)
}

func logoutClaims() object {
	return goodClaims().with("jti", `"1"`).with("events", logoutEvents)
}

// The rows T01 to T03 and C03: what passes under --kind, and why not.
func TestKinds(t *testing.T) {
	const ok string = ""
	kind, claims := verify.CheckKind, verify.CheckKindClaims
	for _, c := range []struct {
		name, typ string
		claims    object
		as        verify.Kind
		failed    string
	}{
		{"an ID token", "JWT", goodClaims().with("nonce", `"n"`), verify.KindID, ok},
		{"an ID token without typ", "", goodClaims(), verify.KindID, ok},
		{"an ID token that says so", "JWT", goodClaims().with("token_use", `"id"`), verify.KindID, ok},
		{"an ID token with a client_id", "JWT", goodClaims().with("client_id", `"api"`).with("nonce", `"n"`), verify.KindID, ok},
		{"an ID token with a scope", "JWT", goodClaims().with("scope", `"openid"`).with("auth_time", "1600000000"), verify.KindID, ok},
		{"an ID token with a cid, for the client in azp", "JWT", goodClaims().with("cid", `"x"`).with("azp", `"api"`), verify.KindID, ok},
		{"client_id alone as ID", "JWT", goodClaims().with("client_id", `"api"`), verify.KindID, kind},
		{"scope alone as ID", "JWT", goodClaims().with("scope", `"a"`), verify.KindID, kind},
		{"scope and azp as ID", "JWT", goodClaims().with("scope", `"a"`).with("azp", `"api"`), verify.KindID, kind},
		{"azp of another client as ID", "JWT", goodClaims().with("cid", `"x"`).with("azp", `"x"`), verify.KindID, kind},
		{"at+jwt as ID", "at+jwt", goodClaims(), verify.KindID, kind},
		{"AT+JWT as ID", "AT+JWT", goodClaims(), verify.KindID, kind},
		{"application/at+jwt as ID", "application/at+jwt", goodClaims(), verify.KindID, kind},
		{"token_use access as ID", "JWT", goodClaims().with("token_use", `"access"`), verify.KindID, kind},
		{"claim typ Bearer as ID", "JWT", goodClaims().with("typ", `"Bearer"`), verify.KindID, kind},
		{"a logout token as ID", "JWT", logoutClaims(), verify.KindID, kind},
		{"ID without iat", "JWT", goodClaims().without("iat"), verify.KindID, claims},
		{"ID without sub", "JWT", goodClaims().without("sub"), verify.KindID, claims},
		{"ID with a sub of null", "JWT", goodClaims().with("sub", `null`), verify.KindID, claims},

		{"at+jwt", "at+jwt", accessClaims(), verify.KindAccess, ok},
		{"at+jwt in other letters", "Application/AT+JWT", accessClaims(), verify.KindAccess, ok},
		{"at+jwt without jti", "at+jwt", accessClaims().without("jti"), verify.KindAccess, claims},
		{"at+jwt without client_id", "at+jwt", accessClaims().without("client_id"), verify.KindAccess, claims},
		{"at+jwt with azp in place of client_id", "at+jwt", accessClaims().without("client_id").with("azp", `"app"`), verify.KindAccess, claims},
		{"at+jwt without iat", "at+jwt", accessClaims().without("iat"), verify.KindAccess, claims},
		{"at+jwt with a jti of null", "at+jwt", accessClaims().with("jti", `null`), verify.KindAccess, claims},
		{"Entra", "JWT", goodClaims().with("appid", `"app"`).with("scp", `"a"`), verify.KindAccess, ok},
		{"Entra v1", "JWT", goodClaims().with("azpacr", `"1"`), verify.KindAccess, ok},
		{"Auth0", "JWT", goodClaims().with("scope", `"a"`).with("gty", `"client-credentials"`), verify.KindAccess, ok},
		{"Keycloak", "JWT", goodClaims().with("typ", `"Bearer"`), verify.KindAccess, ok},
		{"Cognito, without typ", "", goodClaims().with("token_use", `"access"`), verify.KindAccess, ok},
		{"Okta", "", goodClaims().with("cid", `"app"`), verify.KindAccess, ok},
		{"nothing that shows it", "JWT", goodClaims(), verify.KindAccess, kind},
		{"a scope of null shows nothing", "JWT", goodClaims().with("scope", `null`), verify.KindAccess, kind},
		{"at_hash as access", "JWT", accessClaims().with("at_hash", `"x"`), verify.KindAccess, kind},
		{"c_hash as access", "JWT", accessClaims().with("c_hash", `"x"`), verify.KindAccess, kind},
		{"s_hash as access", "JWT", accessClaims().with("s_hash", `"x"`), verify.KindAccess, kind},
		{"token_use id as access", "JWT", accessClaims().with("token_use", `"id"`), verify.KindAccess, kind},
		{"claim typ ID as access", "JWT", accessClaims().with("typ", `"ID"`), verify.KindAccess, kind},
		{"a logout token as access", "", logoutClaims().with("client_id", `"app"`), verify.KindAccess, kind},

		{"a logout token", "logout+jwt", logoutClaims(), verify.KindLogout, ok},
		{"a logout token of typ JWT", "JWT", logoutClaims(), verify.KindLogout, ok},
		{"a logout token without typ", "", logoutClaims(), verify.KindLogout, ok},
		{"a logout token with sid instead of sub", "logout+jwt", logoutClaims().without("sub").with("sid", `"s"`), verify.KindLogout, ok},
		{"a logout token with more events", "logout+jwt", logoutClaims().with("events", `{"x":{},"http://schemas.openid.net/event/backchannel-logout":{}}`), verify.KindLogout, ok},
		{"at+jwt as logout", "at+jwt", logoutClaims(), verify.KindLogout, kind},
		{"dpop+jwt as logout", "dpop+jwt", logoutClaims(), verify.KindLogout, kind},
		{"logout with a nonce", "logout+jwt", logoutClaims().with("nonce", `"n"`), verify.KindLogout, kind},
		{"logout without events", "logout+jwt", logoutClaims().without("events"), verify.KindLogout, kind},
		{"logout with other events", "logout+jwt", logoutClaims().with("events", `{"x":{}}`), verify.KindLogout, kind},
		{"logout whose event is no object", "logout+jwt", logoutClaims().with("events", `{"http://schemas.openid.net/event/backchannel-logout":true}`), verify.KindLogout, kind},
		{"logout whose events are an array", "logout+jwt", logoutClaims().with("events", `["http://schemas.openid.net/event/backchannel-logout"]`), verify.KindLogout, kind},
		{"logout with neither sub nor sid", "logout+jwt", logoutClaims().without("sub"), verify.KindLogout, kind},
		{"logout without jti", "logout+jwt", logoutClaims().without("jti"), verify.KindLogout, claims},
		{"logout without iat", "logout+jwt", logoutClaims().without("iat"), verify.KindLogout, claims},
	} {
		t.Run(c.name, func(t *testing.T) {
			policy := goodPolicy()
			policy.Kind = c.as
			r := examine(ofType(t, c.typ, c.claims), everyKey(t), policy)
			if c.failed == ok {
				wantAccepted(t, r)
				return
			}
			wantRejected(t, r, verify.ReasonClaimRefused, c.failed)
		})
	}
}

// Without --kind nothing but what is never a bearer token is refused; what a
// token looks like, and what it lacks for that, is said.
func TestKindsThatAreNotRequired(t *testing.T) {
	const none = verify.NotChecked
	for _, c := range []struct {
		name, typ string
		claims    object
		looksLike verify.Kind
		claimsAre verify.Status
	}{
		{"plain", "JWT", goodClaims(), verify.KindOther, none},
		{"with a nonce", "JWT", goodClaims().with("nonce", `"n"`), verify.KindID, verify.Passed},
		{"with auth_time", "JWT", goodClaims().with("auth_time", "1"), verify.KindID, verify.Passed},
		{"with at_hash beside a scope", "JWT", goodClaims().with("at_hash", `"x"`).with("scope", `"a"`), verify.KindID, verify.Passed},
		{"with a nonce of null", "JWT", goodClaims().with("nonce", `null`), verify.KindOther, none},
		{"with a nonce, without iat", "JWT", goodClaims().with("nonce", `"n"`).without("iat"), verify.KindID, verify.Warning},
		{"at+jwt", "at+jwt", accessClaims(), verify.KindAccess, verify.Passed},
		{"at+jwt without jti", "at+jwt", accessClaims().without("jti"), verify.KindAccess, verify.Warning},
		{"a vendor's access token without jti", "JWT", goodClaims().with("scope", `"a"`), verify.KindAccess, none},
		{"an access token with a nonce", "JWT", goodClaims().with("scope", `"a"`).with("nonce", `"n"`), verify.KindAccess, none},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := ofType(t, c.typ, c.claims)
			r := examine(text, everyKey(t), goodPolicy())
			wantAccepted(t, r)
			wantStatus(t, r, verify.CheckKind, verify.NotChecked)
			wantStatus(t, r, verify.CheckKindClaims, c.claimsAre)
			parsed := token.Parse(text)
			if r.Kind != c.looksLike || verify.Classify(parsed) != c.looksLike {
				t.Errorf("it looks like %s, want %s", r.Kind, c.looksLike)
			}
		})
	}
	// A logout token grants nothing, whatever its typ.
	for _, typ := range []string{"JWT", "logout+jwt"} {
		wantRejected(t, examine(ofType(t, typ, logoutClaims()), everyKey(t), goodPolicy()), verify.ReasonClaimRefused, verify.CheckKind)
	}
}

// An expected logout token must expire, like every token. If the policy does not
// expect a logout token, the report does not check its expiry.
func TestExpiryOfLogoutTokens(t *testing.T) {
	policy := goodPolicy()
	eternal := ofType(t, "logout+jwt", logoutClaims().without("exp"))
	wantStatus(t, examine(eternal, everyKey(t), policy), verify.CheckExpiry, verify.NotChecked)
	policy.Kind = verify.KindLogout
	wantRejected(t, examine(eternal, everyKey(t), policy), verify.ReasonExpired, verify.CheckExpiry)
}

// EdDSA and Ed25519 stand for each other, and for no other algorithm.
func TestAdvertisedByTheOtherNameOfEd25519(t *testing.T) {
	policy := goodPolicy()
	policy.Kind = verify.KindID
	for _, alg := range []string{"EdDSA", "Ed25519"} {
		for _, advertised := range []string{"EdDSA", "Ed25519"} {
			keys := everyKey(t)
			keys.IDTokenAlgorithms = []string{"RS256", advertised}
			r := examine(goodToken(t, "ed25519", alg), keys, policy)
			wantAccepted(t, r)
			wantStatus(t, r, verify.CheckAdvertised, verify.Passed)
		}
	}
}

// The issuer's metadata is about ID tokens, so it decides only for them.
func TestAdvertisedAlgorithms(t *testing.T) {
	id := goodClaims().with("nonce", `"n"`)
	for _, c := range []struct {
		name       string
		advertised []string
		kind       verify.Kind
		claims     object
		want       verify.Status
	}{
		{"no metadata", nil, verify.KindID, id, verify.NotChecked},
		{"advertised", []string{"RS256", "ES256"}, verify.KindID, id, verify.Passed},
		{"another one by the name of Ed25519", []string{"RS256", "Ed25519"}, verify.KindID, id, verify.Failed},
		{"not advertised, an ID token", []string{"RS256"}, verify.KindID, id, verify.Failed},
		{"nothing advertised, an ID token", []string{}, verify.KindID, id, verify.Failed},
		{"not advertised, what looks like an ID token", []string{"RS256"}, "", id, verify.Warning},
		{"not advertised, an access token", []string{"RS256"}, verify.KindAccess, accessClaims(), verify.NotChecked},
		{"not advertised, what looks like an access token", []string{"RS256"}, "", accessClaims(), verify.NotChecked},
	} {
		t.Run(c.name, func(t *testing.T) {
			policy := goodPolicy()
			policy.Kind = c.kind
			keys := everyKey(t)
			keys.IDTokenAlgorithms = c.advertised
			r := examine(ofType(t, "JWT", c.claims), keys, policy)
			wantStatus(t, r, verify.CheckAdvertised, c.want)
			if c.want == verify.Failed {
				wantRejected(t, r, verify.ReasonAlgorithmRefused, verify.CheckAdvertised)
				return
			}
			wantAccepted(t, r)
		})
	}
}
