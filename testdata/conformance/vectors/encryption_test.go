package vectors

import (
	"testing"

	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// TestJSONWebEncryption: upstream's cases are for those who decrypt. What can
// be said here is that none of them, sound or not, ever passes for a signed
// token, and that no key for encryption verifies anything.
func TestJSONWebEncryption(t *testing.T) {
	const file = "json_web_encryption_test.json"
	var vectors josefile
	read(t, file, &vectors)
	run, compact := 0, 0
	for _, group := range vectors.TestGroups {
		key := group.Public
		if key == nil {
			key = group.Private
		}
		set, err := keySet(key)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range set.Keys {
			if k.Use == "enc" && k.Fault == nil {
				t.Errorf("%s (%s): a key for encryption may verify signatures", file, group.Comment)
			}
		}
		for _, c := range group.Tests {
			run++
			parsed := token.Parse(c.text())
			if len(parsed.Faults()) == 0 {
				t.Errorf("%s, case %d: a well-formed JWT", file, c.TCID)
			}
			switch parsed.Form() {
			case token.FormJWE:
				compact++
			case token.FormJWT, "jws":
				t.Errorf("%s, case %d: taken for a %s", file, c.TCID, parsed.Form())
			default:
				if c.Result == valid {
					t.Errorf("%s, case %d: a sound JWE taken for %s", file, c.TCID, parsed.Form())
				}
			}
			if ok, _ := signatureStands(examine(t, c.text(), &verify.PublicKeys{Set: set})); ok {
				t.Errorf("%s, case %d: a signature stands", file, c.TCID)
			}
		}
	}
	if run == 0 || run != vectors.NumberOfTests {
		t.Errorf("%s: %d cases were run; the file has %d", file, run, vectors.NumberOfTests)
	}
	t.Logf("%s: %d cases, %d recognised as compact JWE", file, run, compact)
}
