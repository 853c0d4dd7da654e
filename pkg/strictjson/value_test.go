package strictjson_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

func parse(t *testing.T, text string) strictjson.Value {
	t.Helper()
	v, err := strictjson.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Get takes names as they stand: "EXP" and "ex\u017f" are other claims.
func TestGetIsExact(t *testing.T) {
	v := parse(t, `{"EXP":1,"null":null,"i\u017fs":2}`)
	for _, name := range []string{"exp", "iss", "Exp", "", "0"} {
		if got := v.Get(name); got.Exists() || got.Type() != 0 {
			t.Errorf("%q: got %s, want nothing", name, got)
		}
	}
	if got := v.Get("null"); !got.Exists() || got.Type() != strictjson.TypeNull {
		t.Errorf("a null member is %s, want null", got.Type())
	}
	if got := parse(t, `["a"]`).Get("0"); got.Exists() {
		t.Errorf("an array has a member %s", got)
	}
}

// Each accessor accepts its own type and no other.
func TestAccessorsDoNotConvert(t *testing.T) {
	for text, typ := range map[string]strictjson.Type{
		`null`: strictjson.TypeNull, `true`: strictjson.TypeBool, `1`: strictjson.TypeNumber, `"1"`: strictjson.TypeString,
		`[]`: strictjson.TypeArray, `{}`: strictjson.TypeObject,
	} {
		v := parse(t, text)
		_, isText := v.Text()
		_, isNumber := v.Literal()
		_, isList := v.TextList()
		if v.Type() != typ || isText != (text == `"1"`) || isNumber != (text == `1`) || isList != (text == `[]`) || v.True() != (text == `true`) {
			t.Errorf("%s: type %s, text %t, number %t, list %t, true %t", text, v.Type(), isText, isNumber, isList, v.True())
		}
	}
	if parse(t, `"true"`).True() || parse(t, `false`).True() {
		t.Error("only true is true")
	}
}

func TestTextList(t *testing.T) {
	if list, ok := parse(t, `["a","","a"]`).TextList(); !ok || !slices.Equal(list, []string{"a", "", "a"}) {
		t.Errorf("got %q, %t", list, ok)
	}
	for _, text := range []string{`"a"`, `["a",1]`, `["a",null]`, `[["a"]]`, `{"a":"b"}`} {
		if list, ok := parse(t, text).TextList(); ok || list != nil {
			t.Errorf("%s: got %q, want no list", text, list)
		}
	}
}

func TestEqual(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{`{"a":1,"b":[true,null]}`, `{"b":[true,null],"a":1}`, true},
		{`"\u0041"`, `"A"`, true},
		{`[]`, `{}`, false},
		{`[1,2]`, `[2,1]`, false},
		{`["a"]`, `"a"`, false},
		{`"1"`, `1`, false},
		{`"true"`, `true`, false},
		{`1`, `1.0`, false}, // exactly as written
		{`{"a":1}`, `{"a":1,"b":2}`, false},
		{`{"a":1,"b":2}`, `{"a":1,"c":2}`, false},
		{`{"a":null}`, `{"b":null}`, false},
		{`{"a":{"b":1}}`, `{"a":{"b":2}}`, false},
	} {
		a, b := parse(t, c.a), parse(t, c.b)
		if strictjson.Equal(a, b) != c.want || strictjson.Equal(b, a) != c.want {
			t.Errorf("%s and %s: want equal=%t", c.a, c.b, c.want)
		}
	}
	if strictjson.Equal(strictjson.Value{}, strictjson.From(nil)) {
		t.Error("absent is not null")
	}
}

func TestBuilding(t *testing.T) {
	v := strictjson.From([]strictjson.Member{
		{Name: "s", Value: strictjson.From("a\"b\n<\u007f>")},
		{Name: "absent", Value: strictjson.Value{}},
		{Name: "n", Value: strictjson.From(-5)},
		{Name: "f", Value: strictjson.From(json.Number("1.50"))},
		{Name: "l", Value: strictjson.From([]string{"x"})},
		{Name: "e", Value: strictjson.From([]strictjson.Value{})},
		{Name: "b", Value: strictjson.From(false)},
	})
	const want = "{\"s\":\"a\\\"b\\n<\u007f>\",\"n\":-5,\"f\":1.50,\"l\":[\"x\"],\"e\":[],\"b\":false}"
	if v.String() != want {
		t.Errorf("got  %s\nwant %s", v, want)
	}
	if data, err := json.Marshal(v); err != nil || !json.Valid(data) {
		t.Errorf("as part of other JSON: %s, %v", data, err)
	}
	if got := (strictjson.Value{}).String(); got != "null" {
		t.Errorf("absent is written %s", got)
	}
}

func TestNumberTakesOnlyJSONNumbers(t *testing.T) {
	for _, literal := range []string{"", "01", "+1", "1.", ".5", "1e", "0x1", "NaN", "1 2", `"1"`, "true", "1_000", "1,2"} {
		if v := strictjson.From(json.Number(literal)); v.Exists() {
			t.Errorf("%q became %s", literal, v)
		}
	}
	for _, literal := range []string{"0", "-0", "1e400", "12345678901234567890", "1.50"} {
		if got, ok := strictjson.From(json.Number(literal)).Literal(); !ok || got != literal {
			t.Errorf("%q became %q", literal, got)
		}
	}
}

// plain agrees with encoding/json where that keeps numbers as text.
func TestPlain(t *testing.T) {
	const text = `{"a":[1.50,"x",null,true],"b":{"c":12345678901234567890},"d":{},"e":[]}`
	want := map[string]any{
		"a": []any{json.Number("1.50"), "x", nil, true},
		"b": map[string]any{"c": json.Number("12345678901234567890")},
		"d": map[string]any{},
		"e": []any{},
	}
	if got := plain(parse(t, text)); !reflect.DeepEqual(got, want) {
		t.Errorf("got %#v", got)
	}
}
