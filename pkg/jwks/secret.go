package jwks

import (
	"bytes"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"net/url"
	"strings"
)

// LooksLikeKey reports whether octets are a key or a certificate and so not a shared
// secret: anyone who has the public key could sign with it (RFC 8725 section 2.1).
// Recognised are PEM, a JWK and a JWK Set, DER and OpenSSH, one of these in base64,
// in hexadecimal or escaped for a URL, and whatever else ParseKey and ParseText read.
func LooksLikeKey(data []byte) bool {
	switch {
	case isKey(data), isKey(bytes.TrimRight(data, "\r\n")), isEncodedKey(string(data)):
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

// isEncodedKey reports whether a text is a key in another encoding, which is longer
// than what it stands for.
func isEncodedKey(text string) bool {
	if inner, ok := decodeBase64(text); ok && LooksLikeKey(inner) {
		return true
	}
	digits := strings.NewReplacer("\ufeff", "", ":", "", " ", "", "\t", "", "\r", "", "\n", "").Replace(text)
	if inner, err := hex.DecodeString(strings.TrimPrefix(digits, "0x")); err == nil && len(inner) > 0 && LooksLikeKey(inner) {
		return true
	}
	inner, err := url.QueryUnescape(text)
	return err == nil && len(inner) < len(text) && LooksLikeKey([]byte(inner))
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
		has := func(member string) bool { return strings.Contains(text, `"`+member+`"`) }
		return has("kty") || has("keys") || has("x5c") || has("n") && has("e") || has("crv") && has("x")
	}
	_, isSSH := sshBlob(text)
	return isSSH || strings.Contains(text, "-----BEGIN ") || strings.Contains(text, "---- BEGIN ")
}
