package verify

import (
	"strconv"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// Lookup finds a claim: by its name as it stands, else by a path of names
// joined by dots, or by a JSON pointer, which begins with a slash (RFC 6901).
// The result is absent where there is none.
func Lookup(claims strictjson.Value, path string) strictjson.Value {
	if strings.HasPrefix(path, "/") {
		return lookupPointer(claims, path[1:])
	}
	if v := claims.Get(path); v.Exists() {
		return v
	}
	names := strings.Split(path, ".")
	if len(names) == 1 {
		return strictjson.Value{}
	}
	return descend(claims, names)
}

func descend(v strictjson.Value, names []string) strictjson.Value {
	for _, name := range names {
		v = v.Get(name)
	}
	return v
}

func lookupPointer(v strictjson.Value, pointer string) strictjson.Value {
	unescape := strings.NewReplacer("~1", "/", "~0", "~")
	for token := range strings.SplitSeq(pointer, "/") {
		if v.Kind() == strictjson.KindArray {
			v = item(v, token)
			continue
		}
		v = v.Get(unescape.Replace(token))
	}
	return v
}

// item returns an item of an array by its index, written without leading zeros
// (RFC 6901 section 4).
func item(v strictjson.Value, index string) strictjson.Value {
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 || i >= len(v.Items()) || strconv.Itoa(i) != index {
		return strictjson.Value{}
	}
	return v.Items()[i]
}

// holds tells whether a claim has a value: it is that string, a number or a
// boolean with that text, or an array with such a member. Null is no value.
func holds(v strictjson.Value, text string) bool {
	if v.Kind() == strictjson.KindArray {
		for _, item := range v.Items() {
			if item.Kind() != strictjson.KindArray && holds(item, text) {
				return true
			}
		}
		return false
	}
	if s, ok := v.Text(); ok {
		return s == text
	}
	switch v.Kind() {
	case strictjson.KindNumber, strictjson.KindBool:
		return v.String() == text
	default:
		return false
	}
}
