package verify

import (
	"fmt"
	"strconv"
	"unicode"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// checkStructure reports what token.Parse found, area by area.
func (v *verification) checkStructure() {
	v.checkArea(checkStructure, true)
	v.checkArea(checkEncoding, v.token.FaultIn("structure") == nil)
	v.checkArea(checkHeader, v.token.Header().Exists())
	v.checkArea(checkPayload, v.token.UnverifiedClaims().Exists())
	if v.token.Header().Exists() {
		v.checkCritical()
		v.checkEmbeddedKey()
	}
}

// checkArea reports the first fault of an area. The area and the check have the
// same name. If there is no fault, readable says whether the area could be read.
func (v *verification) checkArea(id check, readable bool) {
	switch fault := v.token.FaultIn(id.id()); {
	case fault != nil:
		v.fail(id, ReasonMalformed, fault.Text, detail{diagnosis: diagnoseFault(v.token, fault)})
	case !readable:
		v.skipBecause(id, "nothing to check")
	default:
		v.pass(id)
	}
}

func (v *verification) checkCritical() {
	header := v.token.Header()
	switch problem := criticalProblem(header); {
	case problem != "":
		v.fail(checkCritical, ReasonMalformed, problem, detail{})
	case header.Get("b64").Exists():
		v.warn(checkCritical, ReasonMalformed, `"b64" must not be used in a JWT, even if it is true`)
	default:
		v.pass(checkCritical)
	}
}

// criticalProblem returns why a header is refused for its extensions, or an empty
// string. Every critical extension is: none changes what a JWT is. b64 is understood,
// and forbidden in a JWT unless it is true (RFC 7797 section 7), whether or not crit
// lists it.
func criticalProblem(header strictjson.Value) string {
	crit, b64 := header.Get("crit"), header.Get("b64")
	names, ok := crit.TextList()
	switch {
	case crit.Exists() && !ok:
		return `"crit" is not an array of names`
	case crit.Exists() && len(names) == 0:
		return `"crit" is an empty array, which is not allowed`
	}
	for i, name := range names {
		switch {
		case name != "b64":
			return fmt.Sprintf("the critical extension %q is not understood", name)
		case i > 0:
			return fmt.Sprintf(`"crit" names %q twice`, name)
		case !b64.Exists():
			return fmt.Sprintf(`"crit" names %q, which is not in the header`, name)
		}
	}
	if b64.Exists() && !b64.True() {
		return `"b64" is not true: the payload of a JWT is always encoded`
	}
	return ""
}

// checkEmbeddedKey shows keys in the token, which are never followed.
func (v *verification) checkEmbeddedKey() {
	names := present(v.token.Header(), "jwk", "jku", "x5u", "x5c")
	if len(names) == 0 {
		v.pass(checkEmbeddedKey)
		return
	}
	message := fmt.Sprintf("the token embeds or links to a key of its own (%s), which was ignored and not fetched", join(names))
	v.judge(checkEmbeddedKey, warned, ReasonClaimRefused, message, &detail{actual: strictjson.From(names)})
}

// checkPrintable warns of text that does not show what it is: control, bidi and
// invisible characters (CWE-150). Whatever is printed is escaped anyway.
func (v *verification) checkPrintable() {
	for _, part := range [...]strictjson.Member{{Name: "header", Value: v.token.Header()}, {Name: "claims", Value: v.claims}} {
		if where, found := findUnprintable(part.Value); found {
			v.warn(checkPrintable, ReasonClaimRefused,
				fmt.Sprintf("invisible or control characters in the %s, at %q; they are shown escaped", part.Name, where))
			return
		}
	}
	v.pass(checkPrintable)
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
			return "/" + strconv.Itoa(i) + rest, true
		}
	}
	return "", false
}

// unprintable reports whether a text has a character that cannot be seen. A
// selector of how the symbol before it is drawn, as in emoji, is no such character.
func unprintable(s string) bool {
	if isPrintableASCII(s) { // as nearly all are: the tables of Unicode cost 20 ns a character
		return false
	}
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

func isPrintableASCII(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// invisible reports whether r leaves no ink and is no space: Unicode counts some
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
		unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// present returns the names of the members that are there.
func present(object strictjson.Value, names ...string) []string {
	var found []string
	for _, name := range names {
		if object.Get(name).Exists() {
			found = append(found, name)
		}
	}
	return found
}
