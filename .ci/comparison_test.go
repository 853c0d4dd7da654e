package ci

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestComparison makes the line of docs/comparison.md that is about claimcheck
// once more, by the script that made the others.
func TestComparison(t *testing.T) {
	for _, tool := range []string{"bash", "openssl", "xxd"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not here", tool)
		}
	}
	dir := t.TempDir()
	wrapper := "#!/bin/sh\n[ \"$1\" != verify ] || set -- \"$@\" --at \"$NOW\"\nexec '" + buildProgram(t) + "' \"$@\"\n"
	writeTestFile(t, filepath.Join(dir, "claimcheck"), wrapper, 0o755)
	command := exec.Command("bash", filepath.Join("..", "testdata", "comparison", "compare"))
	command.Env = []string{
		"PATH=" + dir + string(os.PathListSeparator) + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + dir, "NOW=1767225600",
	}
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	page := readRepoFile(t, filepath.Join("..", "docs", "comparison.md"))
	for _, line := range strings.Split(string(out), "\n")[:2] { // whoever has the others installed gets their lines too
		if !strings.Contains(page, "    "+line+"\n") {
			t.Errorf("docs/comparison.md does not say %q", line)
		}
	}
}
