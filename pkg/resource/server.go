package resource

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// server checks an authorization server.
func (c *Chain) server(s *Server) {
	const id, spec = "server_metadata", "RFC 8414 section 3"
	if m, ok := errors.AsType[*provider.IssuerMismatchError](s.Err); ok {
		c.pass(id, spec, "%s", m.URL)
		c.say("server_issuer", verify.Failed, "RFC 8414 section 3.3", fmt.Sprintf("name the issuer %q in authorization_servers, exactly as it names itself", m.Found),
			"the server's metadata is for issuer %q, authorization_servers has %q: %s", m.Found, m.Asked, difference(m.Asked, m.Found))
		return
	}
	if s.Metadata == nil {
		c.unavailable(id, verify.Failed, spec, "serve metadata for that issuer at its well-known address, or correct authorization_servers", s.Err.Error())
		return
	}
	c.pass(id, spec, "%s (%s)", s.Metadata.URL, s.Metadata.Form)
	c.issuer(s)
	c.endpoints(s)
	c.pkce(s)
	c.registration(s)
	c.issParameter(s)
	c.scopes(s)
	c.keys(s)
}

// issuer compares the issuer that the API names with the one in the metadata.
func (c *Chain) issuer(s *Server) {
	const id = "server_issuer"
	u, err := url.Parse(s.Issuer)
	switch {
	case s.Metadata.Issuer != s.Issuer: // the full URL of metadata is not an issuer
		c.say(id, verify.Failed, specMembers, fmt.Sprintf("name the issuer %q in authorization_servers", s.Metadata.Issuer),
			"authorization_servers has %q, which is not the issuer %q", s.Issuer, s.Metadata.Issuer)
	case err == nil && u.Scheme == "http":
		c.say(id, verify.Warning, "RFC 8414 section 2", "use https, except on a single machine", "the issuer matches; it is http, which is for tests on one machine")
	default:
		c.pass(id, "RFC 8414 section 3.3", "the issuer matches")
	}
}

func (s *Server) has(name string) bool {
	text, ok := s.Metadata.Document.Get(name).Text()
	return ok && text != ""
}

func (c *Chain) endpoints(s *Server) {
	missing := slices.DeleteFunc([]string{"authorization_endpoint", "token_endpoint"}, s.has)
	if len(missing) > 0 {
		c.say("server_endpoints", c.required(), c.orMCP("RFC 8414 section 2"), "name them in the server's metadata", "the metadata has no %s", strings.Join(missing, " and no "))
		return
	}
	c.pass("server_endpoints", "RFC 8414 section 2", "authorization and token endpoint are named")
}

// pkce checks whether clients can tell that PKCE with S256 works.
func (c *Chain) pkce(s *Server) {
	const id, spec = "server_pkce", "RFC 8414 section 2, RFC 7636 section 4.2"
	list, ok := s.Metadata.Document.Get("code_challenge_methods_supported").TextList()
	switch {
	case ok && slices.Contains(list, "S256"):
		c.pass(id, spec, "PKCE with S256")
	case ok:
		c.say(id, verify.Failed, c.orMCP(spec), "support S256", "code_challenge_methods_supported has no S256: %s", strings.Join(list, ", "))
	default:
		c.say(id, c.required(), c.orMCP(spec), `support PKCE and set code_challenge_methods_supported to ["S256"]`,
			"no code_challenge_methods_supported: clients that require PKCE stop here")
	}
}

// registration checks how a client that nobody knows gets a client_id.
func (c *Chain) registration(s *Server) {
	const id = "server_registration"
	var ways []string
	if s.Metadata.Document.Get("client_id_metadata_document_supported").True() {
		ways = append(ways, "client ID metadata documents")
	}
	if s.has("registration_endpoint") {
		ways = append(ways, "dynamic registration (RFC 7591)")
	}
	if len(ways) == 0 {
		c.say(id, verify.Warning, c.orMCP("RFC 7591 section 3"), "support client ID metadata documents or dynamic registration, or register each client",
			"neither client ID metadata documents nor dynamic registration: every client has to be registered by hand")
		return
	}
	c.pass(id, "RFC 7591 section 3", "%s", strings.Join(ways, ", "))
}

// issParameter checks the defence against mix-up attacks, which a client of
// several servers needs (RFC 9207).
func (c *Chain) issParameter(s *Server) {
	const id, spec, name = "server_iss_parameter", "RFC 9207 section 2", "authorization_response_iss_parameter_supported"
	switch {
	case s.Metadata.Document.Get(name).True():
		c.pass(id, spec, "authorization responses name the issuer")
	case len(c.Servers) > 1:
		c.say(id, verify.Warning, spec, "send iss in authorization responses and set "+name, "no %s: with several servers, a client cannot tell which one answered", name)
	default:
		c.say(id, verify.NotChecked, spec, "", "authorization responses do not name the issuer; with one server, they need not")
	}
}

// scopes compares what the API wants with what the server gives.
func (c *Chain) scopes(s *Server) {
	const id, spec = "server_scopes", "RFC 9728 section 2"
	gives := scopesOf(s.Metadata.Document)
	if missing := without(scopesOf(c.object()), gives); len(gives) > 0 && len(missing) > 0 {
		c.say(id, verify.Warning, spec, "add them to scopes_supported of the server, or remove them from the API's", "the API lists scopes that the server does not: %s", strings.Join(missing, ", "))
	}
}

// keys checks the key set, which an API needs that verifies tokens by itself.
func (c *Chain) keys(s *Server) {
	const id, spec = "server_keys", "RFC 8414 section 2"
	switch {
	case s.Metadata.JWKSURI == "":
		c.say(id, verify.Warning, spec, "name jwks_uri, unless tokens are opaque", "the metadata names no jwks_uri: tokens can only be introspected")
	case s.Keys == nil && s.KeysErr == nil:
		c.say(id, verify.NotChecked, spec, "", "the keys were not fetched")
	case s.Keys == nil:
		c.unavailable(id, verify.Failed, spec, "serve the key set at jwks_uri", s.KeysErr.Error())
	case len(s.Keys.Set.Usable()) == 0:
		c.say(id, verify.Failed, "RFC 7517 section 5", "publish the keys that sign tokens", "no key of %s can verify a signature", s.Keys.URL)
	default:
		c.pass(id, spec, "%d usable, %s", len(s.Keys.Set.Usable()), s.Keys.URL)
	}
}
