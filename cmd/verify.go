package cmd

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// verifyOptions are the flags of verify.
type verifyOptions struct {
	judgeOptions
	noClaims bool
	explain  bool
}

func newVerifyCmd(env *Env) *cobra.Command {
	opts := &verifyOptions{}
	c := &cobra.Command{
		Use:   "verify [TOKEN]",
		Short: "check the signature and every claim of a token, and say why it fails",
		Example: `  claimcheck verify @token.jwt --issuer https://issuer.example --audience api
  claimcheck verify @token.jwt --jwks keys.json --issuer https://issuer.example --audience api
  pbpaste | claimcheck verify --key public.pem --any-issuer --any-audience`,
		Args: tokenArgs,
		RunE: func(c *cobra.Command, args []string) error {
			return runVerify(c.Context(), env, opts, c, args)
		},
	}
	opts.judgeOptions.addFlags(c)
	inGroup(c.Flags(), groupOutput, func(f *pflag.FlagSet) {
		f.BoolVar(&opts.noClaims, "no-claims", false, "leave the claims out of the report")
		f.BoolVar(&opts.explain, "explain", false, "tell the story of the token in a few sentences")
	})
	return c
}

func runVerify(ctx context.Context, env *Env, opts *verifyOptions, c *cobra.Command, args []string) error {
	r, err := opts.begin(ctx, env, c, args)
	if err != nil {
		return err
	}
	defer r.end()
	report, err := opts.report(ctx, r)
	if err != nil {
		return r.noAnswer(ctx, err)
	}
	return conclude(ctx, r.printer, report, report.code, report.sentence(), report.Err())
}

func (o *verifyOptions) report(ctx context.Context, r *run) (presentedReport, error) {
	policy, err := o.policy(ctx, r)
	if err != nil {
		return presentedReport{}, err
	}
	input, err := readToken(r.env, r.args, o.input)
	if err != nil {
		return presentedReport{}, err
	}
	report, err := o.judge(ctx, r, input, policy)
	report.noClaims, report.explain = o.noClaims, o.explain
	return report, err
}
