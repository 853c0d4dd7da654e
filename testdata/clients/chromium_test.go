package clients

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/claimcheck/claimcheck/pkg/issuertest"
)

// TestChromium: in a real browser, as wide as a phone,
// one click logs a user in; the second application needs none; the device page
// works; nothing has to be scrolled sideways. SCREENSHOTS=DIR keeps pictures of the
// pages. It needs Chromium, which not every machine has.
func TestChromium(t *testing.T) {
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Skip("no chromium here")
	}
	issuer := issuertest.New(t, issuertest.Config{})
	returned := make(chan url.Values, 2)
	application := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/callback" {
			returned <- r.URL.Query()
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<h1>welcome</h1>")
	}))
	t.Cleanup(application.Close)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath("chromium"), chromedp.NoSandbox, chromedp.WindowSize(390, 844))
	allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	browser, end := chromedp.NewContext(allocator)
	t.Cleanup(end)
	bounded, cancel := context.WithTimeout(browser, time.Minute)
	t.Cleanup(cancel)

	request := func(prompt string) string {
		return issuer.URL + "/authorize?" + url.Values{
			"response_type": {"code"}, "client_id": {issuer.ClientID}, "redirect_uri": {application.URL + "/callback"},
			"scope": {"openid profile email"}, "state": {"state-1"}, "prompt": {prompt},
		}.Encode()
	}
	var title, welcome string
	var overflow int64
	picture := []byte{}
	must(t, chromedp.Run(bounded,
		chromedp.Navigate(request("")),
		chromedp.Text("h1", &title),
		chromedp.Evaluate("document.documentElement.scrollWidth - window.innerWidth", &overflow),
		chromedp.FullScreenshot(&picture, 100),
		chromedp.Click(`button[value="ada"]`),
		chromedp.WaitVisible("h1"),
		chromedp.Text("h1", &welcome),
	))
	keep(t, "login.png", picture)
	answer := <-returned
	if title != "Log in to demo" || welcome != "welcome" || answer.Get("code") == "" || answer.Get("state") != "state-1" || overflow > 0 {
		t.Errorf("%q, %q, %v, %d pixels too wide", title, welcome, answer, overflow)
	}
	must(t, chromedp.Run(bounded, chromedp.Navigate(request("none"))))
	if again := <-returned; again.Get("code") == "" {
		t.Errorf("the cookie does not log in again: %v", again)
	}
	must(t, chromedp.Run(bounded, chromedp.Navigate(issuer.URL+"/device?user_code=BCDF-GHJK"), chromedp.FullScreenshot(&picture, 100)))
	keep(t, "device.png", picture)
	must(t, chromedp.Run(bounded, chromedp.Navigate(issuer.URL+"/end_session"), chromedp.FullScreenshot(&picture, 100)))
	_, err := chromedp.RunResponse(bounded, chromedp.Evaluate(`document.querySelector("button").click()`, nil))
	must(t, err)
	must(t, chromedp.Run(bounded, chromedp.Evaluate(`document.querySelector("h1").innerText`, &title)))
	keep(t, "logout.png", picture)
	if title != "You are logged out" {
		t.Errorf("after logging out: %q", title)
	}
}

// keep writes a picture where somebody wants to look at it.
func keep(t *testing.T, name string, picture []byte) {
	t.Helper()
	if dir := os.Getenv("SCREENSHOTS"); dir != "" {
		must(t, os.WriteFile(dir+"/"+name, picture, 0o600))
	}
}
