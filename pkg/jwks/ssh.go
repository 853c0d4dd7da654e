package jwks

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"math"
	"math/big"
	"strings"
)

// sshBlob finds the base64 of a public key in a line of OpenSSH: "ssh-rsa AAAA…",
// perhaps with options or a host name in front, or alone.
func sshBlob(text string) ([]byte, bool) {
	for _, word := range strings.Fields(text) {
		if !strings.HasPrefix(word, "AAAA") {
			continue
		}
		blob, err := base64.StdEncoding.DecodeString(word)
		if rest := blob; err == nil && isSSHType(sshString(&rest)) {
			return blob, true
		}
	}
	return nil, false
}

func isSSHType(name []byte) bool {
	text := string(name)
	return strings.HasPrefix(text, "ssh-") || strings.HasPrefix(text, "ecdsa-sha2-") || strings.HasPrefix(text, "sk-")
}

// sshString removes the next string from a blob and returns it (RFC 4251 section
// 5), or nil.
func sshString(blob *[]byte) []byte {
	const size = 4
	if len(*blob) < size {
		return nil
	}
	n := binary.BigEndian.Uint32(*blob)
	rest := (*blob)[size:]
	if uint64(n) > uint64(len(rest)) {
		return nil
	}
	*blob = rest[n:]
	return rest[:n]
}

// readSSH reads a public key of OpenSSH (RFC 4253 section 6.6, RFC 5656 section
// 3.1, RFC 8709 section 4).
func readSSH(blob []byte) (*Set, error) {
	curves := map[string]elliptic.Curve{
		"ecdsa-sha2-nistp256": elliptic.P256(), "ecdsa-sha2-nistp384": elliptic.P384(), "ecdsa-sha2-nistp521": elliptic.P521(),
	}
	errDamaged := errors.New("an OpenSSH key that is damaged or cut off")
	kind := string(sshString(&blob))
	switch {
	case kind == "ssh-rsa":
		e, n := new(big.Int).SetBytes(sshString(&blob)), new(big.Int).SetBytes(sshString(&blob))
		if n.Sign() == 0 || !e.IsInt64() || e.Int64() > math.MaxInt32 {
			return nil, errDamaged
		}
		return fromPublic(&rsa.PublicKey{N: n, E: int(e.Int64())}, nil), nil
	case kind == "ssh-ed25519":
		key := sshString(&blob)
		if len(key) != ed25519.PublicKeySize {
			return nil, errDamaged
		}
		return fromPublic(ed25519.PublicKey(key), nil), nil
	case curves[kind] != nil:
		_ = sshString(&blob) // the curve's name again
		key, err := ecdsa.ParseUncompressedPublicKey(curves[kind], sshString(&blob))
		if err != nil {
			return nil, errDamaged
		}
		return fromPublic(key, nil), nil
	case kind == "ssh-dss":
		return nil, &FormatError{Format: "DSA"}
	default:
		return nil, errors.New("an OpenSSH key of a type that is not supported")
	}
}
