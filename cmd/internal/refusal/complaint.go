// Package refusal says what an API complains about when it refuses a request, and
// what the token of the request shows about that. It knows the challenges of RFC
// 6750 and its relatives, and the words of well-known software. Nothing it says of
// a token is verified.
package refusal

import (
	"net/http"
	"slices"
	"strings"

	"github.com/claimcheck/claimcheck/cmd/internal/exchange"
	"github.com/claimcheck/claimcheck/pkg/challenge"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// A Complaint is what an API says when it refuses.
type Complaint struct {
	Reason   Reason
	Product  string // whose words these are, or empty
	Words    string // the API's own, shortened; it may quote anything
	Expected string // what the API says it expects, or empty

	Challenges []challenge.Challenge
	Faults     error               // what breaks the grammar of WWW-Authenticate, or nil
	Problems   []challenge.Problem // what breaks RFC 6750
}

// maxWords is the number of bytes of an answer that are shown.
const maxWords = 300

// Read reads the complaint of an answer. sent reports whether the request had a
// token.
func Read(e *exchange.Exchange, sent bool) Complaint {
	var c Complaint
	c.Challenges, c.Faults = challenge.Parse(e.Response.Values("WWW-Authenticate")...)
	status := e.Status
	if status == 0 {
		status = bodyStatus(e.Body)
	}
	if len(c.Challenges) > 0 || e.Status != 0 {
		unknown := len(e.Request) == 0 // then an error says that there was a token
		c.Problems = challenge.Check(status, sent || unknown && c.Param("error") != "", c.Challenges)
	}
	c.Words = c.words(e.Body)
	c.recognise(e)
	if c.Reason == "" {
		c.Reason = c.byCode(status, sent)
	}
	return c
}

// Param returns a parameter of the challenge that is about tokens.
func (c *Complaint) Param(name string) string {
	var found challenge.Challenge
	for _, one := range c.Challenges {
		if forTokens(one) && (found.Scheme == "" || one.Param("error") != "") {
			found = one
		}
	}
	return found.Param(name)
}

// words returns the error description of the challenge or, without one, the
// message of the body.
func (c *Complaint) words(body string) string {
	if description := c.Param("error_description"); description != "" {
		return shorten(description)
	}
	if document, err := strictjson.Parse([]byte(body)); err == nil {
		return shorten(message(document))
	}
	if strings.HasPrefix(body, "<") {
		return "" // a page for people
	}
	line, _, _ := strings.Cut(body, "\n")
	return shorten(line)
}

// message finds the words of an error in JSON, under the names that are usual.
func message(v strictjson.Value) string {
	if text, ok := v.Text(); ok {
		return text
	}
	for _, name := range []string{"error_description", "message", "Message", "detail", "msg", "title", "error", "error_message", "reason", "errors"} {
		member := v.Get(name)
		if text, ok := member.Text(); ok && text != "" {
			return text
		}
		if member.Type() == strictjson.TypeObject {
			if text := message(member); text != "" {
				return text
			}
		}
	}
	return ""
}

func shorten(text string) string {
	if len(text) <= maxWords {
		return text
	}
	return strings.ToValidUTF8(text[:maxWords], "") + "…"
}

// recognise looks for the words of well-known software.
func (c *Complaint) recognise(e *exchange.Exchange) {
	text := c.Param("error_description") + "\n" + e.Body
	lower := strings.ToLower(strings.NewReplacer(`\"`, `"`, `": "`, `":"`).Replace(text))
	for _, known := range sayings() {
		if contains(lower, known.words) {
			c.Reason, c.Product = known.reason, known.product
			break
		}
	}
	for _, known := range signs() {
		for _, value := range e.Response.Values(known.name) {
			if strings.Contains(strings.ToLower(value), known.value) && c.Product == "" {
				c.Product = known.product
			}
		}
	}
	for _, pattern := range expectations() {
		if match := pattern.FindStringSubmatch(text); match != nil && c.Expected == "" {
			c.Expected = shorten(match[1])
		}
	}
}

// contains reports whether the parts of words, between "…", stand in text in that
// order.
func contains(text, words string) bool {
	for part := range strings.SplitSeq(words, "…") {
		_, rest, found := strings.Cut(text, part)
		if !found {
			return false
		}
		text = rest
	}
	return true
}

// byCode is the kind of a complaint whose words are not known.
func (c *Complaint) byCode(status int, sent bool) Reason {
	if reason, known := map[string]Reason{
		"invalid_token": Invalid, "insufficient_scope": Scope, "insufficient_user_authentication": StepUp,
		"use_dpop_nonce": DPoP, "invalid_dpop_proof": DPoP, "invalid_request": Malformed,
	}[c.Param("error")]; known {
		return reason
	}
	switch {
	case status == http.StatusUnauthorized && len(c.Challenges) > 0 && !slices.ContainsFunc(c.Challenges, forTokens):
		return Route
	case status == http.StatusUnauthorized && !sent:
		return Missing
	case status == http.StatusUnauthorized && onlyDPoP(c.Challenges):
		return DPoP
	case status == http.StatusUnauthorized:
		return Invalid
	case status == http.StatusForbidden:
		return Denied
	case status >= 300 && status < 400:
		return Route
	default:
		return Unknown
	}
}

func forTokens(c challenge.Challenge) bool {
	return isScheme(c.Scheme) || c.Scheme == ""
}

func onlyDPoP(list []challenge.Challenge) bool {
	_, dpop := challenge.Find(list, "DPoP")
	_, bearer := challenge.Find(list, "Bearer")
	return dpop && !bearer
}

// bodyStatus returns the status code that the body states, or 0.
func bodyStatus(body string) int {
	document, err := strictjson.Parse([]byte(body))
	if err != nil {
		if strings.Contains(body, "401") || strings.Contains(strings.ToLower(body), "unauthorized") {
			return http.StatusUnauthorized
		}
		return 0
	}
	words := []string{strings.ToLower(message(document))}
	for _, name := range []string{"status", "statusCode", "code"} {
		literal, _ := document.Get(name).Literal()
		words = append(words, literal)
	}
	switch {
	case slices.Contains(words, "401"), slices.Contains(words, "unauthorized"):
		return http.StatusUnauthorized
	case slices.Contains(words, "403"), slices.Contains(words, "forbidden"):
		return http.StatusForbidden
	default:
		return 0
	}
}
