package verify_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// Checks do not stop at the first failure, and the weightiest one is the reason.
func TestEveryFailureIsReported(t *testing.T) {
	claims := goodClaims().with("iss", `"https://other.example"`).with("aud", `"other"`).with("exp", "1600000001").with("nbf", "1700000000").with("sub", `1`)
	steps := []struct {
		claim, value string
		reason       verify.Reason
	}{
		{"iss", `"https://issuer.example"`, verify.ReasonWrongIssuer},
		{"aud", `"api"`, verify.ReasonWrongAudience},
		{"exp", "1600000300", verify.ReasonExpired},
		{"nbf", "1600000000", verify.ReasonNotYetValid},
		{"sub", `"alice"`, verify.ReasonClaimRefused},
	}
	for i, step := range steps { // one fault is repaired after the other
		r := examine(claiming(t, claims), everyKey(t), goodPolicy())
		failed := 0
		for _, c := range r.Checks() {
			if c.Status == verify.Failed {
				failed++
			}
		}
		if r.Reason != step.reason || failed != len(steps)-i {
			t.Errorf("%s with %d failures, want %s with %d", r.Reason, failed, step.reason, len(steps)-i)
		}
		claims = claims.with(step.claim, step.value)
	}
	wantAccepted(t, examine(claiming(t, claims), everyKey(t), goodPolicy()))
}

// Claims are judged under a bad signature, too, which outweighs them.
func TestBadSignatureOutweighsTheClaims(t *testing.T) {
	text := claiming(t, goodClaims().with("exp", "1"))
	r := examine(text[:len(text)-4]+"AAAA", everyKey(t), goodPolicy())
	wantRejected(t, r, verify.ReasonBadSignature, verify.CheckSignature)
	wantStatus(t, r, verify.CheckExpiry, verify.Failed)
	wantStatus(t, r, verify.CheckIssuer, verify.Passed)
	if r.SignatureVerified || !r.RejectedClaims().Exists() {
		t.Error("the claims are not shown as those of a rejected token")
	}
}

// Under a strict policy every warning refuses, and what merely was not asked
// does not.
func TestStrict(t *testing.T) {
	strict := goodPolicy()
	strict.Strict = true
	wantAccepted(t, examine(goodToken(t, "rsa", "RS256"), everyKey(t), strict))
	lenient := strict
	lenient.Leeway = 2 * time.Minute
	repaired := strict
	repaired.Extra = []verify.Check{{ID: verify.CheckRepaired, Status: verify.Warning, Reason: verify.ReasonMalformed, Message: "it was wrapped"}}
	unnamed := mint(t, "rsa", "RS256", goodHeader("rsa", "RS256").without("kid").String(), goodClaims().String())
	refuse(t, []hostile{
		{name: "a long life", text: claiming(t, goodClaims().with("exp", "1700000000")), policy: &strict, reason: verify.ReasonClaimRefused, check: verify.CheckLifetime},
		{name: "milliseconds", text: claiming(t, goodClaims().with("exp", "1600000300000")), policy: &strict, reason: verify.ReasonExpired, check: verify.CheckLifetime},
		{name: "iat slightly ahead", text: claiming(t, goodClaims().with("iat", "1600000065")), policy: &strict, reason: verify.ReasonNotYetValid, check: verify.CheckIssuedAt},
		{name: "a look-alike claim", text: claiming(t, goodClaims().with("EXP", "1")), policy: &strict, reason: verify.ReasonClaimRefused, check: verify.CheckClaimNames},
		{name: "a large leeway", text: goodToken(t, "rsa", "RS256"), policy: &lenient, reason: verify.ReasonClaimRefused, check: verify.CheckLeeway},
		{name: "a text that was repaired", text: goodToken(t, "rsa", "RS256"), policy: &repaired, reason: verify.ReasonMalformed, check: verify.CheckRepaired},
		{name: "b64", text: headed(t, goodHeader("ec256", "ES256").with("b64", "true")), policy: &strict, reason: verify.ReasonMalformed, check: verify.CheckCritical},
		{name: "an embedded key", text: headed(t, goodHeader("ec256", "ES256").with("jku", `"x"`)), policy: &strict, reason: verify.ReasonClaimRefused, check: verify.CheckEmbeddedKey},
		{name: "no kid, several keys", text: unnamed, keys: trust(t, "rsa", "rsa2"), policy: &strict, reason: verify.ReasonClaimRefused, check: verify.CheckKey},
		{name: "a weak key in the set", text: goodToken(t, "rsa", "RS256"), keys: trust(t, "rsa", "rsa1024"), policy: &strict, reason: verify.ReasonNoMatchingKey, check: verify.CheckKeySet},
	})
}

