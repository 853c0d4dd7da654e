package cmd

import (
	"cmp"
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/provider"
)

// jwksOptions are the flags of jwks.
type jwksOptions struct {
	documentOptions
	kid   string
	token string
	pem   bool
}

func newJWKSCmd(env *Env) *cobra.Command {
	opts := &jwksOptions{}
	c := &cobra.Command{
		Use:   "jwks SOURCE",
		Short: "show a key set, and which of its keys can be used",
		Long: "jwks shows a key set. SOURCE is the URL of a key set or of an issuer, a bare host name, a\n" +
			"file, or - for stdin. Private members are never shown.",
		Example: `  claimcheck jwks https://issuer.example
  claimcheck jwks keys.json --for @token.jwt
  claimcheck jwks https://issuer.example/keys --kid 2026-01 --pem`,
		Args: oneArg("no key set given: name its URL, that of an issuer, a file, or - for stdin"),
		RunE: func(c *cobra.Command, args []string) error {
			source := strings.TrimPrefix(args[0], "@")
			return opts.run(c, env, func(printer *output.Printer) (document, error) {
				set, from, err := opts.load(c.Context(), env, printer, c.Flags(), source)
				if err != nil {
					return document{}, err
				}
				if opts.check {
					return document{report: findingsReport{from, set.Lint(env.Now())}}, nil
				}
				return document{show: func() error { return opts.show(c.Context(), env, printer, set, from) }}, nil
			})
		},
	}
	inGroup(c.Flags(), groupInput, func(f *pflag.FlagSet) {
		textVar(f, &opts.kid, "kid", "ID", "only the keys with this key ID")
		valueVar(f, &opts.token, "for", "TOKEN", "which keys fit this token, and why the others do not")
	})
	opts.addFlags(c, "lint the key set; exit 21 if there are errors")
	inGroup(c.Flags(), groupOutput, func(f *pflag.FlagSet) {
		f.BoolVar(&opts.pem, "pem", false, "print one key as PEM (SPKI)")
	})
	return c
}

func (o *jwksOptions) show(ctx context.Context, env *Env, printer *output.Printer, set *jwks.Set, from string) error {
	if o.kid != "" {
		all := set.KeyIDs()
		if set = set.WithKeyID(o.kid); len(set.Keys) == 0 {
			return fail(exitNoKey, "no key of %s has the kid %q", from, o.kid).withHint("%s", kidsHint(all))
		}
	}
	switch {
	case o.pem:
		return printPEM(printer, set)
	case o.token != "":
		return o.printFit(ctx, env, printer, set)
	}
	view := keySetView{set: set, source: from, now: env.Now()}
	return show(ctx, printer, display{set.PublicDocument(), view.writeText})
}

func kidsHint(kids []string) string {
	if len(kids) == 0 {
		return "its keys have no kid"
	}
	return "there are: " + strings.Join(kids, ", ")
}

func (o *jwksOptions) checkFlags(flags *pflag.FlagSet) error {
	switch {
	case len(withValue(flags, "check", "pem", "for")) > 1:
		return usageError("--check, --pem and --for cannot be combined: use one")
	case o.check && o.kid != "":
		return usageError("--check lints a whole set: it cannot be combined with --kid")
	case o.pem && (o.output.filter != "" || o.output.format != "auto"):
		return usageError("--pem prints PEM: it cannot be combined with --jq or -o")
	}
	return nil
}

// load reads the set from a URL, stdin or a file.
func (o *jwksOptions) load(ctx context.Context, env *Env, printer *output.Printer, flags *pflag.FlagSet, source string) (*jwks.Set, string, error) {
	if err := cmp.Or(o.checkFlags(flags), o.settings.apply(env, flags), o.network.check()); err != nil {
		return nil, "", err
	}
	bare := namesHost(source)
	if bare {
		source = "https://" + source
	}
	if !isURL(source) {
		set, name, err := readKeys(env, source)
		address, warning := setAddress(name, err)
		if address == "" {
			return set, name, err
		}
		printer.Warn(warning)
		source = address
	}
	return o.fetch(ctx, env, printer, source, bare)
}

func (o *jwksOptions) fetch(ctx context.Context, env *Env, printer *output.Printer, source string, bare bool) (*jwks.Set, string, error) {
	client, err := o.network.client(env, printer)
	if err != nil {
		return nil, "", err
	}
	defer client.CloseIdleConnections()
	network, cancel := o.network.within(ctx)
	defer cancel()
	fetched, err := keysOrIssuer(network, client, printer, source, o.network.usesCache() && isCachedIssuer(env, source))
	if mismatch, ok := errors.AsType[*provider.IssuerMismatchError](err); bare && ok && mismatch.Found == source+"/" {
		fetched, err = client.KeysFor(network, mismatch.Found, "")
	}
	if err != nil {
		return nil, "", o.question(client, source).unavailable(network, err)
	}
	return fetched.Set, fetched.URL, nil
}

// namesHost reports whether a source without https:// is a host name, and not a
// file.
func namesHost(source string) bool {
	if isURL(source) || !isHost(source) {
		return false
	}
	_, err := os.Stat(source)
	fileTypes := strings.Fields(".json .jwk .jwks .pem .pub .key .crt .cer .der .txt .yaml .yml")
	return err != nil && !slices.Contains(fileTypes, filepath.Ext(source))
}

