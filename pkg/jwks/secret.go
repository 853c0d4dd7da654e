package jwks

import (
	"crypto/x509"
	"strings"
)

// LooksLikeKey reports whether octets are a key or a certificate and so no shared
// secret: whoever has the public key could sign with it (RFC 8725 section 2.1).
// Recognised are PEM, a JWK and a JWK Set, DER and OpenSSH, and the base64 of one
// of these.
func LooksLikeKey(data []byte) bool {
	if isKey(data) {
		return true
	}
	inner, ok := decodeBase64(string(data))
	return ok && isKey(inner)
}

func isKey(data []byte) bool {
	if isDER(data) {
		_, err := parseSPKI(data)
		if err != nil {
			_, err = x509.ParseCertificate(data)
		}
		return err == nil || isPrivateDER(data)
	}
	text := strings.TrimSpace(strings.TrimPrefix(string(data), "\ufeff"))
	if text == "" {
		return false
	}
	if text[0] == '{' || text[0] == '[' {
		return strings.Contains(text, `"kty"`) || strings.Contains(text, `"keys"`)
	}
	_, isSSH := sshBlob(text)
	return isSSH || strings.Contains(text, "-----BEGIN ") || strings.Contains(text, "---- BEGIN ")
}
