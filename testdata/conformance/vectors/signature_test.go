package vectors

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// josefile is json_web_signature_test.json, json_web_key_test.json and
// json_web_crypto_test.json: the same but for where a set stands for a key.
type josefile struct {
	NumberOfTests int
	TestGroups    []struct {
		Comment         string
		Public, Private json.RawMessage
		Tests           []josecase
	}
}

type josecase struct {
	TCID    int `json:"tcId"`
	Comment string
	JWS     json.RawMessage // a string, or a JSON serialisation
	JWE     json.RawMessage
	Result  result
}

// text returns the token as a user would paste it.
func (c josecase) text() string {
	message := c.JWS
	if message == nil {
		message = c.JWE
	}
	var text string
	if json.Unmarshal(message, &text) == nil {
		return text
	}
	return string(message)
}

func TestJSONWebSignature(t *testing.T) {
	const figure20 = "RFC 7520 figure 20 is PS384, but upstream labelled the key alg PS256: a key is for its alg (check key, RFC 8725 section 3.1)"
	const figure27 = "upstream labelled the key with an algorithm that does not exist, ES521; the token says ES512 (check key)"
	const alphabet = "upstream calls \"?\" inside base64url valid; RFC 7515 section 2 and RFC 4648 section 3.3 refuse it (check encoding)"
	const padding = "upstream lost the padding that makes it invalid: byte for byte the text and key of case 357, which it calls valid"
	runJOSE(t, "json_web_signature_test.json", exceptions{
		346: figure20, 350: figure20,
		347: figure27, 351: figure27,
		367: padding, 370: padding,
		372: alphabet, 373: alphabet,
	})
}

func TestJSONWebKey(t *testing.T) {
	const label = "an AES key as the secret: claimcheck takes a secret as octets, never as a JWK, so there is no alg to compare with"
	runJOSE(t, "json_web_key_test.json", exceptions{
		2:  "a set of shared secrets: claimcheck takes one secret, and refuses every secret in a key set",
		25: label,
		26: label,
	})
}

func TestJSONWebCrypto(t *testing.T) {
	const encrypted = "an encrypted token is never verified: only its audience can read it"
	runJOSE(t, "json_web_crypto_test.json", exceptions{
		48: "a set of shared secrets: claimcheck takes one secret, and refuses every secret in a key set",
		50: encrypted,
		67: encrypted,
	})
}

func runJOSE(t *testing.T, file string, exceptions exceptions) {
	var vectors josefile
	read(t, file, &vectors)
	l := newLedger(t, file, exceptions)
	for _, group := range vectors.TestGroups {
		public := group.Public
		if public == nil {
			public = group.Private
		}
		keys, err := trust(public)
		for _, c := range group.Tests {
			if err != nil {
				l.examine(c.TCID, c.Comment, c.Result, false, err.Error())
				continue
			}
			report := examine(t, c.text(), keys)
			ok, why := signatureStands(report)
			l.examine(c.TCID, c.Comment, c.Result, ok, why)
			if c.JWE != nil && ok {
				t.Errorf("%s, case %d: an encrypted token passed for a signed one", file, c.TCID)
			}
		}
		checkPrivate(t, file, group.Private, group.Tests)
	}
	l.close(vectors.NumberOfTests)
}

// trust turns a key of the vectors into what a user would trust: a single
// shared secret is given as one, everything else is a key set.
func trust(key json.RawMessage) (verify.Keys, error) {
	var jwk struct{ Kty, K string }
	if err := json.Unmarshal(key, &jwk); err == nil && jwk.Kty == "oct" {
		octets, err := base64.RawURLEncoding.DecodeString(jwk.K)
		if err != nil {
			return nil, err
		}
		return asKeys(verify.NewSecret(octets, "vector"))
	}
	// A group of one key in a set is such a secret as well.
	if only, ok := single(key); ok {
		return trust(only)
	}
	set, err := keySet(key)
	return &verify.PublicKeys{Set: set, Source: "vector"}, err
}

func asKeys(secret *verify.Secret, err error) (verify.Keys, error) {
	if err != nil {
		return nil, err
	}
	return secret, nil
}

func single(key json.RawMessage) (json.RawMessage, bool) {
	var document struct{ Keys []json.RawMessage }
	if json.Unmarshal(key, &document) != nil || len(document.Keys) != 1 {
		return nil, false
	}
	return document.Keys[0], true
}

// checkPrivate: the private half where a public key belongs verifies nothing,
// not even what is valid, whether it comes in a set or alone.
func checkPrivate(t *testing.T, file string, private json.RawMessage, cases []josecase) {
	t.Helper()
	if private == nil {
		return
	}
	set, err := keySet(private)
	if err != nil {
		t.Errorf("%s: %v", file, err)
		return
	}
	for _, k := range set.Keys {
		if k.Fault == nil && strings.Contains(string(private), `"d"`) {
			t.Errorf("%s: a published private key is taken for a fit one", file)
		}
	}
	if _, err := jwks.ParseKey(private); err == nil {
		t.Errorf("%s: a private or secret key is taken for a public one", file)
	}
	for _, c := range cases {
		if ok, _ := signatureStands(examine(t, c.text(), &verify.PublicKeys{Set: set})); ok {
			t.Errorf("%s, case %d: verified by a private key in a public place", file, c.TCID)
		}
	}
}

// examine verifies a text, demanding nothing of its claims: most vectors carry no
// claims set.
func examine(t *testing.T, text string, keys verify.Keys) *verify.Report {
	t.Helper()
	parsed := token.Parse(text)
	policy := verify.Policy{AnyIssuer: true, AnyAudience: true}
	report := verify.Verify(parsed, keys, policy, time.Unix(1_700_000_000, 0))
	if report.Accepted {
		t.Errorf("accepted, although no vector has exp: %s", text)
	}
	_, symmetric := keys.(*verify.Secret)
	if ok, why := signatureStands(report); ok && !symmetric && !verify.Preflight(parsed, policy) {
		t.Errorf("called hopeless before a key was looked for, but verifies: %s %s", text, why)
	}
	return report
}

// signatureStands reports whether everything passed that a signature depends on.
// The payload check is left out: what is signed need not be a claims set.
func signatureStands(report *verify.Report) (bool, string) {
	for _, id := range []string{
		"structure", "encoding", "header", "critical_header",
		"algorithm", "key", "signature",
	} {
		c, ok := report.Check(id)
		if !ok {
			return false, fmt.Sprintf("%s was not checked", id)
		}
		if c.Status != verify.Passed && c.Status != verify.Warning {
			return false, fmt.Sprintf("%s %s: %s", id, c.Status, c.Message)
		}
	}
	return true, "all passed"
}
