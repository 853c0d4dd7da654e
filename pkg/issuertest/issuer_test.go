package issuertest_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/pkg/issuertest"
	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// start is an issuer with a fast key and a clock of its own.
func start(t *testing.T, config issuertest.Config) *issuertest.Issuer {
	t.Helper()
	if config.Algorithm == "" {
		config.Algorithm = "ES256"
	}
	if config.Now == nil {
		config.Now = now
	}
	return issuertest.New(t, config)
}

func claim(t *testing.T, raw, name string) string {
	t.Helper()
	parsed := token.Parse(raw)
	if faults := parsed.Faults(); len(faults) > 0 {
		t.Fatal(faults[0].Text)
	}
	return strings.Trim(parsed.UnverifiedClaims().Get(name).String(), `"`)
}

func TestCodeFlow(t *testing.T) {
	clock := newClock()
	issuer := start(t, issuertest.Config{Now: clock.now})
	app := newApplication(t, issuer)
	shown := app.browser.get(app.request())
	if policy := shown.header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || strings.Contains(shown.body, "<script") {
		t.Errorf("the login page may run scripts: %q", policy)
	}
	back := app.browser.post(origin(issuer)+"/login", url.Values{"request": {shown.hidden(t, "request")}, "user": {"ada"}})
	answer := back.location.Query()
	if answer.Get("state") != "the-state" || answer.Get("iss") != issuer.URL || back.status != http.StatusSeeOther {
		t.Errorf("%d %s", back.status, back.location)
	}
	tokens := app.exchange(answer.Get("code"))
	access, id := tokens.member(t, "access_token"), tokens.member(t, "id_token")
	if tokens.header.Get("Cache-Control") != "no-store" {
		t.Error("tokens may be stored by caches")
	}
	report := examine(issuer.Minter(), published(t, issuer.Minter()), id, func(p *verify.Policy) {
		p.Kind, p.Audiences, p.Nonce, p.AccessToken = verify.KindID, []string{"demo"}, "the-nonce", access
	})
	if err := report.Err(); err != nil {
		t.Errorf("the ID token: %v", err)
	}
	if err := examine(issuer.Minter(), published(t, issuer.Minter()), access, func(p *verify.Policy) { p.Kind = verify.KindAccess }).Err(); err != nil {
		t.Errorf("the access token: %v", err)
	}

	// The second login needs no click, and is as old as the first.
	clock.move(10 * time.Minute)
	again := app.browser.get(app.request("prompt", "none"))
	id = app.exchange(again.location.Query().Get("code")).member(t, "id_token")
	if first := now().Unix(); claim(t, id, "auth_time") != strconv.FormatInt(first, 10) {
		t.Errorf("auth_time is %s, want %d", claim(t, id, "auth_time"), first)
	}
	for _, c := range []struct{ name, value string }{{"prompt", "login"}, {"max_age", "60"}} {
		if p := app.browser.get(app.request(c.name, c.value)); p.status != http.StatusOK || !strings.Contains(p.body, "Choose a test user") {
			t.Errorf("%s %s: no login page but %d", c.name, c.value, p.status)
		}
	}
	old := app.browser.get(app.request("prompt", "none", "max_age", "60"))
	if old.location.Query().Get("error") != "login_required" {
		t.Errorf("an old login does for prompt none: %s", old.location)
	}
}

// TestAuthorizationRefusals: what is wrong with the request is sent back to the
// application, but never to an address that is not known.
func TestAuthorizationRefusals(t *testing.T) {
	app := newApplication(t, start(t, issuertest.Config{RedirectURIs: []string{"https://app.example/callback"}}))
	for _, c := range []struct {
		changes []string
		code    string
	}{
		{[]string{"response_type", "token"}, "unsupported_response_type"},
		{[]string{"response_mode", "fragment"}, "invalid_request"},
		{[]string{"code_challenge_method", "plain"}, "invalid_request"},
		{[]string{"client_id", "demo-public", "code_challenge", "", "code_challenge_method", ""}, "invalid_request"},
		{[]string{"prompt", "none"}, "login_required"},
		{[]string{"prompt", "none login"}, "invalid_request"},
		{[]string{"max_age", "soon"}, "invalid_request"},
		{[]string{"request", "eyJ"}, "request_not_supported"},
	} {
		p := app.browser.get(app.request(c.changes...))
		if p.location == nil || p.location.Query().Get("error") != c.code || p.location.Query().Get("state") != "the-state" {
			t.Errorf("%v: %d %v, want %s", c.changes, p.status, p.location, c.code)
		}
	}
	for _, changes := range [][]string{
		{"client_id", "nobody"}, {"client_id", ""}, {"redirect_uri", ""}, {"redirect_uri", "https://elsewhere.example/callback"},
		{"redirect_uri", "https://app.example/callback/more"}, {"redirect_uri", "http://127.0.0.1.elsewhere.example/"},
		{"redirect_uri", "javascript:alert(1)"}, {"redirect_uri", "http://user@127.0.0.1/"}, {"redirect_uri", "http://127.0.0.1/#x"},
	} {
		if p := app.browser.get(app.request(changes...)); p.status != http.StatusBadRequest || p.location != nil {
			t.Errorf("%v: %d %v", changes, p.status, p.location)
		}
	}
	if p := app.browser.get(app.request("redirect_uri", "https://app.example/callback")); p.status != http.StatusOK {
		t.Errorf("a registered address: %d", p.status)
	}
}

