package verify_test

import (
	"strings"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// PyJWT CVE-2026-102269: another text that stands for the same token.
func TestAttackEncoding(t *testing.T) {
	text := goodToken(t, "ec256", "ES256") // 86 characters of signature: the last has four spare bits
	h, p, s := cut(text)
	last := text[len(text)-1]
	spare := text[:len(text)-1] + string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[strings.IndexByte("AQgw", last)*16+1])
	var list []hostile
	for name, changed := range map[string]string{
		"a newline at the end": text + "\n", "a newline at the start": "\n" + text, "a newline inside the header": h[:4] + "\n" + h[4:] + "." + p + "." + s,
		"a carriage return inside the payload": h + "." + p[:8] + "\r" + p[8:] + "." + s, "CRLF inside the signature": h + "." + p + "." + s[:8] + "\r\n" + s[8:],
		"a space at the end": text + " ", "a space after a dot": h + ". " + p + "." + s, "padding in the header": h + "=." + p + "." + s,
		"padding in the payload": h + "." + p + "=." + s, "padding in the signature": text + "==", "spare bits": spare,
		"a NUL at the end": text + "\x00", "a NUL inside": h + "." + p + "\x00." + s,
		"plain base64 in the signature": h + "." + p + "." + swapAlphabet(s), "a comma for a dot": h + "," + p + "." + s + ".x",
		"full-width letters": h + "." + p + "." + s[:85] + "Ａ", "percent-encoded": h + "." + p + "." + s + "%3D",
	} {
		list = append(list, hostile{name: name, text: changed, reason: verify.ReasonMalformed, check: verify.CheckEncoding})
	}
	refuse(t, list)
	accept(t, []neighbour{{"the text itself", text, nil}, {"base64url's own letters", withURLSafeLetters(t), nil}})
}

func cut(text string) (header, payload, signature string) {
	segments := strings.Split(text, ".")
	return segments[0], segments[1], segments[2]
}

// swapAlphabet writes a segment in plain base64, with at least one letter of it.
func swapAlphabet(segment string) string {
	return strings.NewReplacer("-", "+", "_", "/").Replace(segment[:80]) + "+" + segment[81:]
}

// withURLSafeLetters is a token with "-" and "_" in every segment.
func withURLSafeLetters(t *testing.T) string {
	for {
		text := headed(t, goodHeader("ec256", "ES256").with("x", `"??>>~~"`))
		h, _, s := cut(text)
		if strings.ContainsAny(h, "-_") && strings.Contains(s, "-") && strings.Contains(s, "_") {
			return text
		}
	}
}

// RFC 7515 section 4 and RFC 7519 section 4: the reader that takes the first
// and the reader that takes the last see two tokens.
func TestAttackDuplicateMembers(t *testing.T) {
	header, claims := goodHeader("ec256", "ES256"), goodClaims()
	doubled := func(o object, member string) string { return strings.Replace(o.String(), "{", "{"+member+",", 1) }
	headed := func(text string) string { return mint(t, "ec256", "ES256", text, claims.String()) }
	claimed := func(text string) string { return mint(t, "ec256", "ES256", header.String(), text) }
	refuse(t, []hostile{
		{name: "alg", text: headed(doubled(header, `"alg":"none"`)), reason: verify.ReasonMalformed, check: verify.CheckHeader},
		{name: "alg, alike", text: headed(doubled(header, `"alg":"ES256"`)), reason: verify.ReasonMalformed, check: verify.CheckHeader},
		{name: "alg, escaped", text: headed(doubled(header, `"\u0061lg":"none"`)), reason: verify.ReasonMalformed, check: verify.CheckHeader},
		{name: "in a header member nobody reads", text: headed(doubled(header, `"x":{"a":1,"a":2}`)), reason: verify.ReasonMalformed, check: verify.CheckHeader},
		{name: "sub", text: claimed(doubled(claims, `"sub":"admin"`)), reason: verify.ReasonMalformed, check: verify.CheckPayload},
		{name: "exp, escaped", text: claimed(doubled(claims, `"e\u0078p":1`)), reason: verify.ReasonMalformed, check: verify.CheckPayload},
		{name: "deep in the claims", text: claimed(doubled(claims, `"a":[{"b":{"c":1,"c":1}}]`)), reason: verify.ReasonMalformed, check: verify.CheckPayload},
	})
	accept(t, []neighbour{
		{"one name in two objects", claimed(doubled(claims, `"address":{"sub":"x","iss":"y"}`)), nil},
		{"names that differ in case", claimed(doubled(claims, `"Name":"a","name":"b"`)), nil},
	})
}

