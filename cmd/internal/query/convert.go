package query

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"unicode/utf8"

	"github.com/itchyny/gojq"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

const (
	// maxDepth is the deepest nesting of an output.
	maxDepth = 256
	// valueBytes is the size of a value in addition to its text.
	valueBytes = 16
)

var errDepth = &RunError{Reason: fmt.Sprintf("gave a value nested more than %d levels deep", maxDepth)}

// A converter makes Values of what gojq gives. It counts as it goes, since a
// small value for gojq, which shares its parts, can be an endless one in JSON.
type converter struct {
	budget int // bytes that may still come
}

func (c *converter) value(v any, depth int) (strictjson.Value, error) {
	if err := c.spend(valueBytes); err != nil {
		return strictjson.Value{}, err
	}
	if depth > maxDepth {
		return strictjson.Value{}, errDepth
	}
	switch v := v.(type) {
	case nil:
		return strictjson.From(nil), nil
	case bool:
		return strictjson.From(v), nil
	case string:
		return strictjson.From(v), c.spend(len(v))
	case []any:
		return c.array(v, depth)
	case map[string]any:
		return c.object(v, depth)
	case json.Number:
		return strictjson.From(v), c.spend(len(v))
	case int:
		return strictjson.From(v), nil
	case *big.Int:
		text := v.String()
		return strictjson.From(json.Number(text)), c.spend(len(text))
	case float64:
		return float(v)
	default:
		return strictjson.Value{}, &RunError{Reason: fmt.Sprintf("gave a %T", v)}
	}
}

// spend takes bytes from the budget.
func (c *converter) spend(n int) error {
	if c.budget -= n; c.budget < 0 {
		return errSize
	}
	return nil
}

func (c *converter) array(list []any, depth int) (strictjson.Value, error) {
	if len(list) > c.budget/valueBytes {
		return strictjson.Value{}, errSize
	}
	items := make([]strictjson.Value, len(list))
	for i, item := range list {
		var err error
		if items[i], err = c.value(item, depth+1); err != nil {
			return strictjson.Value{}, err
		}
	}
	return strictjson.From(items), nil
}

func (c *converter) object(object map[string]any, depth int) (strictjson.Value, error) {
	names := make([]string, 0, len(object))
	for name := range object {
		if err := c.spend(len(name)); err != nil {
			return strictjson.Value{}, err
		}
		names = append(names, name)
	}
	slices.Sort(names)
	members := make([]strictjson.Member, len(names))
	for i, name := range names {
		value, err := c.value(object[name], depth+1)
		if err != nil {
			return strictjson.Value{}, err
		}
		members[i] = strictjson.Member{Name: name, Value: value}
	}
	return strictjson.From(members), nil
}

// float writes a number the way jq does: what is not a number is null, and the
// infinities are the greatest numbers there are.
func float(f float64) (strictjson.Value, error) {
	text, err := gojq.Marshal(f)
	if err != nil || string(text) == "null" {
		return strictjson.From(nil), err
	}
	return strictjson.From(json.Number(text)), nil
}

// plain returns v as nil, bool, json.Number, string, []any and map[string]any.
// The order of members is lost.
func plain(v strictjson.Value) any {
	switch v.Type() {
	case strictjson.TypeBool:
		return v.True()
	case strictjson.TypeNumber:
		return json.Number(v.String())
	case strictjson.TypeString:
		text, _ := v.Text()
		return text
	case strictjson.TypeArray:
		list := make([]any, len(v.Items()))
		for i, item := range v.Items() {
			list[i] = plain(item)
		}
		return list
	case strictjson.TypeObject:
		object := make(map[string]any, len(v.Members()))
		for _, m := range v.Members() {
			object[m.Name] = plain(m.Value)
		}
		return object
	default:
		return nil
	}
}

// shorten cuts s to n characters.
func shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}
