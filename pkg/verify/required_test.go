package verify_test

import (
	"testing"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// --require: a claim that is there, that has a text, or that is exactly a value.
func TestRequirements(t *testing.T) {
	claims := goodClaims().with("tier", `"gold"`).with("level", "3").with("share", "1.50").with("vip", "true").with("none", "null").
		with("tags", `["a",2,["c"],null]`).with("a.b", `"flat"`).with("a", `{"b":"deep","c":{"d":[10,20]}}`).with("x/y~z", `"odd"`).with("list", `[{"x":"deep"}]`)
	is := func(claim, text string) verify.Requirement { return verify.Requirement{Claim: claim, Text: &text} }
	there := func(claim string) verify.Requirement { return verify.Requirement{Claim: claim} }
	exactly := func(claim, json string) verify.Requirement {
		value, err := strictjson.Parse([]byte(json))
		if err != nil {
			t.Fatal(err)
		}
		return verify.Requirement{Claim: claim, JSON: value}
	}
	for _, c := range []struct {
		name string
		r    verify.Requirement
		want verify.Status
	}{
		{"there", there("tier"), verify.Passed},
		{"not there", there("Tier"), verify.Failed},
		{"null is not there", there("none"), verify.Failed},
		{"a string", is("tier", "gold"), verify.Passed},
		{"another string", is("tier", "Gold"), verify.Failed},
		{"a number by its text", is("level", "3"), verify.Passed},
		{"a decimal by its text", is("share", "1.50"), verify.Passed},
		{"a decimal of the same value", is("share", "1.5"), verify.Failed},
		{"a boolean by its text", is("vip", "true"), verify.Passed},
		{"null has no text", is("none", "null"), verify.Failed},
		{"a member of an array", is("tags", "a"), verify.Passed},
		{"a number in an array", is("tags", "2"), verify.Passed},
		{"no array in an array", is("tags", "c"), verify.Failed},
		{"no object", is("a", "deep"), verify.Failed},
		{"exactly a string", exactly("tier", `"gold"`), verify.Passed},
		{"exactly a number, not its text", exactly("level", `"3"`), verify.Failed},
		{"exactly a decimal", exactly("share", `1.5`), verify.Failed},
		{"exactly null", exactly("none", `null`), verify.Passed},
		{"exactly null, not there", exactly("nothing", `null`), verify.Failed},
		{"exactly an array", exactly("tags", `["a",2,["c"],null]`), verify.Passed},
		{"a part of an array", exactly("tags", `["a"]`), verify.Failed},
		{"an object in another order", exactly("a", `{"c":{"d":[10,20]},"b":"deep"}`), verify.Passed},
		{"a name with a dot comes before a path", is("a.b", "flat"), verify.Passed},
		{"a path", is("a.c.d", "20"), verify.Passed},
		{"a path that ends too early", there("a.z.d"), verify.Failed},
		{"a pointer", is("/a/b", "deep"), verify.Passed},
		{"a pointer into an array", is("/a/c/d/1", "20"), verify.Passed},
		{"a pointer through an array", is("/list/0/x", "deep"), verify.Passed},
		{"a pointer past its end", there("/a/c/d/2"), verify.Failed},
		{"a pointer with a leading zero", there("/a/c/d/01"), verify.Failed},
		{"a pointer with escapes", is("/x~1y~0z", "odd"), verify.Passed},
	} {
		t.Run(c.name, func(t *testing.T) {
			policy := goodPolicy()
			policy.Require = []verify.Requirement{c.r}
			r := examine(claiming(t, claims), everyKey(t), policy)
			wantStatus(t, r, verify.CheckRequire, c.want)
			if c.want == verify.Failed {
				wantRejected(t, r, verify.ReasonClaimRefused, verify.CheckRequire)
			}
		})
	}
}

// A long array is not repeated for each required item.
func TestRequirementsInWords(t *testing.T) {
	tags, err := strictjson.Parse([]byte(`["a","b"]`))
	if err != nil {
		t.Fatal(err)
	}
	a, gold := "a", "gold"
	for want, r := range map[string]verify.Requirement{
		`tags contains "a"`: {Claim: "tags", Text: &a}, `tier is "gold"`: {Claim: "tier", Text: &gold}, `tags is ["a","b"]`: {Claim: "tags", JSON: tags},
	} {
		policy := goodPolicy()
		policy.Require = []verify.Requirement{r}
		claims := goodClaims().with("tier", `"gold"`).with("tags", tags.String())
		if c, _ := examine(claiming(t, claims), everyKey(t), policy).Check(verify.CheckRequire); c.Message != want {
			t.Errorf("got %q, want %q", c.Message, want)
		}
	}
}

// Scopes and roles: all that are required, from the places where they stand.
func TestScopesAndRoles(t *testing.T) {
	scopes := func(list ...string) func(*verify.Policy) { return func(p *verify.Policy) { p.Scopes = list } }
	roles := func(list ...string) func(*verify.Policy) { return func(p *verify.Policy) { p.Roles = list } }
	scope, role := verify.CheckScope, verify.CheckRole
	for _, c := range []struct {
		name   string
		claims object
		demand func(*verify.Policy)
		check  string
		want   verify.Status
	}{
		{"no scope required", goodClaims().with("scope", `"a"`), scopes(), scope, verify.NotChecked},
		{"a scope", goodClaims().with("scope", `"read write"`), scopes("write"), scope, verify.Passed},
		{"all scopes", goodClaims().with("scope", `"read write"`), scopes("write", "read"), scope, verify.Passed},
		{"one scope is missing", goodClaims().with("scope", `"read"`), scopes("read", "write"), scope, verify.Failed},
		{"a part of a scope", goodClaims().with("scope", `"readwrite"`), scopes("read"), scope, verify.Failed},
		{"scp as an array", goodClaims().with("scp", `["read","write"]`), scopes("write"), scope, verify.Passed},
		{"scp as words", goodClaims().with("scp", `"read write"`), scopes("write"), scope, verify.Passed},
		{"an array with a number in it", goodClaims().with("scp", `["read",1]`), scopes("read"), scope, verify.Failed},
		{"no scope at all", goodClaims(), scopes("read"), scope, verify.Failed},

		{"no role required", goodClaims().with("roles", `["a"]`), roles(), role, verify.NotChecked},
		{"roles", goodClaims().with("roles", `["admin","dev"]`), roles("dev", "admin"), role, verify.Passed},
		{"a role as a string", goodClaims().with("roles", `"admin"`), roles("admin"), role, verify.Passed},
		{"a part of a role", goodClaims().with("roles", `"admins"`), roles("admin"), role, verify.Failed},
		{"one role is missing", goodClaims().with("roles", `["dev"]`), roles("dev", "admin"), role, verify.Failed},
		{"Authgear", goodClaims().with("https://authgear.com/claims/user/roles", `["admin"]`), roles("admin"), role, verify.Passed},
		{"a realm of Keycloak", goodClaims().with("realm_access", `{"roles":["admin"]}`), roles("admin"), role, verify.Passed},
		{"the audience's roles in Keycloak", goodClaims().with("resource_access", `{"api":{"roles":["admin"]}}`), roles("admin"), role, verify.Passed},
		{"another client's roles in Keycloak", goodClaims().with("resource_access", `{"other":{"roles":["admin"]}}`), roles("admin"), role, verify.Failed},
		{"groups", goodClaims().with("groups", `["admin"]`), roles("admin"), role, verify.Passed},
		{"Cognito", goodClaims().with("cognito:groups", `["admin"]`), roles("admin"), role, verify.Passed},
		{"where it was said", goodClaims().with("my", `{"roles":["admin"]}`), func(p *verify.Policy) { p.Roles, p.RoleClaim = []string{"admin"}, "my.roles" }, role, verify.Passed},
		{"not where it was said", goodClaims().with("roles", `["admin"]`), func(p *verify.Policy) { p.Roles, p.RoleClaim = []string{"admin"}, "my.roles" }, role, verify.Failed},
	} {
		t.Run(c.name, func(t *testing.T) {
			policy := goodPolicy()
			c.demand(&policy)
			r := examine(claiming(t, c.claims), everyKey(t), policy)
			wantStatus(t, r, c.check, c.want)
			if r.Accepted != (c.want != verify.Failed) {
				t.Errorf("accepted=%t: %v", r.Accepted, r.Err())
			}
		})
	}
}

// The message says where roles were searched for.
func TestMissingRolesInWords(t *testing.T) {
	for claim, want := range map[string]string{
		"":         `role "admin" is missing: nothing in the claims where roles are usually found`,
		"my.roles": `role "admin" is missing: nothing in my.roles`,
	} {
		policy := goodPolicy()
		policy.Roles, policy.RoleClaim = []string{"admin"}, claim
		if c, _ := examine(claiming(t, goodClaims()), everyKey(t), policy).Check(verify.CheckRole); c.Message != want {
			t.Errorf("got %q, want %q", c.Message, want)
		}
	}
}

// An assertion holds only if it says so.
func TestAssertions(t *testing.T) {
	for _, c := range []struct {
		holds bool
		want  verify.Status
	}{{true, verify.Passed}, {false, verify.Failed}} {
		policy := goodPolicy()
		policy.Assertions = []verify.Assertion{{Label: `.sub == "alice"`, Holds: func(claims strictjson.Value) (bool, string) {
			if sub, _ := claims.Get("sub").Text(); sub != "alice" {
				t.Errorf("it is asked about %s", claims)
			}
			return c.holds, "false"
		}}}
		wantStatus(t, examine(claiming(t, goodClaims()), everyKey(t), policy), verify.CheckAssert, c.want)
	}
}

// Issuers of Entra ID for all tenants: the template is matched by the tenant's
// GUID in the token, and only by tenants that were meant.
func TestTenants(t *testing.T) {
	const tid, other = "72f988bf-86f1-41af-91ab-2d7cd011db47", "9188040d-6c67-4c5b-b112-36a304b66dad"
	issuer := func(tenant string) string { return `"https://login.microsoftonline.com/` + tenant + `/v2.0"` }
	meant := tid
	this := verify.Policy{Issuer: "https://login.microsoftonline.com/{tenantid}/v2.0", Audiences: []string{"api"},
		Require: []verify.Requirement{{Claim: "tid", Text: &meant}}}
	anyTenant, unsaid := this, this
	anyTenant.AnyTenant, anyTenant.Require, unsaid.Require = true, nil, nil
	good := goodClaims().with("tid", `"`+tid+`"`).with("iss", issuer(tid))
	ofOther := goodClaims().with("tid", `"`+other+`"`).with("iss", issuer(other))
	keyOf := func(issuer string) *verify.PublicKeys { return trustSet(t, publicJWK(t, "ed25519", "issuer", issuer)) }
	refuse(t, []hostile{
		{name: "a tenant that was not meant", text: claiming(t, ofOther), policy: &this, reason: verify.ReasonClaimRefused, check: verify.CheckRequire},
		{name: "tid of one tenant, iss of another", text: claiming(t, good.with("iss", issuer(other))), policy: &this, reason: verify.ReasonWrongIssuer, check: verify.CheckIssuer},
		{name: "no tid", text: claiming(t, good.without("tid")), policy: &anyTenant, reason: verify.ReasonWrongIssuer, check: verify.CheckIssuer},
		{name: "a tid that is a path", text: claiming(t, good.with("tid", `"../attacker"`).with("iss", issuer("../attacker"))), policy: &anyTenant, reason: verify.ReasonWrongIssuer, check: verify.CheckIssuer},
		{name: "a tid as long as a GUID", text: claiming(t, good.with("tid", `"`+tid[:35]+`g"`).with("iss", issuer(tid[:35]+"g"))), policy: &anyTenant, reason: verify.ReasonWrongIssuer, check: verify.CheckIssuer},
		{name: "a tid that is the template", text: claiming(t, good.with("tid", `"{tenantid}"`).with("iss", issuer("{tenantid}"))), policy: &anyTenant, reason: verify.ReasonWrongIssuer, check: verify.CheckIssuer},
		{name: "a key of another tenant", text: claiming(t, good), keys: keyOf(issuer(other)), policy: &this, reason: verify.ReasonWrongIssuer, check: verify.CheckIssuer},
		{name: "nothing said of tenants", text: claiming(t, good), policy: &unsaid, reason: verify.ReasonClaimRefused, check: verify.CheckPolicy},
	})
	wantAccepted(t, examine(claiming(t, good), everyKey(t), this))
	wantAccepted(t, examine(claiming(t, ofOther), everyKey(t), anyTenant))
	wantAccepted(t, examine(claiming(t, good), keyOf(issuer(tid)), this))
	wantAccepted(t, examine(claiming(t, good), keyOf(issuer("{tenantid}")), this))
}
