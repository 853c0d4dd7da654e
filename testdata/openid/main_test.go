// Package openid runs the real claimcheck against an OpenID provider that
// others wrote: the example of github.com/zitadel/oidc, in a process of its own.
// A user logs in to it as with a browser, and what it issues is used as it is,
// with the clock of this machine.
package openid

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// programs is the directory of the two programs that TestMain builds.
var programs string

func program(name string) string { return filepath.Join(programs, name) }

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "openid")
	if err != nil {
		return broken(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	programs = dir
	for name, build := range map[string][]string{
		"claimcheck": {"build", "-C", "../..", "-o", program("claimcheck"), "."},
		"provider":   {"build", "-o", program("provider"), "./provider"},
	} {
		if output, err := exec.Command("go", build...).CombinedOutput(); err != nil {
			return broken(fmt.Errorf("building %s: %w\n%s", name, err, output))
		}
	}
	return m.Run()
}

func broken(err error) int {
	_, _ = fmt.Fprintln(os.Stderr, err)
	return 1
}
