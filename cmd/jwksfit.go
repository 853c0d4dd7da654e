package cmd

import (
	"strconv"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/token"
)

// keyFit is which keys fit a token.
type keyFit struct {
	selection jwks.Selection
	token     *token.Token
}

func (f keyFit) document() strictjson.Value {
	var fits, others []strictjson.Value
	for _, k := range f.selection.Candidates {
		fits = append(fits, keySummary(k, ""))
	}
	for _, r := range f.selection.Refused {
		others = append(others, keySummary(r.Key, r.Text))
	}
	return strictjson.Object(
		member("token", strictjson.Object(
			member("alg", f.token.Header().Get("alg")),
			member("kid", f.token.Header().Get("kid")),
		)),
		member("fit", strictjson.Array(fits...)),
		member("do_not_fit", strictjson.Array(others...)),
	)
}

func keySummary(k *jwks.Key, why string) strictjson.Value {
	kid := strictjson.Value{}
	if k.HasKeyID {
		kid = strictjson.String(k.KeyID)
	}
	return strictjson.Object(
		member("position", strictjson.Int(int64(k.Position))),
		member("kid", kid),
		member("type", strictjson.String(k.Kind())),
		member("thumbprint", text(k.Thumbprint)),
		member("reason", text(why)),
	)
}

func (f keyFit) verdict() string {
	switch n := len(f.selection.Candidates); n {
	case 0:
		return "no key of the set fits the token"
	case 1:
		return "1 key of the set fits the token; nothing was verified"
	default:
		return strconv.Itoa(n) + " keys of the set fit the token; nothing was verified"
	}
}

func (f keyFit) writeText(t *output.Text) {
	kid, named := f.token.KeyID()
	if !named {
		kid = "(none)"
	}
	verdict := output.Row{Mark: output.MarkPassed, Style: output.Good, Value: f.verdict()}
	if len(f.selection.Candidates) == 0 {
		verdict.Mark, verdict.Style = output.MarkFailed, output.Bad
	}
	t.Rows(verdict)
	t.Rows(output.Row{Label: "token", Value: "alg " + f.token.Algorithm() + ", kid " + kid})
	t.Heading("keys")
	var rows []output.Row
	for _, k := range f.selection.Candidates {
		rows = append(rows, output.Row{Mark: output.MarkPassed, Label: k.Name(), Value: k.Kind() + ": fits"})
	}
	for _, r := range f.selection.Refused {
		rows = append(rows, output.Row{Mark: output.MarkFailed, Label: r.Key.Name(), Value: r.Key.Kind() + ": " + r.Text})
	}
	t.Rows(rows...)
}
