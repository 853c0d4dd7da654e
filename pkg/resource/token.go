package resource

import (
	"cmp"
	"fmt"
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
	resource, _ := c.object().Get("resource").Text()
	checks := &tokenChecker{Chain: c, token: t, resource: cmp.Or(resource, c.URL)}
	server := checks.issuer()
	if server == nil || server.Keys == nil {
		return
	}
	c.Report = verify.Verify(t, &verify.PublicKeys{Set: server.Keys.Set, Source: server.Keys.Source(), AgeSeconds: server.Keys.AgeSeconds},
		verify.Policy{Issuer: server.Issuer, Audiences: []string{checks.resource}}, now)
	checks.verified()
	checks.scope()
	checks.dpop()
}

type tokenChecker struct {
	*Chain
	token    *token.Token
	resource string // the audience
}

// refuse adds a link that rejects the token. The first reason becomes the reason of
// the chain.
func (c *tokenChecker) refuse(reason verify.Reason, id, spec, fix, format string, args ...any) {
	c.Reason = cmp.Or(c.Reason, reason)
	c.say(id, verify.Failed, spec, fix, format, args...)
}

// issuer finds the authorization server that issued the token.
func (c *tokenChecker) issuer() *Server {
	const id, spec = "token_issuer", "RFC 9728 section 2"
	if c.Metadata == nil {
		c.unavailable(id, verify.NotChecked, spec, "", "without the API's metadata, it is unknown who may issue tokens")
		return nil
	}
	if len(c.Servers) == 0 {
		c.unavailable(id, verify.Failed, spec, "name the token's issuer in authorization_servers", "the API names no authorization server, so the token cannot be checked")
		return nil
	}
	iss, ok := c.token.UnverifiedClaims().Get("iss").Text()
	if !ok {
		c.refuse(verify.ReasonWrongIssuer, id, spec, "", "the token does not say who issued it: it is not a JWT with iss")
		return nil
	}
	var names []string
	for i, s := range c.Servers {
		if s.Issuer == iss {
			if s.Keys == nil {
				c.unavailable(id, verify.NotChecked, spec, "", fmt.Sprintf("the token is from %s, whose keys could not be fetched", iss))
			}
			return &c.Servers[i]
		}
		names = append(names, s.Issuer)
	}
	c.refuse(verify.ReasonWrongIssuer, id, spec, "get the token from a server that the API names, or name its issuer in authorization_servers",
		"the token is from %s, the API names %s: %s", iss, strings.Join(names, ", "), difference(names[0], iss))
	return nil
}

// verified repeats what verification found: that the token is accepted, or the checks
// that failed, each.
func (c *tokenChecker) verified() {
	if c.Report.Accepted {
		c.pass("token", "RFC 9068 section 4", "verified: issued by one of the servers, for this resource")
		return
	}
	before := len(c.Links)
	for _, check := range c.Report.Checks() {
		if check.Status != verify.Failed {
			continue
		}
		fix := ""
		if check.ID == "audience" {
			fix = fmt.Sprintf("request the token with resource=%s (RFC 8707), and let the server put that into aud", c.resource)
		}
		c.refuse(c.Report.Reason, "token_"+check.ID, check.Spec, fix, "%s", check.Message)
	}
	if len(c.Links) == before { // a required check is missing
		c.refuse(c.Report.Reason, "token", "RFC 9068 section 4", "", "the token is refused: %s", c.Report.Reason)
	}
}

// scope compares the token's scope with the scope that the challenge requires or,
// without one, with the scopes in the metadata.
func (c *tokenChecker) scope() {
	const id = "token_scope"
	has := verify.Scopes(c.token.UnverifiedClaims())
	asked := c.parameter("scope")
	missing := without(strings.Fields(asked), has)
	listed := scopesOf(c.object())
	switch {
	case len(missing) > 0:
		c.refuse(verify.ReasonClaimRefused, id, "RFC 6750 section 3.1", "request them when signing in", "the token lacks scopes that the challenge asks for: %s", strings.Join(missing, ", "))
	case asked != "":
		c.pass(id, "RFC 6750 section 3.1", "the token has the scopes that the challenge asks for")
	case len(listed) > 0 && len(without(listed, has)) == len(listed):
		c.say(id, verify.Warning, "RFC 9728 section 2", "request a scope of this API", "the token has none of the API's scopes: %s", strings.Join(listed, ", "))
	case len(listed) > 0:
		c.pass(id, "RFC 9728 section 2", "the token has a scope of this API")
	}
}

func (c *tokenChecker) dpop() {
	const id, spec = "token_dpop", "RFC 9449 section 6"
	bound := c.token.UnverifiedClaims().Get("cnf").Get("jkt").Exists()
	switch wanted := c.object().Get("dpop_bound_access_tokens_required").True(); {
	case wanted && !bound:
		c.refuse(verify.ReasonClaimRefused, id, spec, "request the token with a DPoP proof", "the API requires tokens bound to a key, and this one is not")
	case wanted:
		c.pass(id, spec, "the token is bound to a key, as the API requires")
	}
}