// TestLoginIsOfOneBrowser: another site cannot send the login form for somebody.
func TestLoginIsOfOneBrowser(t *testing.T) {
	issuer := start(t, issuertest.Config{})
	app := newApplication(t, issuer)
	request := app.browser.get(app.request()).hidden(t, "request")
	other := newBrowser(t, issuer)
	if p := other.post(origin(issuer)+"/login", url.Values{"request": {request}, "user": {"ada"}}); p.status != http.StatusBadRequest {
		t.Errorf("another browser: %d", p.status)
	}
	for _, form := range []url.Values{{"request": {"unknown"}, "user": {"ada"}}, {"request": {request}, "user": {"nobody"}}} {
		if p := app.browser.post(origin(issuer)+"/login", form); p.status != http.StatusBadRequest {
			t.Errorf("%v: %d", form, p.status)
		}
	}
}

func TestTokenRefusals(t *testing.T) {
	clock := newClock()
	issuer := start(t, issuertest.Config{Now: clock.now})
	app := newApplication(t, issuer)
	for _, changes := range [][]string{
		{"code_verifier", strings.Repeat("w", 43)}, {"code_verifier", ""}, {"redirect_uri", returnTo + "/x"}, {"redirect_uri", ""}, {"code", "unknown"},
	} {
		if p := app.exchange(app.login("ada"), changes...); p.status != http.StatusBadRequest || p.member(t, "error") != "invalid_grant" {
			t.Errorf("%v: %d %s", changes, p.status, p.body)
		}
	}
	code := app.login("ada")
	first := app.exchange(code)
	if p := app.exchange(code); p.member(t, "error") != "invalid_grant" {
		t.Errorf("a code twice: %s", p.body)
	}
	if p := app.ask("introspection_endpoint", url.Values{"token": {first.member(t, "access_token")}}); p.body != `{"active":false}` {
		t.Errorf("after a code was used twice: %s", p.body)
	}
	code = app.login("ada")
	clock.move(time.Hour)
	if p := app.exchange(code); p.member(t, "error") != "invalid_grant" {
		t.Errorf("an old code: %s", p.body)
	}
	code = app.login("ada", "code_challenge", "", "code_challenge_method", "")
	if p := app.exchange(code); p.member(t, "error") != "invalid_grant" {
		t.Errorf("a verifier without a challenge: %s", p.body)
	}
	for _, c := range []struct {
		form   url.Values
		status int
		code   string
	}{
		{url.Values{"grant_type": {"client_credentials"}, "client_id": {"demo"}, "client_secret": {"wrong"}}, 401, "invalid_client"},
		{url.Values{"grant_type": {"client_credentials"}, "client_id": {"nobody"}}, 401, "invalid_client"},
		{url.Values{"grant_type": {"client_credentials"}}, 401, "invalid_client"},
		{url.Values{"grant_type": {"client_credentials"}, "client_id": {"demo-public"}}, 400, "unauthorized_client"},
		{url.Values{"grant_type": {"implicit"}, "client_id": {"demo-public"}}, 400, "unsupported_grant_type"},
		{url.Values{"grant_type": {"password"}, "client_id": {"demo-public"}, "username": {"ada"}, "password": {"wrong"}}, 400, "invalid_grant"},
		{url.Values{"grant_type": {"refresh_token"}, "client_id": {"demo-public"}, "refresh_token": {"unknown"}}, 400, "invalid_grant"},
		{url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "client_id": {"demo-public"}}, 400, "expired_token"},
	} {
		p := app.browser.post(app.endpoint("token_endpoint"), c.form)
		if p.status != c.status || p.member(t, "error") != c.code || (c.status == 401) != (p.header.Get("WWW-Authenticate") != "") {
			t.Errorf("%v: %d %s", c.form, p.status, p.body)
		}
	}
	if p := app.browser.get(app.endpoint("token_endpoint")); p.status != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d", p.status)
	}
}

