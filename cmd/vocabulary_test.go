package cmd

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/verify"
)

// TestVocabulary holds what is written as a string to what exists: the names of
// checks, and the diagnoses that advice knows.
func TestVocabulary(t *testing.T) {
	var checks, kinds []string
	for _, info := range verify.Catalogue() {
		checks = append(checks, info.ID)
	}
	kinds = append(kinds, verify.DiagnosisKinds()...)
	advised := map[string]bool{}
	for _, pattern := range []string{"*.go", "internal/*/*.go", "../pkg/verifier/*.go"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			inAdvice := strings.Contains(filepath.ToSlash(name), "/advice/") && filepath.Base(name) != "unavailable.go" // that is about fetching
			ast.Inspect(file, func(node ast.Node) bool {
				switch node := node.(type) {
				case *ast.CallExpr: // r.Check("issuer")
					if f, ok := node.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Check" && len(node.Args) == 1 {
						if id, ok := literal(node.Args[0]); ok && !slices.Contains(checks, id) {
							t.Errorf("%s: there is no check %q", name, id)
						}
					}
				case *ast.CaseClause:
					for _, e := range node.List {
						if word, ok := literal(e); ok && inAdvice {
							advised[word] = true
							if !slices.Contains(kinds, word) && !slices.Contains(checks, word) {
								t.Errorf("%s: %q is neither a diagnosis nor a check", name, word)
							}
						}
					}
				}
				return true
			})
		}
	}
	silent := []string{"keys_unusable", "audience_is_elsewhere", "known_service"} // the message, or the note, says it all
	for _, kind := range kinds {
		if advised[kind] == slices.Contains(silent, kind) {
			t.Errorf("advice for %q: %t", kind, advised[kind])
		}
	}
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}
