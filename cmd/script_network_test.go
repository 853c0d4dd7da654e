package cmd

import "github.com/rogpeppe/go-internal/testscript"

func scriptNetwork(_ *testscript.TestScript, _ *Env) {}

func scriptServe(ts *testscript.TestScript, _ bool, _ []string) { ts.Fatalf("no server yet") }
