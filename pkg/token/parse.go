package token

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// Parse parses text. The Token has what could be read, and Faults for the rest: none
// for a well-formed JWT. The text is used as it is: no white space is removed.
func Parse(text string) *Token {
	t := &Token{form: FormMalformed} // until it turns out to be something
	t.parse(text)
	return t
}

func (t *Token) parse(text string) {
	if len(text) > MaxLength {
		t.fault(areaStructure, causeTooLong, fmt.Sprintf("longer than %d bytes", MaxLength))
		return
	}
	if strings.HasPrefix(strings.TrimLeft(text, whiteSpace), "{") && !placeholders().MatchString(text) {
		t.parseJSONForm(text)
		return
	}
	var parts [maxSegments]string
	segments := split(&parts, text)
	likeHeader := looksLikeHeader(segments[0])
	switch {
	case likeHeader && strings.Contains(text, "~") && !isEncryptedHeader(segments[0]):
		t.parseDisclosures(text)
	case len(segments) == 3 && likeHeader && isSignedValue(segments) && t.nameForeign(text, FormMalformed):
	case len(segments) == 3 && likeHeader:
		t.parseCompact(text, segments)
	case len(segments) == 5 && isEncryptedHeader(segments[0]):
		t.parseEncrypted(segments[0])
	case len(segments) == 3 && segments[0] == "":
		t.fault(areaStructure, causeEmptyHeader, "the header segment is empty")
	case likeHeader && strings.Contains(text, ":") && t.nameForeign(text, FormOpaque):
	case likeHeader:
		t.header, _ = readHeader(segments[0])
		if len(segments) == 2 && strings.EqualFold(t.Algorithm(), "none") {
			t.fault(areaStructure, causeUnsigned, "an unsigned token, without its final dot: "+countSegments(segments))
			break
		}
		t.fault(areaStructure, causeSegments, "not a compact JWS: "+countSegments(segments))
	case t.nameForeign(text, FormOpaque):
	case !mayBeOpaque(text):
		t.fault(areaStructure, causeNoToken, "not a token: it is too short, or has characters that no token has")
	default:
		t.form = FormOpaque
		t.fault(areaStructure, causeOpaque, "not a JWT: its first segment is not a JOSE header")
	}
}

// maxSegments is how many segments are counted, the last of them with all the rest:
// a text of nothing but dots costs nothing.
const maxSegments = 7

func split(parts *[maxSegments]string, text string) []string {
	for n := range maxSegments - 1 {
		segment, rest, more := strings.Cut(text, ".")
		parts[n], text = segment, rest
		if !more {
			return parts[:n+1]
		}
	}
	parts[maxSegments-1] = text
	return parts[:]
}

// mayBeOpaque reports whether a text could be a bearer token of any kind: RFC
// 6750 section 2.1 says which characters those have, and a handful of them is a
// word and no token.
func mayBeOpaque(text string) bool {
	const (
		shortest = 10
		allowed  = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/="
	)
	strange := func(r rune) bool { return !strings.ContainsRune(allowed, r) }
	return len(text) >= shortest && !strings.ContainsFunc(text, strange)
}

// isEncryptedHeader distinguishes a JWE from five segments of anything else: its header
// says how the content is encrypted (RFC 7516 section 4.1.2).
func isEncryptedHeader(segment string) bool {
	header, err := readHeader(segment)
	return err == nil && header.Get("enc").Exists()
}

func countSegments(segments []string) string {
	switch n := len(segments); n {
	case 1:
		return "1 segment instead of 3"
	case maxSegments:
		return "more than 6 segments instead of 3"
	default:
		return fmt.Sprintf("%d segments instead of 3", n)
	}
}

// whiteSpace is what JSON allows between its tokens (RFC 8259 section 2).
const whiteSpace = " \t\r\n"

// looksLikeHeader reports whether a segment was meant to be a JSON object in
// base64: it begins with an opening brace, perhaps after white space, which
// JSON allows inside and careless copying adds outside.
func looksLikeHeader(segment string) bool {
	segment = strings.TrimLeft(segment, whiteSpace)
	for {
		group := segment[:min(len(segment), 4)] // of characters, for three octets
		urlSafe := strings.ReplaceAll(strings.ReplaceAll(group, "+", "-"), "/", "_")
		var octets [3]byte
		n, _ := base64.RawURLEncoding.Decode(octets[:], []byte(urlSafe))
		decoded := octets[:n]
		if text := bytes.TrimLeft(decoded, whiteSpace); len(text) > 0 {
			return text[0] == '{'
		}
		if len(decoded) == 0 {
			return false
		}
		segment = segment[len(group):]
	}
}

func (t *Token) parseCompact(text string, segments []string) {
	t.form = formJWS
	t.signingInput = text[:len(segments[0])+1+len(segments[1])]
	header, headerOK := t.decode("header", segments[0])
	t.payload, _ = t.decode("payload", segments[1])
	t.signature, _ = t.decode("signature", segments[2])
	if headerOK {
		t.readHeader(header)
	}
	if t.payload != nil {
		claims, err := strictjson.ParseObject(t.payload)
		t.claims = claims
		if err != nil {
			t.fault(areaPayload, causeJSON, "the claims set is not a JSON object: "+reason(err))
		}
	}
	if t.header.Exists() && t.claims.Exists() && len(t.faults) == 0 {
		t.form = FormJWT
	}
}

