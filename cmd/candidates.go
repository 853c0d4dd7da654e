package cmd

import (
	"context"
	"fmt"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/token"
)

// keyFit says which keys fit a token.
type keyFit struct {
	candidates []*jwks.Key
	refused    []jwks.Refusal
	token      *token.Token
}

type keyFitDocument struct {
	Token struct {
		Algorithm strictjson.Value `json:"alg"`
		KeyID     strictjson.Value `json:"kid"`
	} `json:"token"`
	Fit      []fittingKey `json:"fit"`
	DoNotFit []fittingKey `json:"do_not_fit"`
}

type fittingKey struct {
	Position   int     `json:"position"`
	KeyID      *string `json:"kid"`
	Type       string  `json:"type"`
	Thumbprint string  `json:"thumbprint,omitzero"`
	Reason     string  `json:"reason,omitzero"` // why it does not fit
}

func (f keyFit) document() any {
	var document keyFitDocument
	document.Token.Algorithm, document.Token.KeyID = f.token.Header().Get("alg"), f.token.Header().Get("kid")
	for _, k := range f.candidates {
		document.Fit = append(document.Fit, describeKey(k, ""))
	}
	for _, r := range f.refused {
		document.DoNotFit = append(document.DoNotFit, describeKey(r.Key, r.Text))
	}
	return document
}

func describeKey(k *jwks.Key, why string) fittingKey {
	document := fittingKey{Position: k.Position, Type: k.Kind(), Thumbprint: k.Thumbprint, Reason: why}
	if k.HasKeyID {
		document.KeyID = &k.KeyID
	}
	return document
}

func (f keyFit) verdict() string {
	switch n := len(f.candidates); n {
	case 0:
		return "no key in the set fits the token"
	case 1:
		return "1 key in the set fits the token; nothing was verified"
	default:
		return fmt.Sprintf("%d keys in the set fit the token; nothing was verified", n)
	}
}

func (f keyFit) writeText(t *output.Text) {
	kid, named := f.token.KeyID()
	if !named {
		kid = "(none)"
	}
	t.Rows(verdictRow(len(f.candidates) > 0, f.verdict()))
	t.Rows(output.Row{Label: "token", Value: "alg " + f.token.Algorithm() + ", kid " + kid})
	t.Heading("keys")
	var rows []output.Row
	for _, k := range f.candidates {
		rows = append(rows, output.Row{Mark: output.MarkPassed, Label: k.Name(), Value: k.Kind() + ": fits"})
	}
	for _, r := range f.refused {
		rows = append(rows, output.Row{Mark: output.MarkFailed, Label: r.Key.Name(), Value: r.Key.Kind() + ": " + r.Text})
	}
	t.Rows(rows...)
}

// printFit prints which keys fit a token. It verifies nothing.
func (o *jwksOptions) printFit(ctx context.Context, env *Env, printer *output.Printer, set *jwks.Set) error {
	raw, err := readValue(env, "--for", o.token)
	if err != nil {
		return err
	}
	input, err := oneToken(raw, tokenOptions{})
	if err != nil {
		return err
	}
	warnOfRepair(printer, input)
	parsed := token.Parse(input.Text)
	if !parsed.Header().Exists() {
		return fail(exitMalformed, "--for: %s", parsed.Faults()[0].Text)
	}
	refused, _ := set.Refused(parsed)
	fit := keyFit{set.Candidates(parsed), refused, parsed}
	if err := show(ctx, printer, display{fit.document(), fit.writeText}); err != nil {
		return err
	}
	if len(fit.candidates) == 0 {
		printer.Verdict(false, withCode(fit.verdict(), exitNoKey))
		return silentExit(exitNoKey)
	}
	return nil
}
