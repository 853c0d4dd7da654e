package query

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
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

var errDepth = &RunError{Reason: "gave a value nested more than 256 levels deep"}

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
	case string:
		return strictjson.From(v), c.spend(len(v))
	case []any:
		return c.array(v, depth)
	case map[string]any:
		return c.object(v, depth)
	}
	// It is null, a boolean or a number. As in jq, what is not a number is null, and the
	// infinities are the greatest numbers there are.
	text, err := gojq.Marshal(v)
	if err != nil {
		return strictjson.Value{}, err
	}
	if err := c.spend(len(text)); err != nil {
		return strictjson.Value{}, err
	}
	return strictjson.Parse(text)
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
	if len(object) > c.budget/valueBytes {
		return strictjson.Value{}, errSize
	}
	members := make([]strictjson.Member, 0, len(object))
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if err := c.spend(len(name)); err != nil {
			return strictjson.Value{}, err
		}
		value, err := c.value(object[name], depth+1)
		if err != nil {
			return strictjson.Value{}, err
		}
		members = append(members, strictjson.Member{Name: name, Value: value})
	}
	return strictjson.From(members), nil
}

// plain returns v as nil, bool, json.Number, string, []any and map[string]any.
// The order of members is lost.
func plain(v strictjson.Value) (any, error) {
	var value any
	decoder := json.NewDecoder(strings.NewReader(v.String()))
	decoder.UseNumber()
	err := decoder.Decode(&value)
	return value, err
}

// shorten cuts s to n characters.
func shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}
