package output

import "unicode"

// maxMarks is how many combining marks may stand on one letter. Vietnamese and
// Hebrew need two.
const maxMarks = 2

// A runeContext is what has to be known of the characters before one to tell
// whether that one can be shown.
type runeContext struct {
	previous rune
	letter   bool // a letter, on which marks can stand, with the marks on it
	marks    int  // marks that take no room of their own
}

// shows reports whether r can be shown as it is, and takes it into the context.
func (c *runeContext) shows(r rune) bool {
	if ' ' <= r && r <= '~' && r != '#' { // nearly all there is
		*c = runeContext{previous: r, letter: isASCIILetter(r)}
		return true
	}
	visible := c.visible(r)
	switch {
	case !visible:
		*c = runeContext{}
	case takesNoRoom(r):
		c.marks++
	case unicode.IsMark(r):
	default:
		c.letter, c.marks = unicode.IsLetter(r), 0
	}
	c.previous = r
	return visible
}

func (c *runeContext) visible(r rune) bool {
	switch {
	case r == '#': // ##[command] and ##vso[command] are found anywhere in a line
		return c.previous != '#'
	case !unicode.IsPrint(r) || isBlank(r):
		return false
	case takesNoRoom(r):
		return c.letter && c.marks < maxMarks
	case unicode.IsMark(r):
		return c.letter
	default:
		return true
	}
}

// isBlank reports whether r is one of the characters that count as printable but
// leave no ink: fillers, variation selectors, blank symbols.
func isBlank(r rune) bool {
	switch r {
	case 0x2800, // BRAILLE PATTERN BLANK
		0x13441, 0x13442, // EGYPTIAN HIEROGLYPH FULL BLANK, HALF BLANK
		0x16FE4, // KHITAN SMALL SCRIPT FILLER
		0x1D159: // MUSICAL SYMBOL NULL NOTEHEAD
		return true
	}
	return unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// takesNoRoom reports whether a terminal draws r upon the character before it: a
// combining mark, or a Hangul vowel or final consonant that joins a syllable.
func takesNoRoom(r rune) bool {
	return unicode.In(r, unicode.Mn, unicode.Me) ||
		0x1160 <= r && r <= 0x11FF || 0xD7B0 <= r && r <= 0xD7FF
}
