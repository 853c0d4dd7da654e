package cmd

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/verifier"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// scriptProtect is "protect NAME KEYSET ISSUER AUDIENCE": it starts an API on
// loopback behind the middleware of pkg/verifier and sets $NAME to its origin. The
// audience - accepts any.
func scriptProtect(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: protect NAME KEYSET ISSUER AUDIENCE")
	}
	policy := verify.Policy{Issuer: args[2], Audiences: []string{args[3]}}
	if args[3] == "-" {
		policy.Audiences, policy.AnyAudience = nil, true
	}
	at, err := time.Parse(time.RFC3339, ts.Getenv("NOW"))
	ts.Check(err)
	handler, err := protected([]byte(ts.ReadFile(args[1])), policy, func() time.Time { return at })
	ts.Check(err)
	name, servers := args[0], serversOf(ts)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		servers.mu.Lock()
		servers.count[name]++
		servers.mu.Unlock()
		handler.ServeHTTP(w, r)
	}))
	ts.Defer(server.Close)
	ts.Setenv(name, server.URL)
}

// protect is an API behind the middleware of pkg/verifier.
func protect(t *testing.T, keys []byte, policy verify.Policy, now func() time.Time) http.Handler {
	t.Helper()
	handler, err := protected(keys, policy, now)
	if err != nil {
		t.Fatal(err)
	}
	return handler
}

func protected(keys []byte, policy verify.Policy, now func() time.Time) (http.Handler, error) {
	set, err := jwks.Parse(keys)
	if err != nil {
		return nil, err
	}
	v, err := verifier.New(policy, verifier.WithKeys(&verify.PublicKeys{Set: set}), verifier.WithClock(now))
	if err != nil {
		return nil, err
	}
	return v.Middleware(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })), nil
}
