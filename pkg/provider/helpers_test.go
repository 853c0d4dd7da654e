package provider

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// A clock is set by hand.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// A site is a server on loopback that counts what it is asked.
type site struct {
	*httptest.Server
	mu     sync.Mutex
	routes map[string]http.HandlerFunc
	asked  []string
}

func newSite(t testing.TB, start func(*httptest.Server)) *site {
	s := &site{routes: map[string]http.HandlerFunc{}}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r.Method+" "+r.URL.Path)
		h := s.routes[r.URL.Path]
		s.mu.Unlock()
		if h == nil {
			http.NotFound(w, r)
			return
		}
		h(w, r)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	start(s.Server)
	t.Cleanup(s.Close)
	return s
}

func newTLSSite(t testing.TB) *site   { return newSite(t, (*httptest.Server).StartTLS) }
func newPlainSite(t testing.TB) *site { return newSite(t, (*httptest.Server).Start) }

func (s *site) route(path string, h http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.routes[path] = h
}

// serve answers a path with JSON.
func (s *site) serve(path, body string, header ...string) {
	s.route(path, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		_, _ = io.WriteString(w, body)
	})
}

// requests returns what was asked since the last call.
func (s *site) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.asked
	s.asked = nil
	return list
}

func (s *site) roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return pool
}

const configuration = "/.well-known/openid-configuration"

// issue makes the site an issuer with keys of the given IDs.
func (s *site) issue(kids ...string) {
	s.serve(configuration, fmt.Sprintf(`{"issuer":%q,"jwks_uri":%q}`, s.URL, s.URL+"/keys"))
	s.serve("/keys", keySet(kids...))
}

// A bench is a client with all that a test wants to see of it.
type bench struct {
	*Client
	clock    *clock
	dir      string
	mu       sync.Mutex
	warnings []string
	events   []Event
}

func newBench(t testing.TB, s *site, adjust ...func(*Config)) *bench {
	t.Helper()
	b := &bench{clock: newClock(), dir: filepath.Join(t.TempDir(), "cache")}
	cfg := Config{
		Now: b.clock.now, CacheDir: b.dir, RetryWaitMin: time.Nanosecond, RetryWaitMax: time.Nanosecond,
		Warn: func(m string) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.warnings = append(b.warnings, m)
		},
		Trace: func(e Event) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.events = append(b.events, e)
		},
	}
	if s != nil && s.TLS != nil {
		cfg.RootCAs = s.roots()
	}
	for _, f := range adjust {
		f(&cfg)
	}
	b.Client = mustNew(t, cfg)
	return b
}

// again is another run of the program with the same cache and clock.
func (b *bench) again(t testing.TB, adjust ...func(*Config)) *bench {
	t.Helper()
	next := newBench(t, nil, append([]func(*Config){func(cfg *Config) {
		cfg.RootCAs, cfg.DialContext, cfg.CacheDir, cfg.Now = b.cfg.RootCAs, b.cfg.DialContext, b.dir, b.clock.now
	}}, adjust...)...)
	next.clock, next.dir = b.clock, b.dir
	return next
}

func mustNew(t testing.TB, cfg Config) *Client {
	t.Helper()
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// keySet is a JWK Set with a fresh key for each ID; the ID "-" is for none.
func keySet(kids ...string) string {
	list := make([]string, len(kids))
	for i, kid := range kids {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			panic(err)
		}
		point, err := key.PublicKey.Bytes()
		if err != nil {
			panic(err)
		}
		member := fmt.Sprintf(`"kid":%q,`, kid)
		if kid == "-" {
			member = ""
		}
		list[i] = fmt.Sprintf(`{"kty":"EC","crv":"P-256",%s"alg":"ES256","use":"sig","x":%q,"y":%q}`, member,
			base64.RawURLEncoding.EncodeToString(point[1:33]), base64.RawURLEncoding.EncodeToString(point[33:]))
	}
	return `{"keys":[` + strings.Join(list, ",") + `]}`
}

// wantFetchError demands an error of one cause and returns it.
func wantFetchError(t testing.TB, err error, cause string) *FetchError {
	t.Helper()
	var e *FetchError
	if !errors.As(err, &e) {
		t.Fatalf("got error %v, want a FetchError with cause %q", err, cause)
	}
	if e.Cause != cause {
		t.Fatalf("got cause %q (%v), want %q", e.Cause, err, cause)
	}
	return e
}

func wantRequests(t testing.TB, s *site, want ...string) {
	t.Helper()
	if got := strings.Join(s.requests(), ", "); got != strings.Join(want, ", ") {
		t.Errorf("the server was asked: %s\nwant: %s", got, strings.Join(want, ", "))
	}
}

func wantText(t testing.TB, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("%q lacks %q", text, p)
		}
	}
}
