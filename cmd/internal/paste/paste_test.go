package paste

import (
	"crypto/sha512"
	"encoding/base64"
	"slices"
	"strings"
	"testing"
)

// makeJWT makes a token with a signature of the length that alg asks for.
func makeJWT(alg, seed string) string {
	b64 := base64.RawURLEncoding.EncodeToString
	sizes := map[string]int{"HS256": 32, "ES256": 64, "RS256": 256, "none": 0}
	sum := sha512.Sum512([]byte(seed))
	signature := strings.Repeat(string(sum[:]), 4)[:sizes[alg]]
	payload := `{"iss":"https://issuer.example","sub":"` + b64(sum[:9]) + `"}`
	return b64([]byte(`{"alg":"`+alg+`"}`)) + "." + b64([]byte(payload)) + "." + b64([]byte(signature))
}

// The tokens of the tests, called A to E in their names.
var (
	signedShort = makeJWT("HS256", "a")
	signedLong  = makeJWT("RS256", "b")
	encrypted   = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..aXZpdml2aXZpdml2.Y2lwaGVy.dGFn"
)

// named writes found tokens as "name=text", a repaired one with "!".
func named(found []Token) []string {
	var list []string
	for _, t := range found {
		mark := ""
		if t.Repair != "" {
			mark = "!"
		}
		list = append(list, t.Name+mark+"="+t.Text)
	}
	return list
}

type pasteCase struct {
	name, text string
	want       []string
}

func runCases(t *testing.T, cases []pasteCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := named(Find(c.text)); !slices.Equal(got, c.want) {
				t.Errorf("Find(%q)\n got %q\nwant %q", c.text, got, c.want)
			}
		})
	}
}

