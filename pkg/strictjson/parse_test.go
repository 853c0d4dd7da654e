package strictjson_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// What Parse accepts comes back with its order, its numbers and its characters.
func TestParseKeepsWhatWasWritten(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"order of members", `{"b":1,"a":2,"B":3}`, `{"b":1,"a":2,"B":3}`},
		{"integers beyond a float64", `[12345678901234567890,9007199254740993]`, `[12345678901234567890,9007199254740993]`},
		{"digits of decimals", `[1.50,-0,1E+2,0.1e-7,1e400]`, `[1.50,-0,1E+2,0.1e-7,1e400]`},
		{"white space is not kept", " {\n\t\"a\" : [ 1 , 2 ] }\r\n", `{"a":[1,2]}`},
		{"escapes that need not be", `"\u0041\/\u00e9"`, `"A/é"`},
		{"surrogate pairs", `"\ud83d\ude00"`, `"😀"`},
		{"a NUL character", `"\u0000"`, `"\u0000"`},
		{"literals", `[true,false,null]`, `[true,false,null]`},
		{"a string alone", `"x"`, `"x"`},
		{"a number alone", `-1`, `-1`},
		{"the empty name", `{"":{}}`, `{"":{}}`},
		{"names that differ in case only", `{"exp":1,"EXP":2}`, `{"exp":1,"EXP":2}`},
		{"the same name in different objects", `{"a":{"a":1},"b":{"a":1}}`, `{"a":{"a":1},"b":{"a":1}}`},
		{"the deepest nesting", strings.Repeat("[", 32) + strings.Repeat("]", 32), strings.Repeat("[", 32) + strings.Repeat("]", 32)},
	} {
		t.Run(c.name, func(t *testing.T) {
			v, err := strictjson.Parse([]byte(c.text))
			if err != nil || v.String() != c.want {
				t.Errorf("got %s, %v; want %s", v, err, c.want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ name, text, reason string }{
		{"nothing", ``, "no JSON value"},
		{"white space", " \n", "no JSON value"},
		{"a truncated object", `{"a":1`, "unexpected EOF"},
		{"two values", `{} {}`, "unexpected data after the JSON value at byte 2"},
		{"a bracket too many", `[]]`, "unexpected data"},
		{"a trailing NUL", "{}\x00", "unexpected data"},
		{"a trailing comma", `{"a":1,}`, "invalid character"},
		{"a comment", `{/**/}`, "invalid character"},
		{"single quotes", `{'a':1}`, "invalid character"},
		{"a byte order mark", "\ufeff{}", "invalid character"},
		{"NaN", `[NaN]`, "invalid character"},
		{"a leading zero", `[01]`, "invalid character"},
		{"a leading plus", `[+1]`, "invalid character"},
		{"hexadecimal", `[0x1]`, "invalid character"},
		{"a bare control character", "\"\n\"", "invalid character"},
		{"a duplicate name", `{"alg":1,"alg":1}`, `duplicate object member name in "/alg"`},
		{"a duplicate name in another spelling", `{"alg":1,"\u0061l\u0067":1}`, "duplicate object member name"},
		{"a duplicate name deep inside", `{"a":[{"b":{"c":1,"c":2}}]}`, `duplicate object member name in "/a/0/b/c"`},
		{"bytes that are not UTF-8", "\"\xff\"", "invalid UTF-8"},
		{"an overlong encoding", "\"\xc0\xaf\"", "invalid UTF-8"},
		{"a surrogate in UTF-8", "\"\xed\xa0\x80\"", "invalid UTF-8"},
		{"a name that is not UTF-8", "{\"\xff\":1}", "invalid UTF-8"},
		{"half a surrogate pair", `"\ud83d"`, "invalid"},
		{"a surrogate pair in the wrong order", `"\ude00\ud83d"`, "invalid"},
		{"an error in the deepest array", strings.Repeat("[", 32) + "01" + strings.Repeat("]", 32), "invalid character"},
		{"arrays one level too deep", strings.Repeat("[", 33) + strings.Repeat("]", 33), "nested more than 32 levels deep"},
		{"objects one level too deep", strings.Repeat(`{"a":`, 32) + "{}" + strings.Repeat("}", 32), "nested more than 32 levels deep"},
		{"brackets without an end", strings.Repeat("[", 1<<20), "nested more than 32 levels deep"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v, err := strictjson.Parse([]byte(c.text))
			var syntax *strictjson.SyntaxError
			if !errors.As(err, &syntax) || v.Exists() {
				t.Fatalf("got %s, %v; want a SyntaxError", v, err)
			}
			if !strings.Contains(err.Error(), c.reason) {
				t.Errorf("got %q, want it to say %q", err, c.reason)
			}
		})
	}
}

// The message names the place, which in a long key set is what helps.
func TestSyntaxErrorSaysWhere(t *testing.T) {
	_, err := strictjson.Parse([]byte(`{"keys":[{"kid":"a"},{"kid":1,"kid":2}]}`))
	var syntax *strictjson.SyntaxError
	if !errors.As(err, &syntax) || syntax.Pointer != "/keys/1/kid" || syntax.Offset != 30 {
		t.Errorf("got %+v, want /keys/1/kid at byte 30", syntax)
	}
}

func TestParseObjectNamesWhatItFound(t *testing.T) {
	for text, want := range map[string]string{
		`[]`:   "not a JSON object but an array",
		`null`: "not a JSON object but null",
		`"{}"`: "not a JSON object but a string",
		`1`:    "not a JSON object but a number",
		`true`: "not a JSON object but a boolean",
		`{`:    "unexpected EOF",
	} {
		if v, err := strictjson.ParseObject([]byte(text)); err == nil || v.Exists() || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %s, %v; want %q", text, v, err, want)
		}
	}
	if v, err := strictjson.ParseObject([]byte(`{}`)); err != nil || v.Type() != strictjson.TypeObject {
		t.Errorf("{}: got %s, %v", v.Type(), err)
	}
}

// Parse must not change the text: it is what the signature covers.
func TestParseLeavesItsInputAlone(t *testing.T) {
	const text = ` {"a":"\u0041","b":[1.50]} `
	data := []byte(text)
	if _, err := strictjson.Parse(data); err != nil || string(data) != text {
		t.Errorf("got %q, %v", data, err)
	}
}
