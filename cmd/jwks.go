package cmd

import (
	"context"
	"errors"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/token"
)

// jwksOptions are the flags of jwks.
type jwksOptions struct {
	settings settingsOptions
	network  networkOptions
	output   outputOptions
	kid      string
	token    string
	pem      bool
	check    bool
}

func newJWKSCmd(env *Env) *cobra.Command {
	opts := &jwksOptions{}
	c := &cobra.Command{
		Use:   "jwks SOURCE",
		Short: "show a key set, and which of its keys can be used",
		Long: "jwks shows a key set. SOURCE is the URL of a key set or of an issuer, a file, or - for\n" +
			"stdin. Private members are never shown.",
		Example: `  claimcheck jwks https://issuer.example
  claimcheck jwks keys.json --for @token.jwt
  claimcheck jwks https://issuer.example/keys --kid 2026-01 --pem`,
		Args: oneArg("no key set given: the URL of one or of an issuer, a file, or - for stdin"),
		RunE: func(c *cobra.Command, args []string) error {
			return runJWKS(c.Context(), env, opts, c.Flags(), args[0])
		},
	}
	inGroup(c.Flags(), groupInput, func(f *pflag.FlagSet) {
		textVar(f, &opts.kid, "kid", "ID", "only the keys with this key ID")
		valueVar(f, &opts.token, "for", "TOKEN", "which keys fit this token, and why the others do not")
	})
	inGroup(c.Flags(), groupExpect, func(f *pflag.FlagSet) {
		f.BoolVar(&opts.check, "check", false, "lint the key set; exit 21 if it has errors")
	})
	opts.settings.addFlags(c)
	opts.network.addFlags(c)
	opts.output.ci = checkFormats("jwks")
	opts.output.addFlags(c)
	inGroup(c.Flags(), groupOutput, func(f *pflag.FlagSet) {
		f.BoolVar(&opts.pem, "pem", false, "print one key as PEM (SPKI)")
	})
	return c
}

func runJWKS(ctx context.Context, env *Env, opts *jwksOptions, flags *pflag.FlagSet, source string) error {
	if !opts.check {
		opts.output.withoutCheck()
	}
	printer, err := opts.output.printer(env)
	if err != nil {
		return err
	}
	err = opts.checkFlags(flags)
	if err == nil {
		err = opts.settings.apply(env, flags)
	}
	if err == nil {
		err = opts.network.check()
	}
	var set *jwks.Set
	var from string
	if err == nil {
		set, from, err = opts.load(ctx, env, printer, source)
	}
	if err != nil {
		return noFindings(ctx, env, printer, opts.check, err)
	}
	if opts.kid != "" {
		all := set.KeyIDs()
		if set = set.WithKeyID(opts.kid); len(set.Keys) == 0 {
			return fail(exitNoKey, "no key of %s has the kid %q", from, opts.kid).withHint("%s", kidsHint(all))
		}
	}
	switch {
	case opts.check:
		return printFindings(ctx, printer, lintSet(set, from, env))
	case opts.pem:
		return printPEM(printer, set)
	case opts.token != "":
		return opts.printFit(ctx, env, printer, set)
	}
	view := keySetView{set: set, source: from, now: env.Now()}
	return printShown(ctx, printer, answer{set.PublicDocument(), view.writeText})
}

func kidsHint(kids []string) string {
	if len(kids) == 0 {
		return "its keys have no kid"
	}
	return "there are: " + strings.Join(kids, ", ")
}

func (o *jwksOptions) checkFlags(flags *pflag.FlagSet) error {
	chosen := 0
	for _, on := range []bool{o.check, o.pem, o.token != ""} {
		if on {
			chosen++
		}
	}
	switch {
	case chosen > 1:
		return usageError("--check, --pem and --for are three questions: ask one")
	case o.check && o.kid != "":
		return usageError("--check looks a whole set over: it does not go with --kid")
	case o.pem && (o.output.filter != "" || o.output.format != "auto"):
		return usageError("--pem prints PEM: it does not go with --jq or -o")
	}
	return nil
}

// load reads the set from a URL, stdin or a file.
func (o *jwksOptions) load(ctx context.Context, env *Env, printer *output.Printer, source string) (*jwks.Set, string, error) {
	if !isURL(source) {
		set, name, err := readKeys(env, source)
		address, warning := setAddress(name, err)
		if address == "" {
			return set, name, err
		}
		printer.Warn(warning)
		source = address
	}
	client, err := o.network.client(env, printer)
	if err != nil {
		return nil, "", err
	}
	defer client.CloseIdleConnections()
	network, cancel := o.network.within(ctx)
	defer cancel()
	fetched, err := keysOrIssuer(network, client, printer, source)
	if err != nil {
		return nil, "", unavailable(err)
	}
	return fetched.Set, fetched.URL, nil
}

