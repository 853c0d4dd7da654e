package benchmark

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/golang-jwt/jwt/v5"
	"github.com/lestrrat-go/httprc/v3"
	"github.com/lestrrat-go/jwx/v3/jwk"
	jwxjwt "github.com/lestrrat-go/jwx/v3/jwt"

	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/verifier"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// A library verifies tokens of an issuer whose keys it keeps: the signature,
// iss, aud, exp and nbf, and it gives the claims.
type library struct {
	name string
	open func(testing.TB, *issuer) func(raw string) error
}

const audience = "api"

// libraries returns the contestants, each as its own documentation has it.
func libraries() []library {
	return []library{
		{"claimcheck", openClaimcheck},
		{"claimcheck-local", openLocal},
		{"golang-jwt", openGolangJWT},
		{"go-oidc", openGoOIDC},
		{"jwx", openJWX},
	}
}

func openClaimcheck(t testing.TB, i *issuer) func(string) error {
	v, err := verifier.New(verify.Policy{Issuer: i.URL, Audiences: []string{audience}})
	if err != nil {
		t.Fatal(err)
	}
	return func(raw string) error {
		tok, err := v.Verify(context.Background(), raw)
		if err == nil && tok.Claims().Get("name").String() == "" {
			return errors.New("no claims")
		}
		return err
	}
}

// openLocal is claimcheck with keys that are given, so without a client.
func openLocal(t testing.TB, i *issuer) func(string) error {
	set, err := jwks.Parse(get(t, i.URL+"/keys"))
	if err != nil {
		t.Fatal(err)
	}
	v, err := verifier.New(verify.Policy{Issuer: i.URL, Audiences: []string{audience}}, verifier.WithKeys(&verify.PublicKeys{Set: set}))
	if err != nil {
		t.Fatal(err)
	}
	return func(raw string) error {
		_, err := v.Verify(context.Background(), raw)
		return err
	}
}

func openGolangJWT(t testing.TB, i *issuer) func(string) error {
	keys, err := keyfunc.NewDefaultCtx(t.Context(), []string{i.URL + "/keys"})
	if err != nil {
		t.Fatal(err)
	}
	parser := jwt.NewParser(jwt.WithIssuer(i.URL), jwt.WithAudience(audience), jwt.WithExpirationRequired(),
		jwt.WithValidMethods([]string{i.alg}))
	return func(raw string) error {
		_, err := parser.ParseWithClaims(raw, jwt.MapClaims{}, keys.Keyfunc)
		return err
	}
}

func openGoOIDC(t testing.TB, i *issuer) func(string) error {
	provider, err := oidc.NewProvider(t.Context(), i.URL)
	if err != nil {
		t.Fatal(err)
	}
	v := provider.Verifier(&oidc.Config{ClientID: audience})
	return func(raw string) error {
		tok, err := v.Verify(context.Background(), raw)
		if err != nil {
			return err
		}
		var claims map[string]any
		return tok.Claims(&claims)
	}
}

func openJWX(t testing.TB, i *issuer) func(string) error {
	cache, err := jwk.NewCache(t.Context(), httprc.NewClient())
	if err != nil {
		t.Fatal(err)
	}
	if err := cache.Register(t.Context(), i.URL+"/keys"); err != nil {
		t.Fatal(err)
	}
	set, err := cache.CachedSet(i.URL + "/keys")
	if err != nil {
		t.Fatal(err)
	}
	return func(raw string) error {
		tok, err := jwxjwt.ParseString(raw, jwxjwt.WithKeySet(set), jwxjwt.WithIssuer(i.URL), jwxjwt.WithAudience(audience))
		if err != nil {
			return err
		}
		if !tok.Has("name") {
			return fmt.Errorf("no claims")
		}
		return nil
	}
}
