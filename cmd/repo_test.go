package cmd

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const modulePath = "github.com/claimcheck/claimcheck"

// TestImportRules keeps each package in its room: what it may import of ours,
// of other people's and of the standard library. Every room is listed: a new one
// has to say what it is for.
func TestImportRules(t *testing.T) {
	const (
		jose     = "github.com/go-jose/go-jose/v4"
		jsontext = "github.com/go-json-experiment/json/jsontext"
		json     = "github.com/go-json-experiment/json"
		gojq     = "github.com/itchyny/gojq"
		color    = "github.com/fatih/color"
		width    = "github.com/clipperhouse/displaywidth"
		retry    = "github.com/hashicorp/go-retryablehttp"
		flight   = "golang.org/x/sync/singleflight"
		atomic   = "github.com/natefinch/atomic"
	)
	own := func(rooms ...string) []string {
		for i, room := range rooms {
			rooms[i] = modulePath + "/" + room
		}
		return rooms
	}
	pure := []string{"net", "net/http", "os"}
	rules := []struct {
		room    string
		allowed []string // in addition to the standard library
		never   []string // of the standard library
	}{
		{"pkg/strictjson", []string{jsontext}, append(pure, "time")},
		{"pkg/token", append(own("pkg/strictjson"), jose), append(pure, "time")},
		{"pkg/challenge", nil, append(pure, "time")},
		{"pkg/jwks", append(own("pkg/strictjson", "pkg/token"), jose, "filippo.io/edwards25519"), pure},
		{"pkg/verify", append(own("pkg/strictjson", "pkg/token", "pkg/jwks"), jose), pure},
		{"pkg/provider", append(own("pkg/strictjson", "pkg/jwks", "pkg/provider"), retry, atomic, flight), nil},
		{"pkg/issuertest", append(own("pkg/strictjson", "pkg/token", "pkg/jwks", "pkg/verify"), jose, atomic), nil},
		{"pkg/verifier", append(own("pkg/strictjson", "pkg/challenge", "pkg/token", "pkg/jwks", "pkg/verify", "pkg/provider"), json), []string{"os", "log"}},
		{"pkg/resource", own("pkg/strictjson", "pkg/challenge", "pkg/token", "pkg/verify", "pkg/provider"), []string{"net", "os"}},
		{"pkg/probe", own("pkg/strictjson", "pkg/challenge", "pkg/token", "pkg/jwks", "pkg/verify", "pkg/provider", "pkg/issuertest"), []string{"net", "os"}},
		{"cmd/internal/query", append(own("pkg/strictjson"), gojq), pure},
		{"cmd/internal/paste", own("pkg/strictjson", "pkg/token"), pure},
		{"cmd/internal/exchange", own("pkg/strictjson"), []string{"net", "os"}},
		{"cmd/internal/refusal", own("pkg/strictjson", "pkg/challenge", "pkg/token", "pkg/verify", "cmd/internal/exchange"), []string{"net", "os"}},
		{"cmd/internal/advice", own("pkg/strictjson", "pkg/verify", "pkg/provider", "cmd/internal/output"), pure},
		{"cmd/internal/config", []string{"go.yaml.in/yaml/v3"}, pure},
		{"cmd/internal/output", append(own("pkg/strictjson"), color, width), pure},
	}
	seen := []string{}
	for _, rule := range rules {
		seen = append(seen, rule.room)
		for file, imports := range importsOf(t, filepath.Join("..", filepath.FromSlash(rule.room))) {
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
	for _, parent := range []string{"pkg", "cmd/internal"} {
		entries, err := os.ReadDir(filepath.Join("..", filepath.FromSlash(parent)))
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			if room := parent + "/" + entry.Name(); !slices.Contains(seen, room) {
				t.Errorf("%s has no rule for what it may import", room)
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

// TestExportedNames compares the number of exported names with docs/library.md: an
// exported name is a promise, so each new one is a decision.
func TestExportedNames(t *testing.T) {
	table, err := os.ReadFile("../docs/library.md")
	if err != nil {
		t.Fatal(err)
	}
	packages := map[string]int{}
	err = filepath.WalkDir("../pkg", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		for _, declaration := range parsed.Decls {
			packages[filepath.ToSlash(filepath.Dir(path))] += exportedIn(declaration)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, count := range packages {
		name = strings.TrimPrefix(name, "../")
		if row := fmt.Sprintf("| [`%s`](../%s) | %d |", name, name, count); !strings.Contains(string(table), row) {
			t.Errorf("docs/library.md: %s has %d exported names", name, count)
		}
	}
}

// exportedIn counts the exported names in a declaration, including methods of
// exported types.
func exportedIn(declaration ast.Decl) int {
	var names []*ast.Ident
	switch d := declaration.(type) {
	case *ast.FuncDecl:
		if d.Recv != nil {
			receiver := d.Recv.List[0].Type
			if pointer, ok := receiver.(*ast.StarExpr); ok {
				receiver = pointer.X
			}
			if of, ok := receiver.(*ast.Ident); !ok || !of.IsExported() {
				return 0
			}
		}
		names = append(names, d.Name)
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				names = append(names, s.Name)
			case *ast.ValueSpec:
				names = append(names, s.Names...)
			}
		}
	}
	return len(slices.DeleteFunc(names, func(name *ast.Ident) bool { return !name.IsExported() }))
}
