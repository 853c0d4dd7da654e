package clients

import (
	"net/http"
	"net/http/httptest"
	"testing"

	httphelper "github.com/zitadel/oidc/v3/pkg/http"

	"github.com/zitadel/oidc/v3/pkg/client/rp"
	"github.com/zitadel/oidc/v3/pkg/client/rs"
	"github.com/zitadel/oidc/v3/pkg/oidc"

	"github.com/claimcheck/claimcheck/pkg/issuertest"
)

// TestZitadel: zitadel's relying party logs a user in with PKCE and state in
// cookies, verifies the ID token and calls userinfo; its resource server asks by
// introspection; and it ends the session.
func TestZitadel(t *testing.T) {
	for _, shape := range []string{"plain", "keycloak", "okta"} {
		t.Run(shape, func(t *testing.T) { loginWithZitadel(t, shape) })
	}
}

func loginWithZitadel(t *testing.T, shape string) {
	issuer := issuertest.New(t, issuertest.Config{Like: shape})
	mux := http.NewServeMux()
	application := httptest.NewServer(mux)
	t.Cleanup(application.Close)
	cookies := httphelper.NewCookieHandler([]byte("0123456789abcdef0123456789abcdef"), []byte("0123456789abcdef"), httphelper.WithUnsecure())
	party, err := rp.NewRelyingPartyOIDC(t.Context(), issuer.URL, issuer.ClientID, issuer.ClientSecret, application.URL+"/callback",
		[]string{"openid", "profile", "email"}, rp.WithPKCE(cookies), rp.WithCookieHandler(cookies))
	must(t, err)
	var tokens *oidc.Tokens[*oidc.IDTokenClaims]
	var info *oidc.UserInfo
	mux.Handle("/login", rp.AuthURLHandler(func() string { return "state-1" }, party))
	mux.Handle("/callback", rp.CodeExchangeHandler(rp.UserinfoCallback(
		func(w http.ResponseWriter, _ *http.Request, got *oidc.Tokens[*oidc.IDTokenClaims], _ string, _ rp.RelyingParty, i *oidc.UserInfo) {
			tokens, info = got, i
		}), party))

	click(t, newBrowser(t), application.URL+"/login", "ada")
	if tokens == nil || tokens.IDTokenClaims.Subject != "user-ada" || info.Email != "ada@example.com" {
		t.Fatalf("the tokens are %+v, userinfo %+v", tokens, info)
	}
	server, err := rs.NewResourceServerClientCredentials(t.Context(), issuer.URL, issuer.ClientID, issuer.ClientSecret)
	must(t, err)
	answer, err := rs.Introspect[*oidc.IntrospectionResponse](t.Context(), server, tokens.AccessToken)
	must(t, err)
	if !answer.Active || answer.Username != "ada" {
		t.Errorf("introspection says %+v", answer)
	}
	target, err := rp.EndSession(t.Context(), party, tokens.IDToken, application.URL+"/bye", "state-2", "", nil)
	must(t, err)
	if target.String() != application.URL+"/bye?state=state-2" {
		t.Errorf("logged out to %s", target)
	}
}
