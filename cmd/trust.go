package cmd

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// trustOptions say where trust comes from: exactly one source.
type trustOptions struct {
	jwks           string
	key            string
	secret         string
	secretEncoding string
	secretText     []byte // as it was read
}

func (o *trustOptions) addFlags(c *cobra.Command) {
	inGroup(c.Flags(), groupTrust, func(f *pflag.FlagSet) {
		f.StringVar(&o.jwks, "jwks", "", "trust this key set: a `FILE`, a URL, or - for stdin")
		f.StringVar(&o.key, "key", "", "trust this one key: a `FILE` with a PEM public key, a PEM certificate or a JWK")
		f.StringVar(&o.secret, "secret", "", "trust this shared secret: `@FILE` or env:NAME; HS256, HS384 and HS512 only")
		f.StringVar(&o.secretEncoding, "secret-encoding", "raw", "how the secret is written, as `NAME`: raw, base64url, base64 or hex")
	})
}

// named tells whether a source other than the issuer itself is named.
func (o *trustOptions) named() bool { return o.jwks != "" || o.key != "" || o.secret != "" }

// remote tells whether the key set is at a URL.
func (o *trustOptions) remote() bool { return isURL(o.jwks) }

func isURL(s string) bool { return strings.Contains(s, "://") }

func (o *trustOptions) check(demands *demandOptions, args []string) error {
	var named []string
	for _, source := range []struct{ flag, value string }{{"--jwks", o.jwks}, {"--key", o.key}, {"--secret", o.secret}} {
		if source.value != "" {
			named = append(named, source.flag)
		}
	}
	switch {
	case len(named) > 1:
		return usageError("%s are two sources of trust: give one", strings.Join(named, " and "))
	case len(named) == 0 && demands.anyIssuer:
		return usageError("--any-issuer needs local keys: --jwks, --key or --secret")
	case len(named) == 1 && demands.issuer == "" && !demands.anyIssuer:
		missing := "no issuer given"
		if len(demands.audiences) == 0 && !demands.anyAudience {
			missing = "no issuer and no audience given"
		}
		return usageError("%s", missing).withHint(
			"say who has to have issued the token and for whom: --issuer and --audience; or that it does not matter: --any-issuer, --any-audience")
	case o.jwks == "-" && (len(args) == 0 || args[0] == "-"):
		return usageError("stdin can be read once: the token and --jwks cannot both come from it")
	}
	if !slices.Contains(secretEncodings(), o.secretEncoding) {
		return usageError("--secret-encoding is one of %s, not %q", strings.Join(secretEncodings(), ", "), o.secretEncoding)
	}
	return nil
}

// loadLocal reads the keys of a local source.
func (o *trustOptions) loadLocal(env *Env) (verify.Keys, error) {
	switch {
	case o.secret != "":
		return o.loadSecret(env)
	case o.key != "":
		return o.loadKey()
	default:
		return o.loadSet(env)
	}
}

func (o *trustOptions) loadSet(env *Env) (verify.Keys, error) {
	data, source, err := readKeyFile(env, o.jwks)
	if err != nil {
		return nil, err
	}
	set, err := jwks.Parse(data)
	if err != nil {
		return nil, unreadable("%s: %w", source, err).withHint("%s", keySetHint(data, err))
	}
	return &verify.PublicKeys{Set: set, Source: source}, nil
}

// readKeyFile reads what should hold keys, from a file or from stdin, and says
// how to call it.
func readKeyFile(env *Env, name string) (data []byte, called string, err error) {
	if name == "-" {
		text, err := readStdin(env, maxFileSize)
		return withoutBOM([]byte(text)), "stdin", err
	}
	data, err = readFile(name, maxFileSize)
	return withoutBOM(data), name, err
}

func keySetHint(data []byte, err error) string {
	switch {
	case strings.Contains(string(data), "-----BEGIN ") && !errors.Is(err, jwks.ErrCertificates):
		return "a PEM file is one key: use --key"
	case errors.Is(err, jwks.ErrSingleKey):
		return "for a single key use --key"
	case errors.Is(err, jwks.ErrCertificates):
		return "use the issuer's key set instead, with --issuer or the URL that its metadata names as jwks_uri; or one of the certificates, with --key"
	default:
		return ""
	}
}

func (o *trustOptions) loadKey() (verify.Keys, error) {
	data, err := readFile(o.key, maxFileSize)
	if err != nil {
		return nil, err
	}
	set, err := jwks.ParseKey(withoutBOM(data))
	if err != nil {
		return nil, unreadable("%s: %w", o.key, err).withHint("%s", keyHint(o.key, err))
	}
	return &verify.PublicKeys{Set: set, Source: o.key}, nil
}

func keyHint(name string, err error) string {
	switch {
	case errors.Is(err, jwks.ErrPrivateKey):
		return "keep it to its owner, and take the public key out of it, as in: openssl pkey -in " + shellWord(name) + " -pubout"
	case errors.Is(err, jwks.ErrSharedSecret):
		return "for HS256, HS384 and HS512 use --secret"
	case errors.Is(err, jwks.ErrKeySet):
		return "for a key set use --jwks"
	case errors.Is(err, jwks.ErrCertificates):
		return keySetHint(nil, err)
	default:
		return "a PEM public key, a PEM certificate or a JWK belongs here"
	}
}

func (o *trustOptions) loadSecret(env *Env) (verify.Keys, error) {
	text, err := readSecret(env, "--secret", o.secret)
	if err != nil {
		return nil, err
	}
	o.secretText = text
	secret, err := o.decodeSecret(o.secretEncoding)
	switch {
	case errors.Is(err, verify.ErrSecretIsKey):
		return nil, unreadable("%s holds %w", sourceOfSecret(o.secret), err).withHint(
			"a public key is known to everybody: whoever knows the secret can make tokens; use --key or --jwks for public keys")
	case err != nil:
		return nil, unreadable("%w", err).withHint("is --secret-encoding right? it is one of %s", strings.Join(secretEncodings(), ", "))
	}
	return secret, nil
}

// decodeSecret takes the text of the secret as written in an encoding. The error
// never quotes it.
func (o *trustOptions) decodeSecret(encoding string) (*verify.Secret, error) {
	data := o.secretText
	var err error
	switch encoding {
	case "base64url", "base64": // which differ in two letters and the padding
		text := strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(string(data), "="))
		data, err = base64.RawURLEncoding.Strict().DecodeString(text)
	case "hex":
		data, err = hex.DecodeString(string(data))
	}
	if err != nil {
		return nil, fmt.Errorf("what %s holds is not %s", sourceOfSecret(o.secret), encoding)
	}
	return verify.NewSecret(data, sourceOfSecret(o.secret))
}

// otherEncoding finds an encoding of the secret by which it does verify a token,
// if there is one.
func (o *trustOptions) otherEncoding(t *token.Token, p verify.Policy, now time.Time) string {
	for _, encoding := range secretEncodings() {
		if encoding == "base64url" && bytes.ContainsAny(o.secretText, "+/=") {
			continue // it is taken, but that is not what it is
		}
		secret, err := o.decodeSecret(encoding)
		if err == nil && verify.Verify(t, secret, p, now).SignatureVerified() {
			return encoding
		}
	}
	return ""
}

func sourceOfSecret(argument string) string {
	if name, ok := strings.CutPrefix(argument, "env:"); ok {
		return "the environment variable " + name
	}
	return strings.TrimPrefix(argument, "@")
}

// withoutBOM drops the mark that some editors put in front of UTF-8.
func withoutBOM(data []byte) []byte {
	return []byte(strings.TrimPrefix(string(data), "\ufeff"))
}
