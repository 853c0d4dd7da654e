package cmd

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func helpEnv(width int) (*Env, *bytes.Buffer) {
	out := &bytes.Buffer{}
	return &Env{
		Stdin: strings.NewReader(""), Stdout: out, Stderr: out, StdoutIsTerminal: true, Width: width,
		LookupEnv: func(string) (string, bool) { return "", false }, Now: func() time.Time { return time.Unix(0, 0) },
	}, out
}

// TestHelpFitsTheTerminal: no line of help is wider than the terminal, but for
// commands to copy and the usage line.
func TestHelpFitsTheTerminal(t *testing.T) {
	env, _ := helpEnv(80)
	var check func(c *cobra.Command)
	check = func(c *cobra.Command) {
		for _, width := range []int{80, 200} {
			own, out := helpEnv(width)
			args := append(strings.Fields(c.CommandPath())[1:], "--help")
			if c.IsAdditionalHelpTopicCommand() {
				args = []string{"help", c.Name()}
			}
			if code := Run(t.Context(), own, args); code != exitAccepted || out.Len() == 0 {
				t.Errorf("%v: exit %d, %s", args, code, out)
			}
			for line := range strings.SplitSeq(out.String(), "\n") {
				command := strings.HasPrefix(strings.TrimSpace(line), "claimcheck ") || strings.Contains(line, "  claimcheck completion ")
				if n := utf8.RuneCountInString(line); n > width && !command {
					t.Errorf("%v at %d columns: %d in %q", args, width, n, line)
				}
			}
		}
		for _, child := range c.Commands() {
			if child.IsAvailableCommand() || child.IsAdditionalHelpTopicCommand() {
				check(child)
			}
		}
	}
	check(newRootCmd(env))
}

func TestFoldHelp(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  string
	}{
		{"one two\nthree", 80, "one two three"},
		{"one two\nthree\n\nfour", 7, "one two\nthree\n\nfour"},
		{"  name  what it is for", 16, "  name  what it\n        is for"},
		{"  a  b  c d e f g h", 12, "  a  b  c d\n        e f\n        g h"},
		{"averylongwordthatisnotcut", 5, "averylongwordthatisnotcut"},
		{"ééé éé", 4, "ééé\néé"},
	} {
		if got := foldHelp(c.text, c.width); got != c.want {
			t.Errorf("%q at %d:\n%s\nwant\n%s", c.text, c.width, got, c.want)
		}
	}
}

// TestHelpIsShort: the help of the command with the most flags is a screen or two,
// and what stands last, the examples, stays on the screen.
func TestHelpIsShort(t *testing.T) {
	env, out := helpEnv(80)
	if code := Run(t.Context(), env, []string{"verify", "--help"}); code != exitAccepted {
		t.Fatalf("exit %d", code)
	}
	const most = 60
	lines := strings.Split(strings.TrimRight(out.String(), "\n"), "\n")
	if len(lines) > most {
		t.Errorf("%d lines, more than %d", len(lines), most)
	}
	if last := lines[len(lines)-1]; !strings.Contains(last, "claimcheck verify ") {
		t.Errorf("the last line is no example: %q", last)
	}
	newVerifyCmd(env).Flags().VisitAll(func(f *pflag.Flag) {
		if !strings.Contains(out.String(), "--"+f.Name) {
			t.Errorf("--%s is not in the help", f.Name)
		}
	})
}

// TestEveryCommandHasAGroup: one without would not be in the help.
func TestEveryCommandHasAGroup(t *testing.T) {
	env, _ := helpEnv(80)
	for _, c := range newRootCmd(env).Commands() {
		if c.GroupID == "" && !c.IsAdditionalHelpTopicCommand() {
			t.Errorf("%s is in no group", c.Name())
		}
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

// TestHelpThatCannotBeWritten is no success.
func TestHelpThatCannotBeWritten(t *testing.T) {
	for _, args := range [][]string{{"help", "tokens"}, {"--help"}, {"verify", "--help"}, {"help"}} {
		env, stderr := helpEnv(80)
		env.Stdout = brokenWriter{}
		if code := Run(t.Context(), env, args); code != exitInternal || !strings.Contains(stderr.String(), "no space left") {
			t.Errorf("%v: exit %d, %q", args, code, stderr)
		}
	}
}
