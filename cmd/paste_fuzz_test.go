package cmd

import (
	"slices"
	"strings"
	"testing"
	"unicode"
)

// pasteWrappings are the ways in which one token is pasted; § is the token.
var pasteWrappings = []string{
	"§", " \n\t§\r\n", "\ufeff§", "\"§\"", "'§'", "`§`", "“§”", "Bearer §", "DPoP §", "authorization: bearer §",
	"> Authorization: Bearer §\r\n> Accept: */*\r\n", "\"Bearer §\"", "sid=§", "Cookie: a=b; sid=§; c=d",
	"< Set-Cookie: sid=§; Path=/", "https://rp.example/cb#id_token=§&state=x", "https://rp.example/cb?access_token=§",
	`{"access_token":"§","token_type":"Bearer"}`, "HTTP/1.1 200 OK\r\n\r\n{\n  \"id_token\": \"§\"\n}", "<token>§</token>",
	"it was (§), they say", "§\n§\n", "sid=%22§%22",
}

// FuzzPaste: whatever is pasted, a token's bytes are the ones in the text, and
// text around a token neither hides it nor changes it.
func FuzzPaste(f *testing.F) {
	for _, unit := range pasteHostile {
		f.Add(pasteFill(unit, 64), "seed", uint8(0))
	}
	for i, wrapping := range pasteWrappings {
		f.Add(strings.ReplaceAll(wrapping, "§", pasteB), wrapping, uint8(i))
		f.Add(pasteWrapped(strings.ReplaceAll(wrapping, "§", pasteB), 60+i, "\n"), wrapping, uint8(i))
	}
	f.Add(pasteJWE+"\n"+pasteJWE[:50]+"\n"+pasteA[:44]+".\n", `{"payload":"e30","signature":"c2ln"}`, uint8(99))
	f.Fuzz(func(t *testing.T, text, seed string, choice uint8) {
		checkPasteIsFromText(t, text)
		token := pasteJWT([]string{"HS256", "ES256", "RS256"}[choice%3], seed)
		checkPasteWrapping(t, token, int(choice))
		checkPasteIsNotHidden(t, token, text)
	})
}

// checkPasteIsFromText: nothing is found that is not there, and nothing that
// can't be named safely.
func checkPasteIsFromText(t *testing.T, text string) {
	found := findTokens(text)
	if found == nil && strings.ContainsFunc(text, func(r rune) bool {
		return isPasteAlnum(r) && !strings.ContainsRune("authorizationbearerdpopAUTHORIZATIONBEARERDPOP", r)
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
		case token.text == "" || slices.Contains(texts, token.text):
			t.Fatalf("empty or twice: %q in %q", token.text, text)
		case cleanPasteName(token.name) != token.name:
			t.Fatalf("name %q in %q", token.name, text)
		case token.repaired && pasteRunEnd(token.text, 0) < len(token.text):
			t.Fatalf("repaired %q in %q", token.text, text)
		case strings.ContainsAny(text, `%\`): // may be decoded
		case !token.repaired && !strings.Contains(text, token.text), token.repaired && !strings.Contains(joined, token.text):
			t.Fatalf("%q is not in %q", token.text, text)
		}
		texts = append(texts, token.text)
	}
}

// checkPasteWrapping: every usual form gives exactly the token, also when a
// narrow window wrapped it.
func checkPasteWrapping(t *testing.T, token string, choice int) {
	wrapping := pasteWrappings[choice%len(pasteWrappings)]
	text := strings.ReplaceAll(wrapping, "§", token)
	if found := findTokens(text); len(found) != 1 || found[0].text != token || found[0].repaired {
		t.Fatalf("%q gives %+v", text, found)
	}
	wrapped := pasteWrapped(token, pasteMinWrap+choice, "\n")
	want := wrapped != token
	if found := findTokens(strings.Replace(wrapping, "§", wrapped, 1)); !strings.Contains(wrapping, "%") && !strings.HasPrefix(wrapping, "{") &&
		!strings.Contains(wrapping, "\n§") && (len(found) == 0 || found[0].text != token || found[0].repaired != want) {
		t.Fatalf("%q wrapped at %d gives %+v", wrapping, pasteMinWrap+choice, found)
	}
}

// checkPasteIsNotHidden: a token set apart by blanks is found whatever stands
// around it, so that no other one is taken in its place. Only what makes the
// whole a JWS in JSON, which is refused, may hide it.
func checkPasteIsNotHidden(t *testing.T, token, noise string) {
	second := pasteJWT("HS256", token)
	for _, text := range []string{noise + " " + token + " " + noise, token + " " + noise + " " + second} {
		found := findTokens(text)
		for _, want := range []string{token, second} {
			isWanted := func(f pastedToken) bool {
				return f.text == want || len(found) == 1 && f.text[0] == '{' && strings.Contains(f.text, want)
			}
			if strings.Contains(text, want) && !slices.ContainsFunc(found, isWanted) {
				t.Fatalf("%q is not found in %q, but %+v", want, text, found)
			}
		}
	}
}
