package verify

import (
	"strconv"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// lookup returns a claim by its exact name, by a path of names joined by dots, or by
// a JSON pointer, which begins with a slash (RFC 6901). The result is absent if there
// is no such claim.
func lookup(claims strictjson.Value, path string) strictjson.Value {
	if strings.HasPrefix(path, "/") {
		return lookupPointer(claims, path[1:])
	}
	if v := claims.Get(path); v.Exists() || !strings.Contains(path, ".") {
		return v
	}
	return descend(claims, strings.Split(path, ".")...)
}

func descend(v strictjson.Value, names ...string) strictjson.Value {
	for _, name := range names {
		v = v.Get(name)
	}
	return v
}

func lookupPointer(v strictjson.Value, pointer string) strictjson.Value {
	for name := range strings.SplitSeq(pointer, "/") {
		if badEscape(name) {
			return strictjson.Value{}
		}
		if v.Type() == strictjson.TypeArray {
			v = item(v, name)
			continue
		}
		v = v.Get(strings.NewReplacer("~1", "/", "~0", "~").Replace(name))
	}
	return v
}

// badEscape reports whether a tilde is followed by neither 0 nor 1 (RFC 6901
// section 3).
func badEscape(pointer string) bool {
	for i := range len(pointer) {
		if pointer[i] == '~' && (i+1 == len(pointer) || pointer[i+1] != '0' && pointer[i+1] != '1') {
			return true
		}
	}
	return false
}

// item returns an item of an array by its index. An index has no leading zeros (RFC
// 6901 section 4).
func item(v strictjson.Value, index string) strictjson.Value {
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 || i >= len(v.Items()) || strconv.Itoa(i) != index {
		return strictjson.Value{}
	}
	return v.Items()[i]
}
