package cmd

import (
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// scriptFill puts a token where a text has the word TOKEN.
func scriptFill(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) == 0 || len(args)%2 != 0 {
		ts.Fatalf("usage: fill TOKENFILE FILE…")
	}
	for i := 0; i < len(args); i += 2 {
		token, file := strings.TrimSpace(ts.ReadFile(args[i])), args[i+1]
		text := ts.ReadFile(file)
		if !strings.Contains(text, "TOKEN") {
			ts.Fatalf("%s has no TOKEN in it", file)
		}
		ts.Check(os.WriteFile(ts.MkAbs(file), []byte(strings.ReplaceAll(text, "TOKEN", token)), 0o600))
	}
}
