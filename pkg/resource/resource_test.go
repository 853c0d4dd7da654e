package resource_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/resource"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

func TestWellKnown(t *testing.T) {
	tests := []struct{ url, inserted, root string }{
		{"https://api.example", "https://api.example/.well-known/oauth-protected-resource", "https://api.example/.well-known/oauth-protected-resource"},
		{"https://api.example/", "https://api.example/.well-known/oauth-protected-resource", "https://api.example/.well-known/oauth-protected-resource"},
		{"https://api.example:8443/mcp", "https://api.example:8443/.well-known/oauth-protected-resource/mcp", "https://api.example:8443/.well-known/oauth-protected-resource"},
		{"https://api.example/a/b/", "https://api.example/.well-known/oauth-protected-resource/a/b", "https://api.example/.well-known/oauth-protected-resource"},
		{"https://api.example/a?b=c", "https://api.example/.well-known/oauth-protected-resource/a?b=c", "https://api.example/.well-known/oauth-protected-resource"},
		{"https://api.example?b=/c", "https://api.example/.well-known/oauth-protected-resource?b=/c", "https://api.example/.well-known/oauth-protected-resource"},
	}
	for _, test := range tests {
		if inserted, root := resource.WellKnown(test.url); inserted != test.inserted || root != test.root {
			t.Errorf("%s: got %s and %s", test.url, inserted, root)
		}
	}
}

// TestCheck: each link by itself; the rest of the chain is good.
func TestCheck(t *testing.T) {
	const url = "https://api.example/mcp"
	tests := []struct {
		name   string
		change func(*resource.Chain)
		mcp    bool
		link   string
		want   verify.Status
	}{
		{"403 without a token", func(e *resource.Chain) { e.Response.Status = 403 }, false, "request", verify.Failed},
		{"a redirect", func(e *resource.Chain) { e.Response.Status = 302 }, false, "request", verify.Failed},
		{"405", func(e *resource.Chain) { e.Response.Status = 405 }, false, "request", verify.Warning},
		{"a challenge that breaks the grammar", challenge(`Bearer resource_metadata=https://api.example/.well-known/oauth-protected-resource/mcp`), false, "challenge", verify.Failed},
		{"no scope in the challenge", challenge(`Bearer`), true, "challenge_scope", verify.Warning},
		{"resource missing", metadata(`{"authorization_servers":["https://issuer.example"]}`), false, "resource_identifier", verify.Failed},
		{"resource with another port", metadata(`{"resource":"https://api.example:8443/mcp"}`), false, "resource_identifier", verify.Failed},
		{"resource by http", metadata(`{"resource":"http://api.example/mcp"}`), false, "resource_identifier", verify.Failed},
		{"no header method", metadata(`{"resource":"https://api.example/mcp","bearer_methods_supported":["query"]}`), false, "bearer_methods", verify.Warning},
		{"no header method for MCP", metadata(`{"resource":"https://api.example/mcp","bearer_methods_supported":["query"]}`), true, "bearer_methods", verify.Failed},
		{"methods of another type", metadata(`{"resource":"https://api.example/mcp","bearer_methods_supported":"header"}`), false, "bearer_methods", verify.Failed},
		{"no servers", metadata(`{"resource":"https://api.example/mcp"}`), false, "authorization_servers", verify.Warning},
		{"no servers for MCP", metadata(`{"resource":"https://api.example/mcp"}`), true, "authorization_servers", verify.Failed},
		{"servers of another type", metadata(`{"resource":"https://api.example/mcp","authorization_servers":"https://issuer.example"}`), false, "authorization_servers", verify.Failed},
		{"the media type", func(e *resource.Chain) { e.Metadata.ServedJSON = false }, false, "content_type", verify.Warning},
		{"no keys", func(e *resource.Chain) { e.Servers[0].KeysErr = errors.New("gone") }, false, "server_keys", verify.Failed},
		{"another issuer", func(e *resource.Chain) {
			e.Servers[0].Err = &provider.IssuerMismatchError{Asked: "https://issuer.example", Found: "https://issuer.example/"}
		}, false, "server_issuer", verify.Failed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := &resource.Chain{
				URL: url, Found: "resource_metadata",
				Response: &provider.Response{Status: http.StatusUnauthorized, Header: http.Header{"Www-Authenticate": {`Bearer scope="a", resource_metadata="https://api.example/x"`}}},
				Metadata: &provider.Document{Object: parse(t, `{"resource":"https://api.example/mcp","authorization_servers":["https://issuer.example"]}`), ServedJSON: true},
				Servers: []resource.Server{{Issuer: "https://issuer.example", Metadata: &provider.Metadata{
					Issuer: "https://issuer.example", JWKSURI: "https://issuer.example/keys", Document: parse(t, `{"code_challenge_methods_supported":["S256"]}`),
				}}},
			}
			test.change(e)
			chain := resource.Check(e, test.mcp)
			for _, l := range chain.Links {
				if l.ID == test.link {
					if l.Status != test.want || l.Message == "" || l.Status == verify.Failed && !l.Unavailable && l.Spec == "" {
						t.Errorf("got %+v", l)
					}
					return
				}
			}
			t.Errorf("no link %s in %+v", test.link, chain.Links)
		})
	}
}

func challenge(value string) func(*resource.Chain) {
	return func(e *resource.Chain) { e.Response.Header = http.Header{"Www-Authenticate": {value}} }
}

func metadata(text string) func(*resource.Chain) {
	return func(e *resource.Chain) {
		object, err := strictjson.ParseObject([]byte(text))
		if err != nil {
			panic(err)
		}
		e.Metadata.Object = object
	}
}

func parse(t *testing.T, text string) strictjson.Value {
	t.Helper()
	v, err := strictjson.ParseObject([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}
