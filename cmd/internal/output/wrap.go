package output

import (
	"strings"

	"github.com/clipperhouse/displaywidth"
)

// A line is escaped text in pieces of one style each.
type line []Span

// glue is a space at which a line does not break. It is free for that use,
// because escaping leaves no other space than the usual one.
const glue = "\u00a0"

// escaped returns spans as they can be shown.
func escaped(spans ...Span) line {
	l := make(line, len(spans))
	var e escaper
	for i, s := range spans {
		l[i] = s.Style.Span(string(e.append(nil, s.Text)))
	}
	return l
}

func (l line) text() string {
	if len(l) == 1 {
		return l[0].Text
	}
	var b strings.Builder
	for _, s := range l {
		b.WriteString(s.Text)
	}
	return b.String()
}

// cut splits l after n bytes of its text.
func (l line) cut(n int) (head, tail line) {
	for i, s := range l {
		if n < len(s.Text) {
			head = append(head, s.Style.Span(s.Text[:n]))
			return head, append(line{s.Style.Span(s.Text[n:])}, l[i+1:]...)
		}
		head = append(head, s)
		n -= len(s.Text)
	}
	return head, nil
}

// painted returns l as it is written.
func (l line) painted(palette Palette) []byte {
	var painted []byte
	for _, s := range breakLogCommand(l) {
		painted = append(painted, palette.Paint(s.Style, strings.ReplaceAll(s.Text, glue, " "))...)
	}
	return painted
}

// columnsOf returns how many columns of a terminal a text takes.
func columnsOf(text string) int { return displaywidth.String(text) }

// wrap breaks a paragraph at spaces into lines of at most so many columns. A word
// is never broken, however long: a URL, an identifier or a command is to be
// copied whole. An empty paragraph is one empty line.
func wrap(paragraph line, columns int) []line {
	var lines []line
	text := paragraph.text()
	for {
		end, next := lineEnd(text, columns)
		if next == len(text) {
			return append(lines, paragraph)
		}
		head, _ := paragraph.cut(end)
		_, paragraph = paragraph.cut(next)
		lines = append(lines, head)
		text = text[next:]
	}
}

// lineEnd returns where the first line of a text ends and where the next begins.
func lineEnd(text string, columns int) (end, next int) {
	used, start := 0, 0
	for {
		length := strings.IndexByte(text[start:], ' ')
		last := length < 0
		if last {
			length = len(text) - start
		}
		used += columnsOf(text[start : start+length])
		if used > columns && strings.TrimLeft(text[:start], " ") != "" {
			return start - 1, start
		}
		if last {
			return len(text), len(text)
		}
		start += length + 1
		used++
	}
}

// Wrap breaks prose at spaces into lines of at most so many columns, without
// breaking a word. It escapes nothing.
func Wrap(prose string, columns int) []string {
	var lines []string
	for _, l := range wrap(line{Plain.Span(prose)}, columns) {
		lines = append(lines, strings.TrimRight(l.text(), " "))
	}
	return lines
}

// longestWord returns the columns of the widest part of a paragraph that is never
// broken.
func longestWord(paragraph line) int {
	widest := 0
	for word := range strings.SplitSeq(paragraph.text(), " ") {
		widest = max(widest, columnsOf(word))
	}
	return widest
}

// breakLogCommand escapes the beginning of a line that could be taken for a log
// command: any line may begin with the middle of a value.
func breakLogCommand(l line) line {
	if !startsLogCommand(l.text()) {
		return l
	}
	safe := append(line{}, l...)
	for i, s := range safe {
		if strings.Contains(s.Text, ":") {
			safe[i].Text = strings.Replace(s.Text, ":", `\u003a`, 1)
			break
		}
	}
	return safe
}
