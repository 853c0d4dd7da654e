package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/pkg/issuertest"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// mintOptions are the flags of mint.
type mintOptions struct {
	token       issuertest.Token
	config      issuertest.Minter
	key, newKey string
	accessToken string
	authTime    evaluationTime
	base        string
	allFlaws    string
	public      bool
}

func newMintCmd(env *Env) *cobra.Command {
	opts := &mintOptions{}
	c := &cobra.Command{
		Use:   "mint",
		Short: "make a test token, good or wrong on purpose",
		Long: "mint signs one token and prints it. The key is a running test issuer's (--state) or your own\n" +
			"(--key, --new-key); never use a real issuer's key. --flaw makes the token wrong on purpose;\n" +
			"--flaw list shows every flaw and the exit code that verify gives for it.",
		Example: `  claimcheck mint --new-key test-key.jwk --audience api --scope read
  claimcheck mint --key test-key.jwk --audience api --flaw expired
  claimcheck mint --flaw list`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return runMint(c.Context(), env, opts, c) },
	}
	opts.addFlags(c)
	return c
}

func (o *mintOptions) addFlags(c *cobra.Command) {
	o.token.Kind = verify.KindAccess
	inGroup(c.Flags(), groupIssuer, func(f *pflag.FlagSet) {
		fileVar(f, &o.config.State, "state", "DIR", "state directory of a running issuer, to sign with its key")
		fileVar(f, &o.key, "key", "FILE", "private key to sign with: PEM or JWK")
		fileVar(f, &o.newKey, "new-key", "FILE", "make a key and write it to this file as a JWK")
		enumVar(f, &o.config.Algorithm, "alg", "ALGORITHM", verify.Algorithms(), "algorithm to sign with, instead of the key's own")
		textVar(f, &o.config.Issuer, "issuer,i", "URL", "the issuer; one on loopback by default")
		enumVar(f, &o.config.Like, "like", "PRODUCT", shapes(), "product to imitate")
		f.BoolVar(&o.public, "public", false, "print the key set that verifies the tokens, not a token")
	})
	inGroup(c.Flags(), groupToken, func(f *pflag.FlagSet) {
		enumVar(f, &o.token.Kind, "kind", "KIND", []verify.Kind{verify.KindAccess, verify.KindID, verify.KindLogout}, "kind of token")
		textVar(f, &o.token.Subject, "sub", "SUBJECT", "a test user (ada, alan) or any other text")
		f.BoolVar(&o.token.Program, "program", false, "make a program's token: no user logged in")
		listVar(f, &o.token.Audience, "audience,a", "AUDIENCE", "an audience; repeat for several")
		textVar(f, &o.token.ClientID, "client-id", "CLIENT", "client it is issued to")
		listVar(f, &o.token.Scopes, "scope", "SCOPE", "a scope; repeat for several")
		listVar(f, &o.token.Roles, "role", "ROLE", "a role; repeat for several")
		textVar(f, &o.token.Nonce, "nonce", "NONCE", "nonce of an ID token")
		valueVar(f, &o.accessToken, "access-token", "TOKEN", "access token for at_hash: itself, @FILE or env:NAME")
		durationVar(f, &o.token.ExpiresIn, "expires-in", bounds{positive: true}, "how long it is valid")
		timeVar(f, &o.authTime, "auth-time", "when the user logged in: -3m, RFC 3339 or unix seconds")
		f.Var(newList(&o.token.Claims, "CLAIM", one(parseMember)), "claim", "set a claim: NAME=TEXT or NAME:=JSON; repeat for several")
		f.Var(newList(&o.token.Header, "MEMBER", one(parseMember)), "header", "set a header member: NAME=TEXT or NAME:=JSON")
		textVar(f, &o.base, "claims", "@FILE", "take all claims from a file or from stdin (-), as decode prints them")
		flaws := newList(&o.token.Flaws, "NAME", one(anyText))
		flaws.commas = true
		f.Var(flaws, "flaw", "make it wrong on purpose; list shows how; repeat for several")
		fileVar(f, &o.allFlaws, "all-flaws", "DIR", "write a token for each flaw, and an index, to this new directory")
	})
}

func runMint(ctx context.Context, env *Env, opts *mintOptions, c *cobra.Command) error {
	if slices.Contains(opts.token.Flaws, "list") {
		return listFlaws(ctx, env, opts, c)
	}
	if err := opts.check(c.Flags()); err != nil {
		return err
	}
	minter, err := opts.minter(env)
	if err != nil {
		return err
	}
	wanted, err := opts.wanted(env)
	if err != nil {
		return err
	}
	if opts.allFlaws != "" && !opts.public {
		return opts.mintAll(env, c, minter, wanted)
	}
	made := minter.JWKS().String()
	if !opts.public {
		if made, err = minter.Mint(wanted); err != nil {
			return mintFailure(err, wanted.Flaws)
		}
	}
	if err := opts.keepKey(env, c, minter.Key); err != nil {
		return err
	}
	if !opts.public {
		newErrorPrinter(env, c).Note("a test token, issued by " + minter.Issuer)
	}
	_, err = fmt.Fprintln(c.OutOrStdout(), made)
	return err
}

