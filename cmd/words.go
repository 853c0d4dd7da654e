package cmd

import (
	"fmt"
	"net/http"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// maxQuoted is how many characters of a value are quoted in an error. What was
// typed in the wrong place may be a token or a secret.
const maxQuoted = 12

// quoteShort quotes at most the first maxQuoted characters of a value.
func quoteShort(value string) string { return strconv.Quote(shorten(value)) }

func shorten(value string) string { return cut(value, maxQuoted) }

// cut leaves at most the first characters of a text.
func cut(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most]) + "…"
}

var fileExtension = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\.[A-Za-z][A-Za-z0-9]{0,7}$`)
})

// shownName returns a file name for a message. It shortens a name that has neither
// a path separator nor an extension, as quoteShort does.
func shownName(path string) string {
	hasExtension := fileExtension().MatchString(filepath.Ext(path)) && !strings.HasPrefix(path, "eyJ") // as every JWT begins
	if strings.ContainsAny(path, `/\`) || hasExtension {
		return path
	}
	return shorten(path)
}

// shownVariable returns the name of an environment variable for a message. It
// shortens a name with unusual characters.
func shownVariable(name string) string {
	if name != "" && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == "" && name[0] > '9' {
		return name
	}
	return shorten(name)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// withTime adds to a message how far the time that it is about is from now, if it is
// about one.
func withTime(message string, at, now time.Time) string {
	if at.IsZero() {
		return message
	}
	return fmt.Sprintf("%s (%s)", message, output.RelativeTime(at, now))
}

// orList writes "a, b or c".
func orList(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// listed shows a string or a list of them in a line; one that is too long is cut.
func listed(v strictjson.Value) string {
	const most = 3
	list, ok := v.TextList()
	if !ok {
		return shortened(v.String())
	}
	words := make([]string, 0, most+1)
	for i, s := range list {
		if i == most {
			words = append(words, fmt.Sprintf("%d more", len(list)-most))
			break
		}
		words = append(words, shortened(fmt.Sprintf("%q", s)))
	}
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, ", ")
}

// shortened cuts what is too long for a line of the report: --claims has it all.
func shortened(s string) string { return cut(s, 160) }

// statusLine is a status in words: "404 Not Found".
func statusLine(status int) string {
	return strings.TrimSpace(strconv.Itoa(status) + " " + http.StatusText(status))
}

// withoutQuery is a URL without what could be secret in it.
func withoutQuery(url string) string {
	before, _, found := strings.Cut(url, "?")
	if found {
		return before + "?…"
	}
	return before
}
