package jwks_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/base64"
	"encoding/binary"
	"math/big"
	"strings"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/jwks"
)

// sshLine is a public key as OpenSSH writes it (RFC 4253 section 6.6).
func sshLine(t testing.TB, name string) string {
	t.Helper()
	public := privateKey(t, name).Public()
	kind, blob := sshBlob(t, public.Key)
	return kind + " " + base64.StdEncoding.EncodeToString(blob)
}

func sshBlob(t testing.TB, key any) (kind string, blob []byte) {
	t.Helper()
	add := func(octets []byte) {
		blob = binary.BigEndian.AppendUint32(blob, uint32(len(octets)))
		blob = append(blob, octets...)
	}
	integer := func(n *big.Int) { add(append([]byte{0}, n.Bytes()...)) }
	switch key := key.(type) {
	case *rsa.PublicKey:
		kind = "ssh-rsa"
		add([]byte(kind))
		integer(big.NewInt(int64(key.E)))
		integer(key.N)
	case ed25519.PublicKey:
		kind = "ssh-ed25519"
		add([]byte(kind))
		add(key)
	case *ecdsa.PublicKey:
		curve := "nistp" + strings.TrimPrefix(key.Curve.Params().Name, "P-")
		kind = "ecdsa-sha2-" + curve
		add([]byte(kind))
		add([]byte(curve))
		point, err := key.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		add(point)
	}
	return kind, blob
}

// A line of OpenSSH is the key that the PEM is.
func TestParseKeyReadsOpenSSH(t *testing.T) {
	for _, name := range []string{"rsa", "ec256", "ec384", "ec521", "ed25519"} {
		_, blob := sshBlob(t, privateKey(t, name).Public().Key)
		body := base64.StdEncoding.EncodeToString(blob)
		want := parseKey(t, spki(t, name)).Thumbprint
		for _, text := range []string{
			sshLine(t, name), sshLine(t, name) + " ada@host.example\n", `command="x" ` + sshLine(t, name), body,
			"---- BEGIN SSH2 PUBLIC KEY ----\nComment: \"a key: mine\"\n" + body[:64] + "\n" + body[64:] + "\n---- END SSH2 PUBLIC KEY ----\n",
		} {
			if got := parseKey(t, text); got.Thumbprint != want || want == "" {
				t.Errorf("%s: %q is the key %s, not %s", name, text, got.Thumbprint, want)
			}
		}
	}
}

func TestParseKeyRefusesBrokenOpenSSH(t *testing.T) {
	blob := func(parts ...string) string {
		var octets []byte
		for _, p := range parts {
			octets = binary.BigEndian.AppendUint32(octets, uint32(len(p)))
			octets = append(octets, p...)
		}
		return base64.StdEncoding.EncodeToString(octets)
	}
	for _, c := range []struct{ name, text, says string }{
		{"cut off", blob("ssh-rsa", "\x01\x00\x01"), "damaged or cut off"},
		{"a huge exponent", blob("ssh-rsa", "\x01\x00\x00\x00\x01", "\x01"), "damaged or cut off"},
		{"a short point", blob("ssh-ed25519", "abc"), "damaged or cut off"},
		{"a point off the curve", blob("ecdsa-sha2-nistp256", "nistp256", "\x04"+strings.Repeat("a", 64)), "damaged or cut off"},
		{"DSA", blob("ssh-dss", "abc"), "the format DSA"},
		{"a token of hardware", blob("sk-ssh-ed25519@openssh.com", strings.Repeat("a", 32)), "of a type that is not supported"},
	} {
		if _, err := jwks.ParseKey([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %s", c.name, err, c.says)
		}
	}
	if k := parseKey(t, blob("ssh-rsa", "\x7f\xff\xff\xff", "\x00"+string(ones(2048)))); k.Fault != nil {
		t.Errorf("an exponent of 2^31-1: %v", k.Fault)
	}
}

// parseKey returns the key that a text holds.
func parseKey(t testing.TB, text string) *jwks.Key {
	t.Helper()
	set, err := jwks.ParseKey([]byte(text))
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return set.Keys[0]
}
