package cmd

import (
	"os"
	"path/filepath"
	"testing"
)

func readRepoFile(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestTablesAreCurrent: the tables under docs are those of the program.
func TestTablesAreCurrent(t *testing.T) {
	for name, want := range map[string]string{
		"exit-codes.md": ExitCodesMarkdown(),
		"checks.md":     ChecksMarkdown(),
	} {
		if got := readRepoFile(t, filepath.Join("..", "docs", name)); got != want {
			t.Errorf("docs/%s is stale: go run ./docs/gen", name)
		}
	}
}
