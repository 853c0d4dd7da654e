package verifier_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/pkg/challenge"
	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/verifier"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// hello greets the subject of the token in the context.
func hello(w http.ResponseWriter, r *http.Request) {
	tok, ok := verifier.FromContext(r.Context())
	if !ok {
		http.Error(w, "no token in the context", http.StatusInternalServerError)
		return
	}
	_, _ = io.WriteString(w, "hello "+tok.Subject)
}

// call sends a request with Authorization headers.
func call(h http.Handler, target string, authorization ...string) *http.Response {
	r := httptest.NewRequest(http.MethodGet, target, nil)
	for _, a := range authorization {
		r.Header.Add("Authorization", a)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func TestMiddleware(t *testing.T) {
	i := newIssuer(t)
	v := i.verifier(t, verify.Policy{})
	h := v.Middleware(http.HandlerFunc(hello))
	good := i.token()
	const realm = `Bearer realm="api"`
	invalid := func(description string) string {
		return realm + `, error="invalid_token", error_description="` + description + `"`
	}
	const notOne = "Bearer is not followed by a single token"
	for _, test := range []struct {
		name          string
		target        string
		authorization []string
		status        int
		challenge     string
	}{
		{"good", "/", []string{"Bearer " + good}, 200, ""},
		{"lower case", "/", []string{"bearer " + good}, 200, ""},
		{"two spaces", "/", []string{"Bearer  " + good}, 200, ""},
		{"nothing", "/", nil, 401, realm},
		{"empty", "/", []string{""}, 401, realm},
		{"another scheme", "/", []string{"Basic " + good}, 401, realm},
		{"no scheme", "/", []string{good}, 401, realm},
		{"scheme only", "/", []string{"Bearer"}, 401, invalid(notOne)},
		{"scheme and space", "/", []string{"Bearer "}, 401, invalid(notOne)},
		{"twice Bearer", "/", []string{"Bearer Bearer " + good}, 401, invalid(notOne)},
		{"two tokens", "/", []string{"Bearer " + good + " " + good}, 401, invalid(notOne)},
		{"a list", "/", []string{"Bearer " + good + ", Bearer " + good}, 401, invalid(notOne)},
		{"a tab", "/", []string{"Bearer\t" + good}, 401, realm},
		{"two headers", "/", []string{"Bearer " + good, "Bearer " + good}, 400,
			realm + `, error="invalid_request", error_description="there is more than one Authorization header"`},
		{"in the query", "/?access_token=" + good, nil, 401, realm},
		{"garbage", "/", []string{"Bearer garbage"}, 401, invalid("the token is malformed")},
		{"expired", "/", []string{"Bearer " + i.token("exp", i.clock.now().Unix()-1)}, 401, invalid("the token has expired")},
		{"not yet", "/", []string{"Bearer " + i.token("nbf", i.clock.now().Unix()+99)}, 401, invalid("the token is not valid yet")},
		{"audience", "/", []string{"Bearer " + i.token("aud", "other")}, 401, invalid("the token is for another audience")},
		{"issuer", "/", []string{"Bearer " + i.token("iss", "other")}, 401, invalid("the token was issued by another issuer")},
		{"algorithm", "/", []string{"Bearer " + i.byHMAC()}, 401, invalid("the algorithm of the token is not allowed")},
		{"signature", "/", []string{"Bearer " + i.flawed("stranger")}, 401, invalid("the signature of the token does not match")},
		{"key", "/", []string{"Bearer " + i.flawed("unknown-kid")}, 401, invalid("no trusted key fits the token")},
		{"claim", "/", []string{"Bearer " + i.token("sub", 1)}, 401, invalid("a claim of the token is refused")},
		{"ID token", "/", []string{"Bearer " + i.idToken()}, 401,
			invalid("this is an ID token, not an access token")},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := call(h, test.target, test.authorization...)
			body, _ := io.ReadAll(got.Body)
			if got.StatusCode != test.status || got.Header.Get("WWW-Authenticate") != test.challenge {
				t.Errorf("got %d %s\nwant %d %s", got.StatusCode, got.Header.Get("WWW-Authenticate"), test.status, test.challenge)
			}
			if (string(body) == "hello ada") != (test.status == 200) {
				t.Errorf("got body %q", body)
			}
			list, err := challenge.Parse(got.Header.Get("WWW-Authenticate"))
			if err != nil && test.status != 200 {
				t.Error(err)
			}
			if problems := challenge.Check(got.StatusCode, len(test.authorization) > 0, list); test.status == 401 && len(problems) > 0 && test.challenge != realm {
				t.Errorf("the challenge breaks a rule: %v", problems)
			}
			if test.status != 200 && got.Header.Get("Cache-Control") != "no-store" {
				t.Error("a refusal may be stored")
			}
			if strings.Contains(string(body)+got.Header.Get("WWW-Authenticate"), good) {
				t.Error("the answer repeats the token")
			}
		})
	}
}