func TestProgramsAndPasswords(t *testing.T) {
	issuer := start(t, issuertest.Config{})
	app := newApplication(t, issuer)
	program := app.token(url.Values{"grant_type": {"client_credentials"}, "scope": {"read"}, "resource": {"https://api.example"}})
	raw := program.member(t, "access_token")
	if claim(t, raw, "sub") != "demo" || claim(t, raw, "aud") != "https://api.example" || claim(t, raw, "auth_time") != "null" || program.member(t, "id_token") != "" {
		t.Errorf("the token of a program: %s", program.body)
	}
	user := app.token(url.Values{"grant_type": {"password"}, "username": {"alan"}, "password": {"secret"}, "scope": {"openid"}})
	if claim(t, user.member(t, "id_token"), "sub") != "user-alan" || claim(t, user.member(t, "access_token"), "roles") != `["reader"]` {
		t.Errorf("the tokens of a user: %s", user.body)
	}
	bare := app.token(url.Values{"grant_type": {"password"}, "username": {"alan"}, "password": {"secret"}})
	if got := claim(t, bare.member(t, "access_token"), "scope"); got != "null" || bare.member(t, "scope") != "" {
		t.Errorf("without a scope, the token has %s: %s", got, bare.body)
	}
	okta := newApplication(t, start(t, issuertest.Config{Like: "okta"}))
	form := url.Values{"grant_type": {"client_credentials"}}
	if got := claim(t, okta.token(form).member(t, "access_token"), "scp"); got != "null" {
		t.Errorf("without a scope, the token like Okta's has %s", got)
	}
	form.Set("scope", "read")
	if got := claim(t, okta.token(form).member(t, "access_token"), "scp"); got != `["read"]` {
		t.Errorf("with a scope, the token like Okta's has %s", got)
	}
}

// TestRefresh: a refresh token works once; one that was used ends the whole login.
func TestRefresh(t *testing.T) {
	issuer := start(t, issuertest.Config{})
	app := newApplication(t, issuer)
	tokens := app.exchange(app.login("ada"))
	first := tokens.member(t, "refresh_token")
	refresh := func(name string, changes ...string) page {
		form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {name}}
		change(form, changes)
		return app.token(form)
	}
	if p := refresh(first, "scope", "openid admin"); p.member(t, "error") != "invalid_scope" {
		t.Errorf("a wider scope: %s", p.body)
	}
	other := app.exchange(app.login("ada")).member(t, "refresh_token")
	if p := refresh(other, "scope", "openid"); p.member(t, "scope") != "openid" || p.member(t, "refresh_token") != "" {
		t.Errorf("a narrower scope: %s", p.body)
	}
	second := refresh(first)
	if claim(t, second.member(t, "id_token"), "auth_time") != claim(t, tokens.member(t, "id_token"), "auth_time") {
		t.Error("a refreshed ID token has another auth_time")
	}
	if active := app.ask("introspection_endpoint", url.Values{"token": {second.member(t, "refresh_token")}}); active.member(t, "active") != "true" {
		t.Errorf("the refresh token is not active: %s", active.body)
	}
	if p := refresh(first); p.member(t, "error") != "invalid_grant" {
		t.Errorf("a refresh token twice: %s", p.body)
	}
	if p := refresh(second.member(t, "refresh_token")); p.member(t, "error") != "invalid_grant" {
		t.Errorf("after a theft: %s", p.body)
	}
	if active := app.ask("introspection_endpoint", url.Values{"token": {second.member(t, "access_token")}}); active.body != `{"active":false}` {
		t.Errorf("after a theft: %s", active.body)
	}
}

func TestIntrospectionRevocationUserinfo(t *testing.T) {
	clock := newClock()
	for _, shape := range []string{"plain", "keycloak"} {
		issuer := start(t, issuertest.Config{Now: clock.now, Like: shape})
		app := newApplication(t, issuer)
		access := app.exchange(app.login("ada")).member(t, "access_token")
		introspect := func(raw string) page { return app.ask("introspection_endpoint", url.Values{"token": {raw}}) }
		if p := introspect(access); p.member(t, "active") != "true" || p.member(t, "username") != "ada" {
			t.Errorf("%s: %s", shape, p.body)
		}
		if p := introspect(issuer.Mint(t, issuertest.Token{Subject: "alan"})); p.member(t, "active") != "true" || p.member(t, "username") != "alan" {
			t.Errorf("a minted token: %s", p.body)
		}
		for _, raw := range []string{"opaque", issuer.Mint(t, issuertest.Token{Flaws: []string{"expired"}}), issuer.Mint(t, issuertest.Token{Flaws: []string{"stranger"}})} {
			if p := introspect(raw); p.status != http.StatusOK || p.body != `{"active":false}` {
				t.Errorf("%d %s", p.status, p.body)
			}
		}
		if p := app.browser.post(app.endpoint("introspection_endpoint"), url.Values{"token": {access}, "client_id": {"demo-public"}}); p.status != http.StatusUnauthorized {
			t.Errorf("a public client may ask: %d", p.status)
		}
		userinfoAs := func(scheme, raw string) page {
			request, err := http.NewRequest(http.MethodGet, app.endpoint("userinfo_endpoint"), nil)
			if err != nil {
				t.Fatal(err)
			}
			if raw != "" {
				request.Header.Set("Authorization", scheme+" "+raw)
			}
			return app.browser.read(app.browser.Do(request))
		}
		if p := userinfoAs("bearer", access); p.status != http.StatusOK {
			t.Errorf("userinfo with the scheme in lower case: %d %s", p.status, p.body)
		}
		if p := userinfoAs("Basic", access); p.status != http.StatusUnauthorized {
			t.Errorf("userinfo with another scheme: %d %s", p.status, p.body)
		}
		userinfo := func(raw string) page { return userinfoAs("Bearer", raw) }
		if p := userinfo(access); p.member(t, "sub") != "user-ada" || p.member(t, "name") != "Ada Lovelace" {
			t.Errorf("userinfo: %d %s", p.status, p.body)
		}
		if p := userinfo(""); p.status != 401 || strings.Contains(p.header.Get("WWW-Authenticate"), "error") {
			t.Errorf("userinfo without a token: %d %v", p.status, p.header)
		}
		program := app.token(url.Values{"grant_type": {"client_credentials"}}).member(t, "access_token")
		if p := userinfo(program); p.status != 403 {
			t.Errorf("userinfo for a program: %d", p.status)
		}
		if p := app.ask("revocation_endpoint", url.Values{"token": {access}}); p.status != 200 || p.body != "" {
			t.Errorf("revocation: %d %q", p.status, p.body)
		}
		if p := userinfo(access); p.status != 401 || !strings.Contains(p.header.Get("WWW-Authenticate"), "invalid_token") {
			t.Errorf("userinfo after revocation: %d", p.status)
		}
		if p := introspect(access); p.body != `{"active":false}` {
			t.Errorf("introspection after revocation: %s", p.body)
		}
	}
}

