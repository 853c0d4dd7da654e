package vectors

import (
	"encoding/json"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/jwks"
)

// agreement is a file of key agreement vectors. Its public keys are good and
// bad points, as PEM or as JWK: whoever may verify with them is asked here.
type agreement struct {
	NumberOfTests int
	TestGroups    []struct {
		Curve string
		Tests []struct {
			TCID    int `json:"tcId"`
			Comment string
			Public  json.RawMessage
			Result  result
		}
	}
}

// TestPublicKeys: a point that is not on its curve, of another curve or badly
// encoded is no key of the curve; every other one is (RFC 8725 section 3.4).
func TestPublicKeys(t *testing.T) {
	for file, curve := range map[string]string{
		"ecdh_secp256r1_pem_test.json":       "P-256",
		"ecdh_secp384r1_pem_test.json":       "P-384",
		"ecdh_secp521r1_pem_test.json":       "P-521",
		"ecdh_secp256r1_webcrypto_test.json": "P-256",
		"ecdh_secp384r1_webcrypto_test.json": "P-384",
		"ecdh_secp521r1_webcrypto_test.json": "P-521",
	} {
		t.Run(file, func(t *testing.T) {
			var vectors agreement
			read(t, file, &vectors)
			l := newLedger(t, file, nil)
			for _, group := range vectors.TestGroups {
				for _, c := range group.Tests {
					ok, why := fits(pasted(c.Public), curve)
					l.examine(c.TCID, c.Comment, c.Result, ok, why)
				}
			}
			l.close(vectors.NumberOfTests)
		})
	}
}

// TestForeignCurves: none of these keys can verify an algorithm that claimcheck
// knows, whatever upstream says of the key agreement.
func TestForeignCurves(t *testing.T) {
	for _, file := range []string{
		"ecdh_secp224r1_pem_test.json", "ecdh_secp256k1_webcrypto_test.json", "x25519_jwk_test.json", "x448_jwk_test.json",
	} {
		var vectors agreement
		read(t, file, &vectors)
		run, strays := 0, 0
		for _, group := range vectors.TestGroups {
			for _, c := range group.Tests {
				run++
				if fit, _ := fits(pasted(c.Public), ""); fit && c.Result == invalid {
					strays++ // a sound key of another curve, put there to confuse
				} else if fit {
					t.Errorf("%s, case %d (%s): may verify signatures", file, c.TCID, c.Comment)
				}
			}
		}
		if run == 0 || run != vectors.NumberOfTests {
			t.Errorf("%s: %d cases were run; the file has %d", file, run, vectors.NumberOfTests)
		}
		t.Logf("%s: %d keys, %d of them of a curve that claimcheck knows", file, run, strays)
	}
}

// pasted returns a key as a user would hand it over: PEM, or a JWK.
func pasted(public json.RawMessage) []byte {
	var pem string
	if json.Unmarshal(public, &pem) == nil {
		return []byte(pem)
	}
	return public
}

// fits reports whether a text is one key that may verify signatures, of a curve
// unless that is empty.
func fits(text []byte, curve string) (bool, string) {
	set, err := jwks.ParseKey(text)
	if err != nil {
		return false, err.Error()
	}
	k := set.Keys[0]
	switch {
	case k.Fault != nil:
		return false, k.Fault.Text
	case k.Public == nil:
		return false, "there is no key"
	case curve != "" && k.Curve != curve:
		return false, "a key of " + k.Kind()
	}
	return true, k.Kind()
}
