package jwks_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

func TestParseReadsASet(t *testing.T) {
	set := parseSet(t, public(t, "rsa"), public(t, "ec384"), public(t, "ed25519", "kid", ""))
	if !slices.Equal(set.KeyIDs(), []string{"rsa", "ec384"}) || len(set.Usable()) != 3 {
		t.Errorf("kids %q, %d usable keys", set.KeyIDs(), len(set.Usable()))
	}
	if set.Document.Type() != strictjson.TypeObject {
		t.Errorf("the document is %s", set.Document.Type())
	}
	want := []struct {
		name, kind string
		bits       int
	}{{`"rsa"`, "RSA 2048", 2048}, {`"ec384"`, "EC P-384", 384}, {"number 3 (no kid)", "OKP Ed25519", 256}}
	for i, k := range set.Keys {
		if k.Name() != want[i].name || k.Kind() != want[i].kind || k.Bits != want[i].bits || k.Position != i+1 || len(k.Warnings) != 0 {
			t.Errorf("key %d: %s, %s, %d bits, %q", i+1, k.Name(), k.Kind(), k.Bits, k.Warnings)
		}
	}
}

func TestParseAcceptsASetWithoutKeys(t *testing.T) {
	if set, err := jwks.Parse([]byte(`{"keys":[]}`)); err != nil || len(set.Keys) != 0 {
		t.Errorf("%v, %v", set, err)
	}
}

func TestParseRefusesWhatIsNoKeySet(t *testing.T) {
	for _, c := range []struct{ name, text, says string }{
		{"nothing", ``, "no JSON value"},
		{"an HTML page", `<html>`, "invalid character"},
		{"an array of keys", `[]`, "an array"},
		{"an empty object", `{}`, `there is no "keys"`},
		{"an object without keys", `{"issuer":"x"}`, `there is no "keys"`},
		{"a single key", public(t, "rsa"), "a single key"},
		{"metadata", `{"issuer":"x","jwks_uri":"https://x/keys"}`, "the metadata of an issuer"},
		{"a map of other texts", `{"a":"-----BEGIN CERTIFICATE-----","b":"x"}`, `there is no "keys"`},
		{"a set in a member", `{"jwks":{"keys":[]}}`, `there is no "keys"`},
		{"too many keys in a map", keyMap(jwks.MaxKeys + 1), `there is no "keys"`},
		{"keys that are an object", `{"keys":{}}`, "of type object"},
		{"keys that are null", `{"keys":null}`, "of type null"},
		{"the name in other letters", `{"Keys":[]}`, `there is no "keys"`},
		{"keys twice", `{"keys":[],"keys":[]}`, "duplicate"},
		{"too many keys", `{"keys":[` + strings.Repeat(`{},`, jwks.MaxKeys) + `{}]}`, "more than 1000 keys"},
	} {
		t.Run(c.name, func(t *testing.T) {
			set, err := jwks.Parse([]byte(c.text))
			if !isRefusal(err) || set != nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want it to say %q", err, c.says)
			}
		})
	}
}

// keyMap is a map of that many keys by kid, which are empty.
func keyMap(n int) string {
	members := make([]string, n)
	for i := range members {
		members[i] = fmt.Sprintf(`"%d":"-----BEGIN PUBLIC KEY-----"`, i)
	}
	return "{" + strings.Join(members, ",") + "}"
}

func TestParseReadsTheLargestSets(t *testing.T) {
	if set, err := jwks.Parse([]byte(`{"keys":[` + strings.Repeat(`{},`, jwks.MaxKeys-1) + `{}]}`)); err != nil || len(set.Keys) != jwks.MaxKeys {
		t.Errorf("%v, %v", set, err)
	}
	if set, err := jwks.Parse([]byte(keyMap(jwks.MaxKeys))); err != nil || len(set.Keys) != jwks.MaxKeys {
		t.Errorf("%v, %v", set, err)
	}
}

// One key that is broken or unknown never spoils the others.
func TestOneBadKeyDoesNotSpoilTheSet(t *testing.T) {
	good := public(t, "rsa")
	for name, bad := range map[string]string{
		"not an object":            `"key"`,
		"no members":               `{}`,
		"an unknown type":          `{"kty":"AKP","alg":"ML-DSA-44","pub":"AAAA"}`,
		"an unknown curve":         `{"kty":"EC","crv":"secp256k1","x":"AAAA","y":"AAAA"}`,
		"a broken certificate":     public(t, "rsa2", "x5c", `["AAAA"]`),
		"a modulus of 20,000 bits": public(t, "rsa2", "n", quoted(append([]byte{0x80}, make([]byte, 2499)...))),
		"a point off its curve":    public(t, "ec256", "x", quoted(make([]byte, 32))),
		"an RSA key without n":     public(t, "rsa2", "n", ""),
		"a label of another type":  public(t, "rsa2", "alg", `1`),
	} {
		t.Run(name, func(t *testing.T) {
			set := parseSet(t, bad, good)
			if len(set.Keys) != 2 || set.Keys[1].Fault != nil || set.Keys[1].Public == nil {
				t.Errorf("the good key suffers: %+v", set.Keys[1].Fault)
			}
		})
	}
}
