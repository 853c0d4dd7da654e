package provider_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/claimcheck/claimcheck/pkg/provider"
)

func ExampleClient_KeysFor() {
	var issuer *httptest.Server
	issuer = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/.well-known/openid-configuration":
			_, _ = fmt.Fprintf(w, `{"issuer":%q,"jwks_uri":%q}`, issuer.URL, issuer.URL+"/keys")
		case "/keys":
			_, _ = fmt.Fprint(w, `{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"2026","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`)
		}
	}))
	defer issuer.Close()
	roots := x509.NewCertPool()
	roots.AddCert(issuer.Certificate())

	client, err := provider.New(provider.Config{Now: time.Now, RootCAs: roots})
	if err != nil {
		panic(err)
	}
	keys, err := client.KeysFor(context.Background(), issuer.URL, "2026")
	if err != nil {
		panic(err)
	}
	fmt.Println(keys.Set.KeyIDs(), "from the cache:", keys.FromCache)

	_, err = client.KeysFor(context.Background(), issuer.URL+"/", "2026")
	var mismatch *provider.IssuerMismatchError
	fmt.Println("a slash makes another issuer:", errors.As(err, &mismatch))
	// Output:
	// [2026] from the cache: false
	// a slash makes another issuer: true
}
