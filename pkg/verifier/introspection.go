package verifier

import (
	"fmt"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// The reasons of an Introspected beside those of a report.
const (
	ReasonActive   verify.Reason = "active"   // nothing is against the token
	ReasonInactive verify.Reason = "inactive" // the server says that it is not active
)

// An Introspected is what a server says about a token, taken together with what
// verifying it here came to.
type Introspected struct {
	Answer *provider.Introspection
	Report *verify.Report // nil where the token was not verified here
	// Oddities are what is wrong with the answer, or does not agree with the token
	// (RFC 7662 sections 2.2 and 4). With Strict they refuse.
	Oddities []Oddity
	Strict   bool
}

// An Oddity is a warning about an answer.
type Oddity struct {
	Message string
	Time    time.Time // that the message speaks of, or zero
	// Disagreement says that server and token say different things.
	Disagreement bool
}

// Compare compares a server's answer with the token as it was verified here, if
// it was, as of now.
func Compare(answer *provider.Introspection, report *verify.Report, now time.Time, strict bool) *Introspected {
	i := &Introspected{Answer: answer, Report: report, Strict: strict}
	if extra := answer.Extra(); len(extra) > 0 && answer.Code == "" {
		i.Oddities = append(i.Oddities, Oddity{
			Message: "the token is not active, but the server says more about it: " + strings.Join(extra, ", "),
		})
	}
	if exp, ok := verify.NumericDate(answer.Document.Get("exp")); ok && answer.Active && !now.Before(exp) {
		i.Oddities = append(i.Oddities, Oddity{
			Message: "the server says that the token is active, although it expired at " + exp.UTC().Format("2006-01-02 15:04:05 UTC"), Time: exp,
		})
	}
	if report != nil {
		i.compare()
	}
	return i
}

// compare finds where the server and the token say different things.
func (i *Introspected) compare() {
	disagree := func(format string, args ...any) {
		i.Oddities = append(i.Oddities, Oddity{Message: fmt.Sprintf(format, args...), Disagreement: true})
	}
	claims := i.Report.Claims()
	if !claims.Exists() {
		claims = i.Report.RejectedClaims()
	}
	for _, name := range []string{"iss", "sub", "aud", "exp", "iat", "nbf", "client_id", "jti"} {
		server, own := i.Answer.Document.Get(name), claims.Get(name)
		if server.Exists() && own.Exists() && !sameClaim(server, own) {
			disagree("%s: the server says %s, the token says %s", name, server, own)
		}
	}
	switch accepted := i.Report.Accepted; {
	case accepted && !i.Answer.Active:
		disagree("the token verifies here, but the server says that it is not active: it may have been revoked")
	case !accepted && i.Answer.Active:
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

// Reason is ReasonActive only if the server says that the token is active and
// nothing is against it: it verified here, where that was asked, and no oddity
// refuses. What was found here outweighs what the server says.
func (i *Introspected) Reason() verify.Reason {
	switch {
	case i.Report != nil && !i.Report.Accepted:
		return i.Report.Reason
	case !i.Answer.Active:
		return ReasonInactive
	case i.Strict && len(i.Oddities) > 0:
		return verify.ReasonClaimRefused
	default:
		return ReasonActive
	}
}
