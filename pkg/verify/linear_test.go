package verify_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// The benchmarks show that cost is linear in the input: ns/op of 16000 is some
// sixteen times that of 1000, for each kind of list that a token or a policy has.
func BenchmarkLinear(b *testing.B) {
	words := func(n int) string {
		list := make([]string, n)
		for i := range list {
			list[i] = fmt.Sprintf("w%d", i)
		}
		return strings.Join(list, " ")
	}
	quoted := func(n int) string { return `["` + strings.ReplaceAll(words(n), " ", `","`) + `"]` }
	members := func(n int) string { return `{"` + strings.ReplaceAll(words(n), " ", `":1,"`) + `":1}` }
	for _, kind := range []struct {
		name   string
		claims func(n int) object
		edit   func(p *verify.Policy, n int)
	}{
		{"scope", func(n int) object { return goodClaims().with("scope", `"`+words(n)+`"`) },
			func(p *verify.Policy, n int) { p.Scopes = strings.Split(words(n), " ") }},
		{"missing scopes", func(n int) object { return goodClaims().with("scope", `"`+words(n)+`"`) },
			func(p *verify.Policy, n int) { p.Scopes = strings.Split(strings.ReplaceAll(words(n), "w", "v"), " ") }},
		{"roles", func(n int) object { return goodClaims().with("roles", quoted(n)) },
			func(p *verify.Policy, n int) { p.Roles = strings.Split(words(n), " ") }},
		{"audiences", func(n int) object { return goodClaims().with("aud", quoted(n)) }, func(*verify.Policy, int) {}},
		{"an object", func(n int) object { return goodClaims().with("x", members(n)) },
			func(p *verify.Policy, n int) {
				value, _ := strictjson.Parse([]byte(members(n)))
				p.Require = []verify.Requirement{{Claim: "x", JSON: value}}
			}},
		{"assertions", func(int) object { return goodClaims() },
			func(p *verify.Policy, n int) {
				for range n / 10 {
					p.Assertions = append(p.Assertions, verify.Assertion{Label: "a", Holds: func(strictjson.Value) (bool, string) { return true, "" }})
				}
			}},
	} {
		for _, n := range []int{1000, 16000} {
			b.Run(fmt.Sprintf("%s/%d", kind.name, n), func(b *testing.B) {
				policy := goodPolicy()
				kind.edit(&policy, n)
				parsed := token.Parse(claiming(b, kind.claims(n)))
				if faults := parsed.Faults(); len(faults) > 0 {
					b.Fatal(faults[0].Text)
				}
				keys := trust(b, "ed25519")
				for b.Loop() {
					verify.Verify(parsed, keys, policy, now)
				}
			})
		}
	}
}
