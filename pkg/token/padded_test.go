package token_test

import (
	"encoding/base64"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/token"
)

// A padded token is refused, but what it says can be shown. Other characters that
// do not belong there leave nothing to show.
func TestParseShowsWhatIsPadded(t *testing.T) {
	pad := func(text string) string { return base64.URLEncoding.EncodeToString([]byte(text)) }
	text := pad(`{"alg":"ES256"}`+" ") + "." + pad(`{"sub":"u"} `+" ") + "." + pad("signature1")
	tok := token.Parse(text)
	if tok.Form() == token.FormJWT || tok.Algorithm() != "ES256" || string(tok.Signature()) != "signature1" {
		t.Errorf("form %s, alg %q, signature %q", tok.Form(), tok.Algorithm(), tok.Signature())
	}
	if sub, _ := tok.UnverifiedClaims().Get("sub").Text(); sub != "u" {
		t.Errorf("sub %q", sub)
	}
	for _, signature := range []string{"AA===", "=", "A=A=", "AB==", "AAAA=A", "A=", "===="} {
		tok := token.Parse(encode(`{"alg":"ES256"}`) + "." + encode(`{}`) + "." + signature)
		if tok.FaultIn("encoding") == nil || signature != "=" && tok.Signature() != nil {
			t.Errorf("%q: signature %q", signature, tok.Signature())
		}
	}
}
