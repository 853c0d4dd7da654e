package cmd

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/provider/authing"
	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// introspectOptions are the flags of introspect.
type introspectOptions struct {
	judgeOptions
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
		Long: "introspect sends the token to its issuer (RFC 7662; or Authing's validate_token) and tells\n" +
			"whether it is active. It is the only command that sends a token anywhere. With --compare the\n" +
			"token is verified here as well.",
		Example: `  claimcheck introspect @token.jwt --issuer https://issuer.example --client-id api --client-secret env:SECRET
  claimcheck introspect @token.jwt --endpoint https://issuer.example/introspect --client-id api --auth none
  claimcheck introspect @token.jwt --issuer https://issuer.example --audience api --client-id api --client-secret @secret.txt --compare`,
		Args: tokenArgs,
		RunE: func(c *cobra.Command, args []string) error {
			return runIntrospect(c.Context(), env, opts, c, args)
		},
	}
	opts.judgeOptions.addFlags(c)
	inGroup(c.Flags(), groupNetwork, func(f *pflag.FlagSet) {
		f.StringVar(&opts.endpoint, "endpoint", "", "the introspection endpoint (`URL`), instead of the one in the issuer's metadata")
		f.StringVar(&opts.auth, "auth", "", "how to authenticate, by `METHOD`: basic, post, none or bearer; with a secret basic, else none")
		f.StringVar(&opts.clientSecret, "client-secret", "", "the client's secret: `@FILE` or env:NAME")
		f.StringVar(&opts.bearer, "bearer", "", "the access token to authenticate with: `@FILE` or env:NAME")
		f.StringVar(&opts.typeHint, "token-type-hint", "", "the `TYPE` of token to tell the server: access_token or refresh_token")
		f.StringVar(&opts.style, "style", "rfc7662", "how to ask, in `STYLE`: rfc7662 or authing")
		f.BoolVar(&opts.compare, "compare", false, "verify the token here as well, and say where the two disagree")
	})
	return c
}

