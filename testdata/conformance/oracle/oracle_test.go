// Package oracle compares claimcheck with golang-jwt (github.com/golang-jwt/jwt),
// an implementation by others, over generated tokens: every algorithm, every
// kind, claims and header members of all sorts in any order, sound and broken.
//
// What claimcheck accepts golang-jwt has to accept, and the reverse; and where
// both refuse, for the same cause. The only exceptions are the tables stricter
// and looser in differences_test.go: a named check, under a named oddity of the
// token, for a reason. An exception that is never needed fails the test.
package oracle

import (
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"pgregory.net/rapid"

	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// What the tests make unless told otherwise: the same tokens in every run.
// -rapid.checks makes others, in any number, and never the same twice.
const (
	tokens = "1500" // of each part of the test
	seed   = "1"
)

func TestMain(m *testing.M) {
	flag.Parse()
	said := false
	flag.Visit(func(f *flag.Flag) { said = said || strings.HasPrefix(f.Name, "rapid.") })
	if !said {
		for name, value := range map[string]string{"rapid.checks": tokens, "rapid.seed": seed} {
			if err := flag.Set(name, value); err != nil {
				panic(err)
			}
		}
	}
	jwt.TimePrecision = time.Nanosecond // by default golang-jwt cuts fractions off
	jwt.RegisterSigningMethod("Ed25519", func() jwt.SigningMethod { return fullyNamed{jwt.SigningMethodEdDSA} })
	os.Exit(m.Run())
}

// fullyNamed is EdDSA under its name of RFC 9864, which golang-jwt does not know.
type fullyNamed struct{ *jwt.SigningMethodEd25519 }

func (fullyNamed) Alg() string { return "Ed25519" }

func TestAgainstGolangJWT(t *testing.T) {
	r := newRing(t)
	c := newComparison()
	groups := []struct {
		name     string
		oddities []oddity
	}{
		{"header", headerOddities()}, {"keys", keyOddities()}, {"times", timeOddities()}, {"claims", claimOddities()}, {"text", textOddities()},
	}
	var all []oddity
	for _, group := range groups {
		all = append(all, group.oddities...)
		t.Run(group.name, func(t *testing.T) { c.check(t, r, group.oddities, 2) })
	}
	t.Run("mixed", func(t *testing.T) { c.check(t, r, all, 5) })
	if !t.Failed() {
		t.Logf("%d oddities", len(all))
		c.summary(t)
	}
}

// check compares tokens with that many oddities at most; many have none.
func (c *comparison) check(t *testing.T, r *ring, oddities []oddity, most int) {
	rapid.Check(t, func(t *rapid.T) {
		d := newDraft(t, r)
		for range evenly(most+1).Draw(t, "number of oddities") {
			i := evenly(len(oddities)).Draw(t, "oddity")
			if o := oddities[i]; o.apply(t, d) {
				d.oddities = append(d.oddities, o.name)
			}
		}
		c.run(t, d)
	})
}

// run makes one token and lets both judge it.
func (c *comparison) run(t *rapid.T, d *draft) {
	text := d.assemble(t)
	keys, err := d.keys()
	if err != nil {
		t.Fatalf("the keys are refused as a whole: %v\n%s", err, d.keySet())
	}
	parsed := token.Parse(text)
	report := verify.Verify(parsed, keys, d.policy, d.now)
	theirs, theirErr := d.golangJWT(text)
	for _, problem := range c.compare(d, report, theirErr) {
		t.Errorf("%s", problem)
	}
	if !d.symmetric() && !verify.Preflight(parsed, d.policy) && report.Accepted {
		t.Errorf("called hopeless before a key was looked for, but accepted")
	}
	if report.Accepted && theirErr == nil {
		var ours map[string]any
		reader := json.NewDecoder(strings.NewReader(report.Claims().String()))
		reader.UseNumber()
		if err := reader.Decode(&ours); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(ours, map[string]any(theirs.Claims.(jwt.MapClaims))) {
			t.Errorf("the claims differ:\nours   %v\ntheirs %v", ours, theirs.Claims)
		}
	}
	if t.Failed() {
		t.Fatalf("token %q\nheader %s\nclaims %s\nkeys %s\nnow %s, policy %+v\noddities %q\nclaimcheck: %s\ngolang-jwt: %v",
			text, d.header.plain(), d.claims.plain(), d.keySet(), d.now.UTC().Format(time.RFC3339Nano), d.policy, d.oddities,
			describe(report), theirErr)
	}
}

// describe lists what kept a report from accepting.
func describe(report *verify.Report) string {
	lines := []string{"refused for: " + string(report.Reason)}
	for _, check := range report.Checks() {
		if check.Status == verify.Failed {
			lines = append(lines, string(check.ID)+": "+check.Message)
		}
	}
	return strings.Join(lines, "\n\t")
}
