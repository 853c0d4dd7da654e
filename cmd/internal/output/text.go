package output

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// A Text is a report for people that is being written: paragraphs, rows and
// tables, wrapped at words to the width of the terminal. Its methods take text as
// it came and escape it. Nothing is cut, and no word is broken.
type Text struct {
	buf     []byte
	palette Palette
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
	t.grid([]int{0}, []gridRow{{cell{escaped(spans...)}}}, nil)
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
	List  []string // in place of Value: items with commas between them, which stay whole
	Style Style    // of the value
	Notes []Span   // each in a line of its own below the value
	// Command is a command line to copy, below all that: one line, however long.
	// What a terminal wraps can be copied, what we wrap cannot.
	Command string
}

// value returns the value as a paragraph.
func (r Row) value() line {
	if r.List == nil {
		return escaped(r.Style.Span(r.Value))
	}
	items := make([]string, len(r.List))
	for i, item := range r.List {
		items[i] = strings.ReplaceAll(escaped(Plain.Span(item)).text(), " ", glue)
	}
	return line{r.Style.Span(strings.Join(items, ", "))}
}

// commandIndent is the indentation of commands in columns.
const commandIndent = 2

// Rows writes rows with their labels and values aligned.
func (t *Text) Rows(rows ...Row) {
	grid := make([]gridRow, len(rows))
	for i, row := range rows {
		value := cell{row.value()}
		for _, note := range row.Notes {
			value = append(value, escaped(note))
		}
		grid[i] = gridRow{
			{escaped(row.Mark.span(t.ascii))},
			{escaped(row.Mark.style().Span(row.Label))},
			value,
		}
	}
	t.grid([]int{1, 2, 0}, grid, func(i, start int) {
		if rows[i].Command != "" {
			t.command(rows[i].Command, start+commandIndent)
		}
	})
}

// Section writes rows under a title or, without one, after an empty line. It omits
// rows that have a label but no value, and a section without rows.
func (t *Text) Section(title string, rows ...Row) {
	rows = slices.DeleteFunc(rows, func(r Row) bool { return r.Label != "" && r.Value == "" && r.List == nil })
	switch {
	case len(rows) == 0:
		return
	case title == "":
		t.Blank()
	default:
		t.Heading(title)
	}
	t.Rows(rows...)
}

// Members writes rows with aligned labels and values. A list that does not fit on the
// line of its label is written below it.
func (t *Text) Members(rows ...Row) {
	const gap = 2
	label := 0
	for _, row := range rows {
		label = max(label, columnsOf(row.Label))
	}
	fits := func(row Row) bool {
		return row.List == nil || t.indent+label+gap+columnsOf(row.value().text()) <= t.width
	}
	for len(rows) > 0 {
		beside := 0
		for beside < len(rows) && fits(rows[beside]) {
			rows[beside].Label += strings.Repeat(" ", label-columnsOf(rows[beside].Label))
			beside++
		}
		t.Rows(rows[:beside]...)
		if rows = rows[beside:]; len(rows) > 0 {
			t.Rows(Row{Label: rows[0].Label})
			list := rows[0]
			list.Label = ""
			t.Indented(func() { t.Rows(list) })
			rows = rows[1:]
		}
	}
}

// Command writes a command line to copy, or what else is of one piece.
func (t *Text) Command(command string) { t.command(command, commandIndent) }

func (t *Text) command(command string, indent int) {
	t.line(append(line{spaces(indent)}, escaped(Strong.Span(command))...))
}

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
		row[i] = cell{escaped(style.Span(text))}
	}
	return row
}

// JSON writes v as indented JSON, its lines as long as they are, so that it can
// be copied.
func (t *Text) JSON(v strictjson.Value) {
	t.jsonLines(AppendJSON(nil, v, jsonIndent, t.palette))
	t.Blank()
}

func (t *Text) jsonLines(data []byte) {
	for line := range bytes.Lines(data) {
		t.buf = append(t.margin(), line...)
	}
}

// A Remark is what an annotated JSON object says about one of its members.
type Remark struct {
	Text  string // a comment at the end of the line, or empty
	Style Style  // of the member's value, and of the comment; Plain for the usual ones
}

// maxRemarkColumn bounds how far to the right comments are aligned.
const maxRemarkColumn = 48

// AnnotatedJSON writes an object as JSON does. A remark about one of its own members
// becomes a // comment at the end of the line. Comments are aligned unless they would
// not fit.
func (t *Text) AnnotatedJSON(object strictjson.Value, remark func(strictjson.Member) Remark) {
	members := object.Members()
	if len(members) == 0 {
		t.JSON(object)
		return
	}
	remarks := make([]Remark, len(members))
	column := 0
	for i, m := range members {
		remarks[i] = remark(m)
		if width := columnsOf(firstLine(t.member(m, Remark{}, nil, i == len(members)-1))); remarks[i].Text != "" && width <= maxRemarkColumn {
			column = max(column, width)
		}
	}
	t.jsonLines([]byte("{\n"))
	for i, m := range members {
		last := i == len(members)-1
		plain, painted := firstLine(t.member(m, Remark{}, nil, last)), t.member(m, remarks[i], t.palette, last)
		if remarks[i].Text != "" {
			first, used := firstLine(painted), columnsOf(plain)
			comment := "// " + Escape(remarks[i].Text)
			gap := max(min(column-used+2, t.width-used-columnsOf(comment)), 2)
			painted = first + strings.Repeat(" ", gap) + t.palette.Paint(cmp.Or(remarks[i].Style, Dim), comment) + painted[len(first):]
		}
		t.jsonLines([]byte(painted + "\n"))
	}
	t.jsonLines([]byte("}\n"))
}

// member writes a member of an object that is not inside another.
func (t *Text) member(m strictjson.Member, r Remark, palette Palette, last bool) string {
	w := jsonWriter{indent: jsonIndent, depth: 1, palette: palette, dst: []byte(jsonIndent)}
	w.name(m.Name)
	if r.Style == Plain {
		w.value(m.Value)
	} else {
		w.dst = append(w.dst, palette.Paint(r.Style, string(AppendJSON(nil, m.Value, "", nil)))...)
	}
	if !last {
		w.dst = append(w.dst, ',')
	}
	return string(w.dst)
}

func firstLine(text string) string {
	first, _, _ := strings.Cut(text, "\n")
	return first
}

// margin returns the buffer with the indentation of a new line.
func (t *Text) margin() []byte {
	return append(t.buf, bytes.Repeat([]byte{' '}, t.indent)...)
}
