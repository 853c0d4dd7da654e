// Package probe tests whether an API refuses what it must refuse. It sends a good
// token once, as a control, and then variations of it that no API may accept, one
// at a time, and compares the answers.
//
// New makes the probes, Run sends them. What is sent goes to one URL and nowhere
// else; a variation that the API accepts is as good as the original token, so keep
// the probes as secret.
package probe

import (
	"net/http"
	"time"

	"github.com/claimcheck/claimcheck/pkg/challenge"
	"github.com/claimcheck/claimcheck/pkg/issuertest"
	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// maxRequests is the largest number of requests of a run.
const maxRequests = 30

// Config says what to send.
type Config struct {
	URL    string
	Method string      // empty for GET
	Header http.Header // goes with every request
	Body   []byte      // goes with every request; nil for none

	Token   string    // good: the API accepts it
	IDToken string    // of the same user, or empty
	Keys    *jwks.Set // of the issuer; nil if not known
	// Minter signs with the key of the API's issuer; nil for none. It makes
	// wrong claims under a good signature possible.
	Minter *issuertest.Minter
	Scope  string        // that the API requires, or empty
	MaxAge time.Duration // of the login that the API accepts, or 0

	Refused []int // the statuses that refuse; empty for 400, 401 and 403
	Delay   time.Duration
	Now     func() time.Time
}

// DefaultRefused are the statuses with which an API refuses (RFC 6750 section
// 3.1).
func DefaultRefused() []int { return []int{400, 401, 403} }

// A Want is what an API must do with a probe.
type Want string

// The wants.
const (
	Challenged Want = "challenged" // refuse with 401 and a challenge
	Refused    Want = "refused"
	Accepted   Want = "accepted"   // anything but 401 and 403
	Tolerated  Want = "tolerated"  // accept it; refusing is only unfriendly
	Discourage Want = "discourage" // refuse it; accepting is only careless
)

// A Probe is one request.
type Probe struct {
	ID   string
	Sent string // in words
	Want Want
	Spec string // where that is specified

	authorization []string // header values
	query         string   // access_token in the query, or empty
}

// Secrets returns the secrets that a probe sends.
func (p Probe) Secrets() []string {
	if p.query != "" {
		return []string{p.query}
	}
	return p.authorization
}

// The statuses of a probe besides verify.Passed, verify.Failed (the API accepted
// what it must refuse, or refused the good token) and verify.Warning (the answer is
// right, but not as it should be).
const (
	Unclear verify.Status = "unclear" // the answer does not say whether the token was accepted
	NotSent verify.Status = "not_sent"
)

// An Outcome is a probe and its answer.
type Outcome struct {
	Probe    Probe
	Status   verify.Status
	Code     int                 // HTTP status; 0 where there was no answer
	Error    string              // the error of the challenge, where it is a registered one
	Message  string              // in words
	Problems []challenge.Problem // what the challenge breaks
}

// A Result is the outcome of a run.
type Result struct {
	URL      string // without its query
	Outcomes []Outcome
	Requests int
	Skipped  []string // why probes were left out, in words
}

// Count returns how many outcomes have a status.
func (r *Result) Count(status verify.Status) int {
	n := 0
	for _, o := range r.Outcomes {
		if o.Status == status {
			n++
		}
	}
	return n
}

// Good reports whether everything was sent, the control passed, and every probe
// that must be refused was refused.
func (r *Result) Good() bool {
	return len(r.Outcomes) > 2 && r.Count(verify.Passed)+r.Count(verify.Warning) == len(r.Outcomes)
}

// First returns the first outcome with a status, or nil.
func (r *Result) First(status verify.Status) *Outcome {
	for i := range r.Outcomes {
		if r.Outcomes[i].Status == status {
			return &r.Outcomes[i]
		}
	}
	return nil
}
