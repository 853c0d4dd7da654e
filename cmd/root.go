// Package cmd is the command line: it reads what people type, calls the
// packages that decide, prints what they found and picks the exit code.
package cmd

import (
	"context"
	"io"
	"log"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
)

// Main runs the program on its process and returns the exit code.
func Main() int {
	log.SetOutput(io.Discard) // net/http writes there what servers send, and tokens with it
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return Run(ctx, processEnv(ctx), os.Args[1:])
}

// Run runs the program in an environment and returns the exit code.
func Run(ctx context.Context, env *Env, args []string) int {
	own := *env
	own.typed = append(slices.Clone(args), variablesTyped(env)...)
	env = &own
	root := newRootCmd(env)
	if len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd) { // which nothing else needs
		registerCompletions(root, env)
	}
	root.SetArgs(args)
	root.SetIn(env.Stdin)
	out := &checkedWriter{Writer: env.Stdout}
	root.SetOut(out)
	root.SetErr(env.Stderr)
	if err := unknownCommand(root, args); err != nil {
		return finish(ctx, env, root, err)
	}
	command, err := root.ExecuteContextC(ctx)
	if err == nil && out.err != nil {
		err = printFailure(&output.WriteError{Err: out.err}, exitAccepted)
	}
	return finish(ctx, env, command, err)
}

func newRootCmd(env *Env) *cobra.Command {
	root := &cobra.Command{
		Use:   "claimcheck",
		Short: "inspect and verify OAuth 2.0 and OpenID Connect tokens",
		Long: "claimcheck says what is in a token, whether it is genuine, whether it is for you\n" +
			"and still good, and if not, exactly why and what to do about it.",
		Args:                       cobra.ArbitraryArgs,
		RunE:                       runRoot,
		SilenceErrors:              true,
		SuggestionsMinimumDistance: 2,
		SilenceUsage:               true,
	}
	root.AddCommand(
		newVerifyCmd(env), newDecodeCmd(env), newAuthAgeCmd(env), newIntrospectCmd(env), newDiscoverCmd(env), newJWKSCmd(env), newWhyCmd(env), newResourceCmd(env),
		newCacheCmd(env), newProfileCmd(env), newCompletionCmd(), newVersionCmd(env),
		newIssuerCmd(env), newMintCmd(env),
		newExitCodesTopic(), newTokensTopic(), newChecksTopic(), newEnvironmentTopic(), newProfilesTopic(),
	)
	root.Flags().Bool("version", false, "show the version, as claimcheck version does")
	root.SetHelpCommand(newHelpCmd(root))
	root.SetHelpFunc(func(c *cobra.Command, _ []string) { writeHelp(c, env.textWidth()) })
	root.SetUsageFunc(func(c *cobra.Command) error {
		_, err := c.OutOrStderr().Write([]byte(usageOf(c, env.textWidth())))
		return err
	})
	root.SetFlagErrorFunc(flagError)
	return root
}

// runRoot makes a mistyped command an error and shows the help to whoever types
// no command at all, which answers nothing and so is an error too.
func runRoot(c *cobra.Command, args []string) error {
	if version, err := c.Flags().GetBool("version"); err == nil && version && len(args) == 0 {
		other, _, err := c.Find([]string{"version"})
		if err != nil {
			return err
		}
		other.SetContext(c.Context())
		return other.RunE(other, nil)
	}
	if len(args) == 0 {
		c.SetOut(c.ErrOrStderr())
		if err := c.Help(); err != nil {
			return err
		}
		return usageError("no command given")
	}
	failure := usageError("unknown command %q", args[0])
	if maybeToken(args[0]) || strings.HasPrefix(args[0], "@") || strings.HasPrefix(args[0], "env:") {
		return failure.withHint("a token goes behind a command, as in: claimcheck decode @FILE")
	}
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		return failure.withHint("did you mean %s?", near[0])
	}
	return failure.withHint("claimcheck help lists the commands")
}

// noArgs is for commands that take nothing.
func noArgs(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError("%s takes no argument, and %q is one", c.CommandPath(), args[0])
	}
	return nil
}

// tokenArgs is for commands that take a token, or find it on stdin.
func tokenArgs(_ *cobra.Command, args []string) error {
	if len(args) < 2 {
		return nil
	}
	return usageError("one token is one argument, and there are %d", len(args)).withHint(
		"quote what has blanks in it, as in 'Bearer eyJ…'")
}

// oneArg is for commands that ask about one thing, which missing names.
func oneArg(missing string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch len(args) {
		case 0:
			return usageError("%s", missing)
		case 1:
			return nil
		default:
			return usageError("one argument is expected, and there are %d", len(args))
		}
	}
}
