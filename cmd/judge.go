package cmd

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// judgeOptions are the flags of every command that verifies a token.
type judgeOptions struct {
	settings settingsOptions
	input    tokenOptions
	trust    trustOptions
	network  networkOptions
	demands  demandOptions
	requires requirementOptions
	output   outputOptions
	typed    retryCommand // the command line, for hints
	meant    string       // see hinter
}

func (o *judgeOptions) addFlags(c *cobra.Command) {
	o.settings.addFlags(c)
	o.input.addFlags(c)
	o.trust.addFlags(c)
	o.demands.addFlags(c)
	o.network.addFlags(c)
	o.requires.addFlags(c)
	o.output.ci = verdictFormats(c.Name())
	o.output.addFlags(c)
}

// policy checks the command line as far as it is about verifying, before the
// token or anything else is read.
func (o *judgeOptions) policy(ctx context.Context, r *run) (verify.Policy, error) {
	if o.demands.issuer == "" && !o.trust.named() && !o.demands.anyIssuer {
		return verify.Policy{}, o.noTrust(r)
	}
	if err := o.trust.check(&o.demands, r.args); err != nil {
		return verify.Policy{}, err
	}
	o.meant = meantHint(r.env, r.args)
	if o.demands.anyTenant && !verify.IsTemplate(o.demands.issuer) {
		return verify.Policy{}, usageError("--any-tenant is only for an --issuer that holds {tenantid}")
	}
	policy, err := o.demands.policy(r.env)
	if err == nil {
		err = o.requires.apply(ctx, &policy, r.now)
	}
	if err == nil {
		err = usable(&policy)
	}
	return policy, err
}

// usable refuses a policy that cannot be used, which only the command line can
// be blamed for.
func usable(p *verify.Policy) error {
	err := p.Problem()
	switch {
	case err == nil:
		return nil
	case verify.IsTemplate(p.Issuer):
		return usageError("%w", err).withHint("name them with --require tid=GUID, or accept every one with --any-tenant")
	default:
		return usageError("%w", err)
	}
}

// judge judges what needs no key, loads the keys and verifies.
func (o *judgeOptions) judge(ctx context.Context, r *run, input tokenInput, policy verify.Policy) (presentedReport, error) {
	parsed, _ := token.Parse(input.text) // what is wrong with it is part of the answer
	policy.Repaired = input.repaired
	loaded, err := o.keys(ctx, r, parsed, policy)
	if err != nil {
		return presentedReport{}, err
	}
	policy.AdvertisedAlgorithms = loaded.advertised
	report := verify.Verify(parsed, loaded.keys, policy, r.now)
	source, encoding := "", ""
	switch keys := loaded.keys.(type) {
	case *verify.PublicKeys:
		source = keys.Source
		if keys.AgeSeconds > 0 {
			source = output.FormatSeconds(keys.AgeSeconds) + " old, from " + source
		} else if source != "" {
			source = "from " + source
		}
	case *verify.Secret:
		if !report.SignatureVerified() {
			encoding = o.trust.otherEncoding(parsed, policy, r.now)
		}
	}
	return presentedReport{
		Report: report, code: exitCode(context.Background(), report.Err()), atGiven: o.demands.at != "", realNow: r.env.Now(),
		hints: hinter{
			retry: o.typed, meant: o.meant, verified: report.SignatureVerified(), issuer: policy.Issuer, audiences: policy.Audiences, source: source,
			publishes: !o.trust.named() || o.trust.remote(), held: loaded.held, cached: loaded.cached, keySet: loaded.url, encoding: encoding, single: o.trust.key != "", wantsID: policy.Kind == verify.KindID || policy.AuthAge,
		},
		authorizationEndpoint: loaded.authorizationEndpoint,
	}, nil
}

// noTrust says what is missing and shows, as unverified, who the token claims
// to be from. It never offers that as the issuer to trust.
func (o *judgeOptions) noTrust(r *run) error {
	failure := usageError("no source of trust: whose keys shall verify the token?").withHint(
		"give the keys with --jwks, --key or --secret and the issuer beside, or let them be the issuer's own: %s", o.typed.asking())
	input, err := readToken(r.env, r.args, o.input)
	if err != nil {
		return failure
	}
	parsed, _ := token.Parse(input.text)
	if iss, ok := parsed.UnverifiedClaims().Get("iss").Text(); ok {
		failure.err = fmt.Errorf("%w (the token says, unverified: iss %q)", failure.err, iss)
	}
	return failure
}
