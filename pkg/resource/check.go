package resource

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/challenge"
	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

const (
	specMCP       = "MCP authorization 2025-11-25"
	specChallenge = "RFC 9728 section 5.1"
	specMetadata  = "RFC 9728 section 3.1"
	specMembers   = "RFC 9728 section 2"
)

// Check reports which links work. It makes no request. With mcp, it also requires
// what the MCP authorization specification of 2025-11-25 demands.
func Check(e *Evidence, mcp bool) *Chain {
	c := &checker{Chain: Chain{Evidence: *e}, mcp: mcp}
	c.request()
	if c.Response == nil {
		return &c.Chain
	}
	c.challenge()
	c.document()
	if c.Metadata == nil {
		return &c.Chain
	}
	c.identifier()
	c.methods()
	c.serverList()
	for i := range c.Servers {
		s := &serverChecker{checker: c, Server: &c.Servers[i]}
		s.all()
	}
	return &c.Chain
}

type checker struct {
	Chain
	mcp bool
}

// required is the status of what only MCP demands.
func (c *checker) required() verify.Status {
	if c.mcp {
		return verify.Failed
	}
	return verify.Warning
}

// orMCP is the section that demands something: MCP's where only that does.
func (c *checker) orMCP(spec string) string {
	if c.mcp {
		return specMCP
	}
	return spec
}

func (c *checker) pass(id, spec, format string, args ...any) {
	c.add(Link{ID: id, Status: verify.Passed, Message: fmt.Sprintf(format, args...), Spec: spec})
}

// request checks the status of the answer to a request without a token.
func (c *checker) request() {
	const id, spec = "request", "RFC 9110 section 15.5.2"
	if c.Response == nil {
		c.add(Link{ID: id, Status: verify.Failed, Message: c.Err.Error(), Unavailable: true})
		return
	}
	status := statusText(c.Response.Status)
	switch code := c.Response.Status; {
	case code == http.StatusUnauthorized:
		c.pass(id, spec, "GET without a token: %s", status)
	case code < 300:
		c.add(Link{ID: id, Status: verify.Failed, Message: "GET without a token: " + status + ": this address needs no token", Spec: spec,
			Fix: "if it does, answer requests without a token with 401 and a challenge"})
	case code < 400:
		c.add(Link{ID: id, Status: verify.Failed, Message: "GET without a token: " + status + ", a redirect", Spec: spec,
			Fix: "answer 401 with a challenge: a program cannot use a login page"})
	case code == http.StatusForbidden:
		c.add(Link{ID: id, Status: verify.Failed, Message: "GET without a token: " + status + ", not 401", Spec: spec, Fix: "answer 401 if no token was sent; 403 is for a token with too few rights"})
	default:
		c.add(Link{ID: id, Status: verify.Warning, Message: "GET without a token: " + status + ": this does not show what a client without a token gets", Spec: spec,
			Fix: "authenticate before anything else, so that every method is answered with 401 and a challenge"})
	}
}

// challenge checks WWW-Authenticate.
func (c *checker) challenge() {
	const id = "challenge"
	list, err := challenge.Parse(c.Response.Header.Values("WWW-Authenticate")...)
	problems := challenge.Check(c.Response.Status, false, list)
	switch {
	case c.Response.Status != http.StatusUnauthorized && len(list) == 0:
		c.add(Link{ID: id, Status: verify.NotChecked, Message: "no 401 response, so no challenge"})
		return
	case len(problems) > 0:
		status := verify.Failed
		if c.bearer(list).Scheme != "" { // a client still learns what it needs
			status = verify.Warning
		}
		c.add(Link{ID: id, Status: status, Message: problems[0].Text, Spec: problems[0].Spec, Fix: "answer with: WWW-Authenticate: " + c.goodChallenge()})
	case err != nil:
		first, _, _ := strings.Cut(err.Error(), "\n")
		c.add(Link{ID: id, Status: verify.Failed, Message: "WWW-Authenticate is malformed: " + first, Spec: "RFC 9110 section 11.6.1", Fix: "answer with: WWW-Authenticate: " + c.goodChallenge()})
	default:
		c.pass(id, "RFC 6750 section 3", "WWW-Authenticate: %s", strings.Join(schemes(list), ", "))
	}
	c.named()
	if scope := c.bearer(list).Param("scope"); scope != "" {
		c.pass("challenge_scope", "RFC 6750 section 3", "the challenge asks for the scope %q", scope)
	} else if c.mcp {
		c.add(Link{ID: "challenge_scope", Status: verify.Warning, Message: "the challenge names no scope: clients ask for all of scopes_supported", Spec: specMCP, Fix: `add scope="…" with what a first request needs`})
	}
}

func (c *checker) named() {
	const id = "challenge_resource_metadata"
	if named := c.namedMetadata(); named != "" {
		c.pass(id, specChallenge, "resource_metadata is %s", named)
		return
	}
	c.add(Link{ID: id, Status: verify.Warning, Message: "the challenge does not name the metadata: clients have to guess where it is", Spec: specChallenge,
		Fix: "answer with: WWW-Authenticate: " + c.goodChallenge()})
}

// goodChallenge is one that would do.
func (c *checker) goodChallenge() string {
	inserted, _ := wellKnown(strings.TrimSuffix(c.shownURL(), "?…"))
	text, err := challenge.Challenge{Scheme: "Bearer", Params: []challenge.Param{{Name: "resource_metadata", Value: inserted}}}.Encode()
	if err != nil {
		return "Bearer"
	}
	return text
}

func (c *checker) bearer(list []challenge.Challenge) challenge.Challenge {
	if bearer, ok := challenge.Find(list, "Bearer"); ok {
		return bearer
	}
	dpop, _ := challenge.Find(list, "DPoP")
	return dpop
}

