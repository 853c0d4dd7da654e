// Package paste finds tokens in the text that people have: a header, a cookie, a
// URL, a token response, a transcript, a Secret of Kubernetes, a line of a log.
//
// Three rules keep that harmless: nothing is changed inside a token without that
// being said (Token.Repair); of several different tokens none is preferred in
// silence; and what is not recognised is returned unchanged, so that the parser
// can name what is wrong with it.
package paste

import "strings"

// The names that make a value a token whatever it looks like. Under any other
// name only a JWT or a JWE is one.
const (
	AccessToken  = "access_token"
	idToken      = "id_token"
	refreshToken = "refresh_token"
	headerName   = "Authorization"
)

// What had to be undone to find a token, in words.
const (
	repairLines   = "line breaks were joined"
	repairPercent = "percent-encoding was undone"
	repairStop    = "a full stop after it was dropped"
	repairScheme  = `"Bearer" appears twice`
)

// Token is one token found in pasted text.
type Token struct {
	// Name is what the text calls the token: "id_token", "access_token", a
	// cookie's name, "Authorization"; empty when it has none. It holds letters,
	// digits, ".", "_" and "-" only, is never a number and no part of a token.
	Name string
	// OtherNames are further names of the same token in the same text.
	OtherNames []string
	// Text is the token itself.
	Text string
	// Repair describes what was undone if servers would reject the text as it was
	// pasted; otherwise it is empty.
	Repair string
	// Encoding says in words how the text holds the token where that is an encoding
	// of its own, such as the base64 of a Secret; else it is empty.
	Encoding string
}

// Warning describes how the token was repaired, or is empty if it was not.
func (t Token) Warning() string {
	if t.Repair == "" {
		return ""
	}
	return t.Repair + ": the text as given is not a valid token; servers will refuse it"
}

// Find returns the different tokens in text, in order of appearance. A text in
// which no token is recognised comes back as one candidate, without the quotes
// and the scheme around it, for the parser to diagnose. Only a text that holds
// nothing has none.
func Find(text string) []Token {
	whole := unwrap(text)
	if whole.Text == "" {
		return nil
	}
	if isCompact(whole.Text) { // which is usual
		return []Token{whole}
	}
	c := &collector{}
	c.readText(unquote(text), context{repair: whole.Repair})
	if len(c.found) == 0 {
		if joined, _, ok := joinedWhole(whole.Text); ok {
			whole.Text, whole.Repair = joined, repairLines
		}
		c.add(whole)
	}
	return c.found
}

// Exact returns the input without one trailing newline (--exact).
func Exact(text string) string {
	if rest, ok := strings.CutSuffix(text, "\n"); ok {
		return strings.TrimSuffix(rest, "\r")
	}
	return text
}

// unwrap removes what may surround a lone token: white space, a byte order
// mark, quotes, "Authorization:" and the scheme, in any nesting.
func unwrap(text string) Token {
	t := Token{}
	schemes := 0
	for {
		core := unquote(text)
		if rest, ok := cutFold(core, "authorization:"); ok {
			core, t.Name = rest, headerName
		}
		if scheme := schemeLen(core); scheme > 0 {
			core = core[scheme:]
			schemes++
		}
		if len(core) == len(text) {
			t.Text = core
			if schemes > 1 {
				t.Repair = repairScheme
			}
			return t
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

// schemeLen is the length of "Bearer " or "DPoP " at the front of text, or 0. A
// scheme followed by nothing counts as one: it is not a token.
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