// Authlib CVE-2025-59420, PyJWT CVE-2026-32597, fast-jwt CVE-2026-35042.
func TestAttackUnknownCrit(t *testing.T) {
	good := goodHeader("ec256", "ES256")
	var list []hostile
	for _, crit := range []string{
		`["x"]`, `["exp"]`, `["alg"]`, `["http://issuer.example/x"]`, `["b64","x"]`, `[]`, `null`, `"b64"`, `{}`, `true`, `[1]`, `[null]`, `[["b64"]]`,
		`["b64","b64"]`, `["B64"]`, `[""]`,
	} {
		list = append(list, hostile{name: crit, text: headed(t, good.with("x", "1").with("exp", "1").with("b64", "true").with("crit", crit)),
			reason: verify.ReasonMalformed, check: verify.CheckCritical})
	}
	refuse(t, append(list,
		hostile{name: "b64 that is not there", text: headed(t, good.with("crit", `["b64"]`)), reason: verify.ReasonMalformed, check: verify.CheckCritical}))
	accept(t, []neighbour{
		{"b64 that is true", headed(t, good.with("b64", "true").with("crit", `["b64"]`)), nil},
		{"an extension that is not critical", headed(t, good.with("x", "1")), nil},
	})
	wantStatus(t, examine(headed(t, good.with("b64", "true")), everyKey(t), goodPolicy()), verify.CheckCritical, verify.Warning)
}

// RFC 7797 section 7: the payload of a JWT is always encoded.
func TestAttackUnencodedPayload(t *testing.T) {
	unencoded := func(header object) string { // signed over the decoded octets
		input := encode(header.String()) + "." + goodClaims().String()
		return encode(header.String()) + "." + encode(goodClaims().String()) + "." + encode(sign(t, "ec256", "ES256", input))
	}
	good := goodHeader("ec256", "ES256").with("b64", "false")
	refused := func(name, text string) hostile {
		return hostile{name: name, text: text, reason: verify.ReasonMalformed, check: verify.CheckCritical}
	}
	refuse(t, []hostile{
		refused("false, in crit", unencoded(good.with("crit", `["b64"]`))),
		refused("false, not in crit", unencoded(good)),
		refused("false, but encoded", headed(t, good)),
		refused("null", headed(t, good.with("b64", "null"))),
		refused("a string", headed(t, good.with("b64", `"true"`))),
		refused("a number", headed(t, good.with("b64", "1"))),
	})
}

// RFC 8725bis section 2.13, GHSA-5739-39v2-5754: a JWT has one form.
func TestAttackOtherForms(t *testing.T) {
	h, p, s := cut(goodToken(t, "ec256", "ES256"))
	flat := `{"protected":"` + h + `","payload":"` + p + `","signature":"` + s + `"}`
	refused := func(name, text string) hostile {
		return hostile{name: name, text: text, reason: verify.ReasonMalformed, check: verify.CheckStructure}
	}
	refuse(t, []hostile{
		refused("flattened JSON", flat),
		refused("general JSON", `{"payload":"`+p+`","signatures":[{"protected":"`+h+`","signature":"`+s+`"}]}`),
		refused("JSON with an unprotected alg", `{"header":{"alg":"none"},"payload":"`+p+`","signature":""}`),
		refused("a JWE", encode(`{"alg":"dir","enc":"A128GCM"}`)+"..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA"),
		refused("a JWE around an unsigned JWT", encode(`{"alg":"RSA-OAEP","enc":"A256GCM","cty":"JWT"}`)+".AAAA.AAAA.AAAA.AAAA"),
		refused("a JWE whose header names a signature algorithm", h+".."+p+"."+s+".AAAA"),
		refused("two segments", h+"."+p),
		refused("a fourth segment", h+"."+p+"."+s+"."+s),
		refused("an empty fourth segment", h+"."+p+"."+s+"."),
		refused("an empty header", "."+p+"."+s),
		refused("an opaque token", "2YotnFZFEjr1zCsicMWpAA"),
		refused("the header as an array", encode(`["ES256"]`)+"."+p+"."+s),
		refused("nothing", ""),
	})
	detached := examine(h+".."+s, everyKey(t), goodPolicy())
	wantRejected(t, detached, verify.ReasonMalformed, verify.CheckPayload)
}

