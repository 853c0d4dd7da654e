package output

import (
	"strings"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// written returns what body writes at a width, without colour.
func written(width int, body func(t *Text)) string {
	text := &Text{width: width}
	body(text)
	return string(text.buf)
}

func lines(list ...string) string { return strings.Join(list, "\n") + "\n" }

func TestText(t *testing.T) {
	t0 := t
	document := parse(t, `{"a":["long long long long"]}`)
	for _, test := range []struct {
		name  string
		width int
		body  func(t *Text)
		want  string
	}{
		{"paragraphs and headings", 80, func(t *Text) {
			t.Heading("Header")
			t.Line("one")
			t.Heading("Claims")
			t.Indented(func() { t.Line("two") })
			t.Line("")
			t.Line("three")
		}, lines("Header", "one", "", "Claims", "  two", "", "three")},

		{"lines break at spaces", 20, func(t *Text) {
			t.Line("the quick brown fox jumps over")
			t.Indented(func() { t.Line("the quick brown fox jumps") })
		}, lines("the quick brown fox", "jumps over", "  the quick brown", "  fox jumps")},

		{"words are never broken", 12, func(t *Text) {
			t.Line("see eyJhbGciOiJSUzI1NiJ9.e30 x")
			t.Line("  orders-api-and-more x")
		}, lines("see", "eyJhbGciOiJSUzI1NiJ9.e30", "x", "  orders-api-and-more", "x")},

		{"lists break between items", 24, func(t *Text) {
			t.Rows(Row{Label: "types", List: []string{"code", "code id_token", "\u00a0"}}, Row{Label: "none", List: []string{}})
		}, lines("types  code,", `       code id_token,`, `       \u00a0`, "none")},

		{"spaces inside a line stay", 20, func(t *Text) {
			t.Line("a  b   c")
		}, lines("a  b   c")},

		{"rows are aligned and hang", 40, func(t *Text) {
			t.Rows(
				Row{Label: "issuer", Value: "https://auth.example.com/realms/main/a"},
				Row{Label: "sub", Value: "5f7"},
				Row{Label: "note", Value: "an explanation of several words hangs below its beginning"},
				Row{Label: "empty"},
			)
		}, lines(
			"issuer  https://auth.example.com/realms/main/a",
			"sub     5f7",
			"note    an explanation of several words",
			"        hangs below its beginning",
			"empty")},

		{"marks", 80, func(t *Text) {
			t.Rows(
				Row{Mark: MarkPassed, Label: "signature", Value: "RS256"},
				Row{Mark: MarkFailed, Label: "audience", Value: "wrong", Notes: []Span{Dim.Span("wanted api"), Dim.Span("hint: x")}},
				Row{Mark: MarkWarning, Label: "typ", Value: "missing"},
				Row{Mark: MarkSkipped, Label: "nonce", Value: "no --nonce given"},
			)
			t.Rows(Row{Mark: MarkFailed, Value: "rejected"})
		}, lines(
			"✓ signature  RS256",
			"✗ audience   wrong",
			"             wanted api",
			"             hint: x",
			"! typ        missing",
			"– nonce      no --nonce given",
			"✗ rejected")},

		{"a command to copy", 24, func(t *Text) {
			t.Rows(
				Row{Mark: MarkFailed, Label: "a", Value: "b", Notes: []Span{Plain.Span("hint:")}, Command: "claimcheck verify @t.jwt --issuer x\x1b"},
				Row{Mark: MarkPassed, Label: "c", Value: "d"},
			)
		}, lines(
			"✗ a  b",
			"     hint:",
			`       claimcheck verify @t.jwt --issuer x\u001b`,
			"✓ c  d")},

		{"tables", 80, func(t *Text) {
			t.Table([]string{"kid", "type", "size"}, [][]string{{"TfLOt3Lb", "RSA", "2048"}, {"鍵", "EC", ""}, {"e\u0301", "EC", "256"}})
		}, lines(
			"kid       type  size",
			"TfLOt3Lb  RSA   2048",
			"鍵        EC",
			"e\u0301         EC    256")},

		{"cells of tables wrap at words", 30, func(t *Text) {
			t.Table([]string{"kid", "what"}, [][]string{{"0123456789abcdef", "RSA of 2048 bits"}, {"a", "b"}})
		}, lines(
			"kid               what",
			"0123456789abcdef  RSA of 2048",
			"                  bits",
			"a                 b")},

		{"wide characters", 13, func(t *Text) {
			t.Line("山田 太郎 山田 太郎")
		}, lines("山田 太郎", "山田 太郎")},

		{"widths that are no use", 1, func(t *Text) {
			t.Rows(Row{Label: "a", Value: "0123456789abcdef"})
		}, lines("a  0123456789abcdef")},

		{"everything is escaped", 80, func(t *Text) {
			t.Heading("\x1b[2J")
			t.Line("a\nb")
			t.Spans(Plain.Span("#"), Dim.Span("#[error]\u202e"))
			t.Rows(Row{Label: "l\r", Value: "v\u200b", Notes: []Span{Plain.Span("\x07")}})
			t.Table([]string{"h\t"}, [][]string{{"c\u00ad"}})
		}, lines(`\u001b[2J`, `a\nb`, `#\u0023[error]\u202e`, `l\r  v\u200b`, `     \u0007`, `h\t`, `c\u00ad`)},

		{"no line is a log command", 20, func(t *Text) {
			t.Line("::error::x")
			t.Spans(Plain.Span(":"), Dim.Span(":error::x"))
			t.Line("01234567890123456789 ::error::x")
			t.Line("::1")
		}, lines(`\u003a:error::x`, `\u003a:error::x`, "01234567890123456789", `\u003a:error::x`, "::1")},

		{"JSON", 10, func(t *Text) {
			t.Indented(func() { t.JSON(document) })
		}, lines("  {", `    "a": [`, `      "long long long long"`, "    ]", "  }")},

		{"JSON with comments", 26, func(t *Text) {
			t.AnnotatedJSON(parse(t0, `{"a":1,"list":["x"],"long":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx","z":{}}`), func(m strictjson.Member) Remark {
				return map[string]Remark{"a": {Text: "one\x1b"}, "list": {Text: "two"}, "long": {Text: "three"}}[m.Name]
			})
			t.AnnotatedJSON(parse(t0, `{}`), nil)
			t.AnnotatedJSON(parse(t0, `{"member":1,"b":2,"c":3}`), func(m strictjson.Member) Remark {
				return map[string]Remark{"member": {Text: "one"}, "b": {Text: "seven yes"}, "c": {Text: "eleven or more"}}[m.Name]
			})
		}, lines(
			"{",
			`  "a": 1,    // one\u001b`,
			`  "list": [  // two`,
			`    "x"`,
			`  ],`,
			`  "long": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",  // three`,
			`  "z": {}`,
			"}",
			"{}",
			"{",
			`  "member": 1,  // one`,
			`  "b": 2,     // seven yes`,
			`  "c": 3  // eleven or more`,
			"}")},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := written(test.width, test.body); got != test.want {
				t.Errorf("got:\n%swant:\n%s", got, test.want)
			}
		})
	}
}

