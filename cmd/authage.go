package cmd

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/pkg/output"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// authAgeOptions are the flags of auth-age.
type authAgeOptions struct {
	judgeOptions
	requires   requirementOptions
	output     outputOptions
	noClaims   bool
	unverified bool
}

func newAuthAgeCmd(env *Env) *cobra.Command {
	opts := &authAgeOptions{}
	c := &cobra.Command{
		Use:   "auth-age [TOKEN]",
		Short: "how long ago did the user really sign in, and is that recent enough?",
		Long: "auth-age verifies a token like verify does and then tells how long ago the user signed in:\n" +
			"the time of evaluation less auth_time, and nothing else. That a token has expired and that a\n" +
			"login is too old are two things, and both are told.",
		Example: `  claimcheck auth-age @id-token.jwt --issuer https://issuer.example --audience my-client --max-age 5m
  claimcheck auth-age @id-token.jwt --jwks keys.json --issuer https://issuer.example --audience my-client
  claimcheck auth-age @id-token.jwt --unverified`,
		Args: usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			return runAuthAge(c.Context(), env, opts, c.Flags(), args)
		},
	}
	opts.judgeOptions.addFlags(c)
	opts.requires.addFlags(c)
	opts.output.ci = verdictFormats("auth-age")
	opts.output.addFlags(c)
	inGroup(c.Flags(), groupTrust, func(f *pflag.FlagSet) {
		f.BoolVar(&opts.unverified, "unverified", false, "tell the age of a token that cannot be verified here; always exits 5")
	})
	inGroup(c.Flags(), groupOutput, func(f *pflag.FlagSet) {
		f.BoolVar(&opts.noClaims, "no-claims", false, "leave the claims out of the report")
	})
	return c
}

func runAuthAge(ctx context.Context, env *Env, opts *authAgeOptions, flags *pflag.FlagSet, args []string) error {
	if err := refuseEmpty(flags); err != nil {
		return err
	}
	printer, err := opts.output.printer(env)
	if err != nil {
		return err
	}
	opts.typed = newRetryCommand("claimcheck auth-age", flags, args)
	if err := opts.settings.apply(env, flags); err != nil {
		return noAnswer(ctx, env, printer, err)
	}
	now, err := parseTime(opts.demands.at, env.Now())
	if err != nil {
		return err
	}
	policy := verify.Policy{}
	if opts.unverified {
		err = opts.checkUnverified(flags)
	} else {
		policy, err = opts.policy(env, args)
	}
	if err == nil {
		err = opts.requires.apply(ctx, &policy, now)
	}
	if err == nil && !opts.unverified {
		err = usable(&policy)
	}
	if err != nil {
		return noAnswer(ctx, env, printer, err)
	}
	policy.AuthAge = true
	input, err := readToken(env, args, opts.input)
	if err != nil {
		return noAnswer(ctx, env, printer, err)
	}
	var view ageView
	if opts.unverified {
		view = unverifiedAge(input, policy, now)
	} else {
		view, err = opts.verifiedAge(ctx, env, printer, input, policy, now)
	}
	if err != nil {
		return noAnswer(ctx, env, printer, err)
	}
	return view.print(ctx, printer)
}

// checkUnverified: who wants nothing verified must not seem to ask for it.
func (o *authAgeOptions) checkUnverified(flags *pflag.FlagSet) error {
	for _, name := range []string{"issuer", "jwks", "key", "secret", "any-issuer", "audience", "any-audience"} {
		if flags.Changed(name) {
			return usageError("--unverified and --%s contradict each other", name)
		}
	}
	return nil
}

func (v ageView) print(ctx context.Context, printer *output.Printer) error {
	if v.unverified {
		printer.Warn("NOTHING WAS VERIFIED: anybody can write such a token; do not let anybody in because of it")
	}
	if err := printVerdict(ctx, printer, v); err != nil {
		return printFailure(err, v.code())
	}
	if v.unverified {
		printer.Verdict(false, "unverified: "+v.sentence()+" (exit 5)")
		return silentExit(exitUnverified)
	}
	printer.Verdict(v.code() == exitAccepted, v.report.verdictLine())
	return v.report.Err()
}

// document is the report of verify with the age, or the age alone.
func (v ageView) document() strictjson.Value {
	if !v.unverified {
		members := v.report.document().Members()
		return strictjson.Object(append(append([]strictjson.Member{}, members...), member("auth_age", v.ageDocument()))...)
	}
	return strictjson.Object(
		member("verdict", strictjson.String("unverified")),
		member("reason", strictjson.String("unverified")),
		member("exit_code", strictjson.Int(exitUnverified)),
		member("auth_age", v.ageDocument()),
		member("unverified_header", v.token.Header()),
		member("unverified_claims", v.token.UnverifiedClaims()),
	)
}
