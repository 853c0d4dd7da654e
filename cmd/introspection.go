package cmd

import (
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/verifier"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// An introspection is the issuer's response and, if requested, the contents of the
// token.
type introspection struct {
	*verifier.Comparison
	local *report // nil without --compare
	hint  string  // why the token may be inactive; empty if it is active
	now   time.Time
	show  showOptions
}

func (v introspection) verdict() string {
	if v.Answer.Active {
		return "active"
	}
	return "inactive"
}

func (v introspection) code() int {
	if v.Active {
		return exitAccepted
	}
	return codeOf(string(v.Reason))
}

// sentence returns what the issuer says and what was verified locally.
func (v introspection) sentence() string {
	line := "the issuer says: " + v.verdict()
	if v.local != nil {
		line += "; here: " + v.local.sentence()
	}
	if v.refusedByWarning() {
		line += "; refused by --strict: " + strings.Join(v.warnings(), "; ")
	}
	return line
}

// refusedByWarning reports whether the token is rejected only because of --strict.
func (v introspection) refusedByWarning() bool {
	return v.Answer.Active && v.Reason == verify.ReasonClaimRefused && (v.local == nil || v.local.Accepted)
}

// warnings returns the problems with the response.
func (v introspection) warnings() []string {
	var list []string
	for _, odd := range v.Oddities {
		list = append(list, withTime(odd.Message, odd.Time, v.now))
	}
	return list
}

type introspectionDocument struct {
	Verdict       string           `json:"verdict"`
	Reason        verify.Reason    `json:"reason"`
	ExitCode      int              `json:"exit_code"`
	Source        string           `json:"source"`
	Response      strictjson.Value `json:"response"`
	Warnings      []string         `json:"warnings"`
	Hint          string           `json:"hint,omitempty"`
	Disagreements []string         `json:"disagreements,omitzero"`
	Local         *reportDocument  `json:"local,omitempty"`
}

func (v introspection) document() any {
	d := introspectionDocument{
		Verdict: v.verdict(), Reason: v.Reason, ExitCode: v.code(), Source: v.Answer.URL, Response: v.Answer.Document,
		Warnings: v.warnings(), Hint: v.hint,
	}
	if v.local != nil {
		d.Disagreements, d.Local = []string{}, new(v.local.reportDocument())
		for _, odd := range v.Oddities {
			if odd.ID == "disagreement" {
				d.Disagreements = append(d.Disagreements, withTime(odd.Message, odd.Time, v.now))
			}
		}
	}
	return d
}

// writeText writes what the issuer says and, with --compare, what was verified
// locally.
func (v introspection) writeText(t *output.Text) {
	v.writeVerdict(t)
	t.Blank()
	t.Indented(func() { t.Rows(v.rows()...) })
	if v.show.long() {
		t.Heading("the server's answer")
		writeClaims(t, v.Answer.Document, v.now)
	}
	if v.local != nil {
		t.Heading("verified here")
		v.local.writeText(t)
	}
	if v.local != nil || v.show.long() {
		t.Blank() // the verdict may have scrolled away
		v.writeVerdict(t)
	}
}

func (v introspection) writeVerdict(t *output.Text) {
	words := strings.ToUpper(v.verdict()) + "  according to " + v.Answer.URL
	if !v.Answer.Active && v.Answer.Message != "" {
		words += ": " + v.Answer.Message
	}
	t.Rows(verdictRow(v.code() == exitAccepted, words))
	if v.local != nil {
		t.Indented(func() { t.Line("here: " + v.local.brief()) })
	}
	if v.refusedByWarning() {
		t.Indented(func() { t.Line("refused: --strict refuses a warning") })
	}
}

// rows returns the warnings, the reasons why the token may be inactive, and the
// members of the response.
func (v introspection) rows() []output.Row {
	var rows []output.Row
	for _, warning := range v.warnings() {
		rows = append(rows, output.Row{Mark: output.MarkWarning, Label: "warning", Value: warning})
	}
	if v.hint != "" {
		rows = append(rows, output.Row{Label: "hint", Value: v.hint})
	}
	if !v.show.long() {
		rows = append(rows, factRows(v.Answer.Document, v.now, "iss", "sub", "username", "aud", "client", "scope", "iat", "exp")...)
		rows = append(rows, output.Row{Label: "answer", Value: plural(len(v.Answer.Document.Members()), "member") + " (--claims shows all)", Style: output.Dim})
	}
	return rows
}

// suite returns the issuer's response, the problems with it, and the local report.
func (v introspection) suite() output.Suite {
	answer := output.Case{ID: "introspection", Outcome: output.Passed, Message: "the issuer says: " + v.verdict(), Spec: "RFC 7662 section 2.2"}
	if !v.Answer.Active {
		answer.Outcome, answer.Reason = output.Failed, "inactive"
		if v.hint != "" {
			answer.Notes = []string{"hint: " + v.hint}
		}
	}
	s := output.Suite{
		Facts: []output.Fact{{Name: "reason", Value: string(v.Reason)}, {Name: "source", Value: v.Answer.URL}},
		Cases: []output.Case{answer},
	}
	for _, warning := range v.warnings() {
		c := output.Case{ID: "introspection_warning", Outcome: output.Warned, Message: warning}
		if v.refusedByWarning() {
			c.Outcome, c.Reason = output.Failed, string(verify.ReasonClaimRefused)
		}
		s.Cases = append(s.Cases, c)
	}
	if v.local != nil {
		s.Cases = append(s.Cases, v.local.suite().Cases...)
	}
	return s
}
