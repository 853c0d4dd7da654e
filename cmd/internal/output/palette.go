package output

import "github.com/fatih/color"

// A Style is what a piece of text is, from which its colour follows.
type Style int

// The styles. Plain is the terminal's own.
const (
	Plain Style = iota
	Strong
	Dim
	Good
	Bad
	Caution
	// Accent1, Accent2 and Accent3 tell parts of one thing from each other, such
	// as the three parts of a token.
	Accent1
	Accent2
	Accent3

	jsonName
	jsonString
	jsonNumber
	jsonLiteral
)

// Colours from the 256 that do not depend on the terminal's theme. Each has a
// contrast of about 4 to 1 or more with black and with white.
const (
	grey   = 243
	red    = 160
	pink   = 161
	orange = 130
	green  = 64
	teal   = 31
	violet = 97
)

// A Palette colours text for one stream, or leaves it as it is. So does nil.
type Palette map[Style]*color.Color

// NewPalette returns the palette of a stream with colour, or nil for one without.
func NewPalette(enabled bool) Palette {
	if !enabled {
		return nil
	}
	p := Palette{
		Strong:      color.New(color.Bold),
		Dim:         foreground(grey),
		Good:        foreground(green),
		Bad:         foreground(red).Add(color.Bold),
		Caution:     foreground(orange),
		Accent1:     foreground(pink),
		Accent2:     foreground(violet),
		Accent3:     foreground(teal),
		jsonName:    foreground(teal),
		jsonString:  foreground(green),
		jsonNumber:  foreground(violet),
		jsonLiteral: foreground(orange),
	}
	for _, c := range p { // each of them, because color.New asks the environment
		c.EnableColor()
	}
	return p
}

// foreground returns one of the terminal's 256 colours (ISO 8613-6: SGR 38;5;n).
func foreground(n int) *color.Color {
	return color.New(38, 5, color.Attribute(n))
}

// Paint returns s in a style. It escapes nothing.
func (p Palette) Paint(style Style, s string) string {
	if s == "" || p[style] == nil {
		return s
	}
	return p[style].Sprint(s)
}

// The modes of DecideColor.
const (
	ColorAuto   = "auto"
	ColorAlways = "always"
	ColorNever  = "never"
)

// DecideColor reports whether a stream gets colour. The mode that the user asked
// for comes first; then, from the environment, NO_COLOR, FORCE_COLOR and
// CLICOLOR_FORCE, CLICOLOR=0 and TERM=dumb; then whether it is a terminal.
func DecideColor(mode string, getenv func(string) string, isTerminal bool) bool {
	forced := func(name string) bool {
		v := getenv(name)
		return v != "" && v != "0" && v != "false"
	}
	switch {
	case mode == ColorAlways:
		return true
	case mode == ColorNever, getenv("NO_COLOR") != "":
		return false
	case forced("FORCE_COLOR"), forced("CLICOLOR_FORCE"):
		return true
	case getenv("CLICOLOR") == "0", getenv("TERM") == "dumb":
		return false
	default:
		return isTerminal
	}
}
