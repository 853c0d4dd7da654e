package provider

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// fetchKeys asks for a key set that the user named.
func fetchKeys(t testing.TB, s *site, adjust ...func(*Config)) (*KeySet, error) {
	t.Helper()
	return newBench(t, s, adjust...).Keys(t.Context(), s.URL+"/keys", "")
}

func TestRedirects(t *testing.T) {
	other := newTLSSite(t)
	other.serve("/keys", keySet("other"))
	plain := newPlainSite(t)
	plain.serve("/keys", keySet("plain"))
	to := func(location string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", location)
			w.WriteHeader(http.StatusFound)
		}
	}
	for _, c := range []struct {
		name, first string
		requests    int
		ok          bool
		text        string
	}{
		{"one, same origin", "/1", 2, true, ""},
		{"three, same origin", "/3", 4, true, ""},
		{"four, same origin", "/4", 4, false, "more than 3 redirects"},
		{"for ever", "/keys", 4, false, "more than 3 redirects"},
		{"another origin", other.URL + "/keys?code=s3cret", 1, false, "another origin"},
		{"to http", plain.URL + "/keys?code=s3cret", 1, false, "not https"},
		{"with a user", "USER", 1, false, "user name"},
		{"to what is no URL", "https://[s3cret", 1, false, "not a URL"},
		{"to another scheme", "file:///etc/s3cret?s3cret", 1, false, "not https"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newTLSSite(t)
			s.route("/keys", to(strings.Replace(c.first, "USER", strings.Replace(s.URL, "https://", "https://me:s3cret@", 1), 1)))
			s.serve("/0", keySet("here"))
			for i := 1; i <= 4; i++ {
				s.route("/"+strconv.Itoa(i), to("/"+strconv.Itoa(i-1)))
			}
			if c.ok {
				s.route("/keys", to("/"+strconv.Itoa(c.requests-2)))
			}
			set, err := fetchKeys(t, s)
			if n := len(s.requests()); n != c.requests {
				t.Errorf("%d requests, want %d", n, c.requests)
			}
			if c.ok {
				if err != nil || set.Set.KeyIDs()[0] != "here" {
					t.Errorf("got %v, %v", set, err)
				}
				return
			}
			e := wantFetchError(t, err, causeRedirect)
			wantText(t, err.Error(), "redirects", c.text)
			if strings.Contains(err.Error(), "=s3cret") || strings.Contains(err.Error(), ":s3cret") {
				t.Errorf("the error shows too much: %s", err)
			}
			if c.name == "another origin" && e.Location != other.URL+"/keys?…" {
				t.Errorf("Location is %q", e.Location)
			}
		})
	}
	wantRequests(t, other)
	wantRequests(t, plain)
}

// TestRedirectsOverHTTP: within the one origin on loopback that was asked, and
// nowhere else.
func TestRedirectsOverHTTP(t *testing.T) {
	other := newPlainSite(t)
	secure := newTLSSite(t)
	for _, c := range []struct{ name, to, text string }{
		{"same origin", "/real", ""},
		{"another port", other.URL + "/real", "another origin"},
		{"https", secure.URL + "/real", "another origin"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newPlainSite(t)
			s.route("/keys", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, c.to, http.StatusFound) })
			s.serve("/real", keySet("a"))
			set, err := fetchKeys(t, s)
			if c.text == "" {
				wantKeys(t, set, err, "a")
				wantRequests(t, s, "GET /keys", "GET /real")
				return
			}
			wantText(t, wantFetchError(t, err, causeRedirect).Error(), c.text)
			wantRequests(t, s, "GET /keys")
		})
	}
	wantRequests(t, other)
	wantRequests(t, secure)
}

// TestWhatServersAdd to JSON without harm is taken.
func TestWhatServersAdd(t *testing.T) {
	s := newTLSSite(t)
	s.serve("/bom", "\ufeff"+keySet("a"))
	s.serve("/identity", keySet("a"), "Content-Encoding", "Identity")
	s.serve("/other", keySet("a"), "Content-Encoding", "br")
	b := newBench(t, s)
	for _, path := range []string{"/bom", "/identity"} {
		set, err := b.Keys(t.Context(), s.URL+path, "")
		wantKeys(t, set, err, "a")
	}
	_, err := b.Keys(t.Context(), s.URL+"/other", "")
	wantFetchError(t, err, causeContentType)
}

