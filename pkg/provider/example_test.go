package provider_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"time"

	"github.com/claimcheck/claimcheck/pkg/issuertest"
	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// A guard lets requests through that carry an access token of one issuer for
// this API, and puts the claims into the request's context.
type guard struct {
	client *provider.Client
	policy verify.Policy
	now    func() time.Time
	next   http.Handler
}

type claimsKey struct{}

// ServeHTTP answers 401 with a reason where there is no good token, and 503
// where the issuer could not be asked: that says nothing about the token.
func (g guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	bearer := regexp.MustCompile(`(?i)^Bearer +([^ ]+)$`).FindStringSubmatch(r.Header.Get("Authorization"))
	if bearer == nil {
		w.Header().Set("WWW-Authenticate", "Bearer")
		http.Error(w, "no token", http.StatusUnauthorized)
		return
	}
	tok := token.Parse(bearer[1]) // what is wrong with it, Verify says
	var keys verify.Keys
	if verify.Preflight(tok, g.policy) {
		kid, _ := tok.KeyID()
		set, err := g.client.KeysFor(r.Context(), g.policy.Issuer, kid)
		if err != nil {
			http.Error(w, "the issuer cannot be asked", http.StatusServiceUnavailable)
			return
		}
		keys = &verify.PublicKeys{Set: set.Set, Source: set.URL, AgeSeconds: set.AgeSeconds}
	}
	report := verify.Verify(tok, keys, g.policy, g.now())
	if report.Err() != nil {
		w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer error="invalid_token", error_description="%s"`, report.Reason))
		http.Error(w, string(report.Reason), http.StatusUnauthorized)
		return
	}
	g.next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), claimsKey{}, report.Claims())))
}

// A server that accepts the access tokens of one issuer, as Authgear issues
// them: for the endpoint itself, with the client in a claim of its own. Its one
// Client lives as long as the server and remembers the keys.
func Example_middleware() {
	now := func() time.Time { return time.Date(2026, 1, 1, 0, 10, 0, 0, time.UTC) }
	authgear, err := issuertest.Start(issuertest.Config{Like: "authgear", ClientID: "my-client", Now: now}) // in life: https://your-app.authgear.cloud
	if err != nil {
		panic(err)
	}
	defer func() { _ = authgear.Close() }()
	client, err := provider.New(provider.Config{Now: now})
	if err != nil {
		panic(err)
	}
	api := httptest.NewServer(guard{
		client: client, now: now,
		policy: verify.Policy{Issuer: authgear.URL, Audiences: []string{authgear.URL}, ClientID: "my-client", Kind: verify.KindAccess},
		next: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			claims := r.Context().Value(claimsKey{}).(strictjson.Value)
			verified := claims.Get("https://authgear.com/claims/user/is_verified").True()
			_, _ = fmt.Fprintf(w, "hello %s, verified: %t", claims.Get("sub"), verified)
		}),
	})
	defer api.Close()

	for _, wanted := range []issuertest.Token{{}, {Kind: verify.KindID}} {
		raw, err := authgear.Minter().Mint(wanted)
		if err != nil {
			panic(err)
		}
		fmt.Println(ask(api.URL, raw))
	}
	fmt.Println(ask(api.URL, "nonsense"))
	// Output:
	// 200 hello "user-ada", verified: true
	// 401 wrong_audience
	// 401 malformed
}

func ask(url, bearer string) string {
	r, _ := http.NewRequest(http.MethodGet, url, nil)
	r.Header.Set("Authorization", "Bearer "+bearer)
	reply, err := http.DefaultClient.Do(r)
	if err != nil {
		panic(err)
	}
	defer func() { _ = reply.Body.Close() }()
	body, _ := io.ReadAll(reply.Body)
	return fmt.Sprintf("%d %s", reply.StatusCode, trim(body))
}

func trim(b []byte) string { return string(regexp.MustCompile(`\s+$`).ReplaceAll(b, nil)) }
