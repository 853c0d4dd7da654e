package issuertest_test

import (
	"slices"
	"strconv"
	"strings"
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
	m, err := issuertest.NewMinter(issuertest.Minter{Algorithm: algorithm, Like: like, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// published is the minter's key set.
func published(t *testing.T, m *issuertest.Minter) verify.Keys {
	t.Helper()
	set, err := jwks.Parse([]byte(m.JWKS().String()))
	if err != nil {
		t.Fatal(err)
	}
	return &verify.PublicKeys{Set: set}
}

// examine verifies a token as the issuer's audience would.
func examine(m *issuertest.Minter, keys verify.Keys, raw string, change func(*verify.Policy)) *verify.Report {
	policy := verify.Policy{Issuer: m.Issuer, Audiences: []string{m.Audience}}
	if change != nil {
		change(&policy)
	}
	return verify.Verify(token.Parse(raw), keys, policy, now())
}

// asks puts what a verifier has to ask for into its policy.
func asks(p *verify.Policy, m *issuertest.Minter, needs []string) {
	limit := 15 * time.Minute
	for _, need := range needs {
		map[string]func(){
			"access":       func() { p.Kind = verify.KindAccess },
			"id":           func() { p.Kind = verify.KindID },
			"logout":       func() { p.Kind = verify.KindLogout },
			"max_age":      func() { p.MaxAge = &limit },
			"nonce":        func() { p.Nonce = "the-nonce" },
			"client":       func() { p.ClientID = m.ClientID },
			"scope":        func() { p.Scopes = []string{"openid"} },
			"any_audience": func() { p.Audiences, p.AnyAudience = nil, true },
		}[need]()
	}
}

// TestCatalogue holds each flaw to what it promises, in every shape, for every kind
// of token and keys of each type, and shows that the token without it is accepted.
func TestCatalogue(t *testing.T) {
	for _, shape := range issuertest.Vendors() {
		for _, algorithm := range []string{"RS256", "ES256", "EdDSA", "HS256"} {
			if algorithm == "RS256" && shape[0] != "plain" {
				continue // its keys are slow to make, and no shape changes them
			}
			m, keys := minterAndKeys(t, shape[0], algorithm)
			for _, kind := range []verify.Kind{verify.KindAccess, verify.KindID, verify.KindLogout} {
				if shape[0] == "google" && kind == verify.KindAccess {
					continue // they are opaque
				}
				t.Run(shape[0]+" "+algorithm+" "+string(kind), func(t *testing.T) { testCatalogue(t, m, keys, kind) })
			}
		}
	}
}

// minterAndKeys is a minter and what verifies its tokens.
func minterAndKeys(t *testing.T, like, algorithm string) (*issuertest.Minter, verify.Keys) {
	t.Helper()
	if algorithm != "HS256" {
		m := minter(t, like, algorithm)
		return m, published(t, m)
	}
	secret := []byte("0123456789abcdef0123456789abcdef")
	key, err := issuertest.SecretKey(secret, algorithm)
	if err != nil {
		t.Fatal(err)
	}
	m, err := issuertest.NewMinter(issuertest.Minter{Key: key, Like: like, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	keys, err := verify.NewSecret(secret, "")
	if err != nil {
		t.Fatal(err)
	}
	return m, keys
}

func testCatalogue(t *testing.T, m *issuertest.Minter, keys verify.Keys, kind verify.Kind) {
	t.Helper()
	flaws := m.Flaws(issuertest.Token{Kind: kind})
	reason := func(needs []string, names ...string) verify.Reason {
		wanted := issuertest.Token{Kind: kind, Flaws: names}
		report := examine(m, keys, mint(t, m, wanted), func(p *verify.Policy) {
			p.Audiences = []string{flaws[0].Audience}
			asks(p, m, needs)
		})
		return report.Reason
	}
	if got := reason(flaws[0].Needs); got != "" || flaws[0].Name != "good" {
		t.Errorf("the token without a flaw is refused as %q", got)
	}
	for _, flaw := range flaws[1:] {
		if got := reason(flaw.Needs, flaw.Name); got != flaw.Reason {
			t.Errorf("%s: refused as %q, and %q is promised", flaw.Name, got, flaw.Reason)
		}
	}
}

func mint(t *testing.T, m *issuertest.Minter, wanted issuertest.Token) string {
	t.Helper()
	raw, err := m.Mint(wanted)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestNeighbours: what a flaw's needs ask for is no reason to refuse a good token.
func TestNeighbours(t *testing.T) {
	m := minter(t, "", "ES256")
	for _, flaw := range issuertest.Flaws() {
		wanted := issuertest.Token{}
		if slices.Contains(flaw.Needs, "id") || slices.Contains(flaw.Needs, "nonce") {
			wanted = issuertest.Token{Kind: verify.KindID, Audience: []string{m.Audience}, Nonce: "the-nonce"}
		}
		report := examine(m, published(t, m), mint(t, m, wanted), func(p *verify.Policy) { asks(p, m, flaw.Needs) })
		if report.Err() != nil {
			t.Errorf("the neighbour of %s is refused: %v", flaw.Name, report.Err())
		}
	}
}

func TestEveryAlgorithmAndShape(t *testing.T) {
	for _, algorithm := range verify.Algorithms() {
		if strings.HasPrefix(algorithm, "HS") { // only the holder of the secret verifies these
			continue
		}
		m := minter(t, "", algorithm)
		raw, err := m.Mint(issuertest.Token{})
		if err != nil {
			t.Fatal(err)
		}
		if report := examine(m, published(t, m), raw, nil); report.Err() != nil || report.Kind != verify.KindAccess {
			t.Errorf("%s: %v", algorithm, report.Err())
		}
	}
	for _, shape := range issuertest.Vendors() {
		m := minter(t, shape[0], "ES256")
		for _, kind := range []verify.Kind{verify.KindAccess, verify.KindID, verify.KindLogout} {
			raw, err := m.Mint(issuertest.Token{Kind: kind, Audience: []string{m.Audience}})
			if shape[0] == "google" && kind == verify.KindAccess {
				if err == nil {
					t.Error("google has no access tokens to verify")
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			report := examine(m, published(t, m), raw, func(p *verify.Policy) {
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

// TestExpiredLogins: a login is no younger than an expired token, and one that is older
// stays as it was.
func TestExpiredLogins(t *testing.T) {
	m := minter(t, "plain", "ES256")
	for ago, want := range map[time.Duration]time.Duration{time.Minute: 2 * time.Hour, 3 * time.Hour: 3 * time.Hour} {
		raw := mint(t, m, issuertest.Token{Kind: verify.KindID, AuthTime: now().Add(-ago), Flaws: []string{"expired"}})
		if got := claim(t, raw, "auth_time"); got != strconv.FormatInt(now().Add(-want).Unix(), 10) {
			t.Errorf("a login of %s ago: auth_time is %s", ago, got)
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

// TestFlawsOfAKind: the possible flaws of a token depend on its kind, its shape and
// its key.
func TestFlawsOfAKind(t *testing.T) {
	secret, _ := minterAndKeys(t, "plain", "HS256")
	plain, same := minter(t, "plain", "ES256"), minter(t, "okta", "ES256")
	for _, c := range []struct {
		name   string
		minter *issuertest.Minter
		kind   verify.Kind
		flaw   string
		has    bool
	}{
		{"an access token", plain, verify.KindAccess, "expired", true},
		{"an access token", plain, verify.KindAccess, "wrong-nonce", true},
		{"an access token", plain, verify.KindAccess, "access-as-id", true},
		{"an ID token", plain, verify.KindID, "stale-auth-time", true},
		{"a logout token", plain, verify.KindLogout, "expired", true},
		{"a logout token", plain, verify.KindLogout, "stranger", true},
		{"a logout token, which has no login", plain, verify.KindLogout, "stale-auth-time", false},
		{"kinds that only the audience tells apart", same, verify.KindAccess, "id-as-access", true},
		{"kinds that only the audience tells apart", same, verify.KindAccess, "access-as-id", false},
		{"a public key", plain, verify.KindAccess, "hs-confusion", true},
		{"a secret, which has no public key", secret, verify.KindAccess, "hs-confusion", false},
		{"a secret", secret, verify.KindAccess, "expired", true},
	} {
		flaws := c.minter.Flaws(issuertest.Token{Kind: c.kind})
		if has := slices.ContainsFunc(flaws, func(f issuertest.Flaw) bool { return f.Name == c.flaw }); has != c.has {
			t.Errorf("%s can have the flaw %s: %t", c.name, c.flaw, has)
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
