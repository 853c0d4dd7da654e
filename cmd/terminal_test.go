package cmd

import (
	"errors"
	"io"
	"strings"
	"testing"
)

// pieces is a reader that gives one piece at a time, and fails where more is read
// than there is: a terminal would wait there.
type pieces []string

func (p *pieces) Read(b []byte) (int, error) {
	if len(*p) == 0 {
		return 0, errors.New("it waits for more")
	}
	piece := (*p)[0]
	*p = (*p)[1:]
	if piece == "" {
		return 0, io.EOF
	}
	return copy(b, piece), nil
}

func TestReadPasted(t *testing.T) {
	long := strings.Repeat("a", 9000)
	for name, c := range map[string]struct {
		typed pieces
		want  string
	}{
		"a token, then Enter":          {pieces{"a.b.c", "\r"}, "a.b.c\n"},
		"with a line break, and Enter": {pieces{"a.b.c\r", "\r"}, "a.b.c\n\n"},
		"an empty line within":         {pieces{"a\r\rb"}, "a\n\n"},
		"wrapped":                      {pieces{"aaa\rbbb\rcc", "\r"}, "aaa\nbbb\ncc\n"},
		"Windows line breaks":          {pieces{"a\r\nb\r\n", "\r"}, "a\nb\n\n"},
		"Ctrl-D":                       {pieces{"a.b.c", "\x04"}, "a.b.c"},
		"the end of the input":         {pieces{"a.b.c", ""}, "a.b.c"},
		"longer than a line can be":    {pieces{long[:4096], long[4096:8192], long[8192:], "\r"}, long + "\n"},
		"a mistake, taken back":        {pieces{"ab", "\x7f", "é", "\x7f", "c", "\r"}, "ac\n"},
		"a line, taken back":           {pieces{"abc", "\x15", "d", "\r"}, "d\n"},
		"nothing to take back":         {pieces{"\x7f", "a", "\r"}, "a\n"},
		"a bracketed paste":            {pieces{"\x1b[200~a.b.c\x1b[201~", "\r"}, "a.b.c\n"},
		"nothing":                      {pieces{"\r"}, "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := readPasted(&c.typed, 1<<16)
			if err != nil || got != c.want {
				t.Errorf("got %.40q, %v, expected %.40q", got, err, c.want)
			}
		})
	}
	if _, err := readPasted(&pieces{"a.b", "\x03"}, 100); !errors.Is(err, errInterrupted) {
		t.Errorf("Ctrl-C: %v", err)
	}
	if got, err := readPasted(&pieces{strings.Repeat("a", 200)}, 100); err != nil || len(got) <= 100 {
		t.Errorf("too much: %d bytes, %v", len(got), err)
	}
}

// TestTerminalIsRestored: also after Ctrl-C, which ends the program with its own
// code, and nothing that was pasted is shown by the way.
func TestTerminalIsRestored(t *testing.T) {
	for name, c := range map[string]struct {
		typed pieces
		code  int
	}{
		"a token": {pieces{"eyJhbGciOiJub25lIn0.e30.", "\r"}, exitAccepted},
		"Ctrl-C":  {pieces{"eyJhbGci", "\x03"}, exitInterrupted},
		"nothing": {pieces{"\r"}, exitUnreadable},
	} {
		t.Run(name, func(t *testing.T) {
			env, out := helpEnv(80)
			stderr := &strings.Builder{}
			env.Stderr = stderr
			env.Stdin, env.StdinIsTerminal = &c.typed, true
			raw, restored := 0, 0
			env.RawTerminal = func() (func(), error) { raw++; return func() { restored++ }, nil }
			if code := Run(t.Context(), env, []string{"decode", "-"}); code != c.code {
				t.Errorf("exit %d, expected %d: %s%s", code, c.code, stderr, out)
			}
			if raw != 1 || restored != 1 {
				t.Errorf("made raw %d times, restored %d times", raw, restored)
			}
			if !strings.HasPrefix(stderr.String(), "claimcheck: paste the token, then Enter\n") || strings.Contains(stderr.String(), "eyJ") {
				t.Errorf("stderr is %q", stderr)
			}
		})
	}
}
