package jwks_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"math/big"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/pkg/jwks"
)

// der is what a PEM text holds.
func der(t testing.TB, text string) []byte {
	t.Helper()
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		t.Fatalf("no PEM: %q", text)
	}
	return block.Bytes
}

// Whatever copying did to a key, it is read as that key, and the form is named.
func TestParseKeyReadsWhatCopyingMadeOfIt(t *testing.T) {
	text := spki(t, "rsa")
	body := base64.StdEncoding.EncodeToString(der(t, text))
	cert := pemText("CERTIFICATE", certificate(t, "rsa"))
	indented := "publicKey: |\n    " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n    ") + "\n"
	for _, c := range []struct{ name, text, readAs string }{
		{"as it is", text, ""},
		{"with a byte order mark", "\ufeff" + text, ""},
		{"on one line", strings.ReplaceAll(text, "\n", ""), "PEM on one line"},
		{"on one line with blanks", strings.ReplaceAll(text, "\n", " "), "PEM on one line"},
		{"a certificate on one line", strings.ReplaceAll(cert, "\n", ""), "PEM on one line"},
		{"line breaks as backslash and n", strings.ReplaceAll(text, "\n", `\n`), `PEM with its line breaks written as \n`},
		{"in a variable", `KEY="` + strings.ReplaceAll(text, "\n", `\n`) + `"`, `PEM with its line breaks written as \n`},
		{"a JSON string", strconv.Quote(text), "a JSON string"},
		{"indented", indented, "PEM with its lines indented, quoted or broken"},
		{"quoted", `"` + text + `"`, "PEM with its lines indented, quoted or broken"},
		{"in source code", "\"" + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\\n\" +\n\"") + `"`, `PEM with its line breaks written as \n`},
		{"in a mail", "> " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n> "), "PEM with its lines indented, quoted or broken"},
		{"dashes of a word processor", strings.ReplaceAll(text, "-----", "—–"), "PEM with damaged dashes in its BEGIN or END line"},
		{"a dash lost", strings.Replace(text, "-----BEGIN", "----BEGIN", 1), "PEM with damaged dashes in its BEGIN or END line"},
		{"the END line lost", text[:strings.Index(text, "-----END")], "PEM with damaged dashes in its BEGIN or END line"},
		{"DER", string(der(t, text)), "DER"},
		{"a certificate in DER", string(certificate(t, "rsa")), "a certificate in DER"},
		{"base64 of SPKI", body, "base64, which holds DER"},
		{"base64 of SPKI, wrapped", body[:76] + "\r\n" + body[76:] + "\r\n", "base64, which holds DER"},
		{"base64 of PKCS #1", base64.StdEncoding.EncodeToString(pkcs1(t, "rsa")), "base64, which holds DER"},
		{"base64url without padding", base64.RawURLEncoding.EncodeToString(der(t, text)), "base64, which holds DER"},
		{"base64 of a certificate", base64.StdEncoding.EncodeToString(certificate(t, "rsa")), "base64, which holds a certificate in DER"},
		{"base64 of PEM", base64.StdEncoding.EncodeToString([]byte(text)), "base64"},
		{"a wrong label", pemText("RSA PUBLIC KEY", der(t, text)), ""},
		{"a certificate under the label of a key", pemText("PUBLIC KEY", certificate(t, "rsa")), ""},
		{"a key and its certificate", text + cert, ""},
		{"a Keycloak realm", `{"realm":"shop","public_key":"` + body + `","token-service":"https://sso.example"}`, "the public_key of a Keycloak realm, which holds base64, which holds DER"},
		{"a wrapped JWK", `{"key":` + public(t, "rsa") + `}`, `the member "key" of a JSON document`},
		{"PEM in a member", `{"id":1,"pem":` + strconv.Quote(text) + `}`, `the member "pem" of a JSON document`},
		{"the same key twice", `{"pem":` + strconv.Quote(text) + `,"key":` + public(t, "rsa") + `}`, `the member "pem" of a JSON document`},
		{"a key of Vault", `{"data":{"keys":{"1":{"public_key":` + strconv.Quote(text) + `}}}}`,
			`the member "data" of a JSON document, which holds the member "keys" of a JSON document, which holds the member "1" of a JSON document, which holds the member "public_key" of a JSON document`},
		{"deeper", `{"a":{"b":` + public(t, "rsa") + `}}`, `the member "a" of a JSON document, which holds the member "b" of a JSON document`},
		{"x5c", x5c(t, "rsa"), "an array of one key, which holds base64, which holds a certificate in DER"},
		{"a JWK in an array", "[" + public(t, "rsa") + "]", "an array of one key"},
	} {
		t.Run(c.name, func(t *testing.T) {
			set, err := jwks.ParseKey([]byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			if k := set.Keys[0]; k.Fault != nil || k.Kind() != "RSA 2048" || k.Thumbprint != parseKey(t, text).Thumbprint {
				t.Errorf("another key: %s, %v", k.Kind(), k.Fault)
			}
			if set.ReadAs != c.readAs {
				t.Errorf("read as %q, want %q", set.ReadAs, c.readAs)
			}
		})
	}
}

func pkcs1(t testing.TB, name string) []byte {
	t.Helper()
	public, err := x509.ParsePKIXPublicKey(der(t, spki(t, name)))
	if err != nil {
		t.Fatal(err)
	}
	return x509.MarshalPKCS1PublicKey(asRSA(t, public))
}

// The shortest text that is a key, and the deepest place for one.
func TestParseKeyReadsTheLastOfItsKind(t *testing.T) {
	short := base64.RawURLEncoding.EncodeToString(der(t, spki(t, "ed25519")))
	for text, want := range map[string]string{
		short: "OKP Ed25519", `{"key":"` + short + `"}`: "OKP Ed25519",
		strings.Repeat(`{"a":`, 5) + public(t, "rsa") + strings.Repeat("}", 5): "RSA 2048",
	} {
		if got := parseKey(t, text).Kind(); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// Of a chain the leaf counts, in whatever order it is written.
func TestParseKeyReadsTheLeafOfAChain(t *testing.T) {
	root, leaf := pemText("CERTIFICATE", authority(t, "ec384")), pemText("CERTIFICATE", certificate(t, "ec256"))
	for _, chain := range []string{leaf + root, root + leaf, "subject=CN=leaf\n" + leaf + "issuer=x\n" + root} {
		set, err := jwks.ParseKey([]byte(chain))
		if err != nil || set.Keys[0].Kind() != "EC P-256" || set.ReadAs != "a chain of 2 certificates; the leaf is used" {
			t.Errorf("%+v, %v", set, err)
		}
	}
	if set, err := jwks.ParseKey([]byte(root)); err != nil || set.Keys[0].Kind() != "EC P-384" {
		t.Errorf("an authority alone: %+v, %v", set, err)
	}
}

// authority returns a certificate that may sign others.
func authority(t testing.TB, name string) []byte {
	t.Helper()
	key := privateKey(t, name)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	public := key.Public()
	data, err := x509.CreateCertificate(rand.Reader, template, template, public.Key, key.Key)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// RSASSA-PSS (RFC 4055 section 1.2) is a restriction of an RSA key, not another key.
func TestKeyRestrictedToPSS(t *testing.T) {
	info, err := asn1.Marshal(struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}{
		pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}},
		asn1.BitString{Bytes: pkcs1(t, "rsa"), BitLength: 8 * len(pkcs1(t, "rsa"))},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := parseKey(t, pemText("PUBLIC KEY", info)), parseKey(t, spki(t, "rsa")); got.Thumbprint != want.Thumbprint {
		t.Errorf("the key %s, want %s", got.Thumbprint, want.Thumbprint)
	}
}

// What is no public key is named, so that somebody knows what to do.
func TestParseKeyNamesOtherFormats(t *testing.T) {
	request, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, privateKey(t, "ec256").Key)
	if err != nil {
		t.Fatal(err)
	}
	signedData := "\x30\x0f\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x02\x30\x00"
	for _, c := range []struct{ text, format string }{
		{pemText("CERTIFICATE REQUEST", request), "certificate request"},
		{pemText("NEW CERTIFICATE REQUEST", request), "certificate request"},
		{string(request), "certificate request"},
		{pemText("PKCS7", []byte(signedData)), "PKCS #7"},
		{signedData, "PKCS #7"},
		{"\x30\x05\x02\x01\x03\x30\x00", "PKCS #12"},
		{"\xfe\xed\xfe\xed\x00\x00\x00\x02", "Java key store"},
		{"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQEN\n-----END PGP PUBLIC KEY BLOCK-----\n", "OpenPGP"},
		{"\x99\x01\x0d\x04", "OpenPGP"},
		{"PuTTY-User-Key-File-3: ssh-rsa\n", "PuTTY"},
		{"<RSAKeyValue><Modulus>AQAB</Modulus></RSAKeyValue>", "XML"},
		{"<ds:X509Certificate>MIIB</ds:X509Certificate>", "XML"},
		{"-----BEGIN DSA PARAMETERS-----\nMIIB\n-----END DSA PARAMETERS-----", "DSA"},
	} {
		_, err := jwks.ParseKey([]byte(c.text))
		var format *jwks.FormatError
		if !errors.As(err, &format) || format.Format != c.format || !strings.Contains(err.Error(), c.format) {
			t.Errorf("%q: %v, want the format %s", c.text, err, c.format)
		}
	}
}

func TestParseKeyRefusesDocuments(t *testing.T) {
	key := strconv.Quote(spki(t, "rsa"))
	private, err := x509.MarshalPKCS8PrivateKey(privateKey(t, "rsa").Key)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, text string
		is         error
		says       string
	}{
		{"two keys", `{"a":` + key + `,"b":` + public(t, "ec256") + `}`, nil, "several keys in one document (a, b)"},
		{"several keys in an array", "[" + public(t, "rsa") + "," + public(t, "ec256") + "]", jwks.ErrKeySet, ""},
		{"a set in a member", `{"jwks":` + string(keySet(public(t, "rsa"))) + `}`, jwks.ErrKeySet, ""},
		{"a service account", `{"private_key":` + strconv.Quote(pemText("PRIVATE KEY", private)) + `,"type":"service_account"}`, jwks.ErrPrivateKey, ""},
		{"a private key in DER", string(private), jwks.ErrPrivateKey, ""},
		{"a private key in base64", base64.StdEncoding.EncodeToString(private), jwks.ErrPrivateKey, ""},
		{"a private key in DER, PKCS #1", string(x509.MarshalPKCS1PrivateKey(privateKey(t, "rsa").Key.(*rsa.PrivateKey))), jwks.ErrPrivateKey, ""},
		{"DER of another type of content", "\x30\x05\x06\x03\x2a\x03\x04", nil, "DER, but not a public key"},
		{"a private key under the label of a public one", pemText("PUBLIC KEY", private), jwks.ErrPrivateKey, ""},
		{"metadata", `{"issuer":"x","jwks_uri":"https://x/keys"}`, nil, "the metadata of an issuer"},
		{"PEM that was cut off", spki(t, "rsa")[:130], nil, "no public key that can be read"},
		{"PEM with a letter that is no base64", strings.Replace(spki(t, "rsa"), "MIIB", "MI*B", 1), nil, "is not base64"},
		{"words about a key", `{"a":"this would BEGIN PUBLIC KEY"}`, nil, "not a JWK: no kty"},
		{"too deep", strings.Repeat(`{"a":`, 6) + public(t, "rsa") + strings.Repeat("}", 6), nil, "not a JWK: no kty"},
		{"base64 of nothing", strings.Repeat("YWFh", 30), nil, "neither PEM nor a JWK"},
	} {
		set, err := jwks.ParseKey([]byte(c.text))
		if err == nil || set != nil || c.is != nil && !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %v %s", c.name, err, c.is, c.says)
		}
	}
}