// TestRevocationByItsClient: the client of a refresh token can revoke it together
// with all tokens issued from it.
func TestRevocationByItsClient(t *testing.T) {
	issuer := start(t, issuertest.Config{})
	app := newApplication(t, issuer)
	tokens := app.exchange(app.login("ada"))
	access, refresh := tokens.member(t, "access_token"), tokens.member(t, "refresh_token")
	active := func(raw string) bool {
		p := app.ask("introspection_endpoint", url.Values{"token": {raw}})
		if p.member(t, "active") == "true" && raw == access && p.member(t, "exp") == "" {
			t.Errorf("a JWT without its claims: %s", p.body)
		}
		return p.member(t, "active") == "true"
	}
	for _, raw := range []string{access, refresh} {
		app.browser.post(app.endpoint("revocation_endpoint"), url.Values{"token": {raw}, "client_id": {"demo-public"}})
		if !active(access) || !active(refresh) {
			t.Error("another client revoked a token")
		}
	}
	app.ask("revocation_endpoint", url.Values{"token": {refresh}})
	if active(access) || active(refresh) {
		t.Error("revoked tokens are active")
	}
}

// TestCredentialsThatAreNotEncoded: RFC 6749 section 2.3.1 requires credentials to be
// URL-encoded.
func TestCredentialsThatAreNotEncoded(t *testing.T) {
	app := newApplication(t, start(t, issuertest.Config{}))
	for _, c := range [][2]string{{"demo%zz", "x"}, {"demo", "100%"}} {
		request, err := http.NewRequest(http.MethodPost, app.endpoint("token_endpoint"), strings.NewReader("grant_type=client_credentials"))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.SetBasicAuth(c[0], c[1])
		if p := app.browser.read(app.browser.Do(request)); p.member(t, "error") != "invalid_client" || !strings.Contains(p.body, "form-encoded") {
			t.Errorf("%v: %s", c, p.body)
		}
	}
}

// TestOpaqueTokens: only the issuer can read opaque tokens.
func TestOpaqueTokens(t *testing.T) {
	app := newApplication(t, start(t, issuertest.Config{Like: "google"}))
	userinfo := func(raw string) page {
		request, err := http.NewRequest(http.MethodGet, app.endpoint("userinfo_endpoint"), nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+raw)
		return app.browser.read(app.browser.Do(request))
	}
	if p := userinfo(app.exchange(app.login("ada")).member(t, "access_token")); p.status != http.StatusOK || p.member(t, "sub") == "" {
		t.Errorf("its own token: %d %s", p.status, p.body)
	}
	if p := userinfo("ya29.unknown"); p.status != http.StatusUnauthorized {
		t.Errorf("an unknown token: %d %s", p.status, p.body)
	}
}

// TestLogoutThatIsConfirmed: a logout needs confirmation by the page that asked for
// it.
func TestLogoutThatIsConfirmed(t *testing.T) {
	app := newApplication(t, start(t, issuertest.Config{}))
	app.login("ada")
	end := app.endpoint("end_session_endpoint")
	asked := app.browser.get(end)
	if p := app.browser.post(end, url.Values{"browser": {asked.hidden(t, "browser")}}); p.status != http.StatusSeeOther || p.location.Path != "/signed-out" {
		t.Errorf("%d %v", p.status, p.location)
	}
	if p := app.browser.get(app.request("prompt", "none")); p.location.Query().Get("error") != "login_required" {
		t.Errorf("still logged in: %v", p.location)
	}
}

