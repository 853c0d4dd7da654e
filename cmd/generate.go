package cmd

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/claimcheck/claimcheck/pkg/verify"
)

// NewDocumentedRoot returns the command tree for a generator of documentation.
// Its environment is empty, so that the pages say nothing of who made them.
func NewDocumentedRoot() *cobra.Command {
	return newRootCmd(&Env{
		Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard,
		LookupEnv: func(string) (string, bool) { return "", false },
		Now:       func() time.Time { return time.Time{} },
	})
}

// ChecksMarkdown is docs/checks.md.
func ChecksMarkdown() string {
	var b strings.Builder
	b.WriteString("# Checks\n\n" +
		"Every check that `verify` makes, in the order of its report. Each is `passed`, `failed`, a `warning` or `not_checked`.\n" +
		"`claimcheck help checks` prints this table.\n\n" +
		"| id | what it checks | specification |\n|---|---|---|\n")
	for _, info := range verify.Catalogue() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", info.ID, info.Title, info.Spec)
	}
	b.WriteString("\n## Known, but not checked\n\nclaimcheck does not check these; `confirmation` and `selective_disclosure` above say so in every report.\n\n" +
		"| what | specification |\n|---|---|\n")
	for _, info := range notCheckedYet() {
		fmt.Fprintf(&b, "| %s | %s |\n", info.Title, info.Spec)
	}
	return b.String()
}

// ExitStatus is the table of exit codes for a man page.
func ExitStatus() [][2]string {
	var rows [][2]string
	for _, info := range exitCodes() {
		rows = append(rows, [2]string{strconv.Itoa(info.code), info.meaning})
	}
	return rows
}

// Environment is the environment variables for a man page.
func Environment() [][2]string {
	var rows [][2]string
	for _, s := range settings() {
		if s.Variable != "" {
			rows = append(rows, [2]string{s.Variable, "sets --" + s.Name})
		}
	}
	return append(rows,
		[2]string{variableProfile, "sets --profile"},
		[2]string{variableConfig, "sets --config"},
		[2]string{"XDG_CACHE_HOME, XDG_CONFIG_HOME", "set the cache and configuration directories"},
		[2]string{"HTTPS_PROXY, HTTP_PROXY, NO_PROXY", "set the proxy"},
		[2]string{"NO_COLOR, CLICOLOR, CLICOLOR_FORCE, FORCE_COLOR, TERM", "control colour"},
	)
}

// Files is the program's files for a man page.
func Files() [][2]string {
	return [][2]string{
		{"~/.config/claimcheck/config.yaml", "the profiles; see claimcheck-profiles(7)"},
		{"~/.cache/claimcheck", "cached metadata and key sets; claimcheck cache clear empties it"},
	}
}
