package cmd

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
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
