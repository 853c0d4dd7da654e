package clients

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/claimcheck/claimcheck/pkg/issuertest"
)

// TestGoOIDC: coreos/go-oidc and x/oauth2 discover the issuer, run the code flow
// with PKCE, verify the ID token and its at_hash, call userinfo and refresh. For
// each shape whose users can log in.
func TestGoOIDC(t *testing.T) {
	for _, shape := range issuertest.Vendors() {
		if shape[0] == "github-actions" || shape[0] == "kubernetes" {
			continue // nobody logs in there
		}
		t.Run(shape[0], func(t *testing.T) { loginWithGoOIDC(t, issuertest.Config{Like: shape[0]}) })
	}
	for _, algorithm := range []string{"ES256", "ES384", "PS256", "EdDSA"} {
		t.Run(algorithm, func(t *testing.T) { loginWithGoOIDC(t, issuertest.Config{Algorithm: algorithm}) })
	}
}

func loginWithGoOIDC(t *testing.T, config issuertest.Config) {
	issuer := issuertest.New(t, config)
	provider, err := oidc.NewProvider(t.Context(), issuer.URL)
	must(t, err)
	var metadata struct {
		Algorithms []string `json:"id_token_signing_alg_values_supported"`
	}
	must(t, provider.Claims(&metadata))
	returned := make(chan url.Values, 1)
	application := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		returned <- r.URL.Query()
		_, _ = io.WriteString(w, "welcome")
	}))
	t.Cleanup(application.Close)
	client := oauth2.Config{
		ClientID: issuer.ClientID, ClientSecret: issuer.ClientSecret, Endpoint: provider.Endpoint(),
		RedirectURL: application.URL + "/callback", Scopes: []string{oidc.ScopeOpenID, "profile", "email", oidc.ScopeOfflineAccess},
	}
	verifier := oauth2.GenerateVerifier()
	shown := click(t, newBrowser(t), client.AuthCodeURL("state-1", oidc.Nonce("nonce-1"), oauth2.S256ChallengeOption(verifier)), "ada")
	answer := <-returned
	if shown != "welcome" || answer.Get("state") != "state-1" || answer.Get("iss") != issuer.URL {
		t.Fatalf("%q, %v", shown, answer)
	}
	tokens, err := client.Exchange(t.Context(), answer.Get("code"), oauth2.VerifierOption(verifier))
	must(t, err)
	check := provider.Verifier(&oidc.Config{ClientID: issuer.ClientID, SupportedSigningAlgs: metadata.Algorithms})
	raw, _ := tokens.Extra("id_token").(string)
	id, err := check.Verify(t.Context(), raw)
	must(t, err)
	must(t, id.VerifyAccessToken(tokens.AccessToken))
	if id.Nonce != "nonce-1" || id.Subject != "user-ada" {
		t.Errorf("the ID token says %q, %q", id.Nonce, id.Subject)
	}
	info, err := provider.UserInfo(t.Context(), oauth2.StaticTokenSource(tokens))
	must(t, err)
	var profile struct {
		Name string `json:"name"`
	}
	must(t, info.Claims(&profile))
	if info.Subject != id.Subject || info.Email != "ada@example.com" || profile.Name != "Ada Lovelace" {
		t.Errorf("userinfo says %+v %+v", info, profile)
	}
	old := *tokens
	old.Expiry = old.Expiry.AddDate(-1, 0, 0)
	fresh, err := client.TokenSource(t.Context(), &old).Token()
	must(t, err)
	if fresh.AccessToken == tokens.AccessToken || fresh.RefreshToken == tokens.RefreshToken {
		t.Error("the refresh brought the same tokens")
	}
}

// TestDeviceFlow: x/oauth2 runs the device flow while the user types the code.
func TestDeviceFlow(t *testing.T) {
	issuer := issuertest.New(t, issuertest.Config{})
	provider, err := oidc.NewProvider(t.Context(), issuer.URL)
	must(t, err)
	var metadata struct {
		Device string `json:"device_authorization_endpoint"`
	}
	must(t, provider.Claims(&metadata))
	endpoint := provider.Endpoint()
	endpoint.DeviceAuthURL = metadata.Device
	client := oauth2.Config{ClientID: issuer.ClientID + "-public", Endpoint: endpoint, Scopes: []string{"openid"}}
	device, err := client.DeviceAuth(t.Context())
	must(t, err)
	browser := newBrowser(t)
	response, err := browser.Get(device.VerificationURIComplete)
	page := body(t, response, err)
	if !strings.Contains(page, `value="`+device.UserCode+`"`) {
		t.Errorf("the page does not show the code %s", device.UserCode)
	}
	answer, err := browser.PostForm(device.VerificationURI, url.Values{"user_code": {device.UserCode}, "user": {"alan"}, "browser": {field(t, page, "browser")}})
	body(t, answer, err)
	tokens, err := client.DeviceAccessToken(t.Context(), device)
	must(t, err)
	raw, _ := tokens.Extra("id_token").(string)
	id, err := provider.Verifier(&oidc.Config{ClientID: client.ClientID}).Verify(t.Context(), raw)
	must(t, err)
	if id.Subject != "user-alan" {
		t.Errorf("the device is %s's", id.Subject)
	}
}

// TestProgram: x/oauth2 gets a token for a program in both ways of authentication.
func TestProgram(t *testing.T) {
	issuer := issuertest.New(t, issuertest.Config{})
	for _, style := range []oauth2.AuthStyle{oauth2.AuthStyleInHeader, oauth2.AuthStyleInParams} {
		client := clientcredentials.Config{
			ClientID: issuer.ClientID, ClientSecret: issuer.ClientSecret, TokenURL: issuer.TokenURL, AuthStyle: style, Scopes: []string{"read"},
		}
		tokens, err := client.Token(t.Context())
		must(t, err)
		if tokens.Type() != "Bearer" || tokens.Extra("scope") != "read" {
			t.Errorf("%s for %v", tokens.Type(), tokens.Extra("scope"))
		}
	}
}