// readKeys reads a key set, or a single key in whatever form.
func readKeys(env *Env, name string) (*jwks.Set, string, error) {
	data, source, err := readFileOrStdin(env, name)
	if err != nil {
		return nil, "", err
	}
	set, err := jwks.ParseText(data)
	if err != nil && formatOf(err) != "metadata" {
		if one, keyErr := jwks.ParseKey(data); keyErr == nil || formatOf(keyErr) == "private key" {
			set, err = one, keyErr
		}
	}
	switch {
	case formatOf(err) == "private key":
		return nil, source, unreadable("%s: %w", source, err).withHint("%s", keyHint(name, err))
	case err != nil:
		return nil, source, unreadable("%s: %w", source, err).withHint("%s", keySetHint(source, data, err))
	}
	return set, source, nil
}

// keysOrIssuer returns the key set at a URL. If there is none, or known says that the
// URL is that of an issuer, it returns the issuer's key set.
func keysOrIssuer(ctx context.Context, client *provider.Client, printer *output.Printer, source string, known bool) (*provider.KeySet, error) {
	if known {
		return client.KeysFor(ctx, source, "")
	}
	noKeySetThere := []string{"status", "html", "content_type", "not_json", "not_a_key_set", "redirect", "offline"}
	set, err := keysAt(ctx, client, printer, source, "")
	var fetch *provider.FetchError
	if err == nil || !errors.As(err, &fetch) || !slices.Contains(noKeySetThere, fetch.Cause) {
		return set, err
	}
	set, issuerErr := client.KeysFor(ctx, strings.TrimSpace(source), "")
	if issuerErr != nil && fetch.Cause == "not_a_key_set" && errors.As(issuerErr, new(*provider.FetchError)) {
		return nil, err // there is a document, but it is neither
	}
	return set, issuerErr
}

// isCachedIssuer reports whether the cache has metadata for an issuer.
func isCachedIssuer(env *Env, issuer string) bool {
	return slices.ContainsFunc(cachedEntries(env), func(e provider.CacheEntry) bool {
		return e.Content == "metadata" && e.Issuer == issuer && e.Fresh && !strings.Contains(issuer, "/.well-known/")
	})
}

// printPEM prints the one key that is left.
func printPEM(printer *output.Printer, set *jwks.Set) error {
	var chosen *jwks.Key
	var names []string
	for _, k := range set.Keys {
		if k.Public != nil {
			chosen = k
			names = append(names, k.Name())
		}
	}
	switch len(names) {
	case 0:
		return unreadable("no key in the set can be written as PEM")
	case 1:
	default:
		return usageError("--pem prints one key, and there are %d", len(names)).withHint("choose one with --kid: %s", strings.Join(names, ", "))
	}
	der, err := x509.MarshalPKIXPublicKey(chosen.Public)
	if err != nil {
		return unreadable("key %s cannot be written as PEM: %w", chosen.Name(), err)
	}
	if err := printer.PrintUnescaped(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})); err != nil {
		return printFailure(err, exitAccepted)
	}
	return nil
}

// keySetView is a key set for people, as a table.
type keySetView struct {
	set    *jwks.Set
	source string
	now    time.Time
}

func (v keySetView) writeText(t *output.Text) {
	t.Line(v.source)
	t.Line(fmt.Sprintf("%d of %d keys can verify signatures", len(v.set.Usable()), len(v.set.Keys)))
	if len(v.set.Keys) == 0 {
		return
	}
	t.Blank()
	v.writeTable(t)
	var thumbprints []output.Row
	for _, k := range v.set.Keys {
		if k.Thumbprint != k.KeyID {
			thumbprints = append(thumbprints, output.Row{Label: k.Name(), Value: k.Thumbprint})
		}
	}
	t.Section("thumbprints (RFC 7638)", thumbprints...)
	t.Section("unusable or unusual", v.notes()...)
}

func (v keySetView) writeTable(t *output.Text) {
	rows := make([][]string, len(v.set.Keys))
	for i, k := range v.set.Keys {
		rows[i] = []string{kidOf(k), k.Kind(), cmp.Or(k.Algorithm, "-"), cmp.Or(k.Use, "-")}
	}
	header := []string{"kid", "key", "alg", "use"}
	if slices.ContainsFunc(v.set.Keys, func(k *jwks.Key) bool { return k.Certificate != nil }) {
		header = append(header, "certificate until")
		for i, k := range v.set.Keys {
			rows[i] = append(rows[i], v.expiry(k))
		}
	}
	t.Table(header, rows)
}

func (v keySetView) notes() []output.Row {
	var notes []output.Row
	add := func(mark output.Mark, k *jwks.Key, text string) {
		notes = append(notes, output.Row{Mark: mark, Label: k.Name(), Value: text})
	}
	for _, k := range v.set.Keys {
		if k.Fault != nil {
			add(output.MarkFailed, k, k.Fault.Text)
		}
		if k.CertificateMismatch {
			add(output.MarkFailed, k, "the certificate in x5c is for another key")
		}
		for _, warning := range k.Warnings {
			add(output.MarkWarning, k, warning)
		}
	}
	return notes
}

func kidOf(k *jwks.Key) string {
	if !k.HasKeyID {
		return "(no kid)"
	}
	return k.KeyID
}

func (v keySetView) expiry(k *jwks.Key) string {
	if k.Certificate == nil {
		return "-"
	}
	return output.FormatTime(k.Certificate.NotAfter, v.now)
}
