package cmd

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// authAgeOptions are the flags of auth-age.
type authAgeOptions struct {
	verifyOptions
	unverified bool
}

func newAuthAgeCmd(env *Env) *cobra.Command {
	opts := &authAgeOptions{}
	c := &cobra.Command{
		Use:   "auth-age [TOKEN]",
		Short: "show how long ago the user signed in; check it against a limit",
		Long: "auth-age verifies a token as verify does and shows how long ago the user signed in:\n" +
			"evaluation time minus auth_time, nothing else. Token expiry and login age are reported\n" +
			"separately.",
		Example: `  claimcheck auth-age @id-token.jwt --issuer https://issuer.example --audience my-client --max-age 5m
  claimcheck auth-age @id-token.jwt --jwks keys.json --issuer https://issuer.example --audience my-client
  claimcheck auth-age @id-token.jwt --unverified`,
		Args: tokenArgs,
		RunE: func(c *cobra.Command, args []string) error { return opts.conclude(env, c, args, opts.run) },
	}
	opts.addFlags(c)
	inGroup(c.Flags(), groupTrust, func(f *pflag.FlagSet) {
		f.BoolVar(&opts.unverified, "unverified", false, "show the age in a token that cannot be verified here; always exits 5")
	})
	return c
}

func (o *authAgeOptions) run(ctx context.Context, r *run) (verdict, error) {
	if o.unverified {
		return r.unverifiedAge()
	}
	limit := o.expect.MaxAge
	if limit == nil {
		o.expect.MaxAge = new(verify.AnyAge)
	}
	report, err := r.report(ctx)
	if err != nil {
		return nil, err
	}
	report.Report = report.ByAuthAge()
	age := verify.MeasureAuthAge(report.anyClaims(), report.EvaluatedAt)
	endpoint := ""
	if set := report.keySet; set != nil && set.Metadata != nil {
		endpoint, _ = set.Metadata.Document.Get("authorization_endpoint").Text()
	}
	return verifiedAge{loginAge{age, limit, r.policy.ACR, r.now, endpoint}, report}, nil
}

// unverifiedAge shows the age without verifying the token. It refuses flags that
// ask for verification.
func (r *run) unverifiedAge() (verdict, error) {
	if name := trustOrExpectFlag(r.flags, "unverified", "at", "max-age", "acr"); name != "" {
		return nil, usageError("--unverified and --%s contradict each other", name)
	}
	if err := r.readToken(); err != nil {
		return nil, err
	}
	warnOfRepair(r.printer, r.input)
	claims := r.token.UnverifiedClaims()
	age := verify.MeasureAuthAge(claims, r.clock())
	if !claims.Exists() {
		age = verify.AuthAge{Problem: "there are no claims to read auth_time from: " + r.token.Faults()[0].Text}
	}
	r.printer.Warn("NOTHING WAS VERIFIED: anyone can write such a token; do not let anyone in because of it")
	return unverifiedAge{loginAge{age, r.opts.expect.MaxAge, r.opts.expect.ACR, r.now, ""}, r.token}, nil
}

// A loginAge is how long ago the user signed in, and the limit.
type loginAge struct {
	verify.AuthAge
	limit    *time.Duration // nil if there is no limit
	acr      []string       // expected
	now      time.Time
	endpoint string // the issuer's authorization endpoint, empty if not known
}

// tooOld reports whether the user has to sign in again, because the login is too
// old or because its age cannot be determined.
func (a loginAge) tooOld() bool {
	return a.Problem != "" || a.limit != nil && !a.Within(*a.limit)
}

// message states the age, the limit and what the user has to do.
func (a loginAge) message() string {
	if a.Problem != "" {
		return a.Problem + ": re-authenticate"
	}
	text := "the user signed in " + output.FormatSeconds(a.now.Unix()-a.AuthTime.Unix()) + " ago" // full seconds, as everywhere
	switch {
	case a.limit == nil:
		return text
	case a.tooOld():
		return fmt.Sprintf("%s, and the limit is %s: re-authenticate", text, output.FormatDuration(*a.limit))
	default:
		return fmt.Sprintf("%s, within the limit of %s", text, output.FormatDuration(*a.limit))
	}
}

