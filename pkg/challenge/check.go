package challenge

import (
	"fmt"
	"strings"
)

// The statuses with which an API refuses a token.
const (
	badRequest   = 400
	unauthorized = 401
	forbidden    = 403
)

// A Problem is one way in which challenges break a specification.
type Problem struct {
	Text string // in words; it may quote the server
	Spec string // the section
}

// An errorCode describes a value of the error parameter.
type errorCode struct {
	status int
	spec   string
}

// errorCodes returns the registered values of the error parameter.
func errorCodes() map[string]errorCode {
	const bearer, dpop = "RFC 6750 section 3.1", "RFC 9449 section 7.1"
	return map[string]errorCode{
		"invalid_request":                  {badRequest, bearer},
		"invalid_token":                    {unauthorized, bearer},
		"insufficient_scope":               {forbidden, bearer},
		"insufficient_user_authentication": {unauthorized, "RFC 9470 section 3"},
		"invalid_dpop_proof":               {unauthorized, dpop},
		"use_dpop_nonce":                   {unauthorized, "RFC 9449 section 9"},
	}
}

// IsErrorCode reports whether a value of the error parameter is registered. Any other
// value may repeat what the client sent.
func IsErrorCode(code string) bool {
	_, known := errorCodes()[code]
	return known
}

// Check compares the challenges of a response with RFC 6750 section 3. status is that of the
// response, or 0 if it is unknown; sentToken reports whether the request had a token. It checks
// challenges of the schemes Bearer and DPoP, and that there is one.
func Check(status int, sentToken bool, list []Challenge) []Problem {
	c := &checker{status: status, sentToken: sentToken}
	found := false
	for _, one := range list {
		if strings.EqualFold(one.Scheme, "Bearer") || strings.EqualFold(one.Scheme, "DPoP") {
			found = true
			c.challenge(one)
		}
	}
	switch {
	case status == unauthorized && len(list) == 0:
		c.say("RFC 9110 section 15.5.2", "401 without WWW-Authenticate: the client is not told how to authenticate")
	case status == unauthorized && !found:
		c.say("RFC 6750 section 3", "no challenge of the scheme Bearer, only %s", quoteSchemes(list))
	}
	return c.problems
}

func quoteSchemes(list []Challenge) string {
	names := make([]string, len(list))
	for i, c := range list {
		names[i] = c.Scheme
	}
	return strings.Join(names, ", ")
}

type checker struct {
	status    int
	sentToken bool
	problems  []Problem
}

func (c *checker) say(spec, format string, args ...any) {
	c.problems = append(c.problems, Problem{Text: fmt.Sprintf(format, args...), Spec: spec})
}

func (c *checker) challenge(one Challenge) {
	if one.Token68 != "" {
		c.say("RFC 6750 section 3", "%s has a token68, not parameters", one.Scheme)
	}
	// RFC 6750 asks for at least one parameter; a bare "Bearer" to a request
	// without a token is what its own section 3.1 suggests, and common.
	if len(one.Params) == 0 && one.Token68 == "" && c.sentToken {
		c.say("RFC 6750 section 3", "%s has no parameters: it does not say what is wrong with the token", one.Scheme)
	}
	c.errorCode(one)
	for _, name := range []string{"error", "error_description", "scope"} {
		c.characters(one, name)
	}
}

func (c *checker) errorCode(one Challenge) {
	code, ok := one.lookup("error")
	if !ok {
		return
	}
	if !c.sentToken {
		c.say("RFC 6750 section 3.1", "error=%q although the request had no token", code)
		return
	}
	switch known, ok := errorCodes()[code]; {
	case !ok:
		c.say("RFC 6750 section 3.1", "error=%q is not a registered code", code)
	case known.status != c.status && c.status != 0:
		c.say(known.spec, "error=%q belongs to status %d, not %d", code, known.status, c.status)
	}
}

func (c *checker) characters(one Challenge, name string) {
	value := one.Param(name)
	for i := range len(value) {
		if !isErrorText(value[i]) {
			c.say("RFC 6750 section 3", "%s has an invalid character: %q", name, value[i:i+1])
			return
		}
	}
}

// isErrorText reports whether a byte may stand in error, error_description and scope:
// %x20-21 / %x23-5B / %x5D-7E.
func isErrorText(b byte) bool { return ' ' <= b && b <= '~' && b != '"' && b != '\\' }
