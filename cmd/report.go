package cmd

import (
	"cmp"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// showOptions say how much of a report is shown.
type showOptions struct {
	all      bool
	claims   bool
	noClaims bool
	explain  bool // verify only
}

func (o *showOptions) addFlags(flags *pflag.FlagSet) {
	inGroup(flags, groupOutput, func(f *pflag.FlagSet) {
		f.BoolVar(&o.all, "all", false, "show every check, the key, header and claims")
		f.BoolVar(&o.claims, "claims", false, "show the claims too")
		f.BoolVar(&o.noClaims, "no-claims", false, "leave the claims out")
		onOneLine(f, "show the claims, too; leave them out", "claims", "no-claims")
	})
}

// long reports whether the output may be longer than a screen.
func (o *showOptions) long() bool { return o.all || o.claims }

func (o *showOptions) check() error {
	if o.claims && o.noClaims {
		return usageError("--claims and --no-claims contradict each other")
	}
	return nil
}

// writeText is the report for people: the verdict, what failed, who the token is
// from and for. All of it fits on a screen, unless more is asked for.
func (r report) writeText(t *output.Text) {
	r.writeVerdict(t)
	if r.show.explain {
		t.Blank()
		r.writeStory(t)
		return
	}
	r.writeBody(t, r.facts())
	if r.show.long() {
		t.Blank() // the verdict has scrolled away by now
		r.writeVerdict(t)
	}
}

// writeBody writes what follows the verdict: a summary with these facts, or the whole
// report.
func (r report) writeBody(t *output.Text, facts []output.Row) {
	if r.show.all {
		r.writeAll(t)
		return
	}
	r.writeShort(t, facts)
	r.writeCount(t)
	if r.show.claims {
		r.writeClaims(t)
	}
}

func (r report) writeVerdict(t *output.Text) {
	words := r.headline(r.checks(verify.Failed), false)
	if r.Accepted {
		words = r.summary()
	}
	r.writeVerdictAs(t, words)
}

// writeVerdictAs writes the verdict, followed by words, and what has to be known
// before anything else is read.
func (r report) writeVerdictAs(t *output.Text, words string) {
	row := verdictRow(r.Accepted, strings.ToUpper(r.verdict())+"  "+words)
	if n := len(r.checks(verify.Warning)); n > 0 && r.Accepted {
		row.Value += "; " + plural(n, "warning")
	}
	t.Rows(row)
	if r.atSet {
		t.Spans(output.Caution.Span("  as of " + output.FormatTime(r.EvaluatedAt, r.realNow) + ", not now"))
	}
	if !r.Accepted && !r.SignatureVerified && r.anyClaims().Exists() {
		t.Spans(output.Caution.Span("  claims below are unverified"))
	}
}

// summary is what an accepted token is: "access token for "api", valid for
// another 5h".
func (r report) summary() string {
	text := cmp.Or(map[verify.Kind]string{verify.KindID: "ID token", verify.KindAccess: "access token", verify.KindLogout: "logout token"}[r.Kind], "token")
	if audiences := r.audiences(); len(audiences) > 0 {
		text += " for " + listed(strictjson.From(audiences))
	}
	if c, _ := r.Check("expiry"); !c.Time.IsZero() {
		if left := c.Time.Unix() - r.EvaluatedAt.Unix(); left > 0 {
			text += ", valid for another " + output.FormatSeconds(left)
		} else {
			text += ", expired but within the leeway"
		}
	}
	return text
}

// audiences returns the token's audiences that are expected, or all of them if
// none is expected.
func (r report) audiences() []string {
	list := r.anyClaims().Get("aud").Texts()
	other := func(aud string) bool { return !slices.Contains(r.advice.Audiences, aud) }
	if expected := slices.DeleteFunc(slices.Clone(list), other); len(expected) > 0 {
		return expected
	}
	return list
}

// writeShort writes what failed and warned, each with its hint, then facts.
func (r report) writeShort(t *output.Text, facts []output.Row) {
	var rows []output.Row
	for _, c := range append(r.checks(verify.Failed), r.checks(verify.Warning)...) {
		rows = append(rows, r.row(c))
	}
	if len(rows) > 0 && len(facts) > 0 {
		rows = append(rows, output.Row{})
	}
	t.Blank()
	t.Indented(func() { t.Rows(append(rows, facts...)...) })
}

func (r report) row(c verify.Check) output.Row {
	row := output.Row{Mark: markOf(c.Status), Label: c.ID, Value: r.message(c)}
	if c.Status == verify.Failed || c.Status == verify.Warning {
		hint := r.advice.Hint(c)
		if c.Strict {
			row.Notes = append(row.Notes, output.Plain.Span("a warning, which --strict refuses"))
		}
		if words := hint.Words(); words != "" {
			row.Notes = append(row.Notes, output.Strong.Span("hint: "+words))
		}
		row.Command = hint.Command
	}
	return row
}

// writeCount says how many checks are not shown.
func (r report) writeCount(t *output.Text) {
	passed := 0
	for _, c := range r.made {
		if c.Status == verify.Passed {
			passed++
		}
	}
	text := plural(passed, "check") + " passed (--all lists them, --claims shows the claims)"
	if r.show.claims {
		text = plural(passed, "check") + " passed (--all lists them)"
	}
	if !r.Accepted {
		for _, row := range r.facts() {
			if row.Mark == output.MarkPassed {
				passed--
			}
		}
		text = plural(passed, "other check") + " passed (--all lists them)"
	}
	if passed == 0 {
		text = "--all lists all checks"
	}
	t.Blank()
	t.Indented(func() { t.Spans(output.Dim.Span(text)) })
}

// writeAll writes everything: every check with what was expected and found, the
// key, the header and the claims.
func (r report) writeAll(t *output.Text) {
	t.Heading("checks")
	var rows []output.Row
	var notAsked []string
	for _, c := range r.made {
		if notAskedFor(c) {
			notAsked = append(notAsked, c.ID)
			continue
		}
		row := r.row(c)
		switch c.Status {
		case verify.NotChecked:
			row.Style = output.Dim
		case verify.Failed, verify.Warning:
			row.Notes = append(comparison(c), row.Notes...)
		}
		rows = append(rows, row)
	}
	if len(notAsked) > 0 {
		rows = append(rows, output.Row{
			Mark: output.MarkSkipped, Label: "not required", Value: strings.Join(notAsked, ", "), Style: output.Dim,
		})
	}
	t.Rows(rows...)
	var key []output.Row
	for _, fact := range r.keyFacts() {
		key = append(key, output.Row{Label: fact.Name, Value: fact.Value})
	}
	t.Section("key", key...)
	if r.Header.Exists() {
		t.Heading("header")
		t.JSON(r.Header)
	}
	r.writeClaims(t)
}

// comparison is what was expected and what the token has.
func comparison(c verify.Check) []output.Span {
	var notes []output.Span
	if c.Expected.Exists() {
		notes = append(notes, output.Dim.Span("expected: "+c.Expected.String()))
	}
	if c.Actual.Exists() {
		notes = append(notes, output.Dim.Span("got:      "+c.Actual.String()))
	}
	return notes
}

func (r report) writeClaims(t *output.Text) {
	title, claims := "claims", r.anyClaims()
	if !r.Accepted {
		title = "rejected claims"
	}
	if r.show.noClaims || !claims.Exists() {
		return
	}
	t.Heading(title)
	writeClaims(t, claims, r.EvaluatedAt)
}
