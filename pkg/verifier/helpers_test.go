package verifier_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/verifier"
	"github.com/claimcheck/claimcheck/pkg/verify"
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

// An issuer serves metadata and keys on loopback, and signs.
type issuer struct {
	*httptest.Server
	clock *clock

	mu       sync.Mutex
	keys     []string // of testdata/keys
	metadata map[string]any
	down     bool
	asked    int
}

func newIssuer(t testing.TB, keys ...string) *issuer {
	t.Helper()
	i := startIssuer(keys...)
	t.Cleanup(i.Close)
	return i
}

func startIssuer(keys ...string) *issuer {
	i := &issuer{clock: newClock(), keys: keys, metadata: map[string]any{}}
	i.Server = httptest.NewServer(http.HandlerFunc(i.serve))
	return i
}

func (i *issuer) serve(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.asked++
	w.Header().Set("Content-Type", "application/json")
	switch {
	case i.down:
		http.Error(w, "down", http.StatusServiceUnavailable)
	case r.URL.Path == "/.well-known/openid-configuration":
		document := map[string]any{"issuer": i.URL, "jwks_uri": i.URL + "/keys"}
		for name, value := range i.metadata {
			document[name] = value
		}
		_ = json.NewEncoder(w).Encode(document)
	case r.URL.Path == "/keys":
		_, _ = io.WriteString(w, keySet(i.keys...))
	default:
		http.NotFound(w, r)
	}
}

// change changes what the issuer says from now on.
func (i *issuer) change(f func(*issuer)) {
	i.mu.Lock()
	defer i.mu.Unlock()
	f(i)
}

func (i *issuer) requests() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	n := i.asked
	i.asked = 0
	return n
}

// client asks the issuer by its own clock.
func (i *issuer) client(t testing.TB, adjust ...func(*provider.Config)) *provider.Client {
	t.Helper()
	cfg := provider.Config{Now: i.clock.now, RetryWaitMin: time.Nanosecond, RetryWaitMax: time.Nanosecond}
	for _, f := range adjust {
		f(&cfg)
	}
	client, err := provider.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	return client
}

// verifier is one by the issuer's clock; the zero policy stands for the usual.
func (i *issuer) verifier(t testing.TB, policy verify.Policy, opts ...verifier.Option) *verifier.Verifier {
	t.Helper()
	if policy.Issuer == "" {
		policy.Issuer, policy.Audiences = i.URL, []string{"api"}
	}
	v, err := verifier.New(policy, append([]verifier.Option{
		verifier.WithClock(i.clock.now), verifier.WithClient(i.client(t)),
	}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// claims are good ones; edits are pairs of a name and a value, nil to leave it
// out.
func (i *issuer) claims(edits ...any) map[string]any {
	now := i.clock.now().Unix()
	claims := map[string]any{
		"iss": i.URL, "aud": "api", "sub": "ada", "client_id": "web", "scope": "read write", "iat": now, "exp": now + 3600,
	}
	for n := 0; n+1 < len(edits); n += 2 {
		if claims[edits[n].(string)] = edits[n+1]; edits[n+1] == nil {
			delete(claims, edits[n].(string))
		}
	}
	return claims
}

// token signs claims with the issuer's first key.
func (i *issuer) token(edits ...any) string {
	return mustSign("rsa", "RS256", "rsa", i.claims(edits...))
}

// must panics: what it stands for are files of this repository.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func privateKey(name string) *jose.JSONWebKey {
	key := &jose.JSONWebKey{}
	if err := key.UnmarshalJSON(must(os.ReadFile(filepath.Join("..", "..", "testdata", "keys", name+".private.jwk")))); err != nil {
		panic(err)
	}
	return key
}

func keySet(names ...string) string {
	list := make([]string, len(names))
	for n, name := range names {
		public := privateKey(name).Public()
		public.KeyID = name
		list[n] = string(must(public.MarshalJSON()))
	}
	return fmt.Sprintf(`{"keys":[%s]}`, strings.Join(list, ","))
}

func localKeys(names ...string) *verify.PublicKeys {
	return &verify.PublicKeys{Set: must(jwks.Parse([]byte(keySet(names...)))), Source: "keys.json"}
}

// mustSign makes a token with a key of testdata/keys.
func mustSign(key, alg, kid string, claims map[string]any) string {
	options := (&jose.SignerOptions{}).WithType("JWT")
	if kid != "" {
		options = options.WithHeader("kid", kid)
	}
	signer := must(jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(alg), Key: privateKey(key).Key}, options))
	return must(must(signer.Sign(must(json.Marshal(claims)))).CompactSerialize())
}
