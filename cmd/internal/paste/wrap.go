package paste

import (
	"encoding/base64"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// minWrap is the narrowest window, in columns, that is believed to have
// wrapped a token. Shorter lines were broken by somebody, not by something.
const minWrap = 40

// block is a token that ends at a line break, with the lines below it that
// hold nothing but token characters: perhaps one token, wrapped.
type block struct {
	text   string
	start  int
	joined string // the lines without their breaks and indentation
	lines  []line
	widths [2]int // of the first line: of its part of the token, and in full
}

// line is one line's part of a block.
type line struct {
	length  int
	end     int  // in the text
	joined  int  // length of the joined text up to here
	dots    int  // in the joined text up to here
	lastDot int  // where the last of them is in the joined text
	partial bool // something follows on the same line
}

// readBlock reads the block whose first line holds text[start:end].
func readBlock(text string, start, end int) block {
	b := block{text: text, start: start}
	var joined strings.Builder
	b.appendLine(&joined, start, end, false)
	for last := end; ; {
		next, ok := nextLine(text, last)
		if !ok {
			break
		}
		last = runEnd(text, next)
		if last == next || isCompact(text[next:last]) {
			break // a blank line, or a token of its own
		}
		_, full := nextLine(text, last)
		if r, _ := utf8.DecodeRuneInString(text[last:]); !full && (!isTokenEnd(r) || unicode.IsSpace(r)) {
			break // words
		}
		b.appendLine(&joined, next, last, !full)
		if !full {
			break
		}
	}
	b.joined = joined.String()
	if len(b.lines) > 1 {
		lineStart := strings.LastIndexAny(text[:start], "\r\n") + 1
		full := strings.TrimLeft(text[lineStart:end], " \t")
		b.widths = [2]int{end - start, utf8.RuneCountInString(full)}
	}
	return b
}

func (b *block) appendLine(joined *strings.Builder, start, end int, partial bool) {
	part := b.text[start:end]
	l := line{length: len(part), end: end, dots: strings.Count(part, "."), partial: partial}
	if n := len(b.lines); n > 0 {
		l.dots += b.lines[n-1].dots
		l.lastDot = b.lines[n-1].lastDot
	}
	if dot := strings.LastIndexByte(part, '.'); dot >= 0 {
		l.lastDot = joined.Len() + dot
	}
	joined.WriteString(part)
	l.joined = joined.Len()
	b.lines = append(b.lines, l)
}

// nextLine returns where the line after the break at pos begins, without
// the indentation. The end of the text is a break with nothing behind it.
func nextLine(text string, pos int) (next int, ok bool) {
	pos = skipBlanks(text, pos)
	switch {
	case pos == len(text):
		return pos, true
	case strings.HasPrefix(text[pos:], "\r\n"):
		pos++
	case text[pos] != '\n' && text[pos] != '\r':
		return pos, false
	}
	return skipBlanks(text, pos+1), true
}

// isWrap tells whether the lines up to the one with index last are one wrapped
// line: all but the last equally long, at least 40 columns, the last not
// longer. The first may be measured with what stands before the token on it.
func (b *block) isWrap(last int) bool {
	for _, width := range b.widths {
		if width < minWrap || b.lines[last].length > width {
			continue
		}
		equal := 1
		for equal < last && b.lines[equal].length == width {
			equal++
		}
		if equal >= last {
			return true
		}
	}
	return false
}

// token decides what the block is. It returns the token's text, where to go on
// behind it, whether line breaks were joined, and whether it is a token at all.
//
// A line of token characters may also be the next thing that a script printed
// ("3600"). So where the algorithm says how long the signature has to be, the
// token ends on the line that completes it; the last such line counts, for RSA
// keys have several sizes.
func (b *block) token() (text string, next int, repaired, ok bool) {
	first, last := b.lines[0], len(b.lines)-1
	run := b.text[b.start:first.end]
	if last == 0 {
		return run, first.end, false, isCompact(run)
	}
	alg, isJWE := b.header()
	lengths := signatureLengths(alg)
	for i := last; i >= 0; i-- {
		if l := b.lines[i]; l.isSigned(lengths) && (i == 0 || b.isWrap(i)) {
			return b.joined[:l.joined], l.end, i > 0, true
		}
	}
	if l := b.lines[last]; l.partial && !isQuote(b.text[l.end]) {
		last-- // words, it seems
	}
	end := b.lines[last]
	joined := b.joined[:end.joined]
	switch {
	case last > 0 && b.isWrap(last) && isCompact(joined) && (end.dots == 2 || isJWE):
		return joined, end.end, true, true
	case last > 0 && first.dots == 2 && lengths != nil:
		// Broken inside the signature, and not by a wrap: whole, for the parser
		// to refuse; its first line alone would be refused for a wrong reason.
		return b.text[b.start:end.end], end.end, false, true
	case isCompact(run):
		return run, first.end, false, true
	default:
		return run, end.end, false, false
	}
}

// isSigned tells whether the signature is complete at the end of the line.
func (l line) isSigned(lengths []int) bool {
	return l.dots == 2 && slices.Contains(lengths, l.joined-l.lastDot-1)
}

// signatureLengths returns how long, in base64url, a signature by alg can
// be (RFC 7518 section 3, RFC 8037 section 3.1), or nil if that is not known.
func signatureLengths(alg string) []int {
	switch alg {
	case "none":
		return []int{0}
	case "HS256":
		return []int{43}
	case "HS384":
		return []int{64}
	case "HS512", "ES256", "ES256K", "EdDSA", "Ed25519":
		return []int{86}
	case "ES384":
		return []int{128}
	case "ES512":
		return []int{176}
	case "RS256", "RS384", "RS512", "PS256", "PS384", "PS512":
		return []int{171, 256, 342, 512, 683, 1366} // keys of 1024 to 8192 bits
	default:
		return nil
	}
}

// header reads what the header says of the token's form.
func (b *block) header() (alg string, isJWE bool) {
	segment, _, _ := strings.Cut(b.joined, ".")
	data, err := base64.RawURLEncoding.DecodeString(segment)
	if err != nil {
		return "", false
	}
	header, err := strictjson.ParseObject(data)
	if err != nil {
		return "", false
	}
	alg, _ = header.Get("alg").Text()
	return alg, header.Get("enc").Exists()
}
