package cmd

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/cmd/internal/advice"
	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/provider/authing"
	"github.com/claimcheck/claimcheck/pkg/verifier"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// introspectOptions are the flags of introspect.
type introspectOptions struct {
	verifyOptions
	endpoint     string
	clientSecret string
	bearer       string
	auth         string
	typeHint     string
	style        string
	compare      bool
}

func newIntrospectCmd(env *Env) *cobra.Command {
	opts := &introspectOptions{}
	c := &cobra.Command{
		Use:   "introspect [TOKEN]",
		Short: "ask the issuer whether a token is still active",
		Long: "introspect sends the token to its issuer (RFC 7662; or Authing's validate_token) and shows\n" +
			"whether it is active. With --compare the token is verified here as well.",
		Example: `  claimcheck introspect @token.jwt --issuer https://issuer.example --client-id api --client-secret env:SECRET
  claimcheck introspect @token.jwt --endpoint https://issuer.example/introspect --client-id api --auth none
  claimcheck introspect @token.jwt --issuer https://issuer.example --audience api --client-id api --client-secret @secret.txt --compare`,
		Args: tokenArgs,
		RunE: func(c *cobra.Command, args []string) error { return opts.conclude(env, c, args, opts.introspect) },
	}
	opts.addFlags(c)
	opts.style = "rfc7662"
	inGroup(c.Flags(), groupNetwork, func(f *pflag.FlagSet) {
		textVar(f, &opts.endpoint, "endpoint", "URL", "introspection endpoint, instead of the one in the metadata")
		enumVar(f, &opts.auth, "auth", "METHOD", []string{"basic", "post", "none", "bearer"}, "how to authenticate, instead of what the metadata names")
		secretVar(f, &opts.clientSecret, "client-secret", "the client's secret: @FILE or env:NAME")
		secretVar(f, &opts.bearer, "bearer", "access token to authenticate with: @FILE or env:NAME")
		enumVar(f, &opts.typeHint, "token-type-hint", "TYPE", []string{"access_token", "refresh_token"}, "token_type_hint to send")
		enumVar(f, &opts.style, "style", "STYLE", []string{"rfc7662", "authing"}, "how to ask")
		f.BoolVar(&opts.compare, "compare", false, "verify the token here as well, and say where the two disagree")
	})
	return c
}

func (o *introspectOptions) introspect(ctx context.Context, r *run) (verdict, error) {
	if err := o.check(r.flags); err != nil {
		return nil, err
	}
	if o.compare {
		if err := r.readPolicy(ctx); err != nil {
			return nil, err
		}
		r.policy.ClientID = "" // here it says who asks, not whom the token was issued to
	}
	if err := r.readToken(); err != nil {
		return nil, err
	}
	warnOfRepair(r.printer, r.input)
	network, cancel := o.network.within(ctx)
	defer cancel()
	answer, err := o.ask(network, r)
	if err != nil {
		return nil, err
	}
	view := introspection{show: o.show}
	var verified *verify.Report
	if o.compare {
		local, err := r.verify(network)
		if err != nil {
			return nil, err
		}
		view.local, verified = &local, local.Report
	} else {
		r.clock()
	}
	view.now = r.now
	if !answer.Active {
		view.hint = advice.Inactive{
			Claims: r.token.UnverifiedClaims(), Kind: verify.Classify(r.token), Endpoint: answer.URL, Client: o.expect.ClientID, Compared: o.compare, At: r.now,
		}.Why()
	}
	view.Comparison = verifier.Compare(answer, verified, r.now, o.expect.Strict)
	if !r.printer.WantsLine() {
		for _, warning := range view.warnings() {
			r.printer.Warn(warning)
		}
	}
	return view, nil
}

// check refuses what contradicts itself, before anything is read or sent.
func (o *introspectOptions) check(flags *pflag.FlagSet) error {
	if name := trustOrExpectFlag(flags, "issuer", "client-id", "at", "strict"); name != "" && !o.compare {
		return usageError("--%s applies to verifying the token here: add --compare", name)
	}
	switch {
	case o.expect.Issuer == "" && o.endpoint == "":
		return usageError("no server to ask: add --issuer URL, or --endpoint URL")
	case o.style == "authing" && o.endpoint != "":
		return usageError("--style authing asks the issuer's own host: give --issuer, not --endpoint")
	case o.network.offline:
		return usageError("--offline and introspect contradict each other: only the issuer can say whether a token is active")
	}
	_, err := o.method(nil)
	return err
}