func TestOfALoneToken(t *testing.T) {
	a, b := signedShort, signedLong
	runCases(t, []pasteCase{
		{"bare", a, []string{"=" + a}},
		{"white space around", " \t\r\n" + a + "\r\n\n ", []string{"=" + a}},
		{"no-break space around", "\u00a0" + a + "\u00a0", []string{"=" + a}},
		{"byte order mark", "\ufeff" + a + "\n", []string{"=" + a}},
		{"double quotes", `"` + a + `"`, []string{"=" + a}},
		{"single quotes", `'` + a + `'`, []string{"=" + a}},
		{"backticks", "```\n" + a + "\n```", []string{"=" + a}},
		{"typographic quotes", "“" + a + "”", []string{"=" + a}},
		{"opening quote only", `"` + a, []string{"=" + a}},
		{"trailing comma", a + ",", []string{"=" + a}},
		{"Bearer", "Bearer " + a, []string{"=" + a}},
		{"bearer, two blanks", "bearer  " + a, []string{"=" + a}},
		{"DPoP", "DPoP " + a, []string{"=" + a}},
		{"quoted Bearer", `"Bearer ` + a + `"`, []string{"=" + a}},
		{"header", "Authorization: Bearer " + a, []string{"Authorization=" + a}},
		{"header in capitals", "AUTHORIZATION: BEARER " + a, []string{"Authorization=" + a}},
		{"header without blank", "authorization:bearer " + a, []string{"Authorization=" + a}},
		{"header without scheme", "authorization: " + a, []string{"Authorization=" + a}},
		{"curl option", `-H 'Authorization: Bearer ` + a + `' \`, []string{"Authorization=" + a}},
		{"cookie", "sid=" + a, []string{"sid=" + a}},
		{"shell assignment", `export TOKEN="` + a + `"`, []string{"TOKEN=" + a}},
		{"other header", "X-Amzn-Oidc-Data: " + a, []string{"X-Amzn-Oidc-Data=" + a}},
		{"unsecured", makeJWT("none", ""), []string{"=" + makeJWT("none", "")}},
		{"JWE", encrypted, []string{"=" + encrypted}},
		{"RS256", b, []string{"=" + b}},
		{"header with a blank", "x eyAiYWxnIjogIkhTMjU2IiB9.e30.c2ln y", []string{"=eyAiYWxnIjogIkhTMjU2IiB9.e30.c2ln"}},
	})
}

func TestOfNothing(t *testing.T) {
	for _, text := range []string{"", " \t\r\n", "\ufeff", "\u00a0\n", `""`, "'  '", "Bearer ", "Authorization: Bearer", "“”"} {
		if found := Find(text); found != nil {
			t.Errorf("Find(%q) = %+v, want none", text, found)
		}
	}
}

func TestOfOneThingThatIsNoJWT(t *testing.T) {
	two := strings.Join(strings.Split(signedShort, ".")[:2], ".")
	jws := `{"payload":"e30","protected":"eyJhbGciOiJIUzI1NiJ9","signature":"` + strings.Repeat("c2ln", 9) + `"}`
	general := `{"payload":"e30", "signatures":[{"protected":"eyJhbGciOiJIUzI1NiJ9","signature":"c2ln"}], "access_token":"x"}`
	jwe := `{"protected":"eyJ","ciphertext":"Y2lwaGVy","iv":"aXY","tag":"dGFn"}`
	unequal := signedLong[:30] + "\n" + signedLong[30:100] + "\n" + signedLong[100:]
	runCases(t, []pasteCase{
		{"opaque", "7f3a9b", []string{"=7f3a9b"}},
		{"opaque with scheme", "Bearer 7f3a9b\n", []string{"=7f3a9b"}},
		{"opaque in a header", "authorization: bearer 7f3a9b", []string{"Authorization=7f3a9b"}},
		{"opaque with odd characters", "Bearer $1*x", []string{"=$1*x"}},
		{"opaque parameter", "https://rp.example/?access_token=a%2Fb&x=1", []string{"access_token=a/b"}},
		{"other cookie", "sid=7f3a9b", []string{"=sid=7f3a9b"}},
		{"prose", "hello, world", []string{"=hello, world"}},
		{"two segments", two, []string{"=" + two}},
		{"four segments", signedShort + ".x", []string{"=" + signedShort + ".x"}},
		{"padding", signedShort + "=", []string{"=" + signedShort + "="}},
		{"padding in a header", "Authorization: Bearer " + signedShort + "=", []string{"Authorization=" + signedShort + "="}},
		{"padding, percent-encoded", "#id_token=" + signedShort + "%3D", []string{"id_token=" + signedShort + "="}},
		{"SD-JWT", signedShort + "~WyJ~", []string{"=" + signedShort + "~WyJ~"}},
		{"header is no object", "W10.e30.c2ln", []string{"=W10.e30.c2ln"}},
		{"JWS in flattened JSON", jws, []string{"=" + jws}},
		{"JWS in general JSON", "'" + general + "'", []string{"=" + general}},
		{"JWE in JSON", jwe, []string{"=" + jwe}},
		{"other JSON", `{"keys":[]}`, []string{`={"keys":[]}`}},
		{"broken by hand", unequal, []string{"=" + unequal}},
		{"inside a word", "x" + signedShort, []string{"=x" + signedShort}},
		{"zero-width space in front", "\u200b" + two, []string{"=\u200b" + two}},
	})
}

func TestOfOtherText(t *testing.T) {
	a := signedShort
	for _, end := range []string{" ", "\t", "\n", "\r\n", "\"", "'", "`", ";", ",", "&", "#", "<", ">", ")", "]", "}", "”", "\u2028", ""} {
		found := Find("It says (" + a + end)
		if len(found) != 1 || found[0].Text != a {
			t.Errorf("before %q: %+v", end, found)
		}
	}
	for _, end := range []string{"=", ":", "!", "?", "%", "+", "/", "~", "|", "*", "\\", "(", "[", "{", "@", "$", "^", "é", "\x00", "\x1b", "\xff", "\u200b"} {
		text := "It says (" + a + end + " and no more"
		if got := named(Find(text)); !slices.Equal(got, []string{"=" + text}) {
			t.Errorf("before %q: %q", end, got)
		}
	}
	for _, front := range []string{"a", "9", "_", "-", ".", "é", "ß", "中"} {
		text := "It says " + front + a + " here"
		if got := named(Find(text)); !slices.Equal(got, []string{"=" + text}) {
			t.Errorf("after %q: %q", front, got)
		}
	}
	runCases(t, []pasteCase{
		{"JWE", "got " + encrypted + " back", []string{"=" + encrypted}},
		{"host names", "eyeball.example.com and eyJ", []string{"=eyeball.example.com and eyJ"}},
		{"nothing inside a broken one", "x " + a + "=" + a, []string{"=x " + a + "=" + a}},
		{"URL path", "GET /check/" + a + " HTTP/1.1", []string{"=" + a}},
		{"log line", "2020-09-30T08:12:38Z auth.go:12: " + a, []string{"=" + a}},
	})
}

func TestExact(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "\n": "", "\r\n": "", "a": "a", "a\n": "a", "a\r\n": "a", "a\n\n": "a\n", "a\r": "a\r", " a ": " a ", "\ufeffa": "\ufeffa", `"a"`: `"a"`,
	} {
		if got := Exact(text); got != want {
			t.Errorf("Exact(%q) = %q, want %q", text, got, want)
		}
	}
}
