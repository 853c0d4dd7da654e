package cmd

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// buildProgram builds the program for this system.
func buildProgram(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "claimcheck")
	if out, err := exec.Command("go", "build", "-o", program, "..").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// TestScriptOfTheCIPage runs the shell script of docs/verifying-in-ci.md with a
// real shell and the real program. Only the issuer is not there: a wrapper gives
// the program its key set and a clock.
func TestScriptOfTheCIPage(t *testing.T) {
	page := readRepoFile(t, filepath.Join(repoTop(), "docs", "verifying-in-ci.md"))
	_, rest, _ := strings.Cut(page, "```sh\n")
	script, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("the page has no script")
	}
	world := newDocsWorld(t)
	dir := t.TempDir()
	wrapper := "#!/bin/sh\nexec '" + buildProgram(t) + "' \"$@\" --jwks '" + filepath.Join(world.dir, "keys.json") + "' --at \"$AT\"\n"
	for name, text := range map[string]string{"claimcheck": wrapper, "script": script} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		file, at, says string
		code           int
	}{
		{"token.jwt", "2026-01-01T00:10:00Z", "accepted", 0},
		{"token.jwt", "2026-01-01T00:59:30Z", "expired: get a new token", 1}, // less than a minute is left
		{"expired.jwt", "2026-01-01T00:10:00Z", "expired: get a new token", 1},
		{"slash.jwt", "2026-01-01T00:10:00Z", "wrong issuer or audience", 1},
		{"stranger.jwt", "2026-01-01T00:10:00Z", "bad signature", 1},
		{"unsigned.jwt", "2026-01-01T00:10:00Z", "refused (exit 11)", 1},
		{"opaque.txt", "2026-01-01T00:10:00Z", "refused (exit 10)", 1},
		{"token.jwt", "some day", "no answer (exit 2)", 2},
	} {
		command := exec.Command("sh", filepath.Join(dir, "script"))
		command.Env = []string{
			"PATH=" + dir + string(os.PathListSeparator) + os.Getenv("PATH"), "HOME=" + dir, "AT=" + test.at,
			"TOKEN=" + readRepoFile(t, filepath.Join(world.dir, test.file)),
		}
		out, err := command.Output()
		code := 0
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			code = exit.ExitCode()
		} else if err != nil {
			t.Fatal(err)
		}
		if code != test.code || !strings.HasPrefix(string(out), test.says) {
			t.Errorf("%s at %s: exit %d, %q", test.file, test.at, code, out)
		}
	}
}