// fast-jwt CVE-2026-107723. The signature over such a payload is still judged.
func TestAttackPayloadThatIsNoObject(t *testing.T) {
	for _, payload := range []string{`[]`, `null`, `"sub"`, `1`, ``, ` `, `{`, `{}{}`, "\xef\xbb\xbf{}", "{\"sub\":\"\xff\"}"} {
		t.Run(payload, func(t *testing.T) {
			r := examine(mint(t, "ec256", "ES256", goodHeader("ec256", "ES256").String(), payload), everyKey(t), goodPolicy())
			wantRejected(t, r, verify.ReasonMalformed, verify.CheckPayload)
			wantStatus(t, r, verify.CheckSignature, verify.Passed)
			if !r.SignatureVerified {
				t.Error("it is not said that the signature is good")
			}
		})
	}
}

func TestAttackHeaderLabels(t *testing.T) {
	good := goodHeader("ec256", "ES256")
	refused := func(name string, header object) hostile {
		return hostile{name: name, text: headed(t, header), reason: verify.ReasonMalformed, check: verify.CheckHeader}
	}
	refuse(t, []hostile{
		refused("a kid that is null", good.with("kid", "null")),
		refused("a kid that is an array", good.with("kid", `["ec256"]`)),
		refused("a typ that is a number", good.with("typ", "1")),
		refused("a cty that is an object", good.with("cty", "{}")),
	})
	accept(t, []neighbour{{"no typ", headed(t, good.without("typ")), nil}, {"a cty", headed(t, good.with("cty", `"json"`)), nil}})
}

// go-jose CVE-2026-116586, Nimbus CVE-2025-53864; go-jose CVE-2025-27144,
// golang-jwt CVE-2025-30204: deep, long and full of dots.
func TestAttackSize(t *testing.T) {
	nested := func(depth int) string {
		return strings.Repeat(`{"a":`, depth-1) + "1" + strings.Repeat("}", depth-1)
	}
	text := goodToken(t, "ec256", "ES256")
	long := strings.Repeat("A", token.MaxLength)
	refuse(t, []hostile{
		{name: "claims nested 33 deep", text: claiming(t, goodClaims().with("x", nested(33))), reason: verify.ReasonMalformed, check: verify.CheckPayload},
		{name: "claims nested 10,000 deep", text: claiming(t, goodClaims().with("x", nested(10_000))), reason: verify.ReasonMalformed, check: verify.CheckPayload},
		{name: "a header nested 33 deep", text: headed(t, goodHeader("ec256", "ES256").with("x", nested(33))), reason: verify.ReasonMalformed, check: verify.CheckHeader},
		{name: "dots", text: text + strings.Repeat(".", 200_000), reason: verify.ReasonMalformed, check: verify.CheckStructure},
		{name: "a token that is too long", text: text + long, reason: verify.ReasonMalformed, check: verify.CheckStructure},
		{name: "a hundred megabytes", text: strings.Repeat(text+".", 100<<20/len(text)), reason: verify.ReasonMalformed, check: verify.CheckStructure},
	})
	accept(t, []neighbour{{"claims nested 32 deep", claiming(t, goodClaims().with("x", nested(32))), nil}})
}
