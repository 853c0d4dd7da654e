// Package strictjson reads JSON the way a verifier must: one value, valid UTF-8,
// no duplicate member names at any depth, bounded nesting, member order kept and
// numbers kept as the text they were written as (RFC 8259; RFC 7515 section 4
// and RFC 7519 section 4 require unique names).
//
// Get and the typed accessors read a Value and report whether it has their type. From
// converts a Go value, so that all JSON output goes through Value.
package strictjson

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth is the deepest nesting of arrays and objects that Parse accepts.
const maxDepth = 32

// A SyntaxError says why a text is not one strict JSON value. Its message may
// hold characters of the input: escape it before it reaches a terminal.
type SyntaxError struct {
	// Offset is the number of bytes read before the error.
	Offset int64
	// Pointer is the RFC 6901 JSON pointer of the value in which the error lies.
	Pointer string
	// Reason is the error in words.
	Reason string
}

func (e *SyntaxError) Error() string {
	if e.Pointer != "" {
		return fmt.Sprintf("%s in %q at byte %d", e.Reason, e.Pointer, e.Offset)
	}
	return fmt.Sprintf("%s at byte %d", e.Reason, e.Offset)
}

// Parse reads exactly one JSON value. White space around it is allowed. The
// error is a *SyntaxError.
func Parse(data []byte) (Value, error) {
	if jsontext.Value(data).IsValid() {
		c := cutter{text: string(data)}
		if v, ok := c.value(); ok {
			return v, nil
		}
	}
	return Value{}, explain(data)
}

// ParseObject is Parse for a text that must be a JSON object.
func ParseObject(data []byte) (Value, error) {
	v, err := Parse(data)
	if err != nil {
		return Value{}, err
	}
	if v.Type() != TypeObject {
		return Value{}, &SyntaxError{Reason: "not a JSON object but " + v.Type().withArticle()}
	}
	return v, nil
}

// A cutter takes a text apart that jsontext has found valid, so it only looks for
// where each value ends. Strings and numbers are parts of the text.
type cutter struct {
	text  string
	at    int
	depth int
}

// value returns the next value, and false where it is nested too deeply.
func (c *cutter) value() (Value, bool) {
	switch c.peek() {
	case '{':
		return c.object()
	case '[':
		return c.array()
	case '"':
		return Value{typ: TypeString, text: c.string()}, true
	case 'n':
		c.scalar()
		return Value{typ: TypeNull}, true
	case 't', 'f':
		return Value{typ: TypeBool, text: c.scalar()}, true
	default:
		return Value{typ: TypeNumber, text: c.scalar()}, true
	}
}

// peek skips white space, and what separates values, and returns the byte behind it.
func (c *cutter) peek() byte {
	for {
		switch b := c.text[c.at]; b {
		case ' ', '\t', '\r', '\n', ',', ':':
			c.at++
		default:
			return b
		}
	}
}

// scalar returns a number or a literal, which ends where something else begins.
func (c *cutter) scalar() string {
	start := c.at
	for c.at < len(c.text) {
		switch c.text[c.at] {
		case ' ', '\t', '\r', '\n', ',', ']', '}':
			return c.text[start:c.at]
		}
		c.at++
	}
	return c.text[start:]
}

// string returns the characters of a string. Only one with escapes is not what
// stands between the quotes.
func (c *cutter) string() string {
	start, escaped := c.at, false
	for c.at++; c.text[c.at] != '"'; c.at++ {
		if c.text[c.at] == '\\' {
			escaped = true
			c.at++
		}
	}
	c.at++
	quoted := c.text[start:c.at]
	if !escaped {
		return quoted[1 : len(quoted)-1]
	}
	text, _ := jsontext.AppendUnquote(nil, quoted) // it is valid
	return string(text)
}

func (c *cutter) object() (Value, bool) {
	var members []Member
	if !c.open() {
		return Value{}, false
	}
	for c.peek() != '}' {
		if members == nil {
			members = make([]Member, 0, c.likely(`":`, '}'))
		}
		name := c.string()
		v, ok := c.value()
		if !ok {
			return Value{}, false
		}
		members = append(members, Member{Name: name, Value: v})
	}
	c.close()
	return Value{typ: TypeObject, nested: &nested{members: members}}, true
}

func (c *cutter) array() (Value, bool) {
	var items []Value
	if !c.open() {
		return Value{}, false
	}
	for c.peek() != ']' {
		if items == nil {
			items = make([]Value, 0, 1+c.likely(",", ']'))
		}
		v, ok := c.value()
		if !ok {
			return Value{}, false
		}
		items = append(items, v)
	}
	c.close()
	return Value{typ: TypeArray, nested: &nested{items: items}}, true
}

func (c *cutter) open() bool {
	c.at++
	c.depth++
	return c.depth <= maxDepth
}

func (c *cutter) close() {
	c.at++
	c.depth--
}

// likely is how often a sign may come up to the end of what was opened: a good
// guess saves most of the memory that growing takes.
func (c *cutter) likely(sign string, end byte) int {
	const many = 16
	rest := c.text[c.at:]
	if c.depth > 1 {
		rest = rest[:strings.IndexByte(rest, end)]
	}
	return min(strings.Count(rest, sign), many)
}

// explain reads a text again that is not valid, or nested too deeply, to say why.
func explain(data []byte) *SyntaxError {
	dec := jsontext.NewDecoder(bytes.NewReader(data))
	for {
		if _, err := dec.ReadToken(); err != nil {
			return syntaxError(err, dec.InputOffset())
		}
		switch depth := dec.StackDepth(); {
		case depth > maxDepth:
			return &SyntaxError{Offset: dec.InputOffset(), Reason: fmt.Sprintf("nested more than %d levels deep", maxDepth)}
		case depth == 0:
			return &SyntaxError{Offset: dec.InputOffset(), Reason: "unexpected data after the JSON value"}
		}
	}
}

func syntaxError(err error, offset int64) *SyntaxError {
	var syntactic *jsontext.SyntacticError
	switch {
	case errors.As(err, &syntactic):
		reason := strings.TrimPrefix(syntactic.Err.Error(), "jsontext: ")
		return &SyntaxError{Offset: syntactic.ByteOffset, Pointer: string(syntactic.JSONPointer), Reason: reason}
	case errors.Is(err, io.EOF):
		return &SyntaxError{Offset: offset, Reason: "no JSON value"}
	default:
		return &SyntaxError{Offset: offset, Reason: err.Error()}
	}
}
