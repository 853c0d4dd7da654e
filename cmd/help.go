package cmd

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
)

// newHelpCmd is cobra's help command, but a topic that does not exist is an
// error and not an answer.
func newHelpCmd(root *cobra.Command, width func() int) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND or TOPIC]",
		Short: "show help about a command or a topic",
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return completeHelp(root, args), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			c, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 || c == root && len(args) > 0 {
				return usageError("no help on %s", quoteShort(strings.Join(args, " "))).
					didYouMean(args[0], commandNames(root)).orHint("claimcheck help lists the commands and topics")
			}
			_, _ = c.OutOrStdout().Write([]byte(helpText(c, width(), true))) // see checkedWriter
			return nil
		},
	}
}

// showHelp writes the help of a command. It refuses --help next to flags for trusted
// keys or expectations: a token that happens to be "--help" must not make a
// verification succeed.
func showHelp(c *cobra.Command, width int) error {
	if name := trustOrExpectFlag(c.Flags()); name != "" {
		return usageError("--help among other flags (--%s)", name).withHint(
			"%s --help alone shows the help; for a token in a variable use env:NAME, or -- before it", c.CommandPath())
	}
	_, _ = c.OutOrStdout().Write([]byte(helpText(c, width, false))) // see checkedWriter
	return nil
}

// helpText is what a command is for in one line, or in whole, its usage, its
// commands and flags in groups, and last the examples, which stay on the screen.
func helpText(c *cobra.Command, width int, whole bool) string {
	var b strings.Builder
	if !c.Runnable() && !c.HasSubCommands() { // a topic
		return foldHelp(strings.TrimRight(c.Long, " \n"), width) + "\n"
	}
	fmt.Fprintf(&b, "%s\n", foldHelp(c.CommandPath()+": "+c.Short, width))
	if whole && c.Long != "" {
		fmt.Fprintf(&b, "\n%s\n\n", foldHelp(c.Long, width))
	}
	if c.HasParent() {
		fmt.Fprintf(&b, "Usage: %s\n", c.UseLine())
	} else {
		b.WriteString("Usage: claimcheck COMMAND [flags]\n       claimcheck TOKEN|@FILE|env:NAME|-\n")
	}
	writeCommands(&b, c, width)
	for _, group := range flagGroups() {
		writeFlags(&b, c, group, width)
	}
	if c.Example != "" {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", c.Example)
	}
	return b.String()
}

func writeCommands(b *strings.Builder, c *cobra.Command, width int) {
	section := func(title string, commands []*cobra.Command) {
		if len(commands) == 0 {
			return
		}
		var lines []string
		for _, s := range commands {
			lines = append(lines, fmt.Sprintf("  %-12s %s", s.Name(), s.Short))
		}
		fmt.Fprintf(b, "\n%s:\n%s\n", title, foldHelp(strings.Join(lines, "\n"), width))
	}
	for _, group := range c.Groups() {
		section(group.Title, commandsOf(c, group.ID))
	}
	if len(c.Groups()) == 0 {
		section("Commands", commandsOf(c, ""))
	}
	var topics []string
	for _, s := range c.Commands() {
		if s.IsAdditionalHelpTopicCommand() {
			topics = append(topics, s.Name())
		}
	}
	if len(topics) > 0 {
		fmt.Fprintf(b, "\nTopics:\n  claimcheck help %s\n", strings.Join(topics, "|"))
	}
}

// commandsOf are the commands of a group, in their order.
func commandsOf(c *cobra.Command, group string) []*cobra.Command {
	var list []*cobra.Command
	for _, s := range c.Commands() {
		if s.GroupID == group && (s.IsAvailableCommand() || s.Name() == "help") {
			list = append(list, s)
		}
	}
	slices.SortStableFunc(list, func(a, b *cobra.Command) int {
		return cmp.Compare(a.Annotations[commandOrder], b.Annotations[commandOrder])
	})
	return list
}

// flagColumn is the column in which the descriptions of flags begin.
const flagColumn = 31

func writeFlags(b *strings.Builder, c *cobra.Command, group string, width int) {
	var lines, shown []string   // shown are flags on the line of another
	c.Flags().SortFlags = false // in the order in which they are defined
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" || groupOf(f) != group || slices.Contains(shown, f.Name) {
			return
		}
		label, usage := flagLabel(f), f.Usage
		if line := f.Annotations[flagLine]; line != nil {
			usage = line[0]
			for _, other := range line[1:] {
				label += ", " + strings.TrimSpace(flagLabel(c.Flags().Lookup(other)))
			}
			shown = append(shown, line[1:]...)
		}
		_, words := f.Value.(choice) // whose default is the first
		if initial := f.DefValue; !words && initial != "" && initial != "false" {
			usage += " (default " + initial + ")"
		}
		const gap = 2
		if utf8.RuneCountInString(label)+gap > flagColumn {
			lines = append(lines, label, strings.Repeat(" ", flagColumn)+usage)
		} else {
			lines = append(lines, fmt.Sprintf("%-*s%s", flagColumn, label, usage))
		}
	})
	if len(lines) > 0 {
		fmt.Fprintf(b, "\n%s:\n", group)
		for _, line := range lines {
			fmt.Fprintln(b, strings.Join(foldLine(line, min(width, defaultWidth), flagColumn), "\n"))
		}
	}
}

// flagLabel is a flag with its letter and the name of its value.
func flagLabel(f *pflag.Flag) string {
	label := "      --" + f.Name
	if f.Shorthand != "" {
		label = "  -" + f.Shorthand + ", --" + f.Name
	}
	if f.NoOptDefVal == "" {
		label += " " + f.Value.Type()
	}
	return label
}

// A checkedWriter remembers that a write failed: cobra does not tell.
type checkedWriter struct {
	io.Writer
	err error
}

func (w *checkedWriter) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	if err != nil {
		w.err = err
	}
	return n, err
}

// widestHelp is the widest that paragraphs of help get: longer lines are hard to
// read.
const widestHelp = 100

// foldHelp fits a text to a terminal: paragraphs are wrapped again, and an
// indented line that is too long continues below its last column.
func foldHelp(text string, width int) string {
	var out, paragraph []string
	end := func() {
		if len(paragraph) > 0 {
			out = append(out, foldLine(strings.Join(paragraph, " "), min(width, widestHelp), 0)...)
			paragraph = nil
		}
	}
	for line := range strings.SplitSeq(text, "\n") {
		switch {
		case line == "":
			end()
			out = append(out, "")
		case strings.HasPrefix(line, " "):
			end()
			out = append(out, foldLine(line, width, lastColumn(line))...)
		default:
			paragraph = append(paragraph, line)
		}
	}
	end()
	return strings.Join(out, "\n")
}

// lastColumn returns where the text of an aligned line begins: after its last gap of
// two or more spaces.
func lastColumn(line string) int {
	const indent = 4
	text := strings.TrimLeft(line, " ")
	gap := strings.LastIndex(text, "  ")
	if gap < 0 {
		return indent
	}
	return len(line) - len(text) + utf8.RuneCountInString(text[:gap+2])
}

// foldLine breaks a line at words; what follows the first line hangs.
func foldLine(line string, width, hang int) []string {
	lead := line[:min(hang, len(line))]
	lines := output.Wrap(line[len(lead):], width-len(lead))
	for i, l := range lines {
		if i == 0 {
			lines[i] = lead + l
		} else {
			lines[i] = strings.Repeat(" ", hang) + strings.TrimLeft(l, " ")
		}
	}
	return lines
}
