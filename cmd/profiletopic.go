package cmd

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/claimcheck/claimcheck/cmd/internal/config"
)

func newProfilesTopic() *cobra.Command {
	return newTopic("profiles", "settings under a name, in a file", `A profile is a named set of settings. It is used only when it is named, by --profile or
CLAIMCHECK_PROFILE, and sets what neither a flag nor a variable sets:

  claimcheck --profile staging verify @token.jwt

The file is claimcheck/config.yaml in your configuration directory (XDG_CONFIG_HOME, or the
system's own), or the one that --config or CLAIMCHECK_CONFIG names. It is never looked for in
the current directory. In YAML, with the names of the flags:

`+indent(exampleConfig)+`

The keys are `+wrapList(config.Names(settings()))+`.

A list replaces the profile's list; lists are never merged. File names are relative to the
file's directory. A secret is @FILE or env:NAME. An unknown key, a duplicate key and an empty
value are errors. Anything that weakens a check or shifts the clock (--any-…, --allow-…,
--unverified, --at, --cacert, --header) can only be set by a flag.

claimcheck profile list lists the profiles; claimcheck profile show NAME shows where each value
comes from.`)
}

// exampleConfig is the example of the help; a test reads it.
const exampleConfig = `profiles:
  staging:
    issuer: https://login.staging.example.com
    audience: [api, app]
    alg: [RS256, ES256]
    max-age: 15m
    require: [email_verified=true]
  build:
    issuer: https://ci.example.com
    jwks: keys/ci.json
    audience: deploy
    strict: true`

func indent(text string) string { return "  " + strings.ReplaceAll(text, "\n", "\n  ") }

// wrapList writes words in lines of the length that the topics have.
func wrapList(words []string) string {
	const first, width = len("The keys are "), 96
	var b strings.Builder
	column := first
	for i, word := range words {
		if i < len(words)-1 {
			word += ","
		}
		if column+len(word) > width {
			b.WriteString("\n")
			column = 0
		} else if i > 0 {
			b.WriteString(" ")
			column++
		}
		b.WriteString(word)
		column += len(word)
	}
	return b.String()
}
