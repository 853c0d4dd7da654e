package cmd

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// An ageView is the answer of auth-age: two facts, whether the token is good
// and how old the login is, and what to do where it is too old.
type ageView struct {
	age        verify.AuthAge
	limit      *time.Duration // nil where none was given
	acr        []string       // wanted
	now        time.Time
	token      *token.Token
	unverified bool
	report     presentedReport // not for an unverified age
}

func (v ageView) code() int {
	if v.unverified {
		return exitUnverified
	}
	return v.report.code
}

// tooOld tells whether the user has to sign in again because of the age, or
// because there is none to rely on.
func (v ageView) tooOld() bool {
	return !v.age.Known() || v.limit != nil && !v.age.Within(*v.limit)
}

// reauthenticate tells whether the user has to sign in again for any reason.
func (v ageView) reauthenticate() bool {
	if v.tooOld() {
		return true
	}
	c, _ := v.report.checkByID(verify.CheckACR)
	return c.Status == verify.Failed
}

// believed tells whether the claims are those of a trusted issuer for this
// audience; else their age counts for nothing.
func (v ageView) believed() bool {
	return !v.unverified && (v.report.code < exitMalformed || v.report.code > exitAudience)
}

// sentence is the age in one sentence.
func (v ageView) sentence() string {
	if !v.unverified && !v.believed() {
		return "the token is refused, so what it says about the login counts for nothing"
	}
	if !v.age.Known() {
		advice := ": re-authenticate"
		if v.age.AuthTime.IsZero() && v.report.Report != nil && v.report.Kind == verify.KindAccess {
			advice += ", or ask with the ID token, since access tokens often lack it"
		}
		return v.age.Problem + advice
	}
	text := "the user signed in " + output.FormatSeconds(v.now.Unix()-v.age.AuthTime.Unix()) + " ago" // full seconds, as everywhere
	switch {
	case v.limit == nil:
		return text
	case v.tooOld():
		return fmt.Sprintf("%s, and the limit is %s: re-authenticate", text, output.FormatDuration(*v.limit))
	default:
		return fmt.Sprintf("%s, within the limit of %s", text, output.FormatDuration(*v.limit))
	}
}

func (v ageView) ageDocument() strictjson.Value {
	var at, seconds, limit, problem strictjson.Value
	if !v.age.AuthTime.IsZero() && 0 <= v.age.AuthTime.Year() && v.age.AuthTime.Year() <= 9999 { // the years of RFC 3339
		at = strictjson.String(v.age.AuthTime.UTC().Format(time.RFC3339))
		seconds = strictjson.Int(v.age.Seconds)
	}
	if v.limit != nil {
		limit = strictjson.Int(int64(*v.limit / time.Second))
	}
	if !v.age.Known() {
		problem = strictjson.String(v.age.Problem)
	}
	members := []strictjson.Member{
		member("auth_time", at),
		member("age_seconds", seconds),
		member("max_age_seconds", limit),
		member("problem", problem),
		member("message", strictjson.String(v.sentence())),
	}
	if v.believed() || v.unverified {
		members = append(members, member("reauthenticate", strictjson.Bool(v.reauthenticate())))
	}
	if v.advises() {
		members = append(members, member("request", v.requestDocument()), member("challenge", strictjson.String(v.challenge())))
	}
	return strictjson.Object(members...)
}

// advises tells whether a new login would help.
func (v ageView) advises() bool { return v.reauthenticate() && (v.believed() || v.unverified) }

// parameters are those of the authorization request that makes the user sign in
// again (OpenID Connect Core section 3.1.2.1).
func (v ageView) parameters() [][2]string {
	list := [][2]string{}
	switch {
	case v.limit != nil:
		list = append(list, [2]string{"max_age", fmt.Sprint(int64(*v.limit / time.Second))})
	case v.age.AuthTime.IsZero(): // only max_age makes the issuer send auth_time
		list = append(list, [2]string{"max_age", "0"})
	}
	list = append(list, [2]string{"prompt", "login"}, [2]string{"id_token_hint", "<the ID token>"})
	if len(v.acr) > 0 {
		list = append(list, [2]string{"acr_values", strings.Join(v.acr, " ")})
	}
	return list
}

func (v ageView) requestDocument() strictjson.Value {
	var parameters []strictjson.Member
	for _, p := range v.parameters() {
		parameters = append(parameters, member(p[0], strictjson.String(p[1])))
	}
	return strictjson.Object(
		member("parameters", strictjson.Object(parameters...)),
		member("url", text(v.requestURL())),
	)
}

// requestURL is the request as far as it can be known: what only the client
// knows is a placeholder. It is empty where the endpoint is not known.
func (v ageView) requestURL() string {
	endpoint := v.report.authorizationEndpoint
	if endpoint == "" {
		return ""
	}
	separator := "?"
	if strings.Contains(endpoint, "?") {
		separator = "&"
	}
	query := "response_type=code&scope=openid&client_id=<client_id>&redirect_uri=<redirect_uri>"
	for _, p := range v.parameters() {
		value := p[1]
		if !strings.HasPrefix(value, "<") {
			value = url.QueryEscape(value)
		}
		query += "&" + p[0] + "=" + value
	}
	return endpoint + separator + query
}

// challenge is what an API answers with to make the client step up (RFC 9470
// section 3).
func (v ageView) challenge() string {
	text := `WWW-Authenticate: Bearer error="insufficient_user_authentication", error_description="`
	if v.tooOld() {
		text += `a more recent authentication is required"`
	} else {
		text += `a stronger authentication is required"`
	}
	if v.limit != nil {
		text += fmt.Sprintf(`, max_age="%d"`, int64(*v.limit/time.Second))
	}
	if len(v.acr) > 0 {
		text += fmt.Sprintf(`, acr_values=%q`, strings.Join(v.acr, " "))
	}
	return text
}

func (v ageView) writeText(t *output.Text) {
	mark, style := output.MarkPassed, output.Good
	if v.reauthenticate() || !v.believed() {
		mark, style = output.MarkFailed, output.Bad
	}
	if v.unverified {
		t.Spans(output.Bad.Span("NOTHING WAS VERIFIED: the age below is what an unverified token says"))
		mark, style = output.MarkWarning, output.Caution
	}
	t.Rows(output.Row{Mark: mark, Style: style, Value: v.sentence()})
	v.writeFacts(t)
	if v.advises() {
		v.writeAdvice(t)
	}
	if !v.unverified {
		t.Blank()
		v.report.writeText(t)
	}
}

// writeFacts tells the two facts apart: the age of the login and the token's own
// validity.
func (v ageView) writeFacts(t *output.Text) {
	var rows []output.Row
	if !v.age.AuthTime.IsZero() {
		rows = append(rows, output.Row{Label: "signed in", Value: output.FormatTime(v.age.AuthTime, v.now)})
	}
	if v.limit != nil {
		rows = append(rows, output.Row{Label: "limit", Value: output.FormatDuration(*v.limit)})
	}
	if c, ok := v.report.checkByID(verify.CheckExpiry); ok {
		rows = append(rows, output.Row{Label: "the token", Value: v.report.message(c)})
	}
	t.Rows(rows...)
}

func (v ageView) writeAdvice(t *output.Text) {
	t.Heading("to let the user sign in again")
	var rows []output.Row
	for _, p := range v.parameters() {
		rows = append(rows, output.Row{Label: p[0], Value: p[1]})
	}
	t.Line("send an authorization request with")
	t.Rows(rows...)
	if address := v.requestURL(); address != "" {
		t.Line("as in")
		t.Command(address)
	}
	t.Line("an API answers 401 with")
	t.Command(v.challenge())
}
