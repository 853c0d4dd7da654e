package strictjson_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// FuzzParse demands that whatever is accepted is JSON to encoding/json, too,
// with the same value, and that writing and reading it again changes nothing.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"iss":"https://issuer.example","aud":["a","b"],"exp":1300819380,"x":{"y":[true,false,null,-1.5e-7]}}`,
		`{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, `"\ud83d\ude00\ud83d"`, "\"\xff\"", "\ufeff{}", `1e400`, ` [ ] `, `{} {}`,
		strings.Repeat("[", 33) + strings.Repeat("]", 33), "{\"\u2028\":\"\\u0000\"}", `[-0,0.0,1E+2]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := strictjson.Parse(data)
		if err != nil {
			if v.Exists() {
				t.Fatalf("a value %s with the error %v", v, err)
			}
			return
		}
		if !reflect.DeepEqual(plain(v), decode(t, data)) {
			t.Fatalf("encoding/json reads another value than %s", v)
		}
		written := []byte(v.String())
		again, err := strictjson.Parse(written)
		if err != nil || !strictjson.Equal(v, again) || again.String() != string(written) {
			t.Fatalf("%s does not survive being written: %s, %v", data, again, err)
		}
	})
}

// decode is encoding/json with numbers as text. It takes more than Parse does.
func decode(t *testing.T, data []byte) any {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil {
		t.Fatalf("encoding/json refuses %q: %v", data, err)
	}
	if dec.More() {
		t.Fatalf("encoding/json finds more than one value in %q", data)
	}
	return value
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