func TestDeviceFlow(t *testing.T) {
	clock := newClock()
	issuer := start(t, issuertest.Config{Now: clock.now})
	app := newApplication(t, issuer)
	begin := func() (device, user, uri string) {
		p := app.ask("device_authorization_endpoint", url.Values{"scope": {"openid"}})
		return p.member(t, "device_code"), p.member(t, "user_code"), p.member(t, "verification_uri")
	}
	poll := func(code string) page {
		clock.move(time.Second)
		return app.token(url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "device_code": {code}})
	}
	device, user, uri := begin()
	if !regexp.MustCompile(`^[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}$`).MatchString(user) {
		t.Errorf("the user has to type %q", user)
	}
	if p := poll(device); p.member(t, "error") != "authorization_pending" {
		t.Errorf("before the user came: %s", p.body)
	}
	if p := app.token(url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "device_code": {device}}); p.member(t, "error") != "slow_down" {
		t.Errorf("at once again: %s", p.body)
	}
	for _, c := range []struct {
		pause time.Duration
		want  string
	}{{time.Second/2 - 1, "slow_down"}, {time.Second / 2, "authorization_pending"}} {
		clock.move(c.pause)
		if p := app.token(url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "device_code": {device}}); p.member(t, "error") != c.want {
			t.Errorf("after %s: %s, want %s", c.pause, p.body, c.want)
		}
	}
	form := app.browser.get(uri + "?user_code=" + user)
	answer := url.Values{"user_code": {strings.ToLower(user)}, "user": {"alan"}, "browser": {form.hidden(t, "browser")}}
	if p := newBrowser(t, issuer).post(uri, answer); p.status != http.StatusBadRequest {
		t.Errorf("another browser: %d", p.status)
	}
	if p := app.browser.post(uri, answer); p.status != http.StatusOK {
		t.Errorf("the user's answer: %d %s", p.status, p.body)
	}
	tokens := poll(device)
	if claim(t, tokens.member(t, "id_token"), "sub") != "user-alan" {
		t.Errorf("the device got %s", tokens.body)
	}
	if p := poll(device); p.member(t, "error") != "expired_token" {
		t.Errorf("a device code twice: %s", p.body)
	}
	device, user, uri = begin()
	answer.Set("user_code", user)
	answer.Set("user", "")
	app.browser.post(uri, answer)
	if p := poll(device); p.member(t, "error") != "access_denied" {
		t.Errorf("refused by the user: %s", p.body)
	}
}

func TestLogout(t *testing.T) {
	told := make(chan string, 2)
	application := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { told <- r.FormValue("logout_token") }))
	t.Cleanup(application.Close)
	issuer := start(t, issuertest.Config{Clients: []issuertest.Client{
		{ID: "web", Secret: "web-secret", LogoutURI: application.URL + "/logout"}, {ID: "other", Secret: "other-secret", LogoutURI: application.URL + "/other"},
	}})
	app := newApplication(t, issuer)
	id := app.exchange(app.login("ada")).member(t, "id_token")
	end := app.endpoint("end_session_endpoint") + "?"

	asked := app.browser.get(end)
	if !strings.Contains(asked.body, "Log out?") || asked.location != nil {
		t.Errorf("without a hint nobody asks: %d", asked.status)
	}
	if p := app.browser.post(end, url.Values{"browser": {"of another site"}}); !strings.Contains(p.body, "Log out?") || p.location != nil {
		t.Errorf("another site can log the user out: %d", p.status)
	}
	if p := app.browser.get(end + url.Values{"id_token_hint": {id}, "post_logout_redirect_uri": {"https://elsewhere.example"}}.Encode()); p.status != http.StatusBadRequest {
		t.Errorf("an unknown address: %d", p.status)
	}
	back := app.browser.get(end + url.Values{"id_token_hint": {id}, "post_logout_redirect_uri": {returnTo}, "state": {"bye"}}.Encode())
	if back.location == nil || back.location.String() != returnTo+"?state=bye" {
		t.Errorf("sent to %v", back.location)
	}
	raw := <-told
	report := examine(issuer.Minter(), published(t, issuer.Minter()), raw, func(p *verify.Policy) { p.Kind, p.Audiences = verify.KindLogout, []string{"web"} })
	if err := report.Err(); err != nil || claim(t, raw, "sid") != claim(t, id, "sid") {
		t.Errorf("the logout token: %v", err)
	}
	if len(told) > 0 {
		t.Error("a client was told of a login that it had nothing to do with")
	}
	if p := app.browser.get(app.request("prompt", "none")); p.location.Query().Get("error") != "login_required" {
		t.Errorf("still logged in: %s", p.location)
	}
	for _, clients := range [][]issuertest.Client{{{ID: "web"}, {ID: "web"}}, {{ID: "web"}, {ID: ""}}} {
		if _, err := issuertest.Start(issuertest.Config{Clients: clients, Algorithm: "ES256"}); err == nil || !strings.Contains(err.Error(), "no other client has") {
			t.Errorf("%v: %v", clients, err)
		}
	}
	if _, err := issuertest.Start(issuertest.Config{Clients: []issuertest.Client{{ID: "web", LogoutURI: "http://192.0.2.1/"}}, Algorithm: "ES256"}); err == nil {
		t.Error("logout tokens would leave this machine")
	}
}

