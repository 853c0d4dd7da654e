package cmd

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// nearest is the candidate that a mistyped word most likely stands for, or empty
// where none is near. The beginning of one candidate alone stands for it, too.
func nearest(word string, candidates []string) string {
	word = strings.ToLower(word)
	best, distance := "", 2+min(2, len(word)/4) // the first that is too far
	var begun []string
	for _, c := range candidates {
		if d := levenshtein.ComputeDistance(word, strings.ToLower(c)); d < distance {
			best, distance = c, d
		}
		if len(word) > 1 && strings.HasPrefix(strings.ToLower(c), word) {
			begun = append(begun, c)
		}
	}
	if best == "" && len(begun) == 1 {
		return begun[0]
	}
	return best
}

// flagError is a usage error about flags, with the flag that was probably meant.
// Of what was typed only names are repeated: a value may be a secret.
func flagError(c *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return usageError("%w", err)
	}
	if group := unknown.GetSpecifiedShortnames(); group != "" {
		word, _, _ := strings.Cut(group, "=")
		failure := usageError("unknown shorthand flag: %q in -%s", []rune(unknown.GetSpecifiedName())[0], word)
		failure.hint = shorthandHint(c, unknown.GetSpecifiedName(), word)
		return failure
	}
	name := unknown.GetSpecifiedName()
	failure := usageError("unknown flag: --%s", name)
	if owners := flagOwners(c.Root(), name); len(owners) > 0 {
		failure.hint = fmt.Sprintf("--%s is a flag of %s", name, strings.Join(owners, ", "))
	} else if near := nearest(name, flagNames(c)); near != "" {
		failure.hint = "did you mean --" + near + "?"
	}
	return failure
}

// shorthandHint knows two mistakes: a long flag behind one dash, and the wrong
// case. Else it lists the letters that there are.
func shorthandHint(c *cobra.Command, letter, word string) string {
	names := flagNames(c)
	if len(word) > 1 {
		if near := nearest(word, names); near != "" {
			return "did you mean --" + near + "?"
		}
	}
	var letters []string
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Shorthand != "" {
			letters = append(letters, f.Shorthand)
		}
	})
	for _, l := range letters {
		if strings.EqualFold(l, letter) {
			return "did you mean -" + l + "?"
		}
	}
	if len(letters) == 0 {
		return ""
	}
	return "there are -" + strings.Join(letters, ", -")
}

func flagNames(c *cobra.Command) []string {
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	})
	return names
}

// flagOwners are the commands that have a flag of this name.
func flagOwners(root *cobra.Command, name string) []string {
	var owners []string
	for _, c := range root.Commands() {
		if f := c.LocalFlags().Lookup(name); f != nil && !f.Hidden {
			owners = append(owners, c.Name())
		}
	}
	return owners
}

// commandMissing is for a command that only holds others: none or an unknown one
// was named, and help alone would look like an answer.
func commandMissing(c *cobra.Command, args []string) error {
	names := commandNames(c)
	there := "there are: " + strings.Join(names, ", ")
	if len(args) == 0 {
		return usageError("%s needs a command", c.Name()).withHint("%s", there)
	}
	return usageError("unknown command %q for %s", args[0], c.Name()).near(args[0], names).orHint(there)
}

// commandNames are the commands and topics below one.
func commandNames(c *cobra.Command) []string {
	var names []string
	for _, child := range c.Commands() {
		if child.IsAvailableCommand() || child.IsAdditionalHelpTopicCommand() {
			names = append(names, child.Name())
		}
	}
	slices.Sort(names)
	return names
}

// unknownCommand finds a command that does not exist, and a topic that is taken
// for one, before cobra does: that would answer "nosuch --help" and "tokens" with
// help and exit 0.
func unknownCommand(root *cobra.Command, args []string) error {
	c, rest, err := root.Find(args)
	if err != nil {
		return nil
	}
	if c.IsAdditionalHelpTopicCommand() {
		return usageError("%s is not a command but a topic", c.Name()).withHint("claimcheck help %s shows it", c.Name())
	}
	word := firstWord(root, rest)
	switch {
	case !c.HasAvailableSubCommands(), word == "":
		return nil
	case c != root:
		return commandMissing(c, []string{word})
	case word == "help", strings.HasPrefix(word, cobra.ShellCompRequestCmd): // which cobra adds later
		return nil
	default:
		return runRoot(root, []string{word})
	}
}

// firstWord is the first argument that is neither a flag nor the value of one.
func firstWord(root *cobra.Command, args []string) string {
	for i := 0; i < len(args); i++ {
		switch arg := args[i]; {
		case arg == "--" && i+1 < len(args):
			return args[i+1]
		case !strings.HasPrefix(arg, "-") || arg == "-":
			return arg
		case takesNextArgument(root, arg):
			i++
		}
	}
	return ""
}

// takesNextArgument tells whether an argument is a flag, of whatever command,
// whose value is the next one.
func takesNextArgument(c *cobra.Command, arg string) bool {
	f := c.LocalFlags().Lookup(strings.TrimPrefix(arg, "--"))
	if len(arg) == 2 {
		f = c.LocalFlags().ShorthandLookup(arg[1:])
	}
	if f != nil {
		return f.NoOptDefVal == ""
	}
	return slices.ContainsFunc(c.Commands(), func(child *cobra.Command) bool { return takesNextArgument(child, arg) })
}
