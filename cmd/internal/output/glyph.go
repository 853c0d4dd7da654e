package output

import (
	"iter"
	"strings"

	"golang.org/x/text/width"
)

// A glyph is a character that can be shown, in its style.
type glyph struct {
	r     rune
	style Style
}

// glyphs escapes spans and takes them apart.
func glyphs(spans ...Span) []glyph {
	var line []glyph
	var e escaper
	for _, span := range spans {
		for _, r := range string(e.append(nil, span.Text)) {
			line = append(line, glyph{r, span.Style})
		}
	}
	return line
}

// runs puts glyphs of the same style together again.
func runs(line []glyph) iter.Seq[Span] {
	return func(yield func(Span) bool) {
		for len(line) > 0 {
			n := 1
			for n < len(line) && line[n].style == line[0].style {
				n++
			}
			if !yield(line[0].style.Span(textOf(line[:n]))) {
				return
			}
			line = line[n:]
		}
	}
}

func textOf(line []glyph) string {
	var b strings.Builder
	for _, g := range line {
		b.WriteRune(g.r)
	}
	return b.String()
}

// columns returns how many columns of a terminal the glyph takes.
func (g glyph) columns() int {
	if takesNoRoom(g.r) {
		return 0
	}
	switch width.LookupRune(g.r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	default:
		return 1
	}
}

func widthOf(line []glyph) int {
	sum := 0
	for _, g := range line {
		sum += g.columns()
	}
	return sum
}

// fold breaks a paragraph into lines that take at most so many columns, at spaces
// where there are any; the space at a break is dropped. An empty paragraph is one
// empty line.
func fold(paragraph []glyph, columns int) [][]glyph {
	var lines [][]glyph
	for {
		end, next := breakPoint(paragraph, columns)
		lines = append(lines, paragraph[:end])
		if next == len(paragraph) {
			return lines
		}
		paragraph = paragraph[next:]
	}
}

// breakPoint returns where the first line of a paragraph ends and the next one
// begins.
func breakPoint(paragraph []glyph, columns int) (end, next int) {
	used, space := 0, 0
	for i, g := range paragraph {
		if g.r == ' ' {
			space = i
		}
		if used += g.columns(); used <= columns {
			continue
		}
		if space > 0 {
			return space, space + 1
		}
		i = max(i, 1) // a line holds one character, however narrow it is
		return i, i
	}
	return len(paragraph), len(paragraph)
}

// breakLogCommand escapes the beginning of a line that could be taken for a log
// command: any line may begin with the middle of a value.
func breakLogCommand(line []glyph) []glyph {
	if !startsLogCommand(textOf(line)) {
		return line
	}
	for i, g := range line {
		if g.r == ':' {
			escaped := glyphs(g.style.Span(`\u003a`))
			return append(append(line[:i:i], escaped...), line[i+1:]...)
		}
	}
	return line
}
