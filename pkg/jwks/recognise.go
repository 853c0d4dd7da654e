package jwks

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"regexp"
	"strings"
)

// LooksLikeKey tells whether octets are a key or a certificate in a form of its
// own, or hold one: PEM, DER, a JWK, OpenSSH, PuTTY, XML; as they are, or in base64
// or hex, in UTF-8 or UTF-16, with quotes or words around. Such a text is no shared
// secret: whoever has the public key could sign with it (RFC 8725 section 2.1).
func LooksLikeKey(data []byte) bool { return holdsKey(data, 2) }

// keyMarks is what stands in a text that holds a key, whatever is around it.
var keyMarks = regexp.MustCompile(
	`---- ?BEGIN|-----BEGIN(%20|\+)` + // PEM, RFC 4716; perhaps in a URL
		`|\bkty\\?["']?\s*:|\\?"keys\\?"\s*:` + // a JWK, also in YAML
		`|AAAAB3NzaC1|AAAAC3NzaC1lZ|AAAAE2VjZHNhLXNoYTIt|AAAAGnNrLXNza|AAAAInNrLWVjZHNh` + // the body of an OpenSSH key
		`|PuTTY-User-Key-File|<RSAKeyValue>|<Modulus>`)

// encodedRun is a run of base64 or hex that is long enough for a key.
var encodedRun = regexp.MustCompile(`[A-Za-z0-9+/_-]{40,}`)

// holdsKey looks below as many encodings as depth.
func holdsKey(data []byte, depth int) bool {
	if isDER(data) {
		return true
	}
	text := bytes.ReplaceAll(data, []byte{0}, nil) // of UTF-16
	if keyMarks.Match(text) || isDER(bytes.TrimSpace(text)) {
		return true
	}
	if depth == 0 {
		return false
	}
	// Line breaks wrap base64, and colons separate octets of hex.
	joined := strings.NewReplacer("\r", "", "\n", "", " ", "", "\t", "").Replace(string(text))
	for _, candidate := range append(encodedRun.FindAllString(joined, maxRuns), strings.ReplaceAll(joined, ":", "")) {
		if inner, err := hex.DecodeString(candidate); err == nil && holdsKey(inner, depth-1) {
			return true
		}
		standard := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(candidate, "="))
		if inner, err := base64.RawStdEncoding.DecodeString(standard); err == nil && holdsKey(inner, depth-1) {
			return true
		}
	}
	return false
}

// maxRuns bounds how much of a text is decoded.
const maxRuns = 16

func isDER(data []byte) bool {
	const sequence = 0x30
	if len(data) == 0 || data[0] != sequence {
		return false
	}
	for _, parse := range []func([]byte) error{
		func(der []byte) error { _, err := x509.ParsePKIXPublicKey(der); return err },
		func(der []byte) error { _, err := x509.ParsePKCS1PublicKey(der); return err },
		func(der []byte) error { _, err := x509.ParseCertificate(der); return err },
		func(der []byte) error { _, err := x509.ParsePKCS8PrivateKey(der); return err },
		func(der []byte) error { _, err := x509.ParsePKCS1PrivateKey(der); return err },
		func(der []byte) error { _, err := x509.ParseECPrivateKey(der); return err },
	} {
		if parse(data) == nil {
			return true
		}
	}
	return false
}
