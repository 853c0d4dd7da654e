package verifier

import (
	"net/http"
	"strings"
)

// A challenge is the answer to a request that is refused (RFC 6750 section 3).
// Without a code it only asks for a token.
type challenge struct {
	status      int
	code        string // error
	description string // error_description
	scope       string
	acrValues   string // RFC 9470 section 3
	maxAge      string // RFC 9470 section 3, seconds
}

// refuse writes the answer. It is not to be stored: the next token may be good.
func (v *Verifier) refuse(w http.ResponseWriter, c challenge) {
	w.Header().Set("WWW-Authenticate", v.header(c))
	w.Header().Set("Cache-Control", "no-store")
	text := c.description
	if text == "" {
		text = "a bearer token is needed"
	}
	http.Error(w, text, c.status)
}

// header writes the challenge as a field value. RFC 6750 section 3 asks for at
// least one parameter: the realm is always there.
func (v *Verifier) header(c challenge) string {
	realm := "api"
	if len(v.policy.Audiences) > 0 {
		realm = v.policy.Audiences[0]
	}
	var b strings.Builder
	b.WriteString("Bearer realm=" + quote(realm))
	for _, p := range []struct{ name, value string }{
		{"error", c.code}, {"error_description", c.description}, {"scope", c.scope},
		{"acr_values", c.acrValues}, {"max_age", c.maxAge}, {"resource_metadata", v.opts.resourceMetadata},
	} {
		if p.value != "" {
			b.WriteString(", " + p.name + "=" + quote(p.value))
		}
	}
	return b.String()
}

// quote writes a quoted string (RFC 9110 section 5.6.4) and leaves out what
// cannot stand in a header.
func quote(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case ' ' <= r && r <= '~':
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
