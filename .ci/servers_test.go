package ci

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// installModules installs the packages that a directory's package.json names, by
// their exact versions, and returns where node_modules is.
func installModules(t *testing.T, dir string) string {
	t.Helper()
	for _, tool := range []string{"bash", "node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not here", tool)
		}
	}
	modules := t.TempDir()
	writeTestFile(t, filepath.Join(modules, "package.json"), readRepoFile(t, filepath.Join(dir, "package.json")), 0o644)
	install := exec.Command("npm", "install", "--prefix", modules, "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", "--prefer-offline", "--fetch-retries=0")
	if out, err := install.CombinedOutput(); err != nil {
		t.Skipf("the packages cannot be installed from here: %v\n%s", err, out)
	}
	return modules
}

// runScript runs a script of testdata and returns what it prints.
func runScript(t *testing.T, path string, env ...string) string {
	t.Helper()
	command := exec.Command("bash", path)
	command.Env = append(os.Environ(), env...)
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", path, err, out, stderr.Bytes())
	}
	return string(out)
}

// TestTypeScriptSDK walks the chain of an MCP server of the TypeScript SDK, whole
// and broken. The script compares each with what it has to be.
func TestTypeScriptSDK(t *testing.T) {
	t.Parallel()
	dir := filepath.Join("..", "testdata", "mcp")
	out := runScript(t, filepath.Join(dir, "run"), "MODULES="+installModules(t, dir))
	if strings.Count(out, "broken at") != 5 {
		t.Errorf("got\n%s", out)
	}
}

// TestSamples probes the samples of Authgear's documentation once more: what they
// accept is what docs/authgear.md says.
func TestSamples(t *testing.T) {
	t.Parallel()
	const python = "/usr/bin/python3" // has Debian's packages
	if err := exec.Command(python, "-c", "import flask, jwt, cryptography, jose, requests").Run(); err != nil {
		t.Skipf("%s lacks packages of the samples", python)
	}
	dir := filepath.Join("..", "testdata", "samples")
	table := runScript(t, filepath.Join(dir, "run"), "WORK="+installModules(t, dir), "PYTHON="+python)
	if !strings.Contains(readRepoFile(t, filepath.Join("..", "docs", "authgear.md")), "\n"+table) {
		t.Errorf("docs/authgear.md does not have\n%s", table)
	}
}
