package resource

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/challenge"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

const (
	specMCP       = "MCP authorization 2025-11-25"
	specChallenge = "RFC 9728 section 5.1"
	specMetadata  = "RFC 9728 section 3.1"
	specMembers   = "RFC 9728 section 2"
)

// check adds the links that follow from what was fetched. It makes no request.
func (c *Chain) check() {
	c.request()
	c.challenge()
	c.document()
	if c.Metadata == nil {
		return
	}
	c.identifier()
	c.methods()
	c.serverList()
	for i := range c.Servers {
		first := len(c.Links)
		c.server(&c.Servers[i])
		for n := range c.Links[first:] {
			c.Links[first+n].Server = c.Servers[i].Issuer
		}
	}
}

// required is the status of what only MCP demands.
func (c *Chain) required() verify.Status {
	if c.mcp {
		return verify.Failed
	}
	return verify.Warning
}

// orMCP is the section that demands something: MCP's where only that does.
func (c *Chain) orMCP(spec string) string {
	if c.mcp {
		return specMCP
	}
	return spec
}

func (c *Chain) pass(id, spec, format string, args ...any) {
	c.say(id, verify.Passed, spec, "", format, args...)
}

// request checks the status of the answer to a request without a token.
func (c *Chain) request() {
	status, about, fix := verify.Failed, "", ""
	switch code := c.Response.Status; {
	case code == http.StatusUnauthorized:
		status = verify.Passed
	case code < 300:
		about, fix = ": this address needs no token", "if it does, answer requests without a token with 401 and a challenge"
	case code < 400:
		about, fix = ", a redirect", "answer 401 with a challenge: a program cannot use a login page"
	case code == http.StatusForbidden:
		about, fix = ", not 401", "answer 401 if no token was sent; 403 is for a token with too few rights"
	default:
		status, about = verify.Warning, ": this does not show what a client without a token gets"
		fix = "authenticate before anything else, so that every method is answered with 401 and a challenge"
	}
	answer := strings.TrimSpace(fmt.Sprintf("%d %s", c.Response.Status, http.StatusText(c.Response.Status)))
	c.say("request", status, "RFC 9110 section 15.5.2", fix, "GET without a token: %s%s", answer, about)
}

// challenge checks WWW-Authenticate.
func (c *Chain) challenge() {
	const id = "challenge"
	list, err := challenge.Parse(c.Response.Header.Values("WWW-Authenticate")...)
	problems := challenge.Check(c.Response.Status, false, list)
	bearer, known := challenge.Find(list, "Bearer")
	if !known {
		bearer, known = challenge.Find(list, "DPoP")
	}
	fix := "answer with: WWW-Authenticate: " + c.goodChallenge()
	switch {
	case c.Response.Status != http.StatusUnauthorized && len(list) == 0:
		c.say(id, verify.NotChecked, "", "", "no 401 response, so no challenge")
		return
	case len(problems) > 0 && known: // a client still learns what it needs
		c.say(id, verify.Warning, problems[0].Spec, fix, "%s", problems[0].Text)
	case len(problems) > 0:
		c.say(id, verify.Failed, problems[0].Spec, fix, "%s", problems[0].Text)
	case err != nil:
		first, _, _ := strings.Cut(err.Error(), "\n")
		c.say(id, verify.Failed, "RFC 9110 section 11.6.1", fix, "WWW-Authenticate is malformed: %s", first)
	default:
		schemes := make([]string, len(list))
		for i, one := range list {
			schemes[i] = one.Scheme
		}
		c.pass(id, "RFC 6750 section 3", "WWW-Authenticate: %s", strings.Join(schemes, ", "))
	}
	if named := c.parameter("resource_metadata"); named != "" {
		c.pass("challenge_resource_metadata", specChallenge, "resource_metadata is %s", named)
	} else {
		c.say("challenge_resource_metadata", verify.Warning, specChallenge, fix, "the challenge does not name the metadata: clients have to guess where it is")
	}
	if scope := bearer.Param("scope"); scope != "" {
		c.pass("challenge_scope", "RFC 6750 section 3", "the challenge asks for the scope %q", scope)
	} else if c.mcp {
		c.say("challenge_scope", verify.Warning, specMCP, `add scope="…" with what a first request needs`, "the challenge names no scope: clients ask for all of scopes_supported")
	}
}

