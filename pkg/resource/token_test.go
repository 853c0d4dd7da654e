package resource_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/pkg/issuertest"
	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/resource"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

func now() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

// A token from another issuer or for another audience must not pass as a token for
// this API. Each link has a case that passes and one that fails.
func TestTokenLinks(t *testing.T) {
	const url = "https://api.example/mcp"
	m, err := issuertest.NewMinter(issuertest.Minter{Algorithm: "ES256", Issuer: "https://issuer.example", Audience: url, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	keys, err := jwks.Parse([]byte(m.JWKS().String()))
	if err != nil {
		t.Fatal(err)
	}
	mint := func(claims ...strictjson.Member) string {
		text, err := m.Mint(issuertest.Token{Scopes: []string{"a", "b"}, Claims: claims})
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	text := func(name, value string) strictjson.Member {
		return strictjson.Member{Name: name, Value: strictjson.From(value)}
	}
	same := func(*resource.Chain) {}
	good := mint()
	for _, c := range []struct {
		name   string
		change func(*resource.Chain)
		token  string
		want   string // the links, as "id status", separated by commas
		says   string // in the first of them
	}{
		{"good", same, good, "token passed", "verified"},
		{"without metadata", func(e *resource.Chain) { e.Metadata = nil }, good, "token_issuer not_checked", "without the API's metadata"},
		{"without servers", func(e *resource.Chain) { e.Servers = nil }, good, "token_issuer failed", "names no authorization server"},
		{"without keys", func(e *resource.Chain) { e.Servers[0].Keys = nil }, good, "token_issuer not_checked", "whose keys could not be fetched"},
		{"opaque", same, "opaque-token-1234567890", "token_issuer failed", "not a JWT with iss"},
		{"of another issuer", same, mint(text("iss", "https://issuer.example/")), "token_issuer failed", "they differ only in a trailing slash"},
		{"for another resource", same, mint(text("aud", "https://other.example")), "token_audience failed", `expected "https://api.example/mcp"`},
		{"expired, for another resource", same, mint(text("aud", "x"), strictjson.Member{Name: "exp", Value: strictjson.From(now().Unix())}), "token_audience failed, token_expiry failed, token_lifetime failed", "expected"},
		{"of the second server", func(e *resource.Chain) {
			e.Servers = append([]resource.Server{{Issuer: "https://other.example"}}, e.Servers...)
		}, good, "token passed", "verified"},
		{"a scope that the challenge asks for", challenge(`Bearer scope="a b"`), good, "token passed, token_scope passed", "verified"},
		{"a scope of another challenge", func(e *resource.Chain) {
			e.Response.Header = http.Header{"Www-Authenticate": {`Bearer, DPoP scope="a", Bearer scope="admin"`}}
		}, good, "token passed, token_scope passed", "verified"},
		{"without a scope that it asks for", challenge(`Bearer scope="a admin"`), good, "token passed, token_scope failed", "verified"},
		{"a scope that the API lists", listed("scopes_supported", `["x","b"]`), good, "token passed, token_scope passed", "verified"},
		{"no scope that the API lists", listed("scopes_supported", `["x","y"]`), good, "token passed, token_scope warning", "verified"},
		{"not bound, as has to be", listed("dpop_bound_access_tokens_required", "true"), good, "token passed, token_dpop failed", "verified"},
		{"bound, as has to be", listed("dpop_bound_access_tokens_required", "true"),
			mint(strictjson.Member{Name: "cnf", Value: parse(t, `{"jkt":"x"}`)}), "token passed, token_dpop passed", "verified"},
		{"bound, which nobody asked for", listed("dpop_bound_access_tokens_required", "false"),
			mint(strictjson.Member{Name: "cnf", Value: parse(t, `{"jkt":"x"}`)}), "token passed", "verified"},
	} {
		e := &resource.Chain{
			URL: url, Response: &provider.Response{Status: http.StatusUnauthorized, Header: http.Header{}},
			Metadata: &provider.Document{Object: parse(t, `{"resource":"https://api.example/mcp"}`)},
			Servers:  []resource.Server{{Issuer: "https://issuer.example", Keys: &provider.KeySet{Set: keys, URL: "https://issuer.example/keys"}}},
		}
		c.change(e)
		chain := e
		chain.Token(c.token, now())
		var got []string
		for _, l := range chain.Links {
			got = append(got, l.ID+" "+string(l.Status))
		}
		if strings.Join(got, ", ") != c.want || !strings.Contains(chain.Links[0].Message, c.says) {
			t.Errorf("%s: %q, want %s: %s", c.name, got, c.want, chain.Links[0].Message)
		}
		refused := slices.ContainsFunc(chain.Links, func(l resource.Link) bool { return l.Status == verify.Failed && !l.Unavailable })
		if (chain.Reason != "") != refused || chain.Unavailable != (chain.Report == nil && !refused) {
			t.Errorf("%s: reason %q, unavailable %v, with %q", c.name, chain.Reason, chain.Unavailable, got)
		}
		if fix := chain.Links[0].Fix; (chain.Links[0].ID == "token_audience") != strings.Contains(fix, "resource="+url) {
			t.Errorf("%s: the advice is %q", c.name, fix)
		}
	}
}

func listed(name, value string) func(*resource.Chain) {
	return metadata(`{"resource":"https://api.example/mcp","` + name + `":` + value + `}`)
}

// What a link says is what somebody changes in the API or in the server.
func TestWordsOfLinks(t *testing.T) {
	const found = `{"authorization_servers":["https://issuer.example"],"resource":`
	server := func(document string) func(*resource.Chain) {
		return func(e *resource.Chain) { e.Servers[0].Metadata.Document = parse(t, document) }
	}
	all := func(change ...func(*resource.Chain)) func(*resource.Chain) {
		return func(e *resource.Chain) {
			for _, f := range change {
				f(e)
			}
		}
	}
	root := func(e *resource.Chain) { e.Found = "root" }
	second := func(e *resource.Chain) {
		e.Servers = append(e.Servers, resource.Server{Issuer: "https://second.example", Err: errors.New("gone")})
	}
	keys := func(text string) func(*resource.Chain) {
		return func(e *resource.Chain) {
			set, err := jwks.Parse([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			e.Servers[0].Keys = &provider.KeySet{Set: set, URL: "https://issuer.example/keys"}
		}
	}
	for _, c := range []struct {
		name   string
		change func(*resource.Chain)
		mcp    bool
		link   string
		status verify.Status
		says   string
	}{
		{"open to everybody", func(e *resource.Chain) { e.Response.Status = 299 }, false, "request", verify.Failed, "299: this address needs no token"},
		{"a redirect", func(e *resource.Chain) { e.Response.Status = 300 }, false, "request", verify.Failed, "a redirect"},
		{"a bad request", func(e *resource.Chain) { e.Response.Status = 400 }, false, "request", verify.Warning, "does not show what a client without a token gets"},
		{"403", func(e *resource.Chain) { e.Response.Status = 403 }, false, "request", verify.Failed, "403 Forbidden, not 401"},
		{"no challenge where none is due", all(challenge(""), func(e *resource.Chain) { e.Response.Status = 403; e.Response.Header = nil }), false, "challenge", verify.NotChecked, "no 401 response"},
		{"no challenge where one is due", func(e *resource.Chain) { e.Response.Header = nil }, false, "challenge", verify.Failed, "401 without WWW-Authenticate"},
		{"a challenge where none is due", func(e *resource.Chain) { e.Response.Status = 403 }, false, "challenge", verify.Passed, "WWW-Authenticate: Bearer"},
		{"an error without a token", challenge(`Bearer error="invalid_token"`), false, "challenge", verify.Warning, "although the request had no token"},
		{"another scheme", challenge(`Basic realm="x"`), false, "challenge", verify.Failed, "no challenge of the scheme Bearer"},
		{"DPoP", challenge(`DPoP algs="ES256", scope="a"`), false, "challenge_scope", verify.Passed, `asks for the scope "a"`},
		{"the challenge names the metadata", func(*resource.Chain) {}, false, "challenge_resource_metadata", verify.Passed, "resource_metadata is https://api.example/x"},
		{"the challenge does not", challenge(`Bearer scope="a"`), false, "challenge_resource_metadata", verify.Warning, "clients have to guess"},
		{"no scope", challenge(`Bearer`), false, "challenge_scope", "", ""},

		{"a slash", metadata(found + `"https://api.example/mcp/"}`), false, "resource_identifier", verify.Failed, "they differ only in a trailing slash"},
		{"capitals", metadata(found + `"https://API.example/mcp"}`), false, "resource_identifier", verify.Failed, "they differ only in letter case"},
		{"http", metadata(found + `"http://api.example/mcp"}`), false, "resource_identifier", verify.Failed, "they differ in http and https"},
		{"a port", metadata(found + `"https://api.example:1/mcp"}`), false, "resource_identifier", verify.Failed, "they differ in the port"},
		{"a host", metadata(found + `"https://other.example/mcp"}`), false, "resource_identifier", verify.Failed, "they differ in the host"},
		{"a part of the path", metadata(found + `"https://api.example"}`), false, "resource_identifier", verify.Failed, "it lacks a part of the path"},
		{"a path", metadata(found + `"https://api.example/m"}`), false, "resource_identifier", verify.Failed, "they differ in the path"},
		{"the whole host, from its root", all(root, metadata(found+`"https://api.example/"}`)), false, "resource_identifier", verify.Warning, "for the whole host"},
		{"another host, from the root", all(root, metadata(found+`"https://other.example/"}`)), false, "resource_identifier", verify.Failed, "they differ in the host"},

		{"more servers than are asked", metadata(`{"resource":"https://api.example/mcp","authorization_servers":["1","2","3","4","5","6"]}`), false, "authorization_servers", verify.Warning, "6 authorization servers; only the first 5"},
		{"as many as are asked", metadata(`{"resource":"https://api.example/mcp","authorization_servers":["1","2","3","4","5"]}`), false, "authorization_servers", verify.Passed, "1, 2, 3, 4, 5"},

		{"an issuer by http", func(e *resource.Chain) {
			e.Servers[0].Issuer, e.Servers[0].Metadata.Issuer = "http://127.0.0.1", "http://127.0.0.1"
		}, false, "server_issuer", verify.Warning, "it is http"},
		{"an issuer by https", func(*resource.Chain) {}, false, "server_issuer", verify.Passed, "the issuer matches"},
		{"the address of metadata as an issuer", func(e *resource.Chain) { e.Servers[0].Issuer += "/.well-known/openid-configuration" }, false, "server_issuer", verify.Failed, "which is not the issuer"},
		{"the keys of an issuer by http", func(e *resource.Chain) {
			e.Servers[0].Issuer, e.Servers[0].Metadata.Issuer, e.Servers[0].Metadata.JWKSURI = "http://127.0.0.1", "http://127.0.0.1", ""
		}, false, "server_keys", verify.Warning, "only be introspected"},
		{"the keys of an issuer by its address of metadata", func(e *resource.Chain) { e.Servers[0].Issuer += "/.well-known/openid-configuration" }, false, "server_keys", verify.NotChecked, "not fetched"},
		{"the keys of another issuer", func(e *resource.Chain) {
			e.Servers[0].Err = &provider.IssuerMismatchError{Asked: "https://issuer.example", Found: "https://other.example"}
		}, false, "server_keys", "", ""},
		{"no metadata of the server", func(e *resource.Chain) { e.Servers[0].Metadata, e.Servers[0].Err = nil, errors.New("gone") }, false, "server_metadata", verify.Failed, "gone"},
		{"no endpoints", server(`{"token_endpoint":""}`), false, "server_endpoints", verify.Warning, "the metadata has no authorization_endpoint and no token_endpoint"},
		{"no endpoints for MCP", server(`{"authorization_endpoint":1,"token_endpoint":"x"}`), true, "server_endpoints", verify.Failed, "the metadata has no authorization_endpoint"},
		{"endpoints", server(`{"authorization_endpoint":"x","token_endpoint":"x"}`), false, "server_endpoints", verify.Passed, "are named"},
		{"S256", server(`{"code_challenge_methods_supported":["plain","S256"]}`), false, "server_pkce", verify.Passed, "PKCE with S256"},
		{"plain", server(`{"code_challenge_methods_supported":["plain"]}`), false, "server_pkce", verify.Failed, "has no S256: plain"},
		{"nothing of PKCE", server(`{}`), false, "server_pkce", verify.Warning, "stop here"},
		{"nothing of PKCE for MCP", server(`{}`), true, "server_pkce", verify.Failed, "stop here"},
		{"no registration", server(`{"client_id_metadata_document_supported":"true"}`), false, "server_registration", verify.Warning, "registered by hand"},
		{"both ways to register", server(`{"client_id_metadata_document_supported":true,"registration_endpoint":"x"}`), false, "server_registration", verify.Passed, "client ID metadata documents, dynamic registration"},
		{"one server, which is not named", server(`{}`), false, "server_iss_parameter", verify.NotChecked, "with one server, they need not"},
		{"two servers, not named", all(second, server(`{}`)), false, "server_iss_parameter", verify.Warning, "cannot tell which one answered"},
		{"two servers, named", all(second, server(`{"authorization_response_iss_parameter_supported":true}`)), false, "server_iss_parameter", verify.Passed, "name the issuer"},
		{"a scope that the server does not give", all(listed("scopes_supported", `["a","b","c"]`), server(`{"scopes_supported":["b"]}`)), false, "server_scopes", verify.Warning, "the server does not: a, c"},
		{"scopes that it gives", all(listed("scopes_supported", `["b"]`), server(`{"scopes_supported":["a","b"]}`)), false, "server_scopes", "", ""},
		{"a server that lists none", all(listed("scopes_supported", `["b"]`), server(`{}`)), false, "server_scopes", "", ""},
		{"no jwks_uri", func(e *resource.Chain) { e.Servers[0].Metadata.JWKSURI = "" }, false, "server_keys", verify.Warning, "only be introspected"},
		{"keys that were not asked for", func(*resource.Chain) {}, false, "server_keys", verify.NotChecked, "not fetched"},
		{"no usable key", keys(`{"keys":[{"kty":"AKP"}]}`), false, "server_keys", verify.Failed, "no key of https://issuer.example/keys"},
		{"a usable key", keys(`{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`), false, "server_keys", verify.Passed, "1 usable"},
	} {
		e := &resource.Chain{
			URL: "https://api.example/mcp", Found: "resource_metadata",
			Response: &provider.Response{Status: http.StatusUnauthorized, Header: http.Header{"Www-Authenticate": {`Bearer scope="a", resource_metadata="https://api.example/x"`}}},
			Metadata: &provider.Document{Object: parse(t, `{"resource":"https://api.example/mcp","authorization_servers":["https://issuer.example"]}`), ServedJSON: true},
			Servers:  []resource.Server{{Issuer: "https://issuer.example", Metadata: &provider.Metadata{Issuer: "https://issuer.example", JWKSURI: "https://issuer.example/keys", Document: parse(t, `{}`)}}},
		}
		c.change(e)
		var got resource.Link
		chain := resource.Check(e, c.mcp)
		for _, l := range chain.Links {
			if l.ID == c.link && (got.ID == "" || l.Server == "https://issuer.example") {
				got = l
			}
		}
		if got.Status != c.status || !strings.Contains(got.Message, c.says) {
			t.Errorf("%s: %s %q, want %s %q", c.name, got.Status, got.Message, c.status, c.says)
		}
	}
}

// The advice contains the challenge to send, as far as it can be written.
func TestAdviceOfAChallenge(t *testing.T) {
	for url, want := range map[string]string{
		"https://api.example/mcp":     `answer with: WWW-Authenticate: Bearer resource_metadata="https://api.example/.well-known/oauth-protected-resource/mcp"`,
		"https://api.example/mcp?a=b": `answer with: WWW-Authenticate: Bearer resource_metadata="https://api.example/.well-known/oauth-protected-resource/mcp"`,
		"https://api.example/\x01":    "answer with: WWW-Authenticate: Bearer",
	} {
		chain := resource.Check(&resource.Chain{URL: url, Response: &provider.Response{Status: http.StatusUnauthorized}, MetadataErr: errors.New("gone")}, false)
		i := slices.IndexFunc(chain.Links, func(l resource.Link) bool { return l.ID == "challenge" })
		if i < 0 || chain.Links[i].Fix != want {
			t.Errorf("%q: got %+v, want %s", url, chain.Links, want)
		}
	}
}

// The first broken link is the one to fix.
func TestFirstBrokenLink(t *testing.T) {
	chain := resource.Chain{Links: []resource.Link{
		{ID: "a", Status: verify.Passed}, {ID: "b", Status: verify.Warning}, {ID: "c", Status: verify.Failed}, {ID: "d", Status: verify.Failed},
	}}
	if first := chain.Broken(); first == nil || first.ID != "c" {
		t.Errorf("got %+v", first)
	}
	whole := resource.Chain{Links: chain.Links[:2]}
	if whole.Broken() != nil {
		t.Error("a whole chain is broken")
	}
}
