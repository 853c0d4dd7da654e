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

// Judge says which links hold. It asks nobody.
func Judge(e *Evidence, rules Rules) *Chain {
	j := &judge{Chain: Chain{Evidence: *e}, rules: rules}
	j.request()
	if j.Response == nil {
		return &j.Chain
	}
	j.challenge()
	j.document()
	if j.Metadata == nil {
		return &j.Chain
	}
	j.identifier()
	j.methods()
	j.serverList()
	for i := range j.Servers {
		s := &serverJudge{judge: j, Server: &j.Servers[i]}
		s.all()
	}
	return &j.Chain
}

type judge struct {
	Chain
	rules Rules
}

func (j *judge) mcp() bool { return j.rules == RulesMCP }

// required is the status of what only MCP demands.
func (j *judge) required() verify.Status {
	if j.mcp() {
		return verify.Failed
	}
	return verify.Warning
}

// orMCP is the section that demands something: MCP's where only that does.
func (j *judge) orMCP(spec string) string {
	if j.mcp() {
		return specMCP
	}
	return spec
}

func (j *judge) add(l Link) { j.Links = append(j.Links, l) }

func (j *judge) pass(id, spec, format string, args ...any) {
	j.add(Link{ID: id, Status: verify.Passed, Message: fmt.Sprintf(format, args...), Spec: spec})
}

// request judges the status of the answer to a request without a token.
func (j *judge) request() {
	const id, spec = "request", "RFC 9110 section 15.5.2"
	if j.Response == nil {
		j.add(Link{ID: id, Status: verify.Failed, Message: j.Err.Error(), Unavailable: true})
		return
	}
	status := statusText(j.Response.Status)
	switch code := j.Response.Status; {
	case code == http.StatusUnauthorized:
		j.pass(id, spec, "GET without a token: %s", status)
	case code < 300:
		j.add(Link{ID: id, Status: verify.Failed, Message: "GET without a token: " + status + ": this address needs no token", Spec: spec,
			Fix: "if it does, answer requests without a token with 401 and a challenge"})
	case code < 400:
		j.add(Link{ID: id, Status: verify.Failed, Message: "GET without a token: " + status + ", a redirect", Spec: spec,
			Fix: "answer 401 with a challenge: a program cannot use a login page"})
	case code == http.StatusForbidden:
		j.add(Link{ID: id, Status: verify.Failed, Message: "GET without a token: " + status + ", not 401", Spec: spec, Fix: "answer 401 if no token was sent; 403 is for a token with too few rights"})
	default:
		j.add(Link{ID: id, Status: verify.Warning, Message: "GET without a token: " + status + ": this does not show what a client without a token gets", Spec: spec,
			Fix: "authenticate before anything else, so that every method is answered with 401 and a challenge"})
	}
}

// challenge judges WWW-Authenticate.
func (j *judge) challenge() {
	const id = "challenge"
	list, err := challenge.Parse(j.Response.Header.Values("WWW-Authenticate")...)
	problems := challenge.Check(j.Response.Status, false, list)
	switch {
	case j.Response.Status != http.StatusUnauthorized && len(list) == 0:
		j.add(Link{ID: id, Status: verify.NotChecked, Message: "no 401 response, so no challenge"})
		return
	case len(problems) > 0:
		status := verify.Failed
		if j.bearer(list).Scheme != "" { // a client still learns what it needs
			status = verify.Warning
		}
		j.add(Link{ID: id, Status: status, Message: problems[0].Text, Spec: problems[0].Spec, Fix: "answer with: WWW-Authenticate: " + j.goodChallenge()})
	case err != nil:
		first, _, _ := strings.Cut(err.Error(), "\n")
		j.add(Link{ID: id, Status: verify.Failed, Message: "WWW-Authenticate is malformed: " + first, Spec: "RFC 9110 section 11.6.1", Fix: "answer with: WWW-Authenticate: " + j.goodChallenge()})
	default:
		j.pass(id, "RFC 6750 section 3", "WWW-Authenticate: %s", strings.Join(schemes(list), ", "))
	}
	j.named()
	if scope := j.bearer(list).Param("scope"); scope != "" {
		j.pass("challenge_scope", "RFC 6750 section 3", "the challenge asks for the scope %q", scope)
	} else if j.mcp() {
		j.add(Link{ID: "challenge_scope", Status: verify.Warning, Message: "the challenge names no scope: clients ask for all of scopes_supported", Spec: specMCP, Fix: `add scope="…" with what a first request needs`})
	}
}

func (j *judge) named() {
	const id = "challenge_resource_metadata"
	if named := j.namedMetadata(); named != "" {
		j.pass(id, specChallenge, "resource_metadata is %s", named)
		return
	}
	j.add(Link{ID: id, Status: verify.Warning, Message: "the challenge does not name the metadata: clients have to guess where it is", Spec: specChallenge,
		Fix: "answer with: WWW-Authenticate: " + j.goodChallenge()})
}

// goodChallenge is one that would do.
func (j *judge) goodChallenge() string {
	inserted, _ := wellKnown(strings.TrimSuffix(j.shownURL(), "?…"))
	text, err := challenge.Challenge{Scheme: challenge.Bearer, Params: []challenge.Param{{Name: "resource_metadata", Value: inserted}}}.Encode()
	if err != nil {
		return challenge.Bearer
	}
	return text
}

