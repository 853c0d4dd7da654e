package cmd

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/issuertest"
	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/probe"
	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/token"
)

// probeOptions are the flags of probe.
type probeOptions struct {
	network networkOptions
	output  outputOptions

	token, idToken string
	issuer, jwks   string
	mintWith       string

	sent       probe.Config
	data       string
	showTokens string
	all        bool
}

func newProbeCmd(env *Env) *cobra.Command {
	opts := &probeOptions{sent: probe.Config{Method: "GET"}}
	c := &cobra.Command{
		Use:   "probe URL",
		Short: "test that an API refuses the tokens it must refuse",
		Long: "probe sends requests to the API at URL: one without a token, one with the good token\n" +
			"(--token), then variations of it that no API may accept: changed, unsigned, signed with another\n" +
			"key, sent the wrong way and, with --mint-with, correctly signed with wrong claims. It sends at\n" +
			"most 30 requests, to https or to this machine only, and follows no redirect. It exits 0 only if\n" +
			"the good token was accepted and every other one refused, else 22. Probe only your own APIs.",
		Example: `  claimcheck probe https://api.example/orders --token @token.jwt --issuer https://issuer.example
  claimcheck probe https://api.example/orders --token @token.jwt --mint-with key.jwk --all
  claimcheck probe https://api.example/orders --token env:TOKEN --id-token @id-token.jwt -o junit`,
		Args: oneArg("no API given: name its URL"),
		RunE: func(c *cobra.Command, args []string) error {
			return opts.output.conclude(c.Context(), env, func(printer *output.Printer) (verdict, error) {
				return opts.run(c.Context(), env, printer, c.Flags(), args[0])
			})
		},
	}
	opts.addFlags(c)
	opts.network.addFlags(c)
	c.Flags().Lookup("timeout").Usage = "limit for each request"
	opts.output.addFlags(c, ciFormats{formats: checkFormats().formats})
	return c
}

func (o *probeOptions) addFlags(c *cobra.Command) {
	inGroup(c.Flags(), groupInput, func(f *pflag.FlagSet) {
		valueVar(f, &o.token, "token", "TOKEN", "the good token: itself, @FILE or env:NAME")
		valueVar(f, &o.idToken, "id-token", "TOKEN", "an ID token, which an API must refuse: itself, @FILE or env:NAME")
		textVar(f, &o.issuer, "issuer", "URL", "issuer whose public key signs the HS256 probe")
		fileVar(f, &o.jwks, "jwks", "SOURCE", "key set with the key for the HS256 probe")
		fileVar(f, &o.mintWith, "mint-with", "FILE", "private key or issuer's state directory, to sign wrong claims")
	})
	inGroup(c.Flags(), groupExpect, func(f *pflag.FlagSet) {
		f.Var(newStatuses(&o.sent.Refused), "expect-refused", "statuses that count as refusals (default 400,401,403)")
		textVar(f, &o.sent.Scope, "scope", "SCOPE", "scope the API requires; needs --mint-with")
		durationVar(f, &o.sent.MaxAge, "max-age", bounds{positive: true}, "maximum login age the API accepts; needs --mint-with")
	})
	inGroup(c.Flags(), groupNetwork, func(f *pflag.FlagSet) {
		textVar(f, &o.sent.Method, "method", "METHOD", "the method of each request")
		valueVar(f, &o.data, "data", "DATA", "the body of each request: itself, @FILE or env:NAME")
		durationVar(f, &o.sent.Delay, "delay", bounds{}, "pause between requests")
	})
	inGroup(c.Flags(), groupOutput, func(f *pflag.FlagSet) {
		f.BoolVar(&o.all, "all", false, "show every probe, not only failures")
		fileVar(f, &o.showTokens, "show-tokens", "FILE", "write what is sent to a new file that only you can read")
	})
}

// newStatuses is a list of HTTP statuses, several with commas.
func newStatuses(target *[]int) *valueList {
	list := newList(target, "STATUS", one(func(text string) (int, error) {
		status, err := strconv.Atoi(text)
		if err != nil || status < 300 || status > 599 {
			return 0, &valueError{takes: "statuses from 300 to 599, as 401,403", got: text}
		}
		return status, nil
	}))
	list.commas = true
	return list
}

