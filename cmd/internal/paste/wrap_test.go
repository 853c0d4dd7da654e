package paste

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
)

// wrapAt breaks text after every width columns.
func wrapAt(text string, width int, lineBreak string) string {
	var lines []string
	for len(text) > width {
		lines = append(lines, text[:width])
		text = text[width:]
	}
	return strings.Join(append(lines, text), lineBreak)
}

func TestOfAWrappedToken(t *testing.T) {
	a, b := signedShort, signedLong
	two := strings.Join(strings.Split(b, ".")[:2], ".")
	middle := len(b) / 2
	other := makeJWT("RS256", "another")
	runCases(t, []pasteCase{
		{"64 columns", wrapAt(b, 64, "\n"), []string{"!=" + b}},
		{"with a last newline", wrapAt(b, 76, "\r\n") + "\r\n", []string{"!=" + b}},
		{"carriage returns", wrapAt(b, 80, "\r"), []string{"!=" + b}},
		{"indented", "    " + wrapAt(b, 72, "\n    "), []string{"!=" + b}},
		{"blanks at line ends", wrapAt(b, 72, " \t\n"), []string{"!=" + b}},
		{"two lines", b[:middle+1] + "\n" + b[middle+1:], []string{"!=" + b}},
		{"both dots on the first line", a[:len(a)-9] + "\n" + a[len(a)-9:], []string{"!=" + a}},
		{"quoted", `"` + wrapAt(b, 64, "\n") + `"`, []string{"!=" + b}},
		{"header, measured without", "Authorization: Bearer " + wrapAt(b, 64, "\n"), []string{"Authorization!=" + b}},
		{"header, measured with", wrapAt("Authorization: Bearer "+b, 80, "\n"), []string{"Authorization!=" + b}},
		{"cookie", wrapAt("< Set-Cookie: id="+b+"; Path=/", 80, "\n"), []string{"id!=" + b}},
		{"JSON", wrapAt(`{"id_token":"`+b+`","n":1}`, 80, "\n"), []string{"id_token!=" + b}},
		{"in a mail", "Here it is:\n\n" + wrapAt(b, 70, "\n") + "\n\nThanks", []string{"!=" + b}},
		{"JWE", wrapAt(encrypted, 40, "\n"), []string{"!=" + encrypted}},
		{"also unbroken", wrapAt(b, 64, "\n") + "\n\nid_token=" + b, []string{"id_token=" + b}},
		{"two wrapped", wrapAt(b, 64, "\n") + "\n\n" + wrapAt(other, 64, "\n"), []string{"!=" + b, "!=" + other}},
		{"one segment missing", wrapAt(two, 50, "\n"), []string{"!=" + two}},
	})
}

func TestOfLineBreaksThatAreNoWrap(t *testing.T) {
	a, b := signedShort, signedLong
	whole := func(text string) []string { return []string{"=" + text} }
	other := makeJWT("HS256", "other")
	jws := "eyJhbGciOiJYIn0." + strings.Repeat("e30", 9) + ".c2ln" // an algorithm nobody knows
	dotted := strings.ReplaceAll(b, ".", ".\n")
	uneven := a[:50] + "\n" + a[50:90] + "\n" + a[90:]
	inSignature := a[:len(a)-30] + "\n" + a[len(a)-30:len(a)-20] + "\n" + a[len(a)-20:]
	blank := a[:60] + "\n\n" + a[60:]
	last := a[:len(a)-50] + "\n" + a[len(a)-50:len(a)-9] + "\n" + a[len(a)-9:]
	runCases(t, []pasteCase{
		{"39 columns", wrapAt(b, 39, "\n"), whole(wrapAt(b, 39, "\n"))},
		{"after each dot", dotted, whole(dotted)},
		{"unequal lines", uneven, whole(uneven)},
		{"unequal lines in the signature", inSignature, whole(inSignature)},
		{"unequal lines, in other text", "it is\n" + inSignature + "\n\nthanks", whole(inSignature)},
		{"last line longer", b[:60] + "\n" + b[60:], whole(b[:60] + "\n" + b[60:])},
		{"last but one shorter", last, whole(last)},
		{"blank line", blank, whole(blank)},
		{"blank inside a line", a[:60] + " " + a[60:], whole(a[:60] + " " + a[60:])},
		{"two tokens of equal length", a + "\n" + other, []string{"=" + a, "=" + other}},
		{"list of tokens", "  " + a + "\n  " + other + "\n" + b + "\n" + a, []string{"=" + a, "=" + other, "=" + b}},
		{"next output of a script", a + "\n3600\n", whole(a)},
		{"next outputs of a script", b + "\nBearer\n3600", whole(b)},
		{"unsecured, then a word", makeJWT("none", "") + "\nhello", whole(makeJWT("none", ""))},
		{"wrapped, then a word", wrapAt(b, 64, "\n") + "\nthanks", []string{"!=" + b}},
		{"host name on the next line", jws + "\nrp.example.com", whole(jws)},
		{"words on the next line", jws + "\nand more", whole(jws)},
		{"a clause on the next line", jws + "\nthen, more", whole(jws)},
	})
}

// TestWrapAtAnyWidth: whatever the width, a wrap is undone exactly.
func TestWrapAtAnyWidth(t *testing.T) {
	for _, token := range []string{signedShort, signedLong, makeJWT("ES256", "c"), encrypted} {
		for width := minWrap; width < len(token); width++ {
			found := Find(wrapAt(token, width, "\n  "))
			if len(found) != 1 || found[0].Text != token || found[0].Repair != repairLines {
				t.Fatalf("width %d: %+v", width, found)
			}
		}
	}
}

// TestSignatureLengths compares with the sizes in bytes of RFC 7518.
func TestSignatureLengths(t *testing.T) {
	for alg, sizes := range map[string][]int{
		"HS256": {32}, "HS384": {48}, "HS512": {64}, "ES256": {64}, "ES384": {96}, "ES512": {132}, "EdDSA": {64}, "none": {0},
		"RS256": {128, 192, 256, 384, 512, 1024}, "PS512": {128, 192, 256, 384, 512, 1024}, "X": nil,
	} {
		var want []int
		for _, size := range sizes {
			want = append(want, base64.RawURLEncoding.EncodedLen(size))
		}
		if got := signatureLengths(alg); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", alg, got, want)
		}
	}
}
