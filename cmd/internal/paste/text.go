package paste

import (
	"encoding/base64"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// region is a stretch of text in which nothing ends a token.
type region struct {
	end     int
	percent int // where its last percent sign is, or -1
	odd     int // where its last character is that opaque tokens don't have, or -1
}

// readRegion reads on from start to the first character that ends a token.
func readRegion(text string, start int) region {
	region := region{end: len(text), percent: -1, odd: -1}
	for i, r := range text[start:] {
		switch {
		case isTokenEnd(r):
			region.end = start + i
			return region
		case r == '%':
			region.percent = start + i
		case r <= ' ' || r > '~' || strings.ContainsRune(`$*[{\`, r):
			region.odd = start + i // also "***", "[redacted]", "$TOKEN"
		}
	}
	return region
}

// isOpaque reports whether the value text[start:region.end] may be a token, and
// not a placeholder for one.
func (region region) isOpaque(text string, start int) bool {
	return region.odd < start && strings.ContainsFunc(text[start:region.end], isAlnum)
}

// isOpaqueValue reports whether the whole of a value that a token response
// names a token may be one: visible ASCII (RFC 6749 appendix A.12), and no
// placeholder such as "***", "[redacted]" or "$TOKEN".
func isOpaqueValue(value string) bool {
	visible := !strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' })
	placeholder := strings.HasPrefix(value, "$") || strings.HasPrefix(value, "[") || strings.HasPrefix(value, "{") || strings.HasPrefix(value, "<")
	return visible && !placeholder && strings.ContainsFunc(value, isAlnum)
}

// beginsHeader reports whether text begins like a JSON object in base64url:
// a brace and then a quote, perhaps with white space between.
func beginsHeader(text string) bool {
	if strings.HasPrefix(text, "eyJ") {
		return true
	}
	if len(text) < 4 || text[0] != 'e' {
		return false
	}
	head, err := base64.RawURLEncoding.DecodeString(text[:4])
	if err != nil || head[0] != '{' {
		return false
	}
	rest := strings.TrimLeft(string(head[1:]), " \t\r\n")
	return rest == "" || rest[0] == '"'
}

// supabase is the prefix of Supabase session cookies, which are base64.
const supabase = "base64-"

// beginsBase64 reports whether text begins like the base64 of a JWT, or of the
// JSON in a cookie of Supabase.
func beginsBase64(text string) bool {
	const header = "ZXlK" // of "eyJ"
	return strings.HasPrefix(text, header) || strings.HasPrefix(text, supabase+"eyJ")
}

// padded is the shape of a JWT whose segments are padded, as load balancers of AWS
// write it.
var padded = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^eyJ[A-Za-z0-9_-]*={0,2}\.[A-Za-z0-9_-]*={0,2}\.[A-Za-z0-9_-]*={0,2}$`)
})

// isCompact reports whether text has the shape of a JWT or a JWE: three or
// five segments, the first an object.
func isCompact(text string) bool {
	dots := strings.Count(text, ".")
	return (dots == 2 || dots == 4) && beginsHeader(text) && runEnd(text, 0) == len(text)
}

// endsSentence reports whether text is a token followed by a full stop.
func endsSentence(text string) bool {
	token, ok := strings.CutSuffix(text, ".")
	return ok && isCompact(token) && !isCompact(text)
}

// runEnd returns where the token characters that begin at pos end.
func runEnd(text string, pos int) int {
	for pos < len(text) && (isAlnum(rune(text[pos])) || text[pos] == '.' || text[pos] == '_' || text[pos] == '-') {
		pos++
	}
	return pos
}

func isAlnum(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}

func isQuote(b byte) bool { return b == '"' || b == '\'' || b == '`' }

func skipBlanks(text string, pos int) int {
	for pos < len(text) && (text[pos] == ' ' || text[pos] == '\t') {
		pos++
	}
	return pos
}

func tokenEndsAt(text string, pos int) bool {
	r, _ := utf8.DecodeRuneInString(text[pos:])
	return pos == len(text) || isTokenEnd(r) || isEscape(text[pos:])
}

// isEscape reports whether text begins with an escaped quote or escaped white space,
// as in JSON inside a string.
func isEscape(text string) bool {
	return len(text) > 1 && text[0] == '\\' && strings.IndexByte(`"'nrt\`, text[1]) >= 0
}

// followsLetter is for letters that are not ASCII; the others are in the run.
func followsLetter(text string, pos int) bool {
	r, _ := utf8.DecodeLastRuneInString(text[:pos])
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r)
}

// isTokenEnd reports whether a token in other text may end before r.
func isTokenEnd(r rune) bool {
	switch r {
	case '"', '\'', '`', ';', ',', '&', '#', '<', '>', ')', ']', '}', '“', '”', '„', '‘', '’', '‚', '«', '»', '‹', '›':
		return true
	default:
		return unicode.IsSpace(r)
	}
}
