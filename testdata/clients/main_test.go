// Package clients lets software that others wrote use claimcheck's issuer: relying
// parties log users in, and verifiers are given every flaw.
package clients

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// claimcheck is the program that TestMain builds.
var claimcheck string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "clients")
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

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
