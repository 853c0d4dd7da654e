package cmd

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/cmd/internal/advice"
	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/token"
)

// commandLine is what was typed, with the command that is meant where none was
// typed: a token alone, or in a pipe, is decoded. It finds a command that does
// not exist, and a topic that is taken for one, before cobra does: that would
// answer "nosuch --help" and "tokens" with help and exit 0.
func commandLine(root *cobra.Command, env *Env, args []string) ([]string, error) {
	c, rest, err := root.Find(args)
	if err != nil {
		return args, nil // cobra says what is wrong
	}
	if err := longFlagAfterOneDash(c, args); err != nil {
		return nil, err
	}
	word := firstWord(root, rest)
	switch {
	case c.IsAdditionalHelpTopicCommand():
		return nil, usageError("%s is a help topic, not a command", c.Name()).withHint("claimcheck help %s shows it", c.Name())
	case c != root && c.HasAvailableSubCommands() && word != "":
		return nil, commandMissing(c, []string{word})
	case c != root, word == "help", strings.HasPrefix(word, cobra.ShellCompRequestCmd): // which cobra adds later
		return args, nil
	case slices.Equal(args, []string{"--version"}):
		return []string{"version"}, nil
	case word == "" && (len(args) == 0 && env.StdinIsTerminal || slices.Contains(args, "--help") || slices.Contains(args, "-h")):
		return args, nil
	case word != "" && !isTokenWord(word):
		return nil, unknownWord(root, word)
	default:
		return append([]string{"decode"}, args...), nil
	}
}

// longFlagAfterOneDash returns the error for "-issuer URL", which pflag would read as
// the flag -i with the value "ssuer".
func longFlagAfterOneDash(c *cobra.Command, args []string) error {
	for _, arg := range args {
		name, _, _ := strings.Cut(strings.TrimPrefix(arg, "-"), "=")
		switch {
		case arg == "--":
			return nil
		case len(name) > 1 && arg[0] == '-' && arg[1] != '-' && c.Flags().Lookup(name) != nil:
			return usageError("unknown flag: -%s", name).withHint("did you mean --%s?", name)
		}
	}
	return nil
}

// isTokenWord reports whether a word in the place of a command is a token, or
// says where one is.
func isTokenWord(word string) bool {
	switch {
	case word == "-", isSource(word), strings.Contains(word, "eyJ"):
		return true
	case looksLikePath(word):
		return false
	default:
		return strings.Count(word, ".") == 2 || strings.ContainsAny(word, " {=&") || isRandom(word) || synonym(word) == "" && hasSigns(word)
	}
}

// hasSigns reports whether a word looks like the token of a known product, or like
// the name of a variable that was not expanded.
func hasSigns(word string) bool {
	parsed := token.Parse(word)
	return slices.ContainsFunc(parsed.Faults(), func(f *token.Fault) bool { return f.Note != "" })
}

// isRandom reports whether a word is long and made of letters and digits, as
// opaque tokens, hex and UUIDs are.
func isRandom(word string) bool {
	const shortest = 16
	return len(word) >= shortest && strings.ContainsFunc(word, unicode.IsLetter) && strings.ContainsFunc(word, unicode.IsDigit) &&
		!strings.ContainsAny(word, "/:@.")
}

// unknownWord is the error for a word that is neither a command nor a token.
func unknownWord(root *cobra.Command, word string) error {
	if err := fileInPlaceOfToken(word); err != nil {
		return err
	}
	failure := usageError("unknown command %s", quoteShort(word))
	if hint := synonym(word); hint != "" {
		return failure.withHint("%s", hint)
	}
	return failure.didYouMean(word, commandNames(root)).orHint("claimcheck --help lists the commands")
}

// synonym is what there is instead of a command that other programs have.
func synonym(word string) string {
	const noSignIn = "claimcheck does not sign in: "
	for _, s := range []struct{ words, hint string }{
		{"inspect show parse read print view dump", "did you mean decode?"},
		{"validate check lint", "did you mean verify?"},
		{"keys key jwk certs", "did you mean jwks?"},
		{"metadata oidc openid wellknown well-known configuration", "did you mean discover?"},
		{"active revoked status", "did you mean introspect?"},
		{"sign encode create generate", "did you mean mint?"},
		{"bearer authorization: authorization", quoteIt},
		{"whoami me userinfo", noSignIn + "claimcheck decode shows whose token it is"},
		{"login signin auth token", noSignIn + "get a token from your issuer, then check it with claimcheck verify"},
		{"config configure profiles", "did you mean profile?"},
	} {
		if slices.Contains(strings.Fields(s.words), strings.ToLower(word)) {
			return s.hint
		}
	}
	return ""
}

