package jwks

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// A FormatError says what a text is in place of what was to be read.
type FormatError struct {
	// Format is "private key", "shared secret" (a JWK of type oct), "single key" in
	// place of a set, "key set" in place of a key, "metadata" of an issuer, or a format
	// of keys that is not read here: "PKCS #12", "PKCS #7", "certificate request", "Java
	// key store", "OpenPGP", "PuTTY", "XML", "DSA".
	Format string
	// JWKSURI is the address of the key set that metadata names; it may be empty or
	// anything.
	JWKSURI string
}

func (e *FormatError) Error() string {
	text, known := map[string]string{
		errPrivateKey.Format:   "a private key: only a public key belongs here",
		errSharedSecret.Format: "a shared secret (kty oct), not a public key",
		errKeySet.Format:       "a key set, not a single key",
		errSingleKey.Format:    "not a key set but a single key: there is no \"keys\"",
		formatMetadata:         "the metadata of an issuer, which names the key set as its jwks_uri",
	}[e.Format]
	if !known {
		return "in the format " + e.Format + ", which cannot be read"
	}
	return text
}

// What is recognised in place of a public key or of a key set.
var (
	errPrivateKey   = &FormatError{Format: "private key"}
	errSharedSecret = &FormatError{Format: "shared secret"}
	errKeySet       = &FormatError{Format: "key set"}
	errSingleKey    = &FormatError{Format: "single key"}
)

const formatMetadata = "metadata"

func metadataError(document strictjson.Value) *FormatError {
	uri, _ := document.Get("jwks_uri").Text()
	return &FormatError{Format: formatMetadata, JWKSURI: uri}
}

// errNoKey is for a text in which no key is recognised.
var errNoKey = errors.New("neither PEM nor a JWK, nor a key in any other known form")

// maxNesting is the maximum depth of nested encodings, such as DER in base64 in a
// string of a JSON document.
const maxNesting = 6

// ParseKey reads one public key in the forms in which people have it: PEM (PKIX,
// PKCS #1, or certificates, whose leaf is used) with whatever copying did to its
// lines, DER, either of them in base64, OpenSSH and RFC 4716, a JWK, and a JSON
// document that holds one of these, such as that of a Keycloak realm.
//
// The result is a set of that key, in which Candidates does not compare the kid;
// its faults, such as being weak, are in the key, and ReadAs says which of the
// less usual forms it had. The error is a *FormatError where it is known what the
// text is instead, or says what is wrong with it; it never quotes a key.
func ParseKey(data []byte) (*Set, error) {
	set, err := readKey(data, maxNesting)
	if err != nil {
		return nil, err
	}
	set.single = true
	return set, nil
}

func readKey(data []byte, depth int) (*Set, error) {
	text := strings.TrimSpace(strings.TrimPrefix(string(data), "\ufeff"))
	switch {
	case depth == 0:
		return nil, errNoKey
	case isDER(data):
		return readDER(data)
	case strings.HasPrefix(text, "{"), strings.HasPrefix(text, "["):
		v, err := strictjson.Parse([]byte(text))
		if err != nil {
			return nil, withoutNames(err)
		}
		return readKeyValue(v, depth)
	}
	v, _ := strictjson.Parse([]byte(text))
	if inner, ok := v.Text(); ok {
		return readAs("a JSON string")(readKey([]byte(inner), depth-1))
	}
	if blocks := pemBlocks(text); len(blocks) > 0 {
		return readPEM(text, blocks)
	}
	if blob, ok := sshBlob(text); ok {
		return readAs("an OpenSSH public key")(readSSH(blob))
	}
	if format := otherFormat(data); format != "" {
		return nil, &FormatError{Format: format}
	}
	if inner, ok := decodeBase64(text); ok {
		return readAs("base64")(readKey(inner, depth-1))
	}
	return nil, errNoKey
}

// readAs notes the form in which a key was found, the outermost one first.
func readAs(form string) func(*Set, error) (*Set, error) {
	return func(set *Set, err error) (*Set, error) {
		if err != nil {
			return nil, err
		}
		if set.ReadAs != "" {
			form += ", which holds " + set.ReadAs
		}
		set.ReadAs = form
		return set, nil
	}
}

