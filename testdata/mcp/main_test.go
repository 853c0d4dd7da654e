// Package mcp walks the chain of an MCP server that others wrote: one of the Go SDK,
// which takes its tokens from claimcheck's issuer.
package mcp

import (
	"bytes"
	"encoding/json"
	"errors"
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
	dir, err := os.MkdirTemp("", "mcp")
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

// A document is what the program says in JSON: the links of resource, or the probes
// of probe.
type document struct {
	Verdict string `json:"verdict"`
	Broken  string `json:"broken"`
	Links   []struct {
		ID      string `json:"id"`
		Status  string `json:"status"`
		Message string `json:"message"`
	} `json:"links"`
	Probes []struct {
		ID     string `json:"id"`
		Status string `json:"status"`
	} `json:"probes"`
}

// with are the links with a status.
func (d document) with(status string) []string {
	ids := []string{}
	for _, l := range d.Links {
		if l.Status == status {
			ids = append(ids, l.ID)
		}
	}
	return ids
}

// runClaimcheck returns what the program says in JSON, and its exit code.
func runClaimcheck(t *testing.T, args ...string) (document, int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	command := exec.Command(claimcheck, append(args, "-o", "json", "--no-cache")...)
	command.Env, command.Stdout, command.Stderr = []string{}, &stdout, &stderr
	err := command.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	var d document
	if err := json.Unmarshal(stdout.Bytes(), &d); err != nil {
		t.Fatalf("%v: exit %d\n%s%s", err, command.ProcessState.ExitCode(), stdout.String(), stderr.String())
	}
	t.Logf("claimcheck %s: exit %d\n%s", args[0], command.ProcessState.ExitCode(), stdout.String())
	return d, command.ProcessState.ExitCode()
}
