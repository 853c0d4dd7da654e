package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/cmd/internal/advice"
	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/issuertest"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

func newDemoCmd(env *Env) *cobra.Command {
	keep := false
	c := &cobra.Command{
		Use:   "demo",
		Short: "run every command on test tokens",
		Long: "demo starts an issuer for tests, mints a good token and bad ones, and runs the other commands on\n" +
			"them: each command line as you could type it, what it prints, and its exit code. It takes a few\n" +
			"seconds, uses no network and leaves nothing behind.",
		Example: "  claimcheck demo\n  claimcheck demo --keep\n  claimcheck demo > demo.txt",
		Args:    noArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return runDemo(c.Context(), env, keep, c.OutOrStdout()) },
	}
	inGroup(c.Flags(), groupIssuer, func(f *pflag.FlagSet) {
		f.BoolVar(&keep, "keep", false, "keep the issuer running and the tokens until Ctrl-C")
	})
	return c
}

// A demo is a directory with tokens and a running issuer.
type demo struct {
	env    *Env // of the commands it runs
	out    *checkedWriter
	dir    string
	issuer *issuertest.Issuer
}

func runDemo(ctx context.Context, env *Env, keep bool, writer io.Writer) (err error) {
	_ = ctx.Done()                 // catch signals before there is anything to remove
	signal.Ignore(syscall.SIGPIPE) // so that a closed pipe ends the demo in order
	defer signal.Reset(syscall.SIGPIPE)
	out := &checkedWriter{Writer: writer}
	dir, err := os.MkdirTemp("", "claimcheck-demo-")
	if err != nil {
		return unreadable("%w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	issuer, err := issuertest.Start(issuertest.Config{State: filepath.Join(dir, "issuer"), Now: env.Now})
	if err != nil {
		return issuerFailure(err)
	}
	defer func() { err = errors.Join(err, issuer.Close()) }()
	d := &demo{env: demoEnv(env, dir, out), out: out, dir: dir, issuer: issuer}
	if err := d.mint(); err != nil {
		return unreadable("%w", err)
	}
	if err := d.runAll(ctx); err != nil {
		return err
	}
	if keep {
		return d.keep(ctx)
	}
	d.say("That is all: the issuer has stopped, and its tokens are gone. claimcheck demo --keep keeps both for you to try.")
	return nil
}

// demoEnv is the environment of the demo's commands: no settings and no cache of
// the user's, no network beyond this machine, one stream for all they print.
func demoEnv(env *Env, dir string, out io.Writer) *Env {
	here := func() (string, error) { return dir, nil }
	return &Env{
		Stdin: strings.NewReader(""), Stdout: out, Stderr: out, StdoutIsTerminal: true, StderrIsTerminal: true, StdinIsTerminal: true,
		Width: env.Width, Now: env.Now, CacheDir: here, ConfigDir: here,
		LookupEnv: func(name string) (string, bool) {
			switch {
			case name == "NO_COLOR" && !env.StdoutIsTerminal:
				return "1", true
			case strings.HasPrefix(name, "CLAIMCHECK_"), strings.HasPrefix(name, "XDG_"):
				return "", false
			}
			return env.LookupEnv(name)
		},
	}
}

// A demoToken is a file of the demo.
type demoToken struct {
	name  string
	token issuertest.Token
	code  int // of verify
	about string
}

func demoTokens(now time.Time) []demoToken {
	flaw := func(name string, code int, about string) demoToken {
		return demoToken{name, issuertest.Token{Flaws: []string{name}}, code, about}
	}
	return []demoToken{
		{"good", issuertest.Token{}, exitAccepted, "A good access token."},
		flaw("expired", exitExpired, "One that has expired."),
		flaw("wrong-audience", exitAudience, "One for another API."),
		flaw("issuer-slash", exitIssuer, "One whose issuer differs by a slash."),
		flaw("tampered-payload", exitSignature, "One that was changed after signing."),
		flaw("alg-none", exitAlgorithm, "One that nobody signed."),
		flaw("unknown-kid", exitNoKey, "One signed with a key that the issuer does not publish."),
		{"login", issuertest.Token{Kind: verify.KindID, AuthTime: now.Add(-40 * time.Minute)}, exitAccepted, ""},
		{"revoked", issuertest.Token{}, exitAccepted, ""},
	}
}

func (d *demo) path(name string) string { return filepath.Join(d.dir, name) }

// mint writes the tokens, and the client's secret.
func (d *demo) mint() error {
	for _, t := range demoTokens(d.env.Now()) {
		raw, err := d.issuer.Minter().Mint(t.token)
		if err != nil {
			return err
		}
		if err := writeNewFile(d.path(t.name+".jwt"), []byte(raw+"\n")); err != nil {
			return err
		}
		if t.name == "revoked" {
			d.issuer.Revoke(raw)
		}
	}
	return writeNewFile(d.path("secret.txt"), []byte(d.issuer.ClientSecret+"\n"))
}

// A demoStep is a command line and the exit code that it has to end with.
type demoStep struct {
	about string
	code  int
	args  []string
}

func (d *demo) runAll(ctx context.Context) error {
	url, client := d.issuer.URL, d.issuer.ClientID
	steps := []demoStep{
		{"A test issuer is running at " + url + ". What does its metadata say?", exitAccepted, []string{"discover", url}},
		{"Which keys does it have?", exitAccepted, []string{"jwks", url}},
		{"What is in a token? Nothing is verified here.", exitAccepted, []string{"decode", "@" + d.path("good.jwt")}},
	}
	for _, t := range demoTokens(d.env.Now()) {
		if t.about != "" {
			steps = append(steps, demoStep{t.about, t.code, []string{"verify", "@" + d.path(t.name+".jwt"), "--issuer", url, "--audience", d.issuer.Audience}})
		}
	}
	introspect := func(name string) []string {
		return []string{"introspect", "@" + d.path(name+".jwt"), "--issuer", url, "--client-id", client, "--client-secret", "@" + d.path("secret.txt")}
	}
	steps = append(steps,
		demoStep{"When did the user log in, and is that recent enough?", exitReauthentication, []string{"auth-age", "@" + d.path("login.jwt"), "--issuer", url, "--audience", client, "--max-age", "15m"}},
		demoStep{"What does the issuer say about a token?", exitAccepted, introspect("good")},
		demoStep{"And about a revoked one? Its signature is still good.", exitInactive, introspect("revoked")},
	)
	for _, step := range steps {
		if err := d.run(ctx, step); err != nil {
			return err
		}
	}
	return nil
}

// run runs one command, in this process.
func (d *demo) run(ctx context.Context, step demoStep) error {
	d.say(step.about)
	words := make([]string, len(step.args))
	for n, arg := range step.args {
		words[n] = advice.Word(arg)
	}
	d.print("$ claimcheck " + strings.Join(words, " "))
	code := Run(ctx, d.env, step.args)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case d.out.err != nil:
		return printFailure(&output.WriteError{Err: d.out.err}, exitAccepted)
	}
	d.print(fmt.Sprintf("(exit code %d, %s)\n", code, reasonOf(code)))
	if code != step.code {
		return fail(exitInternal, "the demo expected exit code %d", step.code)
	}
	return nil
}

// keep waits for the end and says what can be done until then.
func (d *demo) keep(ctx context.Context) error {
	d.say("The issuer keeps running until you press Ctrl-C. In another terminal, try:")
	for _, line := range []string{
		"claimcheck mint --state " + advice.Word(d.path("issuer")) + " --sub alan --flaw string-exp | claimcheck verify --issuer " + d.issuer.URL + " --audience " + d.issuer.Audience,
		"claimcheck mint --flaw list",
		"claimcheck verify @" + advice.Word(d.path("expired.jwt")) + " --issuer " + d.issuer.URL + " --audience " + d.issuer.Audience + " --explain",
	} {
		d.print("$ " + line)
	}
	<-ctx.Done()
	return nil
}

func (d *demo) say(text string) { d.print("# " + text) }

// print writes a line. That it could not be written ends the demo at its next step.
func (d *demo) print(line string) { _, _ = fmt.Fprintln(d.out, line) }
