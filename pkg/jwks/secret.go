package jwks

import (
	"bytes"
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
	text := string(data)
	if isKey(text) || isEncodedKey(text) || len(pemBlocks(text)) > 0 {
		return true
	}
	_, err := ParseText(data)
	return err == nil || parsesAsKey(data) || parsesAsKey(bytes.TrimRight(data, "\r\n"))
}

// parsesAsKey reports whether ParseKey can read data, or recognises what kind of key
// it is.
func parsesAsKey(data []byte) bool {
	_, err := ParseKey(data)
	switch format, ok := errors.AsType[*FormatError](err); {
	case !ok:
		return err == nil || errors.Is(err, errCertifiedKey)
	case format == errSharedSecret, format == errKeySet, format.Format == formatMetadata:
		return false
	default:
		return format.Format != "OpenPGP" // which is known by two octets: a secret may begin with them
	}
}

// isEncodedKey reports whether a text is a key in another encoding. The text is then
// longer than the key.
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

// isKey reports whether a text looks like a key, even one that cannot be read.
func isKey(text string) bool {
	text = strings.TrimSpace(strings.TrimPrefix(text, "\ufeff"))
	if strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[") {
		has := func(member string) bool { return strings.Contains(text, `"`+member+`"`) }
		return has("kty") || has("keys") || has("x5c") || has("n") && has("e") || has("crv") && has("x")
	}
	_, isSSH := sshBlob(text)
	return isSSH || strings.Contains(text, "-----BEGIN ") || strings.Contains(text, "---- BEGIN ")
}
