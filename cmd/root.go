// Package cmd is the command line: it reads what people type, calls the
// packages that decide, prints what they found and picks the exit code.
package cmd

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
)

// Main runs the program on its process and returns the exit code.
func Main() int {
	log.SetOutput(io.Discard) // net/http writes there what servers send, and tokens with it
	ctx := processContext()
	return Run(ctx, processEnv(ctx), os.Args[1:])
}

// Run runs the program in an environment and returns the exit code.
func Run(ctx context.Context, env *Env, args []string) int {
	only := ""
	if len(args) > 0 && args[0] != "completion" { // completion needs all commands
		only = args[0]
	}
	root := newCommandTree(env, only)
	if len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd) { // only needed here
		registerCompletions(root, env)
	}
	args, err := commandLine(root, env, args)
	if err != nil {
		return finish(ctx, env, root, err)
	}
	root.SetArgs(args)
	root.SetIn(env.Stdin)
	out := &checkedWriter{Writer: env.Stdout}
	root.SetOut(out)
	root.SetErr(env.Stderr)
	var refused error // help that was not shown
	root.SetHelpFunc(func(c *cobra.Command, _ []string) { refused = showHelp(c, env.textWidth()) })
	command, err := root.ExecuteContextC(ctx)
	switch {
	case err != nil:
		err = misuseInCI(ctx, env, command, args, err)
	case refused != nil:
		err = refused
	case out.err != nil:
		err = printFailure(&output.WriteError{Err: out.err}, exitAccepted)
	}
	return finish(ctx, env, command, err)
}

// The groups of commands.
const (
	groupTokens  = "Tokens"
	groupIssuers = "Issuers"
	groupAPIs    = "APIs"
	groupTesting = "Testing"
	groupProgram = "This program"
)

// A commandMaker makes one command of the tree.
type commandMaker struct {
	name, group string
	make        func(*Env) *cobra.Command
}

func commandMakers() []commandMaker {
	return []commandMaker{
		{"decode", groupTokens, newDecodeCmd},
		{"verify", groupTokens, newVerifyCmd},
		{"auth-age", groupTokens, newAuthAgeCmd},
		{"introspect", groupTokens, newIntrospectCmd},
		{"discover", groupIssuers, newDiscoverCmd},
		{"jwks", groupIssuers, newJWKSCmd},
		{"demo", groupTesting, newDemoCmd},
		{"issuer", groupTesting, newIssuerCmd},
		{"mint", groupTesting, newMintCmd},
		{"why", groupAPIs, newWhyCmd},
		{"resource", groupAPIs, newResourceCmd},
		{"probe", groupAPIs, newProbeCmd},
		{"profile", groupProgram, newProfileCmd},
		{"cache", groupProgram, newCacheCmd},
		{"completion", groupProgram, func(*Env) *cobra.Command { return newCompletionCmd() }},
		{"version", groupProgram, newVersionCmd},
	}
}

// newRootCmd makes the whole tree.
func newRootCmd(env *Env) *cobra.Command { return newCommandTree(env, "") }

// newCommandTree makes the tree for a run: where only is the name of a command, no
// other one is made. Nobody waits for flags that this run cannot use.
func newCommandTree(env *Env, only string) *cobra.Command {
	root := &cobra.Command{
		Use:   "claimcheck",
		Short: "inspect and verify OAuth 2.0 and OpenID Connect tokens",
		Long: "claimcheck shows what a token contains and checks that it is genuine, meant for you and\n" +
			"still valid. If it is not, it says exactly why and what to do.",
		Example: `  claimcheck @token.jwt
  claimcheck verify @token.jwt --issuer https://issuer.example --audience api
  claimcheck discover https://issuer.example`,
		Args:          cobra.ArbitraryArgs,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() }, // who types no command at all
		SilenceErrors: true,
		SilenceUsage:  true,
		// cobra would make one for each command that runs alone.
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	for _, group := range []string{groupTokens, groupIssuers, groupAPIs, groupTesting, groupProgram} { // as help shows them
		root.AddGroup(&cobra.Group{ID: group, Title: group})
	}
	one := slices.IndexFunc(commandMakers(), func(m commandMaker) bool { return m.name == only })
	for i, m := range commandMakers() {
		if one < 0 || one == i {
			c := m.make(env)
			c.GroupID = m.group
			c.Annotations = map[string]string{commandOrder: fmt.Sprintf("%02d", i)}
			root.AddCommand(c)
		}
	}
	if one < 0 {
		root.AddCommand(newExitCodesTopic(), newTokensTopic(), newChecksTopic(), newEnvironmentTopic(), newProfilesTopic())
	}
	root.Flags().Bool("version", false, "show the version")
	help := newHelpCmd(root, env.textWidth)
	help.GroupID = groupProgram
	root.SetHelpCommand(help)
	root.SetFlagErrorFunc(flagError)
	checkFlagsFirst(root)
	return root
}

// commandOrder is the annotation that says which place a command has in the help.
const commandOrder = "claimcheck_order"

func checkFlagsFirst(c *cobra.Command) {
	c.Args = checkFlags(c.Args)
	for _, child := range c.Commands() {
		checkFlagsFirst(child)
	}
}

// noArgs is for commands that take nothing.
func noArgs(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError("%s takes no argument, got %s", c.CommandPath(), quoteShort(args[0]))
	}
	return nil
}

// tokenArgs is for commands that take a token, or find it on stdin.
func tokenArgs(_ *cobra.Command, args []string) error {
	if len(args) < 2 {
		return nil
	}
	failure := usageError("expected one token, got %d arguments", len(args))
	if isSource(args[0]) && isSource(args[1]) {
		return failure.withHint("run it once for each token")
	}
	return failure.withHint(quoteIt)
}

// quoteIt is the hint for a token that the shell has cut up.
const quoteIt = "quote a token that contains spaces, as in 'Bearer eyJ…'"

// isSource reports whether an argument says where a token is, instead of being one.
func isSource(argument string) bool {
	return strings.HasPrefix(argument, "@") || strings.HasPrefix(argument, "env:")
}

// atMostOne accepts at most one argument, for commands that can also find it
// elsewhere.
func atMostOne(what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) > 1 {
			return usageError("expected one %s, got %d", what, len(args))
		}
		return nil
	}
}

// oneArg is for commands that ask about one thing, which missing names.
func oneArg(missing string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usageError("%s", missing)
		}
		return atMostOne("argument")(c, args)
	}
}
