package jwks_test

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"testing"
)

// x5c, x5t and x5t#S256 (RFC 7517 sections 4.7 to 4.9) are compared with the
// key and never trusted.
func TestCertificates(t *testing.T) {
	der := certificate(t, "rsa")
	short, long := sha1.Sum(der), sha256.Sum256(der)
	x5c := `["` + base64.StdEncoding.EncodeToString(der) + `"]`
	other := `["` + base64.StdEncoding.EncodeToString(certificate(t, "rsa2")) + `"]`
	for _, c := range []struct {
		name, key string
		mismatch  bool
		warnings  []string
	}{
		{"of this key", public(t, "rsa", "x5c", x5c), false, nil},
		{"with its thumbprints", public(t, "rsa", "x5c", x5c, "x5t", quoted(short[:]), "x5t#S256", quoted(long[:])), false, nil},
		{"of another key", public(t, "rsa", "x5c", other), true, nil},
		{"with a wrong x5t", public(t, "rsa", "x5c", x5c, "x5t", quoted(long[:20])), false, []string{"x5t does not match the certificate in x5c"}},
		{"with a wrong x5t#S256", public(t, "rsa", "x5c", x5c, "x5t#S256", quoted(make([]byte, 32))), false, []string{"x5t#S256 does not match the certificate in x5c"}},
		{"of a damaged key", public(t, "rsa", "x5c", damagedPSS(t)), true, nil},
		{"of an RSA key, at an EC key", public(t, "ec256", "x5c", x5c), true, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := parseSet(t, c.key).Keys[0]
			if k.Fault != nil || k.Certificate == nil || k.CertificateMismatch != c.mismatch || !slices.Equal(k.Warnings, c.warnings) {
				t.Errorf("fault %v, mismatch %t, warnings %q", k.Fault, k.CertificateMismatch, k.Warnings)
			}
		})
	}
}

// damagedPSS is an x5c whose certificate names RSASSA-PSS (RFC 4055 section 1.2) and
// holds no RSA key.
func damagedPSS(t *testing.T) string {
	t.Helper()
	rsaEncryption := unhex(t, "2a864886f70d01010105000382010f0030")
	pss := unhex(t, "2a864886f70d01010a05000382010f0031")
	der := bytes.Replace(certificate(t, "rsa"), rsaEncryption, pss, 1)
	if !bytes.Contains(der, pss) {
		t.Fatal("the certificate has another form")
	}
	return `["` + base64.StdEncoding.EncodeToString(der) + `"]`
}
