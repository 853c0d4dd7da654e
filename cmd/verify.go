package cmd

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// verifyOptions are the flags of verify.
type verifyOptions struct {
	judgeOptions
	requires requirementOptions
	output   outputOptions
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
		Args: usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			return runVerify(c.Context(), env, opts, c.Flags(), args)
		},
	}
	opts.judgeOptions.addFlags(c)
	opts.requires.addFlags(c)
	opts.output.ci = verdictFormats("verify")
	opts.output.addFlags(c)
	inGroup(c.Flags(), groupOutput, func(f *pflag.FlagSet) {
		f.BoolVar(&opts.noClaims, "no-claims", false, "leave the claims out of the report")
		f.BoolVar(&opts.explain, "explain", false, "tell the story of the token in a few sentences")
	})
	return c
}

func runVerify(ctx context.Context, env *Env, opts *verifyOptions, flags *pflag.FlagSet, args []string) error {
	if err := refuseEmpty(flags); err != nil {
		return err
	}
	printer, err := opts.output.printer(env)
	if err != nil {
		return err
	}
	opts.typed = newRetryCommand("claimcheck verify", flags, args)
	if err := opts.settings.apply(env, flags); err != nil {
		return noAnswer(ctx, env, printer, err)
	}
	now, err := parseTime(opts.demands.at, env.Now())
	if err != nil {
		return err
	}
	policy, err := opts.policy(env, args)
	if err == nil {
		err = opts.requires.apply(ctx, &policy, now)
	}
	if err == nil {
		err = usable(&policy)
	}
	if err != nil {
		return noAnswer(ctx, env, printer, err)
	}
	input, err := readToken(env, args, opts.input)
	if err != nil {
		return noAnswer(ctx, env, printer, err)
	}
	report, err := opts.judge(ctx, env, printer, input, policy, now)
	if err != nil {
		return noAnswer(ctx, env, printer, err)
	}
	report.noClaims, report.explain = opts.noClaims, opts.explain
	if err := printVerdict(ctx, printer, report); err != nil {
		return printFailure(err, report.code)
	}
	printer.Verdict(report.code == exitAccepted, report.verdictLine())
	return report.Err()
}
