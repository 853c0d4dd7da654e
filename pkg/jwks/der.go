package jwks

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"

	"github.com/go-jose/go-jose/v4"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// isDER reports whether octets are one ASN.1 SEQUENCE, as every key and
// certificate in DER is.
func isDER(data []byte) bool {
	var sequence asn1.RawValue
	rest, err := asn1.Unmarshal(data, &sequence)
	return err == nil && len(rest) == 0 && sequence.Class == asn1.ClassUniversal && sequence.Tag == asn1.TagSequence && sequence.IsCompound
}

// readDER reads a public key or a certificate in DER.
func readDER(der []byte) (*Set, error) {
	set, err := readOctets(der)
	switch {
	case err == nil && set.Keys[0].Certificate != nil:
		return readAs("a certificate in DER")(set, nil)
	case !errors.Is(err, errUnreadable):
		return readAs("DER")(set, err)
	}
	var content struct{ First asn1.RawValue }
	_, _ = asn1.Unmarshal(der, &content) // isDER has checked it
	_, request := x509.ParseCertificateRequest(der)
	switch first := string(content.First.FullBytes); {
	case request == nil:
		return nil, &FormatError{Format: "certificate request"}
	case first == "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02": // signedData, RFC 2315 section 14
		return nil, &FormatError{Format: "PKCS #7"}
	case first == "\x02\x01\x03": // version 3, RFC 7292 section 4
		return nil, &FormatError{Format: "PKCS #12"}
	}
	return nil, errors.New("DER, but not a public key or certificate that can be read")
}

var errUnreadable = errors.New("the PEM text holds no public key that can be read")

// readOctets reads a public key or the key of a certificate. errUnreadable means that
// the octets are neither, nor a private key.
func readOctets(der []byte) (*Set, error) {
	if public, err := parseSPKI(der); err == nil {
		return fromPublic(public, nil), nil
	}
	if _, err := x509.ParseCertificate(der); err == nil {
		return readChain([][]byte{der})
	}
	_, pkcs8 := x509.ParsePKCS8PrivateKey(der)
	_, pkcs1 := x509.ParsePKCS1PrivateKey(der)
	_, sec1 := x509.ParseECPrivateKey(der)
	if pkcs8 == nil || pkcs1 == nil || sec1 == nil {
		return nil, errPrivateKey
	}
	return nil, errUnreadable
}

// parseSPKI reads a SubjectPublicKeyInfo or a PKCS #1 RSA key. A key that is
// restricted to RSASSA-PSS (RFC 4055 section 1.2), which crypto/x509 does not
// read, is the RSA key in it.
func parseSPKI(der []byte) (crypto.PublicKey, error) {
	if key, err := x509.ParsePKCS1PublicKey(der); err == nil {
		return key, nil
	}
	var info struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
	rsassaPSS := asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}
	if _, err := asn1.Unmarshal(der, &info); err == nil && info.Algorithm.Algorithm.Equal(rsassaPSS) {
		return x509.ParsePKCS1PublicKey(info.Key.RightAlign())
	}
	return x509.ParsePKIXPublicKey(der)
}

var errCertifiedKey = errors.New("the key of the certificate is of a type that is not supported")

// readChain reads the key of the leaf of a chain: of the first certificate that
// is not an authority's, or of the first.
func readChain(chain [][]byte) (*Set, error) {
	var certificates []*x509.Certificate
	for _, der := range chain {
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, errors.New("the PEM text holds no certificate that can be read")
		}
		certificates = append(certificates, certificate)
	}
	leaf := max(0, slices.IndexFunc(certificates, func(c *x509.Certificate) bool { return !c.IsCA }))
	public, err := parseSPKI(certificates[leaf].RawSubjectPublicKeyInfo)
	if err != nil {
		return nil, errCertifiedKey
	}
	set := fromPublic(public, certificates[leaf])
	if len(chain) > 1 {
		return readAs(fmt.Sprintf("a chain of %d certificates; the leaf is used", len(chain)))(set, nil)
	}
	return set, nil
}

// fromPublic makes a set of one public key, with the certificate that it came in.
func fromPublic(public crypto.PublicKey, certificate *x509.Certificate) *Set {
	k := &Key{Position: 1, Certificate: certificate}
	k.setPublic(public)
	set := &Set{Keys: []*Key{k}, Document: setDocument()}
	if k.Public != nil {
		k.Thumbprint = thumbprint(k.Public)
		set.Document = setDocument(publicJWK(k.Public))
	}
	return set
}

// setPublic sets a public key that does not come from a JWK. Points on a curve are
// converted to a JWK and back, so that go-jose checks them: a raw Ed25519 key of low
// order would verify forged signatures.
func (k *Key) setPublic(public crypto.PublicKey) {
	v := publicJWK(public)
	switch public := public.(type) {
	case *rsa.PublicKey:
		k.Type = "RSA"
		k.checkRSA(public)
	case *ecdsa.PublicKey:
		k.Type, k.Curve, k.Bits = "EC", public.Curve.Params().Name, public.Curve.Params().BitSize
		if !v.Exists() {
			k.faulty(faultUnsupported, "curve %s is not supported", k.Curve)
			return
		}
		k.readPoint(v, "x", "y")
	case ed25519.PublicKey:
		k.Type, k.Curve, k.Bits = "OKP", "Ed25519", 256
		if !v.Exists() {
			k.faulty(faultInvalid, "the point is not on the curve")
			return
		}
		k.readPoint(v, "x")
	default:
		k.Type = "unknown"
		k.faulty(faultUnsupported, "a key of a type that is not supported")
	}
}

// publicJWK writes a key as a JWK; the absent value if go-jose cannot.
func publicJWK(public crypto.PublicKey) strictjson.Value {
	data, err := jose.JSONWebKey{Key: public}.MarshalJSON()
	if err != nil {
		return strictjson.Value{}
	}
	v, _ := strictjson.ParseObject(data)
	return v
}

// sameKey reports whether two keys are the same public key.
func (k *Key) sameKey(other *Key) bool {
	return k.Thumbprint != "" && k.Thumbprint == other.Thumbprint
}
