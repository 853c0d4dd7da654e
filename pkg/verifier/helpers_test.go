package verifier_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/claimcheck/claimcheck/pkg/issuertest"
	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
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

// An issuer is one for tests by a clock set by hand. Its key is the key rsa of
// testdata/keys, its user ada, its API api.
type issuer struct {
	*issuertest.Issuer
	url   string // its name
	clock *clock
	asked atomic.Int64
}

func newIssuer(t testing.TB) *issuer {
	t.Helper()
	state := t.TempDir()
	key := fmt.Sprintf(`{"keys":[%s]}`, must(privateKey("rsa").MarshalJSON()))
	if err := os.WriteFile(filepath.Join(state, "keys.json"), []byte(key), 0o600); err != nil {
		t.Fatal(err)
	}
	i := &issuer{clock: newClock()}
	i.Issuer = issuertest.New(t, issuertest.Config{
		State: state, Audience: "api", ClientID: "web", Users: []issuertest.User{{Name: "ada"}}, Now: i.clock.now,
		Trace: func(string, string, int) { i.asked.Add(1) },
	})
	i.url = i.URL
	return i
}

// newOddIssuer is an issuer that answers as no good one does; answer is given its
// name.
func newOddIssuer(t testing.TB, answer func(url string, w http.ResponseWriter, r *http.Request)) *issuer {
	t.Helper()
	i := newIssuer(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { answer(i.url, w, r) }))
	t.Cleanup(server.Close)
	i.url = server.URL
	return i
}

// down answers as a server that is failing.
func down(_ string, w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "down", http.StatusServiceUnavailable)
}

// requests returns how many requests there were since the last call.
func (i *issuer) requests() int64 { return i.asked.Swap(0) }

// client asks the issuer by its own clock.
func (i *issuer) client(t testing.TB) *provider.Client {
	t.Helper()
	client, err := provider.New(provider.Config{Now: i.clock.now, RetryWaitMin: time.Nanosecond, RetryWaitMax: time.Nanosecond})
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
		policy.Issuer, policy.Audiences = i.url, []string{"api"}
	}
	v, err := verifier.New(policy, append([]verifier.Option{
		verifier.WithClock(i.clock.now), verifier.WithClient(i.client(t)),
	}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// token is a good access token, but for the edits: pairs of a claim and its value,
// nil to leave it out.
func (i *issuer) token(edits ...any) string { return i.mint(verify.KindAccess, edits) }

// idToken is an ID token for the API.
func (i *issuer) idToken() string { return i.mint(verify.KindID, []any{"aud", "api", "nonce", "n"}) }

func (i *issuer) mint(kind verify.Kind, edits []any) string {
	wanted := issuertest.Token{Kind: kind, Scopes: []string{"read", "write"}}
	for pair := range slices.Chunk(append([]any{"iss", i.url}, edits...), 2) {
		value := strictjson.Value{}
		if pair[1] != nil {
			value = must(strictjson.Parse(must(json.Marshal(pair[1]))))
		}
		wanted.Claims = append(wanted.Claims, strictjson.Member{Name: pair[0].(string), Value: value})
	}
	return must(i.Minter().Mint(wanted))
}

// flawed is a token with a flaw.
func (i *issuer) flawed(flaw string) string {
	return must(i.Minter().Mint(issuertest.Token{Flaws: []string{flaw}}))
}

// byHMAC is a good token but for its key, the key hmac of testdata/keys.
func (i *issuer) byHMAC() string {
	key := must(issuertest.ReadKey(must(privateKey("hmac").MarshalJSON()), "HS256"))
	m := must(issuertest.NewMinter(issuertest.Minter{Key: key, Issuer: i.url, Audience: "api", Now: i.clock.now}))
	return must(m.Mint(issuertest.Token{}))
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
