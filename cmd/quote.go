package cmd

import (
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// maxQuoted is how many characters of a value are quoted in an error. What was
// typed in the wrong place may be a token or a secret.
const maxQuoted = 12

// quoteShort quotes at most the first maxQuoted characters of a value.
func quoteShort(value string) string { return strconv.Quote(shorten(value)) }

func shorten(value string) string {
	if utf8.RuneCountInString(value) <= maxQuoted {
		return value
	}
	return string([]rune(value)[:maxQuoted]) + "…"
}

var fileExtension = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\.[A-Za-z][A-Za-z0-9]{0,7}$`)
})

// shownName is a file name for a message: whole where it has a path separator or
// an extension, else no more than quoteShort shows.
func shownName(path string) string {
	hasExtension := fileExtension().MatchString(filepath.Ext(path)) && !strings.HasPrefix(path, "eyJ") // as every JWT begins
	if strings.ContainsAny(path, `/\`) || hasExtension {
		return path
	}
	return shorten(path)
}

var variableName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Z_][A-Z0-9_]*$`)
})

// shownVariable is the name of an environment variable for a message: whole where
// it is written as such names usually are.
func shownVariable(name string) string {
	if variableName().MatchString(name) {
		return name
	}
	return shorten(name)
}
