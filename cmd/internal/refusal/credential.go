package refusal

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/claimcheck/claimcheck/cmd/internal/exchange"
	"github.com/claimcheck/claimcheck/pkg/token"
)

// A Credential is the token that a request sent.
type Credential struct {
	Scheme string // such as "Bearer", or empty
	Token  string // or empty
	Where  string // such as "the Authorization header"
	// Faults say what is wrong with how the token was sent.
	Faults []Clue
}

// FindCredential finds the token of a request.
func FindCredential(e *exchange.Exchange) Credential {
	values := e.Request.Values("Authorization")
	if len(values) == 0 {
		return elsewhere(e)
	}
	c := readAuthorization(values[0])
	if len(values) > 1 {
		c.say("authorization_header", "the request has %d Authorization headers; servers refuse that (RFC 6750 section 2)", len(values))
	}
	return c
}

// readAuthorization reads the value of the header field.
func readAuthorization(value string) Credential {
	c := Credential{Where: "the Authorization header"}
	value = strings.TrimSpace(value)
	scheme, rest, found := strings.Cut(value, " ")
	switch {
	case value == "":
		c.say("authorization_header", "the Authorization header is empty")
		return c
	case !found && looksLikeToken(value):
		c.Token = value
		c.say("scheme", `the Authorization header has no scheme: it must be "Bearer <token>" (RFC 6750 section 2.1)`)
		return c
	case !found:
		c.Scheme = value
		c.say("authorization_header", "the Authorization header has no token after %q: is a variable empty?", shorten(value))
		return c
	}
	c.Scheme = scheme
	c.readToken(strings.TrimSpace(rest))
	return c
}

func (c *Credential) readToken(text string) {
	if strings.HasSuffix(c.Scheme, ":") {
		c.say("scheme", "there is a colon after the scheme: it must be %q", strings.TrimSuffix(c.Scheme, ":")+" <token>")
		c.Scheme = strings.TrimSuffix(c.Scheme, ":")
	}
	for {
		first, rest, found := strings.Cut(text, " ")
		if !found || !isScheme(strings.TrimSuffix(first, ":")) {
			break
		}
		c.say("scheme", "the scheme appears twice: \"%s %s …\"", c.Scheme, first)
		text = strings.TrimSpace(rest)
	}
	if strings.EqualFold(c.Scheme, "Bearer") && c.Scheme != "Bearer" {
		c.Faults = append(c.Faults, Clue{
			ID: "scheme_case", Status: Warning,
			Message: fmt.Sprintf("the scheme is written %q: that is valid (RFC 9110 section 11.1), but some APIs know \"Bearer\" only", c.Scheme),
		})
	}
	switch {
	case !isScheme(c.Scheme):
		if !strings.EqualFold(c.Scheme, "Basic") {
			c.say("scheme", "the scheme is %q, not Bearer", shorten(c.Scheme))
		}
	case isPlaceholder(text):
		c.say("placeholder", "%q is in place of the token: a variable was empty or not filled in", shorten(text))
		return
	case strings.ContainsAny(text, `"'`):
		c.say("quotes", "there are quotes around the token, which become part of it")
		text = strings.Trim(text, `"'`)
	case strings.Contains(text, ", "):
		c.say("authorization_header", "the Authorization header has several values")
		text, _, _ = strings.Cut(text, ",")
	}
	c.Token = text
	if !strings.EqualFold(c.Scheme, "Basic") && isRedacted(text) {
		c.Token = ""
		c.say("redacted", "the token was removed from the recording, and the rest cannot be read")
	}
}

func isScheme(word string) bool {
	return strings.EqualFold(word, "Bearer") || strings.EqualFold(word, "DPoP")
}

// looksLikeToken tells a token from a word.
func looksLikeToken(text string) bool {
	t := token.Parse(text)
	return t.Form() != token.FormMalformed && !isScheme(text)
}

// isPlaceholder reports whether programs and shells send a text when they have no
// token.
func isPlaceholder(text string) bool {
	switch strings.ToLower(text) {
	case "undefined", "null", "none", "nil", "nan", "[object object]", "token", "your_token", "your-token", "access_token", "true", "false":
		return true
	}
	return strings.HasPrefix(text, "$") || strings.HasPrefix(text, "{{") || strings.HasPrefix(text, "<") || strings.HasPrefix(text, "%") && strings.HasSuffix(text, "%")
}

func isRedacted(text string) bool {
	return strings.Contains(text, "…") || strings.Contains(text, "...") || strings.Contains(text, "***") || strings.Contains(strings.ToLower(text), "redacted")
}

// elsewhere looks for a token outside the Authorization header.
func elsewhere(e *exchange.Exchange) Credential {
	if u, err := url.Parse(e.URL); err == nil {
		if query := u.Query().Get("access_token"); query != "" {
			return Credential{Token: query, Where: "the query of the URL"}
		}
	}
	for _, name := range []string{"X-Forwarded-Access-Token", "X-Access-Token", "X-Auth-Token", "X-Amz-Security-Token"} {
		if value := e.Request.Get(name); value != "" {
			return Credential{Token: value, Where: "the header " + name}
		}
	}
	for _, cookie := range (&http.Request{Header: e.Request}).Cookies() {
		if t := token.Parse(cookie.Value); t.Form() == token.FormJWT {
			return Credential{Token: cookie.Value, Where: "the cookie " + shorten(cookie.Name)}
		}
	}
	return Credential{}
}

func (c *Credential) say(id, format string, args ...any) {
	c.Faults = append(c.Faults, Clue{ID: id, Status: Failed, Message: fmt.Sprintf(format, args...)})
}
