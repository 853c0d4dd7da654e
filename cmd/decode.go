package cmd

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/token"
)

// decodeOptions are the flags of decode.
type decodeOptions struct {
	input         tokenOptions
	output        outputOptions
	showSignature bool
}

func newDecodeCmd(env *Env) *cobra.Command {
	opts := &decodeOptions{}
	c := &cobra.Command{
		Use:   "decode [TOKEN]",
		Short: "show the header and the claims of a token without verifying anything",
		Example: `  claimcheck decode @token.jwt
  pbpaste | claimcheck decode
  claimcheck decode env:TOKEN --jq .payload.sub`,
		Args: tokenArgs,
		RunE: func(c *cobra.Command, args []string) error {
			return runDecode(c.Context(), env, opts, c.Flags(), args)
		},
	}
	opts.input.addFlags(c)
	opts.output.addFlags(c)
	inGroup(c.Flags(), groupOutput, func(f *pflag.FlagSet) {
		f.BoolVar(&opts.showSignature, "show-signature", false, "show the signature too: with it the output can be replayed as a token")
	})
	return c
}

func runDecode(ctx context.Context, env *Env, opts *decodeOptions, flags *pflag.FlagSet, args []string) error {
	if err := refuseEmpty(flags); err != nil {
		return err
	}
	printer, err := opts.output.printer(env)
	if err != nil {
		return err
	}
	input, err := readToken(env, args, opts.input)
	if err != nil {
		return err
	}
	parsed, _ := token.Parse(input.text) // what is wrong with it is part of the answer
	d := decoded{parsed, opts.showSignature, env.Now(), meantHint(env, args)}
	if err := printer.Print(ctx, d.document(), d.writeText); err != nil {
		failed := printFailure(err, d.code())
		if d.code() == exitAccepted || exitCode(ctx, failed) != d.code() {
			return failed
		}
		printer.Warn(err.Error()) // the token's own problem is what counts
	}
	if input.repaired {
		printer.Warn("line breaks were joined: the text as given is not a valid token; servers will refuse it")
	}
	if d.code() != exitAccepted {
		return fail(d.code(), "%s", d.problem()).withHint("%s", d.hint())
	}
	if problem := d.problem(); problem != "" && d.readable() {
		printer.Warn(problem + ": nobody will take it for a JWT")
	}
	printer.Note(d.note())
	return nil
}

// document is the decoded token in JSON: the token itself where it is a JWT,
// else what could be read of it and why not the rest.
func (d decoded) document() strictjson.Value {
	t := d.token
	if d.readable() {
		return strictjson.Object(
			member("header", t.Header()),
			member("payload", t.UnverifiedClaims()),
			member("signature", d.signature()),
		)
	}
	return strictjson.Object(
		member("kind", strictjson.String(string(t.Form()))),
		member("header", t.Header()),
		member("payload", t.UnverifiedClaims()),
		member("payload_base64", d.payloadText()),
		member("signature", d.signature()),
		member("error", text(d.problem())),
	)
}

// readable tells whether header and payload are JSON objects, whatever else is
// wrong.
func (d decoded) readable() bool {
	return d.token.SigningInput() != "" && d.token.Header().Exists() && d.token.UnverifiedClaims().Exists()
}

// payloadText is the payload as it stands, where it is not a JSON object.
func (d decoded) payloadText() strictjson.Value {
	if d.token.UnverifiedClaims().Exists() {
		return strictjson.Value{}
	}
	return text(d.token.PayloadText())
}

func (d decoded) signature() strictjson.Value {
	signature := d.token.Signature()
	if signature == nil {
		return strictjson.Value{}
	}
	members := []strictjson.Member{member("bytes", strictjson.Int(int64(len(signature))))}
	if d.showSignature {
		raw := d.token.Raw()
		members = append(members, member("text", strictjson.String(raw[len(d.token.SigningInput())+1:])))
	}
	return strictjson.Object(members...)
}

// code is 0 where header and payload are JSON objects, and for an encrypted
// token whose header is one.
func (d decoded) code() int {
	if d.readable() || d.token.Form() == token.FormJWE && d.token.Header().Exists() {
		return exitAccepted
	}
	return exitMalformed
}

// problem is the first thing that keeps the text from being a JWT.
func (d decoded) problem() string {
	for _, fault := range d.token.Faults() {
		return fault.Text
	}
	return ""
}

func (d decoded) note() string {
	if d.token.Form() == token.FormJWE {
		return "encrypted for its audience: only the header can be shown; nothing was verified"
	}
	return "decoded, not verified: anybody can write such a token"
}
