package issuertest_test

import (
	"slices"
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/pkg/issuertest"
	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

func now() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }

func minter(t *testing.T, like, algorithm string) *issuertest.Minter {
	t.Helper()
	key, err := issuertest.NewKey(algorithm)
	if err != nil {
		t.Fatal(err)
	}
	m, err := issuertest.NewMinter(issuertest.MinterConfig{Key: key, Like: like, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// judge verifies a token as the issuer's audience would.
func judge(t *testing.T, m *issuertest.Minter, raw string, change func(*verify.Policy)) *verify.Report {
	t.Helper()
	set, err := jwks.Parse([]byte(m.JWKS().String()))
	if err != nil {
		t.Fatal(err)
	}
	policy := verify.Policy{Issuer: m.Issuer(), Audiences: []string{m.Audience()}}
	if change != nil {
		change(&policy)
	}
	parsed := token.Parse(raw)
	return verify.Verify(parsed, &verify.PublicKeys{Set: set}, policy, now())
}

// need is the policy that asks for what a flaw needs.
func need(n issuertest.Need, m *issuertest.Minter) func(*verify.Policy) {
	limit := 15 * time.Minute
	return map[issuertest.Need]func(*verify.Policy){
		issuertest.NeedsNothing: func(*verify.Policy) {},
		issuertest.NeedsAccess:  func(p *verify.Policy) { p.Kind = verify.KindAccess },
		issuertest.NeedsID:      func(p *verify.Policy) { p.Kind = verify.KindID },
		issuertest.NeedsMaxAge:  func(p *verify.Policy) { p.MaxAge = &limit },
		issuertest.NeedsNonce:   func(p *verify.Policy) { p.Nonce = "the-nonce" },
		issuertest.NeedsClient:  func(p *verify.Policy) { p.ClientID = m.ClientID() },
		issuertest.NeedsScope:   func(p *verify.Policy) { p.Scopes = []string{"openid"} },
	}[n]
}

// TestFlaws holds each flaw to what it promises, for a key of each type, and shows
// that the same token without the flaw is accepted under the same policy.
func TestFlaws(t *testing.T) {
	for _, algorithm := range []string{"RS256", "ES256", "EdDSA"} {
		m := minter(t, "", algorithm)
		for _, flaw := range issuertest.Flaws() {
			raw, err := m.Mint(issuertest.Token{Flaws: []string{flaw.Name}})
			if err != nil {
				t.Fatal(err)
			}
			report := judge(t, m, raw, need(flaw.Needs, m))
			if report.Reason != flaw.Reason {
				t.Errorf("%s, %s: refused as %q, want %q (%v)", algorithm, flaw.Name, report.Reason, flaw.Reason, report.Err())
			}
		}
	}
}

func TestGoodTokens(t *testing.T) {
	m := minter(t, "", "ES256")
	for _, flaw := range issuertest.Flaws() {
		wanted := issuertest.Token{}
		if flaw.Needs == issuertest.NeedsID || flaw.Needs == issuertest.NeedsNonce {
			wanted = issuertest.Token{Kind: verify.KindID, Audience: []string{m.Audience()}, Nonce: "the-nonce"}
		}
		raw, err := m.Mint(wanted)
		if err != nil {
			t.Fatal(err)
		}
		if report := judge(t, m, raw, need(flaw.Needs, m)); report.Err() != nil {
			t.Errorf("the neighbour of %s is refused: %v", flaw.Name, report.Err())
		}
	}
}

func TestEveryAlgorithmAndShape(t *testing.T) {
	for _, algorithm := range verify.AsymmetricAlgorithms() {
		m := minter(t, "", algorithm)
		raw, err := m.Mint(issuertest.Token{})
		if err != nil {
			t.Fatal(err)
		}
		if report := judge(t, m, raw, nil); report.Err() != nil || report.Kind != verify.KindAccess {
			t.Errorf("%s: %v", algorithm, report.Err())
		}
	}
	for _, shape := range issuertest.Vendors() {
		m := minter(t, shape[0], "ES256")
		for _, kind := range []verify.Kind{verify.KindAccess, verify.KindID, verify.KindLogout} {
			raw, err := m.Mint(issuertest.Token{Kind: kind, Audience: []string{m.Audience()}})
			if shape[0] == "google" && kind == verify.KindAccess {
				if err == nil {
					t.Error("google has no access tokens to verify")
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			report := judge(t, m, raw, func(p *verify.Policy) {
				if kind == verify.KindLogout {
					p.Kind = kind
				}
				if shape[0] == "cognito" && kind == verify.KindAccess {
					p.Audiences, p.AnyAudience = nil, true
				}
			})
			if report.Err() != nil {
				t.Errorf("%s, %s: %v", shape[0], kind, report.Err())
			}
		}
	}
}

func TestContradictoryFlaws(t *testing.T) {
	m := minter(t, "", "ES256")
	for _, c := range []struct {
		flaws []string
		fine  bool
	}{
		{[]string{"expired", "wrong-audience"}, true},
		{[]string{"expired", "stale-auth-time"}, true},
		{[]string{"truncated", "alg-none", "expired", "duplicate-claim"}, true},
		{[]string{"expired", "missing-exp"}, false},
		{[]string{"alg-none", "bad-signature"}, false},
		{[]string{"expired", "expired"}, false},
		{[]string{"no-such-flaw"}, false},
	} {
		if _, err := m.Mint(issuertest.Token{Flaws: c.flaws}); (err == nil) != c.fine {
			t.Errorf("%v: %v", c.flaws, err)
		}
	}
}

func TestNamesAreUnique(t *testing.T) {
	names := []string{}
	for _, flaw := range issuertest.Flaws() {
		if slices.Contains(names, flaw.Name) {
			t.Errorf("%s twice", flaw.Name)
		}
		names = append(names, flaw.Name)
	}
}
