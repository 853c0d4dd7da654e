package verifier_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/claimcheck/claimcheck/pkg/issuertest"
	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/verifier"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// The common job: the issuer's URL and the audience are all it takes.
func ExampleNew() {
	v, err := verifier.New(verify.Policy{Issuer: "https://issuer.example", Audiences: []string{"api"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = v.Verify(context.Background(), "not a token")
	fmt.Println(errors.As(err, new(*verify.RejectedError)))
	// Output: true
}

// Keys of your own in place of the issuer's: nobody is asked.
func ExampleWithKeys() {
	set, err := jwks.Parse([]byte(`{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k","alg":"EdDSA","use":"sig",
		"x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	v, err := verifier.New(
		verify.Policy{Issuer: "https://issuer.example", Audiences: []string{"api"}, Scopes: []string{"read"}},
		verifier.WithKeys(&verify.PublicKeys{Set: set, Source: "built in"}))
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := v.Report(context.Background(), "e30.e30.")
	fmt.Println(report.Accepted, report.Reason, err)
	// Output: false algorithm_refused <nil>
}

// Claims in a struct of your own.
func ExampleToken_Decode() {
	authgear := startAuthgear()
	defer func() { _ = authgear.Close() }()
	v, err := verifier.New(verify.Policy{Issuer: authgear.URL, Audiences: []string{authgear.URL}}, authgear.options()...)
	if err != nil {
		fmt.Println(err)
		return
	}
	tok, err := v.Verify(context.Background(), authgear.accessToken("user-ada", "editor"))
	if err != nil {
		fmt.Println(err)
		return
	}
	var mine struct {
		Client   string   `json:"client_id"`
		Roles    []string `json:"https://authgear.com/claims/user/roles"`
		Verified bool     `json:"https://authgear.com/claims/user/is_verified"`
	}
	if err := tok.Decode(&mine); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(tok.Subject, mine.Client, mine.Roles, mine.Verified)
	// Output: user-ada demo [editor] true
}

// An exampleIssuer stands in for Authgear in the examples, which run at a fixed
// time.
type exampleIssuer struct {
	*issuertest.Issuer
	clock *clock
	asked atomic.Int64
}

func startAuthgear() *exampleIssuer {
	a := &exampleIssuer{clock: newClock()}
	a.Issuer = must(issuertest.Start(issuertest.Config{
		Like: "authgear", Now: a.clock.now, Trace: func(string, string, int) { a.asked.Add(1) },
	}))
	return a
}

// options have the examples run by the issuer's clock.
func (a *exampleIssuer) options() []verifier.Option {
	return []verifier.Option{verifier.WithClock(a.clock.now)}
}

func (a *exampleIssuer) accessToken(sub, role string) string {
	return must(a.Minter().Mint(issuertest.Token{Subject: sub, Roles: []string{role}}))
}

func (a *exampleIssuer) expiredToken(sub string) string {
	return must(a.Minter().Mint(issuertest.Token{Subject: sub, Flaws: []string{"expired"}}))
}

// anonymous replaces the address, which is another one in every run.
func (a *exampleIssuer) anonymous(text string) string {
	return strings.ReplaceAll(text, a.URL, "https://app.example")
}
