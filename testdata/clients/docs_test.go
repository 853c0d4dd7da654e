package clients

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocs runs the shell blocks of docs/issuer.md as they stand, but for the port and jq:
// the issuer of the first block answers the next two, and the others stand alone.
func TestDocs(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "issuer.md"))
	must(t, err)
	blocks := regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllSubmatch(page, -1)
	if len(blocks) != 4 {
		t.Fatalf("%d shell blocks, and this test knows 4", len(blocks))
	}
	dir := t.TempDir()
	p := startProcess(t, dir, "--state", filepath.Join(dir, "issuer"))
	runShell(t, dir, p.line.Issuer, string(blocks[1][1]), map[int]int{1: 0, 2: 16, 3: 19, 4: 0})
	must(t, p.Process.Signal(os.Interrupt))
	must(t, p.Wait())

	dir = t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "run-my-tests"), []byte("#!/bin/sh\nclaimcheck verify env:TOKEN --issuer \"$ISSUER\" --audience demo-api -q\n"), 0o700)) // #nosec G306 -- a program
	runShell(t, dir, "", string(blocks[2][1]), map[int]int{5: 0})

	dir = t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "real.jwt"), []byte("eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIn0.\n"), 0o600))
	runShell(t, dir, "", string(blocks[3][1]), map[int]int{0: 0, 1: 0, 2: 0, 3: 0})
	for _, name := range []string{"keys.json", "flaws/index.json"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
}

// TestReadme runs the README's jobs as they stand, but for the port: what its shell
// blocks prepare, and each command that stands behind a "$ ".
func TestReadme(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	must(t, err)
	blocks := regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllSubmatch(page, -1)
	if len(blocks) != 2 || string(blocks[0][1]) != "claimcheck issuer --state ./issuer &\n" {
		t.Fatal("this test knows a block that starts the issuer, and one that mints")
	}
	jobs := string(blocks[1][1])
	for _, line := range regexp.MustCompile(`(?m)^\$ (claimcheck|curl) .*$`).FindAllString(string(page), -1) {
		jobs += strings.TrimPrefix(line, "$ ") + "\n"
	}
	dir := t.TempDir()
	p := startProcess(t, dir, "--state", filepath.Join(dir, "issuer"))
	runShell(t, dir, p.line.Issuer, jobs, map[int]int{0: 0, 1: 0, 2: 0, 3: 0, 4: 16, 5: 0, 6: 0, 7: 14, 8: 16, 9: 0, 10: 0, 11: 19})
	must(t, p.Process.Signal(os.Interrupt))
	must(t, p.Wait())
}

// jqMember is the use of jq for a member of an object.
var jqMember = regexp.MustCompile(`jq -r \.(\w+)`)

// runShell runs the lines of a block in one shell and compares their exit codes,
// by the number of the line.
func runShell(t *testing.T, dir, issuer, block string, want map[int]int) {
	t.Helper()
	script := &strings.Builder{}
	for n, line := range strings.Split(strings.TrimSpace(block), "\n") {
		if issuer != "" {
			line = strings.ReplaceAll(line, "http://127.0.0.1:8811", issuer)
		}
		line = jqMember.ReplaceAllString(line, `sed 's/.*"$1":"\([^"]*\)".*/\1/'`) // not every machine has jq
		fmt.Fprintf(script, "%s\n", line)
		if code, checked := want[n]; checked {
			fmt.Fprintf(script, "code=$?; [ $code = %d ] || { echo \"line %d: exit code $code\"; exit 1; }\n", code, n)
		}
	}
	command := exec.Command("bash", "-c", script.String()+"\nwait")
	command.Dir = dir
	command.Env = append(os.Environ(), "PATH="+filepath.Dir(claimcheck)+":"+os.Getenv("PATH"), "XDG_CACHE_HOME="+filepath.Join(dir, "cache"))
	if output, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s\n%s", err, script, output)
	}
}
