package output

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// FuzzSuite puts a text into every place of an answer and reads each format with
// a reader of somebody else.
func FuzzSuite(f *testing.F) {
	for _, seed := range []string{
		"", "a", "a\n::error::b", "\r::add-mask::x", "##[error]x", "]]>", "<!--", "<script>alert(1)</script>", "</code></td></table>\n\n# x",
		"a | b `c` ``d`` \\| \\", "\x00\x1b[31m\x7f\ufffe\uffff", "\u202ename\u200b\u2028", "[x](https://evil.example) ![y](z)", "{0}{{1}}",
		"@someone #1 :tada: https://evil.example www.evil.example a@b.example", "\xff\xc0\xaf", "%0A%25%3A", "&lt;&#60;&amp;", "$x$ $$y$$", "\u0085\u000b",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c := Case{ID: text, Reason: text, Location: text, Message: text, Notes: []string{text}, Spec: text}
		s := Suite{Verdict: text, Message: text, URI: "", Facts: []Fact{{text, text}}}
		for o := Unanswered; o <= Passed; o++ {
			c.Outcome = o
			s.Cases = append(s.Cases, c)
		}
		tool := Tool{Name: "claimcheck", Command: "verify"}
		checkAnnotations(t, string(AppendAnnotations(nil, tool, s)))
		checkSummary(t, AppendSummary(nil, tool, s), text)
		checkJUnit(t, tool, s, text)
		sarif := SARIF(tool, s)
		if _, err := strictjson.Parse(AppendJSON(nil, sarif, "", nil)); err != nil {
			t.Errorf("SARIF: %v", err)
		}
	})
}

// checkAnnotations: an error and a warning, each in a line of its own.
func checkAnnotations(t *testing.T, got string) {
	t.Helper()
	checkSafe(t, strings.ReplaceAll(got, "\n", ""))
	for i, line := range strings.Split(strings.TrimSuffix(got, "\n"), "\n") {
		want := []string{"::error title=", "::warning title="}
		properties, _, found := strings.Cut(strings.TrimPrefix(line, "::"), "::")
		if i >= len(want) || !found || !strings.HasPrefix(line, want[i]) || strings.ContainsAny(properties, ":,") {
			t.Errorf("line %d: %q", i, line)
		}
	}
}

// markdown is what GitHub makes of a summary. Making it costs more than using it.
var markdown = goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe()))

// checkSummary: Markdown, as GitHub reads it, leaves the HTML as it is; the HTML
// is well-formed and has only the elements that are meant, and all that came
// from outside stands in code, but for the verdict.
func checkSummary(t *testing.T, got []byte, text string) {
	t.Helper()
	var rendered bytes.Buffer
	if err := markdown.Convert(got, &rendered); err != nil {
		t.Fatal(err)
	}
	if strings.TrimSpace(rendered.String()) != strings.TrimSpace(string(got)) {
		t.Errorf("Markdown changes\n%s\ninto\n%s", got, rendered.String())
	}
	decoder := xml.NewDecoder(&rendered)
	var path []string
	codes := 0
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, got)
		}
		switch token := token.(type) {
		case xml.StartElement:
			path = append(path, token.Name.Local)
			if !strings.Contains(" h3 p table tr td code br details summary ", " "+token.Name.Local+" ") || len(token.Attr) > 0 {
				t.Errorf("<%s %v> in\n%s", token.Name.Local, token.Attr, got)
			}
		case xml.EndElement:
			path = path[:len(path)-1]
		case xml.CharData:
			if len(path) > 0 && path[len(path)-1] == "code" && string(token) == Escape(text) {
				codes++
			}
		default:
			t.Errorf("%T in\n%s", token, got)
		}
	}
	if text != "" && len(text) < maxSummaryText && codes < 4*5 {
		t.Errorf("the text is there %d times in\n%s", codes, got)
	}
}

func checkJUnit(t *testing.T, tool Tool, s Suite, text string) {
	t.Helper()
	got, err := AppendJUnit(nil, tool, s)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Suite struct {
			Cases []struct {
				Name    string `xml:"name,attr"`
				Failure string `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	decoder := xml.NewDecoder(bytes.NewReader(got))
	if err := decoder.Decode(&file); err != nil {
		t.Fatalf("%v in\n%s", err, got)
	}
	cases := file.Suite.Cases
	if len(cases) != len(s.Cases) || cases[0].Name != Escape(text) || cases[1].Name != Escape(text)+" (2)" {
		t.Fatalf("%+v in\n%s", cases, got)
	}
	if want := strings.Join(s.Cases[Failed].lines(), "\n"); cases[Failed].Failure != want {
		t.Errorf("%q, want %q", cases[Failed].Failure, want)
	}
}