// Files contain key sets in these forms.
func TestParseText(t *testing.T) {
	set := string(keySet(public(t, "rsa")))
	for _, c := range []struct{ name, text, readAs string }{
		{"as it is", set, ""},
		{"in a member", `{"jwks":` + set + `,"x":1}`, `the member "jwks" of a JSON document`},
		{"in a string of a member", `{"jwks":` + strconv.Quote(set) + `}`, `a string in the member "jwks"`},
		{"in a string", strconv.Quote(set), "a JSON string"},
		{"in base64", base64.StdEncoding.EncodeToString([]byte(set)), "base64"},
		{"in YAML", "spec:\n  jwtRules:\n  - issuer: x\n    jwks: |\n      " + set + "\n    forwardOriginalToken: true\n", "a key set in other text"},
		{"in YAML, quoted", "    jwks: '" + set + "'\n", "a key set in other text"},
		{"in YAML, double-quoted", "    jwks: " + strconv.Quote(set) + "\n    x: \"}\"\n", "a key set in other text"},
		{"in YAML, double-quoted, after the word", "    # the \"keys\"\n    jwks: " + strconv.Quote(set) + "\n", "a key set in other text"},
		{"certificates by kid", `{"rsa":` + strconv.Quote(pemText("CERTIFICATE", certificate(t, "rsa"))) + `}`, "a map of PEM by kid"},
		{"public keys by kid", `{"rsa":` + strconv.Quote(spki(t, "rsa")) + `,"b":"-----BEGIN PUBLIC KEY-----"}`, "a map of PEM by kid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := jwks.ParseText([]byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			k := got.Keys[0]
			if k.Thumbprint != parseKey(t, spki(t, "rsa")).Thumbprint || k.KeyID != "rsa" || !k.HasKeyID || got.ReadAs != c.readAs {
				t.Errorf("kid %q, read as %q, want %q", k.KeyID, got.ReadAs, c.readAs)
			}
			if n, _ := got.Document.Get("keys").Items()[0].Get("n").Text(); len(got.Document.Get("keys").Items()) != len(got.Keys) || n == "" {
				t.Errorf("the document has other keys: %s", got.Document)
			}
			form := 0
			for _, f := range got.Lint(time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)) {
				if f.ID == "set_form" {
					form++
				}
			}
			if (form == 1) != (c.readAs != "") {
				t.Errorf("%d findings about the form", form)
			}
		})
	}
}

