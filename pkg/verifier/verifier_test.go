package verifier_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/verifier"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// wantReason demands a rejection for one reason.
func wantReason(t *testing.T, err error, want verify.Reason) {
	t.Helper()
	var rejected *verify.RejectedError
	if !errors.As(err, &rejected) || rejected.Reason != want {
		t.Errorf("got error %v, want a rejection for %s", err, want)
	}
}

func TestAcceptedToken(t *testing.T) {
	i := newIssuer(t)
	v := i.verifier(t, verify.Policy{})
	raw := i.token("aud", []string{"api", "other"}, "roles", []string{"editor"}, "https://authgear.com/claims/user/is_verified", true)
	tok, err := v.Verify(t.Context(), raw)
	if err != nil {
		t.Fatal(err)
	}
	if tok.Subject != "ada" || tok.Issuer != i.url || !slices.Equal(tok.Audience, []string{"api", "other"}) {
		t.Errorf("got %+v", tok)
	}
	if !tok.Expiry.Equal(i.clock.now().Add(time.Hour)) {
		t.Errorf("got expiry %s", tok.Expiry)
	}
	if !slices.Equal(tok.Scopes, []string{"read", "write"}) || !slices.Equal(tok.Roles(), []string{"editor"}) {
		t.Errorf("got scopes %q and roles %q", tok.Scopes, tok.Roles())
	}
	if !tok.Claims().Get("https://authgear.com/claims/user/is_verified").True() {
		t.Error("the claims are not there")
	}
	var mine struct {
		Subject string `json:"sub"`
		Admin   bool   `json:"roleS"` // not "roles"
	}
	if err := tok.Decode(&mine); err != nil || mine.Subject != "ada" || mine.Admin {
		t.Errorf("got %+v, %v", mine, err)
	}
	if i.requests() != 2 {
		t.Error("want two requests: metadata and keys")
	}
	if _, err := v.Verify(t.Context(), raw); err != nil || i.requests() != 0 {
		t.Error("want none for the next token")
	}
}

func TestRejectedTokens(t *testing.T) {
	i := newIssuer(t)
	v := i.verifier(t, verify.Policy{})
	good := i.token()
	for _, test := range []struct {
		name, raw string
		want      verify.Reason
	}{
		{"expired", i.token("exp", i.clock.now().Unix()), verify.ReasonExpired},
		{"no exp", i.token("exp", nil), verify.ReasonExpired},
		{"not yet valid", i.token("nbf", i.clock.now().Unix()+60), verify.ReasonNotYetValid},
		{"wrong audience", i.token("aud", "other"), verify.ReasonWrongAudience},
		{"wrong issuer", i.token("iss", "https://other.example"), verify.ReasonWrongIssuer},
		{"changed", good[:len(good)-6] + "AAAAAA", verify.ReasonBadSignature},
		{"another algorithm", i.flawed("hs-confusion"), verify.ReasonAlgorithmRefused},
		{"a stranger's key", i.flawed("stranger"), verify.ReasonBadSignature},
		{"an unknown kid", i.flawed("unknown-kid"), verify.ReasonNoMatchingKey},
		{"no token", "nothing", verify.ReasonMalformed},
		{"empty", "", verify.ReasonMalformed},
	} {
		t.Run(test.name, func(t *testing.T) {
			tok, err := v.Verify(t.Context(), test.raw)
			wantReason(t, err, test.want)
			if tok != nil {
				t.Error("a token came with the error")
			}
			report, err := v.Report(t.Context(), test.raw)
			if err != nil || report.Accepted || report.Reason != test.want {
				t.Errorf("got %+v, %v", report, err)
			}
		})
	}
}

func TestNoRequestForARefusedToken(t *testing.T) {
	i := newIssuer(t)
	v := i.verifier(t, verify.Policy{})
	for _, raw := range []string{"", "x.y.z", "opaque-token-of-somebody", i.byHMAC()} {
		if _, err := v.Verify(t.Context(), raw); err == nil {
			t.Errorf("%q is accepted", raw)
		}
	}
	if n := i.requests(); n != 0 {
		t.Errorf("%d requests for tokens that no key can save", n)
	}
}

