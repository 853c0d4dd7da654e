package verify

import (
	"fmt"
	"unicode"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// checkBinding shows what restricts a token beyond its claims. None of it is
// enforced here: that takes a proof, which a token alone does not bring.
func (v *verification) checkBinding() {
	cnf := v.claims.Get("cnf")
	switch {
	case !cnf.Exists():
		v.skip(CheckConfirmation, "the token is not bound to a key of its sender")
	default:
		v.report.add(Check{
			ID: CheckConfirmation, Status: NotChecked, Actual: cnf,
			Message: "the token is bound to a key of its sender, and that binding is NOT CHECKED here: used as a bearer token it must be refused",
		})
	}
	if hasMember(v.claims, "_sd", "_sd_alg") {
		v.skip(CheckDisclosure, "the token has selectively disclosable claims; disclosures are NOT CHECKED here")
	} else {
		v.skip(CheckDisclosure, "nothing is selectively disclosed")
	}
}

// hasMember looks for member names at any depth.
func hasMember(v strictjson.Value, names ...string) bool {
	if len(present(v, names...)) > 0 {
		return true
	}
	for _, m := range v.Members() {
		if hasMember(m.Value, names...) {
			return true
		}
	}
	for _, item := range v.Items() {
		if hasMember(item, names...) {
			return true
		}
	}
	return false
}

// checkPrintable warns of text that does not show what it is: control, bidi and
// invisible characters (CWE-150). Whatever is printed is escaped anyway.
func (v *verification) checkPrintable() {
	for _, part := range []struct {
		name  string
		value strictjson.Value
	}{{"header", v.token.Header()}, {"claims", v.claims}} {
		if where, found := findUnprintable(part.value); found {
			v.warn(CheckPrintable, ReasonClaimRefused,
				fmt.Sprintf("the %s hold characters that cannot be seen, at %q; they are shown escaped", part.name, where))
			return
		}
	}
	v.pass(CheckPrintable, "only characters that can be seen")
}

// findUnprintable returns the path of the first text with such a character. The
// path is put together on the way back, so that it costs nothing where all is well.
func findUnprintable(v strictjson.Value) (path string, found bool) {
	if text, ok := v.Text(); ok {
		return "", unprintable(text)
	}
	for _, m := range v.Members() {
		if unprintable(m.Name) {
			return "/" + m.Name, true
		}
		if rest, found := findUnprintable(m.Value); found {
			return "/" + m.Name + rest, true
		}
	}
	for i, item := range v.Items() {
		if rest, found := findUnprintable(item); found {
			return fmt.Sprintf("/%d%s", i, rest), true
		}
	}
	return "", false
}

// unprintable tells whether a text has a character that cannot be seen. A
// selector that says how the symbol before it is drawn, as in emoji, is none.
func unprintable(s string) bool {
	previous := rune(0)
	for _, r := range s {
		presents := (r == 0xFE0E || r == 0xFE0F) && unicode.IsSymbol(previous)
		if invisible(r) && !presents {
			return true
		}
		previous = r
	}
	return false
}

// invisible tells whether r leaves no ink and is no space: Unicode counts some
// fillers among the letters, and blanks among the symbols.
func invisible(r rune) bool {
	switch r {
	case 0x2800, // BRAILLE PATTERN BLANK
		0x13441, 0x13442, // EGYPTIAN HIEROGLYPH FULL BLANK, HALF BLANK
		0x16FE4, // KHITAN SMALL SCRIPT FILLER
		0x1D159: // MUSICAL SYMBOL NULL NOTEHEAD
		return true
	}
	return !unicode.IsPrint(r) && !unicode.Is(unicode.Zs, r) ||
		r > unicode.MaxLatin1 && unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}
