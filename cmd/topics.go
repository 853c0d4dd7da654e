package cmd

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/claimcheck/claimcheck/pkg/verify"
)

// newTopic makes a help topic: a command that cannot be run, only read about.
func newTopic(name, short, long string) *cobra.Command {
	return &cobra.Command{Use: name, Short: short, Long: long}
}

func newExitCodesTopic() *cobra.Command {
	var b strings.Builder
	b.WriteString("Exit codes: 0 is yes. 1 to 9 mean that there is no answer. 10 and up mean that the\n" +
		"answer is no. Where several checks fail, the code is the smallest of theirs; for\n" +
		"auth-age, 10 to 15 come first, then 19, then 16 to 18.\n\n")
	for _, info := range ExitCodes() {
		fmt.Fprintf(&b, "%5d  %-25s  %s\n", info.Code, info.Reason, info.Meaning)
	}
	return newTopic("exit-codes", "what each exit code means", strings.TrimRight(b.String(), "\n"))
}

func newTokensTopic() *cobra.Command {
	return newTopic("tokens", "the ways to give a token", `A TOKEN is
  the token itself    claimcheck decode eyJ…
  a file              claimcheck decode @token.jwt
  a variable          claimcheck decode env:TOKEN
  stdin               claimcheck decode -      (or no argument in a pipe)

From the clipboard:
  macOS               pbpaste | claimcheck decode
  Wayland             wl-paste | claimcheck decode
  X11                 xclip -o | claimcheck decode
  PowerShell          Get-Clipboard | claimcheck decode

You can paste what you have: "Bearer eyJ…", "Authorization: Bearer eyJ…", quotes and white
space around it, a cookie (also in parts), a redirect URL, a token response in JSON, the output
of curl -v, a log line, a Kubernetes Secret. Repairs, such as joining lines, are reported:
servers would refuse the text. If there are several different tokens, --pick NAME or --pick N
chooses one. --exact uses the input exactly as given, minus one trailing newline: use it in scripts.`)
}

func newChecksTopic() *cobra.Command {
	var b strings.Builder
	b.WriteString("The checks of verify, in the order of the report. Each is passed, failed, a warning or\nnot checked.\n\n")
	for _, info := range verify.Catalogue() {
		fmt.Fprintf(&b, "  %-22s %s", info.ID, info.Title)
		if info.Spec != "" {
			fmt.Fprintf(&b, " (%s)", info.Spec)
		}
		b.WriteString("\n")
	}
	b.WriteString("\nKnown, but not checked:\n\n")
	for _, info := range NotChecked() {
		fmt.Fprintf(&b, "  %s (%s)\n", info.Title, info.Spec)
	}
	return newTopic("checks", "every check that verify makes", strings.TrimRight(b.String(), "\n"))
}

func newEnvironmentTopic() *cobra.Command {
	var b strings.Builder
	b.WriteString("These variables set what no flag sets; a profile (claimcheck help profiles) sets the rest:\n\n")
	for _, row := range Environment() {
		fmt.Fprintf(&b, "  %-22s %s\n", row[0], strings.TrimPrefix(row[1], "sets "))
	}
	b.WriteString(`
CLAIMCHECK_AUDIENCE holds one audience. The source of trusted keys is one setting: a flag that sets
it (--issuer, --jwks, --key or --secret) overrides the environment and the profile; with local
keys, --issuer is only compared. A variable that is set but empty is an error where it would be
used, so that it cannot switch a check off. Anything that weakens a check or shifts the clock
can only be set by a flag.

XDG_CACHE_HOME and XDG_CONFIG_HOME set the cache and configuration directories; HTTPS_PROXY,
HTTP_PROXY and NO_PROXY set the proxy. NO_COLOR, CLICOLOR, CLICOLOR_FORCE, FORCE_COLOR and
TERM=dumb control colour as usual. With -o github, GITHUB_STEP_SUMMARY names the file to which
the job summary is appended.`)
	return newTopic("environment", "the environment variables", b.String())
}

// NotChecked returns what no command checks, so that nobody takes silence for
// approval. confirmation and selective_disclosure are in the catalogue instead,
// because every report mentions them.
func NotChecked() []verify.Check {
	return []verify.Check{
		{ID: "dpop_proof", Title: "a DPoP proof that comes with a token", Spec: "RFC 9449 section 4.3"},
		{ID: "encrypted_content", Title: "the contents of an encrypted token, which is refused", Spec: "RFC 7516"},
		{ID: "introspection_jwt", Title: "an introspection response in JWT form, which is not accepted as an answer", Spec: "RFC 9701 section 5"},
		{ID: "fapi2_profile", Title: "the FAPI 2.0 security profile as a whole", Spec: "FAPI 2.0 Security Profile"},
	}
}
