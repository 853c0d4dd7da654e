// Package strictjson reads JSON the way a verifier must: one value, valid UTF-8,
// no duplicate member names at any depth, bounded nesting, member order kept and
// numbers kept as the text they were written as (RFC 8259; RFC 7515 section 4
// and RFC 7519 section 4 require unique names).
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
type Parser struct {
	decoder jsontext.Decoder
	buffer  bytes.Buffer
	text    string // that is read: strings and numbers are parts of it
}

// Parse is the function Parse.
func (p *Parser) Parse(data []byte) (Value, error) {
	dec := &p.decoder
	p.buffer, p.text = *bytes.NewBuffer(data), string(data)
	dec.Reset(&p.buffer)
	v, err := p.readValue()
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

func (p *Parser) readValue() (Value, error) {
	switch p.decoder.PeekKind() {
	case jsontext.KindBeginObject:
		return p.readObject()
	case jsontext.KindBeginArray:
		return p.readArray()
	case jsontext.KindString:
		text, err := p.readString()
		return Value{kind: KindString, text: text}, err
	case jsontext.KindNumber:
		text, err := p.readText()
		return Value{kind: KindNumber, text: text}, err
	default:
		tok, err := p.decoder.ReadToken()
		if err != nil {
			return Value{}, err
		}
		if tok.Kind() == jsontext.KindNull {
			return Null(), nil
		}
		return Bool(tok.Bool()), nil
	}
}

// readText returns the next value as it stands in the text, without a copy.
func (p *Parser) readText() (string, error) {
	raw, err := p.decoder.ReadValue()
	if err != nil {
		return "", err
	}
	end := p.decoder.InputOffset()
	return p.text[end-int64(len(raw)) : end], nil
}

// readString returns the characters of the next value, a string. Only one with
// escapes is not what stands between the quotes.
func (p *Parser) readString() (string, error) {
	quoted, err := p.readText()
	switch {
	case err != nil:
		return "", err
	case !strings.Contains(quoted, `\`):
		return quoted[1 : len(quoted)-1], nil
	}
	text, err := jsontext.AppendUnquote(nil, quoted)
	return string(text), err
}

func (p *Parser) readObject() (Value, error) {
	if err := p.open(); err != nil {
		return Value{}, err
	}
	var members []Member
	for p.decoder.PeekKind() != jsontext.KindEndObject {
		name, err := p.readString()
		if err != nil {
			return Value{}, err
		}
		member, err := p.readValue()
		if err != nil {
			return Value{}, err
		}
		if members == nil {
			members = make([]Member, 0, p.likelyMembers())
		}
		members = append(members, Member{Name: name, Value: member})
	}
	_, err := p.decoder.ReadToken()
	return Value{kind: KindObject, nested: &nested{members: members}}, err
}

// open reads the beginning of an array or an object.
func (p *Parser) open() error {
	if _, err := p.decoder.ReadToken(); err != nil {
		return err
	}
	if p.decoder.StackDepth() > MaxDepth {
		return errTooDeep
	}
	return nil
}

// likelyMembers is how many members the next object may have: that of a header or
// of claims is all there is of the text, and each member has a colon.
func (p *Parser) likelyMembers() int {
	const few, many = 4, 16
	if p.decoder.StackDepth() > 1 {
		return few
	}
	return min(strings.Count(p.text, `":`), many)
}

func (p *Parser) readArray() (Value, error) {
	if err := p.open(); err != nil {
		return Value{}, err
	}
	var items []Value
	for p.decoder.PeekKind() != jsontext.KindEndArray {
		item, err := p.readValue()
		if err != nil {
			return Value{}, err
		}
		items = append(items, item)
	}
	_, err := p.decoder.ReadToken()
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
