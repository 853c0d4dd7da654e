package cmd

import (
	"strings"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// writeText is the report for people: the verdict, the checks, then the token.
func (r presentedReport) writeText(t *output.Text) {
	r.writeVerdict(t)
	if r.explain {
		t.Blank()
		for _, s := range r.story() {
			t.Line(s.text)
			if s.command != "" {
				t.Command(s.command)
			}
		}
	}
	t.Heading("checks")
	switch c, _ := r.Check(verify.CheckSignature); c.Status {
	case verify.Passed:
	case verify.Failed:
		t.Spans(output.Bad.Span("the signature is not good: believe nothing that the token says"))
	default:
		t.Spans(output.Caution.Span("the signature was not verified: claims are unverified"))
	}
	t.Rows(r.rows()...)
	if r.Key != nil {
		t.Heading("key")
		t.Rows(r.keyRows()...)
	}
	if r.Header.Exists() {
		t.Heading("header")
		t.JSON(r.Header)
	}
	r.writeClaims(t)
	t.Blank() // the verdict has scrolled away by now
	r.writeVerdict(t)
	if c := r.decisive(); c != nil {
		hint := r.hint(*c)
		for _, note := range hint.note() {
			t.Spans(note)
		}
		if hint.command != "" {
			t.Command(hint.command)
		}
	}
}

func (r presentedReport) writeVerdict(t *output.Text) {
	mark, style := output.MarkFailed, output.Bad
	if r.Verdict == verify.Accepted {
		mark, style = output.MarkPassed, output.Good
	}
	t.Rows(output.Row{Mark: mark, Value: strings.ToUpper(string(r.Verdict)) + r.remark(), Style: style})
	if r.atGiven {
		t.Spans(output.Caution.Span("judged as of " + output.FormatTime(r.EvaluatedAt, r.realNow) + ", not now"))
	}
}

func (r presentedReport) rows() []output.Row {
	rows := make([]output.Row, 0, len(r.Checks))
	var notAsked []string
	for _, c := range r.Checks {
		if d := c.Diagnosis; c.Status == verify.NotChecked && d != nil && d.Kind == verify.NotDemanded && d.Found == "" {
			notAsked = append(notAsked, string(c.ID))
			continue
		}
		row := output.Row{Mark: markOf(c.Status), Label: string(c.ID), Value: r.message(c)}
		if c.Status == verify.NotChecked {
			row.Style = output.Dim
		}
		if c.Status == verify.Failed || c.Status == verify.Warning {
			hint := r.hint(c)
			row.Notes, row.Command = append(r.notes(c), hint.note()...), hint.command
		}
		rows = append(rows, row)
	}
	if len(notAsked) > 0 {
		rows = append(rows, output.Row{
			Mark: output.MarkSkipped, Label: "not asked for", Value: strings.Join(notAsked, ", "), Style: output.Dim,
		})
	}
	return rows
}

// notes are what was wanted and what was found.
func (r presentedReport) notes(c verify.Check) []output.Span {
	var notes []output.Span
	if c.Expected.Exists() {
		notes = append(notes, output.Dim.Span("wanted: "+c.Expected.String()))
	}
	if c.Actual.Exists() {
		notes = append(notes, output.Dim.Span("found:  "+c.Actual.String()))
	}
	return notes
}

func markOf(status verify.Status) output.Mark {
	switch status {
	case verify.Passed:
		return output.MarkPassed
	case verify.Failed:
		return output.MarkFailed
	case verify.Warning:
		return output.MarkWarning
	default:
		return output.MarkSkipped
	}
}

func (r presentedReport) keyRows() []output.Row {
	var rows []output.Row
	for _, m := range keyDocument(r.Key).Members() {
		value, isText := m.Value.Text()
		if !isText {
			value = m.Value.String()
		}
		rows = append(rows, output.Row{Label: m.Name, Value: value})
	}
	return rows
}

func (r presentedReport) writeClaims(t *output.Text) {
	title, claims := "claims", r.anyClaims()
	if r.Verdict != verify.Accepted {
		title = "rejected claims"
	}
	if r.noClaims || !claims.Exists() {
		return
	}
	t.Heading(title)
	writeClaims(t, claims, r.EvaluatedAt)
}
