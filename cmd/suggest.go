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
// where none is similar enough. The unambiguous beginning of a candidate counts as a match.
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
// Of a value at most the first characters are repeated: it may be a secret.
func flagError(c *cobra.Command, err error) error { return &misuse{flagProblem(c, err)} }

func flagProblem(c *cobra.Command, err error) error {
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok {
		return unknownFlag(c, unknown)
	}
	if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		return invalidValue(c, invalid)
	}
	if syntax, ok := errors.AsType[*pflag.InvalidSyntaxError](err); ok {
		return usageError("not a flag: %s", quoteShort(syntax.GetSpecifiedFlag()))
	}
	return usageError("%w", err)
}

func unknownFlag(c *cobra.Command, unknown *pflag.NotExistError) error {
	name := unknown.GetSpecifiedName()
	if group := unknown.GetSpecifiedShortnames(); group != "" {
		word, _, _ := strings.Cut(group, "=")
		failure := usageError("unknown flag: -%s", shorten(word))
		failure.hint = shorthandHint(c, name, word)
		return failure
	}
	failure := usageError("unknown flag: --%s", shorten(name))
	owners := flagOwners(NewDocumentedRoot(), name)
	peer := peerHint(name)
	similar := nearest(name, flagNames(c))
	switch {
	case name == "token" && strings.Contains(c.Use, "[TOKEN]"):
		failure.hint = peer
	case len(owners) > 0:
		failure.hint = fmt.Sprintf("--%s is a flag of %s", name, strings.Join(owners, ", "))
	case peer != "":
		failure.hint = peer
	case similar != "":
		failure.hint = "did you mean --" + similar + "?"
	}
	return failure
}

// invalidValue names the flag and what it takes.
func invalidValue(c *cobra.Command, invalid *pflag.InvalidValueError) error {
	f, value := invalid.GetFlag(), invalid.GetValue()
	name := "--" + f.Name
	switch {
	case isFlagOf(c, value):
		return tookFlag(f.Name, value)
	case f.Value.Type() == "bool":
		return usageError("%s takes no value", name)
	case f.Name == "output":
		failure := usageError("-o %w", invalid.Unwrap())
		failure.hint = formatHint(value)
		return failure
	default:
		return valueProblem(name, invalid.Unwrap())
	}
}

// peerHint leads from a flag of another program to what there is here.
func peerHint(name string) string {
	ours := map[string]string{
		"json": "use -o json", "j": "use -o json", "format": "use -o FORMAT", "pretty": "use -o json", "raw": "use --jq .payload",
		"iss": "use --issuer URL", "issuer-url": "use --issuer URL", "iss-url": "use --issuer URL",
		"aud": "use --audience AUDIENCE", "sub": "use --require sub=VALUE", "subject": "use --require sub=VALUE",
		"jwk": "use --key FILE", "jwk-file": "use --key FILE", "key-file": "use --key FILE", "keyfile": "use --key FILE",
		"public-key": "use --key FILE", "pubkey": "use --key FILE", "pem": "use --key FILE", "cert": "use --key FILE", "x5c": "use --key FILE",
		"jwks-uri": "use --jwks URL", "jwks-url": "use --jwks URL", "jwks-file": "use --jwks FILE", "keyset": "use --jwks FILE",
		"secret-file": "use --secret @FILE", "hmac-secret": "use --secret @FILE", "password": "use --secret @FILE",
		"algorithm": "use --alg", "algorithms": "use --alg", "claim": "use --require CLAIM=VALUE", "claims": "use --require CLAIM=VALUE",
		"now": "use --at TIME", "time": "use --at TIME", "date": "use --at TIME", "ignore-exp": "use --at TIME", "ignore-expiration": "use --at TIME", "no-exp-check": "use --at TIME",
		"clock-skew": "use --leeway DURATION", "skew": "use --leeway DURATION", "clock-tolerance": "use --leeway DURATION", "tolerance": "use --leeway DURATION",
		"ca-file": "use --cacert FILE", "cafile": "use --cacert FILE", "ca-cert": "use --cacert FILE", "root": "use --cacert FILE",
		"file": "pass a token file as @FILE", "f": "pass a token file as @FILE",
		"token": "pass the token itself, @FILE, env:NAME, or - for stdin", "t": "pass the token itself, @FILE, env:NAME, or - for stdin",
		"H": "use --header", "scopes": "use --scope SCOPE", "roles": "use --role ROLE",
	}
	switch name {
	case "insecure", "no-verify", "skip-verify", "no-signature", "subtle", "k":
		return "nothing here skips a check: claimcheck decode shows a token unverified, --cacert FILE trusts a private CA"
	}
	return ours[name]
}

// shorthandHint recognises two mistakes: a long flag after one dash, and the wrong
// case. Otherwise it lists the shorthands.
func shorthandHint(c *cobra.Command, letter, word string) string {
	names := flagNames(c)
	if hint := peerHint(word); len(word) == 1 && hint != "" {
		return hint
	}
	if len(word) > 1 {
		if similar := nearest(word, names); similar != "" {
			return "did you mean --" + similar + "?"
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
	slices.Sort(letters)
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
	return usageError("unknown command %s for %s", quoteShort(args[0]), c.Name()).didYouMean(args[0], names).orHint(there)
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