func TestParseTextRefuses(t *testing.T) {
	for _, c := range []struct{ name, text, says string }{
		{"nothing", "", "no JSON value"},
		{"an array of keys", "[" + public(t, "rsa") + "]", "an array of keys: the object"},
		{"an array", "[1]", "an array"},
		{"an empty array", "[]", "an array"},
		{"base64 of something else", strings.Repeat("YWFh", 30), "invalid character 'Y'"},
		{"metadata with keys of its own", `{"jwks_uri":"https://x/keys","jwks":` + string(keySet(public(t, "rsa"))) + `}`, "the metadata of an issuer"},
		{"a single key beside a set", `{"kty":"RSA","jwks":` + string(keySet(public(t, "rsa"))) + `}`, "a single key"},
		{"a single key", public(t, "rsa"), "a single key"},
		{"metadata", `{"issuer":"x","jwks_uri":"https://x/keys"}`, "the metadata of an issuer"},
		{"the word alone", `the "keys" are {"keys"`, "invalid character"},
		{"a set that is cut off", "jwks: |\n  " + `{"keys":[{"kty":"RSA"`, "invalid character"},
		{"a string of something else", `"keys"`, "not a key set"},
		{"a member of something else", `{"jwks":{"a":1}}`, `there is no "keys"`},
	} {
		set, err := jwks.ParseText([]byte(c.text))
		if err == nil || set != nil || !isRefusal(err) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %s", c.name, err, c.says)
		}
	}
}