type ageDocument struct {
	AuthTime       string           `json:"auth_time,omitempty"`
	AgeSeconds     *int64           `json:"age_seconds,omitempty"`
	MaxAgeSeconds  *int64           `json:"max_age_seconds,omitempty"`
	Problem        string           `json:"problem,omitempty"`
	Message        string           `json:"message"`
	Reauthenticate *bool            `json:"reauthenticate,omitempty"`
	Request        *requestDocument `json:"request,omitempty"`
	Challenge      string           `json:"challenge,omitempty"`
}

type requestDocument struct {
	Parameters []strictjson.Member `json:"parameters"`
	URL        string              `json:"url,omitempty"`
}

func (a loginAge) ageDocument(sentence string) *ageDocument {
	d := &ageDocument{Problem: a.Problem, Message: sentence}
	if !a.AuthTime.IsZero() && 0 <= a.AuthTime.Year() && a.AuthTime.Year() <= 9999 { // the years of RFC 3339
		d.AuthTime, d.AgeSeconds = a.AuthTime.UTC().Format(time.RFC3339), &a.Seconds
	}
	if a.limit != nil {
		d.MaxAgeSeconds = new(int64(*a.limit / time.Second))
	}
	return d
}

// advise adds whether the user has to sign in again, and how to ask for it.
func (a loginAge) advise(d *ageDocument, again bool) {
	d.Reauthenticate = &again
	if again {
		d.Request = &requestDocument{Parameters: a.parameters(), URL: a.requestURL()}
		d.Challenge = a.challenge()
	}
}

// parameters are those of the authorization request that makes the user sign in
// again (OpenID Connect Core section 3.1.2.1).
func (a loginAge) parameters() []strictjson.Member {
	maxAge := ""
	switch {
	case a.limit != nil:
		maxAge = fmt.Sprint(int64(*a.limit / time.Second))
	case a.AuthTime.IsZero(): // only max_age makes the issuer send auth_time
		maxAge = "0"
	}
	var list []strictjson.Member
	for _, p := range []struct{ name, value string }{
		{"max_age", maxAge}, {"prompt", "login"}, {"id_token_hint", "<the ID token>"}, {"acr_values", strings.Join(a.acr, " ")},
	} {
		if p.value != "" {
			list = append(list, strictjson.Member{Name: p.name, Value: strictjson.From(p.value)})
		}
	}
	return list
}

// requestURL is the request as far as it can be known: what only the client
// knows is a placeholder. It is empty where the endpoint is not known.
func (a loginAge) requestURL() string {
	if a.endpoint == "" {
		return ""
	}
	separator := "?"
	if strings.Contains(a.endpoint, "?") {
		separator = "&"
	}
	query := "response_type=code&scope=openid&client_id=<client_id>&redirect_uri=<redirect_uri>"
	for _, p := range a.parameters() {
		value, _ := p.Value.Text()
		if !strings.HasPrefix(value, "<") {
			value = url.QueryEscape(value)
		}
		query += "&" + p.Name + "=" + value
	}
	return a.endpoint + separator + query
}

// challenge is what an API answers with to make the client step up (RFC 9470
// section 3).
func (a loginAge) challenge() string {
	text := `WWW-Authenticate: Bearer error="insufficient_user_authentication", error_description="`
	if a.tooOld() {
		text += `a more recent authentication is required"`
	} else {
		text += `a stronger authentication is required"`
	}
	if a.limit != nil {
		text += fmt.Sprintf(`, max_age="%d"`, int64(*a.limit/time.Second))
	}
	if len(a.acr) > 0 {
		text += fmt.Sprintf(`, acr_values=%q`, strings.Join(a.acr, " "))
	}
	return text
}

// rows are the two facts about the login.
func (a loginAge) rows() []output.Row {
	var rows []output.Row
	if !a.AuthTime.IsZero() {
		rows = append(rows, output.Row{Label: "signed in", Value: output.FormatTime(a.AuthTime, a.now)})
	}
	if a.limit != nil {
		rows = append(rows, output.Row{Label: "limit", Value: output.FormatDuration(*a.limit)})
	}
	return rows
}

// writeAdvice says how to let the user sign in again.
func (a loginAge) writeAdvice(t *output.Text) {
	var words []string
	for _, p := range a.parameters() {
		value, _ := p.Value.Text()
		words = append(words, p.Name+"="+value)
	}
	t.Blank()
	t.Indented(func() {
		t.Line("to let the user sign in again, send an authorization request with")
		t.Command(strings.Join(words, " "))
		if address := a.requestURL(); address != "" {
			t.Line("as in")
			t.Command(address)
		}
		t.Line("an API answers 401 with")
		t.Command(a.challenge())
	})
}

