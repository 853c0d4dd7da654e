package verify

import (
	"slices"
	"time"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// An outcome is the compact form of a Check. Most tokens are accepted and nobody
// reads the details, so messages and values that can be derived later are built only
// on demand.
type outcome struct {
	id     check
	state  state
	strict bool // a warning that rejects the token
	reason rank
	remark *remark // nil if the usual words suffice
}

// A remark replaces the usual words of a check.
type remark struct {
	message string
	detail  *detail // what the words do not say, or nil
}

// detail returns the detail of the outcome, or nil.
func (o *outcome) detail() *detail {
	if o.remark == nil {
		return nil
	}
	return o.remark.detail
}

// A state is a Status in one byte. The zero state is Failed.
type state uint8

const (
	failed state = iota
	passed
	warned
	unchecked
)

// statuses lists the Status of each state, in order. It is never modified.
var statuses = [...]Status{Failed, Passed, Warning, NotChecked}

func (s state) status() Status { return statuses[s] }

// stateOf returns the state of s. Anything that is not a Status counts as Failed.
func stateOf(s Status) state {
	return state(max(slices.Index(statuses[:], s), 0)) // #nosec G115 -- an index of statuses
}

// A rank is a Reason in one byte: its one-based position in reasons. The zero rank
// means no reason.
type rank uint8

func rankOf(r Reason) rank {
	return rank(slices.Index(reasons(), r) + 1) // #nosec G115 -- reasons is short
}

func (r rank) reason() Reason {
	if r == 0 {
		return ""
	}
	return reasons()[r-1]
}

// A detail holds the fields of a Check that an outcome lacks. Values that are absent
// are those of the policy and of the claim that the check is about.
type detail struct {
	id               string // of a check of Policy.Extra
	expected, actual strictjson.Value
	at               time.Time
	diagnosis        *Diagnosis
}

func (o *outcome) name() string {
	if d := o.detail(); d != nil && d.id != "" {
		return d.id
	}
	return o.id.id()
}

// words returns the message of the outcome. The usual ones are built only on demand.
func (o *outcome) words(r *Report) string {
	switch {
	case o.remark != nil:
		return o.remark.message
	case o.state == passed:
		return r.passedWords(o.id)
	case o.state == unchecked:
		return r.uncheckedWords(o.id)
	default:
		return ""
	}
}

func (r *Report) describe(o *outcome) Check {
	info, d := &catalogue[o.id], detail{}
	if o.detail() != nil {
		d = *o.detail()
	} else if info.timed {
		d.at, _ = numericDate(r.claims.Get(info.claim))
	}
	if d.id == "" {
		r.complete(&d, o.id)
	}
	return Check{
		ID: o.name(), Title: info.title, Spec: info.spec, Status: o.state.status(), Reason: o.reason.reason(), Strict: o.strict,
		Message: o.words(r), Expected: d.expected, Actual: d.actual, Time: d.at, Diagnosis: d.diagnosis,
	}
}

// complete adds the expected and the actual value that follow from the catalogue and
// the policy.
func (r *Report) complete(d *detail, id check) {
	claim := catalogue[id].claim
	switch {
	case d.actual.Exists():
	case claim != "":
		d.actual = r.claims.Get(claim)
	case id == checkKind:
		d.actual = r.Header.Get("typ")
	}
	switch {
	case d.expected.Exists():
	case id == checkIssuer && r.issuer != "":
		d.expected = strictjson.From(r.issuer)
	case id == checkAudience && len(r.audiences) > 0:
		d.expected = strictjson.From(r.audiences)
	case id == checkKind && r.required != "":
		d.expected = strictjson.From(r.required)
	}
}

// add appends a check. A check has a reason if and only if it rejects the token, or
// would under a strict policy.
func (r *Report) add(o outcome) {
	switch {
	case o.state == passed || o.state == unchecked:
		o.reason = 0
	case o.reason == 0:
		o.reason = rankOf(ReasonClaimRefused)
	}
	r.checks = append(r.checks, o)
}
