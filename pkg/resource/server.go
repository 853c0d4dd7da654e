package resource

import (
	"fmt"
	"slices"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/verify"
)

// A serverChecker looks at one authorization server.
type serverChecker struct {
	*checker
	*Server
}

func (s *serverChecker) say(id string, status verify.Status, spec, fix, format string, args ...any) {
	s.add(Link{ID: id, Status: status, Server: s.Issuer, Message: fmt.Sprintf(format, args...), Fix: fix, Spec: spec})
}

func (s *serverChecker) all() {
	if !s.document() {
		return
	}
	s.endpoints()
	s.pkce()
	s.registration()
	s.issParameter()
	s.scopes()
	s.keys()
}

// document checks whether the server's metadata is there and for the issuer that
// the API names, and reports whether anything in it may be used.
func (s *serverChecker) document() bool {
	if m := mismatch(s.Err); m != nil {
		s.say("server_metadata", verify.Passed, "RFC 8414 section 3", "", "%s", m.URL)
		s.say("server_issuer", verify.Failed, "RFC 8414 section 3.3", fmt.Sprintf("name the issuer %q in authorization_servers, exactly as it names itself", m.Found),
			"the server's metadata is for issuer %q, authorization_servers has %q: %s", m.Found, m.Asked, difference(m.Asked, m.Found))
		return false
	}
	if s.Metadata == nil {
		s.add(Link{ID: "server_metadata", Status: verify.Failed, Server: s.Issuer, Unavailable: true, Message: s.Err.Error(), Spec: "RFC 8414 section 3",
			Fix: "serve metadata for that issuer at its well-known address, or correct authorization_servers"})
		return false
	}
	s.say("server_metadata", verify.Passed, "RFC 8414 section 3", "", "%s (%s)", s.Metadata.URL, s.Metadata.Form)
	if s.Metadata.Issuer != s.Issuer { // the full URL of metadata is not an issuer
		s.say("server_issuer", verify.Failed, "RFC 9728 section 2", fmt.Sprintf("name the issuer %q in authorization_servers", s.Metadata.Issuer),
			"authorization_servers has %q, which is not the issuer %q", s.Issuer, s.Metadata.Issuer)
		return true
	}
	if plainHTTP(s.Issuer) {
		s.say("server_issuer", verify.Warning, "RFC 8414 section 2", "use https, except on a single machine", "the issuer matches; it is http, which is for tests on one machine")
		return true
	}
	s.say("server_issuer", verify.Passed, "RFC 8414 section 3.3", "", "the issuer matches")
	return true
}

func (s *serverChecker) has(name string) bool {
	text, ok := s.Metadata.Document.Get(name).Text()
	return ok && text != ""
}

func (s *serverChecker) endpoints() {
	var missing []string
	for _, name := range []string{"authorization_endpoint", "token_endpoint"} {
		if !s.has(name) {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		s.say("server_endpoints", s.required(), s.orMCP("RFC 8414 section 2"), "name them in the server's metadata", "the metadata has no %s", strings.Join(missing, " and no "))
		return
	}
	s.say("server_endpoints", verify.Passed, "RFC 8414 section 2", "", "authorization and token endpoint are named")
}

// pkce checks whether clients can tell that PKCE with S256 works.
func (s *serverChecker) pkce() {
	const id, spec = "server_pkce", "RFC 8414 section 2, RFC 7636 section 4.2"
	list, ok := s.Metadata.Document.Get("code_challenge_methods_supported").TextList()
	switch {
	case ok && slices.Contains(list, "S256"):
		s.say(id, verify.Passed, spec, "", "PKCE with S256")
	case ok:
		s.say(id, verify.Failed, s.orMCP(spec), "support S256", "code_challenge_methods_supported has no S256: %s", strings.Join(list, ", "))
	default:
		s.say(id, s.required(), s.orMCP(spec), `support PKCE and set code_challenge_methods_supported to ["S256"]`,
			"no code_challenge_methods_supported: clients that require PKCE stop here")
	}
}

// registration checks how a client that nobody knows gets a client_id.
func (s *serverChecker) registration() {
	const id = "server_registration"
	var ways []string
	if s.Metadata.Document.Get("client_id_metadata_document_supported").True() {
		ways = append(ways, "client ID metadata documents")
	}
	if s.has("registration_endpoint") {
		ways = append(ways, "dynamic registration (RFC 7591)")
	}
	if len(ways) == 0 {
		s.say(id, verify.Warning, s.orMCP("RFC 7591 section 3"), "support client ID metadata documents or dynamic registration, or register each client",
			"neither client ID metadata documents nor dynamic registration: every client has to be registered by hand")
		return
	}
	s.say(id, verify.Passed, "RFC 7591 section 3", "", "%s", strings.Join(ways, ", "))
}

// issParameter checks the defence against mix-up attacks, which a client of
// several servers needs (RFC 9207).
func (s *serverChecker) issParameter() {
	const id, spec, name = "server_iss_parameter", "RFC 9207 section 2", "authorization_response_iss_parameter_supported"
	switch {
	case s.Metadata.Document.Get(name).True():
		s.say(id, verify.Passed, spec, "", "authorization responses name the issuer")
	case len(s.Servers) > 1:
		s.say(id, verify.Warning, spec, "send iss in authorization responses and set "+name, "no %s: with several servers, a client cannot tell which one answered", name)
	default:
		s.say(id, verify.NotChecked, spec, "", "authorization responses do not name the issuer; with one server, they need not")
	}
}

// scopes compares what the API wants with what the server gives.
func (s *serverChecker) scopes() {
	const id, spec = "server_scopes", "RFC 9728 section 2"
	gives := scopesOf(s.Metadata.Document, "scopes_supported")
	if len(gives) == 0 {
		return
	}
	var missing []string
	for _, scope := range scopesOf(s.object(), "scopes_supported") {
		if !slices.Contains(gives, scope) {
			missing = append(missing, scope)
		}
	}
	if len(missing) > 0 {
		s.say(id, verify.Warning, spec, "add them to scopes_supported of the server, or remove them from the API's", "the API lists scopes that the server does not: %s", strings.Join(missing, ", "))
	}
}

// keys checks the key set, which an API needs that verifies tokens by itself.
func (s *serverChecker) keys() {
	const id, spec = "server_keys", "RFC 8414 section 2"
	switch {
	case s.Metadata.JWKSURI == "":
		s.say(id, verify.Warning, spec, "name jwks_uri, unless tokens are opaque", "the metadata names no jwks_uri: tokens can only be introspected")
	case s.Keys == nil && s.KeysErr == nil:
		s.say(id, verify.NotChecked, spec, "", "the keys were not fetched")
	case s.Keys == nil:
		s.add(Link{ID: id, Status: verify.Failed, Server: s.Issuer, Unavailable: true, Message: s.KeysErr.Error(), Spec: spec, Fix: "serve the key set at jwks_uri"})
	case len(s.Keys.Set.Usable()) == 0:
		s.say(id, verify.Failed, "RFC 7517 section 5", "publish the keys that sign tokens", "no key of %s can verify a signature", s.Keys.URL)
	default:
		s.say(id, verify.Passed, spec, "", "%d usable, %s", len(s.Keys.Set.Usable()), s.Keys.URL)
	}
}
