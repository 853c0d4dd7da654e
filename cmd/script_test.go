package cmd

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/claimcheck/claimcheck/pkg/issuertest"
)

// TestScripts runs the program whole, in-process, as testdata/script says.
//
//	exits N [<FILE] ARGS…          run claimcheck, perhaps with stdin from FILE; demand the exit code
//	mint FILE KEY HEADER CLAIMS    write a token signed by a private JWK (or "none")
//	public FILE KEY…               write the set of the public keys
//	serve [-http] NAME DIR         serve a directory on loopback; $NAME is its origin
//	requests NAME N                demand the number of requests since the last time
//	issuer NAME [SHAPE]            an issuer that runs; $NAME its URL, $NAME_STATE for mint, NAME.secret its client's secret
//	[!] rotate NAME                give it a new key, beside the old one or (!) in its place
//	revoke NAME FILE               revoke a token of its
//	clock TIME                     set the clock
//	reads FORMAT FILE              a reader of that format, github, junit or sarif, accepts the file
//
// The clock is $NOW, RFC 3339. $TTY lists the streams that are terminals, as in
// "stdin,stdout". $DATA is the repository's testdata.
func TestScripts(t *testing.T) {
	data, err := filepath.Abs(filepath.Join("..", "testdata"))
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join(data, "script"),
		UpdateScripts:       os.Getenv("UPDATE") != "",
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("DATA", data)
			e.Setenv("NOW", "2026-01-01T00:00:00Z")
			e.Setenv("TTY", "")
			e.Values[serversKey{}] = newScriptServers()
			e.Values[issuersKey{}] = map[string]*issuertest.Issuer{}
			e.Setenv("XDG_CACHE_HOME", filepath.Join(e.WorkDir, "cache"))
			e.Setenv("XDG_CONFIG_HOME", filepath.Join(e.WorkDir, "config"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":    scriptExits,
			"fill":     scriptFill,
			"protect":  scriptProtect,
			"mint":     scriptMint,
			"public":   scriptPublic,
			"issuer":   scriptIssuer,
			"rotate":   scriptRotate,
			"revoke":   scriptRevoke,
			"serve":    scriptServe,
			"requests": scriptRequests,
			"clock":    scriptClock,
			"reads":    scriptReads,
		},
	})
}

func scriptExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: exits N [<FILE] ARGS…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	args = args[1:]
	env := scriptEnv(ts)
	if len(args) > 0 && strings.HasPrefix(args[0], "<") {
		env.Stdin = strings.NewReader(ts.ReadFile(args[0][1:]))
		env.StdinIsTerminal = false
		args = args[1:]
	}
	for i, arg := range args { // testscript runs in its own directory, the process does not
		args[i] = absolute(ts, arg)
	}
	var stdout bytes.Buffer
	env.Stdout = io.MultiWriter(env.Stdout, &stdout)
	code := Run(context.Background(), env, args)
	if code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
	scriptReport(ts, args, stdout.Bytes())
}

// absolute makes the file names in @FILE and ./FILE absolute.
func absolute(ts *testscript.TestScript, arg string) string {
	switch {
	case strings.HasPrefix(arg, "@./"):
		return "@" + ts.MkAbs(arg[1:])
	case strings.HasPrefix(arg, "./"):
		return ts.MkAbs(arg)
	default:
		return arg
	}
}

func scriptEnv(ts *testscript.TestScript) *Env {
	now, err := time.Parse(time.RFC3339, ts.Getenv("NOW"))
	ts.Check(err)
	terminals := "," + ts.Getenv("TTY") + ","
	env := &Env{
		Stdin: bytes.NewReader(nil), Stdout: ts.Stdout(), Stderr: ts.Stderr(),
		StdinIsTerminal:  strings.Contains(terminals, ",stdin,"),
		StdoutIsTerminal: strings.Contains(terminals, ",stdout,"),
		StderrIsTerminal: strings.Contains(terminals, ",stderr,"),
		LookupEnv: func(name string) (string, bool) {
			value := ts.Getenv(name)
			return value, value != ""
		},
		Environ:   func() []string { return []string{"MY_TOKEN=secret", "OTHER=secret"} },
		Now:       func() time.Time { return now },
		CacheDir:  func() (string, error) { return ts.Getenv("XDG_CACHE_HOME"), nil },
		ConfigDir: func() (string, error) { return ts.Getenv("XDG_CONFIG_HOME"), nil },
	}
	scriptNetwork(ts, env)
	return env
}