func TestRotation(t *testing.T) {
	i := newIssuer(t)
	v := i.verifier(t, verify.Policy{})
	if _, err := v.Verify(t.Context(), i.token()); err != nil {
		t.Fatal(err)
	}
	old := i.token()
	if err := i.Rotate(false); err != nil {
		t.Fatal(err)
	}
	i.clock.advance(30 * time.Second)
	i.requests()
	if _, err := v.Verify(t.Context(), i.token()); err != nil {
		t.Errorf("the new key is not found: %v", err)
	}
	if n := i.requests(); n != 1 {
		t.Errorf("%d requests for an unknown kid, want one for the keys", n)
	}
	_, err := v.Verify(t.Context(), old)
	wantReason(t, err, verify.ReasonNoMatchingKey)
	if n := i.requests(); n != 0 {
		t.Errorf("%d requests within the floor", n)
	}
}

// What the metadata advertises binds ID tokens only.
func TestAdvertisedAlgorithms(t *testing.T) {
	var keys string
	i := newOddIssuer(t, func(url string, w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/keys" {
			_, _ = io.WriteString(w, keys)
			return
		}
		_, _ = fmt.Fprintf(w, `{"issuer":%q,"jwks_uri":%q,"id_token_signing_alg_values_supported":["ES256"]}`, url, url+"/keys")
	})
	keys = i.Minter().JWKS().String()
	v := i.verifier(t, verify.Policy{Issuer: i.url, Audiences: []string{"api"}, Kind: verify.KindID})
	_, err := v.Verify(t.Context(), i.idToken())
	wantReason(t, err, verify.ReasonAlgorithmRefused)
	if _, err := i.verifier(t, verify.Policy{}).Verify(t.Context(), i.token()); err != nil {
		t.Errorf("an access token: %v", err)
	}
}