func (o *probeOptions) run(ctx context.Context, env *Env, printer *output.Printer, flags *pflag.FlagSet, url string) (verdict, error) {
	if err := o.check(url); err != nil {
		return nil, err
	}
	if err := applyTimeout(env, flags); err != nil {
		return nil, err
	}
	network := o.network
	network.headers = nil // they go with the probes, and to nobody else
	client, err := network.client(env, printer)
	if err != nil {
		return nil, err
	}
	defer client.CloseIdleConnections()
	cfg, err := o.config(ctx, env, printer, client, url)
	if err != nil {
		return nil, err
	}
	probes, skipped, err := probe.New(cfg)
	if err != nil {
		return nil, unreadable("%w", err)
	}
	if o.showTokens != "" {
		if err := writeTokens(o.showTokens, probes); err != nil {
			return nil, err
		}
	}
	result, err := probe.Run(ctx, client, cfg, probes)
	if err != nil {
		return nil, unavailable(err)
	}
	result.Skipped = skipped
	return probeView{result, cfg, o.all}, nil
}

// check refuses what contradicts itself, before anything is read or sent.
func (o *probeOptions) check(url string) error {
	switch {
	case !isURL(url):
		return usageError("the API's URL must begin with https://, got %s", quoteShort(url))
	case o.token == "":
		return usageError("no good token given").withHint("add --token with a token that the API accepts: without one, a refusal proves nothing")
	case o.network.allowHTTP:
		return usageError("probe sends tokens: it needs https, or http to this machine")
	case o.network.offline:
		return usageError("--offline and probe contradict each other: the API has to be asked")
	case o.mintWith == "" && (o.sent.Scope != "" || o.sent.MaxAge > 0):
		return usageError("--scope and --max-age need --mint-with")
	case o.issuer != "" && o.jwks != "":
		return usageError("--issuer and --jwks both name keys: use one")
	case o.jwks == "-":
		return usageError("--jwks cannot be read from stdin here")
	}
	return nil
}

// config reads what the flags name.
func (o *probeOptions) config(ctx context.Context, env *Env, printer *output.Printer, client *provider.Client, url string) (probe.Config, error) {
	cfg := o.sent
	cfg.URL, cfg.Method, cfg.Now = url, strings.ToUpper(cfg.Method), env.Now
	header, headerErr := o.network.readHeaders()
	accessToken, tokenErr := readAccessToken(env, "--token", o.token)
	idToken, idErr := readValue(env, "--id-token", o.idToken)
	body, bodyErr := readValue(env, "--data", o.data)
	err := cmp.Or(headerErr, tokenErr, idErr, bodyErr)
	switch {
	case err != nil:
		return cfg, err
	case header.Get("Authorization") != "":
		return cfg, usageError("--header cannot set Authorization: probe sets it from --token")
	}
	cfg.Header, cfg.Token, cfg.IDToken = header, accessToken, idToken
	if body != "" {
		cfg.Body = []byte(body)
	}
	if cfg.Minter, err = o.minter(env); err != nil {
		return cfg, err
	}
	cfg.Keys, err = o.keys(ctx, env, printer, client, cfg)
	return cfg, err
}

func (o *probeOptions) minter(env *Env) (*issuertest.Minter, error) {
	if o.mintWith == "" {
		return nil, nil
	}
	var mint mintOptions
	if info, err := os.Stat(o.mintWith); err == nil && info.IsDir() {
		mint.config.State = o.mintWith
	} else {
		mint.key = o.mintWith
	}
	return mint.minter(env)
}

// keys are the issuer's public keys, where they are known.
func (o *probeOptions) keys(ctx context.Context, env *Env, printer *output.Printer, client *provider.Client, cfg probe.Config) (*jwks.Set, error) {
	var set *provider.KeySet
	var err error
	kid, _ := token.Parse(cfg.Token).KeyID()
	switch {
	case isURL(o.jwks):
		set, err = keysAt(ctx, client, printer, o.jwks, kid)
	case o.jwks != "":
		local, _, err := loadSet(env, o.jwks)
		return local, err
	case o.issuer != "":
		set, err = client.KeysFor(ctx, o.issuer, kid)
	case cfg.Minter != nil:
		own, _ := jwks.Parse([]byte(cfg.Minter.JWKS().String())) // nil for a secret, which has no public key
		return own, nil
	default:
		return nil, nil
	}
	if err != nil {
		return nil, unavailable(err)
	}
	return set.Set, nil
}

// writeTokens writes what is going to be sent to a file of its own.
func writeTokens(path string, probes []probe.Probe) error {
	var lines bytes.Buffer
	for _, p := range probes {
		for _, secret := range p.Secrets {
			fmt.Fprintf(&lines, "%s\t%s\n", p.ID, secret)
		}
	}
	switch err := writeNewFile(path, lines.Bytes()); {
	case errors.Is(err, fs.ErrExist):
		return unreadable("--show-tokens: %s already exists", path)
	case err != nil:
		return unreadable("--show-tokens: %w", err)
	default:
		return nil
	}
}
