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
		w.object(v.Members())
	case strictjson.TypeArray:
		w.array(v.Items())
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

func (w *jsonWriter) object(members []strictjson.Member) {
	w.open('{')
	for i, m := range members {
		w.next(i)
		w.name(m.Name)
		w.value(m.Value)
	}
	w.close('}', len(members))
}

func (w *jsonWriter) array(items []strictjson.Value) {
	w.open('[')
	for i, item := range items {
		w.next(i)
		w.value(item)
	}
	w.close(']', len(items))
}

func (w *jsonWriter) open(bracket byte) {
	w.dst = append(w.dst, bracket)
	w.depth++
}

// next begins the place of item i.
func (w *jsonWriter) next(i int) {
	if i > 0 {
		w.dst = append(w.dst, ',')
	}
	w.newLine()
}

// close ends an object or an array of n items; one without any stays on its line.
func (w *jsonWriter) close(bracket byte, n int) {
	w.depth--
	if n > 0 {
		w.newLine()
	}
	w.dst = append(w.dst, bracket)
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