func TestTextInASCII(t *testing.T) {
	text := &Text{width: 80, ascii: true}
	text.Rows(
		Row{Mark: MarkPassed, Value: "a"}, Row{Mark: MarkFailed, Value: "b"},
		Row{Mark: MarkWarning, Value: "c"}, Row{Mark: MarkSkipped, Value: "d"},
	)
	if got, want := string(text.buf), lines("+ a", "x b", "! c", "- d"); got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
}

func TestTextInColour(t *testing.T) {
	text := &Text{width: 12, palette: NewPalette(true)}
	text.Spans(Accent1.Span("header"), Dim.Span(" . "), Accent2.Span("the payload"))
	text.Rows(Row{Mark: MarkPassed, Value: "v", Style: Strong})
	want := lines(
		"\x1b[38;5;161mheader\x1b[0;25;0m\x1b[38;5;243m . \x1b[0;25;0m\x1b[38;5;97mthe\x1b[0;25;0m",
		"\x1b[38;5;97mpayload\x1b[0;25;0m",
		"\x1b[38;5;64m✓\x1b[0;25;0m \x1b[1mv\x1b[22m")
	if got := string(text.buf); got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func FuzzText(f *testing.F) {
	f.Add("a b\x1b ::error::x 山\u0301\u0302 ##[", 7)
	f.Fuzz(func(t *testing.T, s string, width int) {
		text := written(1+(width&0x3f), func(t *Text) {
			t.Line(s)
			t.Rows(Row{Mark: MarkFailed, Label: s, Value: s, Notes: []Span{Dim.Span(s)}})
			t.Table([]string{s, s}, [][]string{{s, "x"}})
		})
		for line := range strings.Lines(text) {
			line = strings.TrimSuffix(line, "\n")
			checkSafe(t, line)
			if startsLogCommand(line) {
				t.Errorf("%q is a log command", line)
			}
		}
	})
}
