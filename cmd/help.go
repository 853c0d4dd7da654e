package cmd

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// newHelpCmd is cobra's help command, but a topic that does not exist is an
// error and not an answer.
func newHelpCmd(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND or TOPIC]",
		Short: "help about a command or a topic",
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return completeHelp(root, args), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			c, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 || c == root && len(args) > 0 {
				failure := usageError("there is no help on %q", strings.Join(args, " "))
				failure.hint = "claimcheck help lists the commands and topics"
				return failure
			}
			return c.Help()
		},
	}
}

// writeUsage is the usage of a command with its flags in groups.
func writeUsage(c *cobra.Command) error {
	var b strings.Builder
	if c.Runnable() && c.HasParent() {
		fmt.Fprintf(&b, "Usage:\n  %s\n", c.UseLine())
	} else {
		fmt.Fprintf(&b, "Usage:\n  %s COMMAND [flags]\n", c.CommandPath())
	}
	if c.Example != "" {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", c.Example)
	}
	writeCommands(&b, c)
	for _, group := range []string{groupInput, groupTrust, groupExpect, groupNetwork, groupOutput, ""} {
		writeFlags(&b, c, group)
	}
	_, err := c.OutOrStderr().Write([]byte(b.String()))
	return err
}

func writeCommands(b *strings.Builder, c *cobra.Command) {
	titles := []struct {
		title string
		shows func(*cobra.Command) bool
	}{
		{"Commands", func(s *cobra.Command) bool { return s.IsAvailableCommand() || s.Name() == "help" }},
		{"Topics, for claimcheck help", (*cobra.Command).IsAdditionalHelpTopicCommand},
	}
	for _, section := range titles {
		var lines []string
		for _, s := range c.Commands() {
			if section.shows(s) {
				lines = append(lines, fmt.Sprintf("  %-12s %s", s.Name(), s.Short))
			}
		}
		if len(lines) > 0 {
			fmt.Fprintf(b, "\n%s:\n%s\n", section.title, strings.Join(lines, "\n"))
		}
	}
}

func writeFlags(b *strings.Builder, c *cobra.Command, group string) {
	set := pflag.NewFlagSet(group, pflag.ContinueOnError)
	set.SortFlags = false
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if belongs := f.Annotations[flagGroup]; (len(belongs) == 0 && group == "") || (len(belongs) == 1 && belongs[0] == group) {
			set.AddFlag(f)
		}
	})
	if set.HasAvailableFlags() {
		title := group
		if title == "" {
			title = "Other"
		}
		fmt.Fprintf(b, "\n%s:\n%s", title, set.FlagUsagesWrapped(80))
	}
}
