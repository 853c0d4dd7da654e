// Package token parses a JSON Web Token without verifying anything.
//
// Parse accepts the compact serialisation only (RFC 7515 section 7.1), with
// strict base64url, and keeps every fault it finds, so that a caller can show
// what is readable and say exactly what is not. What a Token says is
// unverified; package verify decides whether it can be trusted.
package token

import "github.com/claimcheck/claimcheck/pkg/strictjson"

// MaxLength is the length in bytes of the longest text that Parse looks at.
const MaxLength = 256 << 10

// Form is the form of a text: one of the constants, "jws" for a compact JWS that is
// not a valid JWT, or "jws_json" or "jwe_json" for the JSON serialisations (RFC 7515
// section 7.2, RFC 7516 section 7.2).
type Form string

// The forms that programs need to distinguish.
const (
	FormJWT       Form = "jwt"       // compact JWS whose header and payload are JSON objects (RFC 7519)
	FormJWE       Form = "jwe"       // compact JWE, five segments (RFC 7516 section 7.1)
	FormOpaque    Form = "opaque"    // a reference token: no structure to look at
	FormMalformed Form = "malformed" // nothing of the above
)

const (
	formJWS     Form = "jws"
	formJWSJSON Form = "jws_json"
	formJWEJSON Form = "jwe_json"
)

// The causes of faults.
const (
	causeOpaque       = "opaque"
	causeNoToken      = "no_token"      // not even an opaque one
	causePlaceholder  = "placeholder"   // a variable that was not filled in
	causeForeign      = "foreign_token" // text of another recognised form
	causeEncrypted    = "encrypted"
	causeJSONForm     = "json_serialisation"
	causeSegments     = "segment_count"
	causeUnsigned     = "unsigned"    // alg is none, and the last dot is missing
	causeDisclosures  = "disclosures" // of an SD-JWT
	causeEmptyHeader  = "empty_header"
	causeTooLong      = "too_long"
	causePadding      = "padding"
	causeWhitespace   = "white_space"
	causeStandardSet  = "standard_base64"
	causeCharacter    = "character"
	causeTrailingBits = "trailing_bits"
	causeJSON         = "json"
	causeMemberType   = "member_type"
)

// The areas of faults, in the order in which they are checked.
const (
	areaStructure = "structure" // segments: RFC 7515 section 7.1, RFC 7519 section 1
	areaEncoding  = "encoding"  // base64url: RFC 7515 section 2, RFC 4648 section 3.5
	areaHeader    = "header"    // JOSE header: RFC 7515 section 4
	areaPayload   = "payload"   // claims set: RFC 7519 sections 4 and 7.2
)

// A Fault is one reason why a text is not a well-formed JWT.
type Fault struct {
	// Area is what the broken rule is about: "structure" (the segments), "encoding"
	// (base64url), "header" or "payload".
	Area string
	// Cause names the reason: opaque, no_token, placeholder, foreign_token, encrypted,
	// json_serialisation, segment_count, unsigned, disclosures, empty_header, too_long,
	// padding, white_space, standard_base64, character, trailing_bits, json, member_type.
	Cause string
	// Text is the reason in words. It may quote the token's characters: escape
	// it before it reaches a terminal.
	Text string
	// Note says, for causePlaceholder and causeForeign, what to do or who can check
	// such a text; else it is empty.
	Note string
}

// A Token is a parsed text. Its zero value is not usable; Parse makes it.
type Token struct {
	form         Form
	header       strictjson.Value
	claims       strictjson.Value
	payload      []byte
	signature    []byte
	signingInput string
	faults       []*Fault
}

// Form returns what the text turned out to be.
func (t *Token) Form() Form { return t.form }

// Faults returns everything that keeps the text from being a well-formed JWT.
func (t *Token) Faults() []*Fault { return t.faults }

// FaultIn returns the first fault of an area, or nil.
func (t *Token) FaultIn(area string) *Fault {
	for _, f := range t.faults {
		if f.Area == area {
			return f
		}
	}
	return nil
}

// Header returns the JOSE header, or the absent value where it is not a JSON
// object. It is unverified.
func (t *Token) Header() strictjson.Value { return t.header }

// Algorithm returns the header's alg, or an empty string where it is missing or
// not a string (RFC 7515 section 4.1.1).
func (t *Token) Algorithm() string {
	alg, _ := t.header.Get("alg").Text()
	return alg
}

// KeyID returns the header's kid and whether there is one (RFC 7515 section
// 4.1.4). An empty kid counts.
func (t *Token) KeyID() (string, bool) { return t.header.Get("kid").Text() }

// UnverifiedClaims returns the claims set, or the absent value where the
// payload is not a JSON object. Nobody has checked who wrote it.
func (t *Token) UnverifiedClaims() strictjson.Value { return t.claims }

// Payload returns the decoded payload, nil where it cannot be decoded.
func (t *Token) Payload() []byte { return t.payload }

// Signature returns the decoded signature, nil where it cannot be decoded.
func (t *Token) Signature() []byte { return t.signature }

// SigningInput returns the part of the text that the signature covers, exactly
// as received (RFC 7515 section 5.2, step 8). It is empty where the text is not
// a compact JWS.
func (t *Token) SigningInput() string { return t.signingInput }

func (t *Token) fault(area, cause, text string) *Fault {
	f := &Fault{Area: area, Cause: cause, Text: text}
	t.faults = append(t.faults, f)
	return f
}