// otherFormat names a format that is recognised but not read.
func otherFormat(data []byte) string {
	text := string(data)
	switch {
	case strings.HasPrefix(text, "PuTTY-User-Key-File"):
		return "PuTTY"
	case strings.HasPrefix(text, "\xfe\xed\xfe\xed"):
		return "Java key store"
	case strings.Contains(text, "<RSAKeyValue>"), strings.Contains(text, "<Modulus>"), strings.Contains(text, "X509Certificate>"):
		return "XML"
	case bytes.HasPrefix(data, []byte{0x99, 0x01}), bytes.HasPrefix(data, []byte{0x98, 0x33}):
		return "OpenPGP"
	default:
		return ""
	}
}

// decodeBase64 decodes a text that is nothing but base64, in either alphabet and
// with or without padding, perhaps wrapped or in quotes.
func decodeBase64(text string) ([]byte, bool) {
	const shortest = 44 // octets of an Ed25519 key in SPKI
	text = strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "", `\r`, "", `\n`, "", "-", "+", "_", "/", `"`, "", "'", "").Replace(text)
	data, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
	return data, err == nil && len(data) >= shortest
}

// readKeyValue reads a JWK, or the one key in another JSON document.
func readKeyValue(v strictjson.Value, depth int) (*Set, error) {
	switch {
	case len(v.Items()) == 1:
		return readAs("an array of one key")(readMember(v.Items()[0], depth-1))
	case v.Type() == strictjson.TypeArray, v.Get("keys").Type() == strictjson.TypeArray:
		return nil, errKeySet
	case v.Get("jwks_uri").Exists():
		return nil, metadataError(v)
	case !v.Get("kty").Exists():
		return readDocument(v, depth)
	}
	key := parseJWK(1, v)
	switch {
	case key.Fault == nil:
	case key.Fault.Code == faultPrivate:
		return nil, errPrivateKey
	case key.Fault.Code == faultSharedSecret:
		return nil, errSharedSecret
	case key.Fault.Code == faultMalformed:
		return nil, fmt.Errorf("not a JWK: %s", key.Fault.Text)
	}
	return &Set{Keys: []*Key{key}, Document: setDocument(v)}, nil
}

// readDocument looks for the one key in a JSON document that is not a JWK.
func readDocument(v strictjson.Value, depth int) (*Set, error) {
	var found *Set
	var names []string
	var refused error
	for _, m := range v.Members() {
		set, err := readMember(m.Value, depth-1)
		switch {
		case errors.Is(err, errNoKey):
		case err != nil:
			if refused == nil || errors.Is(err, errPrivateKey) {
				refused = err
			}
		case found != nil && found.Keys[0].sameKey(set.Keys[0]):
		default:
			found = set
			names = append(names, m.Name)
		}
	}
	switch {
	case len(names) > 1:
		return nil, fmt.Errorf("several keys in one document (%s): pass one of them, or a key set", strings.Join(names, ", "))
	case found == nil && refused != nil:
		return nil, refused
	case found == nil && depth == maxNesting:
		return nil, errors.New("not a JWK: no kty")
	case found == nil:
		return nil, errNoKey
	}
	form := fmt.Sprintf("the member %q of a JSON document", names[0])
	if v.Get("realm").Exists() && names[0] == "public_key" {
		form = "the public_key of a Keycloak realm"
	}
	return readAs(form)(found, nil)
}

// readMember reads a value that may be a key: an object, or a text that is long
// enough for one.
func readMember(v strictjson.Value, depth int) (*Set, error) {
	const shortest = 59 // characters of an Ed25519 key in base64, without padding
	text, isText := v.Text()
	switch {
	case depth <= 0:
		return nil, errNoKey
	case isText && len(text) >= shortest:
		return readKey([]byte(text), depth)
	case v.Type() == strictjson.TypeObject:
		return readKeyValue(v, depth)
	default:
		return nil, errNoKey
	}
}