// A verifiedAge is the answer of auth-age: two facts, whether the token is good
// and how old the login is, and what to do where it is too old.
type verifiedAge struct {
	loginAge
	report
}

// again reports whether the user has to sign in again. A token that is not from
// the expected issuer for this audience says nothing about that.
func (v verifiedAge) again() bool {
	acr, _ := v.Check("acr")
	return v.Trusted && !v.OfProgram() && (v.tooOld() || acr.Status == verify.Failed)
}

func (v verifiedAge) message() string {
	switch {
	case !v.Trusted:
		return "the token is refused, so what it says about the login proves nothing"
	case v.AuthTime.IsZero() && v.OfProgram():
		return "this token belongs to a program; no user signed in"
	case v.Problem != "" && v.AuthTime.IsZero() && v.Kind == verify.KindAccess:
		return v.Problem + ": re-authenticate, or ask with the ID token, since access tokens often lack it"
	default:
		return v.loginAge.message()
	}
}

// sentence ends with the age and the limit: that is the question.
func (v verifiedAge) sentence() string {
	return v.verdict() + v.warnings() + ": " + v.words(true) + v.asOf()
}

// words are what else failed, and the age.
func (v verifiedAge) words(details bool) string {
	failed := slices.DeleteFunc(v.checks(verify.Failed), func(c verify.Check) bool { return c.ID == "auth_time" })
	if len(failed) == 0 {
		return v.message()
	}
	return v.headline(failed, details) + "; " + v.message()
}

func (v verifiedAge) document() any {
	d := v.reportDocument()
	d.AuthAge = v.ageDocument(v.message())
	if v.Trusted && !v.OfProgram() {
		v.advise(d.AuthAge, v.again())
	}
	return d
}

func (v verifiedAge) writeText(t *output.Text) {
	v.writeVerdictAs(t, v.words(false))
	v.writeBody(t, append(v.rows(), v.facts()...))
	if v.again() {
		v.writeAdvice(t)
	}
	if v.again() || v.show.long() {
		t.Blank() // the verdict may have scrolled away by now
		v.writeVerdictAs(t, v.words(false))
	}
}

// An unverifiedAge is the age that a token shows which nobody has verified.
type unverifiedAge struct {
	loginAge
	token *token.Token
}

func (v unverifiedAge) code() int        { return exitUnverified }
func (v unverifiedAge) verdict() string  { return "unverified" }
func (v unverifiedAge) sentence() string { return "unverified: " + v.message() }

type unverifiedAgeDocument struct {
	Verdict  string           `json:"verdict"`
	Reason   string           `json:"reason"`
	ExitCode int              `json:"exit_code"`
	AuthAge  *ageDocument     `json:"auth_age"`
	Header   strictjson.Value `json:"unverified_header,omitzero"`
	Claims   strictjson.Value `json:"unverified_claims,omitzero"`
}

func (v unverifiedAge) document() any {
	d := unverifiedAgeDocument{
		Verdict: "unverified", Reason: "unverified", ExitCode: exitUnverified, AuthAge: v.ageDocument(v.message()),
		Header: v.token.Header(), Claims: v.token.UnverifiedClaims(),
	}
	acr, _ := v.token.UnverifiedClaims().Get("acr").Text()
	v.advise(d.AuthAge, v.tooOld() || len(v.acr) > 0 && !slices.Contains(v.acr, acr))
	return d
}

func (v unverifiedAge) writeText(t *output.Text) {
	t.Spans(output.Bad.Span("NOTHING WAS VERIFIED: the age below comes from an unverified token"))
	t.Rows(output.Row{Mark: output.MarkWarning, Style: output.Caution, Value: v.message()})
	t.Indented(func() { t.Rows(v.rows()...) })
	if v.tooOld() {
		v.writeAdvice(t)
	}
}

func (v unverifiedAge) suite() output.Suite {
	message := "nothing was verified; the token says: " + v.message()
	return output.Suite{
		Message: message,
		Cases:   []output.Case{{ID: "auth_age", Outcome: output.Unanswered, Reason: "unverified", Message: message}},
	}
}
