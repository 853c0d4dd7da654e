package token_test

import (
	"encoding/base64"
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
	tok := token.Parse(text)
	if tok.Form() != token.FormJWT || len(tok.Faults()) != 0 {
		t.Fatalf("form %s, %d faults", tok.Form(), len(tok.Faults()))
	}
	kid, named := tok.KeyID()
	for what, c := range map[string]struct{ got, want string }{
		"header":        {tok.Header().String(), header},
		"claims":        {tok.UnverifiedClaims().String(), claims},
		"payload":       {string(tok.Payload()), claims},
		"signature":     {string(tok.Signature()), "signature"},
		"signing input": {tok.SigningInput(), encode(header) + "." + encode(claims)},
		"algorithm":     {tok.Algorithm(), "RS256"},
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
			if tok := token.Parse(text); len(tok.Faults()) > 0 || tok.Form() != token.FormJWT {
				t.Errorf("form %s, %d faults", tok.Form(), len(tok.Faults()))
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
		area       string
		cause      string
		says       string
	}{
		{"nothing", "", token.FormMalformed, "structure", token.CauseNoToken, "not a token"},
		{"an opaque token", "a0AfH6SMBx", token.FormOpaque, "structure", token.CauseOpaque, "not a JOSE header"},
		{"an opaque token with two dots", "abc.def.ghi", token.FormOpaque, "structure", token.CauseOpaque, "not a JOSE header"},
		{"a header that is an array", compact(`["alg"]`, claims), token.FormOpaque, "structure", token.CauseOpaque, "not a JOSE header"},
		{"nothing but dots", strings.Repeat(".", 200_000), token.FormOpaque, "structure", token.CauseOpaque, "not a JWT"},
		{"an empty header", "." + p + "." + s, token.FormMalformed, "structure", token.CauseEmptyHeader, "header segment is empty"},
		{"one segment", h, token.FormMalformed, "structure", token.CauseSegments, "1 segment instead of 3"},
		{"two segments", h + "." + p, token.FormMalformed, "structure", token.CauseSegments, "2 segments instead of 3"},
		{"four segments", h + "." + p + "." + s + "." + s, token.FormMalformed, "structure", token.CauseSegments, "4 segments"},
		{"five segments", h + strings.Repeat("."+s, 4), token.FormMalformed, "structure", token.CauseSegments, "5 segments"},
		{"six segments", h + strings.Repeat("."+s, 5), token.FormMalformed, "structure", token.CauseSegments, "6 segments"},
		{"a hundred thousand segments", h + strings.Repeat(".", 100_000), token.FormMalformed, "structure", token.CauseSegments, "more than 6"},
		{"an unsigned token without its last dot", encode(`{"alg":"none"}`) + "." + p, token.FormMalformed, "structure", token.CauseUnsigned, "without its final dot"},
		{"the header of an unsigned token", encode(`{"alg":"none"}`), token.FormMalformed, "structure", token.CauseSegments, "1 segment"},
		{"a JWE that lost segments", encode(`{"alg":"dir","enc":"A128GCM"}`) + "..AAAA.AAAA", token.FormMalformed, "structure", token.CauseSegments, "4 segments"},
		{"a JWE", encode(`{"alg":"dir","enc":"A128GCM"}`) + "..AAAA.AAAA.AAAA", token.FormJWE, "structure", token.CauseEncrypted, "encrypted"},
		{"a flattened JWS", flattened, token.FormJWSJSON, "structure", token.CauseJSONForm, "JSON serialisation"},
		{"a flattened JWS on several lines", "\n " + flattened, token.FormJWSJSON, "structure", token.CauseJSONForm, "JSON serialisation"},
		{"a general JWS", `{"payload":"` + p + `","signatures":[]}`, token.FormJWSJSON, "structure", token.CauseJSONForm, "JSON serialisation"},
		{"a JWE in JSON", `{"protected":"` + h + `","ciphertext":"AAAA"}`, token.FormJWEJSON, "structure", token.CauseEncrypted, "in JSON serialisation"},
		{"a payload without signatures", `{"payload":"` + p + `"}`, token.FormMalformed, "structure", token.CauseJSON, "not a token"},
		{"a signature of something else", `{"signature":"` + s + `"}`, token.FormMalformed, "structure", token.CauseJSON, "not a token"},
		{"other JSON", `{"access_token":"x"}`, token.FormMalformed, "structure", token.CauseJSON, "not a token"},
		{"broken JSON", `{"payload":`, token.FormMalformed, "structure", token.CauseJSON, "begins like JSON"},
		{"one byte too long", longest(1), token.FormMalformed, "structure", token.CauseTooLong, "longer than 262144 bytes"},

		{"padding in the header", h + "=." + p + "." + s, token.FormJWS, "encoding", token.CausePadding, "header segment is padding"},
		{"padding in the payload", h + "." + p + "==." + s, token.FormJWS, "encoding", token.CausePadding, "payload segment is padding"},
		{"padding in the signature", h + "." + p + "." + s + "=", token.FormJWS, "encoding", token.CausePadding, "byte 13 of the signature"},
		{"a newline at the end", h + "." + p + "." + s + "\n", token.FormJWS, "encoding", token.CauseWhitespace, "byte 13 of the signature segment is white space"},
		{"a carriage return inside", h + "." + p[:4] + "\r" + p[4:] + "." + s, token.FormJWS, "encoding", token.CauseWhitespace, "byte 5 of the payload"},
		{"a space in front", " " + h + "." + p + "." + s, token.FormJWS, "encoding", token.CauseWhitespace, "byte 1 of the header"},
		{"a tab before a dot", h + "\t." + p + "." + s, token.FormJWS, "encoding", token.CauseWhitespace, "of the header"},
		{"plain base64", h + "." + p + ".AA+A", token.FormJWS, "encoding", token.CauseStandardSet, "plain base64"},
		{"plain base64 behind every kind of base64url", h + "." + p + ".aZ09-_+A", token.FormJWS, "encoding", token.CauseStandardSet, "byte 7 of the signature"},
		{"plain base64 from the start", "eyI+IjoxfQ." + p + "." + s, token.FormJWS, "encoding", token.CauseStandardSet, "byte 4 of the header"},
		{"a control character", h + "." + p + ".AA\x1bA", token.FormJWS, "encoding", token.CauseCharacter, "0x1b"},
		{"a byte beyond ASCII", h + "." + p + ".AA\xffA", token.FormJWS, "encoding", token.CauseCharacter, "0xff"},
		{"a delete character", h + "." + p + ".AA\x7fA", token.FormJWS, "encoding", token.CauseCharacter, "0x7f"},
		{"a percent sign", h + "." + p + ".AA%3D", token.FormJWS, "encoding", token.CauseCharacter, `"%"`},
		{"spare bits that are set", h + "." + p + ".AB", token.FormJWS, "encoding", token.CauseTrailingBits, "middle of an octet"},
		{"an SD-JWT", h + "." + p + "." + s + "~WyJzYWx0Il0~", token.FormMalformed, "structure", token.CauseDisclosures, "an SD-JWT"},
		{"an SD-JWT with a proof", h + "." + p + "." + s + "~WyJzYWx0Il0~" + h + "." + p + "." + s, token.FormMalformed, "structure", token.CauseDisclosures, "an SD-JWT"},
		{"a length that cannot be", h + "." + p + ".AAAAA", token.FormJWS, "encoding", token.CauseTrailingBits, "which is not a base64url length"},

		{"a header cut short", encode(`{"alg":"RS256"`) + "." + p + "." + s, token.FormJWS, "header", token.CauseJSON, "unexpected EOF"},
		{"two values in the header", compact(header+"{}", claims), token.FormJWS, "header", token.CauseJSON, "unexpected data"},
		{"alg twice", compact(`{"alg":"RS256","alg":"none"}`, claims), token.FormJWS, "header", token.CauseJSON, "duplicate"},
		{"alg twice, escaped", compact(`{"alg":"RS256","\u0061lg":"none"}`, claims), token.FormJWS, "header", token.CauseJSON, "duplicate"},
		{"a duplicate deep in the header", compact(`{"alg":"RS256","x":{"a":1,"a":2}}`, claims), token.FormJWS, "header", token.CauseJSON, "duplicate"},
		{"a header that is not UTF-8", compact("{\"alg\":\"\xff\"}", claims), token.FormJWS, "header", token.CauseJSON, "UTF-8"},
		{"a kid that is a number", compact(`{"alg":"RS256","kid":1}`, claims), token.FormJWS, "header", token.CauseMemberType, `"kid" in the header is not a string but of type number`},
		{"a kid that is null", compact(`{"alg":"RS256","kid":null}`, claims), token.FormJWS, "header", token.CauseMemberType, "of type null"},
		{"a typ that is an array", compact(`{"alg":"RS256","typ":["JWT"]}`, claims), token.FormJWS, "header", token.CauseMemberType, `"typ"`},
		{"a cty that is an object", compact(`{"alg":"RS256","cty":{}}`, claims), token.FormJWS, "header", token.CauseMemberType, `"cty"`},

		{"an empty payload", h + ".." + s, token.FormJWS, "payload", token.CauseJSON, "no JSON value"},
		{"a payload that is an array", compact(header, `[]`), token.FormJWS, "payload", token.CauseJSON, "an array"},
		{"a payload that is null", compact(header, `null`), token.FormJWS, "payload", token.CauseJSON, "but null"},
		{"a payload that is text", compact(header, `hello`), token.FormJWS, "payload", token.CauseJSON, "invalid character"},
		{"sub twice", compact(header, `{"sub":"a","sub":"b"}`), token.FormJWS, "payload", token.CauseJSON, `"/sub"`},
		{"a duplicate deep in the claims", compact(header, `{"a":[{"b":1,"b":1}]}`), token.FormJWS, "payload", token.CauseJSON, "duplicate"},
		{"claims that are not UTF-8", compact(header, "{\"sub\":\"\xff\"}"), token.FormJWS, "payload", token.CauseJSON, "UTF-8"},
		{"half a surrogate pair", compact(header, `{"sub":"\ud800"}`), token.FormJWS, "payload", token.CauseJSON, "invalid"},
		{"claims nested 33 deep", compact(header, strings.Repeat(`{"a":`, 32)+"{}"+strings.Repeat("}", 32)), token.FormJWS, "payload", token.CauseJSON, "32 levels"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tok := token.Parse(c.text)
			fault := tok.FaultIn(c.area)
			if tok.Form() != c.form || fault == nil {
				t.Fatalf("form %s, %d faults; want %s with a fault of the %s", tok.Form(), len(tok.Faults()), c.form, c.area)
			}
			if fault.Cause != c.cause || !strings.Contains(fault.Text, c.says) {
				t.Errorf("cause %s: %s; want %s: %s", fault.Cause, fault.Text, c.cause, c.says)
			}
		})
	}
}

