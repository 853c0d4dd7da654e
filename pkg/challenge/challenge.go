// Package challenge reads and writes the WWW-Authenticate header field (RFC 9110
// section 11.6.1), in which a server that refuses a request says how to come back:
// any number of challenges, with the parameters of RFC 6750, RFC 9449, RFC 9470 and
// RFC 9728 among others.
//
// Parse reads what servers really send: it continues after a mistake and
// reports it, so that a program can show the challenges and also say what
// breaks the grammar. Check compares challenges with the requirements of RFC
// 6750.
package challenge

import (
	"errors"
	"fmt"
	"strings"
)

// maxLength is the length in bytes of the longest field value that Parse reads.
const maxLength = 16 << 10

// A Challenge is one way to authenticate (RFC 9110 section 11.3).
type Challenge struct {
	Scheme  string  `json:"scheme"`            // as the server wrote it, in any case
	Token68 string  `json:"token68,omitempty"` // instead of parameters, as in Negotiate
	Params  []Param `json:"params"`
}

// A Param is a parameter of a challenge, its value without quotes and escapes.
type Param struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Param returns the value of the first parameter of that name, whatever its case
// (RFC 9110 section 11.2), or an empty string.
func (c Challenge) Param(name string) string {
	value, _ := c.lookup(name)
	return value
}

// lookup is like Param and also reports whether the parameter is present.
func (c Challenge) lookup(name string) (string, bool) {
	for _, p := range c.Params {
		if strings.EqualFold(p.Name, name) {
			return p.Value, true
		}
	}
	return "", false
}

// Find returns the first challenge of a scheme, whatever its case (RFC 9110 section
// 11.1), and whether there is one. Access tokens are for Bearer (RFC 6750) and DPoP
// (RFC 9449).
func Find(list []Challenge, scheme string) (Challenge, bool) {
	for _, c := range list {
		if strings.EqualFold(c.Scheme, scheme) {
			return c, true
		}
	}
	return Challenge{}, false
}

// errTooLong is the error of Parse for a value longer than maxLength.
var errTooLong = errors.New("challenge: the field value is longer than 16 KiB")

// Encode returns the challenge as a field value. It fails for anything that a
// field value cannot hold: names that are not tokens, control characters, or a
// token68 together with parameters.
func (c Challenge) Encode() (string, error) {
	var b strings.Builder
	switch {
	case !isToken(c.Scheme):
		return "", fmt.Errorf("challenge: %q is not a scheme", c.Scheme)
	case c.Token68 != "" && len(c.Params) > 0:
		return "", errors.New("challenge: a token68 and parameters exclude each other")
	case c.Token68 != "" && token68Len(c.Token68) != len(c.Token68):
		return "", errors.New("challenge: the token68 has invalid characters")
	}
	b.WriteString(c.Scheme)
	if c.Token68 != "" {
		b.WriteString(" " + c.Token68)
	}
	for i, p := range c.Params {
		if !isToken(p.Name) {
			return "", fmt.Errorf("challenge: %q is not the name of a parameter", p.Name)
		}
		separator := ", "
		if i == 0 {
			separator = " "
		}
		b.WriteString(separator + p.Name + "=")
		if err := quote(&b, p.Value); err != nil {
			return "", fmt.Errorf("challenge: %s: %w", p.Name, err)
		}
	}
	return b.String(), nil
}

// quote writes a quoted-string (RFC 9110 section 5.6.4).
func quote(b *strings.Builder, value string) error {
	b.WriteByte('"')
	for i := range len(value) {
		switch ch := value[i]; {
		case ch == '"' || ch == '\\':
			b.WriteByte('\\')
		case ch < ' ' && ch != '\t', ch == 0x7f:
			return errors.New("the value has a control character")
		}
		b.WriteByte(value[i])
	}
	b.WriteByte('"')
	return nil
}

// isToken reports whether s is a token (RFC 9110 section 5.6.2).
func isToken(s string) bool { return s != "" && tokenLen(s) == len(s) }

// tokenLen returns the length of the token at the front of s.
func tokenLen(s string) int {
	for i := range len(s) {
		if !isLetterOrDigit(s[i]) && !strings.ContainsRune("!#$%&'*+-.^_`|~", rune(s[i])) {
			return i
		}
	}
	return len(s)
}

// token68Len returns the length of the token68 at the front of s (RFC 9110 section
// 11.2).
func token68Len(s string) int {
	i := 0
	for i < len(s) && (isLetterOrDigit(s[i]) || strings.ContainsRune("-._~+/", rune(s[i]))) {
		i++
	}
	if i == 0 {
		return 0
	}
	for i < len(s) && s[i] == '=' {
		i++
	}
	return i
}

func isLetterOrDigit(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
