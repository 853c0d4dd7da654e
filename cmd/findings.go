package cmd

import (
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/cmd/internal/advice"
	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/provider"
)

// The most that is shown of a document that is wrong throughout.
const (
	maxShownFindings = 1000 // in JSON and for CI systems
	maxTextFindings  = 100
	maxTextLocations = 20 // per finding
)

// findingsReport is the answer of --check: errors first, as the linters give them.
type findingsReport struct {
	source   string // what was checked
	findings []jwks.Finding
}

// count returns the number of findings of a severity.
func (r findingsReport) count(severity string) int {
	n := 0
	for _, f := range r.findings {
		if f.Severity == severity {
			n++
		}
	}
	return n
}

// documentOptions are the flags of the commands that show or lint a document of an
// issuer.
type documentOptions struct {
	settings settingsOptions
	network  networkOptions
	output   outputOptions
	check    bool
	typed    advice.Cmdline // for hints
}

func (o *documentOptions) addFlags(c *cobra.Command, checkUsage string) {
	inGroup(c.Flags(), groupExpect, func(f *pflag.FlagSet) { f.BoolVar(&o.check, "check", false, checkUsage) })
	o.settings.addFlags(c)
	o.network.addFlags(c)
	o.output.addFlags(c, checkFormats())
}

// A document is what was read: with --check its findings, otherwise how it is shown.
type document struct {
	report findingsReport
	show   func() error // nil with --check
}

// run lints the document with --check and shows it otherwise.
func (o *documentOptions) run(c *cobra.Command, env *Env, read func(*output.Printer) (document, error)) error {
	o.typed = typedLine(c.CommandPath(), c.Flags(), nil).Drop("check", "kid", "for", "pem")
	if o.check {
		return o.output.conclude(c.Context(), env, func(printer *output.Printer) (verdict, error) {
			d, err := read(printer)
			return d.report, err
		})
	}
	o.output.ci = ciFormats{}
	printer, err := o.output.printer(env)
	if err != nil {
		return err
	}
	d, err := read(printer)
	if err != nil {
		return err
	}
	return d.show()
}

// question is what an issuer is asked for.
func (o *documentOptions) question(client *provider.Client, issuer string) issuerQuestion {
	return issuerQuestion{client: client, typed: o.typed, issuer: issuer, headers: len(o.network.headers) > 0}
}

// code is that of errors: warnings and information do not fail a document.
func (r findingsReport) code() int {
	if r.count("error") > 0 {
		return exitFindings
	}
	return exitAccepted
}

func (r findingsReport) verdict() string {
	if r.code() == exitAccepted {
		return "clean"
	}
	return "findings"
}

func (r findingsReport) sentence() string {
	errors, warnings := r.count("error"), r.count("warning")
	if errors == 0 && warnings > 0 {
		return "no errors, " + plural(warnings, "warning")
	}
	return fmt.Sprintf("%s: %s, %s", r.verdict(), plural(errors, "error"), plural(warnings, "warning"))
}

// findingsDocument is the report in JSON.
type findingsDocument struct {
	Verdict  string         `json:"verdict"`
	ExitCode int            `json:"exit_code"`
	Source   string         `json:"source"`
	Findings []jwks.Finding `json:"findings"`
	Omitted  int            `json:"omitted,omitzero"` // findings that are not shown because there are too many
}

func (r findingsReport) document() any {
	shown, omitted := atMost(r.findings, maxShownFindings)
	return findingsDocument{r.verdict(), r.code(), r.source, shown, omitted}
}

func atMost[T any](list []T, most int) (shown []T, omitted int) {
	if len(list) <= most {
		return list, 0
	}
	return list[:most], len(list) - most
}

// writeText puts the verdict last: what is above it may be longer than a screen.
func (r findingsReport) writeText(t *output.Text) {
	t.Line(r.source)
	if len(r.findings) > 0 {
		t.Blank()
		r.writeFindings(t)
	}
	t.Blank()
	r.writeVerdict(t)
}

func (r findingsReport) writeVerdict(t *output.Text) {
	t.Rows(verdictRow(r.code() == exitAccepted, r.sentence()))
}

func (r findingsReport) writeFindings(t *output.Text) {
	shown, omitted := atMost(r.findings, maxTextFindings)
	rows := make([]output.Row, len(shown))
	for i, f := range shown {
		rows[i] = output.Row{Mark: outcomeOfFinding(f).Mark(), Label: f.ID, Value: f.Message}
		if len(f.Locations) == 1 {
			rows[i].Value = f.Locations[0] + ": " + f.Message
		}
		if len(f.Locations) > 1 {
			rows[i].Notes = append(rows[i].Notes, output.Plain.Span(locationList(f.Locations, maxTextLocations)))
		}
		if f.Spec != "" && f.Severity != "info" {
			rows[i].Notes = append(rows[i].Notes, output.Dim.Span(f.Spec))
		}
	}
	t.Rows(rows...)
	if omitted > 0 {
		t.Line(fmt.Sprintf("and %d more", omitted))
	}
}

func outcomeOfFinding(f jwks.Finding) output.Outcome {
	return map[string]output.Outcome{"error": output.Failed, "warning": output.Warned, "info": output.Noted}[f.Severity]
}

func locationList(locations []string, most int) string {
	shown, omitted := atMost(locations, most)
	text := strings.Join(shown, ", ")
	if omitted > 0 {
		text += fmt.Sprintf(" and %d more", omitted)
	}
	return text
}

// suite is what --check found. Where it found nothing, that is a case of its
// own, because CI systems take a suite without cases for a broken one.
func (r findingsReport) suite() output.Suite {
	s := output.Suite{URI: sourceURI(r.source), Facts: []output.Fact{{Name: "source", Value: r.source}}}
	shown, omitted := atMost(r.findings, maxShownFindings)
	for _, f := range shown {
		c := output.Case{ID: f.ID, Outcome: outcomeOfFinding(f), Location: locationList(f.Locations, maxTextLocations), Message: f.Message, Spec: f.Spec}
		if f.Severity == "error" {
			c.Reason = "findings"
		}
		s.Cases = append(s.Cases, c)
	}
	if omitted > 0 {
		s.Cases = append(s.Cases, output.Case{ID: "omitted", Outcome: output.Noted, Message: fmt.Sprintf("and %d more findings", omitted)})
	}
	if len(r.findings) == 0 {
		s.Cases = []output.Case{{ID: "document", Outcome: output.Passed, Message: "no findings"}}
	}
	return s
}

// sourceURI returns the source as a relative reference. Code scanning accepts only
// files of the repository, and rejects the whole document if it contains a URL.
func sourceURI(source string) string {
	if u, err := url.Parse(source); err == nil && isURL(source) {
		return (&url.URL{Path: u.Host + u.Path}).String()
	}
	path := filepath.ToSlash(source)
	if strings.HasPrefix(path, "//") { // which would name another host (RFC 3986 section 4.2)
		path = "/" + strings.TrimLeft(path, "/")
	}
	return (&url.URL{Path: path}).String()
}
