package cmd

import (
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"
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

// Environment returns the environment variables that set flags.
func Environment() [][2]string {
	rows := [][2]string{}
	for _, s := range settings() {
		if s.Variable != "" {
			rows = append(rows, [2]string{s.Variable, "sets --" + s.Name})
		}
	}
	return append(rows, [2]string{variableProfile, "sets --profile"}, [2]string{variableConfig, "sets --config"})
}
