package cmd

import (
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
	secretData     []byte // as it was read
	secretText     []byte // less what an editor adds
}

func (o *trustOptions) addFlags(c *cobra.Command) {
	o.secretEncoding = secretEncodings()[0]
	inGroup(c.Flags(), groupTrust, func(f *pflag.FlagSet) {
		fileVar(f, &o.jwks, "jwks", "SOURCE", "trusted key set: a file, a URL, or - for stdin")
		fileVar(f, &o.key, "key", "FILE", "trusted key or certificate, in any usual form")
		secretVar(f, &o.secret, "secret", "trusted secret, for HS* only: @FILE or env:NAME")
		enumVar(f, &o.secretEncoding, "secret-encoding", "NAME", secretEncodings(), "")
	})
}

// named reports whether a source other than the issuer itself is named.
func (o *trustOptions) named() bool { return o.jwks != "" || o.key != "" || o.secret != "" }

// remote reports whether the key set is at a URL.
func (o *trustOptions) remote() bool { return isURL(o.jwks) }

func isURL(s string) bool { return strings.Contains(s, "://") }

func (o *trustOptions) check(flags *pflag.FlagSet, expect *expectationOptions, args []string) error {
	switch named := withValue(flags, "jwks", "key", "secret"); {
	case len(named) > 1:
		return usageError("--%s are two sources of trust: use one", strings.Join(named, " and --"))
	case len(named) == 0 && expect.AnyIssuer:
		return usageError("--any-issuer needs local keys: --jwks, --key or --secret")
	case o.jwks == "-" && (len(args) == 0 || args[0] == "-"):
		return usageError("stdin can be read once: the token and --jwks cannot both come from it")
	}
	return nil
}

func secretEncodings() []string { return []string{"raw", "base64url", "base64", "hex"} }
