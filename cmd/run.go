package cmd

import (
	"cmp"
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/cmd/internal/advice"
	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/cmd/internal/paste"
	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verifier"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// verifyOptions are the flags of every command that verifies a token.
type verifyOptions struct {
	settings settingsOptions
	input    tokenOptions
	trust    trustOptions
	network  networkOptions
	expect   expectationOptions
	output   outputOptions
	show     showOptions
}

func (o *verifyOptions) addFlags(c *cobra.Command) {
	o.settings.addFlags(c)
	o.input.addFlags(c)
	o.expect.addFlags(c)
	o.trust.addFlags(c)
	o.network.addFlags(c)
	c.Flags().Lookup("timeout").Usage = "limit for all requests and --assert"
	o.output.addFlags(c, verdictFormats())
	o.show.addFlags(c.Flags())
}

// A run is one run of a command that verifies a token: policy, token, keys,
// report, in this order.
type run struct {
	env     *Env
	opts    *verifyOptions
	flags   *pflag.FlagSet
	args    []string
	printer *output.Printer
	typed   advice.Cmdline

	policy verify.Policy
	input  paste.Token
	token  *token.Token
	secret *verify.Secret // that is trusted, if it is one
	now    time.Time      // time of evaluation, set after the token and the keys have been read

	asking *provider.Client // see client
}

// conclude reads the settings and checks the flags before ask reads anything else,
// and prints the verdict.
func (o *verifyOptions) conclude(env *Env, c *cobra.Command, args []string, ask func(context.Context, *run) (verdict, error)) error {
	return o.output.conclude(c.Context(), env, func(printer *output.Printer) (verdict, error) {
		r := &run{env: env, opts: o, flags: c.Flags(), args: args, printer: printer, typed: typedLine(c.CommandPath(), c.Flags(), args)}
		defer r.end()
		if err := cmp.Or(o.settings.apply(env, r.flags), o.network.check(), o.show.check()); err != nil {
			return nil, err
		}
		return ask(c.Context(), r)
	})
}

// clock returns the time of evaluation: that of --at, or now. It is called after the
// token and the keys have been read, so that waiting for them does not make the time
// stale.
func (r *run) clock() time.Time {
	r.now = r.opts.expect.at.from(r.env.Now())
	return r.now
}

// end lets go of what the run holds.
func (r *run) end() {
	if r.asking != nil {
		r.asking.CloseIdleConnections()
	}
}

// report verifies the token by the flags.
func (r *run) report(ctx context.Context) (report, error) {
	if err := r.readPolicy(ctx); err != nil {
		return report{}, err
	}
	if err := r.readToken(); err != nil {
		return report{}, err
	}
	return r.verify(ctx)
}

// readPolicy checks the command line as far as it is about verifying, before the
// token or anything else is read.
func (r *run) readPolicy(ctx context.Context) error {
	o := r.opts
	if err := o.trust.check(r.flags, &o.expect, r.args); err != nil {
		return err
	}
	if err := r.checkForgotten(); err != nil {
		return err
	}
	if o.expect.AnyTenant && !verify.IsTemplate(o.expect.Issuer) {
		return usageError("--any-tenant needs an --issuer that contains {tenantid}")
	}
	policy, err := o.expect.policy(ctx, r.env, o.network.timeout, func() time.Time { return r.now })
	r.policy = policy
	if err != nil {
		return err
	}
	if err := policy.Problem(); err != nil {
		unusable := usageError("%w", err)
		if verify.IsTemplate(policy.Issuer) {
			unusable.hint = "name them with --require tid=GUID, or accept every one with --any-tenant"
		}
		return unusable
	}
	return nil
}

func (r *run) readToken() (err error) {
	if r.token != nil {
		return nil
	}
	if r.input, err = readToken(r.env, r.args, r.opts.input); err != nil {
		return err
	}
	r.token = token.Parse(r.input.Text) // what is wrong with it is part of the answer
	if warning := r.input.Warning(); warning != "" {
		r.policy.Extra = append(r.policy.Extra, verify.Check{
			ID: "input_repaired", Status: verify.Warning, Reason: verify.ReasonMalformed, Message: warning,
		})
	}
	return nil
}

// verifier makes what verifies the token: by local keys, or by those of the
// issuer or of a key set's URL.
func (r *run) verifier(local verify.Keys) (*verifier.Verifier, error) {
	trust := &r.opts.trust
	options := []verifier.Option{verifier.WithClock(r.clock)}
	if local != nil {
		r.secret, _ = local.(*verify.Secret)
		options = append(options, verifier.WithKeys(local))
	} else {
		client, err := r.client()
		if err != nil {
			return nil, err
		}
		options = append(options, verifier.WithClient(client))
		if trust.remote() {
			options = append(options, verifier.WithKeySetURL(trust.jwks))
		} else if err := checkIssuerURL(r.opts.expect.Issuer); err != nil {
			return nil, err
		}
	}
	v, err := verifier.New(r.policy, options...)
	if err != nil {
		return nil, usageError("%w", err)
	}
	return v, nil
}

// localKeys reads the keys of a local source, if there is one. A file that holds an
// issuer's metadata names the URL of its key set.
func (r *run) localKeys() (verify.Keys, error) {
	trust := &r.opts.trust
	if !trust.named() || trust.remote() {
		return nil, nil
	}
	keys, err := trust.loadLocal(r.env)
	if address, warning := setAddress(trust.jwks, err); address != "" {
		r.printer.Warn(warning)
		trust.jwks = address
		return nil, nil
	}
	if public, ok := keys.(*verify.PublicKeys); ok && public.Set.ReadAs != "" && r.opts.network.verbose {
		r.printer.Trace(public.Source + " was read as " + public.Set.ReadAs)
	}
	return keys, err
}

// googleShort is the other name of https://accounts.google.com, which provider
// knows.
const googleShort = "accounts.google.com"

// checkIssuerURL refuses an issuer that keys cannot be fetched from. No host
// name is completed here: the issuer is compared byte for byte.
func checkIssuerURL(issuer string) error {
	if trimmed := strings.TrimSpace(issuer); trimmed != issuer {
		return usageError("--issuer starts or ends with a space").withHint("an issuer is compared byte for byte: remove the space")
	}
	if issuer == googleShort {
		return nil
	}
	u, err := url.Parse(issuer)
	if err != nil || u.Host == "" || !strings.HasPrefix(strings.ToLower(issuer), "http") {
		if isHost(issuer) {
			scheme := "https://"
			if isLocal(scheme + issuer) {
				scheme = "http://"
			}
			return usageError("--issuer %q has no https:// in front, so its keys cannot be looked up", issuer).withHint(
				"an issuer is compared byte for byte: write it as the token has it, most often %s%s", scheme, issuer)
		}
		return usageError("--issuer %s is not an https URL, so its keys cannot be looked up", quoteShort(issuer)).withHint(
			"write it as the token has it, with https:// (or http:// on this machine), or pass the keys with --jwks, --key or --secret")
	}
	return nil
}

// client makes the client that the network flags ask for. It is one for the whole
// run: what a flag names may be a pipe, which can be read once.
func (r *run) client() (*provider.Client, error) {
	if r.asking != nil {
		return r.asking, nil
	}
	var err error
	r.asking, err = r.opts.network.client(r.env, r.printer)
	return r.asking, err
}

// verify reads the keys and checks the token, as of the time when it has both.
func (r *run) verify(ctx context.Context) (report, error) {
	local, err := r.localKeys()
	if err != nil {
		return report{}, err
	}
	timed := ctx
	if local == nil {
		var cancel context.CancelFunc
		timed, cancel = r.opts.network.within(ctx)
		defer cancel()
		if err := r.issuerOfMetadata(timed); err != nil {
			return report{}, err
		}
	}
	v, err := r.verifier(local)
	if err != nil {
		return report{}, err
	}
	result, err := v.Examine(timed, r.input.Text)
	if named, _ := setAddress(r.opts.trust.jwks, err); named != "" {
		result, err = r.verifyByMetadata(timed)
	}
	switch {
	case ctx.Err() != nil: // an assertion that was interrupted says nothing about the token
		return report{}, ctx.Err()
	case err != nil && r.opts.trust.remote():
		return report{}, noKeySet(err, r.opts.trust.jwks)
	case err != nil:
		return report{}, r.question().unavailable(timed, err)
	}
	return report{
		Report: result.Report, made: result.Report.Checks(), keySet: result.KeySet, advice: r.caseOf(result),
		atSet: r.opts.expect.at.set, realNow: r.env.Now(), show: r.opts.show,
	}, nil
}

// question is what the issuer is asked for.
func (r *run) question() issuerQuestion {
	q := issuerQuestion{client: r.asking, typed: r.typed, issuer: r.opts.expect.Issuer, headers: len(r.opts.network.headers) > 0}
	if !q.secret() {
		q.tokenIssuer, _ = r.token.UnverifiedClaims().Get("iss").Text()
	}
	return q
}

// issuerOfMetadata takes the issuer from its metadata, where --issuer is the address
// of that document and the keys come from there.
func (r *run) issuerOfMetadata(ctx context.Context) error {
	address := r.opts.expect.Issuer
	if r.opts.trust.named() || !strings.Contains(address, wellKnown) || checkIssuerURL(address) != nil {
		return nil
	}
	client, err := r.client()
	if err != nil {
		return err
	}
	metadata, err := client.Discover(ctx, address)
	if err != nil {
		return r.question().unavailable(ctx, err)
	}
	r.opts.expect.Issuer, r.policy.Issuer = metadata.Issuer, metadata.Issuer
	if !r.printer.WantsLine() {
		r.printer.Note("--issuer is the address of metadata; the issuer in it is " + metadata.Issuer)
	}
	return nil
}

// verifyByMetadata verifies with the key set of an issuer, because --jwks is the URL
// of its metadata, not of a key set.
func (r *run) verifyByMetadata(ctx context.Context) (*verifier.Result, error) {
	kid, _ := r.token.KeyID()
	set, err := keysAt(ctx, r.asking, r.printer, r.opts.trust.jwks, kid)
	if err != nil {
		return nil, err
	}
	v, err := verifier.New(r.policy, verifier.WithClock(r.clock),
		verifier.WithKeys(&verify.PublicKeys{Set: set.Set, Source: set.Source(), AgeSeconds: set.AgeSeconds}))
	if err != nil {
		return nil, err
	}
	result, err := v.Examine(ctx, r.input.Text)
	if err == nil {
		result.KeySet = set
	}
	return result, err
}

// caseOf is what advice about a report has to know of the run.
func (r *run) caseOf(result *verifier.Result) advice.Case {
	o, verified := r.opts, result.Report
	c := advice.Case{
		Typed: r.typed, Instead: insteadHint(r.env, r.args), Verified: verified.SignatureVerified, Issuer: r.policy.Issuer, Audiences: r.policy.Audiences,
		WantsID: r.policy.Kind == verify.KindID || r.typed.Is("auth-age"), Program: verified.OfProgram(),
		Published: !o.trust.named() || o.trust.remote(), SingleKey: o.trust.key != "",
	}
	if verified.Key != nil && verified.Key.Source != "" {
		c.KeySource = "from " + verified.Key.Source
	}
	if set := result.KeySet; set != nil {
		c.KeySource = "from " + set.Source()
		if set.AgeSeconds > 0 {
			c.KeySource = output.FormatSeconds(set.AgeSeconds) + " old, " + c.KeySource
		}
		c.Held, c.Cached = set.Refetch == "held", set.FromCache
		if !o.trust.remote() {
			c.KeySetURL = set.URL
		}
	}
	if r.secret != nil && !c.Verified {
		verifies := func(s *verify.Secret) bool {
			return verify.Verify(result.Token, s, r.policy, r.now).SignatureVerified
		}
		c.Encoding, c.SecretForm = o.trust.otherEncoding(verifies), o.trust.otherForm(verifies)
	}
	iss, _ := verified.Check("issuer")
	if said, _ := iss.Actual.Text(); !c.Verified && iss.Status == verify.Failed &&
		(verified.Reason == verify.ReasonNoMatchingKey || verified.Reason == verify.ReasonBadSignature) {
		c.Stranger = said
	}
	return c
}
