package verify

import (
	"slices"
	"time"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// An outcome is a check in the form in which it is made. Most tokens are accepted
// and nobody reads why, so what can be derived from the report later is not put into
// words and values before somebody asks.
type outcome struct {
	id     check
	state  state
	strict bool // a warning that refuses
	reason rank
	remark *remark // nil where the usual words say it all
}

// A remark is what is said of a check in place of the usual words.
type remark struct {
	message string
	detail  *detail // in place of what evidence returns, unless nil
}

// detail returns what belongs to the outcome, or nil where evidence returns it.
func (o *outcome) detail() *detail {
	if o.remark == nil {
		return nil
	}
	return o.remark.detail
}

// A state is a Status in one byte. The zero state refuses.
type state uint8

const (
	failed state = iota
	passed
	warned
	unchecked
)

// statuses are those of the states, in their order. They never change.
var statuses = [...]Status{Failed, Passed, Warning, NotChecked}

func (s state) status() Status { return statuses[s] }

// stateOf takes anything that is not a Status as a failure.
func stateOf(s Status) state {
	return state(max(slices.Index(statuses[:], s), 0)) // #nosec G115 -- an index of statuses
}

// A rank is a Reason in one byte: its place in reasons, beginning with 1. The zero
// rank means no reason.
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

// A detail is what a Check has beside its outcome.
type detail struct {
	id               string // of checkOther
	expected, actual strictjson.Value
	at               time.Time
	diagnosis        *Diagnosis
}

func (o *outcome) name() string {
	if d := o.detail(); o.id == checkOther && d != nil {
		return d.id
	}
	return o.id.id()
}

func (o *outcome) words(r *Report) string {
	if o.remark != nil {
		return o.remark.message
	}
	return r.usualWords(o.id, o.state)
}

func (r *Report) describe(o *outcome) Check {
	c := Check{ID: o.name(), Status: o.state.status(), Reason: o.reason.reason(), Strict: o.strict, Message: o.words(r)}
	d := o.detail()
	if d == nil {
		found := r.evidence(o)
		d = &found
	}
	c.Title, c.Spec = catalogue[o.id].title, catalogue[o.id].spec
	c.Expected, c.Actual, c.Time, c.Diagnosis = d.expected, d.actual, d.at, d.diagnosis
	return c
}

// evidence returns what is expected and what is there, as far as the catalogue says
// of a check that has no detail of its own.
func (r *Report) evidence(o *outcome) detail {
	info := &catalogue[o.id]
	d := detail{}
	if info.claim != "" {
		d.actual = r.claims.Get(info.claim)
	}
	if info.timed {
		d.at, _ = numericDate(d.actual)
	}
	switch e := r.expected; {
	case o.id == checkIssuer && e.issuer != "":
		d.expected = strictjson.From(e.issuer)
	case o.id == checkAudience && len(e.audiences) > 0:
		d.expected = strictjson.From(e.audiences)
	case o.id == checkKind:
		d.actual = r.Header.Get("typ")
		if e.kind != "" {
			d.expected = strictjson.From(e.kind)
		}
	}
	return d
}

// add appends a check. One that refuses, or would do so under a strict policy,
// always has a reason, the others never.
func (r *Report) add(o outcome) {
	switch {
	case o.state == passed || o.state == unchecked:
		o.reason = 0
	case o.reason == 0:
		o.reason = rankOf(ReasonClaimRefused)
	}
	r.checks = append(r.checks, o)
}
