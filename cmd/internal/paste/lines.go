package paste

import (
	"encoding/base64"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// minWrap is the narrowest window, in columns, that is believed to have wrapped
// a token. Shorter lines were broken by somebody, not by something.
const minWrap = 40

// A line is the part of a line of text that holds token characters only.
type line struct {
	start, end int
	partial    bool // something follows on the same line
}

// lineBelow returns the line under the break at pos, if it belongs to the same
// block: it holds token characters, and is no token of its own.
func lineBelow(text string, pos int) (line, bool) {
	next, ok := nextLine(text, pos)
	l := line{start: next, end: runEnd(text, next)}
	if !ok || l.start == l.end || isCompact(text[l.start:l.end]) {
		return line{}, false
	}
	if _, full := nextLine(text, l.end); !full {
		l.partial = true
		if r, _ := utf8.DecodeRuneInString(text[l.end:]); !isTokenEnd(r) || unicode.IsSpace(r) {
			return line{}, false // words
		}
	}
	return l, true
}

// nextLine returns where the line after the break at pos begins, without its
// indentation. A backslash before the break belongs to the break. The end of the text
// counts as a break with nothing after it.
func nextLine(text string, pos int) (next int, ok bool) {
	pos = skipBlanks(text, pos)
	if strings.HasPrefix(text[pos:], "\\\n") || strings.HasPrefix(text[pos:], "\\\r\n") {
		pos++
	}
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

// wrapped returns the lines from first on that are one wrapped line: all but the
// last exactly as wide as the window, which is at least minWrap, the last not
// wider. The first is as wide as prefix says, or as its part of the token.
func wrapped(text string, first line, prefix int) []line {
	own := first.end - first.start
	for _, width := range []int{own, own + prefix} {
		lines := []line{first}
		for l, ok := lineBelow(text, first.end); ok && l.end-l.start <= width && width >= minWrap; l, ok = lineBelow(text, l.end) {
			lines = append(lines, l)
			if l.end-l.start < width || l.partial {
				break
			}
		}
		if len(lines) > 1 {
			return lines
		}
	}
	return []line{first}
}

// blockEnd is the end of the last line that belongs to the block of first.
func blockEnd(text string, first line) int {
	end := first.end
	for l, ok := lineBelow(text, end); ok; l, ok = lineBelow(text, end) {
		end = l.end
	}
	return end
}

// tokenAt returns the token that begins at first, and the position after it. It joins
// wrapped lines if that gives exactly one token.
//
// A line of token characters may also be the next thing that a script printed
// ("3600"). If the algorithm determines the length of the signature, the token
// therefore ends on the line that completes it; if several lines do, because RSA keys
// have several sizes, on the last of them.
func tokenAt(text string, first line) (token string, next int, joined, ok bool) {
	run := text[first.start:first.end]
	end := blockEnd(text, first)
	if end == first.end {
		return run, end, false, isCompact(run)
	}
	lineStart := strings.LastIndexAny(text[:first.start], "\r\n") + 1
	prefix := utf8.RuneCountInString(strings.TrimLeft(text[lineStart:first.start], " \t"))
	lines := wrapped(text, first, prefix)
	whole := join(text, lines)
	alg, isJWE := readHeader(whole)
	lengths := signatureLengths(alg)
	for i := len(lines) - 1; i >= 0; i-- {
		if part := join(text, lines[:i+1]); isSigned(part, lengths) {
			return part, lines[i].end, i > 0, true
		}
		if len(lines)-i > maxSignatureLines {
			break
		}
	}
	isBlock := lines[len(lines)-1].end == end
	if last := len(lines) - 1; last > 0 && lines[last].partial && !isQuote(text[lines[last].end]) {
		lines = lines[:last] // words, it seems
		whole = join(text, lines)
	}
	switch {
	case isBlock && len(lines) > 1 && isCompact(whole) && (isJWE || strings.Count(whole, ".") == 2):
		return whole, lines[len(lines)-1].end, true, true
	case strings.Count(run, ".") == 2 && lengths != nil:
		// Broken inside the signature, and not by a wrap: whole, for the parser
		// to refuse; its first line alone would be refused for a wrong reason.
		return text[first.start:end], end, false, true
	case isCompact(run):
		return run, first.end, false, true
	default:
		return run, end, false, false
	}
}

// maxSignatureLines is the maximum number of lines of a signature, plus one.
const maxSignatureLines = 1366/minWrap + 2

// joinedWhole joins the lines of a wrapped text that is not a well-formed token.
// The fault of a wrapped token without one of its segments is then the missing
// segment, and not the line break.
func joinedWhole(text string) (joined string, next int, ok bool) {
	if !beginsHeader(text) {
		return "", 0, false
	}
	lines := wrapped(text, line{start: 0, end: runEnd(text, 0)}, 0)
	last := lines[len(lines)-1]
	return join(text, lines), last.end, len(lines) > 1 && last.end == len(text)
}

func join(text string, lines []line) string {
	var joined strings.Builder
	for _, l := range lines {
		joined.WriteString(text[l.start:l.end])
	}
	return joined.String()
}

// isSigned reports whether text is a token with a whole signature.
func isSigned(text string, lengths []int) bool {
	return strings.Count(text, ".") == 2 && slices.Contains(lengths, len(text)-strings.LastIndexByte(text, '.')-1)
}

// signatureLengths returns how long, in base64url, a signature by alg can be (RFC
// 7518 section 3, RFC 8037 section 3.1), or nil if that is not known.
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

// readHeader reads what the header of a token says of its form.
func readHeader(text string) (alg string, isJWE bool) {
	segment, _, _ := strings.Cut(text, ".")
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
