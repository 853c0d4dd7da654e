package issuertest

import (
	"slices"
	"strconv"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// claims are the members of an object while it is made.
type claims []strictjson.Member

// set gives members their values, by pairs of a name and a value: in its place where
// a member is there, else at the end. An absent value takes a member out.
func (c *claims) set(pairs ...any) {
	for pair := range slices.Chunk(pairs, 2) {
		c.put(strictjson.Member{Name: pair[0].(string), Value: strictjson.From(pair[1])})
	}
}

func (c *claims) put(member strictjson.Member) {
	at := slices.IndexFunc(*c, func(m strictjson.Member) bool { return m.Name == member.Name })
	switch {
	case !member.Value.Exists():
		c.remove(member.Name)
	case at < 0:
		*c = append(*c, member)
	default:
		(*c)[at] = member
	}
}

func (c *claims) remove(names ...string) {
	*c = slices.DeleteFunc(*c, func(m strictjson.Member) bool { return slices.Contains(names, m.Name) })
}

func (c claims) get(name string) strictjson.Value { return c.value().Get(name) }

// number is a claim that holds a whole number, or 0.
func (c claims) number(name string) int64 {
	literal, _ := c.get(name).Literal()
	n, _ := strconv.ParseInt(literal, 10, 64)
	return n
}

func (c claims) value() strictjson.Value { return strictjson.From(c) }

func (c claims) json() []byte { return []byte(c.value().String()) }

// object is an object of pairs of a name and a value.
func object(pairs ...any) strictjson.Value {
	c := claims{}
	c.set(pairs...)
	return c.value()
}

// notEmpty is a text, or nothing where it is empty.
func notEmpty(text string) strictjson.Value {
	if text == "" {
		return strictjson.Value{}
	}
	return strictjson.From(text)
}

// one writes a list of one as a string, as aud may be written.
func one(list []string) strictjson.Value {
	if len(list) == 1 {
		return strictjson.From(list[0])
	}
	return strictjson.From(list)
}
