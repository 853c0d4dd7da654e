package cmd

import (
	"time"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// suite is the report for CI systems.
func (r report) suite() output.Suite {
	s := output.Suite{
		Verdict: r.verdict(), Good: r.code() == exitAccepted, Message: withCode(r.sentence(), r.code()), ExitCode: r.code(),
		Facts: []output.Fact{
			{Name: "reason", Value: r.reason()},
			{Name: "kind", Value: string(r.Kind)},
			{Name: "evaluated_at", Value: r.EvaluatedAt.UTC().Format(time.RFC3339)},
		},
	}
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
		if hint := r.hint(c).String(); hint != "" {
			result.Notes = append(result.Notes, "hint: "+hint)
		}
		result.Spec = c.Spec
	}
	return result
}
