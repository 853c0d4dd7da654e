package issuertest_test

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/pkg/issuertest"
)

// A browser keeps cookies and does not follow redirects, so that a test sees each.
type browser struct {
	t *testing.T
	*http.Client
}

func newBrowser(t *testing.T, issuer *issuertest.Issuer) browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := httpClient(issuer)
	client.Jar = jar
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	t.Cleanup(client.CloseIdleConnections)
	return browser{t, client}
}

// httpClient returns a client that trusts the issuer's certificate.
func httpClient(issuer *issuertest.Issuer) *http.Client {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(issuer.Certificate)
	return &http.Client{Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: roots}}}
}

// A page is an answer, read to its end.
type page struct {
	status   int
	header   http.Header
	body     string
	location *url.URL // nil without a redirect
}

func (b browser) read(response *http.Response, err error) page {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	location, _ := response.Location()
	return page{response.StatusCode, response.Header, string(body), location}
}

func (b browser) get(address string) page { b.t.Helper(); return b.read(b.Get(address)) }

func (b browser) post(address string, form url.Values) page {
	b.t.Helper()
	return b.read(b.PostForm(address, form))
}

// hidden is the value of a hidden field of the page's form.
func (p page) hidden(t *testing.T, name string) string {
	t.Helper()
	found := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(p.body)
	if found == nil {
		t.Fatalf("no field %s in\n%s", name, p.body)
	}
	return found[1]
}

// member is a text in a JSON answer; numbers and truths come as they are written.
func (p page) member(t *testing.T, name string) string {
	t.Helper()
	document := map[string]json.RawMessage{}
	if err := json.Unmarshal([]byte(p.body), &document); err != nil {
		t.Fatalf("%v in %q (%d)", err, p.body, p.status)
	}
	return strings.Trim(string(document[name]), `"`)
}

// metadata is the issuer's own, by its members.
func metadata(t *testing.T, issuer *issuertest.Issuer) map[string]any {
	t.Helper()
	document := map[string]any{}
	address := strings.TrimSuffix(issuer.URL, "/") + "/.well-known/openid-configuration"
	if err := json.Unmarshal([]byte(newBrowser(t, issuer).get(address).body), &document); err != nil {
		t.Fatal(err)
	}
	return document
}

// An application is a client that logs users in.
type application struct {
	t        *testing.T
	issuer   *issuertest.Issuer
	metadata map[string]any
	browser  browser
	verifier string
}

const returnTo = "http://127.0.0.1:1/callback"

func newApplication(t *testing.T, issuer *issuertest.Issuer) *application {
	return &application{t, issuer, metadata(t, issuer), newBrowser(t, issuer), strings.Repeat("v", 43)}
}

func (a *application) endpoint(name string) string { return a.metadata[name].(string) }

// request is an authentication request, with changes.
func (a *application) request(changes ...string) string {
	sum := sha256.Sum256([]byte(a.verifier))
	query := url.Values{
		"response_type": {"code"}, "client_id": {a.issuer.ClientID}, "redirect_uri": {returnTo}, "scope": {"openid profile offline_access"},
		"state": {"the-state"}, "nonce": {"the-nonce"}, "code_challenge_method": {"S256"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])},
	}
	change(query, changes)
	return a.endpoint("authorization_endpoint") + "?" + query.Encode()
}

// change sets, or with an empty value removes, by pairs.
func change(values url.Values, pairs []string) {
	for i := 0; i < len(pairs); i += 2 {
		if values.Del(pairs[i]); pairs[i+1] != "" {
			values.Set(pairs[i], pairs[i+1])
		}
	}
}

// login lets a user log in and returns the code.
func (a *application) login(user string, changes ...string) string {
	a.t.Helper()
	shown := a.browser.get(a.request(changes...))
	back := shown
	if shown.location == nil {
		back = a.browser.post(origin(a.issuer)+"/login", url.Values{"request": {shown.hidden(a.t, "request")}, "user": {user}})
	}
	if back.location == nil || back.location.Query().Get("code") == "" {
		a.t.Fatalf("no code: %d %s\n%s", back.status, back.location, back.body)
	}
	return back.location.Query().Get("code")
}

func origin(issuer *issuertest.Issuer) string {
	u, err := url.Parse(issuer.URL)
	if err != nil {
		panic(err)
	}
	return u.Scheme + "://" + u.Host
}

// token asks the token endpoint as the confidential client.
func (a *application) token(form url.Values) page {
	a.t.Helper()
	return a.ask("token_endpoint", form)
}

func (a *application) ask(endpoint string, form url.Values) page {
	a.t.Helper()
	request, err := http.NewRequest(http.MethodPost, a.endpoint(endpoint), strings.NewReader(form.Encode()))
	if err != nil {
		a.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.SetBasicAuth(url.QueryEscape(a.issuer.ClientID), url.QueryEscape(a.issuer.ClientSecret))
	return a.browser.read(a.browser.Do(request))
}

func (a *application) exchange(code string, changes ...string) page {
	a.t.Helper()
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {returnTo}, "code_verifier": {a.verifier}}
	change(form, changes)
	return a.token(form)
}

// A clock is moved by hand.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: now()} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}
