package cmd

import (
	"context"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

func newProfileCmd(env *Env) *cobra.Command {
	c := &cobra.Command{
		Use:     "profile list|show",
		Short:   "show the profiles, and where each setting comes from",
		Long:    "profile shows what the configuration holds. claimcheck help profiles tells how to write it.",
		Example: "  claimcheck profile list\n  claimcheck profile show staging\n  claimcheck profile show staging --jq '.settings[] | select(.name == \"issuer\").value'",
		Args:    cobra.ArbitraryArgs,
		RunE:    commandMissing,
	}
	c.AddCommand(newProfileListCmd(env), newProfileShowCmd(env))
	return c
}

func newProfileListCmd(env *Env) *cobra.Command {
	var from settingsOptions
	var out outputOptions
	c := &cobra.Command{
		Use:     "list",
		Short:   "list the profiles that there are",
		Example: "  claimcheck profile list\n  claimcheck profile list --jq '.profiles[].name'\n  claimcheck profile list --config claimcheck.yaml",
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return printAnswer(c, env, &out, func(*output.Printer) (answer, error) { return listProfiles(env, &from) })
		},
	}
	from.addConfigFlag(c)
	out.addFlags(c)
	return c
}

func newProfileShowCmd(env *Env) *cobra.Command {
	var from settingsOptions
	var out outputOptions
	c := &cobra.Command{
		Use:   "show [NAME]",
		Short: "show each setting, its value and where that comes from",
		Long: "show tells what verify would be asked with this profile, with the environment as it is and\n" +
			"with the flags that are given here, and what of it is not used because something else wins.",
		Example: "  claimcheck profile show staging\n  claimcheck profile show staging --issuer https://issuer.example\n  claimcheck profile show staging -o json",
		Args:    profileArgs,
		RunE: func(c *cobra.Command, args []string) error {
			return printAnswer(c, env, &out, func(*output.Printer) (answer, error) { return showProfile(env, &from, c.Flags(), args) })
		},
	}
	from.addFlags(c)
	addSettingFlags(c, newVerifyCmd(env))
	out.addFlags(c)
	return c
}

// addSettingFlags gives a command those flags of another that are settings, or
// waive one.
func addSettingFlags(c, other *cobra.Command) {
	var names []string
	for _, s := range settings() {
		names = append(append(names, s.name), s.waivedBy...)
	}
	other.Flags().VisitAll(func(f *pflag.Flag) {
		if slices.Contains(names, f.Name) {
			c.Flags().AddFlag(f)
		}
	})
}

// An answer is what a command has to say, in JSON and in text.
type answer struct {
	document  strictjson.Value
	writeText func(*output.Text)
}

// printAnswer runs a command that only has something to show.
func printAnswer(c *cobra.Command, env *Env, out *outputOptions, ask func(*output.Printer) (answer, error)) error {
	if err := refuseEmpty(c.Flags()); err != nil {
		return err
	}
	printer, err := out.printer(env)
	if err != nil {
		return err
	}
	shown, err := ask(printer)
	if err != nil {
		return err
	}
	return printShown(c.Context(), printer, shown)
}

func printShown(ctx context.Context, printer *output.Printer, shown answer) error {
	if err := printer.Print(ctx, shown.document, shown.writeText); err != nil {
		return printFailure(err, exitAccepted)
	}
	return nil
}

func listProfiles(env *Env, from *settingsOptions) (answer, error) {
	path, _, err := from.configPath(env)
	if err != nil {
		return answer{}, err
	}
	file, err := from.load(env)
	if err != nil {
		return answer{}, err
	}
	if file == nil {
		file = &configFile{path: path}
	}
	return answer{file.document(), file.writeText}, nil
}

func profileArgs(_ *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usageError("one profile at a time, and there are %d", len(args))
	}
	return nil
}

func showProfile(env *Env, from *settingsOptions, flags *pflag.FlagSet, args []string) (answer, error) {
	if len(args) > 0 {
		if args[0] == "" {
			return answer{}, usageError("the name of the profile is empty")
		}
		if from.profile != "" && from.profile != args[0] {
			return answer{}, usageError("two profiles are named: %q and %q", args[0], from.profile)
		}
		from.profile = args[0]
	}
	resolved, chosen, err := from.resolve(env, flags)
	if err != nil {
		return answer{}, err
	}
	view := settingsView{chosen: chosen, resolved: resolved}
	return answer{view.document(), view.writeText}, nil
}
