package output

// A cell holds paragraphs, one below the other.
type cell [][]glyph

// A gridRow holds the cells of one row, one for each column.
type gridRow []cell

// minColumn is the width below which a column is not made narrower for the sake
// of the others.
const minColumn = 12

// grid writes rows with their columns aligned. Each column is followed by a gap,
// and left out where it is empty in all rows. below, unless nil, writes what comes
// below a row.
func (t *Text) grid(gaps []int, rows []gridRow, below func(row int)) {
	widths := t.columnWidths(gaps, rows)
	for n, row := range rows {
		folded := make([][][]glyph, len(row))
		height := 0
		for i, c := range row {
			for _, paragraph := range c {
				folded[i] = append(folded[i], fold(paragraph, widths[i])...)
			}
			height = max(height, len(folded[i]))
		}
		for n := range height {
			t.line(joinCells(folded, n, widths, gaps))
		}
		if below != nil {
			below(n)
		}
	}
}

// joinCells returns line n of a row.
func joinCells(folded [][][]glyph, n int, widths, gaps []int) []glyph {
	var line []glyph
	for i, lines := range folded {
		if widths[i] == 0 {
			continue
		}
		var part []glyph
		if n < len(lines) {
			part = lines[n]
		}
		line = append(line, part...)
		for range widths[i] - widthOf(part) + gaps[i] {
			line = append(line, glyph{r: ' '})
		}
	}
	return line
}

// columnWidths returns the widths of the columns: those of their widest
// paragraphs, less where that would not fit into the width of the text.
func (t *Text) columnWidths(gaps []int, rows []gridRow) []int {
	widths := make([]int, len(gaps))
	for _, row := range rows {
		for i, c := range row {
			for _, paragraph := range c {
				widths[i] = max(widths[i], widthOf(paragraph))
			}
		}
	}
	excess := t.indent - t.width
	for i, w := range widths {
		excess += w
		if w > 0 && i < len(widths)-1 {
			excess += gaps[i]
		}
	}
	for ; excess > 0; excess-- {
		widest := 0
		for i, w := range widths {
			if w > widths[widest] {
				widest = i
			}
		}
		if widths[widest] <= minColumn {
			break
		}
		widths[widest]--
	}
	return widths
}

// line writes one line of the text.
func (t *Text) line(line []glyph) {
	for len(line) > 0 && line[len(line)-1].r == ' ' {
		line = line[:len(line)-1]
	}
	if len(line) == 0 {
		t.Blank()
		return
	}
	t.buf = t.margin()
	for run := range runs(breakLogCommand(line)) {
		t.buf = append(t.buf, t.palette.Paint(run.Style, run.Text)...)
	}
	t.buf = append(t.buf, '\n')
}
