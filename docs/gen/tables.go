package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/claimcheck/claimcheck/cmd"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// exitCodesPage returns docs/exit-codes.md.
func exitCodesPage() []byte {
	var b strings.Builder
	b.WriteString("# Exit codes\n\n" +
		"0 is yes. 1 to 9 mean that there is no answer. 10 and up mean that the answer is no.\n" +
		"Where several checks fail, the code is the smallest of theirs; for `auth-age`, 10 to 15\n" +
		"come first, then 19, then 16 to 18. `claimcheck help exit-codes` prints this table.\n\n" +
		"| code | reason | meaning |\n|---|---|---|\n")
	for _, c := range cmd.ExitCodes() {
		fmt.Fprintf(&b, "| %d | `%s` | %s |\n", c.Code, c.Reason, c.Meaning)
	}
	return []byte(b.String())
}

// checksPage returns docs/checks.md.
func checksPage() []byte {
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
	for _, info := range cmd.NotChecked() {
		fmt.Fprintf(&b, "| %s | %s |\n", info.Title, info.Spec)
	}
	return []byte(b.String())
}

// exitStatus returns the exit codes for a man page.
func exitStatus() [][2]string {
	var rows [][2]string
	for _, c := range cmd.ExitCodes() {
		rows = append(rows, [2]string{strconv.Itoa(c.Code), c.Meaning})
	}
	return rows
}

// environment returns the environment variables for a man page.
func environment() [][2]string {
	return append(cmd.Environment(),
		[2]string{"XDG_CACHE_HOME, XDG_CONFIG_HOME", "set the cache and configuration directories"},
		[2]string{"HTTPS_PROXY, HTTP_PROXY, NO_PROXY", "set the proxy"},
		[2]string{"NO_COLOR, CLICOLOR, CLICOLOR_FORCE, FORCE_COLOR, TERM", "control colour"},
	)
}

// programFiles returns the program's files for a man page.
func programFiles() [][2]string {
	return [][2]string{
		{"~/.config/claimcheck/config.yaml", "the profiles; see claimcheck-profiles(7)"},
		{"~/.cache/claimcheck", "cached metadata and key sets; claimcheck cache clear empties it"},
	}
}
