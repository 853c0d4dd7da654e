// Package terminal runs claimcheck in a real pseudo-terminal.
package terminal

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/creack/pty"
)

// claimcheck is the program that TestMain builds.
var claimcheck string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "terminal")
	if err != nil {
		return broken(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	claimcheck = filepath.Join(dir, "claimcheck")
	if output, err := exec.Command("go", "build", "-C", "../..", "-o", claimcheck, ".").CombinedOutput(); err != nil {
		return broken(fmt.Errorf("building claimcheck: %w\n%s", err, output))
	}
	return m.Run()
}

func broken(err error) int {
	_, _ = fmt.Fprintln(os.Stderr, err)
	return 1
}

// A screen is a program in a terminal, and what it has written so far.
type screen struct {
	t       *testing.T
	file    *os.File
	command *exec.Cmd
	text    string
}

// open starts claimcheck in a terminal of so many columns, in a directory with an
// expired token for another API.
func open(t *testing.T, columns uint16, environment []string, args ...string) *screen {
	t.Helper()
	dir := t.TempDir()
	for _, mint := range [][]string{
		{"--new-key", "key.jwk", "--flaw", "expired,wrong-audience"}, {"--key", "key.jwk", "--public"}, {"--key", "key.jwk"},
	} {
		command := exec.Command(claimcheck, append([]string{"mint"}, mint...)...)
		command.Dir = dir
		output, err := command.Output()
		if err != nil {
			t.Fatal(err)
		}
		name := map[string]string{"--new-key": "two.jwt", "--key": "good.jwt"}[mint[0]]
		if mint[len(mint)-1] == "--public" {
			name = "keys.json"
		}
		if err := os.WriteFile(filepath.Join(dir, name), output, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := &screen{t: t, command: exec.Command(claimcheck, args...)}
	s.command.Dir = dir
	s.command.Env = append([]string{"HOME=" + dir, "TERM=xterm-256color", "LANG=C.UTF-8"}, environment...)
	var err error
	if s.file, err = pty.StartWithSize(s.command, &pty.Winsize{Rows: 24, Cols: columns}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.file.Close(); _ = s.command.Process.Kill() })
	return s
}

// waitFor reads on until a text has been written.
func (s *screen) waitFor(text string) {
	s.t.Helper()
	buffer := make([]byte, 4096)
	for !strings.Contains(s.text, text) {
		n, err := s.file.Read(buffer)
		s.text += string(buffer[:n])
		if err != nil {
			s.t.Fatalf("%v before %q was written; there was\n%q", err, text, s.text)
		}
	}
}

// end reads the rest and returns all lines and the exit code.
func (s *screen) end() ([]string, int) {
	s.t.Helper()
	rest, _ := io.ReadAll(s.file) // Linux says EIO at the end
	s.text += string(rest)
	var exit *exec.ExitError
	if err := s.command.Wait(); err != nil && !errors.As(err, &exit) {
		s.t.Fatal(err)
	}
	text := strings.ReplaceAll(s.text, "\r\n", "\n")
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n"), s.command.ProcessState.ExitCode()
}

// erase goes to the beginning of a line and clears it.
const erase = "\r\x1b[K"

var colours = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// TestWidth: no line is wider than the terminal, but for commands to copy; and the
// verdict with two failures fits on a screen of 80×24.
func TestWidth(t *testing.T) {
	for columns, most := range map[uint16]int{40: 40, 80: 22, 200: 22} {
		lines, code := open(t, columns, []string{"NO_COLOR=1"}, "verify", "@two.jwt", "--jwks", "keys.json", "--issuer", "http://127.0.0.1:8811", "--audience", "demo-api").end()
		if code != 15 || len(lines) > most {
			t.Errorf("%d columns: exit code %d, %d lines", columns, code, len(lines))
		}
		commands := 0
		for _, line := range lines {
			if strings.HasPrefix(strings.TrimSpace(line), "claimcheck verify ") {
				commands++
			} else if utf8.RuneCountInString(line) > int(columns) {
				t.Errorf("%d columns: %q", columns, line)
			}
		}
		if commands != 1 {
			t.Errorf("%d columns: %d commands stand on a line of their own\n%s", columns, commands, strings.Join(lines, "\n"))
		}
	}
}

// TestColour: a terminal gets colours, unless the user wants none or it can't show them.
func TestColour(t *testing.T) {
	args := []string{"verify", "@good.jwt", "--jwks", "keys.json", "--issuer", "http://127.0.0.1:8811", "--audience", "demo-api"}
	for environment, coloured := range map[string]bool{"A=b": true, "NO_COLOR=1": false, "TERM=dumb": false} {
		lines, code := open(t, 80, []string{environment}, args...).end()
		if code != 0 || colours.MatchString(lines[0]) != coloured {
			t.Errorf("%s: exit code %d, %q", environment, code, lines[0])
		}
		if plain := colours.ReplaceAllString(lines[0], ""); !strings.HasPrefix(plain, "✓ ACCEPTED  ") {
			t.Errorf("%s: %q", environment, plain)
		}
	}
}

// TestProgress: what takes more than a second is named on one line, which is gone
// when the answer is there.
func TestProgress(t *testing.T) {
	answer := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-answer:
		case <-r.Context().Done():
		}
		http.NotFound(w, r)
	}))
	defer server.Close()
	for _, columns := range []int{40, 80} {
		s := open(t, uint16(columns), nil, "discover", server.URL+"/a-path-that-is-longer-than-the-line")
		s.waitFor("waiting (1s) for ")
		want := 4
		if columns == 40 {
			s.waitFor("waiting (2s) for ")
			want = 130
			if err := s.command.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
		} else {
			close(answer)
		}
		lines, code := s.end()
		if code != want {
			t.Errorf("%d columns: exit code %d, want %d", columns, code, want)
		}
		shown := strings.Split(colours.ReplaceAllString(lines[0], ""), erase)
		for n, text := range shown {
			waiting := strings.HasPrefix(text, "waiting")
			if waiting && utf8.RuneCountInString(text) >= columns {
				t.Errorf("%d columns: the progress line is too long to be erased: %q", columns, text)
			}
			if waiting && n == len(shown)-1 {
				t.Errorf("%d columns: the progress line is still there: %q", columns, lines[0])
			}
		}
	}
}
