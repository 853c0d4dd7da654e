package strictjson

import (
	"github.com/go-json-experiment/json/jsontext"
)

// Type is the type of a JSON value. The zero Type is the type of an absent Value.
type Type uint8

// The types of a Value.
const (
	typeAbsent Type = iota
	TypeNull
	TypeBool
	TypeNumber
	TypeString
	TypeArray
	TypeObject
)

// String returns the name JSON gives the type.
func (t Type) String() string {
	return [...]string{"absent", "null", "boolean", "number", "string", "array", "object"}[t]
}

func (t Type) withArticle() string {
	return [...]string{"absent", "null", "a boolean", "a number", "a string", "an array", "an object"}[t]
}

// A Value is a JSON value with the order of its members and the text of its
// numbers. The zero Value is absent: it is what Get returns for a member that
// is not there. Values are immutable once built, and small, because they are
// passed around; compare them with Equal.
type Value struct {
	_      [0]func() // so that == does not compile
	typ    Type
	text   string // of a string: its characters; of a number or a boolean: its literal
	nested *nested
}

// nested is what an array or an object holds.
type nested struct {
	items   []Value
	members []Member
}

// A Member is one name and value of an object.
type Member struct {
	Name  string
	Value Value
}

// number returns a JSON number written as literal; it is absent if that is not
// a JSON number.
func number(literal string) Value {
	if jsontext.Value(literal).Kind() != jsontext.KindNumber || !jsontext.Value(literal).IsValid() {
		return Value{}
	}
	return Value{typ: TypeNumber, text: literal}
}

func object(members []Member) Value {
	var list []Member
	for _, m := range members {
		if m.Value.Exists() {
			list = append(list, m)
		}
	}
	return Value{typ: TypeObject, nested: &nested{members: list}}
}

// Type returns the type of v.
func (v Value) Type() Type { return v.typ }

// Exists reports whether there is a value at all; null is one.
func (v Value) Exists() bool { return v.typ != typeAbsent }

// Get returns the member of an object with exactly that name, or the absent
// Value.
func (v Value) Get(name string) Value {
	members := v.Members()
	for i := range members {
		if members[i].Name == name {
			return members[i].Value
		}
	}
	return Value{}
}

// Members returns the members of an object in the order of the text. The slice
// must not be changed.
func (v Value) Members() []Member {
	if v.nested == nil {
		return nil
	}
	return v.nested.members
}

// Items returns the items of an array. The slice must not be changed.
func (v Value) Items() []Value {
	if v.nested == nil {
		return nil
	}
	return v.nested.items
}

// Text returns the characters of a string and whether v is one.
func (v Value) Text() (string, bool) { return v.textOf(TypeString) }

// Literal returns the text of a number as it was written and whether v is one.
func (v Value) Literal() (string, bool) { return v.textOf(TypeNumber) }

func (v Value) textOf(typ Type) (string, bool) {
	if v.typ != typ {
		return "", false
	}
	return v.text, true
}

// True reports whether v is the boolean true.
func (v Value) True() bool { return v.typ == TypeBool && v.text == "true" }

// Texts returns a string as a list of one, an array of strings as TextList does, and
// nil for any other value.
func (v Value) Texts() []string {
	if text, ok := v.Text(); ok {
		return []string{text}
	}
	list, _ := v.TextList()
	return list
}

// TextList returns the strings of an array that holds nothing but strings and
// whether v is one; the array may be empty.
func (v Value) TextList() ([]string, bool) {
	if v.typ != TypeArray {
		return nil, false
	}
	list := make([]string, len(v.Items()))
	for i, item := range v.Items() {
		s, ok := item.Text()
		if !ok {
			return nil, false
		}
		list[i] = s
	}
	return list, true
}

// appendJSON appends v as compact JSON. An absent value is written as null.
func (v Value) appendJSON(dst []byte) []byte {
	switch v.typ {
	case TypeBool, TypeNumber:
		return append(dst, v.text...)
	case TypeString:
		return appendString(dst, v.text)
	case TypeArray:
		dst = append(dst, '[')
		for i, item := range v.Items() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = item.appendJSON(dst)
		}
		return append(dst, ']')
	case TypeObject:
		dst = append(dst, '{')
		for i, m := range v.Members() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(appendString(dst, m.Name), ':')
			dst = m.Value.appendJSON(dst)
		}
		return append(dst, '}')
	default:
		return append(dst, "null"...)
	}
}

// String returns v as compact JSON.
func (v Value) String() string { return string(v.appendJSON(nil)) }

// MarshalJSON implements json.Marshaler.
func (v Value) MarshalJSON() ([]byte, error) { return v.appendJSON(nil), nil }

// appendString never fails: AppendQuote replaces bytes that are not UTF-8 and
// says so, but a Value that Parse made has none.
func appendString(dst []byte, s string) []byte {
	dst, _ = jsontext.AppendQuote(dst, s)
	return dst
}

// Equal reports whether two values are the same: objects whatever the order of
// their members, numbers by the text they are written as.
func Equal(a, b Value) bool {
	if a.typ != b.typ || a.text != b.text || len(a.Items()) != len(b.Items()) || len(a.Members()) != len(b.Members()) {
		return false
	}
	for i := range a.Items() {
		if !Equal(a.Items()[i], b.Items()[i]) {
			return false
		}
	}
	find := b.finder()
	for _, m := range a.Members() {
		if !Equal(m.Value, find(m.Name)) {
			return false
		}
	}
	return true
}

// finder returns Get for many names: in a large object each costs as little as in
// a small one.
func (v Value) finder() func(name string) Value {
	const small = 16
	if len(v.Members()) <= small {
		return v.Get
	}
	byName := make(map[string]Value, len(v.Members()))
	for _, m := range v.Members() {
		byName[m.Name] = m.Value
	}
	return func(name string) Value { return byName[name] }
}
