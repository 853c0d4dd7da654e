package resource

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// Token adds the links of an access token for the API to a chain: it is verified
// as of a time, against the server that issued it and for the resource that the
// metadata names.
func (c *Chain) Token(raw string, now time.Time) {
	t := token.Parse(raw)
	j := &tokenJudge{Chain: c, token: t, resource: cmp.Or(c.Identifier(), c.URL)}
	server := j.server()
	if server == nil || server.Keys == nil {
		return
	}
	c.Report = verify.Verify(t, &verify.PublicKeys{Set: server.Keys.Set, Source: server.Keys.Source(), AgeSeconds: server.Keys.AgeSeconds},
		verify.Policy{Issuer: server.Issuer, Audiences: []string{j.resource}}, now)
	j.verified()
	j.scope()
	j.dpop()
}

type tokenJudge struct {
	*Chain
	token    *token.Token
	resource string // the audience
}

func (j *tokenJudge) say(id string, status verify.Status, spec, fix, format string, args ...any) {
	j.Links = append(j.Links, Link{ID: id, Status: status, Message: fmt.Sprintf(format, args...), Fix: fix, Spec: spec})
}

// server finds the authorization server that issued the token.
func (j *tokenJudge) server() *Server {
	const id, spec = "token_issuer", "RFC 9728 section 2"
	if j.Metadata == nil {
		j.say(id, verify.NotChecked, spec, "", "without the API's metadata, it is unknown who may issue tokens")
		return nil
	}
	if len(j.Servers) == 0 {
		j.say(id, verify.NotChecked, spec, "", "the API names no authorization server")
		return nil
	}
	iss, ok := j.token.UnverifiedClaims().Get("iss").Text()
	if !ok {
		j.say(id, verify.Failed, spec, "", "the token does not say who issued it: it is not a JWT with iss")
		return nil
	}
	var names []string
	for i, s := range j.Servers {
		if s.Issuer == iss {
			if s.Keys == nil {
				j.say(id, verify.NotChecked, spec, "", "the token is from %s, whose keys could not be fetched", iss)
			}
			return &j.Servers[i]
		}
		names = append(names, s.Issuer)
	}
	j.say(id, verify.Failed, spec, "get the token from a server that the API names, or name its issuer in authorization_servers",
		"the token is from %s, the API names %s: %s", iss, strings.Join(names, ", "), difference(names[0], iss))
	return nil
}

// verified repeats what verification found, the checks that failed each.
func (j *tokenJudge) verified() {
	passed := true
	for _, c := range j.Report.Checks() {
		if c.Status != verify.Failed {
			continue
		}
		passed = false
		fix := ""
		if c.ID == "audience" {
			fix = fmt.Sprintf("request the token with resource=%s (RFC 8707), and let the server put that into aud", j.resource)
		}
		j.say("token_"+string(c.ID), verify.Failed, c.Spec, fix, "%s", c.Message)
	}
	if passed {
		j.say("token", verify.Passed, "RFC 9068 section 4", "", "verified: issued by one of the servers, for this resource")
	}
}

// scope compares the token's scope with what the challenge asks for, else with
// what the metadata lists.
func (j *tokenJudge) scope() {
	const id = "token_scope"
	has := verify.Scopes(j.token.UnverifiedClaims())
	asked := ""
	for _, c := range j.challenges() {
		if scope := c.Param("scope"); scope != "" && asked == "" {
			asked = scope
		}
	}
	var missing []string
	for _, scope := range strings.Fields(asked) {
		if !slices.Contains(has, scope) {
			missing = append(missing, scope)
		}
	}
	listed := scopesOf(j.Object(), "scopes_supported")
	switch {
	case len(missing) > 0:
		j.say(id, verify.Failed, "RFC 6750 section 3.1", "request them when signing in", "the token lacks scopes that the challenge asks for: %s", strings.Join(missing, ", "))
	case asked != "":
		j.say(id, verify.Passed, "RFC 6750 section 3.1", "", "the token has the scopes that the challenge asks for")
	case len(listed) > 0 && !slices.ContainsFunc(listed, func(s string) bool { return slices.Contains(has, s) }):
		j.say(id, verify.Warning, "RFC 9728 section 2", "request a scope of this API", "the token has none of the API's scopes: %s", strings.Join(listed, ", "))
	case len(listed) > 0:
		j.say(id, verify.Passed, "RFC 9728 section 2", "", "the token has a scope of this API")
	}
}

func (j *tokenJudge) dpop() {
	const id, spec = "token_dpop", "RFC 9449 section 6"
	bound := j.token.UnverifiedClaims().Get("cnf").Get("jkt").Exists()
	switch wanted := j.Object().Get("dpop_bound_access_tokens_required").True(); {
	case wanted && !bound:
		j.say(id, verify.Failed, spec, "request the token with a DPoP proof", "the API requires tokens bound to a key, and this one is not")
	case wanted:
		j.say(id, verify.Passed, spec, "", "the token is bound to a key, as the API requires")
	}
}