// Parse reports all faults at once, and keeps every part that it can read.
func TestParseKeepsEveryFault(t *testing.T) {
	tok := token.Parse(compact(`{"alg":"RS256","kid":1,"typ":2}`, `[]`) + "=")
	var areas []string
	for _, f := range tok.Faults() {
		areas = append(areas, f.Area)
	}
	slices.Sort(areas)
	want := []string{"encoding", "header", "header", "payload"}
	if !slices.Equal(areas, want) {
		t.Errorf("got %s, want %s", areas, want)
	}
	if tok.Algorithm() != "RS256" || string(tok.Payload()) != "[]" || string(tok.Signature()) != "signature" {
		t.Errorf("alg %q, payload %q, signature %q", tok.Algorithm(), tok.Payload(), tok.Signature())
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
		if tok := token.Parse(c.text); len(tok.Faults()) == 0 || tok.Header().String() != c.header {
			t.Errorf("%s: header %s, %d faults", name, tok.Header(), len(tok.Faults()))
		}
	}
}

// An error never leaves a text that a signature could be checked over, unless
// it is the text that was received.
func TestSigningInputIsWhatWasReceived(t *testing.T) {
	if tok := token.Parse(compact(header, claims) + ".x"); tok.SigningInput() != "" {
		t.Errorf("four segments have the signing input %q", tok.SigningInput())
	}
	text := encode(header) + "." + encode(claims) + "\n." + encode("s")
	if tok := token.Parse(text); len(tok.Faults()) == 0 || !strings.HasPrefix(text, tok.SigningInput()+".") {
		t.Errorf("signing input %q of %q", tok.SigningInput(), text)
	}
}

// A place in the text is named where there is one.
func TestReasonOfJSON(t *testing.T) {
	const about = "the claims set is not a JSON object: "
	for payload, want := range map[string]string{
		`[]`:                    "not a JSON object but an array",
		`{}{}`:                  "unexpected data after the JSON value at byte 2",
		`{"sub":"a","sub":"b"}`: `duplicate object member name in "/sub" at byte 11`,
	} {
		tok := token.Parse(compact(header, payload))
		if fault := tok.FaultIn("payload"); fault == nil || fault.Text != about+want {
			t.Errorf("%s: %+v, want %s", payload, fault, want)
		}
	}
}
