package jwks_test

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/jwks"
)

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
	text := spki(t, "rsa")
	body := base64.StdEncoding.EncodeToString(certificate(t, "rsa"))
	forms["PEM without dashes"] = strings.ReplaceAll(text, "-----", "")
	forms["PEM with other dashes"] = strings.ReplaceAll(text, "-----", "—")
	forms["a realm of Keycloak"] = `{"realm":"demo","public_key":"` + body + `"}`
	forms["a map of certificates"] = `{"k1":"-----BEGIN CERTIFICATE-----\n` + body + `\n-----END CERTIFICATE-----"}`
	forms["an array of certificates"] = `["` + body + `"]`
	forms["a set in YAML"] = "jwks: |\n  " + string(keySet(public(t, "rsa")))
	forms["base64 twice"] = base64.StdEncoding.EncodeToString([]byte(body))
	forms["XML"] = "<RSAKeyValue><Modulus>" + body + "</Modulus><Exponent>AQAB</Exponent></RSAKeyValue>"
	forms["a certificate in DER"] = string(certificate(t, "rsa"))
	unread, err := base64.StdEncoding.DecodeString(strings.Trim(damagedPSS(t), `[]"`))
	if err != nil {
		t.Fatal(err)
	}
	forms["a certificate whose key is not read, in DER"] = string(unread)
	forms["a JWK with a member twice"] = `{"kty":"RSA","kty":"RSA","n":"AQABAQABAQAB","e":"AQAB"}`
	forms["PEM of some other kind"] = "-----BEGIN MESSAGE-----\nAAAAAAAAAAAA\n-----END MESSAGE-----\n"
	forms["OpenSSH"] = sshLine(t, "rsa")
	forms["OpenSSH, cut off"] = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB somebody@host.example"
	forms["OpenSSH, its body"] = strings.Fields(sshLine(t, "ed25519"))[1]
	forms["authorized_keys"] = "restrict " + sshLine(t, "ec256") + " me@host"
	for _, name := range []string{"rsa", "ec256", "ed25519"} {
		forms["a JWK without kty of "+name] = strings.ReplaceAll(public(t, name), `"kty"`, `"k"`)
	}
	forms["a JWK of a certificate alone"] = `{"x5c":["` + body + `"]}`
	forms["a JWK of a secret"] = `{"kty":"oct","k":"` + strings.Repeat("c2VjcmV0", 10) + `"}`
	forms["a set of what is no key"] = `{"keys":["` + strings.Repeat("c2VjcmV0", 10) + `"]}`
	forms["hexadecimal"] = hex.EncodeToString(certificate(t, "rsa"))
	forms["hexadecimal with colons"] = strings.TrimSuffix(strings.ToUpper(regexp.MustCompile("..").ReplaceAllString(forms["hexadecimal"], "$0:")), ":")
	forms["hexadecimal of PEM"] = "0x" + hex.EncodeToString([]byte(text))
	forms["PEM in a query"] = url.QueryEscape(text)
	forms["PEM in a path"] = url.PathEscape(text)
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
			"as it is": text, "with a BOM": "\ufeff" + text, "with blanks": " " + text + "\n", "with a line break": text + "\r\n",
			"in base64": base64.StdEncoding.EncodeToString([]byte(text)), "in base64url": base64.RawURLEncoding.EncodeToString([]byte(text)),
			"wrapped": wrap(base64.StdEncoding.EncodeToString([]byte(text))),
		} {
			octets := strings.HasSuffix(name, "DER") || strings.HasSuffix(name, "#8")
			if octets && (how == "with a BOM" || how == "with blanks") {
				continue // which nothing adds to octets
			}
			if !jwks.LooksLikeKey([]byte(secret)) {
				t.Errorf("%s %s is taken for a secret", name, how)
			}
		}
	}
	for _, secret := range []string{
		"", "secret", "correct horse battery staple correct horse", strings.Repeat("0", 64), strings.Repeat("0", 200),
		"c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0", "30820122300d06092a864886f70d01010105000382010f00", "{not a key}", "[1,2]", `{"n":"a"}`, `{"e":"a"}`, `{"crv":"a"}`, `{"x":"a"}`, "100%20of a secret", "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef", "\x30\x82", "ssh", "ssh-tunnel-shared-secret-4711-0815-abcdef", "turkty:x", "the keys: none", `of the "kty" and the "keys" nobody knows`, strings.Repeat("AAAA", 20),
		strings.Repeat("MIIB", 40), "\x99\x01 is how OpenPGP begins, and one secret of 32768", strings.Repeat("abcdefghijklmnopqrstuvwxyz0123456789", 30_000),
	} {
		if jwks.LooksLikeKey([]byte(secret)) {
			t.Errorf("%q is taken for a key", secret)
		}
	}
}
