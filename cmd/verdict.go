package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/cmd/internal/advice"
	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/cmd/internal/query"
	"github.com/claimcheck/claimcheck/pkg/probe"
	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// A verdict is the answer of a command that checks something. It has one code,
// whatever the format it is printed in.
type verdict interface {
	code() int
	verdict() string  // in a word or two
	sentence() string // in one line, without the code
	document() any    // for JSON
	writeText(*output.Text)
	suite() output.Suite // facts and cases for CI systems
}

// conclude runs a command that checks something. If there is no verdict, it prints
// the reason instead.
func (o *outputOptions) conclude(ctx context.Context, env *Env, ask func(*output.Printer) (verdict, error)) error {
	printer, err := o.printer(env)
	if err != nil {
		return err
	}
	v, err := ask(printer)
	if err != nil {
		return noAnswer(ctx, printer, err)
	}
	return conclude(ctx, printer, v)
}

// conclude prints a verdict and, if stdout is for a program, a one-line version of it
// to stderr. Every command that checks ends here; the returned error carries the exit
// code.
func conclude(ctx context.Context, printer *output.Printer, v verdict) error {
	if v.code() == exitUnavailable && printer.Quiet() {
		return fail(exitUnavailable, "%s", v.sentence()) // no answer is an error, which --quiet does not hide
	}
	var answer error
	if v.code() != exitAccepted {
		answer = silentExit(v.code())
	}
	if err := printVerdict(ctx, printer, v); err != nil {
		answer = printFailure(err, v.code())
	}
	printer.Verdict(v.code() == exitAccepted, withCode(v.sentence(), exitCode(ctx, answer)))
	return answer
}

func withCode(sentence string, code int) string { return fmt.Sprintf("%s (exit %d)", sentence, code) }

// printVerdict prints a verdict in the format that was asked for.
func printVerdict(ctx context.Context, printer *output.Printer, v verdict) error {
	switch {
	case printer.WantsLine():
		return printer.PrintLine(withCode(v.sentence(), v.code()))
	case printer.WantsSuite():
		s := v.suite()
		s.Verdict, s.Good, s.ExitCode = v.verdict(), v.code() == exitAccepted, v.code()
		s.Message = cmp.Or(s.Message, withCode(v.sentence(), v.code()))
		return printer.PrintSuite(ctx, s)
	case printer.WantsText():
		return printer.PrintText(v.writeText)
	default:
		return printer.Print(ctx, v.document(), v.writeText)
	}
}

// verdictRow is a verdict in words, with its mark.
func verdictRow(good bool, words string) output.Row {
	if good {
		return output.Row{Mark: output.MarkPassed, Style: output.Good, Value: words}
	}
	return output.Row{Mark: output.MarkFailed, Style: output.Bad, Value: words}
}

// markOf is the mark of a check, a link or a probe.
func markOf(status verify.Status) output.Mark { return outcomeOf(status).Mark() }

// outcomeOf is how a check, a link or a probe went, for CI systems.
func outcomeOf(status verify.Status) output.Outcome {
	switch status {
	case verify.Passed:
		return output.Passed
	case verify.Failed:
		return output.Failed
	case verify.Warning:
		return output.Warned
	case verify.NotChecked, probe.NotSent:
		return output.Skipped
	default:
		return output.Unanswered
	}
}

// noAnswer prints what kept a command from its verdict, in the verdict's place.
// Errors that are no such thing only come back.
func noAnswer(ctx context.Context, printer *output.Printer, err error) error {
	code := exitCode(ctx, err)
	wrongUsage := code == exitUsage && printer.WantsSuite() // nobody reads the log of a CI system first
	if code != exitUnreadable && code != exitUnavailable && !wrongUsage {
		return err
	}
	printErr := printVerdict(ctx, printer, unanswered{code, err})
	var filter *query.RunError
	switch {
	case printErr != nil && !errors.As(printErr, &filter): // a filter that was written for an answer
		return printFailure(printErr, code)
	case printer.WantsLine(): // and nothing else
		return silentExit(code)
	default:
		return err
	}
}

// unanswered is the verdict on a question that could not be answered.
type unanswered struct {
	exit int // exitUsage, exitUnreadable or exitUnavailable
	err  error
}

func (n unanswered) code() int        { return n.exit }
func (n unanswered) verdict() string  { return "no answer" }
func (n unanswered) sentence() string { return "no answer: " + n.err.Error() }

// writeText writes nothing: the error stream has it.
func (n unanswered) writeText(*output.Text) {}

type unansweredDocument struct {
	Verdict  string        `json:"verdict"`
	Reason   string        `json:"reason"`
	ExitCode int           `json:"exit_code"`
	Error    errorDocument `json:"error"`
}

type errorDocument struct {
	Message string           `json:"message"`
	Hint    string           `json:"hint,omitempty"`
	Tried   []output.Attempt `json:"tried,omitempty"`
}

func (n unanswered) document() any {
	return unansweredDocument{"no_answer", reasonOf(n.exit), n.exit, errorDocument{n.err.Error(), hintOf(n.err), problemOf(n.err).Tried}}
}

func (n unanswered) suite() output.Suite {
	c := output.Case{ID: "no_answer", Outcome: output.Unanswered, Reason: reasonOf(n.exit), Message: n.err.Error()}
	if hint := hintOf(n.err); hint != "" {
		c.Notes = []string{"hint: " + hint}
	}
	return output.Suite{Facts: []output.Fact{{Name: "reason", Value: reasonOf(n.exit)}}, Cases: []output.Case{c}}
}

