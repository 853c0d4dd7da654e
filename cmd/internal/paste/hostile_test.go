package paste

import (
	"strings"
	"testing"
)

// hostile are texts that invite looking at the same place again and again.
// Each is repeated until it fills the input.
var hostile = map[string]string{
	"dots":                   ".",
	"eyJ":                    "eyJ",
	"eyJ and dots":           "eyJ.",
	"eyJ lines":              "eyJ\n",
	"eyJ words":              "eyJ ",
	"eyJ values":             "=eyJ",
	"tiny tokens":            "eyJ.. ",
	"tiny token lines":       "eyJ..\n",
	"incomplete wide lines":  strings.Repeat("eyJhbGci", 10) + "\n",
	"tokens and wide lines":  "eyJ.." + strings.Repeat("a", 75) + "\n" + strings.Repeat("eyJhbGciO", 9)[:80] + "\n",
	"lines of one character": "a\n",
	"indented lines":         "eyJ\n" + strings.Repeat(" ", 60) + "\n",
	"braces":                 "{",
	"brackets":               "[",
	"object lines":           "{\"a\":\n",
	"objects":                "{\"a\":[",
	"array":                  "[0],",
	"quotes":                 "\"",
	"quotes, typographic":    "“”",
	"backticks":              "` `",
	"labels":                 "a=",
	"quoted labels":          "\"a\":\"",
	"token labels":           "access_token=",
	"token labels, odd":      "access_token=$",
	"quoted token labels":    "\"access_token\":\"\\",
	"percent labels":         "a=%",
	"percent encodings":      "a=%25",
	"percent encoded names":  "%61%3D",
	"headers":                "authorization: bearer ",
	"schemes":                "bearer ",
	"blanks":                 " ",
	"blanks and letters":     "a" + strings.Repeat(" ", 99),
	"byte order marks":       "\ufeff",
	"line breaks":            "\r\n",
	"bad UTF-8":              "\xff",
	"base64 of eyJ":          "ZXlK ",
	"base64 of eyJ, long":    "ZXlK" + strings.Repeat("ZXlK", 60) + "\n",
	"base64 in base64":       "base64-eyJ ",
	"chunks of cookies":      "a.0=eyJ; a.1=eyJ; ",
	"chunks without end":     "a.0=",
	"percent tokens":         "eyJ%2E",
	"percent schemes":        "bearer%20eyJ ",
	"full stops":             "eyJ.. . ",
	"padded tokens":          "a: eyJ=.= ",
	"line separators":        "\u2028",
}

func fill(unit string, size int) string { return strings.Repeat(unit, size/len(unit)) }

// BenchmarkHostile reads texts of 256 KiB, the largest input.
func BenchmarkHostile(b *testing.B) {
	for name, unit := range hostile {
		text := fill(unit, 256<<10)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				_ = Find(text)
			}
		})
	}
}
