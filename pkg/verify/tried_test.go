package verify_test

import (
	"strings"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// TestNotEveryKeyIsTried: a token without a kid is not tried with every key of a
// huge set, and the report does not claim that it was.
func TestNotEveryKeyIsTried(t *testing.T) {
	stranger := publicJWK(t, "rsa2")
	set := make([]string, 40)
	for i := range set {
		set[i] = stranger
	}
	set[39] = publicJWK(t, "rsa")
	tok := token.Parse(mint(t, "rsa", "RS256", `{"alg":"RS256"}`, goodClaims().String()))
	r := verify.Verify(tok, trustSet(t, set...), goodPolicy(), now)
	check, _ := r.Check(verify.CheckSignature)
	if r.Reason != verify.ReasonBadSignature || !strings.Contains(check.Message, "first 32 keys that fit; the other 8 were not tried") {
		t.Errorf("%s: %s", r.Reason, check.Message)
	}
	check, _ = verify.Verify(tok, trustSet(t, set[:32]...), goodPolicy(), now).Check(verify.CheckSignature)
	if !strings.HasPrefix(check.Message, "the signature matches none of the keys that fit: ") {
		t.Errorf("32 keys, which are all tried: %s", check.Message)
	}
	set[31] = set[39]
	if r := verify.Verify(tok, trustSet(t, set...), goodPolicy(), now); !r.Accepted {
		t.Error(r.Err())
	}
}
