package verifier_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/claimcheck/claimcheck/pkg/verifier"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// user is what the server wants to know about who calls.
type user struct {
	ID        string
	Verified  bool
	Anonymous bool
}

// decodeUser reads the user from the token that the middleware accepted.
func decodeUser(r *http.Request) (user, bool) {
	tok, ok := verifier.FromContext(r.Context())
	if !ok {
		return user{}, false
	}
	claims := tok.Claims()
	return user{
		ID:        tok.Subject,
		Verified:  claims.Get("https://authgear.com/claims/user/is_verified").True(),
		Anonymous: claims.Get("https://authgear.com/claims/user/is_anonymous").True(),
	}, true
}

func handler(w http.ResponseWriter, r *http.Request) {
	u, ok := decodeUser(r)
	if !ok {
		http.Error(w, "not behind the middleware", http.StatusInternalServerError)
		return
	}
	fmt.Fprintf(w, "user %s, verified %t, anonymous %t", u.ID, u.Verified, u.Anonymous)
}

// newServer is the whole of an API behind Authgear: /me for every user, /edit
// for editors. The endpoint is the issuer, and the audience of its access tokens.
// Discovery, keys and their rotation are the verifier's work.
func newServer(endpoint string, opts ...verifier.Option) (http.Handler, error) {
	v, err := verifier.New(verify.Policy{Issuer: endpoint, Audiences: []string{endpoint}, Kind: verify.KindAccess}, opts...)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/me", handler)
	mux.Handle("/edit", verifier.RequireRole("editor")(http.HandlerFunc(handler)))
	return v.Middleware(mux), nil
}

// A server that lets in whoever has a good access token, and only editors to
// some of its pages.
func Example_server() {
	authgear := startAuthgear() // in life: https://your-app.authgear.cloud
	defer func() { _ = authgear.Close() }()
	api, err := newServer(authgear.URL, authgear.options()...) // without options in production
	if err != nil {
		fmt.Println(err)
		return
	}
	get := func(path, token string) {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		body, _ := io.ReadAll(w.Result().Body)
		fmt.Printf("%s %d: %s\n", path, w.Code, body)
		if challenge := w.Header().Get("WWW-Authenticate"); challenge != "" {
			fmt.Println("  " + authgear.anonymous(challenge))
		}
	}
	get("/me", authgear.accessToken("ada", "editor"))
	get("/edit", authgear.accessToken("ada", "editor"))
	get("/edit", authgear.accessToken("bob", "reader"))
	get("/me", authgear.expiredToken("ada"))
	get("/me", "")
	fmt.Println("requests to the issuer:", authgear.asked.Load())
	// Output:
	// /me 200: user user-ada, verified true, anonymous false
	// /edit 200: user user-ada, verified true, anonymous false
	// /edit 403: the token lacks a role that is required here
	//
	//   Bearer realm="https://app.example", error="insufficient_scope", error_description="the token lacks a role that is required here"
	// /me 401: the token has expired
	//
	//   Bearer realm="https://app.example", error="invalid_token", error_description="the token has expired"
	// /me 401: a bearer token is required
	//
	//   Bearer realm="https://app.example"
	// requests to the issuer: 2
}
