// Package output is the one way from the program to its streams: text, JSON,
// colour, messages, and the escaping of everything that came from outside. It
// knows nothing about tokens.
package output

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Escape makes a text safe to show on a terminal and in a log. What cannot be
// seen, moves the cursor or changes the direction of writing is written as in
// JSON (\n, \u001b, \udb40\udc01), a byte that is not UTF-8 as \x9b, and the
// beginning of a CI system's log command is broken. A backslash stays as it is.
// Escaping twice changes nothing.
func Escape(s string) string {
	var e escaper
	escaped := string(e.append(nil, s))
	if startsLogCommand(escaped) {
		return strings.Replace(escaped, ":", `\u003a`, 1)
	}
	return escaped
}

// Quote returns s escaped and in double quotes. It also escapes quotes and
// backslashes, so that the extent and the exact text of s are unambiguous.
func Quote(s string) string {
	return string(appendQuoted(nil, s, asQuoted))
}

// startsLogCommand reports whether GitHub Actions could take a line that begins
// with s for a command, such as ::error::. Those of the form ##[error], which are
// found anywhere in a line, are broken already.
func startsLogCommand(s string) bool {
	s, ok := strings.CutPrefix(strings.TrimLeft(s, " "), "::")
	return ok && s != "" && isASCIILetter(rune(s[0])) // an IPv6 address may be ::1
}

func isASCIILetter(r rune) bool { return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' }

// A notation is a way to escape text.
type notation int

const (
	asText   notation = iota
	asQuoted          // between quotes, for people
	asJSON            // between quotes, as JSON: what is not UTF-8 becomes U+FFFD
)

// An escaper escapes the pieces of one text.
type escaper struct {
	as      notation
	context runeContext
}

func (e *escaper) append(dst []byte, s string) []byte {
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && size == 1 && e.as == asJSON: // a byte that is not UTF-8
			e.context = runeContext{}
			dst = append(dst, `\ufffd`...)
		case r == utf8.RuneError && size == 1:
			e.context = runeContext{}
			dst = fmt.Appendf(dst, `\x%02x`, s[0])
		case e.as != asText && (r == '"' || r == '\\'):
			e.context.shows(r)
			dst = append(dst, '\\', byte(r))
		case e.context.shows(r):
			dst = append(dst, s[:size]...)
		default:
			dst = appendRune(dst, r)
		}
		s = s[size:]
	}
	return dst
}

func appendQuoted(dst []byte, s string, as notation) []byte {
	e := escaper{as: as}
	return append(e.append(append(dst, '"'), s), '"')
}

// appendRune writes r as JSON escapes it.
func appendRune(dst []byte, r rune) []byte {
	switch r {
	case '\b':
		return append(dst, `\b`...)
	case '\f':
		return append(dst, `\f`...)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	}
	if high, low := utf16.EncodeRune(r); high != unicode.ReplacementChar {
		return fmt.Appendf(dst, `\u%04x\u%04x`, high, low)
	}
	return fmt.Appendf(dst, `\u%04x`, r)
}