// keyIDs are the kids that the issuer publishes.
func keyIDs(t *testing.T, issuer *issuertest.Issuer) []string {
	t.Helper()
	set := struct{ Keys []struct{ Kid string } }{}
	p := newBrowser(t, issuer).get(issuer.KeySetURL)
	if err := json.Unmarshal([]byte(p.body), &set); err != nil || !strings.Contains(p.header.Get("Cache-Control"), "max-age=600") {
		t.Fatalf("%v, %v", err, p.header)
	}
	ids := []string{}
	for _, key := range set.Keys {
		ids = append(ids, key.Kid)
	}
	return ids
}

func TestRotation(t *testing.T) {
	clock := newClock()
	dir := filepath.Join(t.TempDir(), "state")
	issuer := start(t, issuertest.Config{Now: clock.now, State: dir})
	first := issuer.Minter().Key.ID
	if err := issuer.Rotate(true); err != nil {
		t.Fatal(err)
	}
	second := issuer.Minter().Key.ID
	if ids := keyIDs(t, issuer); !slices.Equal(ids, []string{second, first}) || first == second {
		t.Errorf("published are %v", ids)
	}
	clock.move(2 * time.Hour)
	if ids := keyIDs(t, issuer); !slices.Equal(ids, []string{second}) {
		t.Errorf("after the overlap: %v", ids)
	}
	if err := issuer.Rotate(false); err != nil {
		t.Fatal(err)
	}
	third := issuer.Minter().Key.ID
	if ids := keyIDs(t, issuer); !slices.Equal(ids, []string{third}) {
		t.Errorf("without an overlap: %v", ids)
	}

	secret := issuer.ClientSecret
	_ = issuer.Close()
	again := start(t, issuertest.Config{Now: clock.now, State: dir})
	if again.Minter().Key.ID != third || again.ClientSecret != secret {
		t.Error("the state was not kept")
	}
	minter, err := issuertest.NewMinter(issuertest.Minter{State: dir, Now: clock.now})
	if err != nil || minter.Issuer != again.URL || minter.Key.ID != third {
		t.Errorf("the minter of the state: %v", err)
	}
	_ = filepath.WalkDir(dir, func(path string, _ fs.DirEntry, _ error) error {
		info, err := os.Stat(path)
		if want := map[bool]fs.FileMode{true: 0o700, false: 0o600}[info.IsDir()]; err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != want {
			t.Errorf("%s is %s", path, info.Mode())
		}
		return nil
	})
}

// TestSecretOfTheState: the client secret in the state directory is reused, unless it
// belongs to another client or the configuration has one.
func TestSecretOfTheState(t *testing.T) {
	dir := t.TempDir()
	first := start(t, issuertest.Config{State: dir})
	_ = first.Close()
	for _, c := range []struct {
		id, secret string
		same       bool
	}{{"", "", true}, {"", "given-secret", false}, {"", "", false}, {"another", "", false}} {
		issuer := start(t, issuertest.Config{State: dir, ClientID: c.id, ClientSecret: c.secret})
		if got := issuer.ClientSecret; (got == first.ClientSecret) != c.same || c.secret != "" && got != c.secret || got == "" {
			t.Errorf("client %q with secret %q gets %q", c.id, c.secret, got)
		}
		_ = issuer.Close()
	}
}

// TestTrace: every request and every logout token is traced.
func TestTrace(t *testing.T) {
	application := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) }))
	t.Cleanup(application.Close)
	told := make(chan string, 100)
	issuer := start(t, issuertest.Config{
		Clients: []issuertest.Client{{ID: "web", Secret: "web-secret", LogoutURI: application.URL + "/logout"}},
		Trace:   func(method, path string, status int) { told <- fmt.Sprint(method, " ", path, " ", status) },
	})
	app := newApplication(t, issuer)
	app.browser.get(origin(issuer) + "/nowhere")
	id := app.exchange(app.login("ada")).member(t, "id_token")
	app.browser.get(app.endpoint("end_session_endpoint") + "?id_token_hint=" + id)
	_ = issuer.Close()
	close(told)
	var lines []string
	for line := range told {
		lines = append(lines, line)
	}
	for _, want := range []string{
		"GET /.well-known/openid-configuration 200", "GET /nowhere 404", "POST /login 303", "logout token to web " + application.URL + "/logout 202",
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("nothing tells of %s in %q", want, lines)
		}
	}
	silent := newApplication(t, start(t, issuertest.Config{Clients: []issuertest.Client{{ID: "web", Secret: "web-secret", LogoutURI: application.URL + "/logout"}}}))
	id = silent.exchange(silent.login("ada")).member(t, "id_token")
	if p := silent.browser.get(silent.endpoint("end_session_endpoint") + "?id_token_hint=" + id); p.status != http.StatusSeeOther {
		t.Errorf("without a trace: %d", p.status)
	}
}

