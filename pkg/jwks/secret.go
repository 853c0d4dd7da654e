package jwks

import (
	"bytes"
	"crypto/x509"
	"errors"
	"strings"
)

// LooksLikeKey reports whether octets are a key or a certificate and so no shared
// secret: whoever has the public key could sign with it (RFC 8725 section 2.1).
// Recognised are PEM, a JWK and a JWK Set, DER and OpenSSH, the base64 of one of
// these, and whatever else ParseKey and ParseText read.
func LooksLikeKey(data []byte) bool {
	inner, isBase64 := decodeBase64(string(data))
	switch {
	case isKey(data), isKey(bytes.TrimRight(data, "\r\n")), isBase64 && LooksLikeKey(inner):
		return true
	case len(pemBlocks(string(data))) > 0:
		return true
	}
	if _, err := ParseText(data); err == nil {
		return true
	}
	_, err := ParseKey(data)
	var format *FormatError
	switch {
	case !errors.As(err, &format):
		return err == nil
	case format == errSharedSecret, format == errKeySet, format.Format == formatMetadata:
		return false
	default:
		return format.Format != "OpenPGP" // which is known by two octets: a secret may begin with them
	}
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
