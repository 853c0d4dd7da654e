package cmd

import (
	"fmt"
	"net/url"
	"path/filepath"
	"time"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// suite is the report for CI systems.
func (r presentedReport) suite() output.Suite {
	s := output.Suite{
		Verdict: string(r.Verdict), Good: r.code == exitAccepted, Message: r.verdictLine(), ExitCode: r.code,
		Facts: []output.Fact{
			{Name: "reason", Value: r.reason()},
			{Name: "kind", Value: string(r.Kind)},
			{Name: "evaluated_at", Value: r.EvaluatedAt.UTC().Format(time.RFC3339)},
		},
	}
	for _, m := range keyDocument(r.Key).Members() {
		value, isText := m.Value.Text()
		if !isText {
			value = m.Value.String()
		}
		s.Facts = append(s.Facts, output.Fact{Name: "key_" + m.Name, Value: value})
	}
	for _, c := range r.Checks {
		s.Cases = append(s.Cases, r.suiteCase(c))
	}
	return s
}

func (r presentedReport) suiteCase(c verify.Check) output.Case {
	result := output.Case{ID: string(c.ID), Outcome: outcomeOf(c.Status), Message: r.message(c)}
	if c.Status == verify.Failed {
		result.Reason = string(c.Reason)
	}
	if c.Status == verify.Failed || c.Status == verify.Warning {
		for _, note := range r.notes(c) {
			result.Notes = append(result.Notes, note.Text)
		}
		if hint := r.hint(c).String(); hint != "" {
			result.Notes = append(result.Notes, "hint: "+hint)
		}
		result.Spec = c.Spec()
	}
	return result
}

func outcomeOf(status verify.Status) output.Outcome {
	switch status {
	case verify.Passed:
		return output.Passed
	case verify.Failed:
		return output.Failed
	case verify.Warning:
		return output.Warned
	case verify.NotChecked:
		return output.Skipped
	default:
		return output.Unanswered
	}
}

// suite is the report of verify, which has the check of the age, with the age
// in its message.
func (v ageView) suite() output.Suite {
	if !v.unverified {
		s := v.report.suite()
		s.Message += ": " + v.sentence()
		return s
	}
	message := "nothing was verified; the token says: " + v.sentence()
	return output.Suite{
		Verdict: "unverified", Message: message, ExitCode: exitUnverified,
		Cases: []output.Case{{ID: "auth_age", Outcome: output.Unanswered, Reason: "unverified", Message: message}},
	}
}

// suite is what the issuer says, what is odd about that, and the local report.
func (v introspectionView) suite() output.Suite {
	answer := output.Case{ID: "introspection", Outcome: output.Passed, Message: "the issuer says: " + v.verdict(), Spec: "RFC 7662 section 2.2"}
	if !v.Active {
		answer.Outcome, answer.Reason = output.Failed, "inactive"
	}
	s := output.Suite{
		Verdict: v.verdict(), Good: v.code() == exitAccepted, Message: v.line(), ExitCode: v.code(),
		Facts: []output.Fact{{Name: "reason", Value: v.reason()}, {Name: "source", Value: v.URL}},
		Cases: []output.Case{answer},
	}
	for _, warning := range v.warnings() {
		s.Cases = append(s.Cases, output.Case{ID: "introspection_warning", Outcome: output.Warned, Message: warning})
	}
	if v.local != nil {
		s.Cases = append(s.Cases, v.local.suite().Cases...)
	}
	return s
}

// suite is what --check found. Where it found nothing, that is a case of its
// own, because CI systems take a suite without cases for a broken one.
func (r findingsReport) suite() output.Suite {
	s := output.Suite{
		Verdict: r.verdict(), Good: r.code() == exitAccepted, Message: r.line(), ExitCode: r.code(), URI: sourceURI(r.source),
		Facts: []output.Fact{{Name: "source", Value: r.source}},
	}
	outcomes := map[jwks.Severity]output.Outcome{
		jwks.SeverityError: output.Failed, jwks.SeverityWarning: output.Warned, jwks.SeverityInfo: output.Noted,
	}
	for _, f := range r.findings {
		c := output.Case{ID: f.id, Outcome: outcomes[f.severity], Place: f.place, Message: f.message, Spec: f.spec}
		if f.severity == jwks.SeverityError {
			c.Reason = "findings"
		}
		if f.hint != "" {
			c.Notes = []string{"hint: " + f.hint}
		}
		s.Cases = append(s.Cases, c)
	}
	if len(r.findings) == 0 {
		s.Cases = []output.Case{{ID: "document", Outcome: output.Passed, Message: "nothing was found"}}
	}
	return s
}

// sourceURI is what was looked at as a relative reference: code scanning takes
// nothing but files of the repository, and refuses a document with URLs whole.
func sourceURI(source string) string {
	if source == "-" {
		return "stdin"
	}
	if u, err := url.Parse(source); err == nil && isURL(source) {
		return (&url.URL{Path: u.Host + u.Path}).String()
	}
	return (&url.URL{Path: filepath.ToSlash(source)}).String()
}

func (n unanswered) suite() output.Suite {
	c := output.Case{ID: "no_answer", Outcome: output.Unanswered, Reason: n.reason(), Message: n.err.Error()}
	if hint := hintOf(n.err); hint != "" {
		c.Notes = []string{"hint: " + hint}
	}
	return output.Suite{
		Verdict: "no answer", Message: fmt.Sprintf("no answer: %s (exit %d)", n.err, n.code), ExitCode: n.code,
		Facts: []output.Fact{{Name: "reason", Value: n.reason()}}, Cases: []output.Case{c},
	}
}