// Where the issuer cannot be asked nothing is said about the token.
func TestMiddlewareWithoutAnIssuer(t *testing.T) {
	i := newOddIssuer(t, down)
	got := call(i.verifier(t, verify.Policy{}).Middleware(http.HandlerFunc(hello)), "/", "Bearer "+i.token())
	if got.StatusCode != 503 || got.Header.Get("WWW-Authenticate") != "" || got.Header.Get("Retry-After") != "30" {
		t.Errorf("got %d, %v", got.StatusCode, got.Header)
	}
}

// The server hears of each refusal what the client is not told.
func TestRefusalLog(t *testing.T) {
	var heard []error
	log := verifier.WithRefusalLog(func(r *http.Request, err error) {
		if r.URL.Path != "/orders" {
			t.Errorf("got the request %s", r.URL)
		}
		heard = append(heard, err)
	})
	i, away := newIssuer(t), newOddIssuer(t, down)
	h := i.verifier(t, verify.Policy{}, log).Middleware(verifier.RequireRole("admin")(http.HandlerFunc(hello)))
	unasked := away.verifier(t, verify.Policy{}, log).Middleware(http.HandlerFunc(hello))
	var rejected *verify.RejectedError
	var fetch *provider.FetchError
	for _, test := range []struct {
		name          string
		handler       http.Handler
		authorization []string
		right         func(error) bool
	}{
		{"accepted", h, []string{"Bearer " + i.token("roles", []string{"admin"})}, nil},
		{"none", h, nil, func(err error) bool { return err.Error() == "a bearer token is required" }},
		{"expired", h, []string{"Bearer " + i.token("exp", 1)}, func(err error) bool {
			return errors.Is(err, verify.ReasonExpired) && errors.As(err, &rejected) && rejected.Report != nil
		}},
		{"ID token", h, []string{"Bearer " + i.idToken()}, func(err error) bool { return strings.Contains(err.Error(), "ID token") }},
		{"role", h, []string{"Bearer " + i.token()}, func(err error) bool { return strings.Contains(err.Error(), "role") }},
		{"no answer", unasked, []string{"Bearer " + away.token()}, func(err error) bool { return errors.As(err, &fetch) }},
	} {
		heard = nil
		call(test.handler, "/orders", test.authorization...)
		if test.right == nil && heard != nil || test.right != nil && (len(heard) != 1 || !test.right(heard[0])) {
			t.Errorf("%s: heard %v", test.name, heard)
		}
	}
}

func TestMiddlewareOfTheZeroVerifier(t *testing.T) {
	i := newIssuer(t)
	var v verifier.Verifier
	if got := call(v.Middleware(http.HandlerFunc(hello)), "/", "Bearer "+i.token()); got.StatusCode != 401 {
		t.Errorf("got %d", got.StatusCode)
	}
}

