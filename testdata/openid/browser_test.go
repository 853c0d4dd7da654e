package openid

import (
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jeremija/gosubmit"
	"golang.org/x/oauth2"
)

// A client is an application that is registered with the provider. One without
// a secret has to use PKCE.
type client struct{ id, secret string }

// The clients that the provider program registers.
var (
	native = client{"native", ""}
	web    = client{"web", "secret"}
	jwt    = client{"jwt", "secret"} // gets JWT access tokens
)

// A login is what an application has of a user who logged in to it.
type login struct {
	client       client
	nonce, state string
	code         string
	page         string // the address that the browser ended at
	response     string // of the token endpoint, as it was served
	idToken      string
	accessToken  string
}

// A site is a provider and an application that it sends users back to.
type site struct {
	*provider
	metadata struct {
		AuthorizationEndpoint string `json:"authorization_endpoint"`
		TokenEndpoint         string `json:"token_endpoint"`
		IntrospectionEndpoint string `json:"introspection_endpoint"`
		RevocationEndpoint    string `json:"revocation_endpoint"`
	}
	redirectURI string
	returned    chan url.Values // what the browser brings back
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{returned: make(chan url.Values, 1)}
	application := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.returned <- r.URL.Query()
		_, _ = io.WriteString(w, "welcome")
	}))
	t.Cleanup(application.Close)
	s.redirectURI = application.URL + "/callback"
	s.provider = startProvider(t, s.redirectURI)
	must(t, json.Unmarshal(fetch(t, s.issuer+".well-known/openid-configuration"), &s.metadata))
	s.requests(t)
	return s
}

// login is the authorization code flow.
func (s *site) login(t *testing.T, c client) *login {
	t.Helper()
	l := &login{client: c, nonce: rand.Text(), state: rand.Text()}
	verifier := ""
	query := l.request(s, "code")
	if c.secret == "" {
		verifier = oauth2.GenerateVerifier()
		query.Set("code_challenge", oauth2.S256ChallengeFromVerifier(verifier))
		query.Set("code_challenge_method", "S256")
	}
	l.browse(t, s, query)
	l.exchange(t, s, verifier)
	s.requests(t)
	return l
}

// implicitLogin is the implicit flow: the tokens are in the address of the page.
func (s *site) implicitLogin(t *testing.T, c client) *login {
	t.Helper()
	l := &login{client: c, nonce: rand.Text(), state: rand.Text()}
	l.browse(t, s, l.request(s, "id_token token"))
	_, fragment, _ := strings.Cut(l.page, "#")
	answer, err := url.ParseQuery(fragment)
	must(t, err)
	l.idToken, l.accessToken = answer.Get("id_token"), answer.Get("access_token")
	s.requests(t)
	return l
}

// request is the authentication request.
func (l *login) request(s *site, responseType string) url.Values {
	return url.Values{
		"client_id": {l.client.id}, "redirect_uri": {s.redirectURI}, "response_type": {responseType},
		"scope": {"openid profile email"}, "nonce": {l.nonce}, "state": {l.state},
	}
}

// browse opens the login page, fills in its form and lets itself be sent back
// to the application.
func (l *login) browse(t *testing.T, s *site, query url.Values) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	must(t, err)
	browser := &http.Client{Jar: jar}
	page, err := browser.Get(s.metadata.AuthorizationEndpoint + "?" + query.Encode())
	must(t, err)
	defer func() { _ = page.Body.Close() }()
	form := gosubmit.ParseResponse(page, page.Request.URL).FirstForm()
	submit, err := form.NewRequest(gosubmit.Set("username", "test-user@127.0.0.1"), gosubmit.Set("password", "verysecure"))
	must(t, err)
	submit.URL = page.Request.URL.ResolveReference(submit.URL)
	welcome, err := browser.Do(submit)
	must(t, err)
	defer func() { _ = welcome.Body.Close() }()
	l.page = welcome.Request.URL.String()
	if !strings.HasPrefix(l.page, s.redirectURI) {
		t.Fatalf("the browser ended at %s (%s)", l.page, welcome.Status)
	}
	l.back(t, <-s.returned)
}

// back is the application's side of the return.
func (l *login) back(t *testing.T, query url.Values) {
	t.Helper()
	if message := query.Get("error"); message != "" {
		t.Fatalf("no login: %s: %s", message, query.Get("error_description"))
	}
	if state := query.Get("state"); query.Has("code") && state != l.state {
		t.Fatalf("the state came back as %q", state)
	}
	l.code = query.Get("code")
}

// exchange swaps the code for the tokens.
func (l *login) exchange(t *testing.T, s *site, verifier string) {
	t.Helper()
	form := url.Values{"grant_type": {"authorization_code"}, "code": {l.code}, "redirect_uri": {s.redirectURI}}
	if verifier != "" {
		form.Set("client_id", l.client.id)
		form.Set("code_verifier", verifier)
	}
	l.response = l.client.post(t, s.metadata.TokenEndpoint, form)
	var tokens struct {
		IDToken     string `json:"id_token"`
		AccessToken string `json:"access_token"`
	}
	must(t, json.Unmarshal([]byte(l.response), &tokens))
	l.idToken, l.accessToken = tokens.IDToken, tokens.AccessToken
}

// post is a request by the client in its own name.
func (c client) post(t *testing.T, endpoint string, form url.Values) string {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, endpoint, strings.NewReader(form.Encode()))
	must(t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if c.secret != "" {
		request.SetBasicAuth(c.id, c.secret)
	}
	response, err := http.DefaultClient.Do(request)
	must(t, err)
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	must(t, err)
	if response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s\n%s", endpoint, response.Status, body)
	}
	return string(body)
}

// file puts a text into a file of its own and returns it as an argument.
func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "text")
	must(t, os.WriteFile(path, []byte(text), 0o600))
	return "@" + path
}
