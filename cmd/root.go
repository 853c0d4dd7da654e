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
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	if err := unknownCommand(root, args); err != nil {
		return finish(ctx, env, root, err)
	}
	command, err := root.ExecuteContextC(ctx)
	return finish(ctx, env, command, err)
}

func newRootCmd(env *Env) *cobra.Command {
	root := &cobra.Command{
		Use:   "claimcheck",
		Short: "inspect and verify OAuth 2.0 and OpenID Connect tokens",
		Long: "claimcheck says what is in a token, whether it is genuine, whether it is for you\n" +
			"and still good, and if not, exactly why and what to do about it.",
		Args:                       usageArgs(cobra.ArbitraryArgs),
		RunE:                       runRoot,
		SilenceErrors:              true,
		SuggestionsMinimumDistance: 2,
		SilenceUsage:               true,
	}
	root.AddCommand(
		newVerifyCmd(env), newDecodeCmd(env), newAuthAgeCmd(env), newIntrospectCmd(env), newDiscoverCmd(env), newJWKSCmd(env),
		newCacheCmd(env), newProfileCmd(env), newCompletionCmd(), newVersionCmd(env),
		newExitCodesTopic(), newTokensTopic(), newChecksTopic(), newEnvironmentTopic(), newProfilesTopic(),
	)
	root.Flags().Bool("version", false, "show the version, as claimcheck version does")
	root.SetHelpCommand(newHelpCmd(root))
	root.SetUsageFunc(writeUsage)
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
	if maybeToken(args[0]) {
		failure.hint = "a token goes behind a command, as in: claimcheck decode @FILE"
		return failure
	}
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		failure.hint = "did you mean " + near[0] + "?"
	} else {
		failure.hint = "claimcheck help lists the commands"
	}
	return failure
}

// usageArgs turns what cobra says about arguments into a usage error.
func usageArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if err := check(c, args); err != nil {
			return usageError("%s", err)
		}
		return nil
	}
}