// looksLikePath reports whether a word in the place of a token can only be a file
// name. Base64 has slashes as well, but not without "+" or "=" for long.
func looksLikePath(word string) bool {
	if len(word) > maxPath || strings.ContainsAny(word, " \t\r\n+={}\"") || strings.Contains(word, "://") || strings.Contains(word, "eyJ") {
		return false
	}
	return strings.Contains(word, "/") || slices.Contains([]string{".jwt", ".txt", ".json", ".pem"}, strings.ToLower(filepath.Ext(word)))
}

// maxPath is the length in bytes of the longest word that is looked up as a file.
const maxPath = 1024

// fileInPlaceOfToken is the error for a token argument that is the name of a
// file: it lacks its "@" and is never taken for a token. It is nil for any other.
func fileInPlaceOfToken(word string) error {
	if !isLocalPath(word) {
		return nil
	}
	info, err := os.Stat(word)
	switch {
	case err == nil && info.Mode().IsRegular():
		return usageError("%s is a file, not a token", shownName(word)).withHint("did you mean %s?", advice.Word("@"+word))
	case err == nil && info.IsDir():
		return usageError("%s is a directory, not a token", shownName(word)).withHint("pass a token file as @FILE")
	case looksLikePath(word):
		return unreadable("%s: no such file", word).withHint("pass a token file as @FILE, and a token that looks like a path on stdin")
	default:
		return nil
	}
}

// isLocalPath reports whether a word may be looked up as a file: on Windows a
// name such as \\host\share asks that host.
func isLocalPath(word string) bool {
	return word != "" && len(word) <= maxPath && !strings.ContainsAny(word, "\n\x00{") &&
		!strings.HasPrefix(word, `\\`) && !strings.HasPrefix(word, "//") && !strings.HasPrefix(word, `\/`) && !strings.HasPrefix(word, `/\`)
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

// takesNextArgument reports whether an argument is a flag, of whatever command,
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

// checkFlags lets a command look at its arguments only once no flag has taken
// another for its value.
func checkFlags(then cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		var err error
		c.Flags().Visit(func(f *pflag.Flag) {
			for _, value := range flagValues(f) {
				if err == nil && isFlagOf(c, value) {
					err = tookFlag(f.Name, value)
				}
			}
		})
		if err == nil && then != nil {
			err = then(c, args)
		}
		if err != nil {
			return &misuse{err}
		}
		return nil
	}
}

// A misuse is an error in the command line that was found before the command ran.
type misuse struct{ error }

func (m *misuse) Unwrap() error { return m.error }

// misuseInCI prints a misuse in the format of a CI system, if -o names one:
// nobody reads the log first. Flags may not have been parsed.
func misuseInCI(ctx context.Context, env *Env, c *cobra.Command, args []string, err error) error {
	var early *misuse
	flag := c.Flags().Lookup("output")
	if !errors.As(err, &early) || flag == nil {
		return err
	}
	unread := pflag.NewFlagSet("", pflag.ContinueOnError)
	unread.ParseErrorsAllowlist.UnknownFlags = true
	unread.Usage = func() {} // which pflag prints on the process's own stderr
	format := unread.StringP("output", "o", flag.Value.String(), "")
	_ = unread.Parse(args) // what is wrong with them has been found
	if words, _ := flag.Value.(choice); !slices.Contains(words.allowed, *format) {
		return err
	}
	out := outputOptions{format: output.Format(*format), color: output.ColorAuto, command: c.Name(), ci: checkFormats()}
	printer, failed := out.printer(env)
	if failed != nil {
		return err
	}
	return noAnswer(ctx, printer, err)
}

func tookFlag(name, value string) error {
	flag, _, _ := strings.Cut(value, "=")
	return usageError("--%s took %q as its value: is a variable empty?", name, flag)
}

// isFlagOf reports whether a text is one of the command's flags.
func isFlagOf(c *cobra.Command, text string) bool {
	name, long := strings.CutPrefix(text, "--")
	name, _, _ = strings.Cut(name, "=")
	switch {
	case text == "--":
		return true
	case long:
		return c.Flags().Lookup(name) != nil
	default:
		return len(text) == 2 && text[0] == '-' && c.Flags().ShorthandLookup(text[1:]) != nil
	}
}
