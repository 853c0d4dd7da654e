package mcp

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/modelcontextprotocol/go-sdk/oauthex"

	"github.com/claimcheck/claimcheck/pkg/issuertest"
	"github.com/claimcheck/claimcheck/pkg/verifier"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

const (
	wellKnown = "/.well-known/oauth-protected-resource/mcp"
	scope     = "tools:call"
)

// metadata is what the server says of itself (RFC 9728).
type metadata = oauthex.ProtectedResourceMetadata

// startServer starts an MCP server of the SDK with one tool, for tokens of an issuer,
// and returns its URL. change makes its metadata wrong.
func startServer(t *testing.T, issuer *issuertest.Issuer, change func(*metadata)) string {
	t.Helper()
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	url := server.URL + "/mcp"
	m := &metadata{
		Resource: url, AuthorizationServers: []string{issuer.URL}, ScopesSupported: []string{scope}, BearerMethodsSupported: []string{"header"},
	}
	change(m)
	v, err := verifier.New(verify.Policy{Issuer: issuer.URL, Audiences: []string{url}, Kind: verify.KindAccess})
	must(t, err)
	protocol := mcp.NewServer(&mcp.Implementation{Name: "demo", Version: "1"}, nil)
	mcp.AddTool(protocol, &mcp.Tool{Name: "echo"}, echo)
	handler := mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return protocol }, &mcp.StreamableHTTPOptions{Stateless: true, JSONResponse: true})
	protect := auth.RequireBearerToken(tokens(v), &auth.RequireBearerTokenOptions{ResourceMetadataURL: server.URL + wellKnown, Scopes: []string{scope}})
	mux.Handle(wellKnown, auth.ProtectedResourceMetadataHandler(m))
	mux.Handle("/mcp", protect(handler))
	return url
}

// tokens verifies the SDK's tokens.
func tokens(v *verifier.Verifier) auth.TokenVerifier {
	return func(ctx context.Context, raw string, _ *http.Request) (*auth.TokenInfo, error) {
		tok, err := v.Verify(ctx, raw)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", auth.ErrInvalidToken, err)
		}
		return &auth.TokenInfo{UserID: tok.Subject, Scopes: tok.Scopes, Expiration: tok.Expiry}, nil
	}
}

type message struct {
	Text string `json:"text"`
}

func echo(_ context.Context, _ *mcp.CallToolRequest, m message) (*mcp.CallToolResult, any, error) {
	return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: m.Text}}}, nil, nil
}

// whole leaves the metadata as it is.
func whole(*metadata) {}

// TestWholeChain: the chain holds, for any client and for one of MCP; what cannot be
// known without a client is a warning.
func TestWholeChain(t *testing.T) {
	url := startServer(t, issuertest.New(t, issuertest.Config{}), whole)
	for _, args := range [][]string{{"--check"}, {"--check", "--profile", "mcp"}} {
		d, code := runClaimcheck(t, append([]string{"resource", url}, args...)...)
		if code != 0 || d.Verdict != "holds" || d.Broken != "" || len(d.with("failed")) > 0 {
			t.Errorf("%v: exit %d, %s, broken at %q", args, code, d.Verdict, d.Broken)
		}
		for _, id := range []string{"request", "challenge", "challenge_resource_metadata", "challenge_scope", "metadata", "resource_identifier", "authorization_servers", "server_metadata", "server_endpoints", "server_pkce", "server_keys"} {
			if !slices.Contains(d.with("passed"), id) {
				t.Errorf("%v: %s did not pass", args, id)
			}
		}
	}
}

// named makes the metadata name these authorization servers.
func named(servers ...string) func(*metadata) {
	return func(m *metadata) { m.AuthorizationServers = servers }
}

// TestBrokenChains: each mistake in the metadata breaks the link that it is in.
func TestBrokenChains(t *testing.T) {
	issuer := issuertest.New(t, issuertest.Config{})
	forMCP := []string{"--profile", "mcp"}
	for name, c := range map[string]struct {
		change func(*metadata)
		args   []string
		broken string
		code   int
	}{
		"a slash":             {func(m *metadata) { m.Resource += "/" }, nil, "resource_identifier", 21},
		"another path":        {func(m *metadata) { m.Resource += "/v2" }, nil, "resource_identifier", 21},
		"no S256":             {named(withPKCE(t, issuer)), forMCP, "server_pkce", 21},
		"PKCE, but plain":     {named(withPKCE(t, issuer, "plain")), nil, "server_pkce", 21},
		"the issuer, a slash": {named(issuer.URL + "/"), nil, "server_issuer", 21},
		"a second server":     {named(issuer.URL, issuer.URL+"/other"), nil, "server_metadata", 4},
		"no server":           {named(), forMCP, "authorization_servers", 21},
		"tokens in the query": {func(m *metadata) { m.BearerMethodsSupported = []string{"query"} }, forMCP, "bearer_methods", 21},
	} {
		t.Run(name, func(t *testing.T) {
			url := startServer(t, issuer, c.change)
			args := append([]string{"resource", url}, c.args...)
			d, code := runClaimcheck(t, append(args, "--check")...)
			if failed := d.with("failed"); d.Broken != c.broken || code != c.code || len(failed) != 1 {
				t.Errorf("exit %d, broken at %q, failed %v; expected %d, %q alone", code, d.Broken, failed, c.code, c.broken)
			}
			if _, code := runClaimcheck(t, args...); c.code == 21 && code != 0 {
				t.Errorf("without --check: exit %d", code)
			}
		})
	}
}

