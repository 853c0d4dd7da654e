package jwks_test

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/claimcheck/claimcheck/pkg/jwks"
)

// inUTF16 is text as Windows PowerShell writes it to a file.
func inUTF16(text string) string {
	var b strings.Builder
	b.WriteString("\xff\xfe")
	for _, unit := range utf16.Encode([]rune(text)) {
		b.WriteByte(byte(unit))
		b.WriteByte(byte(unit >> 8))
	}
	return b.String()
}

// RS/HS confusion (RFC 8725 section 2.1): whoever has the public key could sign if
// its text were the secret, in whatever form that text is.
func TestAttackPublicKeyAsSecret(t *testing.T) {
	forms := map[string]string{}
	for _, name := range []string{"rsa", "ec256", "ed25519"} {
		block, _ := pem.Decode([]byte(spki(t, name)))
		private, err := x509.MarshalPKCS8PrivateKey(privateKey(t, name).Key)
		if err != nil {
			t.Fatal(err)
		}
		forms[name+" in PEM"] = spki(t, name)
		forms[name+" in DER"] = string(block.Bytes)
		forms[name+" in PKCS #8"] = string(private)
		forms[name+" as a JWK"] = public(t, name)
		forms[name+" as a set"] = string(keySet(public(t, name)))
		forms[name+" as an array"] = "[" + public(t, name) + "]"
	}
	forms["a certificate in DER"] = string(certificate(t, "rsa"))
	forms["a JWK with a member twice"] = `{"kty":"RSA","kty":"RSA"}`
	forms["OpenSSH"] = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA"
	forms["OpenSSH, its body"] = "AAAAB3NzaC1yc2EAAAADAQABAAABAQ"
	forms["authorized_keys"] = "restrict ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ me@host"
	forms["known_hosts"] = "host.example ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY"
	forms["PuTTY"] = "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\n"
	forms["XML"] = "<RSAKeyValue><Modulus>AQAB</Modulus></RSAKeyValue>"
	forms["a JWK in YAML"] = "kty: RSA\nn: AQAB\ne: AQAB\n"
	forms["a comment before a JWK"] = "# our key\n" + public(t, "rsa")
	forms["PEM in a URL"] = "-----BEGIN%20PUBLIC%20KEY-----%0AMIIB"
	block, _ := pem.Decode([]byte(spki(t, "rsa")))
	body := base64.StdEncoding.EncodeToString(block.Bytes)
	forms["base64 in JSON"] = `"` + body + `"`
	forms["x5c"] = `["` + base64.StdEncoding.EncodeToString(certificate(t, "rsa")) + `"]`
	forms["an assignment"] = "export KEY=" + body + "\n"
	forms["a JWK in a string"] = strconv.Quote(public(t, "rsa"))
	forms["RFC 4716"] = "---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----\n"
	wrap := func(text string) string {
		var lines []string
		for len(text) > 64 {
			lines, text = append(lines, text[:64]), text[64:]
		}
		return strings.Join(append(lines, text), "\r\n") + "\n"
	}
	for name, text := range forms {
		for how, secret := range map[string]string{
			"as it is": text, "with a BOM": "\ufeff" + text, "with blanks": " " + text + "\n",
			"in base64": base64.StdEncoding.EncodeToString([]byte(text)), "in base64url": base64.RawURLEncoding.EncodeToString([]byte(text)),
			"in hex": hex.EncodeToString([]byte(text)), "in UTF-16": inUTF16(text), "wrapped": wrap(base64.StdEncoding.EncodeToString([]byte(text))),
		} {
			octets := strings.HasSuffix(name, "DER") || strings.HasSuffix(name, "#8")
			if octets && (how == "with a BOM" || how == "with blanks" || how == "in UTF-16") {
				continue // which nothing adds to octets
			}
			if !jwks.LooksLikeKey([]byte(secret)) {
				t.Errorf("%s %s is taken for a secret", name, how)
			}
		}
	}
	for _, secret := range []string{
		"", "secret", "correct horse battery staple correct horse", strings.Repeat("0", 64), strings.Repeat("0", 200),
		"c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0", "30820122300d06092a864886f70d01010105000382010f00", "{not a key}", "[1,2]", "\x30\x82", "ssh", "ssh-tunnel-shared-secret-4711-0815-abcdef", "turkty:x", "the keys: none",
		strings.Repeat("MIIB", 40), strings.Repeat("abcdefghijklmnopqrstuvwxyz0123456789", 30_000),
	} {
		if jwks.LooksLikeKey([]byte(secret)) {
			t.Errorf("%q is taken for a key", secret)
		}
	}
}