func TestTLS(t *testing.T) {
	dir := t.TempDir()
	issuer := start(t, issuertest.Config{TLS: true, State: dir, Now: time.Now})
	if !strings.HasPrefix(issuer.URL, "https://127.0.0.1:") || metadata(t, issuer)["issuer"] != issuer.URL {
		t.Errorf("the issuer is %s", issuer.URL)
	}
	kept, err := os.ReadFile(issuer.CertificateFile)
	if err != nil || string(kept) != string(issuer.Certificate) {
		t.Errorf("the certificate in the state directory: %v", err)
	}
	_ = issuer.Close()
	if again := start(t, issuertest.Config{TLS: true, State: dir, Now: time.Now}); string(again.Certificate) != string(kept) {
		t.Error("there is a new certificate")
	}
}

// TestShapes: each shape has metadata under its own issuer, in both forms, and
// tokens from its token endpoint that verify with its keys.
func TestShapes(t *testing.T) {
	for _, shape := range issuertest.Vendors() {
		issuer := start(t, issuertest.Config{Like: shape[0]})
		app := newApplication(t, issuer)
		if app.metadata["issuer"] != issuer.URL || app.metadata["jwks_uri"] != issuer.KeySetURL {
			t.Errorf("%s: %v", shape[0], app.metadata)
		}
		if ends := app.metadata["end_session_endpoint"] != nil; (app.metadata["backchannel_logout_supported"] == true) != ends {
			t.Errorf("%s: it has an end_session_endpoint: %t, but %v", shape[0], ends, app.metadata["backchannel_logout_supported"])
		}
		u, _ := url.Parse(strings.TrimSuffix(issuer.URL, "/"))
		if p := app.browser.get(origin(issuer) + "/.well-known/oauth-authorization-server" + u.Path); p.member(t, "issuer") != issuer.URL {
			t.Errorf("%s: RFC 8414: %d", shape[0], p.status)
		}
		raw := app.token(url.Values{"grant_type": {"client_credentials"}}).member(t, "access_token")
		if shape[0] == "google" {
			if strings.Contains(raw, ".ey") {
				t.Errorf("google: the access token is not opaque")
			}
			continue
		}
		report := examine(issuer.Minter(), published(t, issuer.Minter()), raw, func(p *verify.Policy) {
			if shape[0] == "cognito" {
				p.Audiences, p.AnyAudience, p.ClientID = nil, true, "demo"
			}
		})
		if err := report.Err(); err != nil {
			t.Errorf("%s: %v", shape[0], err)
		}
	}
}

// TestSecretAlgorithms: tokens are signed with the secret of the client that they
// are issued to, and the key set is empty.
func TestSecretAlgorithms(t *testing.T) {
	issuer := start(t, issuertest.Config{Algorithm: "HS512"})
	app := newApplication(t, issuer)
	tokens := app.exchange(app.login("ada"))
	secret, err := verify.NewSecret([]byte(issuer.ClientSecret), "")
	if err != nil {
		t.Fatal(err)
	}
	parsed := token.Parse(tokens.member(t, "id_token"))
	if err := verify.Verify(parsed, secret, verify.Policy{Issuer: issuer.URL, Audiences: []string{"demo"}}, now()).Err(); err != nil {
		t.Error(err)
	}
	if p := app.ask("introspection_endpoint", url.Values{"token": {tokens.member(t, "access_token")}}); p.member(t, "active") != "true" {
		t.Error(p.body)
	}
	if ids := keyIDs(t, issuer); len(ids) != 0 {
		t.Errorf("published: %v", ids)
	}
}

// TestSecretsOfClients: each client's tokens are signed with its own secret.
func TestSecretsOfClients(t *testing.T) {
	first, second := strings.Repeat("a", 64), strings.Repeat("b", 64)
	issuer := start(t, issuertest.Config{Algorithm: "HS512", Clients: []issuertest.Client{{ID: "one", Secret: first}, {ID: "two", Secret: second}}})
	issuer.ClientID, issuer.ClientSecret = "two", second
	raw := newApplication(t, issuer).token(url.Values{"grant_type": {"client_credentials"}}).member(t, "access_token")
	for secret, accepted := range map[string]bool{first: false, second: true} {
		key, err := verify.NewSecret([]byte(secret), "")
		if err != nil {
			t.Fatal(err)
		}
		report := verify.Verify(token.Parse(raw), key, verify.Policy{Issuer: issuer.URL, AnyAudience: true}, now())
		if report.Accepted != accepted {
			t.Errorf("with the secret %.1s…: %v", secret, report.Err())
		}
	}
}

// TestNamesOfUsers: only who asks for the profile learns a user's name.
func TestNamesOfUsers(t *testing.T) {
	issuer := start(t, issuertest.Config{})
	app := newApplication(t, issuer)
	for scope, name := range map[string]string{"openid": "null", "openid profile": "Ada Lovelace"} {
		raw := app.exchange(app.login("ada", "scope", scope)).member(t, "id_token")
		if got := claim(t, raw, "name"); got != name {
			t.Errorf("%s: name is %s, want %s", scope, got, name)
		}
	}
}

