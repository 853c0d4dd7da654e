package cmd

import (
	"context"
	"crypto/x509"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/pkg/issuertest"
)

// benchIssuer is an issuer on loopback with one key, a token of it and an
// environment with a cache of its own.
type benchIssuer struct {
	env      *Env
	issuer   string
	token    string
	keys     string // file with its key set
	requests atomic.Int64
}

func newBenchIssuer(tb testing.TB) *benchIssuer {
	tb.Helper()
	b := &benchIssuer{}
	now := func() time.Time { return time.Unix(1767225600, 0) }
	issuer := issuertest.New(tb, issuertest.Config{TLS: true, Audience: "api", Now: now, Trace: func(string, string, int) { b.requests.Add(1) }})
	b.issuer, b.token, b.keys = issuer.URL, issuer.Mint(tb, issuertest.Token{}), filepath.Join(tb.TempDir(), "keys.json")
	if err := os.WriteFile(b.keys, []byte(issuer.Minter().JWKS().String()), 0o600); err != nil {
		tb.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(issuer.Certificate)
	cache := tb.TempDir()
	b.env = &Env{
		Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard, RootCAs: roots,
		LookupEnv: func(string) (string, bool) { return "", false },
		Now:       now,
		CacheDir:  func() (string, error) { return cache, nil },
		ConfigDir: func() (string, error) { return cache, nil },
	}
	return b
}

func (b *benchIssuer) verify(tb testing.TB, args ...string) {
	tb.Helper()
	args = append([]string{"verify", b.token, "--issuer", b.issuer, "--audience", "api", "-o", "ndjson"}, args...)
	if code := Run(context.Background(), b.env, args); code != exitAccepted {
		tb.Fatalf("exit %d", code)
	}
}

// TestRequestsOfVerify: a cold verification costs two requests, a warm one none.
func TestRequestsOfVerify(t *testing.T) {
	b := newBenchIssuer(t)
	b.verify(t)
	if n := b.requests.Load(); n != 2 {
		t.Errorf("cold: %d requests, want 2", n)
	}
	b.verify(t)
	if n := b.requests.Load(); n != 2 {
		t.Errorf("warm: %d more requests, want none", n-2)
	}
}

// BenchmarkVerify runs the whole command in-process: with the keys in a file,
// from a warm cache, and with both requests.
func BenchmarkVerify(b *testing.B) {
	issuer := newBenchIssuer(b)
	issuer.verify(b)
	for _, way := range []struct {
		name string
		args []string
	}{
		{"file", []string{"--jwks", issuer.keys}},
		{"warm", nil},
		{"cold", []string{"--refresh"}},
	} {
		b.Run(way.name, func(b *testing.B) {
			for b.Loop() {
				issuer.verify(b, way.args...)
			}
		})
	}
}
