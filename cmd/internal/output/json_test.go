package output

import (
	"encoding/json"
	"strings"
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

func TestAppendJSON(t *testing.T) {
	for _, test := range []struct{ name, in, compact, indented string }{
		{"scalar", `null`, `null`, `null`},
		{"numbers keep their text", `[1.50,12345678901234567890,1E+2]`, `[1.50,12345678901234567890,1E+2]`,
			"[\n  1.50,\n  12345678901234567890,\n  1E+2\n]"},
		{"members keep their order", `{"b":1,"a":{"c":true}}`, `{"b":1,"a":{"c":true}}`,
			"{\n  \"b\": 1,\n  \"a\": {\n    \"c\": true\n  }\n}"},
		{"empty ones stay on a line", `{"a":{},"b":[]}`, `{"a":{},"b":[]}`,
			"{\n  \"a\": {},\n  \"b\": []\n}"},
		{"HTML is left alone", `"<a&b>"`, `"<a&b>"`, `"<a&b>"`},
		{"escapes", `"\"\\\/\u001b\u202e\u200b\ud83d\ude00"`, `"\"\\/\u001b\u202e\u200b😀"`, `"\"\\/\u001b\u202e\u200b😀"`},
		{"names are escaped", `{"\u001b":1}`, `{"\u001b":1}`, "{\n  \"\\u001b\": 1\n}"},
		{"log commands", `"##[error]::error::"`, `"#\u0023[error]::error::"`, `"#\u0023[error]::error::"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := parse(t, test.in)
			if got := string(AppendJSON(nil, v, "", nil)); got != test.compact {
				t.Errorf("got %s, want %s", got, test.compact)
			}
			if got := string(AppendJSON(nil, v, "  ", nil)); got != test.indented {
				t.Errorf("got %s, want %s", got, test.indented)
			}
		})
	}
}

func TestAppendJSONOfWhatParseDoesNotGive(t *testing.T) {
	v := strictjson.From([]strictjson.Value{{}, strictjson.From("\xff")})
	if got := string(AppendJSON([]byte("x"), v, "", nil)); got != `x[null,"\ufffd"]` {
		t.Errorf("got %s", got)
	}
}

func TestAppendJSONInColour(t *testing.T) {
	got := string(AppendJSON(nil, parse(t, `{"a":["s",1,null]}`), "", NewPalette(true)))
	want := "{\x1b[38;5;31m\"a\"\x1b[0;25;0m:[" +
		"\x1b[38;5;64m\"s\"\x1b[0;25;0m,\x1b[38;5;97m1\x1b[0;25;0m,\x1b[38;5;130mnull\x1b[0;25;0m]}"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzAppendJSON(f *testing.F) {
	for _, seed := range []string{`{"a":[1.50,"\u001b",{}],"b":null}`, `"\u202e##[x]"`, `[[],[[]]]`, "\"e\u0301\u0302\u0303\""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := strictjson.Parse([]byte(text))
		if err != nil {
			return
		}
		for _, indent := range []string{"", "  "} {
			written := AppendJSON(nil, v, indent, nil)
			checkSafe(t, strings.ReplaceAll(string(written), "\n", ""))
			again, err := strictjson.Parse(written)
			if err != nil || again.String() != v.String() {
				t.Errorf("%s became %s: %v", v, written, err)
			}
		}
	})
}

func FuzzAppendJSONString(f *testing.F) {
	f.Add("a\x00\u202e\U000e0001\"\\/")
	f.Fuzz(func(t *testing.T, s string) {
		var got string
		if err := json.Unmarshal(AppendJSON(nil, strictjson.From(s), "", nil), &got); err != nil {
			t.Fatal(err)
		}
		if want := string([]rune(s)); got != want { // each byte that is not UTF-8 becomes U+FFFD
			t.Errorf("got %q, want %q", got, want)
		}
	})
}