// parseDisclosures parses the JWT before the first "~" of an SD-JWT (RFC 9901
// section 4). The JWT is shown, but the text as a whole is not a JWT.
func (t *Token) parseDisclosures(text string) {
	jwt, _, _ := strings.Cut(text, "~")
	var parts [maxSegments]string
	if segments := split(&parts, jwt); len(segments) == 3 {
		t.parseCompact(text, segments)
	}
	t.form = FormMalformed
	t.fault(areaStructure, causeDisclosures, "an SD-JWT: after the first \"~\" are disclosures, which a JWT does not have")
}

func (t *Token) parseEncrypted(segment string) {
	t.form = FormJWE
	t.fault(areaStructure, causeEncrypted, "an encrypted token (JWE): only its audience can read it")
	if header, ok := t.decode("header", segment); ok {
		t.readHeader(header)
	}
}

// parseJSONForm looks at a text that begins with a brace. Such a text is never
// a JWT (RFC 7519 section 1): the compact form is the only one.
func (t *Token) parseJSONForm(text string) {
	value, err := strictjson.ParseObject([]byte(text))
	has := func(name string) bool { return value.Get(name).Exists() }
	protected, _ := value.Get("protected").Text()
	switch {
	case err != nil:
		t.fault(areaStructure, causeJSON, "begins like JSON, but is not: "+reason(err))
	case has("ciphertext"):
		t.form = formJWEJSON
		t.fault(areaStructure, causeEncrypted, "an encrypted token (JWE), in JSON serialisation")
	case has("payload") && (has("signatures") || has("signature")):
		t.form = formJWSJSON
		t.fault(areaStructure, causeJSONForm, "a JWS in JSON serialisation: a JWT is compact")
	default:
		t.fault(areaStructure, causeJSON, "a JSON object that is not a token")
	}
	t.header, _ = readHeader(protected)
}

func readHeader(segment string) (strictjson.Value, error) {
	data, err := strictBase64.DecodeString(segment)
	if err != nil {
		return strictjson.Value{}, err
	}
	return strictjson.ParseObject(data)
}

// readHeader checks what every JOSE header has to fulfil (RFC 7515 sections 4,
// 4.1.4, 4.1.9 and 4.1.10).
func (t *Token) readHeader(data []byte) {
	header, err := strictjson.ParseObject(data)
	if err != nil {
		t.fault(areaHeader, causeJSON, "the header is not a JSON object: "+reason(err))
		return
	}
	t.header = header
	for _, name := range []string{"kid", "typ", "cty"} {
		if v := header.Get(name); v.Exists() && v.Type() != strictjson.TypeString {
			t.fault(areaHeader, causeMemberType, fmt.Sprintf("%q in the header is not a string but of type %s", name, v.Type()))
		}
	}
}

// decode is strict base64url: its alphabet, no padding, no white space, no
// spare bits, so that exactly one text stands for each value. What is readable all
// the same is returned together with its fault.
func (t *Token) decode(segment string, text string) ([]byte, bool) {
	data, err := strictBase64.DecodeString(text)
	if err == nil && !strings.ContainsAny(text, "\r\n") { // which the decoder skips
		return data, true
	}
	return t.explainEncoding(segment, text)
}

var strictBase64 = base64.RawURLEncoding.Strict()

// explainEncoding says why a segment is not strict base64url.
func (t *Token) explainEncoding(segment string, text string) ([]byte, bool) {
	at := strings.IndexFunc(text, func(r rune) bool { return !isBase64URL(r) })
	if at < 0 {
		what := fmt.Sprintf("its %s segment ends in the middle of an octet, at byte %d (spare bits are set)", segment, len(text))
		if len(text)%4 == 1 {
			what = fmt.Sprintf("its %s segment has %d bytes, which is not a base64url length", segment, len(text))
		}
		t.fault(areaEncoding, causeTrailingBits, "the token was cut off or changed: "+what)
		return nil, false
	}
	cause, word := nameCharacter(text[at])
	t.fault(areaEncoding, cause, fmt.Sprintf("byte %d of the %s segment is %s: not base64url", at+1, segment, word))
	if padding := text[at:]; padding == "=" || padding == "==" { // what it holds can be shown all the same
		if data, err := strictBase64.DecodeString(text[:at]); err == nil {
			return data, true
		}
	}
	return nil, false
}

func isBase64URL(c rune) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_'
}

func nameCharacter(c byte) (cause, word string) {
	switch {
	case c == '=':
		return causePadding, `padding ("=")`
	case c == ' ' || c == '\t' || c == '\r' || c == '\n':
		return causeWhitespace, "white space"
	case c == '+' || c == '/':
		return causeStandardSet, fmt.Sprintf("%q, which belongs to plain base64", string(c))
	case c < 0x20 || c >= 0x7f:
		return causeCharacter, fmt.Sprintf("0x%02x", c)
	default:
		return causeCharacter, fmt.Sprintf("%q", string(c))
	}
}

func reason(err error) string {
	if syntax, ok := errors.AsType[*strictjson.SyntaxError](err); ok && syntax.Offset == 0 { // of the value as a whole
		return syntax.Reason
	}
	return err.Error()
}
