package strictjson

import (
	"bytes"
	"encoding/json"
	"math"

	"github.com/go-json-experiment/json/jsontext"
)

// Marshal returns v, such as a struct with JSON tags, as a Value. Values inside
// v keep the order of their members and the text of their numbers; an absent one
// is left out where its tag says omitzero. The error is that of json.Marshal.
func Marshal(v any) (Value, error) {
	if value, ok := v.(Value); ok {
		return value, nil
	}
	data, err := json.Marshal(v)
	if err != nil {
		return Value{}, err
	}
	return readValue(jsontext.NewDecoder(bytes.NewReader(data)), math.MaxInt) // MaxDepth is for what others wrote
}
