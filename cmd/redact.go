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
		if _, value, found := strings.Cut(word, "="); found && maybeToken(value) {
			message = strings.ReplaceAll(message, value, notShown)
		}
		if maybeToken(word) {
			message = strings.ReplaceAll(message, word, notShown)
		}
	}
	return message
}

// maybeToken tells whether a word could be a token: the beginning of a JWT, or
// long and made of letters of both cases and digits.
func maybeToken(word string) bool {
	const shortest = 16
	switch {
	case strings.Contains(word, "eyJ"):
		return true
	case len(word) < shortest || strings.ContainsAny(word, "/:@ ."):
		return false
	default:
		return strings.ContainsFunc(word, unicode.IsUpper) && strings.ContainsFunc(word, unicode.IsLower) &&
			strings.ContainsFunc(word, unicode.IsDigit)
	}
}
