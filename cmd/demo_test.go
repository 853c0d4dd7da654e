package cmd

import (
	"bytes"
	"context"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// A signalWriter tells when a text has been written.
type signalWriter struct {
	bytes.Buffer
	text string
	seen chan struct{}
}

func (w *signalWriter) Write(p []byte) (int, error) {
	n, err := w.Buffer.Write(p)
	if w.seen != nil && strings.Contains(w.String(), w.text) {
		close(w.seen)
		w.seen = nil
	}
	return n, err
}

func demoTestEnv(out *signalWriter) *Env {
	return &Env{
		Stdin: strings.NewReader(""), Stdout: out, Stderr: out, Width: 80, Now: time.Now,
		LookupEnv: func(string) (string, bool) { return "", false },
	}
}

// TestDemoLeavesNothing: what it made is gone, also when it was left running and
// interrupted.
func TestDemoLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	for _, args := range [][]string{{"demo"}, {"demo", "--keep"}} {
		ctx, interrupt := context.WithCancel(t.Context())
		defer interrupt()
		seen := make(chan struct{})
		out := &signalWriter{text: "$ claimcheck mint --flaw list", seen: seen}
		go func() {
			select {
			case <-seen:
				interrupt()
			case <-ctx.Done():
			}
		}()
		if code := Run(ctx, demoTestEnv(out), args); code != exitAccepted {
			t.Errorf("%v: exit code %d\n%s", args, code, out)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("%v: left behind: %v, %v", args, left, err)
		}
	}
}

// TestReaderLeaves: a closed pipe ends the program without a message, and the demo
// leaves no files behind. Other write errors are reported.
func TestReaderLeaves(t *testing.T) {
	windows := runtime.GOOS == "windows" // EPIPE does not exist there
	t.Setenv("TMPDIR", t.TempDir())
	for _, args := range [][]string{{"demo"}, {"version"}} {
		reader, writer, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		_ = reader.Close()
		for _, closed := range []bool{false, true} {
			if closed {
				_ = writer.Close() // writing fails, but not because of the reader
			}
			var stderr bytes.Buffer
			env := demoTestEnv(nil)
			env.Stdout, env.Stderr = writer, &stderr
			if code := Run(t.Context(), env, args); code != exitInternal || (stderr.Len() > 0) != (closed || windows) {
				t.Errorf("%v, closed here %v: exit code %d, %q", args, closed, code, stderr.String())
			}
		}
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