// goodChallenge is one that would do.
func (c *Chain) goodChallenge() string {
	address, _, _ := strings.Cut(c.URL, "?")
	inserted, _ := wellKnown(address)
	text, err := challenge.Challenge{Scheme: "Bearer", Params: []challenge.Param{{Name: "resource_metadata", Value: inserted}}}.Encode()
	if err != nil {
		return "Bearer"
	}
	return text
}

// document checks whether there is metadata, and how it is served.
func (c *Chain) document() {
	const id = "metadata"
	if c.Metadata == nil {
		inserted, _ := wellKnown(c.shownURL())
		c.unavailable(id, verify.Failed, specMetadata, "serve it at "+inserted, "no metadata of this resource: "+c.MetadataErr.Error())
		return
	}
	where := map[string]string{foundNamed: "where the challenge says", foundInserted: "at its well-known address", foundRoot: "at the root of the host"}[c.Found]
	c.pass(id, specMetadata, "%s, %s", c.Metadata.URL, where)
	if !c.Metadata.ServedJSON {
		c.say("content_type", verify.Warning, "RFC 9728 section 3.2", "serve it as application/json", "the metadata is served as %q, not application/json", c.Metadata.ContentType)
	}
}

// shownURL is the URL of the API without what may be secret in its query.
func (c *Chain) shownURL() string {
	before, _, query := strings.Cut(c.URL, "?")
	if query {
		return before + "?…"
	}
	return before
}

// identifier compares resource with the URL that was asked for, byte for byte.
func (c *Chain) identifier() {
	const id, spec = "resource_identifier", "RFC 9728 section 3.3"
	found, ok := c.object().Get("resource").Text()
	_, root := wellKnown(c.URL)
	switch {
	case !ok:
		c.say(id, verify.Failed, specMembers, fmt.Sprintf("set resource to %q", c.shownURL()), `the metadata has no "resource", or it is not a string`)
	case found == c.URL:
		c.pass(id, spec, "resource is the requested URL")
	case c.Found == foundRoot && strings.TrimSuffix(found, "/")+suffix == root:
		c.say(id, verify.Warning, spec, fmt.Sprintf("serve metadata with resource %q at its own well-known address", c.shownURL()),
			"the metadata is for the whole host, %s: strict clients refuse it for %s", found, c.shownURL())
	default:
		c.say(id, verify.Failed, spec, fmt.Sprintf("set resource to %q, or let clients use %q", c.shownURL(), found),
			"resource is %q, the requested URL is %q: %s", found, c.shownURL(), difference(c.URL, found))
	}
}

// difference names how two identifiers differ.
func difference(expected, found string) string {
	switch verify.Compare(expected, found).Cause {
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
	if strings.HasPrefix(expected, strings.TrimSuffix(found, "/")+"/") {
		return "it lacks a part of the path"
	}
	return "they differ in the path"
}

// methods checks how a token has to be sent.
func (c *Chain) methods() {
	const id = "bearer_methods"
	v := c.object().Get("bearer_methods_supported")
	list, ok := v.TextList()
	switch {
	case !v.Exists():
	case !ok:
		c.say(id, verify.Failed, specMembers, `set it to ["header"]`, "bearer_methods_supported is not an array of strings")
	case !slices.Contains(list, "header"):
		c.say(id, c.required(), c.orMCP(specMembers), `accept the Authorization header and set bearer_methods_supported to ["header"]`,
			"bearer_methods_supported has no header: %s", strings.Join(list, ", "))
	default:
		c.pass(id, specMembers, "the Authorization header is accepted")
	}
}

// serverList checks authorization_servers.
func (c *Chain) serverList() {
	const id = "authorization_servers"
	v := c.object().Get("authorization_servers")
	list, ok := v.TextList()
	switch {
	case v.Exists() && !ok:
		c.say(id, verify.Failed, specMembers, `set it to ["https://the-issuer"]`, "authorization_servers is not an array of strings")
	case len(list) == 0:
		c.say(id, c.required(), c.orMCP(specMembers), `set authorization_servers to ["https://the-issuer"]`, "the metadata names no authorization server: clients cannot tell where to get a token")
	case len(list) > maxServers:
		c.say(id, verify.Warning, specMembers, "", "%d authorization servers; only the first %d are looked at", len(list), maxServers)
	default:
		c.pass(id, specMembers, "%s", strings.Join(list, ", "))
	}
}

// scopesOf is an array of strings of a document, as a list.
func scopesOf(v strictjson.Value) []string {
	list, _ := v.Get("scopes_supported").TextList()
	return list
}

// without returns the items of a list that another lacks.
func without(list, other []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(item string) bool { return slices.Contains(other, item) })
}