// isRefusal reports whether an error says that a text is not a key set, or what it is
// instead.
func isRefusal(err error) bool {
	return errors.Is(err, jwks.ErrNotKeySet) || errors.As(err, new(*jwks.FormatError))
}

// The address that metadata names is passed on, whatever it is.
func TestAddressOfMetadata(t *testing.T) {
	_, err := jwks.Parse([]byte(`{"issuer":"x","jwks_uri":"https://x/keys"}`))
	var metadata *jwks.FormatError
	if !errors.As(err, &metadata) || metadata.JWKSURI != "https://x/keys" {
		t.Errorf("%#v", err)
	}
}

// A key that was given alone is the key: its kid is not compared. In a set it is.
func TestAKeyAloneHasNoOtherKeyID(t *testing.T) {
	tok := tokenWith(t, `{"alg":"RS256","kid":"of the token"}`)
	alone, err := jwks.ParseKey([]byte(public(t, "rsa")))
	if err != nil {
		t.Fatal(err)
	}
	if refused, _ := alone.Refused(tok); len(alone.Candidates(tok)) != 1 || len(refused) != 0 {
		t.Errorf("alone: refused %+v", refused)
	}
	if got := alone.Candidates(tokenWith(t, `{"alg":"ES256","kid":"of the token"}`)); len(got) != 0 {
		t.Error("a key of another type fits")
	}
	set := parseSet(t, public(t, "rsa"))
	if refused, _ := set.Refused(tok); len(set.Candidates(tok)) != 0 || !refused[0].OtherKeyID {
		t.Errorf("in a set: refused %+v", refused)
	}
}

