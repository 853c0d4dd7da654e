package token_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/token"
)

// FuzzParse: no text makes Parse panic, and a token without a fault is the one
// and only spelling of what was read from it.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		compact(header, claims), compact(`{"alg":"none"}`, claims), encode(header) + "." + encode(claims) + ".",
		compact(header, claims) + "=", compact(header, claims) + "\n", encode(header) + ".\r" + encode(claims) + ".AB",
		encode(`{"alg":"dir","enc":"A128GCM"}`) + "..AAAA.AAAA.AAAA", `{"payload":"","signatures":[{}]}`, "a.b.c", "....", "",
		compact(header, `{"a":1,"a":2}`), compact(" \n"+header, " "+claims),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tok := token.Parse(text)
		if (len(tok.Faults()) == 0) != (tok.Form() == token.FormJWT) {
			t.Fatalf("form %s, %d faults", tok.Form(), len(tok.Faults()))
		}
		if len(tok.Faults()) > 0 {
			return
		}
		encodedHeader, _, _ := strings.Cut(tok.SigningInput(), ".")
		decoded, headerErr := base64.RawURLEncoding.DecodeString(encodedHeader)
		again := base64.RawURLEncoding.EncodeToString(decoded) + "." +
			base64.RawURLEncoding.EncodeToString(tok.Payload()) + "." +
			base64.RawURLEncoding.EncodeToString(tok.Signature())
		if headerErr != nil || again != text {
			t.Fatalf("%q stands for the same token as %q", text, again)
		}
	})
}
