package cmd

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const modulePath = "github.com/claimcheck/claimcheck"

// TestImportRules keeps each package in its room: what it may import of ours,
// of other people's and of the standard library.
func TestImportRules(t *testing.T) {
	const (
		jose     = "github.com/go-jose/go-jose/v4"
		jsontext = "github.com/go-json-experiment/json/jsontext"
		gojq     = "github.com/itchyny/gojq"
		color    = "github.com/fatih/color"
		width    = "golang.org/x/text/width"
		retry    = "github.com/hashicorp/go-retryablehttp"
		atomic   = "github.com/natefinch/atomic"
	)
	own := func(names ...string) []string {
		for i, name := range names {
			names[i] = modulePath + "/pkg/" + name
		}
		return names
	}
	rules := []struct {
		room    string
		allowed []string // beside the standard library
		never   []string // of the standard library
	}{
		{"strictjson", []string{jsontext}, []string{"net", "net/http", "os", "time"}},
		{"query", append(own("strictjson"), gojq), []string{"net", "net/http", "os"}},
		{"token", append(own("strictjson"), jose), []string{"net", "net/http", "os", "time"}},
		{"jwks", append(own("strictjson", "token"), jose), []string{"net", "net/http", "os"}},
		{"verify", append(own("strictjson", "token", "jwks"), jose), []string{"net", "net/http", "os"}},
		{"provider", append(own("strictjson", "jwks"), retry, atomic), nil},
		{"output", append(own("strictjson", "query"), color, width), []string{"net", "net/http", "os"}},
	}
	for _, rule := range rules {
		for file, imports := range importsOf(t, filepath.Join("..", "pkg", rule.room)) {
			for _, path := range imports {
				standard := !strings.Contains(strings.Split(path, "/")[0], ".")
				if standard && slices.Contains(rule.never, path) {
					t.Errorf("%s imports %s", file, path)
				}
				if !standard && !slices.Contains(rule.allowed, path) {
					t.Errorf("%s imports %s", file, path)
				}
			}
		}
	}
}

// importsOf returns the imports of each file of a package that is not a test.
func importsOf(t *testing.T, dir string) map[string][]string {
	t.Helper()
	files := map[string][]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		files[path] = []string{}
		for _, spec := range parsed.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			files[path] = append(files[path], name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatalf("no Go files in %s", dir)
	}
	return files
}

// TestFilesStaySmall: a file over 300 lines is probably two rooms in one.
func TestFilesStaySmall(t *testing.T) {
	for _, dir := range []string{".", filepath.Join("..", "pkg"), filepath.Join("..", "docs")} {
		for file := range importsOf(t, dir) {
			if n := strings.Count(readRepoFile(t, file), "\n"); n > 300 {
				t.Errorf("%s has %d lines", file, n)
			}
		}
	}
}
