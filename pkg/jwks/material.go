package jwks

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/base64"
	"math"
	"math/big"
	"strings"
	"unicode"

	"filippo.io/edwards25519"
	"github.com/go-jose/go-jose/v4"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// Bounds of RSA keys, in bits. Below the first RFC 7518 section 3.3 forbids the
// key; above the second some libraries refuse it; above the third verifying
// would take too long.
const (
	minRSABits     = 2048
	unusualRSABits = 4096
	maxRSABits     = 16384
)

// octets decodes a base64url member, strictly: exactly one text per value.
func (k *Key) octets(v strictjson.Value, name string) []byte {
	member := v.Get(name)
	text, ok := member.Text()
	switch {
	case !member.Exists():
		k.faulty(faultInvalid, "%q is missing", name)
		return nil
	case !ok || text == "":
		k.faulty(faultInvalid, "%q is not a base64url string", name)
		return nil
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(text)
	switch {
	case err != nil || strings.ContainsAny(text, "\r\n"): // which DecodeString skips
		k.faulty(faultInvalid, "%q is not base64url: %s; the issuer has to fix this", name, whyNotBase64URL(text))
		return nil
	case isHex(data) && len(data) >= leastHex(name):
		k.faulty(faultInvalid, "%q is the base64url of a number in hexadecimal, not of its octets; the issuer has to fix this", name)
		return nil
	}
	return data
}

// leastHex returns how many digits make a number in hexadecimal. The octets of a
// coordinate may all look like digits, but those of the curves up to P-384 are
// fewer than 64, and those of P-521 begin with 0 or 1.
func leastHex(name string) int {
	if name == "x" || name == "y" {
		return 64
	}
	return len("10001")
}

// whyNotBase64URL says what a text has that base64url (RFC 7515 section 2) does
// not allow.
func whyNotBase64URL(text string) string {
	switch {
	case strings.ContainsFunc(text, unicode.IsSpace):
		return "it has white space in it"
	case strings.ContainsAny(text, "+/"):
		return "it is in standard base64, with + and / for - and _"
	case strings.HasSuffix(text, "="):
		return "it is padded with ="
	case strings.HasPrefix(text, "0x") || strings.Contains(text, ":"):
		return "it is a number in hexadecimal"
	default:
		return "it was damaged or cut off"
	}
}

// isHex reports whether octets are the digits of a number in hexadecimal.
func isHex(data []byte) bool {
	return strings.Trim(string(data), "0123456789abcdefABCDEF") == ""
}

// readRSA builds the key itself: go-jose refuses more than 4096 bits.
func (k *Key) readRSA(v strictjson.Value) {
	if k.readCertified(v, "n", "e") {
		return
	}
	n, e := k.octets(v, "n"), k.octets(v, "e")
	if n == nil || e == nil {
		return
	}
	if text, _ := v.Get("n").Text(); isHex([]byte(text)) && len(text) >= minRSABits/4 {
		k.faulty(faultInvalid, "\"n\" is a number in hexadecimal, not the base64url of its octets; the issuer has to fix this")
		return
	}
	if n[0] == 0 {
		k.warn("n has a leading zero octet (RFC 7518 section 6.3.1.1)")
	}
	modulus, exponent := new(big.Int).SetBytes(n), new(big.Int).SetBytes(e)
	if !exponent.IsInt64() || exponent.Int64() > math.MaxInt32 {
		k.Bits = modulus.BitLen()
		k.faulty(faultInvalid, "the public exponent is larger than 31 bits")
		return
	}
	k.checkRSA(&rsa.PublicKey{N: modulus, E: int(exponent.Int64())})
}

func (k *Key) checkRSA(key *rsa.PublicKey) {
	k.Bits = key.N.BitLen()
	switch {
	case k.Bits < minRSABits:
		k.faulty(faultWeak, "a %d-bit RSA key; at least %d bits are required", k.Bits, minRSABits)
	case k.Bits > maxRSABits:
		k.faulty(faultInvalid, "a %d-bit RSA key; more than %d bits are not supported", k.Bits, maxRSABits)
		return
	case k.Bits > unusualRSABits:
		k.warn("a %d-bit RSA key: many libraries refuse more than %d bits", k.Bits, unusualRSABits)
	}
	switch {
	case key.E < 3 || key.E%2 == 0:
		k.faulty(faultWeak, "the public exponent %d is not an odd number of at least 3", key.E)
	case key.N.Bit(0) == 0:
		k.faulty(faultInvalid, "the modulus is even")
	case hasROCAFingerprint(key.N):
		k.faulty(faultWeak, "the modulus has the ROCA fingerprint (CVE-2017-15361): its private key can be computed")
	}
	k.Public = key
}

// readPoint reads a public key on a curve. go-jose checks that the coordinates have
// full length and that the point is on the curve and not of low order.
func (k *Key) readPoint(v strictjson.Value, coordinates ...string) {
	if k.readCertified(v, coordinates...) {
		return
	}
	curve, ok := v.Get("crv").Text()
	if !ok {
		k.faulty(faultMalformed, "\"crv\" is missing or not a string")
	}
	k.Curve = curve
	k.Bits = map[string]int{"EC P-256": 256, "EC P-384": 384, "EC P-521": 521, "OKP Ed25519": 256}[k.Kind()]
	if k.Bits == 0 {
		k.faulty(faultUnsupported, "curve %q is not supported", k.Curve)
		return
	}
	members := []strictjson.Member{{Name: "kty", Value: strictjson.From(k.Type)}, {Name: "crv", Value: strictjson.From(curve)}}
	for _, name := range coordinates {
		k.octets(v, name)
		members = append(members, strictjson.Member{Name: name, Value: v.Get(name)})
	}
	var jwk jose.JSONWebKey
	if err := jwk.UnmarshalJSON([]byte(strictjson.From(members).String())); err != nil {
		k.faulty(faultInvalid, "%s", strings.TrimPrefix(err.Error(), "go-jose/go-jose: "))
		return
	}
	if key, ok := jwk.Key.(ed25519.PublicKey); ok && !onEdwardsCurve(key) {
		k.faulty(faultInvalid, "the point is not on the curve")
	}
	k.Public = jwk.Key
}

// onEdwardsCurve reports whether an Ed25519 key is the canonical encoding of a point
// (RFC 8032 section 5.1.3). Without this check, the first sign of a bad key would be
// an invalid signature, which seems to be the token's fault.
func onEdwardsCurve(key ed25519.PublicKey) bool {
	point, err := new(edwards25519.Point).SetBytes(key)
	return err == nil && bytes.Equal(point.Bytes(), key)
}
