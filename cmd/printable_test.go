package cmd

import (
	"encoding/base64"
	"encoding/json"
	"testing"
	"time"
	"unicode"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// TestWhatIsEscapedIsWarnedOf: what the output cannot show as it is, the check
// "printable" points at; the two know the same characters.
func TestWhatIsEscapedIsWarnedOf(t *testing.T) {
	warned := func(text string) bool {
		claims, err := json.Marshal(map[string]string{"name": text})
		if err != nil {
			t.Fatal(err)
		}
		parsed := token.Parse("eyJhbGciOiJIUzI1NiJ9." + base64.RawURLEncoding.EncodeToString(claims) + ".AA")
		check, _ := verify.Verify(parsed, nil, verify.Policy{}, time.Unix(0, 0)).Check("printable")
		return check.Status == verify.Warning
	}
	seen := 0
	for r := rune(0); r <= unicode.MaxRune; r++ {
		surrogate := 0xD800 <= r && r <= 0xDFFF
		unassigned := r > 0x1FFFF && r < 0xE0000 || r > 0xE01FF // nothing but unassigned and private characters, all alike
		if surrogate || unassigned && r%4096 != 0 || unicode.IsMark(r) && !unicode.Is(unicode.Variation_Selector, r) || unicode.Is(unicode.Zs, r) {
			continue
		}
		text := "a" + string(r) + "b"
		escaped := output.Escape(text) != text
		if escaped != warned(text) {
			if seen++; seen < 10 {
				t.Errorf("%U: escaped %t, warned of %t", r, escaped, !escaped)
			}
		}
	}
}
