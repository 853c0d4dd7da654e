package probe_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/pkg/issuertest"
	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/probe"
	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verifier"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

func now() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

// world is an issuer's key and a config for an API that trusts it.
func world(t *testing.T, api http.Handler, change func(*probe.Config)) *probe.Result {
	t.Helper()
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	cfg := config(t)
	cfg.URL = server.URL + "/orders"
	if change != nil {
		change(&cfg)
	}
	probes, _, err := probe.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	client, err := provider.New(provider.Config{Now: now, NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	result, err := probe.Run(t.Context(), client, cfg, probes)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// outcomes returns the outcomes with a status.
func outcomes(result *probe.Result, status verify.Status) []probe.Outcome {
	return slices.DeleteFunc(slices.Clone(result.Outcomes), func(o probe.Outcome) bool { return o.Status != status })
}

func config(t *testing.T) probe.Config {
	t.Helper()
	m := minter(t)
	set, err := jwks.Parse([]byte(m.JWKS().String()))
	if err != nil {
		t.Fatal(err)
	}
	mint := func(kind verify.Kind) string {
		text, err := m.Mint(issuertest.Token{Kind: kind, Scopes: []string{"orders:read", "openid"}})
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	return probe.Config{
		Token: mint(verify.KindAccess), IDToken: mint(verify.KindID), Keys: set, Minter: m, Scope: "orders:read", MaxAge: time.Hour, Now: now,
	}
}

// minter is the same in every test: a key takes long to make.
func minter(t *testing.T) *issuertest.Minter {
	t.Helper()
	key, err := issuertest.ReadKey([]byte(privateKey(t)), "")
	if err != nil {
		t.Fatal(err)
	}
	m, err := issuertest.NewMinter(issuertest.Minter{Key: key, Issuer: "https://issuer.example", Audience: "https://api.example", Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// good is the API that pkg/verifier makes.
func good(t *testing.T) http.Handler {
	t.Helper()
	maxAge := time.Hour
	v, err := verifier.New(verify.Policy{Issuer: "https://issuer.example", Audiences: []string{"https://api.example"}, MaxAge: &maxAge, Scopes: []string{"orders:read"}},
		verifier.WithKeys(&verify.PublicKeys{Set: config(t).Keys}), verifier.WithClock(now))
	if err != nil {
		t.Fatal(err)
	}
	return v.Middleware(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
}

// TestMiddlewarePasses: the middleware of pkg/verifier refuses everything that it
// must refuse, without a warning.
func TestMiddlewarePasses(t *testing.T) {
	result := world(t, good(t), nil)
	for _, o := range result.Outcomes {
		if o.Status != verify.Passed {
			t.Errorf("%s: %s %d %s %+v", o.Probe.ID, o.Status, o.Code, o.Message, o.Problems)
		}
	}
	if !result.Good() || result.Requests != len(result.Outcomes) || result.Requests > 30 {
		t.Errorf("%d requests, %d outcomes", result.Requests, len(result.Outcomes))
	}
	sent := []string{}
	for _, o := range result.Outcomes {
		sent = append(sent, o.Probe.ID)
	}
	want := "no_token control garbage truncated no_scheme lower_case_scheme scheme_twice two_headers query signature_changed payload_changed " +
		"alg_none alg_none_capital alg_none_mixed hs256_public_key stranger embedded_jwk jku_elsewhere id_token minted_control unknown_crit " +
		"expired no_expiry not_yet_valid wrong_audience wrong_issuer missing_scope stale_login"
	if got := strings.Join(sent, " "); got != want {
		t.Errorf("sent %s\nwant %s", got, want)
	}
}

// weak returns an API that checks only what accepts checks.
func weak(t *testing.T, accepts func(t *token.Token, r *http.Request) bool) http.Handler {
	t.Helper()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		parsed := token.Parse(raw)
		if !ok || !accepts(parsed, r) {
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			if r.Header.Get("Authorization") == "" {
				w.Header().Set("WWW-Authenticate", "Bearer")
			}
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
}

// signed verifies the signature and nothing else.
func signed(t *testing.T, parsed *token.Token) bool {
	t.Helper()
	report := verify.Verify(parsed, &verify.PublicKeys{Set: config(t).Keys}, verify.Policy{AnyIssuer: true, AnyAudience: true}, now())
	return report.SignatureVerified && !parsed.Header().Get("crit").Exists()
}

func TestWeakAPIs(t *testing.T) {
	fresh := func(parsed *token.Token) bool {
		exp, ok := verify.NumericDate(parsed.UnverifiedClaims().Get("exp"))
		return ok && now().Before(exp)
	}
	tests := []struct {
		name    string
		accepts func(t *token.Token, r *http.Request) bool
		failed  string // the probes that it accepts
	}{
		{"decodes only", func(p *token.Token, _ *http.Request) bool { return p.UnverifiedClaims().Exists() },
			"truncated signature_changed payload_changed alg_none alg_none_capital alg_none_mixed hs256_public_key stranger embedded_jwk jku_elsewhere id_token unknown_crit expired no_expiry not_yet_valid wrong_audience wrong_issuer missing_scope stale_login"},
		{"accepts none", func(p *token.Token, _ *http.Request) bool { return p.Algorithm() == "none" || signed(t, p) && fresh(p) },
			"alg_none id_token not_yet_valid wrong_audience wrong_issuer missing_scope stale_login"},
		{"ignores exp", func(p *token.Token, _ *http.Request) bool { return signed(t, p) },
			"id_token expired no_expiry not_yet_valid wrong_audience wrong_issuer missing_scope stale_login"},
		{"ignores aud and more", func(p *token.Token, _ *http.Request) bool { return signed(t, p) && fresh(p) },
			"id_token not_yet_valid wrong_audience wrong_issuer missing_scope stale_login"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			result := world(t, weak(t, test.accepts), nil)
			var failed []string
			for _, o := range result.Outcomes {
				if o.Status == verify.Failed {
					failed = append(failed, o.Probe.ID)
				}
			}
			if got := strings.Join(failed, " "); got != test.failed || result.Good() {
				t.Errorf("failed  %s\nexpected %s", got, test.failed)
			}
		})
	}
}

func TestRunEndsEarly(t *testing.T) {
	answer := func(status int) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
	}
	tests := []struct {
		name     string
		api      http.Handler
		requests int
		last     verify.Status
	}{
		{"open to everybody", answer(200), 1, verify.Failed},
		{"not found", answer(404), 1, probe.Unclear},
		{"refuses everybody", answer(401), 2, verify.Failed},
		{"out of order", answer(500), 1, probe.Unclear},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			result := world(t, test.api, nil)
			if last := result.Outcomes[test.requests-1]; result.Requests != test.requests || last.Status != test.last || result.Good() {
				t.Errorf("%d requests, %+v", result.Requests, last)
			}
			if result.Outcomes[test.requests].Status != probe.NotSent {
				t.Error("the rest was sent")
			}
			if all := world(t, good(t), nil); len(result.Outcomes) != len(all.Outcomes) {
				t.Errorf("%d outcomes of %d probes", len(result.Outcomes), len(all.Outcomes))
			}
		})
	}
}

// Some servers drop the connection on what they do not like: that is unclear, and the
// rest is sent. Without any answer there is no result.
func TestAPIsThatDoNotAnswer(t *testing.T) {
	drops := func(api http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.Contains(r.Header.Get("Authorization"), "garbage") {
				panic(http.ErrAbortHandler)
			}
			api.ServeHTTP(w, r)
		})
	}
	result := world(t, drops(good(t)), nil)
	unclear := outcomes(result, probe.Unclear)
	if len(unclear) != 2 || len(outcomes(result, probe.NotSent)) != 0 || result.Good() { // garbage, alone and in two headers
		t.Fatalf("unclear: %+v", unclear)
	}
	if o := unclear[0]; o.Probe.ID != "garbage" || !strings.HasPrefix(o.Message, "no answer: ") || o.Code != 0 {
		t.Errorf("got %+v", o)
	}

	server := httptest.NewServer(good(t))
	server.Close()
	cfg := config(t)
	cfg.URL = server.URL
	probes, _, err := probe.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	client, err := provider.New(provider.Config{Now: now, NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	var failed *provider.FetchError
	if result, err := probe.Run(t.Context(), client, cfg, probes); !errors.As(err, &failed) || len(result.Outcomes) != 0 || result.Requests != 1 {
		t.Errorf("got %+v, %v", result, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if result, err := probe.Run(ctx, client, cfg, probes); err == nil || len(result.Outcomes) != 0 {
		t.Errorf("got %+v, %v", result, err)
	}
}

// TestDelay: the delay applies between requests, not before the first.
func TestDelay(t *testing.T) {
	ctx, end := context.WithTimeout(t.Context(), 10*time.Second)
	defer end()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("WWW-Authenticate", "Bearer")
		w.WriteHeader(http.StatusUnauthorized)
		time.AfterFunc(10*time.Millisecond, end) // probably while the second request waits
	}))
	t.Cleanup(server.Close)
	cfg := config(t)
	cfg.URL, cfg.Delay = server.URL, time.Hour
	probes, _, err := probe.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	client, err := provider.New(provider.Config{Now: now, NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	if result, err := probe.Run(ctx, client, cfg, probes); !errors.Is(err, context.Canceled) || result.Requests != 1 {
		t.Errorf("got %+v, %v", result, err)
	}
}

func TestForeignMinter(t *testing.T) {
	result := world(t, good(t), func(cfg *probe.Config) {
		var err error
		if cfg.Minter, err = issuertest.NewMinter(issuertest.Minter{Algorithm: "ES256", Now: now}); err != nil {
			t.Fatal(err)
		}
	})
	if unclear := outcomes(result, probe.Unclear); len(unclear) == 0 || unclear[0].Probe.ID != "minted_control" || result.Good() {
		t.Errorf("unclear: %+v", unclear)
	}
}

func TestOpaqueToken(t *testing.T) {
	cfg := probe.Config{Token: "opaque-token-1234567890", Now: now}
	probes, skipped, err := probe.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(probes, func(p probe.Probe) bool { return p.ID == "alg_none" }) || len(skipped) != 3 {
		t.Errorf("got %d probes, %q", len(probes), skipped)
	}
	if _, _, err := probe.New(probe.Config{Now: now}); err == nil {
		t.Error("no token gives no error")
	}
}

// TestSecrets: what an API repeats does not come back.
func TestSecrets(t *testing.T) {
	result := world(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer "+config(t).Token {
			return
		}
		w.Header().Set("WWW-Authenticate", `Bearer error="`+r.Header.Get("Authorization")+r.URL.RawQuery+`"`)
		w.WriteHeader(http.StatusUnauthorized)
	}), nil)
	data, err := json.Marshal(result)
	if err != nil {
		t.Fatal(err)
	}
	header, _, _ := strings.Cut(config(t).Token, ".")
	if strings.Contains(string(data), header) {
		t.Errorf("a token came back: %s", data)
	}
}

func privateKey(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "keys", "ec256.private.jwk"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
