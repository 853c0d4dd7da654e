package cmd

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// An introspectionView is what the issuer says and, where that was asked, what
// the token itself says.
type introspectionView struct {
	*provider.Introspection
	local  *presentedReport // nil without --compare
	own    strictjson.Value // the token's own claims, unverified
	now    time.Time
	strict bool // every warning refuses
}

func classify(text string) verify.Kind {
	t, _ := token.Parse(text)
	return verify.Classify(t)
}

func (v introspectionView) verdict() string {
	if v.Active {
		return "active"
	}
	return "inactive"
}

// code is 0 only if the token is active and, where it was compared, verified;
// else the smallest code of the two.
func (v introspectionView) code() int {
	code := exitAccepted
	if !v.Active {
		code = exitInactive
	}
	if v.local != nil && v.local.code != exitAccepted && (code == exitAccepted || v.local.code < code) {
		code = v.local.code
	}
	if code == exitAccepted && v.warned() {
		return exitClaim
	}
	return code
}

func (v introspectionView) reason() string {
	switch {
	case v.local != nil && v.local.code != exitAccepted && v.code() == v.local.code:
		return v.local.reason()
	case v.Active && v.warned():
		return string(verify.ReasonClaimRefused)
	case v.Active:
		return "active"
	default:
		return "inactive"
	}
}

func (v introspectionView) print(ctx context.Context, printer *output.Printer) error {
	for _, warning := range v.warnings() {
		printer.Warn(warning)
	}
	return conclude(ctx, printer, v, v.code(), v.sentence(), silently(v.code()))
}

// line is the answer in one line for whoever reads a log.
func (v introspectionView) line() string { return withCode(v.sentence(), v.code()) }

func (v introspectionView) sentence() string {
	line := "the issuer says: " + v.verdict()
	if v.local != nil {
		line += "; here: " + string(v.local.Verdict)
		if v.local.Verdict != verify.Accepted {
			line += ", " + v.local.headline()
		}
	}
	if v.Active && v.warned() {
		line += "; refused because of a warning (--strict)"
	}
	return line
}

// warned tells whether a warning refuses.
func (v introspectionView) warned() bool { return v.strict && len(v.warnings()) > 0 }

func (v introspectionView) document() strictjson.Value {
	members := []strictjson.Member{
		member("verdict", strictjson.String(v.verdict())),
		member("reason", strictjson.String(v.reason())),
		member("exit_code", strictjson.Int(int64(v.code()))),
		member("source", strictjson.String(v.URL)),
		member("response", v.Document),
		member("warnings", strictjson.Strings(v.warnings())),
		member("hint", text(v.whyInactive())),
	}
	if v.local != nil {
		members = append(members,
			member("disagreements", strictjson.Strings(v.disagreements())),
			member("local", v.local.document()))
	}
	return strictjson.Object(members...)
}

// warnings are what is odd about the answer (RFC 7662 sections 2.2 and 4).
func (v introspectionView) warnings() []string {
	list := []string{}
	if extra := v.Extra(); len(extra) > 0 && v.Code == "" {
		list = append(list, fmt.Sprintf("the token is not active, but the server says more about it: %s", strings.Join(extra, ", ")))
	}
	if exp, ok := verify.NumericDate(v.Document.Get("exp")); ok && v.Active && !v.now.Before(exp) {
		list = append(list, "the server says that the token is active, although it expired at "+output.FormatTime(exp, v.now))
	}
	return append(list, v.disagreements()...)
}

// whyInactive is what can be said of a token that is not active.
func (v introspectionView) whyInactive() string {
	exp, ok := verify.NumericDate(v.own.Get("exp"))
	switch {
	case v.Active || v.local != nil:
		return ""
	case ok && !v.now.Before(exp):
		return "by its own exp, which is not verified, it expired at " + output.FormatTime(exp, v.now)
	case v.own.Exists():
		return "--compare verifies it here as well, and says what is wrong with it"
	default:
		return ""
	}
}

// disagreements are where the server and the token say different things.
func (v introspectionView) disagreements() []string {
	list := []string{}
	if v.local == nil {
		return list
	}
	claims := v.local.anyClaims()
	for _, name := range []string{"iss", "sub", "aud", "exp", "iat", "nbf", "client_id", "jti"} {
		server, own := v.Document.Get(name), claims.Get(name)
		if server.Exists() && own.Exists() && !sameClaim(server, own) {
			list = append(list, fmt.Sprintf("%s: the server says %s, the token says %s", name, server, own))
		}
	}
	switch accepted := v.local.code == exitAccepted; {
	case accepted && !v.Active:
		list = append(list, "the token verifies here, but the server says that it is not active: it may have been revoked")
	case !accepted && v.Active:
		list = append(list, "the server says that the token is active, but it does not verify here: "+v.local.headline())
	}
	return list
}

// sameClaim compares as claims are meant: aud may be one string or a list of it.
func sameClaim(a, b strictjson.Value) bool {
	list := func(v strictjson.Value) strictjson.Value {
		if _, ok := v.Text(); ok {
			return strictjson.Array(v)
		}
		return v
	}
	return strictjson.Equal(list(a), list(b))
}

func (v introspectionView) writeText(t *output.Text) {
	row := output.Row{Mark: output.MarkPassed, Style: output.Good, Value: "ACTIVE, says " + v.URL}
	if !v.Active {
		row = output.Row{Mark: output.MarkFailed, Style: output.Bad, Value: "NOT ACTIVE, says " + v.URL}
		if v.Message != "" {
			row.Value += ": " + v.Message
		}
		if why := v.whyInactive(); why != "" {
			row.Notes = []output.Span{output.Strong.Span("hint: " + why)}
		}
	}
	t.Rows(row)
	t.Heading("the server's answer")
	writeClaims(t, v.Document, v.now)
	if v.local != nil {
		t.Heading("here")
		v.local.writeText(t)
	}
}
