package oracle

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"
)

// textOddities change the token after it was signed, or its segments before.
func textOddities() []oddity {
	return []oddity{
		{"a line break in a segment that is signed", func(t *rapid.T, d *draft) bool {
			inHeader, at, with := chance(t, "in the header", 2), rapid.IntRange(1, 8).Draw(t, "at"), pick(t, "break", "\n", "\r\n", "\r")
			d.segments = func(h, p string) (string, string) {
				if inHeader {
					return insert(h, at, with), p
				}
				return h, insert(p, at, with)
			}
			return true
		}},
		changed("a line break in the signature", func(t *rapid.T, text string) string {
			return insert(text, strings.LastIndex(text, ".")+1+rapid.IntRange(0, 9).Draw(t, "at"), pick(t, "break", "\n", "\r\n", "\r"))
		}),
		changed("white space, padding or foreign characters", func(t *rapid.T, text string) string {
			at := rapid.IntRange(0, len(text)).Draw(t, "at")
			return insert(text, at, pick(t, "character", " ", "=", "+", "/", "\t", "\x00", "é", "?", "%3D"))
		}),
		changed("padding at the end", func(t *rapid.T, text string) string { return text + pick(t, "end", "=", "==", " ", ".", ".e30", "A") }),
		changed("standard alphabet", func(_ *rapid.T, text string) string { return strings.NewReplacer("-", "+", "_", "/").Replace(text) }),
		changed("bits that stand for nothing", func(_ *rapid.T, text string) string {
			const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
			segment := text[strings.LastIndex(text, ".")+1:]
			if len(segment)%4 == 0 || segment == "" {
				return text
			}
			last := strings.IndexByte(alphabet, segment[len(segment)-1])
			if last < 0 {
				return text
			}
			return text[:len(text)-1] + string(alphabet[last^1])
		}),
		changed("a segment is missing or one too many", func(t *rapid.T, text string) string {
			segments := strings.Split(text, ".")
			at := rapid.IntRange(0, len(segments)-1).Draw(t, "segment")
			switch pick(t, "how", "dropped", "emptied", "doubled", "five") {
			case "dropped":
				segments = append(segments[:at], segments[at+1:]...)
			case "emptied":
				segments[at] = ""
			case "doubled":
				segments = append(segments, segments[at])
			default:
				segments = append(segments, "", "")
			}
			return strings.Join(segments, ".")
		}),
		changed("JSON serialisation", func(t *rapid.T, text string) string {
			segments := strings.SplitN(text, ".", 3)
			if len(segments) < 3 {
				return text
			}
			flat := fmt.Sprintf(`{"payload":%q,"protected":%q,"signature":%q}`, segments[1], segments[0], segments[2])
			general := fmt.Sprintf(`{"payload":%q,"signatures":[{"protected":%q,"signature":%q}]}`, segments[1], segments[0], segments[2])
			return pick(t, "form", flat, general)
		}),
		changed("not a token", func(t *rapid.T, _ string) string {
			return pick(t, "other text", "", ".", "..", "...", "e30.e30.", "e30..", "opaque", "Bearer e30.e30.e30", `""`, "null", "eyJhbGciOiJub25lIn0.e30.")
		}),
		changed("a character is changed", func(t *rapid.T, text string) string {
			if text == "" {
				return text
			}
			at := rapid.IntRange(0, len(text)-1).Draw(t, "at")
			c := rapid.SampledFrom([]byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")).Draw(t, "character")
			switch pick(t, "how", "replaced", "inserted", "removed", "swapped") {
			case "inserted":
				return insert(text, at, string(c))
			case "removed":
				return text[:at] + text[at+1:]
			case "swapped":
				other := rapid.IntRange(0, len(text)-1).Draw(t, "other")
				octets := []byte(text)
				octets[at], octets[other] = octets[other], octets[at]
				return string(octets)
			default:
				return text[:at] + string(c) + text[at+1:]
			}
		}),
	}
}

// changed makes an oddity of the finished text.
func changed(name string, change func(*rapid.T, string) string) oddity {
	return oddity{name, func(t *rapid.T, d *draft) bool {
		d.text = chain(d.text, func(text string) string { return change(t, text) })
		return true
	}}
}

func insert(text string, at int, part string) string {
	at = min(max(at, 0), len(text))
	return text[:at] + part + text[at:]
}
