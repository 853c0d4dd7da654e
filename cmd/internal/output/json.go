package output

import "github.com/claimcheck/claimcheck/pkg/strictjson"

// AppendJSON appends v as JSON on one line or, where indent is not empty, on
// several, each level indented by it. Members keep their order and numbers their
// text. Strings carry the escapes of Escape, which in JSON change nothing about
// the value; palette colours the parts.
func AppendJSON(dst []byte, v strictjson.Value, indent string, palette Palette) []byte {
	w := jsonWriter{dst: dst, indent: indent, palette: palette}
	w.value(v)
	return w.dst
}

type jsonWriter struct {
	dst     []byte
	indent  string
	depth   int
	palette Palette
}

func (w *jsonWriter) value(v strictjson.Value) {
	switch v.Type() {
	case strictjson.TypeObject:
		members := v.Members()
		w.list('{', '}', len(members), func(i int) {
			w.name(members[i].Name)
			w.value(members[i].Value)
		})
	case strictjson.TypeArray:
		items := v.Items()
		w.list('[', ']', len(items), func(i int) { w.value(items[i]) })
	case strictjson.TypeString:
		text, _ := v.Text()
		w.text(text, jsonString)
	case strictjson.TypeNumber:
		literal, _ := v.Literal()
		w.paint(literal, jsonNumber)
	default: // true, false and null; what is absent is written as null
		w.paint(v.String(), jsonLiteral)
	}
}

// list writes an object or an array of n items; one without any stays on its line.
func (w *jsonWriter) list(opens, closes byte, n int, item func(i int)) {
	w.dst = append(w.dst, opens)
	w.depth++
	for i := range n {
		if i > 0 {
			w.dst = append(w.dst, ',')
		}
		w.newLine()
		item(i)
	}
	w.depth--
	if n > 0 {
		w.newLine()
	}
	w.dst = append(w.dst, closes)
}

func (w *jsonWriter) newLine() {
	if w.indent == "" {
		return
	}
	w.dst = append(w.dst, '\n')
	for range w.depth {
		w.dst = append(w.dst, w.indent...)
	}
}

func (w *jsonWriter) name(name string) {
	w.text(name, jsonName)
	w.dst = append(w.dst, ':')
	if w.indent != "" {
		w.dst = append(w.dst, ' ')
	}
}

func (w *jsonWriter) text(s string, style Style) {
	w.paint(string(appendQuoted(nil, s, asJSON)), style)
}

func (w *jsonWriter) paint(s string, style Style) {
	w.dst = append(w.dst, w.palette.Paint(style, s)...)
}
