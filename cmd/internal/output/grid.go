package output

import "strings"

// A cell holds paragraphs, one below the other.
type cell []line

// A gridRow holds the cells of one row, one for each column.
type gridRow []cell

// minColumn is the width below which a column is not made narrower for the sake
// of the others.
const minColumn = 12

// grid writes rows with aligned columns. A gap follows each column, and columns that
// are empty in all rows are omitted. If not nil, below is called after each row with
// the position of the last column.
func (t *Text) grid(gaps []int, rows []gridRow, below func(row, start int)) {
	widths := t.columnWidths(gaps, rows)
	start := 0
	for i, gap := range gaps[:len(gaps)-1] {
		if widths[i] > 0 {
			start += widths[i] + gap
		}
	}
	for n, row := range rows {
		wrapped := make([][]line, len(row))
		height := 0
		for i, c := range row {
			for _, paragraph := range c {
				wrapped[i] = append(wrapped[i], wrap(paragraph, widths[i])...)
			}
			height = max(height, len(wrapped[i]))
		}
		for n := range height {
			t.line(joinCells(wrapped, n, widths, gaps))
		}
		if below != nil {
			below(n, start)
		}
	}
}

// joinCells returns line n of a row.
func joinCells(wrapped [][]line, n int, widths, gaps []int) line {
	var joined line
	for i, lines := range wrapped {
		if widths[i] == 0 {
			continue
		}
		var part line
		if n < len(lines) {
			part = lines[n]
		}
		joined = append(joined, part...)
		joined = append(joined, spaces(widths[i]-columnsOf(part.text())+gaps[i]))
	}
	return joined
}

func spaces(n int) Span { return Plain.Span(strings.Repeat(" ", max(n, 0))) }

// columnWidths returns the width of each column: that of its widest paragraph, or
// less if the row would exceed the width of the text. Only the last column may be
// narrower than one of its words, which then sticks out.
func (t *Text) columnWidths(gaps []int, rows []gridRow) []int {
	last := len(gaps) - 1
	widths, least := make([]int, len(gaps)), make([]int, len(gaps))
	for _, row := range rows {
		for i, c := range row {
			for _, paragraph := range c {
				widths[i] = max(widths[i], columnsOf(paragraph.text()))
				least[i] = max(least[i], longestWord(paragraph))
			}
		}
	}
	least[last] = 0
	excess := t.indent - t.width
	for i, w := range widths {
		excess += w
		if w > 0 && i < last {
			excess += gaps[i]
		}
	}
	for ; excess > 0; excess-- {
		widest := -1
		for i, w := range widths {
			if w > max(least[i], minColumn) && (widest < 0 || w > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
	}
	return widths
}

// line writes one line of the text.
func (t *Text) line(l line) {
	trimmed := strings.TrimRight(l.text(), " ")
	if trimmed == "" {
		t.Blank()
		return
	}
	l, _ = l.cut(len(trimmed))
	t.buf = append(append(t.margin(), l.painted(t.palette)...), '\n')
}