// readKeys reads a key set, or a single key in whatever form.
func readKeys(env *Env, name string) (*jwks.Set, string, error) {
	data, source, err := readKeyFile(env, name)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) && strings.Contains(name, ".") && !strings.ContainsAny(name, `/\`) {
			err = unreadable("%w", err).withHint("if that is an issuer, write https://%s", name)
		}
		return nil, "", err
	}
	set, err := jwks.ParseText(data)
	if err != nil && !errors.As(err, new(*jwks.MetadataError)) {
		if one, keyErr := jwks.ParseKey(data); keyErr == nil || errors.Is(keyErr, jwks.ErrPrivateKey) {
			set, err = one, keyErr
		}
	}
	switch {
	case errors.Is(err, jwks.ErrPrivateKey):
		return nil, "", unreadable("%s: %w", source, err).withHint("%s", keyHint(name, err))
	case err != nil:
		return nil, "", unreadable("%s: %w", source, err).withHint("%s", keySetHint(source, data, err))
	}
	return set, source, nil
}

// keysOrIssuer takes a URL for that of a key set and, where there is none, for
// an issuer.
func keysOrIssuer(ctx context.Context, client *provider.Client, printer *output.Printer, source string) (*provider.KeySet, error) {
	if client.KnowsIssuer(source) && !strings.Contains(source, "/.well-known/") {
		return client.KeysFor(ctx, source, "")
	}
	set, err := keysAt(ctx, client, printer, source, "")
	var fetch *provider.FetchError
	if err == nil || !errors.As(err, &fetch) || !noKeySetThere(fetch) {
		return set, err
	}
	set, issuerErr := client.KeysFor(ctx, strings.TrimSpace(source), "")
	if issuerErr != nil && fetch.Cause == "not_a_key_set" && errors.As(issuerErr, new(*provider.FetchError)) {
		return nil, err // there is a document, but it is neither
	}
	return set, issuerErr
}

func noKeySetThere(e *provider.FetchError) bool {
	switch e.Cause {
	case "status", "html", "content_type", "not_json", "not_a_key_set", "redirect",
		"offline":
		return true
	}
	return false
}

func lintSet(set *jwks.Set, source string, env *Env) findingsReport {
	report := findingsReport{source: source}
	for _, f := range set.Lint(env.Now()) {
		place := ""
		if f.Key != nil {
			place = "key " + f.Key.Name()
			if f.Key.Thumbprint != "" && f.Severity == jwks.SeverityError {
				place += " (thumbprint " + f.Key.Thumbprint + ")"
			}
		}
		report.add(finding{
			id: f.ID, severity: f.Severity, place: place, message: f.Message, spec: f.Spec,
		})
	}
	return report
}

// printPEM prints the one key that is left.
func printPEM(printer *output.Printer, set *jwks.Set) error {
	var chosen *jwks.Key
	var names []string
	for _, k := range set.Keys {
		if k.Public() != nil {
			chosen = k
			names = append(names, k.Name())
		}
	}
	switch len(names) {
	case 0:
		return unreadable("no key of the set can be written as PEM")
	case 1:
	default:
		return usageError("--pem prints one key, and there are %d", len(names)).withHint("choose one with --kid: %s", strings.Join(names, ", "))
	}
	data, err := chosen.PEM()
	if err != nil {
		return unreadable("%w", err)
	}
	if err := printer.PrintUnescaped(data); err != nil {
		return printFailure(err, exitAccepted)
	}
	return nil
}

// printFit says which keys fit a token. Nothing is verified by that.
func (o *jwksOptions) printFit(ctx context.Context, env *Env, printer *output.Printer, set *jwks.Set) error {
	raw, err := readValue(env, "--for", o.token)
	if err != nil {
		return err
	}
	input, err := oneToken(raw, tokenOptions{})
	if err != nil {
		return err
	}
	input.warn(printer)
	parsed, err := token.Parse(input.text)
	if !parsed.Header().Exists() {
		return fail(exitMalformed, "--for: %w", err)
	}
	fit := keyFit{set.Candidates(parsed), parsed}
	if err := printer.Print(ctx, fit.document(), fit.writeText); err != nil {
		return printFailure(err, exitAccepted)
	}
	if len(fit.selection.Candidates) == 0 {
		printer.Verdict(false, fit.verdict()+" (exit 12)")
		return silentExit(exitNoKey)
	}
	return nil
}
