// Command gen writes the files under docs and completions that are made from
// the program itself. Run it from the top of the repository: go run ./docs/gen
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/claimcheck/claimcheck/cmd"
)

func main() {
	if err := run("."); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(top string) error {
	root := cmd.NewDocumentedRoot()
	files := map[string][]byte{
		"docs/exit-codes.md": []byte(cmd.ExitCodesMarkdown()),
		"docs/checks.md":     []byte(cmd.ChecksMarkdown()),
	}
	for _, generate := range []func(*cobra.Command, map[string][]byte) error{commandPages, completions} {
		if err := generate(root, files); err != nil {
			return err
		}
	}
	for _, dir := range []string{"docs/cli", "docs/man"} { // pages of commands that are gone go too
		if err := os.RemoveAll(filepath.Join(top, dir)); err != nil {
			return err
		}
	}
	for name, data := range files {
		path := filepath.Join(top, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { // #nosec G301 -- a directory of the repository
			return err
		}
		if err := os.WriteFile(path, data, 0o644); err != nil { // #nosec G306 -- a file of the repository
			return err
		}
	}
	return nil
}

// commandPages makes the Markdown and the man page of every command.
func commandPages(root *cobra.Command, files map[string][]byte) error {
	for _, c := range append([]*cobra.Command{root}, root.Commands()...) {
		if c.IsAdditionalHelpTopicCommand() || !c.IsAvailableCommand() && c != root {
			continue
		}
		c.DisableAutoGenTag = true
		name := strings.ReplaceAll(c.CommandPath(), " ", "-")
		var markdown, man bytes.Buffer
		if err := doc.GenMarkdownCustom(c, &markdown, func(link string) string {
			return strings.ReplaceAll(link, "_", "-")
		}); err != nil {
			return err
		}
		never := time.Unix(0, 0).UTC() // the pages bear no date, so that they do not grow stale by themselves
		header := &doc.GenManHeader{Title: strings.ToUpper(name), Section: "1", Date: &never, Source: "claimcheck", Manual: "claimcheck"}
		if err := doc.GenMan(c, header, &man); err != nil {
			return err
		}
		files["docs/cli/"+name+".md"] = markdown.Bytes()
		files["docs/man/"+name+".1"] = bytes.ReplaceAll(man.Bytes(), []byte(`"Jan 1970" `), []byte(`"" `))
	}
	return nil
}

func completions(root *cobra.Command, files map[string][]byte) error {
	shells := []struct {
		name  string
		write func(*bytes.Buffer) error
	}{
		{"claimcheck.bash", func(b *bytes.Buffer) error { return root.GenBashCompletionV2(b, true) }},
		{"_claimcheck", func(b *bytes.Buffer) error { return root.GenZshCompletion(b) }},
		{"claimcheck.fish", func(b *bytes.Buffer) error { return root.GenFishCompletion(b, true) }},
		{"claimcheck.ps1", func(b *bytes.Buffer) error { return root.GenPowerShellCompletionWithDesc(b) }},
	}
	for _, shell := range shells {
		var b bytes.Buffer
		if err := shell.write(&b); err != nil {
			return err
		}
		files["completions/"+shell.name] = b.Bytes()
	}
	return nil
}
