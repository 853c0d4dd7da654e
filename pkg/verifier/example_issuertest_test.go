package verifier_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/issuertest"
	"github.com/claimcheck/claimcheck/pkg/verifier"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// TestOrders is the test of a server as docs/library.md shows it.
func TestOrders(t *testing.T) {
	issuer := issuertest.New(t, issuertest.Config{Audience: "orders"})
	v, err := verifier.New(verify.Policy{Issuer: issuer.URL, Audiences: []string{"orders"}})
	if err != nil {
		t.Fatal(err)
	}
	api := v.Middleware(verifier.RequireScope("orders:read")(http.HandlerFunc(hello)))
	status := func(token issuertest.Token) int {
		r := httptest.NewRequest(http.MethodGet, "/orders", nil)
		r.Header.Set("Authorization", "Bearer "+issuer.Mint(t, token))
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		return w.Code
	}
	if got := status(issuertest.Token{Scopes: []string{"orders:read"}}); got != http.StatusOK {
		t.Errorf("a good token: %d", got)
	}
	if got := status(issuertest.Token{Scopes: []string{"profile"}}); got != http.StatusForbidden {
		t.Errorf("another scope: %d", got)
	}
	for _, flaw := range issuertest.Flaws() {
		if len(flaw.Needs) > 0 { // this policy does not require what would show it
			continue
		}
		if got := status(issuertest.Token{Scopes: []string{"orders:read"}, Flaws: []string{flaw.Name}}); got != http.StatusUnauthorized {
			t.Errorf("%s (%s): %d", flaw.Name, flaw.About, got)
		}
	}
}
