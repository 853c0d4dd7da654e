package cmd

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/claimcheck/claimcheck/pkg/verify"
)

// TestVocabulary holds what is written as a string to what exists: the names of
// checks, and the diagnoses that advice knows.
func TestVocabulary(t *testing.T) {
	var checks, kinds []string
	for _, info := range verify.Catalogue() {
		checks = append(checks, info.ID)
	}
	kinds = append(kinds, verify.DiagnosisCauses()...)
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
			advise := func(e ast.Expr) {
				if word, ok := literal(e); ok && inAdvice {
					advised[word] = true
					if !slices.Contains(kinds, word) && !slices.Contains(checks, word) {
						t.Errorf("%s: %q is neither a diagnosis nor a check", name, word)
					}
				}
			}
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
						advise(e)
					}
				case *ast.KeyValueExpr: // in a map
					advise(node.Key)
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

// TestDocumentedWords holds the words that the code has for a field, constants by
// their prefix and what functions return, to the field's documentation: each is in it.
func TestDocumentedWords(t *testing.T) {
	for _, c := range []struct {
		dir, owner, field string
		prefix            string
		returnedBy        []string
	}{
		{"token", "Fault", "Area", "area", nil},
		{"token", "Fault", "Cause", "cause", nil},
		{"jwks", "Fault", "Code", "fault", nil},
		{"jwks", "Finding", "Severity", "severity", nil},
		{"jwks", "FormatError", "Format", "format", []string{"otherFormat", "formatOfLabel"}},
		{"issuertest", "Flaw", "Needs", "needs", []string{"needs"}},
		{"provider", "IntrospectionRequest", "AuthMethod", "auth", nil},
	} {
		t.Run(c.dir+"."+c.owner+"."+c.field, func(t *testing.T) {
			names, err := filepath.Glob("../pkg/" + c.dir + "/*.go")
			if err != nil {
				t.Fatal(err)
			}
			documented := ""
			words := map[string]bool{}
			add := func(e ast.Expr) {
				ast.Inspect(e, func(node ast.Node) bool {
					if e, ok := node.(ast.Expr); ok {
						if word, ok := literal(e); ok && word != "" {
							words[word] = true
						}
					}
					return true
				})
			}
			for _, name := range names {
				if strings.HasSuffix(name, "_test.go") {
					continue
				}
				file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
				if err != nil {
					t.Fatal(err)
				}
				ast.Inspect(file, func(node ast.Node) bool {
					switch node := node.(type) {
					case *ast.TypeSpec:
						if s, ok := node.Type.(*ast.StructType); ok && node.Name.Name == c.owner {
							documented += fieldComment(s, c.field)
						}
					case *ast.ValueSpec:
						if rest, ok := strings.CutPrefix(node.Names[0].Name, c.prefix); ok && rest != "" && unicode.IsUpper(rune(rest[0])) {
							for _, value := range node.Values {
								add(value)
							}
						}
					case *ast.FuncDecl:
						if slices.Contains(c.returnedBy, node.Name.Name) {
							ast.Inspect(node, func(node ast.Node) bool {
								if r, ok := node.(*ast.ReturnStmt); ok {
									add(r.Results[0])
								}
								return true
							})
						}
					case *ast.CompositeLit:
						if id, ok := node.Type.(*ast.Ident); ok && id.Name == c.owner {
							for _, e := range node.Elts {
								if pair, ok := e.(*ast.KeyValueExpr); ok && fmt.Sprint(pair.Key) == c.field {
									add(pair.Value)
								}
							}
						}
					}
					return true
				})
			}
			if len(words) < 3 {
				t.Errorf("the code has only %v", words)
			}
			for word := range words {
				if !regexp.MustCompile(`(^|[\s"(])` + regexp.QuoteMeta(word) + `($|[\s",.;:)])`).MatchString(documented) {
					t.Errorf("%q is not documented: %s", word, documented)
				}
			}
		})
	}
}

// fieldComment is the documentation of a field, above it or behind it, on one line.
func fieldComment(s *ast.StructType, name string) string {
	for _, f := range s.Fields.List {
		if slices.ContainsFunc(f.Names, func(id *ast.Ident) bool { return id.Name == name }) {
			return strings.Join(strings.Fields(f.Doc.Text()+" "+f.Comment.Text()), " ")
		}
	}
	return ""
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}
