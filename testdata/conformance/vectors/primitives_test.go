package vectors

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// primitive is a file of signature vectors. Its messages are not JWS signing
// inputs, so its judgements cannot be asked of a token. Two things can be: that
// its keys are fit ones, the same as PEM and as JWK, and that none of its
// signatures, odd, oversized or zero, signs a token.
type primitive struct {
	NumberOfTests int
	TestGroups    []struct {
		PublicKeyPEM         string
		PublicKeyJWK, KeyJWK json.RawMessage
		Tests                []struct {
			TCID int `json:"tcId"`
			Sig  string
			Key  string // of a MAC
			Tag  string // of a MAC
		}
	}
}

func TestSignaturesOfOtherMessages(t *testing.T) {
	for file, alg := range map[string]string{
		"rsa_signature_2048_sha256_test.json":       "RS256",
		"rsa_signature_2048_sha384_test.json":       "RS384",
		"rsa_signature_2048_sha512_test.json":       "RS512",
		"rsa_signature_3072_sha256_test.json":       "RS256",
		"rsa_signature_4096_sha384_test.json":       "RS384",
		"rsa_signature_8192_sha512_test.json":       "RS512",
		"rsa_pss_2048_sha256_mgf1_0_test.json":      "PS256",
		"rsa_pss_2048_sha256_mgf1_32_test.json":     "PS256",
		"rsa_pss_2048_sha256_mgf1sha1_20_test.json": "PS256",
		"rsa_pss_2048_sha384_mgf1_48_test.json":     "PS384",
		"rsa_pss_4096_sha512_mgf1_32_test.json":     "PS512",
		"rsa_pss_4096_sha512_mgf1_64_test.json":     "PS512",
		"ecdsa_secp256r1_sha256_p1363_test.json":    "ES256",
		"ecdsa_secp384r1_sha384_p1363_test.json":    "ES384",
		"ecdsa_secp521r1_sha512_p1363_test.json":    "ES512",
		"ed25519_test.json":                         "Ed25519",
	} {
		t.Run(file, func(t *testing.T) {
			var vectors primitive
			read(t, file, &vectors)
			run, asJWK := 0, 0
			for _, group := range vectors.TestGroups {
				set, err := jwks.ParseKey([]byte(group.PublicKeyPEM))
				if err != nil || set.Keys[0].Fault != nil {
					t.Fatalf("%s: a good key is refused: %v %v", group.PublicKeyPEM, err, set)
				}
				asJWK += compareJWK(t, set.Keys[0], group.PublicKeyJWK, group.KeyJWK)
				for _, c := range group.Tests {
					run++
					refused(t, c.TCID, alg, c.Sig, &verify.PublicKeys{Set: set}, "signature")
				}
			}
			if run == 0 || run != vectors.NumberOfTests {
				t.Errorf("%d cases were run; the file has %d", run, vectors.NumberOfTests)
			}
			t.Logf("%d signatures, %d keys, %d of them also as JWK", run, len(vectors.TestGroups), asJWK)
		})
	}
}

func TestTagsOfOtherMessages(t *testing.T) {
	for file, alg := range map[string]string{
		"hmac_sha256_test.json": "HS256", "hmac_sha384_test.json": "HS384", "hmac_sha512_test.json": "HS512",
	} {
		t.Run(file, func(t *testing.T) {
			var vectors primitive
			read(t, file, &vectors)
			run, short := 0, 0
			for _, group := range vectors.TestGroups {
				for _, c := range group.Tests {
					run++
					octets, err := hex.DecodeString(c.Key)
					if err != nil {
						t.Fatal(err)
					}
					secret, err := verify.NewSecret(octets, "vector")
					if err != nil {
						t.Fatal(err)
					}
					id := "signature"
					if size := map[string]int{"HS256": 32, "HS384": 48, "HS512": 64}[alg]; len(octets) < size {
						id = "key" // RFC 7518 section 3.2
						short++
					}
					refused(t, c.TCID, alg, c.Tag, secret, id)
				}
			}
			if run == 0 || run != vectors.NumberOfTests {
				t.Errorf("%d cases were run; the file has %d", run, vectors.NumberOfTests)
			}
			t.Logf("%d tags, %d of them by keys that are too short", run, short)
		})
	}
}

// refused demands that a signature made for another message fails a token, and
// by this check, all those before it having passed.
func refused(t *testing.T, number int, alg, signature string, keys verify.Keys, by string) {
	t.Helper()
	octets, err := hex.DecodeString(signature)
	if err != nil {
		t.Fatal(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	text := encode(fmt.Appendf(nil, `{"alg":%q}`, alg)) + "." + encode([]byte(`{"sub":"s"}`)) + "." + encode(octets)
	report := examine(t, text, keys)
	for _, id := range []string{
		"structure", "encoding", "header", "payload", "critical_header",
		"algorithm", "key", "signature",
	} {
		c, _ := report.Check(id)
		failed := c.Status == verify.Failed
		if failed != (id == by) {
			t.Errorf("case %d: %s is %s (%s); %s was to fail", number, id, c.Status, c.Message, by)
		}
		if id == by {
			return
		}
	}
}

// compareJWK demands that a JWK is the same key as the PEM. It returns how many
// there were.
func compareJWK(t *testing.T, want *jwks.Key, candidates ...json.RawMessage) int {
	t.Helper()
	compared := 0
	for _, jwk := range candidates {
		if jwk == nil {
			continue
		}
		set, err := keySet(jwk)
		if err != nil || len(set.Keys) != 1 {
			t.Errorf("%s: %v", jwk, err)
			continue
		}
		if got := set.Keys[0]; got.Fault != nil || got.Thumbprint != want.Thumbprint || got.Thumbprint == "" {
			t.Errorf("%s: not the key of the PEM: %v", jwk, got.Fault)
		}
		compared++
	}
	return compared
}
