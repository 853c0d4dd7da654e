package jwks

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
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
	if public, err := parseSPKI(der); err == nil {
		return readAs("DER")(fromPublic(public, nil))
	}
	if _, err := x509.ParseCertificate(der); err == nil {
		return readAs("a certificate in DER")(readChain([][]byte{der}))
	}
	if isPrivateDER(der) {
		return nil, errPrivateKey
	}
	var first struct {
		Version int
		Rest    asn1.RawValue `asn1:"optional"`
	}
	var signed struct {
		Type asn1.ObjectIdentifier
		Rest asn1.RawValue `asn1:"optional"`
	}
	const pkcs12Version = 3
	if _, err := x509.ParseCertificateRequest(der); err == nil {
		return nil, &FormatError{Format: "certificate request"}
	}
	if _, err := asn1.Unmarshal(der, &signed); err == nil && signed.Type.Equal(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}) {
		return nil, &FormatError{Format: "PKCS #7"}
	}
	if _, err := asn1.Unmarshal(der, &first); err == nil && first.Version == pkcs12Version {
		return nil, &FormatError{Format: "PKCS #12"}
	}
	return nil, errors.New("DER, but not a public key or certificate that can be read")
}

func isPrivateDER(der []byte) bool {
	if _, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		return true
	}
	if _, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return true
	}
	_, err := x509.ParseECPrivateKey(der)
	return err == nil
}

// readSPKI reads the octets of a PEM block that should be a public key.
func readSPKI(der []byte) (*Set, error) {
	public, err := parseSPKI(der)
	switch {
	case err == nil:
		return fromPublic(public, nil)
	case isPrivateDER(der):
		return nil, errPrivateKey
	}
	if _, err := x509.ParseCertificate(der); err == nil {
		return readChain([][]byte{der})
	}
	return nil, errors.New("the PEM text holds no public key that can be read")
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
		return nil, errors.New("the key of the certificate is of a type that is not supported")
	}
	set, err := fromPublic(public, certificates[leaf])
	if len(chain) > 1 {
		return readAs(fmt.Sprintf("a chain of %d certificates; the leaf is used", len(chain)))(set, err)
	}
	return set, err
}

// fromPublic makes a set of one public key, with the certificate that it came in.
func fromPublic(public crypto.PublicKey, certificate *x509.Certificate) (*Set, error) {
	k := &Key{Position: 1, Certificate: certificate}
	k.setPublic(public)
	set := &Set{Keys: []*Key{k}, Document: setDocument()}
	if k.Public != nil {
		k.Thumbprint = thumbprint(k.Public)
		set.Document = setDocument(publicJWK(k.Public))
	}
	return set, nil
}

// setPublic takes over a public key that was not read from a JWK.
func (k *Key) setPublic(public crypto.PublicKey) {
	switch public := public.(type) {
	case *rsa.PublicKey:
		k.Type = "RSA"
		k.checkRSA(public)
	case *ecdsa.PublicKey:
		k.Type, k.Curve, k.Bits = "EC", public.Curve.Params().Name, public.Curve.Params().BitSize
		if public.Curve == elliptic.P224() {
			k.faulty(faultUnsupported, "curve P-224 is not supported")
			break
		}
		k.roundTrip(public)
	case ed25519.PublicKey:
		k.Type, k.Curve, k.Bits = "OKP", "Ed25519", 256
		k.roundTrip(public)
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

// roundTrip takes the key through JWK JSON, where go-jose checks the point: a
// raw Ed25519 key of low order would verify forged signatures.
func (k *Key) roundTrip(public crypto.PublicKey) {
	v := publicJWK(public)
	switch {
	case !v.Exists():
		k.faulty(faultInvalid, "the point is not on the curve")
	case k.Type == "EC":
		k.readPoint(v, "kty", "crv", "x", "y")
	default:
		k.readPoint(v, "kty", "crv", "x")
	}
}

// sameKey reports whether two keys are the same public key.
func (k *Key) sameKey(other *Key) bool {
	return k.Thumbprint != "" && k.Thumbprint == other.Thumbprint
}