func runIntrospect(ctx context.Context, env *Env, opts *introspectOptions, c *cobra.Command, args []string) error {
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

func (o *introspectOptions) view(ctx context.Context, r *run) (introspectionView, error) {
	view := introspectionView{now: r.now, strict: o.demands.strict}
	if err := o.check(r.flags); err != nil {
		return view, err
	}
	var policy verify.Policy
	var err error
	if o.compare {
		if policy, err = o.policy(ctx, r); err != nil {
			return view, err
		}
		policy.ClientID = "" // here it says who asks, not whom the token was issued to
	}
	network, cancel, err := o.network.within(ctx)
	if err != nil {
		return view, err
	}
	defer cancel()
	input, err := readToken(r.env, r.args, o.input)
	if err != nil {
		return view, err
	}
	parsed, _ := token.Parse(input.text)
	view.own = parsed.UnverifiedClaims()
	if view.Introspection, err = o.ask(network, r, input); err != nil || !o.compare {
		return view, err
	}
	report, err := o.judge(network, r, input, policy)
	view.local = &report
	return view, err
}

// check refuses what contradicts itself, before anything is read or sent.
func (o *introspectOptions) check(flags *pflag.FlagSet) error {
	if name := demanded(flags, "issuer", "client-id", "at", "strict"); name != "" && !o.compare {
		return usageError("--%s is about verifying the token here, which takes --compare", name)
	}
	switch {
	case o.style != "rfc7662" && o.style != "authing":
		return usageError("--style is rfc7662 or authing, not %q", o.style)
	case o.demands.issuer == "" && o.endpoint == "":
		return usageError("whom to ask: give --issuer, or --endpoint")
	case o.style == "authing" && o.endpoint != "":
		return usageError("--style authing asks the issuer's own host: give --issuer, not --endpoint")
	case o.network.offline:
		return usageError("--offline and introspect contradict each other: only the issuer can say whether a token is active")
	case o.typeHint != "" && o.typeHint != "access_token" && o.typeHint != "refresh_token":
		return usageError("--token-type-hint is access_token or refresh_token, not %q", o.typeHint)
	}
	_, err := o.method()
	return err
}

// method is how to authenticate: what was asked for, else what the credentials
// allow.
func (o *introspectOptions) method() (provider.AuthMethod, error) {
	auth := o.auth
	if auth == "" {
		switch {
		case o.bearer != "":
			auth = "bearer"
		case o.clientSecret != "":
			auth = "basic"
		default:
			auth = "none"
		}
	}
	needsSecret := auth == "basic" || auth == "post"
	switch {
	case needsSecret && (o.clientSecret == "" || o.demands.clientID == ""):
		return "", usageError("--auth %s needs --client-id and --client-secret", auth)
	case !needsSecret && o.clientSecret != "":
		return "", usageError("--auth %s does not send --client-secret", auth)
	case (auth == "bearer") != (o.bearer != ""):
		return "", usageError("--auth bearer and --bearer belong together")
	}
	switch auth {
	case "basic":
		return provider.AuthBasic, nil
	case "post":
		return provider.AuthPost, nil
	case "none":
		return provider.AuthNone, nil
	case "bearer":
		return provider.AuthBearer, nil
	default:
		return "", usageError("--auth is basic, post, none or bearer, not %q", auth)
	}
}

// credentials reads the secrets, which are never literals.
func (o *introspectOptions) credentials(env *Env) (provider.ClientAuth, error) {
	method, err := o.method()
	auth := provider.ClientAuth{Method: method, ClientID: o.demands.clientID}
	if err == nil && o.clientSecret != "" {
		var secret []byte
		secret, err = readSecret(env, "--client-secret", o.clientSecret)
		auth.Secret = string(secret)
	}
	if err == nil && o.bearer != "" {
		var bearer []byte
		bearer, err = readSecret(env, "--bearer", o.bearer)
		auth.Bearer = string(bearer)
	}
	return auth, err
}

func (o *introspectOptions) ask(ctx context.Context, r *run, input tokenInput) (*provider.Introspection, error) {
	auth, err := o.credentials(r.env)
	if err != nil {
		return nil, err
	}
	client, err := r.client(&o.network)
	if err != nil {
		return nil, err
	}
	if o.style == "authing" {
		return o.askAuthing(ctx, client, r.printer, input)
	}
	request := provider.IntrospectionRequest{Token: input.text, TypeHint: o.typeHint, Auth: auth}
	endpoint := o.endpoint
	if endpoint == "" {
		if request.NamedBy, err = client.Discover(ctx, o.demands.issuer); err != nil {
			return nil, unavailable(err)
		}
		var ok bool
		if endpoint, ok = request.NamedBy.Document.Get("introspection_endpoint").Text(); !ok {
			return nil, noIntrospection(request.NamedBy)
		}
	}
	answer, err := client.Introspect(ctx, endpoint, request)
	if err != nil {
		return nil, refusedUs(unavailable(err), auth.Method)
	}
	return answer, nil
}

// refusedUs says what to try where the server would not talk to us.
func refusedUs(err error, method provider.AuthMethod) error {
	var refused *provider.RefusedError
	var failed *failure
	if errors.As(err, &refused) && errors.As(err, &failed) {
		failed.hint = "that says nothing about the token: "
		if method == provider.AuthNone {
			failed.hint += "the server wants to know who asks, by --client-id and --client-secret, or --bearer"
		} else {
			failed.hint += "are the credentials right, and is it --auth basic, post or bearer that the server wants?"
		}
	}
	return err
}

// noIntrospection is for issuers that have no endpoint, or keep it to
// themselves, as Authgear and Hydra do.
func noIntrospection(metadata *provider.Metadata) error {
	return fail(exitUnavailable, "%s: the metadata names no introspection_endpoint", metadata.URL).withHint(
		"if the token is a JWT, verify it here: claimcheck verify --issuer %s --audience <yours> (Authgear has no introspection; "+
			"Hydra has it on its admin port: --endpoint)", shellWord(metadata.Issuer))
}

// askAuthing picks the parameter by what the token looks like.
func (o *introspectOptions) askAuthing(ctx context.Context, client *provider.Client, printer *output.Printer, input tokenInput) (*provider.Introspection, error) {
	origin, err := url.Parse(o.demands.issuer)
	if err != nil || origin.Host == "" {
		return nil, usageError("--issuer %q is not a URL", o.demands.issuer)
	}
	printer.Warn("with --style authing the token stands in the URL, so it ends up in the logs of servers and proxies")
	parameter := "access_token"
	if classify(input.text) == verify.KindID {
		parameter = "id_token"
	}
	origin.Path, origin.RawQuery = "", ""
	answer, err := authing.ValidateToken(ctx, client, strings.TrimSuffix(origin.String(), "/"), parameter, input.text)
	if err != nil {
		return nil, unavailable(err)
	}
	return answer, nil
}
