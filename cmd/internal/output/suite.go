package output

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// A Tool is the program that gives an answer, as CI systems show it.
type Tool struct {
	Name    string // of the program
	Command string // that was run, as "verify"
	Version string // of the program; empty if unknown
	URL     string // of the program's home page
}

func (t Tool) title() string { return t.Name + " " + t.Command }

// A Suite is an answer as a list of cases: the form in which FormatGitHub,
// FormatJUnit and FormatSARIF show it. All its texts are as they came: the
// formats escape them.
type Suite struct {
	Verdict  string // in a word or two, as "rejected"
	Good     bool   // whether the answer is yes
	Message  string // the verdict in one line
	ExitCode int
	URI      string // of the document that was linted, or empty
	Facts    []Fact // what else is worth knowing
	Cases    []Case
}

// A Fact is a name and a value.
type Fact struct{ Name, Value string }

// A Case is the result of one check.
type Case struct {
	ID       string // such as "signature"; several cases can share it
	Outcome  Outcome
	Reason   string   // why it failed, as one word, or empty
	Location string   // location in the document, or empty
	Message  string   // the finding, on one line
	Notes    []string // additional lines, such as a hint
	Spec     string   // section of the specification, or empty
}

// An Outcome is how a case went. The zero value is not a success.
type Outcome int

// The outcomes.
const (
	Unanswered Outcome = iota // it could not be found out
	Failed
	Warned
	Noted // worth knowing
	Skipped
	Passed
)

// Mark returns the mark of a row with the outcome.
func (o Outcome) Mark() Mark {
	return [...]Mark{MarkFailed, MarkFailed, MarkWarning, MarkSkipped, MarkSkipped, MarkPassed}[o]
}

// namesLocation reports whether the location has to precede the message. The message
// may already begin with it.
func (c Case) namesLocation() bool {
	return c.Location != "" && !strings.HasPrefix(strings.TrimPrefix(c.Message, `"`), c.Location)
}

// line is where and what, escaped.
func (c Case) line() string {
	if !c.namesLocation() {
		return Escape(c.Message)
	}
	return Escape(c.Location + ": " + c.Message)
}

// lines is everything that there is to say, escaped.
func (c Case) lines() []string {
	lines := []string{c.line()}
	for _, note := range c.Notes {
		lines = append(lines, Escape(note))
	}
	if c.Spec != "" {
		lines = append(lines, Escape(c.Spec))
	}
	return lines
}

// WantsSuite reports whether the format is one that PrintSuite prints.
func (p *Printer) WantsSuite() bool {
	return slices.Contains([]Format{FormatGitHub, FormatJUnit, FormatSARIF}, p.options.Format)
}

// PrintSuite is Print for the formats of CI systems.
func (p *Printer) PrintSuite(ctx context.Context, s Suite) error {
	tool := p.options.Tool
	switch p.options.Format {
	case FormatJUnit:
		data, err := AppendJUnit(nil, tool, s)
		if err != nil {
			return fmt.Errorf("writing JUnit XML: %w", err)
		}
		return p.write(data)
	case FormatSARIF:
		return p.Print(ctx, SARIF(tool, s), nil)
	}
	if err := p.write(AppendAnnotations(nil, tool, s)); err != nil {
		return err
	}
	if p.options.Summary == nil || p.options.Quiet {
		return nil
	}
	if _, err := p.options.Summary.Write(AppendSummary(nil, tool, s)); err != nil {
		return &WriteError{fmt.Errorf("the job summary: %w", err)}
	}
	return nil
}
