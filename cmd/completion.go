package cmd

import (
	"bytes"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// completionShells are the shells that there are scripts for.
func completionShells() []string { return []string{"bash", "zsh", "fish", "powershell"} }

// newCompletionCmd replaces cobra's own command, which prints help and exits
// with 0 where no shell or an unknown one is named.
func newCompletionCmd() *cobra.Command {
	plain := false
	c := &cobra.Command{
		Use:   "completion " + strings.Join(completionShells(), "|"),
		Short: "print a completion script for a shell",
		Long: "completion prints a script for a shell. Put it where the shell looks for it, then start a new\n" +
			"shell. In bash it needs the package bash-completion. Completion reads the cache and the\n" +
			"configuration; it never uses the network.",
		Example: `  mkdir -p ~/.local/share/bash-completion/completions
  claimcheck completion bash > ~/.local/share/bash-completion/completions/claimcheck

  mkdir -p ~/.zfunc
  echo 'fpath=(~/.zfunc $fpath); autoload -Uz compinit; compinit' >> ~/.zshrc
  claimcheck completion zsh > ~/.zfunc/_claimcheck

  mkdir -p ~/.config/fish/completions
  claimcheck completion fish > ~/.config/fish/completions/claimcheck.fish

  New-Item -Force -ItemType Directory (Split-Path $PROFILE)
  claimcheck completion powershell >> $PROFILE`,
		DisableFlagsInUseLine: true,
		ValidArgs:             completionShells(),
		Args:                  checkShell,
		RunE: func(c *cobra.Command, args []string) error {
			script, err := completionScript(c.Root(), args[0], !plain)
			if err != nil {
				return err
			}
			_, _ = c.OutOrStdout().Write(script) // see checkedWriter
			return nil
		},
	}
	c.Flags().BoolVar(&plain, "no-descriptions", false, "complete without descriptions")
	return c
}

func checkShell(_ *cobra.Command, args []string) error {
	there := "there are: " + strings.Join(completionShells(), ", ")
	if len(args) != 1 {
		return usageError("completion needs the name of one shell").withHint("%s", there)
	}
	if slices.Contains(completionShells(), args[0]) {
		return nil
	}
	return usageError("there is no completion for shell %s", quoteShort(args[0])).didYouMean(args[0], completionShells()).orHint(there)
}

func completionScript(root *cobra.Command, shell string, descriptions bool) ([]byte, error) {
	var b bytes.Buffer
	var err error
	switch {
	case shell == "bash":
		err = root.GenBashCompletionV2(&b, descriptions)
	case shell == "fish":
		err = root.GenFishCompletion(&b, descriptions)
	case shell == "zsh" && descriptions:
		err = root.GenZshCompletion(&b)
	case shell == "zsh":
		err = root.GenZshCompletionNoDesc(&b)
	case descriptions:
		err = root.GenPowerShellCompletionWithDesc(&b)
	default:
		err = root.GenPowerShellCompletion(&b)
	}
	// PowerShell would expand an "@" at the beginning of a word as a variable.
	const asks = `    $RequestComp="$Program __complete $Arguments"`
	const quotes = "    $Arguments = $Arguments -replace '(^|\\s)@','$1`@'\n"
	return bytes.Replace(b.Bytes(), []byte(asks), []byte(quotes+asks), 1), err
}

// CompletionScripts are the files under completions, by name.
func CompletionScripts() (map[string][]byte, error) {
	files := map[string]string{
		"bash": "claimcheck.bash", "zsh": "_claimcheck", "fish": "claimcheck.fish", "powershell": "claimcheck.ps1",
	}
	scripts := map[string][]byte{}
	for _, shell := range completionShells() {
		script, err := completionScript(NewDocumentedRoot(), shell, true)
		if err != nil {
			return nil, err
		}
		scripts[files[shell]] = script
	}
	return scripts, nil
}