func TestRequiredGrants(t *testing.T) {
	i := newIssuer(t)
	v := i.verifier(t, verify.Policy{})
	for _, test := range []struct {
		name   string
		guard  func(http.Handler) http.Handler
		edits  []any
		status int
		want   string
	}{
		{"scope", verifier.RequireScope("read"), nil, 200, ""},
		{"both scopes", verifier.RequireScope("read", "write"), nil, 200, ""},
		{"scp", verifier.RequireScope("read"), []any{"scope", nil, "scp", []string{"read"}}, 200, ""},
		{"no scope", verifier.RequireScope("read", "admin"), nil, 403,
			`, error="insufficient_scope", error_description="the token lacks a scope that is required here", scope="read admin"`},
		{"role", verifier.RequireRole("editor"), []any{"roles", []string{"reader", "editor"}}, 200, ""},
		{"Authgear's role", verifier.RequireRole("editor"), []any{"https://authgear.com/claims/user/roles", []string{"editor"}}, 200, ""},
		{"Keycloak's role", verifier.RequireRole("editor"), []any{"resource_access", map[string]any{"api": map[string]any{"roles": []string{"editor"}}}}, 200, ""},
		{"another client's role", verifier.RequireRole("editor"), []any{"resource_access", map[string]any{"crm": map[string]any{"roles": []string{"editor"}}}}, 403,
			`, error="insufficient_scope", error_description="the token lacks a role that is required here"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := call(v.Middleware(test.guard(http.HandlerFunc(hello))), "/", "Bearer "+i.token(test.edits...))
			if test.want != "" {
				test.want = `Bearer realm="api"` + test.want
			}
			if got.StatusCode != test.status || got.Header.Get("WWW-Authenticate") != test.want {
				t.Errorf("got %d %s\nwant %d %s", got.StatusCode, got.Header.Get("WWW-Authenticate"), test.status, test.want)
			}
		})
	}
}

// Without the middleware in front nobody verified anything.
func TestRequiredGrantsWithoutMiddleware(t *testing.T) {
	for _, guard := range []func(http.Handler) http.Handler{verifier.RequireScope(), verifier.RequireRole()} {
		if got := call(guard(http.HandlerFunc(hello)), "/", "Bearer x"); got.StatusCode != 401 {
			t.Errorf("got %d", got.StatusCode)
		}
	}
	if _, ok := verifier.FromContext(t.Context()); ok {
		t.Error("a token out of nowhere")
	}
}

// The policy's own scopes, roles and login have answers of their own.
func TestPolicyInTheMiddleware(t *testing.T) {
	i := newIssuer(t)
	limit := 5 * time.Minute
	base := verify.Policy{Issuer: i.url, Audiences: []string{"api"}}
	with := func(change func(*verify.Policy)) verify.Policy {
		p := base
		change(&p)
		return p
	}
	lacking := `, error="insufficient_scope", error_description="the token lacks a scope or a role that is required here"`
	for _, test := range []struct {
		name   string
		policy verify.Policy
		edits  []any
		status int
		want   string
	}{
		{"scope", with(func(p *verify.Policy) { p.Scopes = []string{"admin", "read"} }), nil, 403, lacking + `, scope="admin read"`},
		{"role", with(func(p *verify.Policy) { p.Roles = []string{"admin"} }), nil, 403, lacking},
		{"scope and expired", with(func(p *verify.Policy) { p.Scopes = []string{"admin"} }), []any{"exp", 1}, 401,
			`, error="invalid_token", error_description="the token has expired"`},
		{"login too old", with(func(p *verify.Policy) { p.MaxAge = &limit }), []any{"auth_time", i.clock.now().Unix() - 301}, 401,
			`, error="insufficient_user_authentication", error_description="the user has to sign in again", max_age="300"`},
		{"login too weak", with(func(p *verify.Policy) { p.ACR = []string{"gold", "silver"} }), []any{"acr", "tin"}, 401,
			`, error="insufficient_user_authentication", error_description="the user has to sign in again", acr_values="gold silver"`},
		{"an access token that is refused for a claim", with(func(p *verify.Policy) { p.Kind = verify.KindAccess }), []any{"sub", 1}, 401,
			`, error="invalid_token", error_description="a claim of the token is refused"`},
		{"an access token for an ID token", with(func(p *verify.Policy) { p.Kind = verify.KindID }), nil, 401,
			`, error="invalid_token", error_description="a claim of the token is refused"`},
		{"ID token", with(func(p *verify.Policy) { p.Kind = verify.KindID }), nil, 200, ""},
		{"ID token for an access token", with(func(p *verify.Policy) { p.Kind = verify.KindAccess }), nil, 401,
			`, error="invalid_token", error_description="this is not an access token"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			raw := i.token(test.edits...)
			if strings.HasPrefix(test.name, "ID token") {
				raw = i.idToken()
			}
			got := call(i.verifier(t, test.policy).Middleware(http.HandlerFunc(hello)), "/", "Bearer "+raw)
			if test.want != "" {
				test.want = `Bearer realm="api"` + test.want
			}
			if got.StatusCode != test.status || got.Header.Get("WWW-Authenticate") != test.want {
				t.Errorf("got %d %s\nwant %d %s", got.StatusCode, got.Header.Get("WWW-Authenticate"), test.status, test.want)
			}
		})
	}
}

func TestResourceMetadataAndRealm(t *testing.T) {
	i := newIssuer(t)
	policy := verify.Policy{Issuer: i.url, Audiences: []string{`a "b\`}}
	v := i.verifier(t, policy, verifier.WithResourceMetadata("https://api.example/.well-known/oauth-protected-resource"))
	got := call(v.Middleware(http.HandlerFunc(hello)), "/").Header.Get("WWW-Authenticate")
	want := `Bearer realm="a \"b\\", resource_metadata="https://api.example/.well-known/oauth-protected-resource"`
	if got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	policy.Audiences = []string{"a\r\nSet-Cookie: b"}
	if got := call(i.verifier(t, policy).Middleware(http.HandlerFunc(hello)), "/").Header.Get("WWW-Authenticate"); got != `Bearer realm="api"` {
		t.Errorf("got %s", got)
	}
}
