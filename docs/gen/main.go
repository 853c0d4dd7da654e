// Command gen writes the files under docs and completions that are made from
// the program itself. Run it from the top of the repository: go run ./docs/gen
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

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

// pages makes every generated file, by its path in the repository.
func pages() (map[string][]byte, error) {
	files := map[string][]byte{
		"docs/exit-codes.md": exitCodesPage(),
		"docs/checks.md":     checksPage(),
	}
	screen, err := refusedScreen()
	if err != nil {
		return nil, err
	}
	files["docs/images/refused.ansi"] = screen
	scripts, err := cmd.CompletionScripts()
	if err != nil {
		return nil, err
	}
	for name, script := range scripts {
		files["completions/"+name] = script
	}
	date, err := manDate()
	if err != nil {
		return nil, err
	}
	return files, commandPages(cmd.NewDocumentedRoot(), date, files)
}

// generatedDirs hold nothing but generated files.
func generatedDirs() []string { return []string{"docs/cli", "docs/man", "completions"} }

func run(top string) error {
	files, err := pages()
	if err != nil {
		return err
	}
	for _, dir := range generatedDirs() { // pages of commands that are gone go too
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

// commandPages makes the Markdown and the man page of a command and of those
// below it, and the man pages of topics.
func commandPages(c *cobra.Command, date string, files map[string][]byte) error {
	topic := c.IsAdditionalHelpTopicCommand()
	if !topic && !c.IsAvailableCommand() && c.HasParent() {
		return nil
	}
	name := pageName(c)
	files["docs/man/"+name+"."+pageSection(c)] = manualPage(c, date)
	if topic {
		return nil
	}
	c.DisableAutoGenTag = true
	var markdown bytes.Buffer
	if err := doc.GenMarkdownCustom(c, &markdown, func(link string) string {
		return strings.ReplaceAll(link, "_", "-")
	}); err != nil {
		return err
	}
	files["docs/cli/"+name+".md"] = markdown.Bytes()
	for _, child := range c.Commands() {
		if err := commandPages(child, date, files); err != nil {
			return err
		}
	}
	return nil
}