// A private key takes the keys out of use that it may belong to, and no others.
func TestPublishedPrivateKey(t *testing.T) {
	halfEC := private(t, "ec384", "x", "", "y", "")
	for _, c := range []struct {
		name   string
		keys   []string
		usable int
	}{
		{"of this very key", []string{private(t, "ec256"), public(t, "ec256")}, 0},
		{"of another key", []string{private(t, "ec256"), public(t, "rsa")}, 1},
		{"without its public members, of this curve", []string{halfEC, public(t, "ec384")}, 0},
		{"without its public members, of another curve", []string{halfEC, public(t, "ec256")}, 1},
		{"without curve", []string{private(t, "ec384", "x", "", "y", "", "crv", ""), public(t, "ec256")}, 0},
		{"on another curve", []string{private(t, "ec384"), public(t, "ec256")}, 1},
	} {
		if got := parseSet(t, c.keys...).Usable(); len(got) != c.usable {
			t.Errorf("%s: %d usable keys, want %d", c.name, len(got), c.usable)
		}
	}
}

// A key for something else is worth a note, and no more.
func TestOtherUse(t *testing.T) {
	for _, c := range []struct {
		key  string
		want bool
	}{
		{public(t, "rsa", "use", `"enc"`), true},
		{public(t, "rsa", "use", `"x509-svid"`), true},
		{public(t, "rsa", "use", `"x509-svid"`, "key_ops", `["sign"]`), false},
		{public(t, "rsa", "use", `"tls"`), false},
		{public(t, "rsa", "use", `"sig"`), false},
		{private(t, "rsa", "use", `"enc"`), false},
	} {
		set := parseSet(t, c.key)
		if fault := set.Keys[0].Fault; (fault != nil && fault.Code == "other_use") != c.want {
			t.Errorf("%s: %+v", c.key, fault)
		}
		for _, f := range set.Lint(time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)) {
			if f.ID == "key_use" && (f.Severity == "info") != c.want {
				t.Errorf("%s: %s", c.key, f.Severity)
			}
		}
	}
}
