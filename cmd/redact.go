package cmd

import (
	"strings"
	"unicode"
)

// notShown stands for what was typed and may be a token.
const notShown = "[not shown]"

// redactTyped takes out of a message what was typed on the command line and may
// be a token: one where a command or a flag belongs, or as a flag's value.
func redactTyped(message string, args []string) string {
	for _, arg := range args {
		word := strings.TrimLeft(arg, "-")
		_, value, _ := strings.Cut(word, "=")
		for _, candidate := range []string{word, value} {
			candidate = strings.TrimPrefix(strings.TrimPrefix(candidate, "@"), "env:")
			if maybeToken(candidate) {
				message = strings.ReplaceAll(message, candidate, notShown)
				message = strings.ReplaceAll(message, candidate[:shortestToken], notShown) // where it was cut
			}
		}
	}
	return message
}

// shortestToken is the length from which a word of letters and digits may be a
// token.
const shortestToken = 16

// maybeToken tells whether a word could be a token: the beginning of a JWT, or
// long and made of letters and digits, as random text, hex and UUIDs are.
func maybeToken(word string) bool {
	switch {
	case len(word) < shortestToken:
		return false
	case strings.Contains(word, "eyJ"):
		return true
	case strings.ContainsAny(word, "/:@ ."):
		return false
	default:
		return strings.ContainsFunc(word, unicode.IsLetter) && strings.ContainsFunc(word, unicode.IsDigit)
	}
}
