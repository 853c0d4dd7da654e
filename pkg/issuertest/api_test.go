package issuertest_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/pkg/issuertest"
	"github.com/claimcheck/claimcheck/pkg/verifier"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// TestAPI tests a server with a good token, and with each way in which one can be
// wrong.
func TestAPI(t *testing.T) {
	issuer := issuertest.New(t, issuertest.Config{})
	v, err := verifier.New(
		verify.Policy{Issuer: issuer.URL, Audiences: []string{issuer.Audience}, Kind: verify.KindAccess},
		verifier.WithClock(time.Now),
	)
	if err != nil {
		t.Fatal(err)
	}
	api := v.Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))

	ask := func(raw string) int {
		request := httptest.NewRequest(http.MethodGet, "/", nil)
		request.Header["Authorization"] = []string{"Bearer " + raw}
		recorder := httptest.NewRecorder()
		api.ServeHTTP(recorder, request)
		return recorder.Code
	}
	if status := ask(issuer.Mint(t, issuertest.Token{})); status != http.StatusOK {
		t.Errorf("a good token: %d", status)
	}
	for _, flaw := range issuertest.Flaws() {
		if len(flaw.Needs) > 0 && flaw.Needs[0] != "access" {
			continue // this API asks for no nonce, no client, no scope, no recent login
		}
		if status := ask(issuer.Mint(t, issuertest.Token{Flaws: []string{flaw.Name}})); status < 400 || status > 499 {
			t.Errorf("%s: %d", flaw.Name, status)
		}
	}
}
