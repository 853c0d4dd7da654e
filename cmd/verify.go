package cmd

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/pkg/output"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// verifyOptions are the flags of verify.
type verifyOptions struct {
	input    tokenOptions
	trust    trustOptions
	network  networkOptions
	demands  demandOptions
	output   outputOptions
	noClaims bool
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
			opts.applyEnvironment(env, c.Flags())
			return runVerify(c.Context(), env, opts, c.Flags(), args)
		},
	}
	opts.input.addFlags(c)
	opts.trust.addFlags(c)
	opts.demands.addFlags(c)
	opts.network.addFlags(c)
	opts.output.addFlags(c)
	inGroup(c.Flags(), groupOutput, func(f *pflag.FlagSet) {
		f.BoolVar(&opts.noClaims, "no-claims", false, "leave the claims out of the report")
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
	now, err := parseTime(opts.demands.at, env.Now())
	if err != nil {
		return err
	}
	report, err := opts.judge(ctx, env, printer, args, now)
	if err != nil {
		return noAnswer(ctx, printer, err)
	}
	if err := printer.Print(ctx, report.document(), report.writeText); err != nil {
		return printFailure(err, report.code)
	}
	printer.Verdict(report.code == exitAccepted, report.verdictLine())
	return report.Err()
}

// judge reads the token, judges what needs no key, loads the keys and verifies.
func (o *verifyOptions) judge(ctx context.Context, env *Env, printer *output.Printer, args []string, now time.Time) (presentedReport, error) {
	if o.demands.issuer == "" && !o.trust.named() && !o.demands.anyIssuer {
		return presentedReport{}, o.noTrust(env, args)
	}
	if err := o.trust.check(&o.demands, args); err != nil {
		return presentedReport{}, err
	}
	policy, err := o.demands.policy(env)
	if err != nil {
		return presentedReport{}, err
	}
	input, err := readToken(env, args, o.input)
	if err != nil {
		return presentedReport{}, err
	}
	parsed, _ := token.Parse(input.text)
	policy.Repaired = input.repaired
	keys, err := o.keys(ctx, env, printer, parsed, &policy)
	if err != nil {
		return presentedReport{}, err
	}
	report := verify.Verify(parsed, keys, policy, now)
	return presentedReport{
		Report: report, code: exitCode(ctx, report.Err()), atGiven: o.demands.at != "", realNow: env.Now(), noClaims: o.noClaims,
		hints: hinter{local: o.trust.named()},
	}, nil
}

// noTrust says what is missing and shows, as unverified, who the token claims
// to be from. It never offers that as the issuer to trust.
func (o *verifyOptions) noTrust(env *Env, args []string) error {
	failure := usageError("no source of trust: whose keys shall verify the token?").withHint(
		"claimcheck verify --issuer <the issuer you expect> --audience <yours>, or --jwks, --key or --secret")
	input, err := readToken(env, args, o.input)
	if err != nil {
		return failure
	}
	parsed, _ := token.Parse(input.text)
	if iss, ok := parsed.UnverifiedClaims().Get("iss").Text(); ok {
		failure.err = fmt.Errorf("%w (the token says, unverified: iss %q)", failure.err, iss)
	}
	return failure
}

// noAnswer prints the JSON of a verification that could not be made.
func noAnswer(ctx context.Context, printer *output.Printer, err error) error {
	code := exitCode(ctx, err)
	if code != exitUnreadable && code != exitUnavailable {
		return err
	}
	reason := "unreadable"
	if code == exitUnavailable {
		reason = "unavailable"
	}
	document := strictjson.Object(
		member("verdict", strictjson.String("no_answer")),
		member("reason", strictjson.String(reason)),
		member("exit_code", strictjson.Int(int64(code))),
		member("error", strictjson.Object(
			member("message", strictjson.String(err.Error())),
			member("hint", text(hintOf(err))),
		)),
	)
	if printErr := printer.Print(ctx, document, func(*output.Text) {}); printErr != nil {
		return printFailure(printErr, code)
	}
	return err
}
