package cmd

import (
	"context"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestReadmeRuns: the first command of README.md, with which everybody begins,
// does what stands above it.
func TestReadmeRuns(t *testing.T) {
	for _, line := range strings.Split(readRepoFile(t, filepath.Join(repoTop(), "README.md")), "\n") {
		command, found := strings.CutPrefix(line, "    go run . ")
		if !found {
			continue
		}
		words, err := splitShell(command)
		if err != nil {
			t.Fatal(err)
		}
		world := newDocsWorld(t)
		t.Chdir(repoTop())
		env := *world.env
		var printed strings.Builder
		env.Stdout, env.Stderr = &printed, &printed
		if code := Run(context.Background(), &env, words); code != exitAccepted || !strings.HasPrefix(printed.String(), "✓ ACCEPTED") {
			t.Errorf("exit %d\n%s", code, printed.String())
		}
		return
	}
	t.Error("README.md has no command to begin with")
}

// TestSnippetsOfDocs runs the commands in the YAML and shell blocks of docs that
// have no output below them: they have to be right and to give an answer. Those of
// issuer.md need a running issuer: testdata/clients runs them.
func TestSnippetsOfDocs(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(repoTop(), "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```(?:yaml|sh)\n(.*?)```")
	command := regexp.MustCompile(`(?m)^[^#\n]*?((?:CLAIMCHECK_\w+=\S+ )?\bclaimcheck (?:verify|decode|jwks|discover|auth-age|introspect|--profile)\b[^\n|]*)$`)
	ran := 0
	for _, file := range files {
		if filepath.Base(file) == "issuer.md" {
			continue
		}
		text := readRepoFile(t, file)
		for _, b := range block.FindAllStringSubmatch(text, -1) {
			joined := strings.ReplaceAll(b[1], "\\\n", " ")
			for _, found := range command.FindAllStringSubmatch(joined, -1) {
				line, _, _ := strings.Cut(found[1], " >")
				line, _, _ = strings.Cut(line, " ||")
				line = strings.ReplaceAll(line, "$CI_SERVER_URL", "https://issuer.example")
				line = strings.ReplaceAll(line, "env:ID_TOKEN", "env:TOKEN")
				t.Run(filepath.Base(file), func(t *testing.T) {
					world := newDocsWorld(t)
					printed := world.run(t, line)
					ran++
					if world.code > exitAccepted && world.code < exitMalformed {
						t.Errorf("%s: exit %d\n%s", line, world.code, strings.Join(printed, "\n"))
					}
				})
			}
		}
	}
	if ran < 6 {
		t.Errorf("only %d commands were run", ran)
	}
}
