package token_test

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/token"
)

func encode(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

// compact makes a token without a sound signature: Parse does not look at it.
func compact(header, payload string) string {
	return encode(header) + "." + encode(payload) + "." + encode("signature")
}

const (
	header = `{"alg":"RS256","kid":"k1","typ":"JWT"}`
	claims = `{"iss":"https://issuer.example"}`
)

func TestParseTakesATokenApart(t *testing.T) {
	text := compact(header, claims)
	tok, err := token.Parse(text)
	if err != nil || tok.Form() != token.FormJWT || len(tok.Faults()) != 0 {
		t.Fatalf("form %s, %v", tok.Form(), err)
	}
	kid, named := tok.KeyID()
	for what, c := range map[string]struct{ got, want string }{
		"raw":           {tok.Raw(), text},
		"header":        {tok.Header().String(), header},
		"claims":        {tok.UnverifiedClaims().String(), claims},
		"payload":       {string(tok.Payload()), claims},
		"signature":     {string(tok.Signature()), "signature"},
		"signing input": {tok.SigningInput(), encode(header) + "." + encode(claims)},
		"algorithm":     {tok.Algorithm(), "RS256"},
		"type":          {tok.Type(), "JWT"},
		"kid":           {kid, "k1"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", what, c.got, c.want)
		}
	}
	if !named {
		t.Error("the kid is not seen")
	}
}

// Legal tokens that a careless parser refuses.
func TestParseAccepts(t *testing.T) {
	for name, text := range map[string]string{
		"any alg: Parse does not judge":    compact(`{"alg":"none"}`, claims),
		"no alg":                           compact(`{}`, claims),
		"an alg that is not a string":      compact(`{"alg":1}`, claims),
		"an empty signature":               encode(header) + "." + encode(claims) + ".",
		"empty claims":                     compact(header, `{}`),
		"an empty kid":                     compact(`{"alg":"RS256","kid":""}`, claims),
		"white space inside the header":    compact("\r\n {\"alg\"\t:\r\n\"RS256\" }\n", claims),
		"a header that begins with spaces": compact(strings.Repeat(" ", 500)+header, claims),
		"white space inside the payload":   compact(header, "\n"+claims+"\n"),
		"header members nobody knows":      compact(`{"alg":"RS256","jwk":"not a key","x":[{}]}`, claims),
		"letters beyond ASCII":             compact(`{"alg":"RS256","kid":"schlüssel"}`, `{"name":"Jürgen 😀"}`),
		"base64url's own letters":          compact(`{"alg":"RS256","?>~":"??>>~~"}`, `{"?>~":"??>>~~"}`),
		"names that differ in case":        compact(header, `{"exp":1,"EXP":2}`),
		"the longest text":                 longest(0),
	} {
		t.Run(name, func(t *testing.T) {
			if tok, err := token.Parse(text); err != nil || tok.Form() != token.FormJWT {
				t.Errorf("form %s, %v", tok.Form(), err)
			}
		})
	}
}

// longest is a token of MaxLength and some bytes more.
func longest(more int) string {
	text := compact(header, claims)
	filler := strings.Repeat("AAAA", (token.MaxLength-len(text))/4)
	text += filler
	return text + strings.Repeat("A", (token.MaxLength-len(text))/4*4+more)
}

// What is not a well-formed compact JWT is named for what it is.
func TestParseNames(t *testing.T) {
	h, p, s := encode(header), encode(claims), encode("signature")
	flattened := `{"protected":"` + h + `","payload":"` + p + `","signature":"` + s + `"}`
	for _, c := range []struct {
		name, text string
		form       token.Form
		area       token.Area
		cause      string
		says       string
	}{
		{"nothing", "", token.FormMalformed, token.AreaStructure, token.CauseNoToken, "not a token"},
		{"an opaque token", "a0AfH6SMBx", token.FormOpaque, token.AreaStructure, token.CauseOpaque, "not a JOSE header"},
		{"an opaque token with two dots", "abc.def.ghi", token.FormOpaque, token.AreaStructure, token.CauseOpaque, "not a JOSE header"},
		{"a header that is an array", compact(`["alg"]`, claims), token.FormOpaque, token.AreaStructure, token.CauseOpaque, "not a JOSE header"},
		{"nothing but dots", strings.Repeat(".", 200_000), token.FormOpaque, token.AreaStructure, token.CauseOpaque, "not a JWT"},
		{"an empty header", "." + p + "." + s, token.FormMalformed, token.AreaStructure, token.CauseEmptyHeader, "header segment is empty"},
		{"one segment", h, token.FormMalformed, token.AreaStructure, token.CauseSegments, "1 segment instead of 3"},
		{"two segments", h + "." + p, token.FormMalformed, token.AreaStructure, token.CauseSegments, "2 segments instead of 3"},
		{"four segments", h + "." + p + "." + s + "." + s, token.FormMalformed, token.AreaStructure, token.CauseSegments, "4 segments"},
		{"six segments", h + strings.Repeat("."+s, 5), token.FormMalformed, token.AreaStructure, token.CauseSegments, "6 segments"},
		{"a hundred thousand segments", h + strings.Repeat(".", 100_000), token.FormMalformed, token.AreaStructure, token.CauseSegments, "more than 6"},
		{"a JWE", encode(`{"alg":"dir","enc":"A128GCM"}`) + "..AAAA.AAAA.AAAA", token.FormJWE, token.AreaStructure, token.CauseEncrypted, "encrypted"},
		{"a flattened JWS", flattened, token.FormJWSJSON, token.AreaStructure, token.CauseJSONForm, "JSON serialisation"},
		{"a flattened JWS on several lines", "\n " + flattened, token.FormJWSJSON, token.AreaStructure, token.CauseJSONForm, "JSON serialisation"},
		{"a general JWS", `{"payload":"` + p + `","signatures":[]}`, token.FormJWSJSON, token.AreaStructure, token.CauseJSONForm, "JSON serialisation"},
		{"a JWE in JSON", `{"protected":"` + h + `","ciphertext":"AAAA"}`, token.FormJWEJSON, token.AreaStructure, token.CauseEncrypted, "in JSON serialisation"},
		{"other JSON", `{"access_token":"x"}`, token.FormMalformed, token.AreaStructure, token.CauseJSON, "not a token"},
		{"broken JSON", `{"payload":`, token.FormMalformed, token.AreaStructure, token.CauseJSON, "begins like JSON"},
		{"one byte too long", longest(1), token.FormMalformed, token.AreaStructure, token.CauseTooLong, "longer than 262144 bytes"},

		{"padding in the header", h + "=." + p + "." + s, token.FormJWS, token.AreaEncoding, token.CausePadding, "header segment is padding"},
		{"padding in the payload", h + "." + p + "==." + s, token.FormJWS, token.AreaEncoding, token.CausePadding, "payload segment is padding"},
		{"padding in the signature", h + "." + p + "." + s + "=", token.FormJWS, token.AreaEncoding, token.CausePadding, "byte 13 of the signature"},
		{"a newline at the end", h + "." + p + "." + s + "\n", token.FormJWS, token.AreaEncoding, token.CauseWhitespace, "byte 13 of the signature segment is white space"},
		{"a carriage return inside", h + "." + p[:4] + "\r" + p[4:] + "." + s, token.FormJWS, token.AreaEncoding, token.CauseWhitespace, "byte 5 of the payload"},
		{"a space in front", " " + h + "." + p + "." + s, token.FormJWS, token.AreaEncoding, token.CauseWhitespace, "byte 1 of the header"},
		{"a tab before a dot", h + "\t." + p + "." + s, token.FormJWS, token.AreaEncoding, token.CauseWhitespace, "of the header"},
		{"plain base64", h + "." + p + ".AA+A", token.FormJWS, token.AreaEncoding, token.CauseStandardSet, "plain base64"},
		{"plain base64 from the start", "eyI+IjoxfQ." + p + "." + s, token.FormJWS, token.AreaEncoding, token.CauseStandardSet, "byte 4 of the header"},
		{"a control character", h + "." + p + ".AA\x1bA", token.FormJWS, token.AreaEncoding, token.CauseCharacter, "0x1b"},
		{"a byte beyond ASCII", h + "." + p + ".AA\xffA", token.FormJWS, token.AreaEncoding, token.CauseCharacter, "0xff"},
		{"a percent sign", h + "." + p + ".AA%3D", token.FormJWS, token.AreaEncoding, token.CauseCharacter, `"%"`},
		{"spare bits that are set", h + "." + p + ".AB", token.FormJWS, token.AreaEncoding, token.CauseTrailingBits, "middle of an octet"},
		{"an SD-JWT", h + "." + p + "." + s + "~WyJzYWx0Il0~", token.FormMalformed, token.AreaStructure, token.CauseDisclosures, "an SD-JWT"},
		{"an SD-JWT with a proof", h + "." + p + "." + s + "~WyJzYWx0Il0~" + h + "." + p + "." + s, token.FormMalformed, token.AreaStructure, token.CauseDisclosures, "an SD-JWT"},
		{"a length that cannot be", h + "." + p + ".AAAAA", token.FormJWS, token.AreaEncoding, token.CauseTrailingBits, "a length that no base64url has"},

		{"a header cut short", encode(`{"alg":"RS256"`) + "." + p + "." + s, token.FormJWS, token.AreaHeader, token.CauseJSON, "unexpected EOF"},
		{"two values in the header", compact(header+"{}", claims), token.FormJWS, token.AreaHeader, token.CauseJSON, "something follows"},
		{"alg twice", compact(`{"alg":"RS256","alg":"none"}`, claims), token.FormJWS, token.AreaHeader, token.CauseJSON, "duplicate"},
		{"alg twice, escaped", compact(`{"alg":"RS256","\u0061lg":"none"}`, claims), token.FormJWS, token.AreaHeader, token.CauseJSON, "duplicate"},
		{"a duplicate deep in the header", compact(`{"alg":"RS256","x":{"a":1,"a":2}}`, claims), token.FormJWS, token.AreaHeader, token.CauseJSON, "duplicate"},
		{"a header that is not UTF-8", compact("{\"alg\":\"\xff\"}", claims), token.FormJWS, token.AreaHeader, token.CauseJSON, "UTF-8"},
		{"a kid that is a number", compact(`{"alg":"RS256","kid":1}`, claims), token.FormJWS, token.AreaHeader, token.CauseMemberType, `"kid" in the header is not a string but of type number`},
		{"a kid that is null", compact(`{"alg":"RS256","kid":null}`, claims), token.FormJWS, token.AreaHeader, token.CauseMemberType, "of type null"},
		{"a typ that is an array", compact(`{"alg":"RS256","typ":["JWT"]}`, claims), token.FormJWS, token.AreaHeader, token.CauseMemberType, `"typ"`},
		{"a cty that is an object", compact(`{"alg":"RS256","cty":{}}`, claims), token.FormJWS, token.AreaHeader, token.CauseMemberType, `"cty"`},

		{"an empty payload", h + ".." + s, token.FormJWS, token.AreaPayload, token.CauseJSON, "no JSON value"},
		{"a payload that is an array", compact(header, `[]`), token.FormJWS, token.AreaPayload, token.CauseJSON, "an array"},
		{"a payload that is null", compact(header, `null`), token.FormJWS, token.AreaPayload, token.CauseJSON, "but null"},
		{"a payload that is text", compact(header, `hello`), token.FormJWS, token.AreaPayload, token.CauseJSON, "invalid character"},
		{"sub twice", compact(header, `{"sub":"a","sub":"b"}`), token.FormJWS, token.AreaPayload, token.CauseJSON, `"/sub"`},
		{"a duplicate deep in the claims", compact(header, `{"a":[{"b":1,"b":1}]}`), token.FormJWS, token.AreaPayload, token.CauseJSON, "duplicate"},
		{"claims that are not UTF-8", compact(header, "{\"sub\":\"\xff\"}"), token.FormJWS, token.AreaPayload, token.CauseJSON, "UTF-8"},
		{"half a surrogate pair", compact(header, `{"sub":"\ud800"}`), token.FormJWS, token.AreaPayload, token.CauseJSON, "invalid"},
		{"claims nested 33 deep", compact(header, strings.Repeat(`{"a":`, 32)+"{}"+strings.Repeat("}", 32)), token.FormJWS, token.AreaPayload, token.CauseJSON, "32 levels"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tok, err := token.Parse(c.text)
			var fault *token.Fault
			if !errors.As(err, &fault) || tok.Form() != c.form || tok.FaultIn(c.area) == nil {
				t.Fatalf("form %s, %v; want %s with a fault of the %s", tok.Form(), err, c.form, c.area)
			}
			if fault = tok.FaultIn(c.area); fault.Cause != c.cause || !strings.Contains(fault.Text, c.says) {
				t.Errorf("cause %s: %s; want %s: %s", fault.Cause, fault.Text, c.cause, c.says)
			}
		})
	}
}

