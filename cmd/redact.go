package cmd

import (
	"regexp"
	"strings"
	"unicode"
)

// notShown stands for what was typed and may be a token.
const notShown = "[not shown]"

// redactTyped takes out of a message what was typed on the command line, or set
// as a variable of ours, and may be a token: one where a command or a flag
// belongs, or as a flag's value.
func redactTyped(message string, typed []string) string {
	var secrets []string
	for _, arg := range typed {
		word := strings.TrimLeft(arg, "-")
		name, value, _ := strings.Cut(word, "=")
		for _, candidate := range []string{word, value, name} {
			candidate = strings.TrimPrefix(strings.TrimPrefix(candidate, "@"), "env:")
			if maybeToken(candidate) {
				secrets = append(secrets, candidate)
			}
		}
	}
	for _, secret := range secrets {
		message = strings.ReplaceAll(message, secret, notShown)
	}
	for _, secret := range secrets { // where it was cut
		message = strings.ReplaceAll(message, secret[:shortestToken], notShown)
	}
	message = beginsJWT.ReplaceAllString(message, notShown)
	return bearerInText.ReplaceAllString(message, "$1 "+notShown)
}

// beginsJWT is a JWT, or what is left of one, wherever it stands in a text.
var beginsJWT = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{5,}[A-Za-z0-9._~+/=-]*`)

// bearerInText is a token behind its scheme.
var bearerInText = regexp.MustCompile(`(?i)\b(bearer|dpop)(\s|\\[nrt])+[A-Za-z0-9._~+/=-]{8,}`)

// variablesTyped are the values of our own variables.
func variablesTyped(env *Env) []string {
	values := []string{env.getenv(variableProfile), env.getenv(variableConfig)}
	for _, s := range settings() {
		if s.variable != "" {
			values = append(values, env.getenv(s.variable))
		}
	}
	return values
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
