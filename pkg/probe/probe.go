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
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/pkg/challenge"
	"github.com/claimcheck/claimcheck/pkg/issuertest"
	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

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

// refusedBy returns the status codes with which an API may reject a token (RFC 6750
// section 3.1).
func (c *Config) refusedBy() []int {
	if len(c.Refused) > 0 {
		return c.Refused
	}
	return []int{400, 401, 403}
}

// A want is the expected reaction of an API to a probe.
type want uint8

const (
	mustRefuse    want = iota
	shouldRefuse       // accepting is a warning
	mustChallenge      // reject with 401 and a challenge
	mustAccept         // answer with anything but 401 and 403
	shouldAccept       // rejecting is a warning
)

// expected describes w for people.
func (w want) expected(cfg *Config) string {
	switch w {
	case mustChallenge:
		return "401"
	case mustAccept, shouldAccept:
		return "not 401 or 403"
	}
	var words []string
	for _, status := range slices.Sorted(slices.Values(cfg.refusedBy())) {
		words = append(words, strconv.Itoa(status))
	}
	last := len(words) - 1
	if last == 0 {
		return words[0]
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// A Probe is one request.
type Probe struct {
	ID       string // such as "alg_none"; part of the report format
	Sent     string // what is sent, in words
	Expected string // the statuses that the API should answer with, in words
	Spec     string // section of the specification

	// Secrets are what it sends: the values of the Authorization header, or the
	// access_token of the query.
	Secrets []string `json:"-"`

	want want
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
	Message  string              // the result, in words
	Problems []challenge.Problem // what the challenge breaks
}

// A Result is the outcome of a run.
type Result struct {
	URL      string // without its query
	Outcomes []Outcome
	Requests int
	Skipped  []string // why probes were left out, in words
}

// Good reports whether everything was sent, the control passed, and every probe
// that must be refused was refused.
func (r *Result) Good() bool {
	return len(r.Outcomes) > 2 && !slices.ContainsFunc(r.Outcomes, func(o Outcome) bool { return o.Status != verify.Passed && o.Status != verify.Warning })
}
