package output

import (
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestEscape(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"plain", `https://example.com/a?b="c"\d`, `https://example.com/a?b="c"\d`},
		{"other scripts", "Zoë Größe Владимир 山田太郎 김철수 สวัสดี नमस्ते שלום عربى 😀", "Zoë Größe Владимир 山田太郎 김철수 สวัสดี नमस्ते שלום عربى 😀"},
		{"decomposed letters", "e\u0301 Vie\u0323\u0302t \u1112\u1161\u11ab", "e\u0301 Vie\u0323\u0302t \u1112\u1161\u11ab"},
		{"replacement character", "\ufffd", "\ufffd"},
		{"line breaks and tabs", "a\nb\r\tc", `a\nb\r\tc`},
		{"terminal escape", "\x1b[31mred\x1b[0m\a\b\x00", `\u001b[31mred\u001b[0m\u0007\b\u0000`},
		{"delete and C1", "\x7f\u0085\u009b31m", `\u007f\u0085\u009b31m`},
		{"bytes that are not UTF-8", "a\x9b1m\xff\xc3(\xed\xa0\x80", `a\x9b1m\xff\xc3(\xed\xa0\x80`},
		{"bidi", "\u202eabc\u2066\u2069\u200e\u200f\u061c", `\u202eabc\u2066\u2069\u200e\u200f\u061c`},
		{"zero width", "a\u200bb\u200cc\u200dd\u2060e\ufefff\u00adg\u034f", `a\u200bb\u200cc\u200dd\u2060e\ufefff\u00adg\u034f`},
		{"spaces that are not the space", "a\u00a0b\u2003c\u3000d\u1680", `a\u00a0b\u2003c\u3000d\u1680`},
		{"separators", "a\u2028b\u2029c", `a\u2028b\u2029c`},
		{"blank letters", "\u3164\uffa0\u115f\u1160\u2800\u17b4\u180b\u180e", `\u3164\uffa0\u115f\u1160\u2800\u17b4\u180b\u180e`},
		{"blank symbols", "\U0001d159\U00013441\U00016fe4", `\ud834\udd59\ud80d\udc41\ud81b\udfe4`},
		{"tags", "a\U000e0001\U000e0061\U000e007f", `a\udb40\udc01\udb40\udc61\udb40\udc7f`},
		{"variation selectors", "❤\ufe0f \U000e0100", `❤\ufe0f \udb40\udd00`},
		{"private, unassigned, not characters", "\ue000\U0010fffd\u0378\uffff\U0001fffe", `\ue000\udbff\udffd\u0378\uffff\ud83f\udffe`},
		{"interlinear annotation", "\ufff9a\ufffb", `\ufff9a\ufffb`},
		{"mark on nothing", "\u0301a", `\u0301a`},
		{"mark on a quote or a digit", "\"\u0301 1\u20e3", `"\u0301 1\u20e3`},
		{"marks that pile up", "e\u0301\u0302\u0303\u0304", "e\u0301\u0302" + `\u0303\u0304`},
		{"mark on an escape", "\u200d\u0301", `\u200d\u0301`},
		{"Hangul vowel on nothing", "\u1161", `\u1161`},
		{"GitHub command", "::error::x", `\u003a:error::x`},
		{"GitHub command after spaces", "  ::add-mask::x", `  \u003a:add-mask::x`},
		{"GitHub command after other spaces", "\t::error::x", `\t::error::x`},
		{"GitHub command inside", "a ::error::x", `a ::error::x`},
		{"no GitHub command", "::1 and arn:aws:s3:::b", "::1 and arn:aws:s3:::b"},
		{"old GitHub command", "a ##[error]x", `a #\u0023[error]x`},
		{"Azure command", "##vso[task.complete]", `#\u0023vso[task.complete]`},
		{"more number signs", "# a #b ###[", `# a #b #\u0023\u0023[`},
		{"GitLab section", "section_start:1:x\r\x1b[0K", `section_start:1:x\r\u001b[0K`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Escape(test.in); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestQuote(t *testing.T) {
	for in, want := range map[string]string{
		``:                 `""`,
		`api`:              `"api"`,
		`a"b\c`:            `"a\"b\\c"`,
		"\x1b\n\xff\u202e": `"\u001b\n\xff\u202e"`,
		"\u0301":           `"\u0301"`,
		"::error::x":       `"::error::x"`,
		`##[error]`:        `"#\u0023[error]"`,
	} {
		if got := Quote(in); got != want {
			t.Errorf("Quote(%q) = %s, want %s", in, got, want)
		}
	}
}

// checkSafe asserts, by means of its own, that nothing in s could hide or harm.
func checkSafe(t *testing.T, s string) {
	t.Helper()
	if !utf8.ValidString(s) {
		t.Errorf("%q is not UTF-8", s)
	}
	marks := 0
	for _, r := range s {
		if !unicode.IsGraphic(r) || unicode.Is(unicode.Zs, r) && r != ' ' {
			t.Errorf("%q holds %U", s, r)
		}
		if unicode.In(r, unicode.C, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector, unicode.Bidi_Control) {
			t.Errorf("%q holds %U", s, r)
		}
		if marks++; !unicode.In(r, unicode.Mn, unicode.Me) {
			marks = 0
		}
		if marks > maxMarks {
			t.Errorf("%q has %d marks on a letter", s, marks)
		}
	}
	if strings.Contains(s, "##") {
		t.Errorf("%q holds a log command", s)
	}
}

func TestEscapeOfEveryCharacter(t *testing.T) {
	const plane = 0x10000
	for first := rune(0); first <= unicode.MaxRune; first += plane {
		t.Run(fmt.Sprintf("%U", first), func(t *testing.T) {
			t.Parallel()
			for r := first; r < first+plane; r++ {
				for _, s := range []string{string(r), "a" + string(r)} {
					once := Escape(s)
					checkSafe(t, once)
					if Escape(once) != once {
						t.Errorf("%U: escaping twice differs", r)
					}
				}
			}
		})
	}
}

func FuzzEscape(f *testing.F) {
	for _, seed := range []string{"", "a", "\x1b[0m", "e\u0301\u0302\u0303", "##[x]", "::error::", "\xff\u200d\u0301", "\U000e0001"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Escape(s)
		checkSafe(t, once)
		checkSafe(t, Quote(s))
		if startsLogCommand(once) {
			t.Errorf("%q is a log command", once)
		}
		if twice := Escape(once); twice != once {
			t.Errorf("escaping %q again gives %q", once, twice)
		}
	})
}