// Everything that is wrong is told at once, and what can be read is there.
func TestParseKeepsEveryFault(t *testing.T) {
	tok, err := token.Parse(compact(`{"alg":"RS256","kid":1,"typ":2}`, `[]`) + "=")
	var areas []token.Area
	for _, f := range tok.Faults() {
		areas = append(areas, f.Area)
	}
	slices.Sort(areas)
	want := []token.Area{token.AreaEncoding, token.AreaHeader, token.AreaHeader, token.AreaPayload}
	if err == nil || !slices.Equal(areas, want) {
		t.Errorf("got %s, want %s", areas, want)
	}
	if tok.Algorithm() != "RS256" || string(tok.Payload()) != "[]" || string(tok.Signature()) != "signature" || tok.Type() != "" {
		t.Errorf("alg %q, payload %q, signature %q, typ %q", tok.Algorithm(), tok.Payload(), tok.Signature(), tok.Type())
	}
}

// The header is shown even where nothing else can be read.
func TestParseShowsTheHeaderOfWhatItRefuses(t *testing.T) {
	const jwe = `{"alg":"RSA-OAEP","enc":"A256GCM"}`
	for name, c := range map[string]struct{ text, header string }{
		"a JWE":         {encode(jwe) + ".AAAA.AAAA.AAAA.AAAA", jwe},
		"two segments":  {encode(header) + "." + encode(claims), header},
		"a JWS in JSON": {`{"protected":"` + encode(header) + `","payload":"","signature":""}`, header},
	} {
		if tok, err := token.Parse(c.text); err == nil || tok.Header().String() != c.header {
			t.Errorf("%s: header %s, %v", name, tok.Header(), err)
		}
	}
}

// An error never leaves a text that a signature could be checked over, unless
// it is the text that was received.
func TestSigningInputIsWhatWasReceived(t *testing.T) {
	if tok, _ := token.Parse(compact(header, claims) + ".x"); tok.SigningInput() != "" {
		t.Errorf("four segments have the signing input %q", tok.SigningInput())
	}
	text := encode(header) + "." + encode(claims) + "\n." + encode("s")
	if tok, err := token.Parse(text); err == nil || !strings.HasPrefix(text, tok.SigningInput()+".") {
		t.Errorf("signing input %q of %q", tok.SigningInput(), text)
	}
}
