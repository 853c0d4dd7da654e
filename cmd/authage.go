package cmd

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// authAgeOptions are the flags of auth-age.
type authAgeOptions struct {
	judgeOptions
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
		Args: tokenArgs,
		RunE: func(c *cobra.Command, args []string) error {
			return runAuthAge(c.Context(), env, opts, c, args)
		},
	}
	opts.judgeOptions.addFlags(c)
	inGroup(c.Flags(), groupTrust, func(f *pflag.FlagSet) {
		f.BoolVar(&opts.unverified, "unverified", false, "tell the age of a token that cannot be verified here; always exits 5")
	})
	inGroup(c.Flags(), groupOutput, func(f *pflag.FlagSet) {
		f.BoolVar(&opts.noClaims, "no-claims", false, "leave the claims out of the report")
	})
	return c
}

func runAuthAge(ctx context.Context, env *Env, opts *authAgeOptions, c *cobra.Command, args []string) error {
	r, err := opts.begin(ctx, env, c, args)
	if err != nil {
		return err
	}
	defer r.end()
	view, err := opts.view(ctx, r)
	if err != nil {
		return r.noAnswer(ctx, err)
	}
	return view.print(ctx, r.printer)
}

func (o *authAgeOptions) view(ctx context.Context, r *run) (ageView, error) {
	if o.unverified {
		return o.unverifiedAge(ctx, r)
	}
	policy, err := o.policy(ctx, r)
	if err != nil {
		return ageView{}, err
	}
	policy.AuthAge = true
	input, err := readToken(r.env, r.args, o.input)
	if err != nil {
		return ageView{}, err
	}
	report, err := o.judge(ctx, r, input, policy)
	if err != nil {
		return ageView{}, err
	}
	report.noClaims = o.noClaims
	return ageView{
		age: verify.MeasureAuthAge(report.anyClaims(), r.now), limit: policy.MaxAge, acr: policy.ACR, now: r.now, report: report,
	}, nil
}

// unverifiedAge is for who wants nothing verified, and so must not seem to ask
// for it.
func (o *authAgeOptions) unverifiedAge(ctx context.Context, r *run) (ageView, error) {
	if name := demanded(r.flags, "unverified", "at", "max-age", "acr"); name != "" {
		return ageView{}, usageError("--unverified and --%s contradict each other", name)
	}
	var policy verify.Policy
	if err := o.requires.apply(ctx, &policy, r.now); err != nil {
		return ageView{}, err
	}
	input, err := readToken(r.env, r.args, o.input)
	if err != nil {
		return ageView{}, err
	}
	parsed, err := token.Parse(input.text)
	age := verify.MeasureAuthAge(parsed.UnverifiedClaims(), r.now)
	if err != nil && !parsed.UnverifiedClaims().Exists() {
		age = verify.AuthAge{Problem: "there are no claims to read it from: " + parsed.Faults()[0].Text}
	}
	return ageView{age: age, limit: policy.MaxAge, acr: policy.ACR, now: r.now, token: parsed, unverified: true}, nil
}

func (v ageView) print(ctx context.Context, printer *output.Printer) error {
	if v.unverified {
		printer.Warn("NOTHING WAS VERIFIED: anybody can write such a token; do not let anybody in because of it")
	}
	if v.unverified {
		return conclude(ctx, printer, v, exitUnverified, "unverified: "+v.sentence(), silentExit(exitUnverified))
	}
	return conclude(ctx, printer, v, v.code(), v.report.sentence(), v.report.Err())
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
