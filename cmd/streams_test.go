package cmd

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestStreams: a library that prints on the process's own stderr would print a second
// time what the program says. pflag does so for an h among unknown letters.
func TestStreams(t *testing.T) {
	child := exec.Command(os.Args[0], "-test.run=^TestStreamsChild$")
	child.Env = append(os.Environ(), "STREAMS_CHILD=1")
	var beside bytes.Buffer
	child.Stderr = &beside
	if out, err := child.Output(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if beside.Len() > 0 {
		t.Errorf("on the stderr of the process:\n%s", beside.String())
	}
}

// TestStreamsChild is the process of TestStreams.
func TestStreamsChild(t *testing.T) {
	if os.Getenv("STREAMS_CHILD") == "" {
		return
	}
	for _, args := range [][]string{{"decode", "-vh"}, {"decode", "-vh", "-o", "json"}, {"verify", "--unknown", "-h"}, {"jwks"}, {"xx", "-h"}} {
		var out, stderr bytes.Buffer
		env := &Env{
			Stdin: strings.NewReader(""), Stdout: &out, Stderr: &stderr,
			LookupEnv: func(string) (string, bool) { return "", false },
		}
		if code := Run(context.Background(), env, args); code == exitAccepted || stderr.Len() == 0 {
			t.Errorf("%q: exit %d, stderr %q", args, code, stderr.String())
		}
	}
}
