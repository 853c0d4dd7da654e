package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"

	"github.com/claimcheck/claimcheck/pkg/issuertest"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// The groups of flags of the commands for tests.
const (
	groupIssuer = "Issuer"
	groupToken  = "Token"
)

// issuerOptions are the flags of issuer.
type issuerOptions struct {
	config    issuertest.Config
	secret    string
	setup     string
	rotate    time.Duration
	noOverlap bool
	untilEOF  bool
	verbose   bool
}

func newIssuerCmd(env *Env) *cobra.Command {
	opts := &issuerOptions{}
	c := &cobra.Command{
		Use:   "issuer",
		Short: "run an OpenID issuer for tests on this machine",
		Long: "issuer serves a small OpenID provider on loopback: discovery, keys, all usual grants, a login\n" +
			"page where one click logs in a test user. When it is ready, it prints one line of JSON with its\n" +
			"addresses and a client, and serves until it is interrupted. SIGHUP replaces the key.\n" +
			"With --like, its tokens look like those of a product; they are imitations.",
		Example: `  claimcheck issuer
  claimcheck issuer --like keycloak --state ./issuer -v
  claimcheck issuer --tls --until-eof`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return runIssuer(c.Context(), env, opts, c) },
	}
	opts.addFlags(c)
	return c
}

func (o *issuerOptions) addFlags(c *cobra.Command) {
	o.config.Address, o.config.Like, o.config.ClientID = "127.0.0.1:8811", "plain", "demo"
	inGroup(c.Flags(), groupIssuer, func(f *pflag.FlagSet) {
		textVar(f, &o.config.Address, "listen", "HOST:PORT", "address on loopback to listen on; port 0 is a free one")
		enumVar(f, &o.config.Like, "like", "PRODUCT", shapes(), "product to imitate")
		enumVar(f, &o.config.Algorithm, "alg", "ALGORITHM", verify.Algorithms(), "algorithm to sign with")
		textVar(f, &o.config.Audience, "audience", "API", "audience of access tokens")
		fileVar(f, &o.config.State, "state", "DIR", "directory that keeps keys and the client's secret between runs")
		f.BoolVar(&o.config.TLS, "tls", false, "serve https; ca_file in the first line is the certificate for --cacert")
		fileVar(f, &o.setup, "setup", "FILE", "YAML file with users and clients")
		textVar(f, &o.config.ClientID, "client-id", "ID", "the client; ID-public is a public client")
		secretVar(f, &o.secret, "client-secret", "the client's secret, @FILE or env:NAME; random by default")
		listVar(f, &o.config.RedirectURIs, "redirect-uri", "URL", "allowed redirect URI, besides http on loopback")
		durationVar(f, &o.rotate, "rotate", bounds{positive: true}, "replace the key at this interval")
		f.BoolVar(&o.noOverlap, "no-overlap", false, "withdraw the old key as soon as there is a new one")
		f.BoolVar(&o.untilEOF, "until-eof", false, "also stop when stdin is closed")
		f.BoolVarP(&o.verbose, "verbose", "v", false, "log requests on stderr")
	})
}

// shapes are the products that can be imitated.
func shapes() []string {
	var names []string
	for _, shape := range issuertest.Vendors() {
		names = append(names, shape[0])
	}
	return names
}

func runIssuer(ctx context.Context, env *Env, opts *issuerOptions, c *cobra.Command) error {
	_ = ctx.Done() // catch signals before the ready line is printed
	if err := opts.complete(env, c); err != nil {
		return err
	}
	issuer, err := issuertest.Start(opts.config)
	if err != nil {
		return issuerFailure(err)
	}
	defer func() { _ = issuer.Close() }()
	caFile, remove, err := certificateFile(issuer)
	if err != nil {
		return unreadable("%w", err)
	}
	defer remove()
	signals, stop := hangups() // registered before the ready line is printed
	defer stop()
	if _, err := fmt.Fprintln(c.OutOrStdout(), issuerLine(issuer, caFile)); err != nil {
		return err
	}
	newErrorPrinter(env, c).Note("the test issuer is ready; it lets anyone log in, so use it only for tests")
	return opts.serve(ctx, env, c, issuer, signals)
}

