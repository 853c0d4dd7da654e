package cmd

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
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
	data, err := os.ReadFile(filepath.Join("..", "testdata", "keys", "rsa.private.jwk"))
	if err != nil {
		tb.Fatal(err)
	}
	var key jose.JSONWebKey
	if err := key.UnmarshalJSON(data); err != nil {
		tb.Fatal(err)
	}
	public := key.Public()
	jwk, err := public.MarshalJSON()
	if err != nil {
		tb.Fatal(err)
	}
	set := fmt.Sprintf(`{"keys":[%s]}`, jwk)
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.requests.Add(1)
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/keys" {
			_, _ = io.WriteString(w, set)
			return
		}
		_, _ = fmt.Fprintf(w, `{"issuer":%q,"jwks_uri":%q}`, b.issuer, b.issuer+"/keys")
	}))
	tb.Cleanup(server.Close)
	b.issuer = server.URL
	input := encode(`{"alg":"RS256","kid":"rsa"}`) + "." + encode(fmt.Sprintf(`{"iss":%q,"aud":"api","exp":1767229200}`, b.issuer))
	signature, err := rawSignature(key, "RS256", []byte(input))
	if err != nil {
		tb.Fatal(err)
	}
	b.token = input + "." + encode(string(signature))
	b.keys = filepath.Join(tb.TempDir(), "keys.json")
	if err := os.WriteFile(b.keys, []byte(set), 0o600); err != nil {
		tb.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	cache := tb.TempDir()
	b.env = &Env{
		Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard, RootCAs: roots,
		LookupEnv: func(string) (string, bool) { return "", false },
		Now:       func() time.Time { return time.Unix(1767225600, 0) },
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
