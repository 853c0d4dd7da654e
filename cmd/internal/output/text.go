package output

import (
	"bytes"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// A Text is a report for people that is being written: paragraphs, rows and
// tables, folded to the width of the terminal. Its methods take text as it came
// and escape it. Nothing is cut: what is too long goes on in the next line.
type Text struct {
	buf     []byte
	palette *Palette
	width   int // columns, at least 1
	indent  int // columns
	ascii   bool
}

// indentStep is by how many columns Indented moves its body.
const indentStep = 2

// A Span is a piece of text in one style.
type Span struct {
	Style Style
	Text  string
}

// Span returns text in style s.
func (s Style) Span(text string) Span { return Span{Style: s, Text: text} }

// Line writes a paragraph.
func (t *Text) Line(text string) { t.Spans(Plain.Span(text)) }

// Spans writes a paragraph of several styles. Nothing is put between the spans.
func (t *Text) Spans(spans ...Span) {
	t.grid([]int{0}, []gridRow{{cell{glyphs(spans...)}}}, nil)
}

// Heading writes a title, below an empty line unless it is the first of all.
func (t *Text) Heading(title string) {
	if len(t.buf) > 0 {
		t.Blank()
	}
	t.Spans(Strong.Span(title))
}

// Blank writes an empty line.
func (t *Text) Blank() { t.buf = append(t.buf, '\n') }

// Indented moves what body writes to the right.
func (t *Text) Indented(body func()) {
	t.indent += indentStep
	body()
	t.indent -= indentStep
}

// A Row is a line of a block: "✓ label  value", all but the value optional.
type Row struct {
	Mark  Mark
	Label string
	Value string
	Style Style  // of the value
	Notes []Span // each in a line of its own below the value
	// Command is a command line to copy, below all that.
	Command string
}

// Rows writes rows with their labels and values aligned.
func (t *Text) Rows(rows ...Row) {
	grid := make([]gridRow, len(rows))
	for i, row := range rows {
		value := cell{glyphs(row.Style.Span(row.Value))}
		for _, note := range row.Notes {
			value = append(value, glyphs(note))
		}
		grid[i] = gridRow{
			{glyphs(row.Mark.span(t.ascii))},
			{glyphs(row.Mark.style().Span(row.Label))},
			value,
		}
	}
	t.grid([]int{1, 2, 0}, grid, func(i int) {
		if rows[i].Command != "" {
			t.Command(rows[i].Command)
		}
	})
}

// Command writes a command line to copy, or what else is of one piece: one line,
// however long. What a terminal folds can be copied, what we fold cannot.
func (t *Text) Command(line string) { t.line(glyphs(Strong.Span("  " + line))) }

// Table writes columns under a header. Rows have as many cells as the header.
func (t *Text) Table(header []string, rows [][]string) {
	gaps := make([]int, len(header))
	for i := range gaps {
		gaps[i] = 2
	}
	grid := []gridRow{tableRow(Dim, header)}
	for _, row := range rows {
		grid = append(grid, tableRow(Plain, row))
	}
	t.grid(gaps, grid, nil)
}

func tableRow(style Style, cells []string) gridRow {
	row := make(gridRow, len(cells))
	for i, text := range cells {
		row[i] = cell{glyphs(style.Span(text))}
	}
	return row
}

// JSON writes v as indented JSON, its lines as long as they are, so that it can
// be copied.
func (t *Text) JSON(v strictjson.Value) {
	for line := range bytes.Lines(AppendJSON(nil, v, jsonIndent, t.palette)) {
		t.buf = append(t.margin(), line...)
	}
	t.Blank()
}

// margin returns the buffer with the indentation of a new line.
func (t *Text) margin() []byte {
	return append(t.buf, bytes.Repeat([]byte{' '}, t.indent)...)
}
