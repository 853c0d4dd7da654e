package clients

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// field is a hidden field of a page.
func field(t *testing.T, page, name string) string {
	t.Helper()
	found := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(page)
	if found == nil {
		t.Fatalf("no field %s in\n%s", name, page)
	}
	return found[1]
}

// newBrowser keeps cookies and follows redirects, as browsers do.
func newBrowser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	must(t, err)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Jar: jar, Transport: transport}
}

func body(t *testing.T, response *http.Response, err error) string {
	t.Helper()
	must(t, err)
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	must(t, err)
	if response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s\n%s", response.Request.URL, response.Status, text)
	}
	return string(text)
}

// click opens an address that leads to a login page, clicks on a user and returns
// what the application shows in the end.
func click(t *testing.T, browser *http.Client, address, user string) string {
	t.Helper()
	response, err := browser.Get(address)
	page := body(t, response, err)
	form := url.Values{"request": {field(t, page, "request")}, "user": {user}}
	request, err := http.NewRequest(http.MethodPost, response.Request.URL.Scheme+"://"+response.Request.URL.Host+"/login", strings.NewReader(form.Encode()))
	must(t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := browser.Do(request)
	return body(t, answer, err)
}