func schemes(list []challenge.Challenge) []string {
	names := make([]string, len(list))
	for i, c := range list {
		names[i] = c.Scheme
	}
	return names
}

// document checks whether there is metadata, and how it is served.
func (c *checker) document() {
	const id = "metadata"
	if c.Metadata == nil {
		inserted, _ := wellKnown(c.shownURL())
		c.add(Link{ID: id, Status: verify.Failed, Unavailable: true, Spec: specMetadata,
			Message: "no metadata of this resource: " + c.MetadataErr.Error(), Fix: "serve it at " + inserted})
		return
	}
	where := map[string]string{foundNamed: "where the challenge says", foundInserted: "at its well-known address", foundRoot: "at the root of the host"}[c.Found]
	c.pass(id, specMetadata, "%s, %s", c.Metadata.URL, where)
	if !c.Metadata.ServedJSON {
		c.add(Link{ID: "content_type", Status: verify.Warning, Message: fmt.Sprintf("the metadata is served as %q, not application/json", c.Metadata.ContentType), Spec: "RFC 9728 section 3.2", Fix: "serve it as application/json"})
	}
}

// shownURL is the URL of the API without what may be secret in its query.
func (c *checker) shownURL() string {
	before, _, query := strings.Cut(c.URL, "?")
	if query {
		return before + "?…"
	}
	return before
}

// identifier compares resource with the URL that was asked for, byte for byte.
func (c *checker) identifier() {
	const id, spec = "resource_identifier", "RFC 9728 section 3.3"
	found, ok := c.object().Get("resource").Text()
	switch {
	case !ok:
		c.add(Link{ID: id, Status: verify.Failed, Message: `the metadata has no "resource", or it is not a string`, Spec: specMembers, Fix: fmt.Sprintf("set resource to %q", c.shownURL())})
		return
	case found == c.URL:
		c.pass(id, spec, "resource is the requested URL")
		return
	case c.Found == foundRoot && strings.TrimSuffix(found, "/") == origin(c.URL):
		c.add(Link{ID: id, Status: verify.Warning, Message: fmt.Sprintf("the metadata is for the whole host, %s: strict clients refuse it for %s", found, c.shownURL()), Spec: spec,
			Fix: fmt.Sprintf("serve metadata with resource %q at its own well-known address", c.shownURL())})
		return
	}
	c.add(Link{ID: id, Status: verify.Failed, Message: fmt.Sprintf("resource is %q, the requested URL is %q: %s", found, c.shownURL(), difference(c.URL, found)), Spec: spec,
		Fix: fmt.Sprintf("set resource to %q, or let clients use %q", c.shownURL(), found)})
}

// difference names how two identifiers differ.
func difference(wanted, found string) string {
	d := verify.Compare(wanted, found)
	if d == nil {
		return "no difference"
	}
	switch d.Cause {
	case "different_slash":
		return "they differ only in a trailing slash"
	case "different_case":
		return "they differ only in letter case"
	case "different_scheme":
		return "they differ in http and https"
	case "different_port":
		return "they differ in the port"
	case "different_host":
		return "they differ in the host"
	}
	if strings.HasPrefix(wanted, strings.TrimSuffix(found, "/")+"/") {
		return "it lacks a part of the path"
	}
	return "they differ in the path"
}

// methods checks how a token has to be sent.
func (c *checker) methods() {
	v := c.object().Get("bearer_methods_supported")
	if !v.Exists() {
		return
	}
	list, ok := v.TextList()
	switch {
	case !ok:
		c.add(Link{ID: "bearer_methods", Status: verify.Failed, Message: "bearer_methods_supported is not an array of strings", Spec: specMembers, Fix: `set it to ["header"]`})
	case !slices.Contains(list, "header"):
		c.add(Link{ID: "bearer_methods", Status: c.required(), Message: fmt.Sprintf("bearer_methods_supported has no header: %s", strings.Join(list, ", ")), Spec: c.orMCP(specMembers), Fix: `accept the Authorization header and set bearer_methods_supported to ["header"]`})
	default:
		c.pass("bearer_methods", specMembers, "the Authorization header is accepted")
	}
}

// serverList checks authorization_servers.
func (c *checker) serverList() {
	const id = "authorization_servers"
	v := c.object().Get("authorization_servers")
	list, ok := v.TextList()
	switch {
	case v.Exists() && !ok:
		c.add(Link{ID: id, Status: verify.Failed, Message: "authorization_servers is not an array of strings", Spec: specMembers, Fix: `set it to ["https://the-issuer"]`})
	case len(list) == 0:
		c.add(Link{ID: id, Status: c.required(), Message: "the metadata names no authorization server: clients cannot tell where to get a token", Spec: c.orMCP(specMembers), Fix: `set authorization_servers to ["https://the-issuer"]`})
	case len(list) > maxServers:
		c.add(Link{ID: id, Status: verify.Warning, Message: fmt.Sprintf("%d authorization servers; only the first %d are looked at", len(list), maxServers), Spec: specMembers})
	default:
		c.pass(id, specMembers, "%s", strings.Join(list, ", "))
	}
}

func statusText(status int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status)))
}

// scopesOf is an array of strings of a document, as a list.
func scopesOf(v strictjson.Value, name string) []string {
	list, _ := v.Get(name).TextList()
	return list
}

// plainHTTP reports whether a URL is http.
func plainHTTP(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Scheme == "http"
}

// mismatch is the error of metadata for another issuer, or nil.
func mismatch(err error) *provider.IssuerMismatchError {
	var m *provider.IssuerMismatchError
	if errors.As(err, &m) {
		return m
	}
	return nil
}