func TestHTTPOnlyToLoopback(t *testing.T) {
	s := newPlainSite(t)
	s.serve("/keys", keySet("a"))
	far := farAway(map[string]*site{"keys.example": s, "localhost": s}, map[string]string{"keys.example": "203.0.113.5", "localhost": "203.0.113.5"})
	b := newBench(t, s, func(cfg *Config) { cfg.DialContext = far })
	for _, url := range []string{"http://keys.example/keys", "http://203.0.113.5/keys", "http://10.0.0.1/keys", "http://127.0.0.1.example/keys"} {
		_, err := b.Keys(t.Context(), url, "")
		wantFetchError(t, err, causeHTTP)
	}
	// A name that says loopback, but leads elsewhere.
	_, err := b.Keys(t.Context(), "http://localhost/keys", "")
	wantFetchError(t, err, causeHTTP)
	wantRequests(t, s)

	if _, err := fetchKeys(t, s); err != nil {
		t.Errorf("http to loopback: %v", err)
	}
	allowed := newBench(t, s, func(cfg *Config) { cfg.DialContext, cfg.AllowHTTP = far, true })
	if _, err := allowed.Keys(t.Context(), "http://keys.example/keys", ""); err != nil {
		t.Errorf("http where it is allowed: %v", err)
	}
}

// TestCheckURL: a URL that cannot be fetched is found without a request.
func TestCheckURL(t *testing.T) {
	safe := newBench(t, nil)
	plain := newBench(t, nil, func(cfg *Config) { cfg.AllowHTTP = true })
	for _, c := range []struct {
		url         string
		safe, plain string // cause; empty if it can be fetched
	}{
		{"https://issuer.example", "", ""}, {googleShort, "", ""}, {"http://127.0.0.1:8080/keys", "", ""}, {"http://issuer.example", causeHTTP, ""},
		{"issuer.example", causeURL, causeURL}, {"", causeURL, causeURL}, {"file:///etc/passwd", causeURL, causeURL},
	} {
		for client, want := range map[*bench]string{safe: c.safe, plain: c.plain} {
			if err := client.CheckURL(c.url); want == "" && err != nil {
				t.Errorf("%s: %v", c.url, err)
			} else if want != "" {
				wantFetchError(t, err, want)
			}
		}
	}
}

func TestRepliesAreBounded(t *testing.T) {
	padded := func(n int) string {
		body := keySet("a")
		return body + strings.Repeat(" ", n-len(body))
	}
	bomb := func(n int) []byte {
		var out bytes.Buffer
		w, _ := gzip.NewWriterLevel(&out, gzip.BestSpeed)
		_, _ = io.WriteString(w, padded(n))
		_ = w.Close()
		return out.Bytes()
	}
	zipped := func(n int) http.HandlerFunc {
		data := bomb(n)
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(data)
		}
	}
	s := newTLSSite(t)
	s.serve("/keys", padded(maxReply))
	if _, err := fetchKeys(t, s); err != nil {
		t.Errorf("1 MiB: %v", err)
	}
	s.serve("/keys", padded(maxReply+1))
	_, err := fetchKeys(t, s)
	wantText(t, wantFetchError(t, err, causeTooLarge).Text, "1 MiB")
	s.route("/keys", zipped(maxReply))
	if _, err := fetchKeys(t, s); err != nil {
		t.Errorf("1 MiB in gzip: %v", err)
	}
	s.route("/keys", zipped(8<<20))
	_, err = fetchKeys(t, s)
	wantFetchError(t, err, causeTooLarge)
	wantRequests(t, s, "GET /keys", "GET /keys", "GET /keys", "GET /keys") // never again
}

func TestSlowServers(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"no headers": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"half a body": func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, `{"keys":`)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newTLSSite(t)
			s.route("/keys", handler)
			_, err := fetchKeys(t, s, func(cfg *Config) { cfg.Timeout = 50 * time.Millisecond })
			e := wantFetchError(t, err, causeTimeout)
			wantText(t, e.Error(), s.URL+"/keys", "50ms")
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%v does not wrap the context's error", err)
			}
		})
	}
}

func TestTheTimeoutCountsRetriesToo(t *testing.T) {
	s := newTLSSite(t)
	s.route("/keys", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	_, err := fetchKeys(t, s, func(cfg *Config) {
		cfg.Timeout, cfg.RetryWaitMin, cfg.RetryWaitMax = 50*time.Millisecond, time.Hour, time.Hour
	})
	wantFetchError(t, err, causeTimeout)
}

func TestInterrupted(t *testing.T) {
	s := newTLSSite(t)
	ctx, cancel := context.WithCancel(t.Context())
	s.route("/keys", func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() })
	_, err := newBench(t, s).Keys(ctx, s.URL+"/keys", "")
	wantFetchError(t, err, causeCanceled)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v does not wrap context.Canceled", err)
	}
}

