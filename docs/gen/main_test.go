package main

import (
	"os"
	"path/filepath"
	"testing"
)

const top = "."

// TestGeneratedFilesAreCurrent: what is made from the program is what the
// program would make now, and nothing of an earlier one is left.
func TestGeneratedFilesAreCurrent(t *testing.T) {
	t.Chdir("../..")
	files, err := pages()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(top, name))
		if err != nil {
			t.Errorf("%v: go run ./docs/gen", err)
		} else if string(got) != string(want) {
			t.Errorf("%s is stale: go run ./docs/gen", name)
		}
	}
	for _, dir := range generatedDirs() {
		entries, err := os.ReadDir(filepath.Join(top, dir))
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			if _, made := files[dir+"/"+entry.Name()]; !made {
				t.Errorf("%s/%s is not generated any more: go run ./docs/gen", dir, entry.Name())
			}
		}
	}
}
