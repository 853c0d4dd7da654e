package oracle

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"

	"pgregory.net/rapid"
)

// member is a name and the JSON text of its value.
type member struct{ name, value string }

// object is a JSON object that is being made: ordered, and as odd as wanted.
type object []member

func (o *object) set(name, value string) {
	o.drop(name)
	*o = append(*o, member{name, value})
}

func (o *object) drop(name string) {
	*o = slices.DeleteFunc(*o, func(m member) bool { return m.name == name })
}

func (o object) get(name string) string {
	for _, m := range o {
		if m.name == name {
			return m.value
		}
	}
	return ""
}

func (o object) has(name string) bool { return o.get(name) != "" }

// write writes the object with its members in random order, random white space
// and names spelt in random ways.
func (o object) write(t *rapid.T) string {
	members := rapid.Permutation(slices.Clone(o)).Draw(t, "order")
	space := pick(t, "white space", "", "", " ", "\n\t")
	var b strings.Builder
	b.WriteString("{" + space)
	for i, m := range members {
		if i > 0 {
			b.WriteString("," + space)
		}
		b.WriteString(spelt(t, m.name) + space + ":" + space + m.value)
	}
	b.WriteString(space + "}")
	return b.String()
}

// quoted is a JSON string in its plainest spelling.
func quoted(s string) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(s); err != nil {
		panic(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func quotedList(list []string) string {
	texts := make([]string, len(list))
	for i, s := range list {
		texts[i] = quoted(s)
	}
	return "[" + strings.Join(texts, ",") + "]"
}

// spelt is a JSON string in one of its spellings.
func spelt(t *rapid.T, s string) string {
	if !chance(t, "escaped", 4) {
		return quoted(s)
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, unit := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, `\u%04x`, unit)
	}
	return b.String() + `"`
}

func word() *rapid.Generator[string] {
	odd := []rune("abcXYZ019-_.:/ \"\\<>&'\x00\x1b\x7f\u0085\u00a0\u00e9\u0301\u200b\u202e\u2028\u2800\ufeff\ufffd\U0001f511\U000e0041")
	return rapid.StringOfN(rapid.RuneFrom(odd, unicode.Han, unicode.Cyrillic), 0, 12, -1)
}

// value is the JSON text of any value, at most that many levels deep. wide
// allows numbers that no float64 can hold.
func value(t *rapid.T, depth int, wide bool) string {
	kinds := 5
	if depth > 0 {
		kinds = 7
	}
	switch rapid.IntRange(0, kinds-1).Draw(t, "kind of value") {
	case 0:
		return "null"
	case 1:
		return pick(t, "boolean", "true", "false")
	case 2:
		return number(t, wide)
	case 3, 4:
		return spelt(t, word().Draw(t, "text"))
	case 5:
		items := make([]string, rapid.IntRange(0, 3).Draw(t, "items"))
		for i := range items {
			items[i] = value(t, depth-1, wide)
		}
		return "[" + strings.Join(items, ",") + "]"
	default:
		var o object
		for range rapid.IntRange(0, 3).Draw(t, "members") {
			o.set(word().Draw(t, "name"), value(t, depth-1, wide))
		}
		return o.write(t)
	}
}

func number(t *rapid.T, wide bool) string {
	literal := pick(t, "number", "0", "-0", "0.0", "1E+2", "1.50", "-7", "9007199254740993", "12345678901234567890", "1e-400", "3.141592653589793238462643383279", "1e308")
	if wide {
		literal = pick(t, "wide number", literal, literal, "1e400", "-1E999", "123456789012345678901234567890e300")
	}
	if chance(t, "integer", 3) {
		literal = strconv.FormatInt(rapid.Int64().Draw(t, "n"), 10)
	}
	return literal
}

// nested is a value inside that many arrays.
func nested(levels int, value string) string {
	return strings.Repeat("[", levels) + value + strings.Repeat("]", levels)
}

// extras adds random members that mean nothing, under names that are not taken.
func (o *object) extras(t *rapid.T, most int, taken []string, alike []string, wide bool) {
	for range rapid.IntRange(0, most).Draw(t, "extra members") {
		name := word().Draw(t, "extra name")
		if chance(t, "look-alike", 5) {
			name = pick(t, "look-alike name", alike...)
		}
		if !slices.Contains(taken, name) && !o.has(name) {
			o.set(name, value(t, 3, wide))
		}
	}
}

// pick draws one of the values, the first being the simplest.
func pick[V any](t *rapid.T, label string, values ...V) V {
	return rapid.Map(evenly(len(values)), func(i int) V { return values[i] }).Draw(t, label)
}

// chance is true once in n times.
func chance(t *rapid.T, label string, n int) bool {
	return rapid.Map(evenly(n), func(i int) bool { return i == n-1 }).Draw(t, label)
}

// evenly draws a number below n. What rapid itself has prefers the small ones,
// and would rarely make what stands at the end of a list.
func evenly(n int) *rapid.Generator[int] {
	const bits = 12
	return rapid.Custom(func(t *rapid.T) int {
		i := 0
		for range bits {
			i <<= 1
			if rapid.Bool().Draw(t, "bit") {
				i++
			}
		}
		return i % n
	})
}