// check refuses flags that contradict each other.
func (o *mintOptions) check(flags *pflag.FlagSet) error {
	sources := withValue(flags, "state", "key", "new-key")
	set := withValue(flags, "sub", "program", "audience", "client-id", "scope", "role", "nonce", "access-token", "expires-in", "auth-time", "issuer")
	switch {
	case len(sources) == 0:
		return usageError("no key to sign with").withHint("add --state DIR of a running issuer, --key FILE, or --new-key FILE to make one")
	case len(sources) > 1:
		return usageError("--state, --key and --new-key cannot be combined: use one")
	case o.token.Program && o.token.Subject != "":
		return usageError("--program and --sub contradict each other: no user logged in")
	case len(o.token.Flaws) > 0 && o.allFlaws != "":
		return usageError("--all-flaws makes every flaw: it cannot be combined with --flaw")
	case o.base != "" && len(set) > 0:
		return usageError("--claims sets all claims: it cannot be combined with --%s", set[0]).withHint("--claim NAME=TEXT changes one of them")
	}
	return nil
}

// minter finds the key or, where that is asked for, makes one, which is not yet written.
func (o *mintOptions) minter(env *Env) (*issuertest.Minter, error) {
	config := o.config
	config.Now = env.Now
	if len(o.token.Audience) > 0 {
		config.Audience = o.token.Audience[0] // flaws refer to it
	}
	if o.config.State != "" && o.config.Algorithm != "" {
		return nil, usageError("--alg needs --key or --new-key: the issuer's key has its own algorithm")
	}
	if o.key != "" {
		var err error
		if config.Key, err = readSigningKey(o.key, o.config.Algorithm); err != nil {
			return nil, err
		}
	}
	m, err := issuertest.NewMinter(config)
	if err != nil { // which only a state directory can cause
		return nil, unreadable("%w", err).withHint("claimcheck issuer --state %s writes it", o.config.State)
	}
	return m, nil
}

// readSigningKey reads a private key. Without an algorithm it is the key's own.
func readSigningKey(path, algorithm string) (*issuertest.Key, error) {
	data, err := readFile(path, maxFileSize)
	if err != nil {
		return nil, err
	}
	key, err := issuertest.ReadKey(data, algorithm)
	if err != nil {
		return nil, unreadable("%s: %w", path, err)
	}
	return key, nil
}

// keepKey writes the key, if it is new.
func (o *mintOptions) keepKey(env *Env, c *cobra.Command, key *issuertest.Key) error {
	if o.newKey == "" {
		return nil
	}
	if err := writeNewFile(o.newKey, []byte(key.PrivateJWK().String()+"\n")); err != nil {
		return unreadable("%w", err).withHint("to sign with the existing key, use --key %s", o.newKey)
	}
	newErrorPrinter(env, c).Note("a new private key is in " + o.newKey + "; --public prints its key set")
	return nil
}

// writeNewFile creates a file. It fails if the file exists.
func writeNewFile(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // #nosec G304 -- the user names the file
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

// wanted completes the token with the files and variables that flags name.
func (o *mintOptions) wanted(env *Env) (t issuertest.Token, err error) {
	t = o.token
	if o.authTime.set {
		t.AuthTime = o.authTime.from(env.Now())
	}
	if t.AccessToken, err = readValue(env, "--access-token", o.accessToken); err != nil {
		return t, err
	}
	t.Base, err = o.readBase(env)
	return t, err
}

// parseMember reads NAME=TEXT and NAME:=JSON.
func parseMember(argument string) (strictjson.Member, error) {
	name, value, found := strings.Cut(argument, "=")
	if !found || name == "" || name == ":" {
		return strictjson.Member{}, &valueError{takes: "NAME=TEXT or NAME:=JSON", got: argument}
	}
	exact, isJSON := strings.CutSuffix(name, ":")
	if !isJSON {
		return strictjson.Member{Name: name, Value: strictjson.From(value)}, nil
	}
	parsed, err := strictjson.Parse([]byte(value))
	if err != nil {
		return strictjson.Member{}, fmt.Errorf("%s takes JSON: %w", exact, err)
	}
	return strictjson.Member{Name: exact, Value: parsed}, nil
}

// readBase reads a claims set: a payload alone, or with its header as decode
// prints them.
func (o *mintOptions) readBase(env *Env) (strictjson.Value, error) {
	if o.base == "" {
		return strictjson.Value{}, nil
	}
	path, marked := strings.CutPrefix(o.base, "@")
	if !marked && path != "-" {
		return strictjson.Value{}, usageError("--claims takes @FILE or -").withHint("--claim NAME=TEXT sets one claim")
	}
	data, _, err := readFileOrStdin(env, path)
	if err != nil {
		return strictjson.Value{}, err
	}
	document, err := strictjson.ParseObject(data)
	if err != nil {
		return strictjson.Value{}, unreadable("--claims: %w", err)
	}
	if payload := document.Get("payload"); payload.Type() == strictjson.TypeObject && document.Get("header").Exists() {
		return payload, nil
	}
	return document, nil
}

// mintFailure is a usage error for flaws that cannot be made.
func mintFailure(err error, flaws []string) error {
	names := []string{}
	for _, flaw := range issuertest.Flaws() {
		names = append(names, flaw.Name)
	}
	for _, flaw := range flaws {
		if !slices.Contains(names, flaw) {
			return usageError("%w", err).didYouMean(flaw, names).orHint("--flaw list shows all of them")
		}
	}
	return usageError("%w", err)
}