// A check has a reason exactly where it refuses or would under a strict policy.
func TestReasonsOfChecks(t *testing.T) {
	for name, text := range map[string]string{
		"accepted": goodToken(t, "rsa", "RS256"), "rejected": claiming(t, goodClaims().with("exp", "1").with("sub", `""`).with("EXP", "1")),
		"opaque": "abc", "no claims": mint(t, "rsa", "RS256", goodHeader("rsa", "RS256").String(), "[]"),
	} {
		for _, c := range examine(text, everyKey(t), goodPolicy()).Checks() {
			refuses := c.Status == verify.Failed || c.Status == verify.Warning
			if refuses != slices.Contains(verify.Reasons(), c.Reason) || c.Message == "" {
				t.Errorf("%s: %s is %s for %q: %q", name, c.ID, c.Status, c.Reason, c.Message)
			}
		}
	}
}

// A report lists its checks in the order of the catalogue, which has them all.
func TestCatalogue(t *testing.T) {
	var order []string
	for _, info := range verify.Catalogue() {
		if slices.Contains(order, info.ID) || info.Title == "" {
			t.Errorf("%s appears twice, or has no title", info.ID)
		}
		order = append(order, info.ID)
	}
	policy := goodPolicy()
	policy.Kind, policy.Leeway, policy.MinValidity = verify.KindID, 2*time.Minute, time.Second
	policy.Extra = []verify.Check{{ID: verify.CheckRepaired, Status: verify.Warning, Message: "it was wrapped"}}
	for _, text := range []string{goodToken(t, "rsa", "RS256"), "abc", claiming(t, object{}), headed(t, object{{"alg", "1"}})} {
		last := -1
		for _, c := range examine(text, everyKey(t), policy).Checks() {
			place := slices.Index(order, c.ID)
			if place <= last {
				t.Errorf("%s comes after %s", c.ID, order[last])
			}
			last = max(last, place)
		}
	}
	if c, _ := examine(goodToken(t, "rsa", "RS256"), everyKey(t), policy).Check(verify.CheckAudience); c.Spec != "RFC 7519 section 4.1.3" {
		t.Errorf("aud is specified in %q", c.Spec)
	}
}

func TestErr(t *testing.T) {
	err := examine(claiming(t, goodClaims().with("aud", `"other"`)), everyKey(t), goodPolicy()).Err()
	var rejected *verify.RejectedError
	if !errors.As(err, &rejected) || rejected.Reason != verify.ReasonWrongAudience || !strings.Contains(err.Error(), `"other"`) {
		t.Errorf("got %v", err)
	}
	if (&verify.Report{}).Err() == nil || (&verify.Report{}).Claims().Exists() {
		t.Error("the zero Report accepts")
	}
}

// Hopeless is what no key could change: it costs no request.
func TestPreflight(t *testing.T) {
	good, claims := goodHeader("ec256", "ES256"), goodClaims().String()
	only := goodPolicy()
	only.Algorithms = []string{"RS256"}
	for _, c := range []struct {
		name, text string
		policy     verify.Policy
		want       bool
	}{
		{"a good token", goodToken(t, "ec256", "ES256"), goodPolicy(), false},
		{"an expired token", claiming(t, goodClaims().with("exp", "1")), goodPolicy(), false},
		{"a payload that is no object", mint(t, "ec256", "ES256", good.String(), "[]"), goodPolicy(), false},
		{"opaque", "abc", goodPolicy(), true},
		{"padded", goodToken(t, "ec256", "ES256") + "=", goodPolicy(), true},
		{"a kid that is a number", mint(t, "ec256", "ES256", good.with("kid", "1").String(), claims), goodPolicy(), true},
		{"crit", mint(t, "ec256", "ES256", good.with("crit", `["x"]`).String(), claims), goodPolicy(), true},
		{"none", encode(`{"alg":"none"}`) + "." + encode(claims) + ".", goodPolicy(), true},
		{"an algorithm that is not allowed", goodToken(t, "ec256", "ES256"), only, true},
		{"HS256 by public keys", goodToken(t, "hmac", "HS256"), goodPolicy(), true},
	} {
		parsed := token.Parse(c.text)
		if got := !verify.Preflight(parsed, c.policy); got != c.want {
			t.Errorf("%s: %t, want %t", c.name, got, c.want)
		}
	}
}

// A secret is never printed, in whatever way it is.
func TestSecretNeverPrints(t *testing.T) {
	value := []byte("correct horse battery staple, 32")
	s := secretOf(t, value)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		for _, printed := range []string{fmt.Sprintf(verb, s), fmt.Sprintf(verb, *s), fmt.Sprintf(verb, []any{s})} {
			if strings.Contains(printed, "correct") || strings.Contains(strings.ToLower(printed), "636f7272") || strings.Contains(printed, "99 111 114") {
				t.Errorf("%s prints %s", verb, printed)
			}
		}
	}
	value[0] = 'X' // what the caller does with its bytes does not matter any more
	text := encode(goodHeader("x", "HS256").String()) + "." + encode(goodClaims().String())
	wantAccepted(t, examine(text+"."+encode(signHMAC("HS256", []byte("correct horse battery staple, 32"), text)), s, goodPolicy()))
}
