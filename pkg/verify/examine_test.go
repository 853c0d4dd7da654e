package verify_test

import (
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// now is the time at which the tests judge: one minute after goodClaims were
// issued, four minutes before they expire.
var now = time.Unix(1_600_000_060, 0).UTC()

// goodClaims are those of a plain token that goodPolicy accepts.
func goodClaims() object {
	return object{
		{"iss", `"https://issuer.example"`},
		{"aud", `"api"`},
		{"sub", `"alice"`},
		{"iat", "1600000000"},
		{"exp", "1600000300"},
	}
}

func goodHeader(key, alg string) object {
	return object{{"alg", `"` + alg + `"`}, {"kid", `"` + key + `"`}, {"typ", `"JWT"`}}
}

func goodPolicy() verify.Policy {
	return verify.Policy{Issuer: "https://issuer.example", Audiences: []string{"api"}}
}

// goodToken returns a token of goodClaims signed by a key of testdata/keys.
func goodToken(t testing.TB, key, alg string) string {
	t.Helper()
	return mint(t, key, alg, goodHeader(key, alg).String(), goodClaims().String())
}

// claiming returns a well-signed token with the claims given.
func claiming(t testing.TB, claims object) string {
	t.Helper()
	return mint(t, "ed25519", "Ed25519", goodHeader("ed25519", "Ed25519").String(), claims.String())
}

// headed returns a token of goodClaims, well signed by the key "ec256", with
// the header given.
func headed(t testing.TB, header object) string {
	t.Helper()
	return mint(t, "ec256", "ES256", header.String(), goodClaims().String())
}

// everyKey is a set of one fit key for each algorithm.
func everyKey(t testing.TB) *verify.PublicKeys {
	t.Helper()
	return trust(t, "rsa", "ec256", "ec384", "ec521", "ed25519")
}

// hostile is a token that must be refused, and why. Without keys it meets
// everyKey, without a policy goodPolicy.
type hostile struct {
	name   string
	text   string
	keys   verify.Keys
	policy *verify.Policy
	reason verify.Reason
	check  string
}

// refuse demands that every token is refused for its reason.
func refuse(t *testing.T, list []hostile) {
	t.Helper()
	for _, h := range list {
		t.Run(h.name, func(t *testing.T) {
			if h.keys == nil {
				h.keys = everyKey(t)
			}
			if h.policy == nil {
				policy := goodPolicy()
				h.policy = &policy
			}
			wantRejected(t, examine(h.text, h.keys, *h.policy), h.reason, h.check)
		})
	}
}

// neighbour is a token that looks like an attack and is legal.
type neighbour struct {
	name string
	text string
	keys verify.Keys
}

// accept demands that every token is accepted.
func accept(t *testing.T, list []neighbour) {
	t.Helper()
	for _, n := range list {
		t.Run("legal: "+n.name, func(t *testing.T) {
			if n.keys == nil {
				n.keys = everyKey(t)
			}
			wantAccepted(t, examine(n.text, n.keys, goodPolicy()))
		})
	}
}

// examine parses and verifies.
func examine(text string, keys verify.Keys, policy verify.Policy) *verify.Report {
	parsed := token.Parse(text)
	return verify.Verify(parsed, keys, policy, now)
}

// wantAccepted demands that a report accepts, and that its claims can be had.
func wantAccepted(t *testing.T, r *verify.Report) {
	t.Helper()
	if !r.Accepted || r.Reason != "" || r.Err() != nil || !r.Claims().Exists() || r.RejectedClaims().Exists() {
		t.Errorf("wrong refusal: %v", r.Err())
	}
}

// wantRejected demands the reason, that the check which failed for it is the
// one given, and that nothing can be taken for accepted claims.
func wantRejected(t *testing.T, r *verify.Report, reason verify.Reason, id string) {
	t.Helper()
	if r.Accepted || r.Err() == nil || r.Claims().Exists() {
		t.Fatalf("WRONG ACCEPTANCE: %v", r.Err())
	}
	if r.Reason != reason {
		t.Errorf("rejected for %s, want %s: %v", r.Reason, reason, r.Err())
	}
	if c, ok := r.Check(id); !ok || c.Status != verify.Failed || c.Reason != reason {
		t.Errorf("check %s: %+v, want it to have failed for %s", id, c, reason)
	}
}

// wantStatus demands the outcome of one check.
func wantStatus(t *testing.T, r *verify.Report, id string, status verify.Status) {
	t.Helper()
	if c, ok := r.Check(id); !ok || c.Status != status {
		t.Errorf("check %s is %q (%s), want %q", id, c.Status, c.Message, status)
	}
}
