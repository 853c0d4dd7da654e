// Package query runs jq expressions within bounds: filters for the program's
// output and predicates over claims. Expressions see their input and nothing
// else: no environment, no files, no further input, no clock but the time that a
// run is given, no time zone but UTC.
package query

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/itchyny/gojq"
)

// MaxExpression is the length in bytes of the longest expression that compiles.
const MaxExpression = 64 << 10

// A CompileError says why an expression is not one that can be run. Its message
// may hold characters of the expression: escape it before it reaches a terminal.
type CompileError struct {
	// Offset is the number of bytes read before the error, or -1 where it has
	// no place.
	Offset int
	// Reason is the error in words.
	Reason string
}

func (e *CompileError) Error() string {
	if e.Offset < 0 {
		return "invalid jq expression: " + e.Reason
	}
	return fmt.Sprintf("invalid jq expression: %s at byte %d", e.Reason, e.Offset)
}

// A Filter is a compiled expression. It can be run any number of times, from
// several goroutines at once.
type Filter struct {
	code    *gojq.Code
	maxTime time.Duration // MaxTime but in tests
}

// Compile compiles a jq expression. The error is a *CompileError.
func Compile(expression string) (filter *Filter, err error) {
	defer func() {
		if p := recover(); p != nil {
			filter, err = nil, &CompileError{Offset: -1, Reason: fmt.Sprint("the jq compiler failed: ", p)}
		}
	}()
	if len(expression) > MaxExpression {
		return nil, &CompileError{Offset: -1, Reason: fmt.Sprintf("longer than %d bytes", MaxExpression)}
	}
	query, err := gojq.Parse(expression)
	if err != nil {
		return nil, compileError(err)
	}
	confined, err := confinement()
	if err != nil {
		return nil, compileError(err)
	}
	query.FuncDefs = append(confined, query.FuncDefs...)

	// The compiler asks for the environment only where env or $ENV is used.
	usesEnv := false
	code, err := gojq.Compile(query, gojq.WithVariables([]string{"$__now"}), gojq.WithEnvironLoader(func() []string {
		usesEnv = true
		return nil
	}))
	if err != nil {
		return nil, compileError(err)
	}
	if usesEnv {
		return nil, &CompileError{Offset: -1, Reason: "env and $ENV are not available"}
	}
	return &Filter{code: code, maxTime: MaxTime}, nil
}

// confinement returns definitions that stand before the expression and hide the
// functions of the same names that read the clock or the machine's time zone, as
// %Z does for names of zones. (gojq looks its own functions up before those given
// as options, but after definitions.)
func confinement() ([]*gojq.FuncDef, error) {
	query, err := gojq.Parse(`
		def now: $__now;
		def localtime: gmtime;
		def strflocaltime($format): strftime($format);
		def _strptime($format): strptime($format);
		def strptime($format):
			if $format | type == "string" and contains("%Z")
			then error("strptime does not know names of time zones (%Z), only offsets (%z)")
			else _strptime($format) end;
		.`)
	if err != nil {
		return nil, err
	}
	return query.FuncDefs, nil
}

func compileError(err error) error {
	if parse, ok := errors.AsType[*gojq.ParseError](err); ok {
		return &CompileError{Offset: parse.Offset, Reason: cutWords(parse.Error())}
	}
	reason := cutWords(err.Error())
	if name, ok := strings.CutPrefix(reason, "function not defined: "); ok && strings.HasSuffix(name, "/0") {
		reason += ` (a member is written with a dot: .` + strings.TrimSuffix(name, "/0") + `)`
	}
	return &CompileError{Offset: -1, Reason: reason}
}

// cutWords shortens the words of an error that are as long as a token: the user may
// have typed a token instead of an expression.
func cutWords(text string) string {
	const longest = 13
	words := strings.Fields(text)
	for i, word := range words {
		words[i] = shorten(word, longest)
	}
	return strings.Join(words, " ")
}
