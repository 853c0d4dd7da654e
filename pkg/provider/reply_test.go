package provider

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestRepliesAreJudged(t *testing.T) {
	const login = `<!DOCTYPE html><html><body><form><input type="password"></form></body></html>`
	keys := keySet("a")
	for _, c := range []struct {
		name, contentType, body string
		kind                    string
		text                    string
	}{
		{"JSON", "application/json; charset=utf-8", keys, "", ""},
		{"a key set", "application/jwk-set+json", keys, "", ""},
		{"no type", "", keys, "", ""},
		{"plain text", "text/plain", keys, "", ""},
		{"an object store", "binary/octet-stream", keys, "", ""},
		{"a login page", "text/html", login, causeHTML, "login page"},
		{"a page", "text/html", "<html>hello", causeHTML, "web page"},
		{"a page that says nothing of it", "", "\n <html>hello", causeHTML, "web page"},
		{"XML", "application/xml", "<keys/>", causeHTML, "web page"},
		{"JSON as HTML", "text/html", keys, causeHTML, "web page"},
		{"an image", "image/png", "\x89PNG", causeContentType, `"image/png"`},
		{"JSON as an image", "image/png", keys, causeContentType, `"image/png"`},
		{"a broken type", "application/json;;;=", keys, causeContentType, "not JSON"},
		{"truncated", "application/json", keys[:len(keys)-10], causeNotJSON, "not a JSON object"},
		{"empty", "application/json", "", causeNotJSON, "no JSON value"},
		{"an array", "application/json", "[]", causeNotJSON, "array"},
		{"a page as JSON", "application/json", "<html>", causeNotJSON, "not a JSON object"},
		{"the same name twice", "application/json", `{"keys":[],"keys":[]}`, causeNotJSON, "duplicate"},
		{"bad UTF-8", "application/json", "{\"keys\":[],\"a\":\"\xff\"}", causeNotJSON, "UTF-8"},
		{"too deep", "application/json", strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40), causeNotJSON, "deep"},
		{"no keys", "application/json", `{"error":"x"}`, causeNotKeySet, "not a key set"},
		{"a single key", "application/json", `{"kty":"EC"}`, causeNotKeySet, "single key"},
		{"keys of another type", "application/json", `{"keys":{}}`, causeNotKeySet, "not an array"},
		{"an empty set", "application/json", `{"keys":[]}`, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newTLSSite(t)
			s.route("/keys", func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Content-Type"] = []string{c.contentType}
				_, _ = io.WriteString(w, c.body)
			})
			b := newBench(t, s)
			set, err := b.Keys(t.Context(), s.URL+"/keys", "")
			if c.kind == "" {
				if err != nil {
					t.Fatal(err)
				}
				if set.Set.Document.String() == "" {
					t.Errorf("got %+v", set)
				}
				return
			}
			e := wantFetchError(t, err, c.kind)
			wantText(t, e.Text, c.text)
			wantText(t, e.Error(), s.URL+"/keys")
			if files := b.cacheFiles(t); len(files) != 0 {
				t.Errorf("it is cached: %v", files)
			}
		})
	}
}

