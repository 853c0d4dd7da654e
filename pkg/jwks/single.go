package jwks

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// Errors of ParseKey, beside those about the text itself.
var (
	// ErrPrivateKey is for a private key where a public one belongs.
	ErrPrivateKey = errors.New("a private key: only a public key belongs here")
	// ErrSharedSecret is for a JWK of type oct where a public key belongs.
	ErrSharedSecret = errors.New("a shared secret (kty oct), not a public key")
	// ErrKeySet is for a set where a single key belongs.
	ErrKeySet = errors.New("a key set, not a single key")
)

// ParseKey reads one public key: PEM (PKIX, PKCS #1 or a certificate, of which
// the first one counts) or a JWK. The result is a set of that key; its faults,
// such as being weak, are in the key. The key itself is never part of an error.
func ParseKey(data []byte) (*Set, error) {
	if bytes.Contains(data, []byte("-----BEGIN ")) && !bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		return parsePEM(data)
	}
	v, err := strictjson.ParseObject(data)
	switch {
	case err != nil && !bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")):
		return nil, errors.New("neither PEM nor a JWK")
	case err != nil:
		return nil, withoutNames(err)
	case v.Get("keys").Exists():
		return nil, ErrKeySet
	case holdsCertificates(v):
		return nil, ErrCertificates
	}
	key := parseJWK(1, v)
	switch {
	case key.Fault == nil:
	case key.Fault.Code == FaultPrivate:
		return nil, ErrPrivateKey
	case key.Fault.Code == FaultSharedSecret:
		return nil, ErrSharedSecret
	case key.Fault.Code == FaultMalformed:
		return nil, fmt.Errorf("not a JWK: %w", key.Fault)
	}
	return &Set{Keys: []*Key{key}, Document: setDocument(v)}, nil
}

func parsePEM(data []byte) (*Set, error) {
	var public, certificates [][]byte
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		switch {
		case strings.HasSuffix(block.Type, "PRIVATE KEY"):
			return nil, ErrPrivateKey
		case block.Type == "PUBLIC KEY" || block.Type == "RSA PUBLIC KEY":
			public = append(public, block.Bytes)
		case block.Type == "CERTIFICATE":
			certificates = append(certificates, block.Bytes)
		}
	}
	switch {
	case bytes.Contains(data, []byte("PRIVATE KEY-----")):
		return nil, ErrPrivateKey // damaged, but one all the same
	case len(public)+min(len(certificates), 1) > 1:
		return nil, errors.New("several keys in one PEM file: which one is meant?")
	case len(public) == 1:
		return parsePublicKey(public[0])
	case len(certificates) > 0:
		return parseCertificate(certificates[0])
	default:
		return nil, errors.New("no public key or certificate in the PEM text")
	}
}

func parsePublicKey(der []byte) (*Set, error) {
	if key, err := x509.ParsePKCS1PublicKey(der); err == nil {
		return single(key, nil)
	}
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, errors.New("the PEM text holds no public key that can be read")
	}
	return single(key, nil)
}

func parseCertificate(der []byte) (*Set, error) {
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, errors.New("the PEM text holds no certificate that can be read")
	}
	return single(certificate.PublicKey, certificate)
}

func single(public any, certificate *x509.Certificate) (*Set, error) {
	k := &Key{Position: 1, Certificate: certificate}
	switch public := public.(type) {
	case *rsa.PublicKey:
		k.Type = "RSA"
		k.checkRSA(public)
	case *ecdsa.PublicKey:
		k.Type, k.Curve, k.Bits = "EC", public.Curve.Params().Name, public.Curve.Params().BitSize
		if public.Curve == elliptic.P224() {
			k.faulty(FaultUnsupported, "curve P-224 is not supported")
			break
		}
		k.roundTrip(public)
	case ed25519.PublicKey:
		k.Type, k.Curve, k.Bits = "OKP", "Ed25519", 256
		k.roundTrip(public)
	default:
		k.Type = "unknown"
		k.faulty(FaultUnsupported, "a key of a type that is not supported")
	}
	set := &Set{Keys: []*Key{k}, Document: setDocument()}
	if k.public != nil {
		k.Thumbprint = thumbprint(k.public)
		set.Document = setDocument(publicJWK(k.public))
	}
	return set, nil
}

// publicJWK writes a key that was read as a JWK; the absent value if go-jose
// cannot.
func publicJWK(public any) strictjson.Value {
	data, err := jose.JSONWebKey{Key: public}.MarshalJSON()
	if err != nil {
		return strictjson.Value{}
	}
	v, _ := strictjson.ParseObject(data)
	return v
}

// roundTrip takes the key through JWK JSON, where go-jose checks the point: a
// raw Ed25519 key of low order would verify forged signatures.
func (k *Key) roundTrip(public any) {
	v := publicJWK(public)
	if !v.Exists() {
		k.faulty(FaultInvalid, "the point is not on the curve")
		return
	}
	if k.Type == "EC" {
		k.readPoint(v, "kty", "crv", "x", "y")
	} else {
		k.readPoint(v, "kty", "crv", "x")
	}
}

// PEM returns the public key as SubjectPublicKeyInfo in PEM (RFC 7468 section
// 13). The error is for a key that cannot be read.
func (k *Key) PEM() ([]byte, error) {
	if k.public == nil {
		return nil, fmt.Errorf("key %s cannot be written as PEM", k.Name())
	}
	der, err := x509.MarshalPKIXPublicKey(k.public)
	if err != nil {
		return nil, fmt.Errorf("key %s cannot be written as PEM: %w", k.Name(), err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil
}
