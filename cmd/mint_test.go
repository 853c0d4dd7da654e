package cmd

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/issuertest"
)

// TestAllFlaws: for every product, verify answers to each file of mint --all-flaws
// with the code that the index promises.
func TestAllFlaws(t *testing.T) {
	for _, shape := range issuertest.Vendors() {
		for _, kind := range []string{"access", "id"} {
			if shape[0] == "google" && kind == "access" {
				continue // they are opaque
			}
			t.Run(shape[0]+" "+kind, func(t *testing.T) {
				dir := t.TempDir()
				flaws := filepath.Join(dir, "flaws")
				args := []string{"mint", "--new-key", filepath.Join(dir, "key.jwk"), "--alg", "ES256", "--like", shape[0], "--kind", kind, "--all-flaws", flaws}
				if code, stderr := runOn(strings.NewReader(""), args...); code != exitAccepted {
					t.Fatalf("mint: exit %d, %s", code, stderr)
				}
				keepsPromises(t, flaws)
			})
		}
	}
}

// keepsPromises verifies the files of an index.
func keepsPromises(t *testing.T, dir string) {
	t.Helper()
	var index struct {
		Issuer string
		Tokens []flawRow
	}
	if err := json.Unmarshal([]byte(readRepoFile(t, filepath.Join(dir, "index.json"))), &index); err != nil || len(index.Tokens) < 30 {
		t.Fatalf("%v, %d tokens", err, len(index.Tokens))
	}
	for _, row := range index.Tokens {
		args := append([]string{"verify", "@" + filepath.Join(dir, row.File), "--jwks", filepath.Join(dir, "jwks.json"), "--issuer", index.Issuer}, row.Verify...)
		if code, stderr := runOn(strings.NewReader(""), args...); code != row.ExitCode {
			t.Errorf("%s: exit %d, and %d is promised\n%s", row.Name, code, row.ExitCode, stderr)
		}
	}
}
