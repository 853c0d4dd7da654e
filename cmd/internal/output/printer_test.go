package output

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/cmd/internal/query"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

const document = `{"iss":"https://a","n":1.50,"name":"a\nb\u001b","list":[1,"x"]}`

func TestPrint(t *testing.T) {
	for _, test := range []struct {
		name    string
		options Options
		filter  string
		want    string
	}{
		{"text", Options{Format: FormatText}, "", "the text\n"},
		{"JSON", Options{Format: FormatJSON}, "", "{\n  \"iss\": \"https://a\",\n  \"n\": 1.50,\n  \"name\": \"a\\nb\\u001b\",\n  \"list\": [\n    1,\n    \"x\"\n  ]\n}\n"},
		{"NDJSON", Options{Format: FormatNDJSON}, "", `{"iss":"https://a","n":1.50,"name":"a\nb\u001b","list":[1,"x"]}` + "\n"},
		{"quiet", Options{Format: FormatJSON, Quiet: true}, "error", ""},
		{"filter", Options{Format: FormatJSON}, ".iss, .n, .list, empty", "https://a\n1.50\n[\n  1,\n  \"x\"\n]\n"},
		{"filter without output", Options{Format: FormatJSON}, "empty", ""},
		{"compact filter", Options{Format: FormatNDJSON}, ".list", "[1,\"x\"]\n"},
		{"raw string in a pipe", Options{Format: FormatJSON}, ".name", "a\nb\x1b\n"},
		{"raw string on a terminal", Options{Format: FormatJSON, OutIsTerminal: true}, ".name", "a\\nb\\u001b\n"},
		{"colour", Options{Format: FormatJSON, ColorOut: true}, ".n", "\x1b[38;5;97m1.50\x1b[0;25;0m\n"},
		{"colour of the other stream", Options{Format: FormatJSON, ColorErr: true}, ".n", "1.50\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out, err bytes.Buffer
			test.options.Out, test.options.Err = &out, &err
			test.options.Filter = compile(t, test.filter)
			printErr := New(test.options).Print(context.Background(), parse(t, document), func(t *Text) { t.Line("the text") })
			if printErr != nil {
				t.Error(printErr)
			}
			if out.String() != test.want || err.Len() > 0 {
				t.Errorf("got %q and %q, want %q", out.String(), err.String(), test.want)
			}
		})
	}
}

func compile(t *testing.T, expression string) Filter {
	t.Helper()
	if expression == "" {
		return nil
	}
	filter, err := query.Compile(expression)
	if err != nil {
		t.Fatal(err)
	}
	return func(ctx context.Context, document strictjson.Value) ([]strictjson.Value, error) {
		return filter.Run(ctx, document, time.Unix(0, 0))
	}
}

func TestPrintReportsAFailingFilter(t *testing.T) {
	var out bytes.Buffer
	p := New(Options{Out: &out, Format: FormatJSON, Filter: compile(t, `.n, error("no")`)})
	err := p.Print(context.Background(), parse(t, document), nil)
	var run *query.RunError
	if !errors.As(err, &run) || err.Error() != "filtering the output: the jq expression failed: no" {
		t.Errorf("got %v", err)
	}
	if out.String() != "1.50\n" {
		t.Errorf("got %q", out.String())
	}
}

type brokenPipe struct{}

var errBroken = errors.New("broken pipe")

func (brokenPipe) Write([]byte) (int, error) { return 0, errBroken }

func TestPrintReportsAFailedWrite(t *testing.T) {
	for name, p := range map[string]*Printer{
		"text":           New(Options{Out: brokenPipe{}, Format: FormatText}),
		"JSON":           New(Options{Out: brokenPipe{}, Format: FormatJSON}),
		"failing filter": New(Options{Out: brokenPipe{}, Format: FormatJSON, Filter: compile(t, `.n, error("no")`)}),
	} {
		t.Run(name, func(t *testing.T) {
			err := p.Print(context.Background(), parse(t, document), func(t *Text) { t.Line("x") })
			var write *WriteError
			if !errors.As(err, &write) || !errors.Is(err, errBroken) || err.Error() != "writing the output: broken pipe" {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestPrintUnescaped(t *testing.T) {
	for quiet, want := range map[bool]string{false: "-----BEGIN\n", true: ""} {
		var out bytes.Buffer
		err := New(Options{Out: &out, Quiet: quiet}).PrintUnescaped([]byte("-----BEGIN\n"))
		if err != nil || out.String() != want {
			t.Errorf("got %q, %v", out.String(), err)
		}
	}
}

func TestMessages(t *testing.T) {
	say := func(p *Printer) {
		p.Note("note \x1b")
		p.Warning(Problem{Message: "warning \n", Hint: "do this"})
		p.Verdict(true, "accepted")
		p.Verdict(false, "rejected: \u202e (exit 16)")
		p.Error(Problem{
			Message: "error ##[x]", Tried: []Attempt{{"a\x1b", "no"}, {"longer", "yes"}}, Hint: "try \x9b", Command: "do it",
		})
	}
	for _, test := range []struct {
		name    string
		options Options
		want    string
	}{
		{"JSON", Options{Format: FormatJSON}, lines(
			`claimcheck: note \u001b`,
			`claimcheck: warning: warning \n`,
			`hint: do this`,
			`claimcheck: accepted`,
			`claimcheck: rejected: \u202e (exit 16)`,
			`claimcheck: error #\u0023[x]`,
			`  tried  a\u001b  no`,
			`         longer   yes`,
			`hint: try \x9b`,
			`  do it`)},
		{"text, which holds the verdict", Options{Format: FormatText}, lines(
			`claimcheck: note \u001b`,
			`claimcheck: warning: warning \n`,
			`hint: do this`,
			`claimcheck: error #\u0023[x]`,
			`  tried  a\u001b  no`,
			`         longer   yes`,
			`hint: try \x9b`,
			`  do it`)},
		{"quiet", Options{Format: FormatJSON, Quiet: true}, lines(
			`claimcheck: error #\u0023[x]`,
			`  tried  a\u001b  no`,
			`         longer   yes`,
			`hint: try \x9b`,
			`  do it`)},
		{"colour", Options{Format: FormatNDJSON, ColorErr: true}, lines(
			`claimcheck: note \u001b`,
			"claimcheck: \x1b[38;5;130mwarning: \x1b[0;25;0m"+`warning \n`,
			"\x1b[1mhint: \x1b[22mdo this",
			"claimcheck: \x1b[38;5;64maccepted\x1b[0;25;0m",
			"claimcheck: \x1b[38;5;160;1m"+`rejected: \u202e (exit 16)`+"\x1b[0;25;0;22m",
			`claimcheck: error #\u0023[x]`,
			"\x1b[38;5;243m  tried  \x1b[0;25;0m"+`a\u001b  no`,
			`         longer   yes`,
			"\x1b[1mhint: \x1b[22m"+`try \x9b`,
			"  \x1b[1mdo it\x1b[22m")},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out, err bytes.Buffer
			test.options.Out, test.options.Err = &out, &err
			say(New(test.options))
			if err.String() != test.want || out.Len() > 0 {
				t.Errorf("got:\n%q\nwant:\n%q", err.String(), test.want)
			}
		})
	}
}

func TestLongAddressStandsBehindTheName(t *testing.T) {
	var err bytes.Buffer
	p := New(Options{Err: &err, ErrWidth: 40})
	p.Error(Problem{Message: "https://issuer.example/a/long/path/to/a/document: connection refused"})
	if got, want := err.String(), "claimcheck: https://issuer.example/a/long/path/to/a/document:\nconnection refused\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