// method returns how to authenticate: the method given by --auth or, without it,
// one that fits the credentials and the metadata.
func (o *introspectOptions) method(metadata *provider.Metadata) (string, error) {
	auth := o.auth
	named := authMethods(metadata)
	switch {
	case auth != "":
	case o.bearer != "":
		auth = "bearer"
	case o.clientSecret == "":
		auth = "none"
	case slices.Contains(named, "client_secret_post") && !slices.Contains(named, "client_secret_basic"):
		auth = "post"
	default:
		auth = "basic"
	}
	needsSecret := auth == "basic" || auth == "post"
	switch {
	case needsSecret && (o.clientSecret == "" || o.expect.ClientID == ""):
		return "", usageError("--auth %s needs --client-id and --client-secret", auth)
	case !needsSecret && o.clientSecret != "":
		return "", usageError("--auth %s does not send --client-secret", auth)
	case (auth == "bearer") != (o.bearer != ""):
		return "", usageError("--auth bearer and --bearer belong together")
	}
	if needsSecret {
		auth = "client_secret_" + auth
	}
	return auth, nil
}

// authMethods is how the issuer lets clients authenticate who ask about tokens (RFC
// 8414 section 2), as far as its metadata says.
func authMethods(metadata *provider.Metadata) []string {
	if metadata == nil {
		return nil
	}
	list, _ := metadata.Document.Get("introspection_endpoint_auth_methods_supported").TextList()
	return list
}

func (o *introspectOptions) ask(ctx context.Context, r *run) (*provider.Introspection, error) {
	request := provider.IntrospectionRequest{Token: r.input.Text, TypeHint: o.typeHint, ClientID: o.expect.ClientID}
	var secretErr, bearerErr error
	request.Secret, secretErr = readSecret(r.env, "--client-secret", o.clientSecret)
	request.Bearer, bearerErr = readSecret(r.env, "--bearer", o.bearer)
	if err := cmp.Or(secretErr, bearerErr); err != nil {
		return nil, err
	}
	client, err := r.client()
	if err != nil {
		return nil, err
	}
	if o.style == "authing" {
		return o.askAuthing(ctx, client, r)
	}
	endpoint := o.endpoint
	if endpoint == "" {
		if request.NamedBy, err = client.Discover(ctx, o.expect.Issuer); err != nil {
			return nil, r.question().unavailable(ctx, err)
		}
		var ok bool
		if endpoint, ok = request.NamedBy.Document.Get("introspection_endpoint").Text(); !ok {
			return nil, noIntrospection(r, request.NamedBy)
		}
	}
	if request.AuthMethod, err = o.method(request.NamedBy); err != nil {
		return nil, err
	}
	answer, err := client.Introspect(ctx, endpoint, request)
	if err != nil {
		return nil, o.refused(r, unavailable(err), request)
	}
	return answer, nil
}

// refused says what to try where the server would not answer.
func (o *introspectOptions) refused(r *run, err error, request provider.IntrospectionRequest) error {
	var refused *provider.RefusedError
	var failed *failure
	if !errors.As(err, &refused) || !errors.As(err, &failed) {
		return err
	}
	if refused.Code == "unsupported_token_type" && r.token.Header().Exists() {
		return failed.withHint("the server does not introspect JWTs; verify the token here:").withCommand(verifyLine(r))
	}
	failed.hint = advice.RefusedClient(request, authMethods(request.NamedBy))
	return failed
}

// verifyLine is the command that verifies the token here, with placeholders for
// what was not typed.
func verifyLine(r *run) advice.Cmdline {
	issuer := cmp.Or(r.opts.expect.Issuer, "<the issuer you expect>")
	return advice.Cmdline{Command: "claimcheck verify", Argument: r.typed.Argument}.Set("issuer", issuer).Set("audience", "<your audience>")
}

// noIntrospection is for issuers that have no endpoint, or keep it to
// themselves, as Authgear and Hydra do.
func noIntrospection(r *run, metadata *provider.Metadata) error {
	const hint = "if the endpoint is at another address (Hydra: its admin port), name it with --endpoint"
	failure := fail(exitUnavailable, "%s: the metadata names no introspection_endpoint", metadata.URL)
	if r.token.Header().Exists() {
		return failure.withHint("%s; or verify the token here:", hint).withCommand(verifyLine(r))
	}
	return failure.withHint("%s", hint)
}

// askAuthing picks the parameter by what the token looks like.
func (o *introspectOptions) askAuthing(ctx context.Context, client *provider.Client, r *run) (*provider.Introspection, error) {
	origin, err := url.Parse(o.expect.Issuer)
	if err != nil || origin.Host == "" {
		return nil, usageError("--issuer takes a URL, not %s", quoteShort(o.expect.Issuer))
	}
	r.printer.Warn("with --style authing the token is in the URL, so it ends up in server and proxy logs")
	parameter := "access_token"
	if verify.Classify(r.token) == verify.KindID {
		parameter = "id_token"
	}
	answer, err := authing.ValidateToken(ctx, client, originOf(o.expect.Issuer), parameter, r.input.Text)
	if err != nil {
		return nil, unavailable(err)
	}
	return answer, nil
}
