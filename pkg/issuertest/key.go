package issuertest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"

	"github.com/go-jose/go-jose/v4"

	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// rsaBits is the size of new RSA keys.
const rsaBits = 2048

// shortID is the length of a kid, which is the start of the key's thumbprint. It is
// long enough to distinguish a few keys, and easy to read.
const shortID = 8

// A Key signs tokens: a private key, or a secret for HS256, HS384 or HS512. It
// never prints.
type Key struct {
	ID        string // kid; empty for a secret that has none
	Algorithm string // alg
	private   any    // *rsa.PrivateKey, *ecdsa.PrivateKey, ed25519.PrivateKey or []byte
}

// makeKey makes a key for one of verify.Algorithms. Its kid is the beginning of its
// thumbprint (RFC 7638).
func makeKey(algorithm string) (*Key, error) {
	private, err := generate(algorithm)
	if err != nil {
		return nil, err
	}
	return newKey(private, algorithm, "")
}

func generate(algorithm string) (any, error) {
	kty, curve, asymmetric := jwks.KeyType(algorithm)
	switch {
	case !asymmetric && slices.Contains(verify.Algorithms(), algorithm):
		secret := make([]byte, 64)
		_, err := rand.Read(secret)
		return secret, err
	case !asymmetric:
		return nil, fmt.Errorf("unknown algorithm %q", algorithm)
	case kty == "RSA":
		return rsa.GenerateKey(rand.Reader, rsaBits)
	case kty == "EC":
		curves := map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()}
		return ecdsa.GenerateKey(curves[curve], rand.Reader)
	default:
		_, private, err := ed25519.GenerateKey(rand.Reader)
		return private, err
	}
}

// newKey puts a private key and an algorithm together, which have to fit.
func newKey(private any, algorithm, id string) (*Key, error) {
	if algorithm == "" {
		algorithm = usualAlgorithm(private)
	}
	k := &Key{ID: id, Algorithm: algorithm, private: private}
	if _, err := k.signer(nil); err != nil {
		return nil, fmt.Errorf("the key does not sign with %s", algorithm)
	}
	if k.ID == "" && !k.symmetric() {
		print, err := (&jose.JSONWebKey{Key: k.public()}).Thumbprint(crypto.SHA256)
		if err != nil {
			return nil, err
		}
		k.ID = base64.RawURLEncoding.EncodeToString(print)[:shortID]
	}
	return k, nil
}

// usualAlgorithm is what a key signs with where nothing else is said.
func usualAlgorithm(private any) string {
	switch key := private.(type) {
	case *rsa.PrivateKey:
		return "RS256"
	case *ecdsa.PrivateKey:
		return map[int]string{256: "ES256", 384: "ES384", 521: "ES512"}[key.Params().BitSize]
	case ed25519.PrivateKey:
		return "EdDSA"
	default:
		return "HS256"
	}
}

// errNoPrivateKey is for a key that cannot sign.
var errNoPrivateKey = errors.New("not a private key: a PEM (PKCS #8, PKCS #1, SEC 1) or a JWK with its private members")

// ReadKey reads a private key: a PEM, a JWK, or the first of a set of them.
// algorithm may be empty: then it is the key's own, or the usual one for a key of
// its type.
func ReadKey(data []byte, algorithm string) (*Key, error) {
	if block, _ := pem.Decode(data); block != nil {
		private, err := parsePEM(block)
		if err != nil {
			return nil, err
		}
		return newKey(private, algorithm, "")
	}
	document, err := strictjson.ParseObject(data)
	if err != nil {
		return nil, errNoPrivateKey
	}
	if keys := document.Get("keys").Items(); len(keys) > 0 {
		document = keys[0]
	}
	return readJWK(document, algorithm)
}

func parsePEM(block *pem.Block) (any, error) {
	for _, parse := range []func([]byte) (any, error){
		x509.ParsePKCS8PrivateKey,
		func(der []byte) (any, error) { return x509.ParsePKCS1PrivateKey(der) },
		func(der []byte) (any, error) { return x509.ParseECPrivateKey(der) },
	} {
		if private, err := parse(block.Bytes); err == nil {
			return private, nil
		}
	}
	if block.Type == "ENCRYPTED PRIVATE KEY" {
		return nil, errors.New("the private key is encrypted: decrypt it first, as with openssl pkey")
	}
	return nil, errNoPrivateKey
}

func readJWK(document strictjson.Value, algorithm string) (*Key, error) {
	var key jose.JSONWebKey
	if err := key.UnmarshalJSON([]byte(document.String())); err != nil || key.IsPublic() {
		return nil, errNoPrivateKey
	}
	if algorithm == "" {
		algorithm = key.Algorithm
	}
	return newKey(key.Key, algorithm, key.KeyID)
}

func (k *Key) symmetric() bool {
	_, secret := k.private.([]byte)
	return secret
}

func (k *Key) public() crypto.PublicKey {
	return k.private.(crypto.Signer).Public()
}

// jwk returns the public key as a JWK (RFC 7517), or the absent value for a secret.
func (k *Key) jwk() strictjson.Value {
	if k.symmetric() {
		return strictjson.Value{}
	}
	return toJWK(jose.JSONWebKey{Key: k.public(), KeyID: k.ID, Algorithm: k.Algorithm, Use: "sig"})
}

// PrivateJWK returns the key with its private members.
func (k *Key) PrivateJWK() strictjson.Value {
	return toJWK(jose.JSONWebKey{Key: k.private, KeyID: k.ID, Algorithm: k.Algorithm, Use: "sig"})
}

func toJWK(key jose.JSONWebKey) strictjson.Value {
	data, err := key.MarshalJSON()
	if err != nil {
		panic(err) // the key has signed
	}
	document, err := strictjson.Parse(data)
	if err != nil {
		panic(err)
	}
	return document
}

// keySet is a JWK Set of keys, without secrets.
func keySet(keys ...*Key) strictjson.Value {
	list := []strictjson.Value{}
	for _, k := range keys {
		if jwk := k.jwk(); jwk.Exists() {
			list = append(list, jwk)
		}
	}
	return object("keys", list)
}