// complete reads what flags name.
func (o *issuerOptions) complete(env *Env, c *cobra.Command) error {
	switch {
	case o.setup != "" && (c.Flags().Changed("client-id") || o.secret != "" || len(o.config.RedirectURIs) > 0):
		return usageError("--setup names the clients: it cannot be combined with --client-id, --client-secret or --redirect-uri")
	case o.rotate != 0 && o.rotate < time.Second:
		return usageError("--rotate must be at least 1s")
	}
	var err error
	if o.config.ClientSecret, err = readSecret(env, "--client-secret", o.secret); err != nil {
		return err
	}
	o.config.Now = env.Now
	if o.verbose {
		printer := newErrorPrinter(env, c)
		o.config.Trace = func(method, path string, status int) { printer.Trace(fmt.Sprintf("%s %s: %d", method, path, status)) }
	}
	return o.readSetup()
}

// An issuerSetup is the file that --setup names.
type issuerSetup struct {
	Users   []issuertest.User   `yaml:"users"`
	Clients []issuertest.Client `yaml:"clients"`
}

func (o *issuerOptions) readSetup() error {
	if o.setup == "" {
		return nil
	}
	data, err := readFile(o.setup, maxFileSize)
	if err != nil {
		return err
	}
	setup, err := parseSetup(data)
	if err != nil {
		return unreadable("%s: %w", o.setup, err)
	}
	o.config.Users, o.config.Clients = setup.Users, setup.Clients
	return nil
}

// parseSetup reads YAML without keys that nobody knows.
func parseSetup(data []byte) (issuerSetup, error) {
	var setup issuerSetup
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&setup); err != nil {
		return setup, err
	}
	if slices.ContainsFunc(setup.Users, func(u issuertest.User) bool { return u.Name == "" }) {
		return setup, errors.New("a user has no name")
	}
	return setup, nil
}

// issuerFailure is a usage error for an address that cannot be had.
func issuerFailure(err error) error {
	address, wrong := errors.AsType[*net.AddrError](err)
	listening, failed := errors.AsType[*net.OpError](err)
	switch {
	case wrong:
		return usageError("--listen: %s: %s", address.Addr, address.Err)
	case failed && errors.Is(err, syscall.EADDRINUSE):
		return usageError("--listen: %s: the port is in use", listening.Addr).withHint("--listen 127.0.0.1:0 takes a free port")
	case failed:
		return usageError("--listen: %w", err)
	default:
		return unreadable("%w", err)
	}
}

// certificateFile returns the file with the certificate of an issuer with TLS: in its
// state directory, or a temporary file that remove deletes.
func certificateFile(issuer *issuertest.Issuer) (path string, remove func(), err error) {
	if issuer.Certificate == nil || issuer.CertificateFile != "" {
		return issuer.CertificateFile, func() {}, nil
	}
	f, err := os.CreateTemp("", "claimcheck-issuer-*.pem")
	if err != nil {
		return "", nil, err
	}
	_, err = f.Write(issuer.Certificate)
	return f.Name(), func() { _ = os.Remove(f.Name()) }, errors.Join(err, f.Close())
}

// issuerDocument is what a script needs, on one line.
type issuerDocument struct {
	Issuer        string `json:"issuer"`
	ClientID      string `json:"client_id"`
	ClientSecret  string `json:"client_secret,omitzero"`
	Audience      string `json:"audience"`
	TokenEndpoint string `json:"token_endpoint"`
	JWKSURI       string `json:"jwks_uri"`
	CAFile        string `json:"ca_file,omitzero"`
}

func issuerLine(issuer *issuertest.Issuer, caFile string) strictjson.Value {
	return strictjson.From(issuerDocument{
		Issuer: issuer.URL, ClientID: issuer.ClientID, ClientSecret: issuer.ClientSecret, Audience: issuer.Audience,
		TokenEndpoint: issuer.TokenURL, JWKSURI: issuer.KeySetURL, CAFile: caFile,
	})
}

// serve waits for the end, and makes new keys until then.
func (o *issuerOptions) serve(ctx context.Context, env *Env, c *cobra.Command, issuer *issuertest.Issuer, hangups <-chan os.Signal) error {
	var ticks <-chan time.Time
	if o.rotate > 0 {
		ticker := time.NewTicker(o.rotate)
		defer ticker.Stop()
		ticks = ticker.C
	}
	eof := make(chan struct{})
	if o.untilEOF {
		go func() {
			defer close(eof)
			_, _ = io.Copy(io.Discard, env.Stdin) // until it ends, or the program does
		}()
	}
	printer := newErrorPrinter(env, c)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-eof:
			return nil
		case <-ticks:
		case <-hangups:
		}
		if err := issuer.Rotate(!o.noOverlap); err != nil {
			return unreadable("%w", err)
		}
		printer.Note("signing with a new key: " + issuer.Minter().Key.ID)
	}
}
