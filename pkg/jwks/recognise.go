package jwks

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"unicode"
)

// LooksLikeKey tells whether octets are a key or a certificate in a form of its
// own: PEM, DER, a JWK, a set of them, or a key of OpenSSH; as they are, or in
// base64 or hex. Such a text is no shared secret: whoever has the public key could
// sign with it (RFC 8725 section 2.1).
func LooksLikeKey(data []byte) bool {
	if isKey(data) {
		return true
	}
	text := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, string(data))
	standard := strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(text), "=")
	if inner, err := base64.RawStdEncoding.DecodeString(standard); err == nil && isKey(inner) {
		return true
	}
	inner, err := hex.DecodeString(text)
	return err == nil && isKey(inner)
}

func isKey(data []byte) bool {
	text := bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\ufeff")))
	for _, start := range []string{"ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"} {
		if bytes.HasPrefix(text, []byte(start)) {
			return true
		}
	}
	switch {
	case bytes.Contains(text, []byte("---- BEGIN ")), bytes.Contains(text, []byte("-----BEGIN ")):
		return true
	case bytes.HasPrefix(text, []byte("{")), bytes.HasPrefix(text, []byte("[")):
		return bytes.Contains(text, []byte(`"kty"`)) || bytes.Contains(text, []byte(`"keys"`))
	default:
		return isDER(data) || isDER(text)
	}
}

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
