package cmd

import (
	"fmt"
	"io"
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
		"| id | what it asks | specification |\n|---|---|---|\n")
	for _, info := range verify.Catalogue() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", info.ID, info.Title, info.Spec)
	}
	b.WriteString("\n## Known, and not checked\n\nNothing here looks at these. `confirmation` and `selective_disclosure` above say so in every report.\n\n" +
		"| what | specification |\n|---|---|\n")
	for _, info := range notCheckedYet() {
		fmt.Fprintf(&b, "| %s | %s |\n", info.Title, info.Spec)
	}
	return b.String()
}
