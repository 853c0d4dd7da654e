package cmd

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestDocs runs every command that stands behind a "$ " in a console block of
// README.md and docs, and compares what it prints with what stands below it.
// UPDATE=1 writes what it prints instead; read the difference.
//
// The commands see the files of docsWorld, an issuer at https://issuer.example
// and a terminal of 80 columns; those of README.md only what its own lines have
// made. "echo $?" prints the last exit code, and what stands before a pipe only
// says where the token comes from.
func TestDocs(t *testing.T) {
	top := repoTop()
	files, err := filepath.Glob(filepath.Join(top, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	commands := 0
	for _, file := range append(files, filepath.Join(top, "README.md")) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			before := readRepoFile(t, file)
			world := newWorldOf(t, file, before)
			after, n := world.runBlocks(t, before)
			commands += n
			if after == before {
				return
			}
			if os.Getenv("UPDATE") == "" {
				t.Errorf("%s is stale:\n%s", file, firstDifference(before, after))
			} else if err := os.WriteFile(file, []byte(after), 0o600); err != nil {
				t.Fatal(err)
			}
		})
	}
	if commands == 0 {
		t.Error("no command was run")
	}
}

// newWorldOf is the world of a page: README.md has its own, in which its examples
// can be typed from the first to the last.
func newWorldOf(t *testing.T, file, page string) *docsWorld {
	t.Helper()
	if filepath.Base(file) == "README.md" && filepath.Dir(file) == repoTop() {
		return newReadmeWorld(t, page)
	}
	return newDocsWorld(t)
}

func firstDifference(before, after string) string {
	old, new := strings.Split(before, "\n"), strings.Split(after, "\n")
	for i := range min(len(old), len(new)) {
		if old[i] != new[i] {
			return fmt.Sprintf("line %d\n  says   %s\n  should %s", i+1, old[i], new[i])
		}
	}
	return "one of the two is longer"
}

// runBlocks returns the text with the output of each command renewed.
func (w *docsWorld) runBlocks(t *testing.T, text string) (string, int) {
	t.Helper()
	var out []string
	inBlock, commands := false, 0
	for _, line := range strings.Split(text, "\n") {
		switch {
		case strings.HasPrefix(line, "```console"):
			inBlock = true
		case inBlock && strings.HasPrefix(line, "```"):
			inBlock = false
		case inBlock && strings.HasPrefix(line, "$ "):
			out = append(append(out, line), w.run(t, line[2:])...)
			commands++
			continue
		case inBlock:
			continue // the old output
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n"), commands
}

// run runs one command line and returns the lines it prints.
func (w *docsWorld) run(t *testing.T, line string) []string {
	t.Helper()
	if line == "echo $?" {
		return []string{fmt.Sprint(w.code)}
	}
	line, file, toFile := strings.Cut(line, " > ")
	source, command := "", line
	if before, after, piped := strings.Cut(line+" ", " | claimcheck "); piped {
		source, command = before, "claimcheck "+after
	}
	words, err := splitShell(command)
	assigned := map[string]string{}
	for len(words) > 0 && strings.HasPrefix(words[0], "CLAIMCHECK_") {
		name, value, _ := strings.Cut(words[0], "=")
		assigned[name] = value
		words = words[1:]
	}
	if err != nil || len(words) == 0 || words[0] != "claimcheck" {
		t.Fatalf("not a command that can be run here: %s", line)
	}
	var printed bytes.Buffer
	env := *w.env
	env.Stdout, env.Stderr = &printed, &printed
	var redirected bytes.Buffer
	if toFile {
		env.Stdout, env.StdoutIsTerminal = &redirected, false
	}
	env.LookupEnv = func(name string) (string, bool) {
		if value, ok := assigned[name]; ok {
			return value, true
		}
		return w.env.LookupEnv(name)
	}
	env.Stdin = strings.NewReader("")
	env.StdinIsTerminal = true
	if source != "" {
		env.Stdin, env.StdinIsTerminal = strings.NewReader(w.read(t, source)), false
	}
	t.Chdir(w.dir)
	w.code = Run(context.Background(), &env, words[1:])
	if toFile {
		if err := os.WriteFile(file, redirected.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text := strings.TrimRight(printed.String(), "\n")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// read is what a command before a pipe prints: a file, or the clipboard.
func (w *docsWorld) read(t *testing.T, source string) string {
	t.Helper()
	name := "token.jwt"
	switch {
	case curlOfReadme.MatchString(source):
		return w.curl(t, source)
	case strings.HasPrefix(source, "curl -v "):
		name = "exchange.txt"
	}
	if file, ok := strings.CutPrefix(source, "cat "); ok {
		name = file
	}
	return readRepoFile(t, filepath.Join(w.dir, name))
}

// splitShell splits a command line into words: quotes and variables as far as
// the documentation needs them.
func splitShell(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	var quote rune
	begun := false
	for _, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, begun = r, true
		case r == ' ':
			if begun {
				words = append(words, word.String())
			}
			word.Reset()
			begun = false
		default:
			word.WriteRune(r)
			begun = true
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("an open quote in %q", line)
	}
	if begun {
		words = append(words, word.String())
	}
	return words, nil
}

// docsNow is the time of the documentation.
func docsNow() time.Time { return time.Date(2026, 1, 1, 0, 10, 0, 0, time.UTC) }

func readRepoFile(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