func TestServersWordsAreBounded(t *testing.T) {
	long := strings.Repeat("x", 5000)
	for name, handler := range map[string]http.HandlerFunc{
		"a type": func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "image/"+long) },
		"an encoding": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Encoding", long)
		},
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://"+long[:200]+".example/"+long, http.StatusFound)
		},
		"a member": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"`+long+`":1,"`+long+`":2}`)
		},
	} {
		s := newTLSSite(t)
		s.route("/keys", handler)
		_, err := fetchKeys(t, s)
		if err == nil || len(err.Error()) > 600 {
			t.Errorf("%s: the error has %d bytes", name, len(err.Error()))
		}
	}
}

func TestClipKeepsCharactersWhole(t *testing.T) {
	if whole := strings.Repeat("x", 200); clip(whole) != whole { // the longest that is not cut
		t.Errorf("200 bytes: %q", clip(whole))
	}
	if got := clip(strings.Repeat("é", 150)); got != strings.Repeat("é", 100)+"…" {
		t.Errorf("got %q", got)
	}
	if got := clip("x" + strings.Repeat("é", 150)); got != "x"+strings.Repeat("é", 99)+"…" {
		t.Errorf("got %q", got)
	}
}

func TestClipOfWhatIsNoText(t *testing.T) {
	if got := clip(strings.Repeat("\x80", 300)); got != "…" {
		t.Errorf("got %q", got)
	}
}

func TestStatusOfALoginPage(t *testing.T) {
	s := newTLSSite(t)
	s.route("/keys", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, "<html>")
	})
	_, err := fetchKeys(t, s)
	e := wantFetchError(t, err, causeStatus)
	wantText(t, err.Error(), "401 Unauthorized", "web page")
	if e.Status != 401 {
		t.Errorf("status %d", e.Status)
	}
}

func TestHeadersGoToTheTypedOriginOnly(t *testing.T) {
	var here, there []string
	note := func(list *[]string, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			*list = append(*list, r.Header.Get("X-Api-Key"))
			_, _ = io.WriteString(w, body)
		}
	}
	issuer, keys := newTLSSite(t), newTLSSite(t)
	header := func(cfg *Config) {
		cfg.Header = http.Header{"X-Api-Key": {"s3cret"}}
		cfg.RootCAs.AddCert(keys.Certificate())
	}
	issuer.route(configuration, note(&here, `{"issuer":"`+issuer.URL+`","jwks_uri":"`+keys.URL+`/keys"}`))
	keys.route("/keys", note(&there, keySet("a")))
	if _, err := newBench(t, issuer, header).KeysFor(t.Context(), issuer.URL, ""); err != nil {
		t.Fatal(err)
	}
	issuer.route(configuration, note(&here, `{"issuer":"`+issuer.URL+`","jwks_uri":"`+issuer.URL+`/keys"}`))
	issuer.route("/keys", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/real", http.StatusFound) })
	issuer.route("/real", note(&here, keySet("a")))
	b := newBench(t, issuer, header)
	if _, err := b.KeysFor(t.Context(), issuer.URL, ""); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(here, ","); got != "s3cret,s3cret,s3cret" {
		t.Errorf("the issuer's origin got %q", got)
	}
	if got := strings.Join(there, ","); got != "" {
		t.Errorf("another origin got %q", got)
	}
	if len(b.cacheFiles(t)) != 0 {
		t.Error("what was fetched with a header is cached")
	}
}

func TestSettingsThatAreLeftOut(t *testing.T) {
	for _, left := range []time.Duration{0, -1} {
		c := mustNew(t, Config{Now: newClock().now, Timeout: left, RetryWaitMin: left, RetryWaitMax: left})
		if c.cfg.Timeout != defaultTimeout || c.cfg.RetryWaitMin != retryWaitMin || c.cfg.RetryWaitMax != retryWaitMax {
			t.Errorf("%s becomes %s, %s and %s", left, c.cfg.Timeout, c.cfg.RetryWaitMin, c.cfg.RetryWaitMax)
		}
		if c.cfg.UserAgent != "claimcheck" {
			t.Errorf("the user agent is %q", c.cfg.UserAgent)
		}
	}
	if c := mustNew(t, Config{Now: newClock().now, UserAgent: "mine/1"}); c.cfg.UserAgent != "mine/1" {
		t.Errorf("the user agent is %q", c.cfg.UserAgent)
	}
}

func TestSettingsThatMakeNoSense(t *testing.T) {
	for name, cfg := range map[string]Config{
		"no clock":       {},
		"an empty name":  {Now: newClock().now, Header: http.Header{"": {"x"}}},
		"a bad name":     {Now: newClock().now, Header: http.Header{"a b": {"s3cret"}}},
		"a line break":   {Now: newClock().now, Header: http.Header{"A": {"s3cret\r\nB: c"}}},
		"another target": {Now: newClock().now, Header: http.Header{"host": {"s3cret"}}},
	} {
		if _, err := New(cfg); err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
