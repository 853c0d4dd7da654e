package verifier

import (
	"fmt"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// A Comparison is what a server says about a token, together with the verdict on
// the token here.
type Comparison struct {
	// Active reports whether the server says that the token is active and nothing
	// contradicts it: it was accepted here, if it was verified here, and no
	// oddity refuses it.
	Active bool
	// Reason is "active", or why the token is not: the reason of the report, which
	// outweighs what the server says, "inactive", or "claim_refused" for an oddity.
	Reason verify.Reason
	Answer *provider.Introspection
	Report *verify.Report // nil where the token was not verified here
	// Oddities are warnings about the response itself (ID "answer") and about
	// contradictions between server and token (ID "disagreement"; RFC 7662 sections
	// 2.2 and 4).
	Oddities []verify.Check
}

// Compare compares a server's answer with the report on the token, nil where it was
// not verified here, as of now. Under a strict policy every oddity refuses the token.
func Compare(answer *provider.Introspection, report *verify.Report, now time.Time, strict bool) *Comparison {
	c := &Comparison{Answer: answer, Report: report}
	if extra := extraMembers(answer); len(extra) > 0 && answer.Code == "" {
		c.warn("answer", "the token is not active, but the server says more about it: "+strings.Join(extra, ", "), time.Time{})
	}
	if exp, ok := verify.NumericDate(answer.Document.Get("exp")); ok && answer.Active && !now.Before(exp) {
		c.warn("answer", "the server says that the token is active, although it expired at "+exp.UTC().Format("2006-01-02 15:04:05 UTC"), exp)
	}
	if report != nil {
		c.findDisagreements()
	}
	switch {
	case report != nil && !report.Accepted:
		c.Reason = report.Reason
	case !answer.Active:
		c.Reason = "inactive"
	case strict && len(c.Oddities) > 0:
		c.Reason = verify.ReasonClaimRefused
	default:
		c.Active, c.Reason = true, "active"
	}
	return c
}

func (c *Comparison) warn(id, message string, at time.Time) {
	c.Oddities = append(c.Oddities, verify.Check{ID: id, Status: verify.Warning, Message: message, Time: at})
}

// extraMembers returns the names of what an answer "not active" should not say (RFC
// 7662 section 2.2).
func extraMembers(answer *provider.Introspection) []string {
	var names []string
	for _, m := range answer.Document.Members() {
		if !answer.Active && m.Name != "active" {
			names = append(names, m.Name)
		}
	}
	return names
}

// findDisagreements finds where the server and the token say different things.
func (c *Comparison) findDisagreements() {
	disagree := func(format string, args ...any) {
		c.warn("disagreement", fmt.Sprintf(format, args...), time.Time{})
	}
	claims := c.Report.Claims()
	if !claims.Exists() {
		claims = c.Report.RejectedClaims()
	}
	for _, name := range []string{"iss", "sub", "aud", "exp", "iat", "nbf", "client_id", "jti"} {
		server, own := c.Answer.Document.Get(name), claims.Get(name)
		if server.Exists() && own.Exists() && !sameClaim(server, own) {
			disagree("%s: the server says %s, the token says %s", name, server, own)
		}
	}
	switch accepted := c.Report.Accepted; {
	case accepted && !c.Answer.Active:
		disagree("the token verifies here, but the server says that it is not active: it may have been revoked")
	case !accepted && c.Answer.Active:
		disagree("the server says that the token is active, but it does not verify here")
	}
}

// sameClaim compares as claims are meant: aud may be one string or a list of it.
func sameClaim(a, b strictjson.Value) bool {
	list := func(v strictjson.Value) strictjson.Value {
		if _, ok := v.Text(); ok {
			return strictjson.From([]strictjson.Value{v})
		}
		return v
	}
	return strictjson.Equal(list(a), list(b))
}