func TestRetries(t *testing.T) {
	failing := func(s *site, times int, fail http.HandlerFunc) {
		s.route("/keys", func(w http.ResponseWriter, r *http.Request) {
			if times--; times >= 0 {
				fail(w, r)
				return
			}
			_, _ = io.WriteString(w, keySet("a"))
		})
	}
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "86400")
			w.WriteHeader(code)
		}
	}
	reset := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	half := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, `{"keys":[`)
	}
	for _, c := range []struct {
		name     string
		times    int
		fail     http.HandlerFunc
		requests int
		kind     string // empty: it works in the end
	}{
		{"429 once", 1, status(429), 2, ""},
		{"502 once", 1, status(502), 2, ""},
		{"503 twice", 2, status(503), 3, ""},
		{"504 three times", 3, status(504), 3, causeStatus},
		{"500", 1, status(500), 1, causeStatus},
		{"404", 1, status(404), 1, causeStatus},
		{"reset twice", 2, reset, 3, ""},
		{"reset three times", 3, reset, 3, causeConnection},
		{"cut off once", 1, half, 2, ""},
		{"cut off three times", 3, half, 3, causeConnection},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newTLSSite(t)
			failing(s, c.times, c.fail)
			_, err := fetchKeys(t, s)
			if c.kind == "" && err != nil {
				t.Errorf("got %v", err)
			} else if c.kind != "" {
				wantFetchError(t, err, c.kind)
			}
			if n := len(s.requests()); n != c.requests {
				t.Errorf("%d requests, want %d", n, c.requests)
			}
		})
	}
}

// TestWhatIsTriedAgain: temporary failures are retried while the caller is waiting.
func TestWhatIsTriedAgain(t *testing.T) {
	c := newBench(t, nil).Client
	for name, test := range map[string]struct {
		err  error
		want bool
	}{
		"a connection that broke":  {io.ErrUnexpectedEOF, true},
		"one that took too long":   {os.ErrDeadlineExceeded, true},
		"a name server that fails": {&net.DNSError{IsTemporary: true}, true},
		"a name that is not there": {&net.DNSError{IsNotFound: true}, false},
		"a closed port":            {syscall.ECONNREFUSED, false},
		"a rule that is broken":    {&FetchError{Cause: causeTooLarge}, false},
	} {
		if again, err := c.checkRetry(t.Context(), nil, test.err); again != test.want || err != nil {
			t.Errorf("%s: %t, %v", name, again, err)
		}
	}
	over, end := context.WithCancel(t.Context())
	end()
	if again, err := c.checkRetry(over, nil, io.ErrUnexpectedEOF); again || !errors.Is(err, context.Canceled) {
		t.Errorf("when nobody waits: %t, %v", again, err)
	}
}

// TestAnAnswerThatComesTooLate: a late response may be the output of an interrupted
// handler.
func TestAnAnswerThatComesTooLate(t *testing.T) {
	over, end := context.WithCancel(t.Context())
	defer end()
	request, err := http.NewRequestWithContext(over, http.MethodGet, "https://a.example/keys", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []error{nil, context.Canceled} {
		reply := &http.Response{StatusCode: http.StatusOK, Request: request, Body: io.NopCloser(strings.NewReader("{}"))}
		if n, err := hold(reply); n != 2 || !errors.Is(err, want) {
			t.Errorf("got %d bytes, %v; want %v", n, err, want)
		}
		end()
	}
}

func TestBackoffIsCapped(t *testing.T) {
	c := newBench(t, nil).Client
	answer := &http.Response{StatusCode: 429, Header: http.Header{"Retry-After": {"3600"}}}
	if got := c.backoff(time.Second, 5*time.Second, 0, answer); got != 5*time.Second {
		t.Errorf("Retry-After of an hour: waits %v", got)
	}
	answer.Header.Set("Retry-After", "2")
	if got := c.backoff(time.Second, 5*time.Second, 0, answer); got != 2*time.Second {
		t.Errorf("Retry-After of 2 s: waits %v", got)
	}
	answer.Header.Set("Retry-After", "-5")
	if got := c.backoff(time.Second, 5*time.Second, 1, answer); got < 0 || got > 5*time.Second {
		t.Errorf("bad Retry-After: waits %v", got)
	}
	for attempt, want := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 5 * time.Second} {
		if got := c.backoff(time.Second, 5*time.Second, attempt, nil); got != want {
			t.Errorf("attempt %d waits %v, want %v", attempt, got, want)
		}
	}
}
