// Package strictjson reads JSON the way a verifier must: one value, valid UTF-8,
// no duplicate member names at any depth, bounded nesting, member order kept and
// numbers kept as the text they were written as (RFC 8259; RFC 7515 section 4
// and RFC 7519 section 4 demand unique names).
//
// Values can also be built (Object, String, Number …), so that everything the
// program prints as JSON goes through one type.
package strictjson

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// MaxDepth is the deepest nesting of arrays and objects that Parse accepts.
const MaxDepth = 32

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
func Parse(data []byte) (Value, error) { return new(Parser).Parse(data) }

// ParseObject is Parse for a text that has to be a JSON object.
func ParseObject(data []byte) (Value, error) { return new(Parser).ParseObject(data) }

// A Parser reads one text after the other and uses its memory again, which for
// small texts is most of the cost. Its zero value is ready. It is for one goroutine
// at a time.
type Parser struct{ decoder jsontext.Decoder }

// Parse is the function Parse.
func (p *Parser) Parse(data []byte) (Value, error) {
	dec := &p.decoder
	dec.Reset(bytes.NewBuffer(data))
	v, err := readValue(dec)
	if err != nil {
		return Value{}, syntaxError(err, dec.InputOffset())
	}
	offset := dec.InputOffset()
	if rest := bytes.TrimLeft(data[offset:], " \t\r\n"); len(rest) > 0 {
		return Value{}, &SyntaxError{Offset: offset, Reason: "something follows the JSON value"}
	}
	return v, nil
}

// ParseObject is the function ParseObject.
func (p *Parser) ParseObject(data []byte) (Value, error) {
	v, err := p.Parse(data)
	if err != nil {
		return Value{}, err
	}
	if v.Kind() != KindObject {
		return Value{}, &SyntaxError{Reason: "not a JSON object but " + v.Kind().withArticle()}
	}
	return v, nil
}

var errTooDeep = errors.New("nested too deeply")

func readValue(dec *jsontext.Decoder) (Value, error) {
	tok, err := dec.ReadToken()
	if err != nil {
		return Value{}, err
	}
	switch tok.Kind() {
	case jsontext.KindBeginObject:
		return readObject(dec)
	case jsontext.KindBeginArray:
		return readArray(dec)
	case jsontext.KindString:
		return String(tok.String()), nil
	case jsontext.KindNumber:
		return Value{kind: KindNumber, text: tok.String()}, nil
	case jsontext.KindTrue, jsontext.KindFalse:
		return Bool(tok.Bool()), nil
	default:
		return Null(), nil
	}
}

// usualMembers is how many members a small object has.
const usualMembers = 4

func readObject(dec *jsontext.Decoder) (Value, error) {
	if dec.StackDepth() > MaxDepth {
		return Value{}, errTooDeep
	}
	var members []Member
	for dec.PeekKind() != jsontext.KindEndObject {
		name, err := dec.ReadToken()
		if err != nil {
			return Value{}, err
		}
		text := name.String() // before the next read, which invalidates the token
		member, err := readValue(dec)
		if err != nil {
			return Value{}, err
		}
		if members == nil {
			members = make([]Member, 0, usualMembers)
		}
		members = append(members, Member{Name: text, Value: member})
	}
	_, err := dec.ReadToken()
	return Value{kind: KindObject, nested: &nested{members: members}}, err
}

func readArray(dec *jsontext.Decoder) (Value, error) {
	if dec.StackDepth() > MaxDepth {
		return Value{}, errTooDeep
	}
	var items []Value
	for dec.PeekKind() != jsontext.KindEndArray {
		item, err := readValue(dec)
		if err != nil {
			return Value{}, err
		}
		items = append(items, item)
	}
	_, err := dec.ReadToken()
	return Value{kind: KindArray, nested: &nested{items: items}}, err
}

func syntaxError(err error, offset int64) error {
	var syntactic *jsontext.SyntacticError
	switch {
	case errors.As(err, &syntactic):
		reason := strings.TrimPrefix(syntactic.Err.Error(), "jsontext: ")
		return &SyntaxError{Offset: syntactic.ByteOffset, Pointer: string(syntactic.JSONPointer), Reason: reason}
	case errors.Is(err, io.EOF):
		return &SyntaxError{Offset: offset, Reason: "no JSON value"}
	case errors.Is(err, errTooDeep):
		return &SyntaxError{Offset: offset, Reason: fmt.Sprintf("nested more than %d levels deep", MaxDepth)}
	default:
		return &SyntaxError{Offset: offset, Reason: err.Error()}
	}
}
