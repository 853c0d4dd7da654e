package verify_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// authing returns the ID token that a real issuer signed in 2020, and its key.
func authing(t *testing.T) (string, *verify.PublicKeys) {
	t.Helper()
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "authing", name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	set, err := jwks.Parse(read("jwks.json"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(string(read("id-token.jwt")), "\n"), &verify.PublicKeys{Set: set}
}

func TestAuthing(t *testing.T) {
	text, keys := authing(t)
	h, p, s := cut(text)
	good := verify.Policy{Issuer: "https://oidc1.authing.cn/oidc", Audiences: []string{"5f17a529f64fb009b794a2ff"}}
	then := time.Date(2020, 9, 30, 7, 30, 0, 0, time.UTC)
	edit := func(f func(*verify.Policy)) verify.Policy {
		policy := good
		f(&policy)
		return policy
	}
	for _, c := range []struct {
		name   string
		text   string
		policy verify.Policy
		when   time.Time
		reason verify.Reason
		check  string
	}{
		{"genuine", text, good, then, "", ""},
		{"genuine, as an ID token of this client, with its nonce", text,
			edit(func(p *verify.Policy) {
				p.Kind, p.ClientID, p.Nonce = verify.KindID, "5f17a529f64fb009b794a2ff", "E65b1QoUYt"
			}), then, "", ""},
		{"today", text, good, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), verify.ReasonExpired, verify.CheckExpiry},
		{"in its last second", text, good, time.Date(2020, 9, 30, 8, 12, 37, 0, time.UTC), "", ""},
		{"in the second of exp", text, good, time.Date(2020, 9, 30, 8, 12, 38, 0, time.UTC), verify.ReasonExpired, verify.CheckExpiry},
		{"a minute before it was issued", text, good, time.Date(2020, 9, 30, 7, 11, 39, 0, time.UTC), verify.ReasonNotYetValid, verify.CheckIssuedAt},
		{"the issuer as its documentation writes it", text, edit(func(p *verify.Policy) { p.Issuer = "https://oidc1.Authing.cn/oidc" }), then, verify.ReasonWrongIssuer, verify.CheckIssuer},
		{"the issuer with a slash", text, edit(func(p *verify.Policy) { p.Issuer += "/" }), then, verify.ReasonWrongIssuer, verify.CheckIssuer},
		{"another audience", text, edit(func(p *verify.Policy) { p.Audiences = []string{"api"} }), then, verify.ReasonWrongAudience, verify.CheckAudience},
		{"as an access token", text, edit(func(p *verify.Policy) { p.Kind = verify.KindAccess }), then, verify.ReasonClaimRefused, verify.CheckKind},
		{"another nonce", text, edit(func(p *verify.Policy) { p.Nonce = "x" }), then, verify.ReasonClaimRefused, verify.CheckNonce},
		{"one character of the signature", h + "." + p + "." + "A" + s[1:], good, then, verify.ReasonBadSignature, verify.CheckSignature},
		{"one letter of a claim", h + "." + encode(strings.Replace(decoded(t, p), "test1@", "test2@", 1)) + "." + s, good, then, verify.ReasonBadSignature, verify.CheckSignature},
		{"alg forged to none", encode(strings.Replace(decoded(t, h), "RS256", "none", 1)) + "." + p + ".", good, then, verify.ReasonAlgorithmRefused, verify.CheckAlgorithm},
		{"alg forged to HS256", encode(strings.Replace(decoded(t, h), "RS256", "HS256", 1)) + "." + p + "." + s, good, then, verify.ReasonAlgorithmRefused, verify.CheckAlgorithm},
		{"truncated", h + "." + p, good, then, verify.ReasonMalformed, verify.CheckStructure},
	} {
		t.Run(c.name, func(t *testing.T) {
			parsed := token.Parse(c.text)
			r := verify.Verify(parsed, keys, c.policy, c.when)
			if c.reason == "" {
				wantAccepted(t, r)
				return
			}
			wantRejected(t, r, c.reason, c.check)
		})
	}
	parsed := token.Parse(text)
	wantRejected(t, verify.Verify(parsed, trust(t, "rsa"), good, then), verify.ReasonNoMatchingKey, verify.CheckKey)
	if thumbprint := keys.Set.Keys[0].Thumbprint; thumbprint != keys.Set.Keys[0].KeyID {
		t.Errorf("thumbprint %s, which Authing has as the kid %s", thumbprint, keys.Set.Keys[0].KeyID)
	}
}

func decoded(t *testing.T, segment string) string {
	t.Helper()
	parsed := token.Parse(encode(`{}`) + "." + segment + ".")
	if faults := parsed.Faults(); len(faults) > 0 {
		t.Fatal(faults[0].Text)
	}
	return string(parsed.Payload())
}
