package cmd

import (
	"time"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// reportDocument is the report in JSON. Its schema is docs/report.schema.json.
type reportDocument struct {
	Verdict          string           `json:"verdict"`
	Reason           string           `json:"reason"`
	ExitCode         int              `json:"exit_code"`
	Kind             verify.Kind      `json:"kind"`
	EvaluatedAt      string           `json:"evaluated_at"`
	EvaluatedAtGiven bool             `json:"evaluated_at_given,omitempty"`
	Checks           []checkDocument  `json:"checks"`
	Key              *verify.KeyInfo  `json:"key,omitempty"`
	Header           strictjson.Value `json:"header,omitzero"`
	Explanation      string           `json:"explanation,omitempty"`
	Claims           strictjson.Value `json:"claims,omitzero"`
	RejectedClaims   strictjson.Value `json:"rejected_claims,omitzero"`
	AuthAge          *ageDocument     `json:"auth_age,omitempty"`
}

type checkDocument struct {
	ID       string           `json:"id"`
	Status   verify.Status    `json:"status"`
	Reason   verify.Reason    `json:"reason,omitempty"`
	Expected strictjson.Value `json:"expected,omitzero"`
	Actual   strictjson.Value `json:"actual,omitzero"`
	Message  string           `json:"message"`
	Hint     string           `json:"hint,omitempty"`
	Spec     string           `json:"spec,omitempty"`
}

func (r report) document() any { return r.reportDocument() }

func (r report) reportDocument() reportDocument {
	d := reportDocument{
		Verdict: r.verdict(), Reason: r.reason(), ExitCode: r.code(), Kind: r.Kind,
		EvaluatedAt: r.EvaluatedAt.UTC().Format(time.RFC3339), EvaluatedAtGiven: r.atSet,
		Key: r.Key, Header: r.Header,
	}
	for _, c := range r.made {
		d.Checks = append(d.Checks, r.checkDocument(c))
	}
	if r.show.explain {
		d.Explanation = joinStory(r.story())
	}
	if !r.show.noClaims {
		d.Claims, d.RejectedClaims = r.Claims(), r.RejectedClaims()
	}
	return d
}

func (r report) checkDocument(c verify.Check) checkDocument {
	d := checkDocument{
		ID: c.ID, Status: c.Status, Expected: c.Expected, Actual: c.Actual,
		Message: r.message(c), Hint: r.advice.Hint(c).String(), Spec: c.Spec,
	}
	if c.Status == verify.Failed {
		d.Reason = c.Reason
	}
	return d
}

// suite returns the report for CI systems.
func (r report) suite() output.Suite {
	s := output.Suite{Facts: []output.Fact{
		{Name: "reason", Value: r.reason()},
		{Name: "kind", Value: string(r.Kind)},
		{Name: "evaluated_at", Value: r.EvaluatedAt.UTC().Format(time.RFC3339)},
	}}
	for _, fact := range r.keyFacts() {
		s.Facts = append(s.Facts, output.Fact{Name: "key_" + fact.Name, Value: fact.Value})
	}
	for _, c := range r.made {
		s.Cases = append(s.Cases, r.suiteCase(c))
	}
	return s
}

func (r report) suiteCase(c verify.Check) output.Case {
	result := output.Case{ID: c.ID, Outcome: outcomeOf(c.Status), Message: r.message(c)}
	if c.Status == verify.Failed {
		result.Reason = string(c.Reason)
	}
	if c.Status == verify.Failed || c.Status == verify.Warning {
		for _, note := range comparison(c) {
			result.Notes = append(result.Notes, note.Text)
		}
		if hint := r.advice.Hint(c).String(); hint != "" {
			result.Notes = append(result.Notes, "hint: "+hint)
		}
		result.Spec = c.Spec
	}
	return result
}