// A report is a verify.Report with what only the command knows: the words for a
// diagnosis, where the keys came from, and whether the clock was moved.
type report struct {
	*verify.Report
	made    []verify.Check // checks of the Report, which builds them on each call
	atSet   bool
	realNow time.Time
	show    showOptions
	advice  advice.Case
	keySet  *provider.KeySet // nil where the keys are local, or where none were needed
}

func (r report) code() int { return codeOf(r.reason()) }

// verdict is the answer as a word.
func (r report) verdict() string {
	if r.Accepted {
		return "accepted"
	}
	return "rejected"
}

func (r report) reason() string { return cmp.Or(string(r.Reason), r.verdict()) }

// anyClaims are the claims, be they accepted or not.
func (r report) anyClaims() strictjson.Value {
	if claims := r.Claims(); claims.Exists() {
		return claims
	}
	return r.RejectedClaims()
}

// message is the check's own, with the time made relative, and with the flag
// that would have asked for it.
func (r report) message(c verify.Check) string {
	if notAskedFor(c) {
		return fmt.Sprintf("no --%s given", flagOf(c.ID))
	}
	return withTime(c.Message, c.Time, r.EvaluatedAt)
}

// notAskedFor reports whether a check was not made because no flag asks for it.
func notAskedFor(c verify.Check) bool {
	return c.Status == verify.NotChecked && flagOf(c.ID) != ""
}

// flagOf returns the flag that asks for a check, or an empty string for one that
// is always made.
func flagOf(id string) string {
	return map[string]string{
		"nonce": "nonce", "acr": "acr", "scope": "scope", "role": "role", "client": "client-id", "access_token_hash": "access-token",
		"code_hash": "code", "state_hash": "state", "min_validity": "min-validity",
	}[id]
}

// checks returns the checks of a status, the decisive one first.
func (r report) checks(status verify.Status) []verify.Check {
	var list []verify.Check
	for _, c := range r.made {
		if c.Status == status {
			list = append(list, c)
		}
	}
	slices.SortStableFunc(list, func(a, b verify.Check) int { return cmp.Compare(r.weight(a), r.weight(b)) })
	return list
}

// weight orders failures: the token's origin where the keys are those of somebody
// else, then the decisive one.
func (r report) weight(c verify.Check) int {
	switch {
	case c.ID == "issuer" && r.advice.Stranger != "":
		return 0
	case c.Status == verify.Failed && c.Reason == r.Reason:
		return 1
	default:
		return 2
	}
}

// sentence is the verdict in one line: what failed, or which warnings there are.
func (r report) sentence() string {
	line := r.verdict()
	if !r.Accepted {
		line += ": " + r.headline(r.checks(verify.Failed), true)
	}
	return line + r.warnings() + r.asOf()
}

// brief is the sentence without details.
func (r report) brief() string {
	if r.Accepted {
		return r.sentence()
	}
	return r.verdict() + ": " + r.headline(r.checks(verify.Failed), false)
}

// asOf returns the time of --at as the end of a sentence, or an empty string.
func (r report) asOf() string {
	if !r.atSet {
		return ""
	}
	return ", as of " + r.EvaluatedAt.UTC().Format(time.RFC3339)
}

func (r report) warnings() string {
	list := r.checks(verify.Warning)
	if !r.Accepted || len(list) == 0 {
		return ""
	}
	words := make([]string, len(list))
	for i, c := range list {
		words[i] = named(c)
	}
	return ", with " + plural(len(list), "warning") + ": " + strings.Join(words, "; ")
}

// headline names failures in a few words, with what was expected and found where
// details are wanted.
func (r report) headline(failed []verify.Check, details bool) string {
	var words []string
	for _, c := range failed {
		phrase, detail := r.phrase(c)
		if detail != "" && details {
			phrase += " (" + detail + ")"
		}
		words = append(words, phrase)
	}
	if len(words) == 0 {
		return strings.ReplaceAll(string(r.Reason), "_", " ")
	}
	return strings.Join(words, "; ")
}

// phrase is a failure in a few words, and the details that belong to it.
func (r report) phrase(c verify.Check) (phrase, detail string) {
	found := c.Actual.Exists()
	switch {
	case c.Strict:
		return fmt.Sprintf("--strict refuses the warning %q", c.ID), c.Message
	case c.ID == "issuer" && r.advice.Stranger != "":
		return fmt.Sprintf("the token says, unverified, that it is from %q", r.advice.Stranger), ""
	case c.ID == "issuer" && found && c.Expected.Exists():
		return "wrong issuer", expectedAndFound(c)
	case c.ID == "audience" && found && c.Expected.Exists():
		return "wrong audience", expectedAndFound(c)
	case c.ID == "expiry" && c.Diagnosis != nil && slices.Contains([]string{"expired_token", "clock_skew"}, c.Diagnosis.Cause):
		return "expired " + output.RelativeTime(c.Time, r.EvaluatedAt), ""
	case c.ID == "key" && c.Reason == verify.ReasonNoMatchingKey:
		return "no matching key", c.Message
	case c.ID == "signature":
		return "bad signature", c.Message
	default:
		return named(c), ""
	}
}

// named is the message of a check, with the check's name where the message does
// not show what it is about.
func named(c verify.Check) string {
	switch c.ID {
	case "kind_claims", "claim_names", "header_claims", "printable", "lifetime", "amr", "certificate", "require", "assert":
		return strings.ReplaceAll(c.ID, "_", " ") + ": " + c.Message
	default:
		return c.Message
	}
}

func expectedAndFound(c verify.Check) string {
	return "expected " + listed(c.Expected) + ", token has " + listed(c.Actual)
}