// withPKCE starts an authorization server with the issuer's keys and these methods of
// PKCE.
func withPKCE(t *testing.T, issuer *issuertest.Issuer, methods ...string) string {
	t.Helper()
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	mux.HandleFunc("GET /.well-known/oauth-authorization-server", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(oauthex.AuthServerMeta{
			Issuer: server.URL, AuthorizationEndpoint: server.URL + "/authorize", TokenEndpoint: server.URL + "/token", JWKSURI: issuer.KeySetURL,
			ResponseTypesSupported: []string{"code"}, CodeChallengeMethodsSupported: methods,
		})
	})
	return server.URL
}

// TestTwoServers: both are looked at, and a client of two needs to know who
// answered.
func TestTwoServers(t *testing.T) {
	first, second := issuertest.New(t, issuertest.Config{}), issuertest.New(t, issuertest.Config{})
	url := startServer(t, first, named(first.URL, second.URL))
	d, code := runClaimcheck(t, "resource", url, "--check", "--profile", "mcp")
	keys := 0
	for _, l := range d.Links {
		if l.ID == "server_keys" && l.Status == "passed" {
			keys++
		}
	}
	if code != 0 || d.Broken != "" || keys != 2 {
		t.Errorf("exit %d, broken at %q, the keys of %d servers", code, d.Broken, keys)
	}
}

// mint writes an access token to a file.
func mint(t *testing.T, issuer *issuertest.Issuer, audience string, scopes ...string) (raw, file string) {
	t.Helper()
	raw = issuer.Mint(t, issuertest.Token{Audience: []string{audience}, Scopes: scopes})
	file = filepath.Join(t.TempDir(), "token.jwt")
	must(t, os.WriteFile(file, []byte(raw), 0o600))
	return raw, file
}

// TestTokens: what resource says of a token is what the server does with it.
func TestTokens(t *testing.T) {
	issuer, other := issuertest.New(t, issuertest.Config{}), issuertest.New(t, issuertest.Config{})
	url := startServer(t, issuer, whole)
	for name, c := range map[string]struct {
		issuer   *issuertest.Issuer
		audience string
		scopes   []string
		code     int
		broken   string
		refused  int
	}{
		"good":             {issuer, url, []string{scope}, 0, "", 0},
		"another audience": {issuer, "demo-api", []string{scope}, 15, "token_audience", 401},
		"another issuer":   {other, url, []string{scope}, 14, "token_issuer", 401},
		"no such scope":    {issuer, url, []string{"openid"}, 18, "token_scope", 403},
	} {
		t.Run(name, func(t *testing.T) {
			raw, file := mint(t, c.issuer, c.audience, c.scopes...)
			d, code := runClaimcheck(t, "resource", url, "--token", "@"+file)
			if code != c.code || d.Broken != c.broken {
				t.Errorf("exit %d, broken at %q; expected %d, %q", code, d.Broken, c.code, c.broken)
			}
			status, said := call(t, url, raw)
			if c.refused == 0 && said != "hello" || c.refused != 0 && status != c.refused {
				t.Errorf("the server answers %d, %q", status, said)
			}
		})
	}
}

// call uses the server's tool as a client of the SDK does, and returns what the tool
// says and the status of the last answer.
func call(t *testing.T, url, token string) (status int, said string) {
	t.Helper()
	client := &http.Client{Transport: &bearer{token: token, status: &status}}
	transport := &mcp.StreamableClientTransport{Endpoint: url, HTTPClient: client, MaxRetries: -1, DisableStandaloneSSE: true}
	session, err := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil).Connect(t.Context(), transport, nil)
	if err != nil {
		return status, ""
	}
	defer func() { _ = session.Close() }()
	result, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: "echo", Arguments: message{"hello"}})
	must(t, err)
	return status, result.Content[0].(*mcp.TextContent).Text
}

// bearer sends a token and keeps the status.
type bearer struct {
	token  string
	status *int
}

func (b *bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+b.token)
	response, err := http.DefaultTransport.RoundTrip(r)
	if err == nil {
		*b.status = response.StatusCode
	}
	return response, err
}

// TestProbe: the server refuses what it must refuse, where its verifier is
// pkg/verifier.
func TestProbe(t *testing.T) {
	issuer := issuertest.New(t, issuertest.Config{State: t.TempDir()})
	url := startServer(t, issuer, whole)
	_, file := mint(t, issuer, url, scope)
	d, code := runClaimcheck(t, "probe", url, "--token", "@"+file, "--issuer", issuer.URL, "--method", "POST",
		"--header", "Content-Type: application/json", "--header", "Accept: application/json, text/event-stream",
		"--data", `{"jsonrpc":"2.0","id":1,"method":"ping"}`)
	statuses := map[string]int{}
	for _, p := range d.Probes {
		statuses[p.Status]++
	}
	if code != 0 || statuses["failed"] > 0 || statuses["passed"] < 15 {
		t.Errorf("exit %d: %v", code, statuses)
	}
}
