package strictjson

import (
	"strings"
	"testing"
)

func TestMarshalKeepsValuesInsideStructs(t *testing.T) {
	inner, err := Parse([]byte(`{"z":1.50,"a":12345678901234567890,"h":"<&>","n":null}`))
	if err != nil {
		t.Fatal(err)
	}
	document := struct {
		Name   string `json:"name"`
		Inner  Value  `json:"inner"`
		Absent Value  `json:"absent,omitzero"`
		List   []Value
		Empty  []string `json:"empty,omitzero"`
	}{Name: "x", Inner: inner, List: []Value{inner.Get("z")}}
	v, err := Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"name":"x","inner":{"z":1.50,"a":12345678901234567890,"h":"<&>","n":null},"List":[1.50]}`
	if v.String() != want {
		t.Errorf("got  %s\nwant %s", v, want)
	}
}

func TestMarshalIsNotBoundedByTheDepthOfItsParts(t *testing.T) {
	deepest, err := Parse([]byte(strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Marshal([]any{[]any{deepest}}); err != nil {
		t.Error(err)
	}
}

func TestMarshalReturnsWhatCannotBeMarshalled(t *testing.T) {
	if v, err := Marshal(func() {}); err == nil || v.Exists() {
		t.Errorf("got %s, %v", v, err)
	}
}
