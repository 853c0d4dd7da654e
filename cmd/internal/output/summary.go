package output

import (
	"fmt"
	"html"
	"strings"
	"unicode/utf8"
)

// A job summary over 1 MiB is dropped by GitHub as a whole, and several commands
// may share one.
const (
	maxSummaryText = 1000    // characters of one text
	maxSummarySize = 1 << 18 // bytes, after which no more rows begin
)

// AppendSummary appends a suite as a job summary for GitHub Actions, which is
// Markdown. All of it is one HTML block (CommonMark 0.31 section 4.6) without empty
// lines, which would end it, so that nothing is read as Markdown. Untrusted text is
// HTML-escaped and, except in the verdict, in code elements, where GitHub creates no
// links, mentions or emoji.
func AppendSummary(dst []byte, tool Tool, s Suite) []byte {
	// The file may end amid a line, or with an HTML block of somebody else.
	w := &summaryWriter{dst: append(dst, "\n\n"...)}
	mark := Failed.emoji()
	if s.Good {
		mark = Passed.emoji()
	}
	w.line("<h3>" + mark + " " + escapeHTML(tool.title()+": "+s.Verdict) + "</h3>")
	w.line("<p>" + code(s.Message) + "</p>")
	var loud, quiet []Case
	for _, c := range s.Cases {
		switch c.Outcome {
		case Passed, Skipped:
			quiet = append(quiet, c)
		default:
			loud = append(loud, c)
		}
	}
	w.table(loud)
	if len(quiet) > 0 {
		w.line(fmt.Sprintf("<details><summary>%d more: passed, or not required</summary>", len(quiet)))
		w.table(quiet)
		w.line("</details>")
	}
	return append(w.dst, '\n')
}

type summaryWriter struct{ dst []byte }

func (w *summaryWriter) line(html string) { w.dst = append(append(w.dst, html...), '\n') }

func (w *summaryWriter) table(cases []Case) {
	if len(cases) == 0 {
		return
	}
	w.line("<table>")
	for i, c := range cases {
		if len(w.dst) > maxSummarySize {
			w.line(fmt.Sprintf("<tr><td></td><td></td><td>and %d more</td></tr>", len(cases)-i))
			break
		}
		w.line("<tr><td>" + c.Outcome.emoji() + "</td><td>" + code(c.ID) + "</td><td>" + details(c) + "</td></tr>")
	}
	w.line("</table>")
}

func details(c Case) string {
	lines := []string{code(c.Message)}
	if c.namesLocation() {
		lines[0] = code(c.Location) + ": " + lines[0]
	}
	if c.Outcome != Passed && c.Outcome != Skipped {
		for _, note := range append(c.Notes[:len(c.Notes):len(c.Notes)], c.Spec) {
			if note != "" {
				lines = append(lines, code(note))
			}
		}
	}
	return strings.Join(lines, "<br/>")
}

func (o Outcome) emoji() string {
	return [...]string{"❓", "❌", "⚠️", "ℹ️", "➖", "✅"}[o]
}

// code is a text from outside, not longer than need be.
func code(s string) string {
	if utf8.RuneCountInString(s) > maxSummaryText {
		s = string([]rune(s)[:maxSummaryText]) + "…"
	}
	return "<code>" + escapeHTML(s) + "</code>"
}

func escapeHTML(s string) string { return html.EscapeString(Escape(s)) }
