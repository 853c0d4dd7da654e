package cmd

import (
	"fmt"
	"strings"
	"time"

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

// reportDocument is the report in JSON, as docs/report.schema.json has it.
type reportDocument struct {
	Verdict          string           `json:"verdict"`
	Reason           string           `json:"reason"`
	ExitCode         int              `json:"exit_code"`
	Kind             verify.Kind      `json:"kind"`
	EvaluatedAt      string           `json:"evaluated_at"`
	EvaluatedAtGiven bool             `json:"evaluated_at_given,omitempty"`
	Checks           []checkDocument  `json:"checks"`
	Key              *keyDocument     `json:"key,omitempty"`
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

type keyDocument struct {
	KeyID      *string `json:"kid,omitempty"`
	Type       string  `json:"kty,omitempty"`
	Curve      string  `json:"crv,omitempty"`
	Algorithm  string  `json:"alg,omitempty"`
	Bits       int     `json:"bits"`
	Thumbprint string  `json:"thumbprint,omitempty"`
	Source     string  `json:"source,omitempty"`
	AgeSeconds int64   `json:"age_seconds"`
}

func (r report) document() any { return r.reportDocument() }

func (r report) reportDocument() reportDocument {
	d := reportDocument{
		Verdict: r.verdict(), Reason: r.reason(), ExitCode: r.code(), Kind: r.Kind,
		EvaluatedAt: r.EvaluatedAt.UTC().Format(time.RFC3339), EvaluatedAtGiven: r.atGiven,
		Key: newKeyDocument(r.Key), Header: r.Header,
	}
	for _, c := range r.Checks() {
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
		Message: r.message(c), Hint: r.hint(c).String(), Spec: c.Spec,
	}
	if c.Status == verify.Failed {
		d.Reason = c.Reason
	}
	return d
}

func newKeyDocument(k *verify.KeyInfo) *keyDocument {
	if k == nil {
		return nil
	}
	d := &keyDocument{
		Type: k.Type, Curve: k.Curve, Algorithm: k.Algorithm, Bits: k.Bits, Thumbprint: k.Thumbprint, Source: k.Source, AgeSeconds: k.AgeSeconds,
	}
	if k.HasKeyID {
		d.KeyID = &k.KeyID
	}
	return d
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

// writeBody writes what stands below the verdict: in short, with these facts, or
// whole.
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

// writeVerdictAs writes the verdict with the words behind it.
func (r report) writeVerdictAs(t *output.Text, words string) {
	row := output.Row{Mark: output.MarkFailed, Style: output.Bad}
	if r.Accepted {
		row.Mark, row.Style = output.MarkPassed, output.Good
	}
	row.Value = strings.ToUpper(r.verdict()) + "  " + words
	if n := len(r.checks(verify.Warning)); n > 0 && r.Accepted {
		row.Value += "; " + plural(n, "warning")
	}
	t.Rows(row)
	r.writeCaveats(t)
}

// writeCaveats says what has to be known before anything else is read.
func (r report) writeCaveats(t *output.Text) {
	if r.atGiven {
		t.Spans(output.Caution.Span("  as of " + output.FormatTime(r.EvaluatedAt, r.realNow) + ", not now"))
	}
	if !r.Accepted && !r.SignatureVerified() && r.anyClaims().Exists() {
		t.Spans(output.Caution.Span("  claims below are unverified"))
	}
}

// summary is what an accepted token is: "access token for "api", valid for
// another 5h".
func (r report) summary() string {
	text := map[verify.Kind]string{verify.KindID: "ID token", verify.KindAccess: "access token", verify.KindLogout: "logout token"}[r.Kind]
	if text == "" {
		text = "token"
	}
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

// audiences are those of the token that are expected, else all of them.
func (r report) audiences() []string {
	list := textOrList(r.anyClaims().Get("aud"))
	var expected []string
	for _, aud := range list {
		for _, wanted := range r.advice.Audiences {
			if aud == wanted {
				expected = append(expected, aud)
			}
		}
	}
	if len(expected) > 0 {
		return expected
	}
	return list
}

func textOrList(v strictjson.Value) []string {
	if s, ok := v.Text(); ok {
		return []string{s}
	}
	list, _ := v.TextList()
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
		hint := r.hint(c)
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

// facts are who issued the token, about whom and for whom. Marks stand only
// before what was verified.
func (r report) facts() []output.Row {
	claims := r.anyClaims()
	if r.Accepted {
		rows := factRows(claims, r.EvaluatedAt, "iss", "sub", "aud", "client", "scope", "iat", "exp")
		if r.Key != nil {
			rows = append(rows, output.Row{Label: "signed by", Value: r.signedBy()})
		}
		return rows
	}
	var rows []output.Row
	if r.SignatureVerified() && r.Key != nil {
		rows = append(rows, output.Row{Mark: output.MarkPassed, Label: "signature", Value: keyInWords(r.Key)})
	}
	for _, fact := range []struct {
		name  string
		check string
	}{{"iss", "issuer"}, {"aud", "audience"}, {"sub", "subject"}, {"exp", "expiry"}} {
		c, _ := r.Check(fact.check)
		if c.Status == verify.Failed || c.Status == verify.Warning {
			continue // it stands above
		}
		for _, row := range factRows(claims, r.EvaluatedAt, fact.name) {
			if c.Status == verify.Passed && r.SignatureVerified() && fact.name != "sub" {
				row.Mark = output.MarkPassed
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// factRows shows well-known claims, those that are there. What has expired is
// red.
func factRows(claims strictjson.Value, now time.Time, names ...string) []output.Row {
	labels := map[string]string{"iss": "issuer", "sub": "subject", "username": "username", "aud": "audience", "iat": "issued", "exp": "expires"}
	var rows []output.Row
	for _, name := range names {
		row := output.Row{Label: labels[name]}
		switch name {
		case "client":
			row.Label, row.Value = name, clientIn(claims)
		case "scope":
			row.Label, row.Value = name, strings.Join(scopesIn(claims), " ")
		case "iat", "exp":
			if at, ok := verify.NumericDate(claims.Get(name)); ok {
				row.Value = output.FormatTime(at, now)
				if name == "exp" && !now.Before(at) {
					row.Style = output.Bad
				}
			}
		default:
			row.Value = strings.Join(textOrList(claims.Get(name)), ", ")
		}
		if row.Value != "" {
			row.Value = shortened(row.Value)
			rows = append(rows, row)
		}
	}
	return rows
}

func clientIn(claims strictjson.Value) string {
	for _, name := range []string{"client_id", "azp", "cid", "appid"} {
		if client, _ := claims.Get(name).Text(); client != "" {
			return client
		}
	}
	return ""
}

func scopesIn(claims strictjson.Value) []string {
	if scopes := textOrList(claims.Get("scope")); len(scopes) > 0 {
		return scopes
	}
	return textOrList(claims.Get("scp"))
}

// signedBy names the key and where it came from.
func (r report) signedBy() string {
	text := keyInWords(r.Key)
	source := r.Key.Source
	if r.keySet != nil {
		source = r.keySet.URL
	}
	if source != "" {
		if rest, found := strings.CutPrefix(source, r.advice.Issuer); found && r.advice.Issuer != "" && strings.HasPrefix(rest, "/") {
			source = "…" + rest
		}
		text += ", from " + source
	}
	if r.keySet != nil && r.keySet.FromCache {
		text += ", cached " + output.FormatSeconds(r.Key.AgeSeconds) + " ago"
	}
	return text
}

func keyInWords(k *verify.KeyInfo) string {
	if k.Type == "oct" {
		return k.Algorithm + ", by the secret"
	}
	text := k.Algorithm + ", key"
	if k.HasKeyID {
		text += fmt.Sprintf(" %q", k.KeyID)
	}
	size := k.Curve
	if size == "" {
		size = fmt.Sprintf("%s %d", k.Type, k.Bits)
	}
	return text + " (" + size + ")"
}

// writeCount says how many checks are not shown.
func (r report) writeCount(t *output.Text) {
	passed := len(r.checks(verify.Passed))
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
	for _, c := range r.Checks() {
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
			Mark: output.MarkSkipped, Label: "not asked for", Value: strings.Join(notAsked, ", "), Style: output.Dim,
		})
	}
	t.Rows(rows...)
	if r.Key != nil {
		t.Heading("key")
		t.Rows(r.keyRows()...)
	}
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

// keyFacts are what is known of the key, by its names in JSON.
func (r report) keyFacts() []output.Fact {
	var facts []output.Fact
	for _, m := range strictjson.From(newKeyDocument(r.Key)).Members() {
		value, isText := m.Value.Text()
		if !isText {
			value = m.Value.String()
		}
		facts = append(facts, output.Fact{Name: m.Name, Value: value})
	}
	return facts
}

func (r report) keyRows() []output.Row {
	var rows []output.Row
	for _, fact := range r.keyFacts() {
		rows = append(rows, output.Row{Label: fact.Name, Value: fact.Value})
	}
	return rows
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
	for _, c := range r.Checks() {
		s.Cases = append(s.Cases, r.suiteCase(c))
	}
	return s
}

func (r report) suiteCase(c verify.Check) output.Case {
	outcomes := map[verify.Status]output.Outcome{
		verify.Passed: output.Passed, verify.Failed: output.Failed, verify.Warning: output.Warned, verify.NotChecked: output.Skipped,
	}
	result := output.Case{ID: c.ID, Outcome: outcomes[c.Status], Message: r.message(c)}
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
