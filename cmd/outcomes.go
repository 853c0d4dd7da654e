package cmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/challenge"
	"github.com/claimcheck/claimcheck/pkg/probe"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// A probeView is the outcome of a run for people and programs.
type probeView struct {
	*probe.Result
	cfg probe.Config
	all bool
}

func (v probeView) code() int {
	switch {
	case v.Good():
		return exitAccepted
	case len(v.having(verify.Failed)) > 0:
		return exitAPIAccepts
	default:
		return exitUnavailable
	}
}

func (v probeView) verdict() string {
	return map[int]string{exitAccepted: "refuses", exitAPIAccepts: "accepts", exitUnavailable: "unclear"}[v.code()]
}

func (v probeView) sentence() string {
	sent := plural(v.Requests, "request")
	switch failed := v.having(verify.Failed); {
	case v.Good():
		line := "the API refuses what it must refuse: " + sent
		if n := len(v.having(verify.Warning)); n > 0 {
			line += ", with " + plural(n, "warning")
		}
		return line
	case len(failed) == 0:
		unclear := v.having(probe.Unclear)[0]
		return fmt.Sprintf("no answer: %s: %s", unclear.Probe.ID, unclear.Message)
	case failed[0].Probe.ID == "control":
		return "the API refuses the good token: " + gotWords(failed[0])
	case failed[0].Probe.ID == "no_token":
		return "the API answers without a token: " + gotWords(failed[0])
	default:
		ids := make([]string, len(failed))
		for i, o := range failed {
			ids[i] = o.Probe.ID
		}
		return "the API accepts what it must refuse: " + strings.Join(ids, ", ")
	}
}

// having returns the outcomes with a status.
func (v probeView) having(status verify.Status) []probe.Outcome {
	return slices.DeleteFunc(slices.Clone(v.Outcomes), func(o probe.Outcome) bool { return o.Status != status })
}

// gotWords is an answer: "401 invalid_token".
func gotWords(o probe.Outcome) string {
	switch {
	case o.Status == probe.NotSent:
		return "not sent"
	case o.Code == 0:
		return "no answer"
	default:
		return strings.TrimSpace(fmt.Sprintf("%d %s", o.Code, o.Error))
	}
}

// probeDocument is a run in JSON.
type probeDocument struct {
	Verdict  string         `json:"verdict"`
	Reason   string         `json:"reason,omitzero"`
	ExitCode int            `json:"exit_code"`
	URL      string         `json:"url"`
	Method   string         `json:"method"`
	Requests int            `json:"requests"`
	Probes   []probeOutcome `json:"probes"`
	Skipped  []string       `json:"skipped"`
}

type probeOutcome struct {
	ID       string        `json:"id"`
	Status   verify.Status `json:"status"`
	Sent     string        `json:"sent"`
	Expected string        `json:"expected"`
	Got      int           `json:"got,omitzero"`
	Error    string        `json:"error,omitzero"`
	Message  string        `json:"message,omitzero"`
	Problems []string      `json:"problems,omitempty"`
	Spec     string        `json:"spec,omitzero"`
}

func (v probeView) document() any {
	d := probeDocument{
		Verdict: v.verdict(), ExitCode: v.code(), URL: v.URL, Method: v.cfg.Method, Requests: v.Requests,
		Skipped: v.Skipped,
	}
	if d.ExitCode != exitAccepted {
		d.Reason = reasonOf(d.ExitCode)
	}
	for _, o := range v.Outcomes {
		d.Probes = append(d.Probes, probeOutcome{
			ID: o.Probe.ID, Status: o.Status, Sent: o.Probe.Sent, Expected: o.Probe.Expected, Got: o.Code, Error: o.Error, Message: o.Message,
			Problems: problemLines(o.Problems), Spec: o.Probe.Spec,
		})
	}
	return d
}

// problemLines are rules that an API's challenge breaks, each with where it is.
func problemLines(problems []challenge.Problem) []string {
	var list []string
	for _, p := range problems {
		list = append(list, fmt.Sprintf("%s (%s)", p.Text, p.Spec))
	}
	return list
}

func (v probeView) writeText(t *output.Text) {
	t.Rows(verdictRow(v.Good(), v.sentence()))
	t.Line(v.cfg.Method + " " + v.URL)
	if v.all {
		t.Blank()
		t.Table([]string{"result", "probe", "sent", "expected", "got"}, v.table())
	}
	t.Section("", v.rows()...)
	t.Blank()
	if n := len(v.having(verify.Passed)); n > 0 && !v.all {
		t.Line(plural(n, "probe") + " passed (--all lists them)")
	}
	for _, why := range v.Skipped {
		t.Line("not sent: " + why)
	}
}

func (v probeView) table() [][]string {
	var rows [][]string
	for _, o := range v.Outcomes {
		rows = append(rows, []string{strings.ReplaceAll(string(o.Status), "_", " "), o.Probe.ID, o.Probe.Sent, o.Probe.Expected, gotWords(o)})
	}
	return rows
}

// rows are the probes that went wrong, and what the challenges break, once each.
func (v probeView) rows() []output.Row {
	var rows []output.Row
	for _, o := range v.Outcomes {
		if o.Status == verify.Passed || o.Status == probe.NotSent || o.Message == "" {
			continue
		}
		row := output.Row{Mark: markOf(o.Status), Label: o.Probe.ID, Value: gotWords(o) + ": " + o.Message}
		row.Notes = append(row.Notes, output.Dim.Span("sent: "+o.Probe.Sent))
		if o.Probe.Spec != "" && o.Status == verify.Failed {
			row.Notes = append(row.Notes, output.Dim.Span(o.Probe.Spec))
		}
		rows = append(rows, row)
	}
	return append(rows, v.challengeRows()...)
}

// challengeRows are what the challenges break: one entry each, with how often.
func (v probeView) challengeRows() []output.Row {
	var order []string
	count := map[string]int{}
	for _, o := range v.Outcomes {
		for _, line := range problemLines(o.Problems) {
			if count[line]++; count[line] == 1 {
				order = append(order, line)
			}
		}
	}
	var rows []output.Row
	for _, line := range order {
		rows = append(rows, output.Row{Mark: output.MarkWarning, Label: "challenge", Value: fmt.Sprintf("%s, in %s", line, plural(count[line], "answer"))})
	}
	return rows
}

func (v probeView) suite() output.Suite {
	s := output.Suite{URI: sourceURI(v.URL), Facts: []output.Fact{{Name: "url", Value: v.URL}, {Name: "method", Value: v.cfg.Method}}}
	for _, o := range v.Outcomes {
		c := output.Case{ID: o.Probe.ID, Outcome: outcomeOf(o.Status), Spec: o.Probe.Spec,
			Message: fmt.Sprintf("sent %s: expected %s, got %s", o.Probe.Sent, o.Probe.Expected, gotWords(o))}
		if o.Status == verify.Failed {
			c.Reason = reasonOf(exitAPIAccepts)
		}
		if o.Message != "" {
			c.Notes = append(c.Notes, o.Message)
		}
		c.Notes = append(c.Notes, problemLines(o.Problems)...)
		s.Cases = append(s.Cases, c)
	}
	return s
}
