package cmd

import (
	"fmt"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// A presentedReport is a report with what only the command line knows: its
// exit code, the words for a diagnosis and whether the clock was moved.
type presentedReport struct {
	*verify.Report
	code     int
	atGiven  bool
	realNow  time.Time
	noClaims bool
	explain  bool
	hints    hinter

	authorizationEndpoint string // of the issuer, empty if not known
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

// document is the report in JSON.
func (r presentedReport) document() strictjson.Value {
	checks := make([]strictjson.Value, len(r.Checks))
	for i, c := range r.Checks {
		checks[i] = r.check(c)
	}
	members := []strictjson.Member{
		member("verdict", strictjson.String(string(r.Verdict))),
		member("reason", strictjson.String(r.reason())),
		member("exit_code", strictjson.Int(int64(r.code))),
		member("kind", strictjson.String(string(r.Kind))),
		member("evaluated_at", strictjson.String(r.EvaluatedAt.UTC().Format(time.RFC3339))),
	}
	if r.atGiven {
		members = append(members, member("evaluated_at_given", strictjson.Bool(true)))
	}
	members = append(members,
		member("checks", strictjson.Array(checks...)),
		member("key", keyDocument(r.Key)),
		member("header", r.Header),
	)
	if r.explain {
		members = append(members, member("explanation", strictjson.String(joinStory(r.story()))))
	}
	if !r.noClaims {
		members = append(members, member("claims", r.Claims()), member("rejected_claims", r.RejectedClaims()))
	}
	return strictjson.Object(members...)
}

func (r presentedReport) reason() string {
	if r.Verdict == verify.Accepted {
		return string(verify.Accepted)
	}
	return string(r.Reason)
}

func (r presentedReport) check(c verify.Check) strictjson.Value {
	reason := ""
	if c.Status == verify.Failed {
		reason = string(c.Reason)
	}
	return strictjson.Object(
		member("id", strictjson.String(string(c.ID))),
		member("status", strictjson.String(string(c.Status))),
		member("reason", text(reason)),
		member("expected", c.Expected),
		member("actual", c.Actual),
		member("message", strictjson.String(r.message(c))),
		member("hint", text(r.hint(c).String())),
		member("spec", text(c.Spec())),
	)
}

// message is the check's own, with the time made relative, and with the flag
// that would have asked for it.
func (r presentedReport) message(c verify.Check) string {
	if d := c.Diagnosis; d != nil && d.Kind == verify.NotDemanded && d.Found == "" {
		return fmt.Sprintf("no --%s given", d.Wanted)
	}
	if c.Time.IsZero() {
		return c.Message
	}
	return fmt.Sprintf("%s (%s)", c.Message, output.RelativeTime(c.Time, r.EvaluatedAt))
}

// anyClaims are the claims, be they accepted or not.
func (r presentedReport) anyClaims() strictjson.Value {
	if claims := r.Claims(); claims.Exists() {
		return claims
	}
	return r.RejectedClaims()
}

// checkByID is Report.Check for a report that may not be there.
func (r presentedReport) checkByID(id verify.CheckID) (verify.Check, bool) {
	if r.Report == nil {
		return verify.Check{}, false
	}
	return r.Check(id)
}

func (r presentedReport) hint(c verify.Check) hint {
	if c.Status == verify.Passed {
		return hint{}
	}
	return r.hints.hint(c)
}

func keyDocument(k *verify.KeyInfo) strictjson.Value {
	if k == nil {
		return strictjson.Value{}
	}
	kid := strictjson.Value{}
	if k.HasKeyID {
		kid = strictjson.String(k.KeyID)
	}
	return strictjson.Object(
		member("kid", kid),
		member("kty", text(k.Type)),
		member("crv", text(k.Curve)),
		member("alg", text(k.Algorithm)),
		member("bits", strictjson.Int(int64(k.Bits))),
		member("thumbprint", text(k.Thumbprint)),
		member("source", text(k.Source)),
		member("age_seconds", strictjson.Int(k.AgeSeconds)),
	)
}

// verdictLine is the verdict in one line for whoever reads a log.
func (r presentedReport) verdictLine() string { return withCode(r.sentence(), r.code) }

// sentence is the verdict in words.
func (r presentedReport) sentence() string {
	line := string(r.Verdict) + r.remark()
	if r.atGiven {
		line += ", judged as of " + r.EvaluatedAt.UTC().Format(time.RFC3339)
	}
	return line
}

// remark is what has to be known beside the verdict: why the token was rejected,
// or that it was accepted with warnings.
func (r presentedReport) remark() string {
	if r.Verdict != verify.Accepted {
		return ": " + r.headline()
	}
	warnings := 0
	for _, c := range r.Checks {
		if c.Status == verify.Warning {
			warnings++
		}
	}
	if warnings == 0 {
		return ""
	}
	return ", with " + plural(warnings, "warning")
}

// decisive is the check that the verdict is about, nil for an accepted token.
func (r presentedReport) decisive() *verify.Check {
	for i, c := range r.Checks {
		if c.Status == verify.Failed && c.Reason == r.Reason {
			return &r.Checks[i]
		}
	}
	return nil
}

// headline says in a few words why the token was rejected.
func (r presentedReport) headline() string {
	c := r.decisive()
	switch {
	case c == nil:
		return strings.ReplaceAll(string(r.Reason), "_", " ")
	case c.ID == verify.CheckExpiry && !c.Time.IsZero():
		return "expired " + output.RelativeTime(c.Time, r.EvaluatedAt)
	default:
		return c.Message
	}
}