func TestIssuerThatCannotBeAsked(t *testing.T) {
	var another atomic.Bool
	i := newOddIssuer(t, func(url string, w http.ResponseWriter, r *http.Request) {
		if !another.Load() {
			down(url, w, r)
			return
		}
		_, _ = fmt.Fprintf(w, `{"issuer":"https://other.example","jwks_uri":%q}`, url+"/keys")
	})
	v := i.verifier(t, verify.Policy{})
	report, err := v.Report(t.Context(), i.token())
	var failed *provider.FetchError
	if report != nil || !errors.As(err, &failed) || failed.Status != 503 {
		t.Errorf("got %v, %v", report, err)
	}
	tok, err := v.Verify(t.Context(), i.token())
	var rejected *verify.RejectedError
	if tok != nil || err == nil || errors.As(err, &rejected) {
		t.Errorf("got %v, %v: that is no verdict", tok, err)
	}
	another.Store(true)
	_, err = v.Verify(t.Context(), i.token())
	var mismatch *provider.IssuerMismatchError
	if !errors.As(err, &mismatch) {
		t.Errorf("got %v, want a mismatch of issuers", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := i.verifier(t, verify.Policy{}).Verify(ctx, i.token()); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
}

// A token whose payload cannot be read is refused even where nobody can be asked.
func TestBrokenPayloadNeedsNoAnswer(t *testing.T) {
	i := newOddIssuer(t, down)
	parts := strings.Split(i.token(), ".")
	_, err := i.verifier(t, verify.Policy{}).Verify(t.Context(), parts[0]+".e30x."+parts[2])
	wantReason(t, err, verify.ReasonMalformed)
}

func TestLocalKeys(t *testing.T) {
	i := newIssuer(t)
	v, err := verifier.New(verify.Policy{AnyIssuer: true, AnyAudience: true}, verifier.WithKeys(localKeys("rsa")), verifier.WithClock(i.clock.now))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Verify(t.Context(), i.token()); err != nil {
		t.Error(err)
	}
	secret, err := verify.NewSecret(privateKey("hmac").Key.([]byte), "a test")
	if err != nil {
		t.Fatal(err)
	}
	bySecret := i.verifier(t, verify.Policy{}, verifier.WithKeys(secret))
	if _, err := bySecret.Verify(t.Context(), i.byHMAC()); err != nil {
		t.Error(err)
	}
	_, err = bySecret.Verify(t.Context(), i.token())
	wantReason(t, err, verify.ReasonAlgorithmRefused)
	if i.requests() != 0 {
		t.Error("somebody was asked")
	}
}

func TestKeySetURL(t *testing.T) {
	i := newIssuer(t)
	v := i.verifier(t, verify.Policy{Issuer: "https://nobody.example", Audiences: []string{"api"}}, verifier.WithKeySetURL(i.KeySetURL))
	result, err := v.Examine(t.Context(), i.token("iss", "https://nobody.example"))
	if err != nil || result.Report.Err() != nil {
		t.Fatalf("got %+v, %v", result, err)
	}
	if result.KeySet.URL != i.KeySetURL || result.Report.Key.Source != i.KeySetURL || result.Token.Algorithm() != "RS256" {
		t.Errorf("got %+v", result)
	}
	if i.requests() != 1 {
		t.Error("want one request and no discovery")
	}
}

func TestZeroVerifierAcceptsNothing(t *testing.T) {
	i := newIssuer(t)
	var v verifier.Verifier
	if tok, err := v.Verify(t.Context(), i.token()); tok != nil || err == nil {
		t.Errorf("got %v, %v", tok, err)
	}
	if i.requests() != 0 {
		t.Error("somebody was asked")
	}
}

func TestZeroTokenGrantsNothing(t *testing.T) {
	var tok verifier.Token
	if tok.Subject != "" || len(tok.Scopes) > 0 || len(tok.Roles()) > 0 || tok.Claims().Exists() || tok.Decode(&struct{}{}) == nil {
		t.Errorf("got %+v", tok)
	}
}

func TestNewRefuses(t *testing.T) {
	i := newIssuer(t)
	policy := verify.Policy{Issuer: "https://issuer.example", Audiences: []string{"api"}}
	for _, test := range []struct {
		name   string
		policy verify.Policy
		opts   []verifier.Option
		want   string
	}{
		{"the zero policy", verify.Policy{}, nil, "issuer"},
		{"no audience", verify.Policy{Issuer: "https://issuer.example"}, nil, "audience"},
		{"no keys", verify.Policy{AnyIssuer: true, AnyAudience: true}, nil, "no trusted keys"},
		{"two sources", policy, []verifier.Option{verifier.WithKeys(localKeys("rsa")), verifier.WithKeySetURL("https://a.example")}, "two sources"},
		{"an issuer without a URL", verify.Policy{Issuer: "me", Audiences: []string{"api"}}, nil, "not an https URL"},
		{"no host", policy, []verifier.Option{verifier.WithKeySetURL("https:///keys")}, "the URL has no host"},
		{"an http issuer", verify.Policy{Issuer: "http://issuer.example", Audiences: []string{"api"}}, nil, "http is not safe"},
		{"an http key set", policy, []verifier.Option{verifier.WithKeySetURL("http://issuer.example/keys")}, "http is not safe"},
		{"an issuer without a URL, with a client", verify.Policy{Issuer: "me", Audiences: []string{"api"}}, []verifier.Option{verifier.WithClient(i.client(t))}, "not an https URL"},
		{"another scheme", policy, []verifier.Option{verifier.WithKeySetURL("ftp://a.example/keys")}, "not an https URL"},
		{"a file", policy, []verifier.Option{verifier.WithKeySetURL("file:///keys")}, "not an https URL"},
		{"two settings", policy, []verifier.Option{verifier.WithClient(i.client(t)), verifier.WithStaleFor(time.Minute)}, "StaleFor"},
	} {
		t.Run(test.name, func(t *testing.T) {
			v, err := verifier.New(test.policy, test.opts...)
			if v != nil || err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, %v, want an error with %q", v, err, test.want)
			}
		})
	}
}

// New accepts issuers and key sets whose keys can be fetched: also on this machine,
// by Google's short name, and over http if the client permits it.
func TestIssuersThatCanBeAsked(t *testing.T) {
	client, err := provider.New(provider.Config{Now: time.Now, AllowHTTP: true})
	if err != nil {
		t.Fatal(err)
	}
	for issuer, opts := range map[string][]verifier.Option{
		"http://localhost:8080/realms/demo": nil, "http://127.0.0.1": nil, "https://issuer.example/": nil, "accounts.google.com": nil,
		"http://issuer.example": {verifier.WithClient(client)},
	} {
		if _, err := verifier.New(verify.Policy{Issuer: issuer, Audiences: []string{"api"}}, opts...); err != nil {
			t.Errorf("%s: %v", issuer, err)
		}
	}
}
