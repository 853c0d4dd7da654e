package cmd

import (
	"cmp"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// A finding is one thing that --check has to say about a document.
type finding struct {
	id, place           string
	severity            jwks.Severity
	message, hint, spec string
}

// findingsReport is the answer of --check.
type findingsReport struct {
	source   string // what was looked at
	findings []finding
}

// add puts findings into the order in which they matter.
func (r *findingsReport) add(list ...finding) {
	order := []jwks.Severity{jwks.SeverityError, jwks.SeverityWarning, jwks.SeverityInfo}
	r.findings = append(r.findings, list...)
	slices.SortStableFunc(r.findings, func(a, b finding) int {
		return cmp.Compare(slices.Index(order, a.severity), slices.Index(order, b.severity))
	})
}

// code is that of errors: warnings and information do not fail a document.
func (r findingsReport) code() int {
	for _, f := range r.findings {
		if f.severity == jwks.SeverityError {
			return exitFindings
		}
	}
	return exitAccepted
}

func (r findingsReport) verdict() string {
	if r.code() == exitAccepted {
		return "clean"
	}
	return "findings"
}

func (r findingsReport) count(severity jwks.Severity) int {
	n := 0
	for _, f := range r.findings {
		if f.severity == severity {
			n++
		}
	}
	return n
}

func (r findingsReport) sentence() string {
	if r.count(jwks.SeverityError) == 0 && r.count(jwks.SeverityWarning) > 0 {
		return "no errors, " + plural(r.count(jwks.SeverityWarning), "warning")
	}
	return fmt.Sprintf("%s: %s, %s", r.verdict(), plural(r.count(jwks.SeverityError), "error"), plural(r.count(jwks.SeverityWarning), "warning"))
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func (r findingsReport) document() any {
	list := make([]strictjson.Value, len(r.findings))
	for i, f := range r.findings {
		list[i] = strictjson.Object(
			member("id", strictjson.String(f.id)),
			member("severity", strictjson.String(string(f.severity))),
			member("place", text(f.place)),
			member("message", strictjson.String(f.message)),
			member("hint", text(f.hint)),
			member("spec", text(f.spec)),
		)
	}
	return strictjson.Object(
		member("verdict", strictjson.String(r.verdict())),
		member("exit_code", strictjson.Int(int64(r.code()))),
		member("source", strictjson.String(r.source)),
		member("findings", strictjson.Array(list...)),
	)
}

func (r findingsReport) writeText(t *output.Text) {
	mark, style := output.MarkPassed, output.Good
	if r.code() != exitAccepted {
		mark, style = output.MarkFailed, output.Bad
	}
	t.Rows(output.Row{
		Mark: mark, Style: style,
		Value: r.sentence(),
	})
	t.Line(r.source)
	if len(r.findings) > 0 {
		t.Heading("findings")
		t.Rows(findingRows(r.findings)...)
	}
}

func findingRows(findings []finding) []output.Row {
	marks := map[jwks.Severity]output.Mark{
		jwks.SeverityError: output.MarkFailed, jwks.SeverityWarning: output.MarkWarning, jwks.SeverityInfo: output.MarkSkipped,
	}
	rows := make([]output.Row, len(findings))
	for i, f := range findings {
		row := output.Row{Mark: marks[f.severity], Label: f.id, Value: f.message}
		if f.place != "" && !strings.HasPrefix(strings.TrimPrefix(f.message, `"`), f.place) {
			row.Value = f.place + ": " + f.message
		}
		if f.hint != "" {
			row.Notes = append(row.Notes, output.Strong.Span("hint: "+f.hint))
		}
		if f.spec != "" && f.severity != jwks.SeverityInfo {
			row.Notes = append(row.Notes, output.Dim.Span(f.spec))
		}
		rows[i] = row
	}
	return rows
}

// suite is what --check found. Where it found nothing, that is a case of its
// own, because CI systems take a suite without cases for a broken one.
func (r findingsReport) suite() output.Suite {
	s := output.Suite{
		Verdict: r.verdict(), Good: r.code() == exitAccepted, Message: withCode(r.sentence(), r.code()), ExitCode: r.code(), URI: sourceURI(r.source),
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

func member(name string, value strictjson.Value) strictjson.Member {
	return strictjson.Member{Name: name, Value: value}
}

// text is a JSON string that is left out where it is empty.
func text(s string) strictjson.Value {
	if s == "" {
		return strictjson.Value{}
	}
	return strictjson.String(s)
}
