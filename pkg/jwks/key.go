package jwks

import (
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// A Key is one key of a set, with what its owner says about it and whether it is
// fit to verify signatures.
type Key struct {
	Position   int    // in the set, counted from 1
	KeyID      string // kid, RFC 7517 section 4.5
	HasKeyID   bool
	Type       string   // kty, RFC 7517 section 4.1; RSA-HSM and EC-HSM become RSA and EC
	Curve      string   // crv of EC and OKP keys, RFC 7518 section 6.2.1.1, RFC 8037 section 2
	Algorithm  string   // alg, RFC 7517 section 4.4, or empty
	Use        string   // use, RFC 7517 section 4.2, or empty
	Operations []string // key_ops, RFC 7517 section 4.3
	Issuer     string   // "issuer", which Entra ID adds: whose tokens the key signs; or empty
	Bits       int      // size of the modulus or of the curve; 0 if unknown
	Thumbprint string   // RFC 7638, SHA-256, base64url; empty for secrets and unknown types
	Fault      *Fault   // why the key must not verify anything, or nil
	Warnings   []string // unusual properties of the key, which can still verify

	Certificate         *x509.Certificate // the first of x5c, or nil; never trusted
	CertificateMismatch bool              // the certificate is for another key
	// Public is the public key: *rsa.PublicKey, *ecdsa.PublicKey or ed25519.PublicKey.
	// It is nil if the Fault prevents reading it.
	Public crypto.PublicKey
}

// The values of Fault.Code.
const (
	faultMalformed    = "malformed"     // not a JWK: RFC 7517 section 4
	faultUnsupported  = "unsupported"   // unknown kty or crv: RFC 7517 section 5
	faultUse          = "use"           // not for signatures: RFC 7517 sections 4.2 and 4.3
	faultOtherUse     = "other_use"     // for encryption or for the certificates of a SPIFFE bundle: such a key belongs in a set
	faultWeak         = "weak"          // RFC 7518 section 3.3, or a known-broken generator
	faultPrivate      = "private"       // private members published: RFC 7517 section 9.2
	faultSharedSecret = "shared_secret" // kty oct: never a public key
	faultInvalid      = "invalid"       // RFC 7518 sections 6.2.1 and 6.3.1; RFC 8725 section 3.4
)

// A Fault is the reason why a key must not verify anything.
type Fault struct {
	Code string // malformed, unsupported, use, other_use, weak, private, shared_secret or invalid
	// Text is the reason in words. It may quote the key's members: escape it
	// before it reaches a terminal.
	Text string
}

// Name returns the key ID in quotes or, without one, the position in the set.
func (k *Key) Name() string {
	if k.HasKeyID {
		return strconv.Quote(k.KeyID)
	}
	return fmt.Sprintf("number %d (no kid)", k.Position)
}

// Kind returns the type with the curve or the size: "RSA 2048", "EC P-256".
func (k *Key) Kind() string {
	switch {
	case k.Curve != "":
		return k.Type + " " + k.Curve
	case k.Bits > 0:
		return k.Type + " " + strconv.Itoa(k.Bits)
	default:
		return k.Type
	}
}

// faulty keeps the first fault: later ones follow from it.
func (k *Key) faulty(code string, format string, args ...any) {
	if k.Fault == nil {
		k.Fault = &Fault{Code: code, Text: fmt.Sprintf(format, args...)}
	}
}

func (k *Key) warn(format string, args ...any) {
	k.Warnings = append(k.Warnings, fmt.Sprintf(format, args...))
}

func parseJWK(position int, v strictjson.Value) *Key {
	k := &Key{Position: position}
	if v.Type() != strictjson.TypeObject {
		k.faulty(faultMalformed, "not a JSON object but of type %s", v.Type())
		return k
	}
	k.readLabels(v)
	switch k.Type {
	case "RSA":
		k.readRSA(v)
	case "EC":
		k.readPoint(v, "x", "y")
	case "OKP":
		k.readPoint(v, "x")
	case "oct":
		k.faulty(faultSharedSecret, "a shared secret (kty oct): whoever can read it can forge tokens")
	case "":
		k.faulty(faultMalformed, "no kty")
	default:
		k.faulty(faultUnsupported, "kty %q is not supported", k.Type)
	}
	k.checkPrivate(v)
	k.checkUse()
	if k.Public != nil {
		k.Thumbprint = thumbprint(k.Public)
		k.checkCertificates(v)
	}
	return k
}

// readLabels reads what the owner says about the key. A label of the wrong type
// makes the key unusable: what it was meant to restrict cannot be known. Some
// programs write every member that they know: one that is null is absent.
func (k *Key) readLabels(v strictjson.Value) {
	text := func(name string) (string, bool) {
		member := v.Get(name)
		s, ok := member.Text()
		if !absent(member) && !ok {
			k.faulty(faultMalformed, "%q is not a string but of type %s", name, member.Type())
		}
		return s, ok
	}
	k.Type, _ = text("kty")
	if kty, hardware := strings.CutSuffix(k.Type, "-HSM"); hardware && (kty == "RSA" || kty == "EC") { // the public key is like any other
		k.warn("kty %s is what Azure Key Vault calls an %s key in hardware: other programs refuse the key, unless kty is %s", k.Type, kty, kty)
		k.Type = kty
	}
	k.KeyID, k.HasKeyID = text("kid")
	k.Issuer, _ = v.Get("issuer").Text()
	var hasAlgorithm, hasUse bool
	if k.Algorithm, hasAlgorithm = text("alg"); hasAlgorithm && k.Algorithm == "" {
		k.faulty(faultMalformed, "alg is empty")
	}
	if k.Use, hasUse = text("use"); hasUse && k.Use == "" {
		k.faulty(faultUse, "use is empty")
	}
	if ops := v.Get("key_ops"); !absent(ops) {
		list, ok := ops.TextList()
		if !ok {
			k.faulty(faultMalformed, "\"key_ops\" is not an array of strings")
		} else if len(list) == 0 {
			k.warn("key_ops is empty and was taken for absent (RFC 7517 section 4.3)")
		}
		k.Operations = list
	}
	for _, name := range []string{"kid", "alg", "use", "key_ops"} {
		if v.Get(name).Type() == strictjson.TypeNull {
			k.warn("%s is null and was taken for absent", name)
		}
	}
}

func absent(v strictjson.Value) bool { return !v.Exists() || v.Type() == strictjson.TypeNull }

// thumbprint is go-jose's RFC 7638 thumbprint of a public key.
func thumbprint(public crypto.PublicKey) string {
	jwk := jose.JSONWebKey{Key: public}
	sum, err := jwk.Thumbprint(crypto.SHA256)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(sum)
}
