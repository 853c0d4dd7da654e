// Package paste finds tokens in the text that people have: a header, a cookie, a
// URL, a token response, a transcript.
package paste

import "strings"

// People paste what they have: a header, a cookie, a URL, a token response, a
// transcript. The paste files find the tokens in such a text. Three rules keep
// that harmless: nothing is ever changed inside a token except that a wrap is
// undone, and that is said (repaired); of several different tokens none is
// silently preferred; and what is not recognised comes back as it stands, so
// that the parser can name what is wrong with it.

// The names that make a value a token whatever it looks like. Under any other
// name only a JWT or a JWE is one.
const (
	idToken      = "id_token"
	AccessToken  = "access_token"
	refreshToken = "refresh_token"
	headerName   = "Authorization"
)

// Token is one token found in pasted text.
type Token struct {
	// Name is what the text calls the token: "id_token", "access_token", a
	// cookie's name, "Authorization"; empty when it has none. It holds letters,
	// digits, ".", "_" and "-" only, and is never a number.
	Name string
	// OtherNames are further names of the same token in the same text.
	OtherNames []string
	// Text is the token itself.
	Text string
	// Repaired means that line breaks were joined: the text as given is not a
	// valid token.
	Repaired bool
}

// Find returns the different tokens in text, in order of appearance. A
// text in which no token is recognised comes back as one candidate, without
// the quotes and the scheme around it, for the parser to diagnose. Only a text
// that holds nothing has none.
func Find(text string) []Token {
	core, name := unwrap(text)
	if core == "" {
		return nil
	}
	c := &collector{}
	c.readText(unquote(text), "", 0)
	if len(c.found) == 0 {
		c.add(wholeText(core, name))
	}
	return c.found
}

// Exact is the input as it stands, one trailing newline aside (--exact).
func Exact(text string) string {
	if rest, ok := strings.CutSuffix(text, "\n"); ok {
		return strings.TrimSuffix(rest, "\r")
	}
	return text
}

// wholeText takes a whole text for one token. A wrap is undone here too, so
// that a wrapped token with a segment missing is told so, and not that it has a
// line break.
func wholeText(core, name string) Token {
	if beginsHeader(core) {
		block := readBlock(core, 0, runEnd(core, 0))
		last := len(block.lines) - 1
		if last > 0 && block.lines[last].end == len(core) && block.isWrap(last) {
			return Token{Name: name, Text: block.joined, Repaired: true}
		}
	}
	return Token{Name: name, Text: core}
}

// unwrap removes what may surround a lone token: white space, a byte order
// mark, quotes, "Authorization:" and the scheme, in any nesting.
func unwrap(text string) (core, name string) {
	for {
		core = unquote(text)
		if rest, ok := cutFold(core, "authorization:"); ok {
			core, name = rest, headerName
		}
		if scheme := schemeLen(core); scheme > 0 {
			core = core[scheme:]
		}
		if len(core) == len(text) {
			return core, name
		}
		text = core
	}
}

// unquote removes white space, a byte order mark and pairs of quotes.
func unquote(text string) string {
	for {
		before := len(text)
		text = strings.TrimSpace(strings.TrimPrefix(text, "\ufeff"))
		for _, pair := range [...][2]string{
			{`"`, `"`}, {`'`, `'`}, {"`", "`"}, {"“", "”"}, {"‘", "’"}, {"„", "“"}, {"”", "”"}, {"’", "’"}, {"«", "»"},
		} {
			inner, opened := strings.CutPrefix(text, pair[0])
			if inner, closed := strings.CutSuffix(inner, pair[1]); opened && closed {
				text = inner
				break
			}
		}
		if len(text) == before {
			return text
		}
	}
}

// schemeLen is the length of "Bearer " or "DPoP " at the front of text, or
// 0. A scheme with nothing behind it counts as one: it is not a token.
func schemeLen(text string) int {
	for _, scheme := range [...]string{"bearer", "dpop"} {
		rest, ok := cutFold(text, scheme)
		if !ok {
			continue
		}
		value := strings.TrimLeft(rest, " \t")
		if len(value) < len(rest) || rest == "" {
			return len(text) - len(value)
		}
	}
	return 0
}

// cutFold is strings.CutPrefix for an ASCII prefix in any case.
func cutFold(text, prefix string) (string, bool) {
	if len(text) < len(prefix) || !strings.EqualFold(text[:len(prefix)], prefix) {
		return text, false
	}
	return text[len(prefix):], true
}