func (j *judge) bearer(list []challenge.Challenge) challenge.Challenge {
	if c, ok := challenge.Find(list, challenge.Bearer); ok {
		return c
	}
	c, _ := challenge.Find(list, challenge.DPoP)
	return c
}

func schemes(list []challenge.Challenge) []string {
	names := make([]string, len(list))
	for i, c := range list {
		names[i] = c.Scheme
	}
	return names
}

// document judges whether there is metadata, and how it is served.
func (j *judge) document() {
	const id = "metadata"
	if j.Metadata == nil {
		tried := make([]string, len(j.Attempts))
		for i, a := range j.Attempts {
			tried[i] = a.Err.Error()
		}
		inserted, _ := wellKnown(j.shownURL())
		j.add(Link{ID: id, Status: verify.Failed, Unavailable: true, Spec: specMetadata,
			Message: "no metadata of this resource: " + strings.Join(tried, "; "), Fix: "serve it at " + inserted})
		return
	}
	where := map[string]string{placeNamed: "where the challenge says", placeInserted: "at its well-known address", placeRoot: "at the root of the host"}[j.Found]
	j.pass(id, specMetadata, "%s, %s", j.Metadata.URL, where)
	if !j.Metadata.ServedJSON {
		j.add(Link{ID: "content_type", Status: verify.Warning, Message: fmt.Sprintf("the metadata is served as %q, not application/json", j.Metadata.ContentType), Spec: "RFC 9728 section 3.2", Fix: "serve it as application/json"})
	}
}

// shownURL is the URL of the API without what may be secret in its query.
func (j *judge) shownURL() string {
	before, _, query := strings.Cut(j.URL, "?")
	if query {
		return before + "?…"
	}
	return before
}

// identifier compares resource with the URL that was asked for, byte for byte.
func (j *judge) identifier() {
	const id, spec = "resource_identifier", "RFC 9728 section 3.3"
	found, ok := j.Object().Get("resource").Text()
	switch {
	case !ok:
		j.add(Link{ID: id, Status: verify.Failed, Message: `the metadata has no "resource", or it is not a string`, Spec: specMembers, Fix: fmt.Sprintf("set resource to %q", j.shownURL())})
		return
	case found == j.URL:
		j.pass(id, spec, "resource is the requested URL")
		return
	case j.Found == placeRoot && strings.TrimSuffix(found, "/") == origin(j.URL):
		j.add(Link{ID: id, Status: verify.Warning, Message: fmt.Sprintf("the metadata is for the whole host, %s: strict clients refuse it for %s", found, j.shownURL()), Spec: spec,
			Fix: fmt.Sprintf("serve metadata with resource %q at its own well-known address", j.shownURL())})
		return
	}
	j.add(Link{ID: id, Status: verify.Failed, Message: fmt.Sprintf("resource is %q, the requested URL is %q: %s", found, j.shownURL(), difference(j.URL, found)), Spec: spec,
		Fix: fmt.Sprintf("set resource to %q, or let clients use %q", j.shownURL(), found)})
}

// difference names how two identifiers differ.
func difference(wanted, found string) string {
	d := verify.Compare(wanted, found)
	if d == nil {
		return "no difference"
	}
	switch d.Kind {
	case "different_slash":
		return "they differ by a slash at the end"
	case "different_case":
		return "they differ in upper and lower case"
	case "different_scheme":
		return "they differ by http and https"
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

// methods judges how a token has to be sent.
func (j *judge) methods() {
	v := j.Object().Get("bearer_methods_supported")
	if !v.Exists() {
		return
	}
	list, ok := v.TextList()
	switch {
	case !ok:
		j.add(Link{ID: "bearer_methods", Status: verify.Failed, Message: "bearer_methods_supported is not an array of strings", Spec: specMembers, Fix: `set it to ["header"]`})
	case !slices.Contains(list, "header"):
		j.add(Link{ID: "bearer_methods", Status: j.required(), Message: fmt.Sprintf("bearer_methods_supported has no header: %s", strings.Join(list, ", ")), Spec: j.orMCP(specMembers), Fix: `accept the Authorization header and set bearer_methods_supported to ["header"]`})
	default:
		j.pass("bearer_methods", specMembers, "the Authorization header is accepted")
	}
}

// serverList judges authorization_servers.
func (j *judge) serverList() {
	const id = "authorization_servers"
	v := j.Object().Get("authorization_servers")
	list, ok := v.TextList()
	switch {
	case v.Exists() && !ok:
		j.add(Link{ID: id, Status: verify.Failed, Message: "authorization_servers is not an array of strings", Spec: specMembers, Fix: `set it to ["https://the-issuer"]`})
	case len(list) == 0:
		j.add(Link{ID: id, Status: j.required(), Message: "the metadata names no authorization server: clients cannot tell where to get a token", Spec: j.orMCP(specMembers), Fix: `set authorization_servers to ["https://the-issuer"]`})
	case len(list) > maxServers:
		j.add(Link{ID: id, Status: verify.Warning, Message: fmt.Sprintf("%d authorization servers; only the first %d are looked at", len(list), maxServers), Spec: specMembers})
	default:
		j.pass(id, specMembers, "%s", strings.Join(list, ", "))
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
