package paste

import (
	"slices"
	"strings"
	"testing"
	"unicode"
)

// wrappings are the ways in which one token is pasted; § is the token.
var wrappings = []string{
	"§", " \n\t§\r\n", "\ufeff§", "\"§\"", "'§'", "`§`", "“§”", "Bearer §", "DPoP §", "authorization: bearer §",
	"> Authorization: Bearer §\r\n> Accept: */*\r\n", "\"Bearer §\"", "sid=§", "Cookie: a=b; sid=§; c=d",
	"< Set-Cookie: sid=§; Path=/", "https://rp.example/cb#id_token=§&state=x", "https://rp.example/cb?access_token=§",
	`{"access_token":"§","token_type":"Bearer"}`, "HTTP/1.1 200 OK\r\n\r\n{\n  \"id_token\": \"§\"\n}", "<token>§</token>",
	"it was (§), they say", "§\n§\n", "sid=%22§%22",
}

// FuzzFind: whatever is pasted, a token's bytes are the ones in the text, and
// text around a token neither hides it nor changes it.
func FuzzFind(f *testing.F) {
	for _, unit := range hostile {
		f.Add(fill(unit, 64), "seed", uint8(0))
	}
	for i, wrapping := range wrappings {
		f.Add(strings.ReplaceAll(wrapping, "§", signedLong), wrapping, uint8(i))
		f.Add(wrapAt(strings.ReplaceAll(wrapping, "§", signedLong), 60+i, "\n"), wrapping, uint8(i))
	}
	f.Add("bearer bearer no token", "seed", uint8(0))
	f.Add(encrypted+"\n"+encrypted[:50]+"\n"+signedShort[:44]+".\n", `{"payload":"e30","signature":"c2ln"}`, uint8(99))
	f.Fuzz(func(t *testing.T, text, seed string, choice uint8) {
		checkIsFromText(t, text)
		token := makeJWT([]string{"HS256", "ES256", "RS256"}[choice%3], seed)
		checkWrapping(t, token, int(choice))
		checkIsNotHidden(t, token, text)
	})
}

// checkIsFromText: nothing is found that is not there, and nothing that
// can't be named safely.
func checkIsFromText(t *testing.T, text string) {
	found := Find(text)
	if found == nil && strings.ContainsFunc(text, func(r rune) bool {
		return isAlnum(r) && !strings.ContainsRune("authorizationbearerdpopAUTHORIZATIONBEARERDPOP", r)
	}) {
		t.Fatalf("nothing found in %q", text)
	}
	joined := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
	var texts []string
	for _, token := range found {
		switch {
		case token.Text == "" || slices.Contains(texts, token.Text):
			t.Fatalf("empty or twice: %q in %q", token.Text, text)
		case cleanName(token.Name) != token.Name:
			t.Fatalf("name %q in %q", token.Name, text)
		case token.Repair != "" && token.Repair != repairScheme && runEnd(token.Text, 0) < len(token.Text):
			t.Fatalf("repaired %q in %q", token.Text, text)
		case strings.ContainsAny(text, `%\`): // may be decoded
		case !strings.Contains(text, token.Text) && (token.Repair == "" || !strings.Contains(joined, token.Text)):
			t.Fatalf("%q is not in %q", token.Text, text)
		}
		texts = append(texts, token.Text)
	}
}

// checkWrapping: every usual form gives exactly the token, also when a
// narrow window wrapped it.
func checkWrapping(t *testing.T, token string, choice int) {
	wrapping := wrappings[choice%len(wrappings)]
	text := strings.ReplaceAll(wrapping, "§", token)
	if found := Find(text); len(found) != 1 || found[0].Text != token || found[0].Repair != "" {
		t.Fatalf("%q gives %+v", text, found)
	}
	wrapped := wrapAt(token, minWrap+choice, "\n")
	want := wrapped != token
	if found := Find(strings.Replace(wrapping, "§", wrapped, 1)); !strings.Contains(wrapping, "%") && !strings.HasPrefix(wrapping, "{") &&
		!strings.Contains(wrapping, "\n§") && (len(found) == 0 || found[0].Text != token || (found[0].Repair != "") != want) {
		t.Fatalf("%q wrapped at %d gives %+v", wrapping, minWrap+choice, found)
	}
}

// checkIsNotHidden: a token set apart by blanks is found whatever stands
// around it, so that no other one is taken in its place. Only what makes the
// whole a JWS in JSON, which is refused, may hide it.
func checkIsNotHidden(t *testing.T, token, noise string) {
	second := makeJWT("HS256", token)
	for _, text := range []string{noise + " " + token + " " + noise, token + " " + noise + " " + second} {
		found := Find(text)
		for _, want := range []string{token, second} {
			isWanted := func(f Token) bool {
				return f.Text == want || len(found) == 1 && f.Text[0] == '{' && strings.Contains(f.Text, want)
			}
			if strings.Contains(text, want) && !slices.ContainsFunc(found, isWanted) {
				t.Fatalf("%q is not found in %q, but %+v", want, text, found)
			}
		}
	}
}
