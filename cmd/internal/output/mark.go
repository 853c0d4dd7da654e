package output

// A Mark at the beginning of a row shows the result at a glance.
type Mark int

// The marks.
const (
	MarkNone    Mark = iota
	MarkPassed       // ✓ or +
	MarkFailed       // ✗ or x
	MarkWarning      // !
	MarkSkipped      // – or -
)

func (m Mark) span(ascii bool) Span {
	symbols := [...]string{"", "✓", "✗", "!", "–"}
	if ascii {
		symbols = [...]string{"", "+", "x", "!", "-"}
	}
	return m.style().Span(symbols[m])
}

// style returns the style of the mark and of the label after it.
func (m Mark) style() Style {
	return [...]Style{Dim, Good, Bad, Caution, Dim}[m]
}
