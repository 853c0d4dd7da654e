package cmd

import (
	"strings"

	"github.com/spf13/cobra"
)

func newProfilesTopic() *cobra.Command {
	return newTopic("profiles", "settings under a name, in a file", `A profile holds settings under a name. It is used only when it is named, by --profile or
CLAIMCHECK_PROFILE, and says what neither a flag nor a variable says:

  claimcheck --profile staging verify @token.jwt

The file is claimcheck/config.yaml in the user's directory for configurations (XDG_CONFIG_HOME,
or the system's own), or the one that --config or CLAIMCHECK_CONFIG names. It is never looked
for in the current directory. In YAML, with the names of the flags:

`+indent(exampleConfig)+`

The keys are `+wrapList(settingNames())+`.

A list replaces that of a profile, it does not add to it. A file name is relative to the file's
directory. A secret is @FILE or env:NAME. An unknown key, a key that stands there twice and an
empty value are errors. What weakens a check or moves the clock (--any-…, --allow-…,
--unverified, --at, --cacert, --header) can only be said as a flag.

claimcheck profile list shows the profiles, claimcheck profile show NAME where each value
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
