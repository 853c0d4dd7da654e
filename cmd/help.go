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
				return usageError("there is no help on %q", strings.Join(args, " ")).
					near(args[0], commandNames(root)).orHint("claimcheck help lists the commands and topics")
			}
			return c.Help()
		},
	}
}

// writeHelp is what a command is for, and its usage.
func writeHelp(c *cobra.Command, width int) {
	about := c.Long
	if about == "" {
		about = c.Short
	}
	text := foldHelp(strings.TrimRight(about, " \n"), width) + "\n"
	if c.Runnable() || c.HasSubCommands() {
		text += "\n" + usageOf(c, width)
	}
	_, _ = c.OutOrStdout().Write([]byte(text)) // see checkedWriter
}

// usageOf is the usage of a command with its flags in groups.
func usageOf(c *cobra.Command, width int) string {
	var b strings.Builder
	if c.Runnable() && c.HasParent() {
		fmt.Fprintf(&b, "Usage:\n  %s\n", c.UseLine())
	} else {
		fmt.Fprintf(&b, "Usage:\n  %s COMMAND [flags]\n", c.CommandPath())
	}
	if c.Example != "" {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", c.Example)
	}
	writeCommands(&b, c, width)
	for _, group := range []string{groupIssuer, groupToken, groupInput, groupTrust, groupExpect, groupNetwork, groupOutput, ""} {
		writeFlags(&b, c, group, width)
	}
	return b.String()
}

func writeCommands(b *strings.Builder, c *cobra.Command, width int) {
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
			fmt.Fprintf(b, "\n%s:\n%s\n", section.title, foldHelp(strings.Join(lines, "\n"), width))
		}
	}
}

func writeFlags(b *strings.Builder, c *cobra.Command, group string, width int) {
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
		fmt.Fprintf(b, "\n%s:\n%s", title, set.FlagUsagesWrapped(flagWidth(width)))
	}
}

// flagWidth is where flags are folded: a narrow terminal has less than the usual.
func flagWidth(width int) int {
	const usual = 80
	if width <= 0 {
		return usual
	}
	return min(width, usual)
}
