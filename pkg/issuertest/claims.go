package issuertest

import (
	"slices"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// claims are the members of an object under construction.
type claims []strictjson.Member

// set sets members from pairs of name and value. An existing member keeps its
// position; a new one goes to the end. An absent value removes the member.
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

func (c claims) value() strictjson.Value { return strictjson.From(c) }

func (c claims) json() []byte { return []byte(c.value().String()) }

// object returns an object made from pairs of name and value.
func object(pairs ...any) strictjson.Value {
	c := claims{}
	c.set(pairs...)
	return c.value()
}

// notEmpty returns a string, or the absent value if it is empty.
func notEmpty(text string) strictjson.Value {
	if text == "" {
		return strictjson.Value{}
	}
	return strictjson.From(text)
}

// one returns the only item of a list as a string, as RFC 7519 permits for aud, and
// any other list as an array.
func one(list []string) strictjson.Value {
	if len(list) == 1 {
		return strictjson.From(list[0])
	}
	return strictjson.From(list)
}