// TestUserinfoOfEntra: its access tokens do not name the scopes of OpenID Connect.
func TestUserinfoOfEntra(t *testing.T) {
	app := newApplication(t, start(t, issuertest.Config{Like: "entra"}))
	raw := app.exchange(app.login("ada", "scope", "openid read")).member(t, "access_token")
	if got := claim(t, raw, "scp"); got != "read" {
		t.Errorf("scp is %s", got)
	}
	request, err := http.NewRequest(http.MethodGet, app.endpoint("userinfo_endpoint"), nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+raw)
	if p := app.browser.read(app.browser.Do(request)); p.status != http.StatusOK || p.member(t, "sub") != claim(t, raw, "sub") {
		t.Errorf("%d %s", p.status, p.body)
	}
}

// TestProgramsOfAuth0: their subject is the client, and that of a user's token is the user.
func TestProgramsOfAuth0(t *testing.T) {
	app := newApplication(t, start(t, issuertest.Config{Like: "auth0"}))
	program := app.token(url.Values{"grant_type": {"client_credentials"}}).member(t, "access_token")
	user := app.exchange(app.login("ada")).member(t, "access_token")
	if claim(t, program, "sub") != "demo@clients" || claim(t, program, "gty") != "client-credentials" {
		t.Errorf("a program: sub %s, gty %s", claim(t, program, "sub"), claim(t, program, "gty"))
	}
	if claim(t, user, "sub") != "user-ada" || claim(t, user, "gty") != "null" {
		t.Errorf("a user: sub %s, gty %s", claim(t, user, "sub"), claim(t, user, "gty"))
	}
}

func TestAddresses(t *testing.T) {
	busy := start(t, issuertest.Config{})
	taken := strings.TrimPrefix(origin(busy), "http://")
	const notLoopback = "not a loopback address"
	for address, want := range map[string]string{
		"0.0.0.0:0": notLoopback, "[::]:0": notLoopback, ":0": notLoopback, "192.0.2.1:0": notLoopback, "example.com:80": notLoopback, taken: "",
	} {
		_, err := issuertest.Start(issuertest.Config{Address: address})
		wrong, ok := errors.AsType[*net.AddrError](err)
		if ok && !strings.Contains(wrong.Err, want) || ok == (address == taken) || errors.Is(err, syscall.EADDRINUSE) != (address == taken) {
			t.Errorf("%s: %v", address, err)
		}
	}
	if everywhere, err := net.Listen("tcp", ":0"); err != nil {
		t.Error(err)
	} else if _, err := issuertest.Start(issuertest.Config{Listener: everywhere}); err == nil || !strings.Contains(err.Error(), notLoopback) {
		t.Errorf("a listener on every address: %v", err)
	}
	if _, err := issuertest.Start(issuertest.Config{Address: "no-port"}); err == nil {
		t.Error("an address without a port")
	}
	if issuer := start(t, issuertest.Config{Address: "localhost:0"}); !strings.HasPrefix(issuer.URL, "http://localhost:") {
		t.Errorf("the issuer is %s", issuer.URL)
	}
}

func TestUnusableState(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	broken, public := t.TempDir(), t.TempDir()
	for path, text := range map[string]string{
		file: "", filepath.Join(broken, "keys.json"): "{", filepath.Join(public, "keys.json"): minter(t, "", "ES256").JWKS().String(),
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range []string{file, broken, public, filepath.Join(file, "below")} {
		if _, err := issuertest.Start(issuertest.Config{State: dir, Algorithm: "ES256"}); err == nil {
			t.Errorf("%s is taken for a state directory", dir)
		}
	}
	if _, err := issuertest.NewMinter(issuertest.Minter{State: t.TempDir(), Now: now}); err == nil {
		t.Error("an empty directory has a key")
	}
	for _, lost := range []string{"keys.json", "issuer.json"} {
		dir := t.TempDir()
		_ = start(t, issuertest.Config{State: dir}).Close()
		if err := os.Remove(filepath.Join(dir, lost)); err != nil {
			t.Fatal(err)
		}
		if _, err := issuertest.NewMinter(issuertest.Minter{State: dir, Now: now}); err == nil || !strings.Contains(err.Error(), "no issuer state") {
			t.Errorf("without %s: %v", lost, err)
		}
	}
}

// TestCloseLeavesNothing: no goroutine of the issuer lives on, and its port is
// free.
func TestCloseLeavesNothing(t *testing.T) {
	issuer, err := issuertest.Start(issuertest.Config{Algorithm: "ES256", Now: now})
	if err != nil {
		t.Fatal(err)
	}
	client := httpClient(issuer)
	response, err := client.Get(issuer.KeySetURL)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	address := strings.TrimPrefix(origin(issuer), "http://")
	if err := errors.Join(issuer.Close(), issuer.Close()); err != nil {
		t.Error(err)
	}
	client.CloseIdleConnections()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatalf("the port is not free: %v", err)
	}
	_ = listener.Close()
	stacks := make([]byte, 1<<20)
	if text := string(stacks[:runtime.Stack(stacks, true)]); strings.Contains(text, "issuertest.(*Issuer).serve") {
		t.Errorf("it serves on:\n%s", text)
	}
}
