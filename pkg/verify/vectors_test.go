package verify_test

import (
	"crypto"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// vector is one file of testdata/vectors/rfc.
type vector struct {
	ID, Kind, Token, Value, Expected, Alg string
	Key                                   json.RawMessage
	Valid                                 bool
	ExpectAsJWT                           string `json:"expect_as_jwt"`
}

// The examples of the specifications are judged as a JWT has to be, through the
// packages of this module alone.
func TestRFCVectors(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "testdata", "vectors", "rfc", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	judged := map[string]int{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var v vector
		if err := json.Unmarshal(data, &v); err != nil {
			t.Fatal(err)
		}
		t.Run(v.ID, func(t *testing.T) { judged[v.examine(t)]++ })
	}
	for what, want := range map[string]int{"accept": 3, "reject": 69, "thumbprint": 3, "hash": 3} {
		if judged[what] != want {
			t.Errorf("%d vectors were judged as %q, want %d", judged[what], what, want)
		}
	}
	if len(files) != 78 {
		t.Errorf("%d vectors, want 78", len(files))
	}
}

// examine returns what the vector was judged as.
func (v vector) examine(t *testing.T) string {
	switch v.Kind {
	case "thumbprint":
		if got := trustSet(t, v.publicKey(t)).Set.Keys[0].Thumbprint; got != v.Expected {
			t.Errorf("thumbprint %s, want %s", got, v.Expected)
		}
		return "thumbprint"
	case "hash":
		if got := v.hash(); got != v.Expected {
			t.Errorf("hash %s, want %s", got, v.Expected)
		}
		return "hash"
	}
	parsed := token.Parse(v.Token)
	keys := v.keys(t)
	policy := verify.Policy{Issuer: "joe", AnyAudience: true}
	r := verify.Verify(parsed, keys, policy, time.Unix(1_300_819_380-60, 0)) // a minute before A.1 to A.3 expire
	switch {
	case v.ExpectAsJWT == "accept":
		wantAccepted(t, r)
	case v.ID == "rfc7515-A5-none":
		wantRejected(t, r, verify.ReasonAlgorithmRefused, verify.CheckAlgorithm)
	case v.Kind == "jws" && !strings.Contains(v.ID, "b64_false"): // a good signature over something else than claims
		wantRejected(t, r, verify.ReasonMalformed, verify.CheckPayload)
		wantStatus(t, r, verify.CheckSignature, verify.Passed)
	case v.Kind == "jws-detached":
		wantRejected(t, r, verify.ReasonMalformed, verify.CheckPayload)
	case v.Kind == "jws":
		wantRejected(t, r, verify.ReasonMalformed, verify.CheckCritical)
	default: // jws-json, jwe
		wantRejected(t, r, verify.ReasonMalformed, verify.CheckStructure)
	}
	return v.ExpectAsJWT
}

func (v vector) hash() string {
	if v.Alg == "full-256" { // ath of a DPoP proof, RFC 9449 section 7.1
		sum := sha256.Sum256([]byte(v.Value))
		return base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return verify.LeftHalfHash(crypto.SHA256, v.Value)
}

// keys are the public half of the key, or the secret.
func (v vector) keys(t *testing.T) verify.Keys {
	var oct struct{ Kty, K string }
	if err := json.Unmarshal(v.Key, &oct); err != nil {
		t.Fatal(err)
	}
	if oct.Kty != "oct" {
		return trustSet(t, v.publicKey(t))
	}
	octets, err := base64.RawURLEncoding.DecodeString(oct.K)
	if err != nil {
		t.Fatal(err)
	}
	return secretOf(t, octets)
}

func (v vector) publicKey(t *testing.T) string {
	return editJWK(t, v.Key, "d", "", "p", "", "q", "", "dp", "", "dq", "", "qi", "")
}
