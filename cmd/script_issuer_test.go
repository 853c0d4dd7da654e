package cmd

import (
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/claimcheck/claimcheck/pkg/issuertest"
)

// issuersKey is under which a script keeps its issuers, by name.
type issuersKey struct{}

// scriptIssuer is "issuer NAME [SHAPE]": an issuer that runs until the script ends,
// by the script's clock. $NAME is its URL; $NAME_STATE is its state directory, for
// mint; NAME.secret is a file with the client's secret.
func scriptIssuer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 || len(args) > 2 {
		ts.Fatalf("usage: issuer NAME [SHAPE]")
	}
	name := args[0]
	config := issuertest.Config{Algorithm: "ES256", State: ts.MkAbs(name + ".state"), Now: func() time.Time {
		now, err := time.Parse(time.RFC3339, ts.Getenv("NOW"))
		ts.Check(err)
		return now
	}}
	if len(args) == 2 {
		config.Like = args[1]
	}
	issuer, err := issuertest.Start(config)
	ts.Check(err)
	ts.Defer(func() { _ = issuer.Close() })
	issuersOf(ts)[name] = issuer
	ts.Setenv(name, issuer.URL)
	ts.Setenv(name+"_STATE", filepath.Clean(config.State))
	ts.Check(writeNewFile(ts.MkAbs(name+".secret"), []byte(issuer.ClientSecret)))
}

func issuersOf(ts *testscript.TestScript) map[string]*issuertest.Issuer {
	return ts.Value(issuersKey{}).(map[string]*issuertest.Issuer)
}

func issuerNamed(ts *testscript.TestScript, name string) *issuertest.Issuer {
	issuer := issuersOf(ts)[name]
	if issuer == nil {
		ts.Fatalf("no issuer %s", name)
	}
	return issuer
}

// scriptRotate implements "rotate NAME" and "! rotate NAME": the issuer gets a new
// key and keeps or drops the old one.
func scriptRotate(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: [!] rotate NAME")
	}
	ts.Check(issuerNamed(ts, args[0]).Rotate(!neg))
}

// scriptRevoke is "revoke NAME FILE".
func scriptRevoke(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: revoke NAME FILE")
	}
	issuerNamed(ts, args[0]).Revoke(strings.TrimSpace(ts.ReadFile(args[1])))
}
