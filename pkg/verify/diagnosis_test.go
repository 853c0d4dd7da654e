package verify_test

import (
	"crypto"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// The cases come in groups: one has a recognised cause, and the others are similar
// but have another cause.
func TestDiagnoses(t *testing.T) {
	require := func(claim, value string) func(*verify.Policy) {
		return func(p *verify.Policy) { p.Require = []verify.Requirement{{Claim: claim, Text: &value}} }
	}
	present := func(claim string) func(*verify.Policy) {
		return func(p *verify.Policy) { p.Require = []verify.Requirement{{Claim: claim}} }
	}
	scope := func(p *verify.Policy) { p.Scopes = []string{"read"} }
	role := func(p *verify.Policy) { p.Roles = []string{"admin"} }
	roleIn := func(p *verify.Policy) { p.Roles, p.RoleClaim = []string{"admin"}, "groups" }
	server := func(p *verify.Policy) { p.Audiences = []string{"https://as.example/"} }
	plain := func(*verify.Policy) {}
	overage := goodClaims().with("_claim_names", `{"groups":"src1"}`)
	for _, c := range []struct {
		name   string
		claims object
		edit   func(*verify.Policy)
		check  string
		want   string // empty: none
	}{
		{"scope in permissions", goodClaims().with("permissions", `["read","write"]`), scope, verify.CheckScope, verify.ScopeElsewhere},
		{"scope in scopes", goodClaims().with("scopes", `"write read"`), scope, verify.CheckScope, verify.ScopeElsewhere},
		{"another permission", goodClaims().with("permissions", `["write"]`), scope, verify.CheckScope, ""},
		{"another scope", goodClaims().with("scope", `"write"`), scope, verify.CheckScope, verify.ValuesMissing},
		{"roles under a name of its own", goodClaims().with("https://x.example/roles", `["admin"]`), role, verify.CheckRole, verify.RolesElsewhere},
		{"groups under a name of its own", goodClaims().with("userGroups", `"admin"`), role, verify.CheckRole, verify.RolesElsewhere},
		{"other roles there", goodClaims().with("https://x.example/roles", `["user"]`), role, verify.CheckRole, ""},
		{"the claim of roles is named", goodClaims().with("https://x.example/roles", `["admin"]`), roleIn, verify.CheckRole, ""},
		{"groups overage", overage, role, verify.CheckRole, verify.GroupsOverage},
		{"groups overage of the implicit flow", goodClaims().with("hasgroups", "true"), role, verify.CheckRole, verify.GroupsOverage},
		{"hasgroups that is false", goodClaims().with("hasgroups", "false"), role, verify.CheckRole, ""},
		{"groups required, overage", overage, present("groups"), verify.CheckRequire, verify.GroupsOverage},
		{"groups required, none", goodClaims(), present("groups"), verify.CheckRequire, verify.ClaimMissing},
		{"another claim required, overage", overage, present("wids"), verify.CheckRequire, verify.ClaimMissing},
		{"email required", goodClaims(), present("email"), verify.CheckRequire, verify.ClaimAtUserinfo},
		{"GitHub's sub with ids", goodClaims().with("sub", `"repo:acme@12/site@34:ref:refs/heads/main"`),
			require("sub", "repo:acme/site:ref:refs/heads/main"), verify.CheckRequire, verify.ImmutableSubject},
		{"GitHub's sub with ids and no more", goodClaims().with("sub", `"repo:acme@12/site@34"`), require("sub", "repo:acme/site"), verify.CheckRequire, verify.ImmutableSubject},
		{"GitHub's sub of another branch", goodClaims().with("sub", `"repo:acme@12/site@34:ref:refs/heads/other"`),
			require("sub", "repo:acme/site:ref:refs/heads/main"), verify.CheckRequire, ""},
		{"a sub with an address", goodClaims().with("sub", `"acme@12"`), require("sub", "acme"), verify.CheckRequire, ""},
		{"api:// before the audience", goodClaims().with("aud", `"api"`), func(p *verify.Policy) { p.Audiences = []string{"api://api"} }, verify.CheckAudience, verify.DifferentPrefix},
		{"the audience in other case", goodClaims().with("aud", `"API"`), plain, verify.CheckAudience, verify.DifferentCase},
		{"a slash behind the audience", goodClaims().with("aud", `"https://as.example"`), server, verify.CheckAudience, verify.DifferentSlash},
		{"an endpoint of the server", goodClaims().with("aud", `"https://as.example/token"`), server, verify.CheckAudience, verify.AudienceIsEndpoint},
		{"a client assertion", goodClaims().with("aud", `["https://as.example/token"]`).with("sub", `"https://issuer.example"`), server, verify.CheckAudience, verify.ClientAssertion},
		{"no aud, as Cognito does", goodClaims().without("aud").with("client_id", `"app"`).with("token_use", `"access"`), plain, verify.CheckAudience, verify.ClientInsteadOfAudience},
		{"no aud, a client", goodClaims().without("aud").with("client_id", `"app"`), plain, verify.CheckAudience, verify.ClaimMissing},
		{"no aud, token_use", goodClaims().without("aud").with("token_use", `"access"`), plain, verify.CheckAudience, verify.ClaimMissing},
		{"an ID token for its client", goodClaims().with("aud", `["app"]`).with("nonce", `"n"`), plain, verify.CheckAudience, verify.AudienceIsClient},
		{"an ID token for nobody", goodClaims().with("aud", `[]`).with("nonce", `"n"`), plain, verify.CheckAudience, verify.DifferentValue},
		{"another server", goodClaims().with("aud", `"https://as.example.org/token"`), server, verify.CheckAudience, verify.DifferentValue},
		{"exp before 1734", goodClaims().without("iat").with("exp", "-9007199254740991"), plain, verify.CheckExpiry, verify.ExpiredToken},
		{"exp of 292 years ago", goodClaims().without("iat").with("exp", "-7700000000"), plain, verify.CheckExpiry, verify.ExpiredToken},
	} {
		t.Run(c.name, func(t *testing.T) {
			policy := goodPolicy()
			c.edit(&policy)
			r := examine(claiming(t, c.claims), everyKey(t), policy)
			check, _ := r.Check(c.check)
			var got string
			if check.Diagnosis != nil {
				got = check.Diagnosis.Cause
			}
			if check.Status != verify.Failed || got != c.want {
				t.Errorf("%s, %q, want %q: %s", check.Status, got, c.want, check.Message)
			}
		})
	}
}

// at_hash may be right but for the way it was made; it refuses all the same.
func TestHashesMadeTheWrongWay(t *testing.T) {
	const access = "ya29.a+b/c=="
	for _, c := range []struct {
		name, hash, text string
		want             string
	}{
		{"of another size", verify.LeftHalfHash(crypto.SHA256, access), access, verify.HashOfOtherSize},
		{"of SHA-384", verify.LeftHalfHash(crypto.SHA384, access), access, verify.HashOfOtherSize},
		{"of the decoded text", verify.LeftHalfHash(crypto.SHA512, access), url.QueryEscape(access), verify.HashOfDecoded},
		{"of another token", verify.LeftHalfHash(crypto.SHA512, "other"), access, ""},
		{"of another encoded token", verify.LeftHalfHash(crypto.SHA512, "other"), url.QueryEscape(access), ""},
	} {
		policy := goodPolicy()
		policy.AccessToken = c.text
		r := examine(claiming(t, goodClaims().with("at_hash", `"`+c.hash+`"`)), everyKey(t), policy)
		wantRejected(t, r, verify.ReasonClaimRefused, verify.CheckAccessHash)
		check, _ := r.Check(verify.CheckAccessHash)
		if got := kindOf(check); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if strings.Contains(check.Message, access) {
			t.Errorf("%s: the token is in %q", c.name, check.Message)
		}
	}
}

func kindOf(c verify.Check) string {
	if c.Diagnosis == nil {
		return ""
	}
	return c.Diagnosis.Cause
}

// What proves or tells something is refused as that, whatever else it lacks; who
// requires its kind can verify a logout token.
func TestNeverABearerToken(t *testing.T) {
	proof := object{{"jti", `"1"`}, {"htm", `"POST"`}, {"htu", `"https://api.example"`}, {"iat", "1600000000"}}
	request := object{{"iss", `"app"`}, {"aud", `"https://as.example"`}, {"response_type", `"code"`}, {"redirect_uri", `"https://app.example"`}}
	logout := object{{"iss", `"https://issuer.example"`}, {"aud", `"api"`}, {"events", logoutEvents}}
	for _, c := range []struct {
		name, typ string
		claims    object
		what      string
	}{
		{"a DPoP proof", "dpop+jwt", proof, "a DPoP proof"},
		{"a key binding", "kb+jwt", proof, "the key binding"},
		{"a request object", "oauth-authz-req+jwt", object{{"iss", `"app"`}}, "a request object"},
		{"a request object without typ", "", request, "a request object"},
		{"a logout token without exp", "logout+jwt", logout, "a logout token"},
		{"a logout token without typ", "", logout, "a logout token"},
		{"a security event", "secevent+jwt", goodClaims().without("exp"), "a security event token"},
		{"an introspection response", "token-introspection+jwt", goodClaims().without("exp").without("sub"), "an introspection response"},
	} {
		for _, kind := range []verify.Kind{"", verify.KindID, verify.KindAccess} {
			policy := goodPolicy()
			policy.Kind = kind
			r := examine(ofType(t, c.typ, c.claims), everyKey(t), policy)
			wantRejected(t, r, verify.ReasonClaimRefused, verify.CheckKind)
			if check, _ := r.Check(verify.CheckKind); !strings.Contains(check.Message, c.what) || kind == "" && kindOf(check) != verify.NeverBearer {
				t.Errorf("%s as %q: %s", c.name, kind, check.Message)
			}
		}
	}
	// Whoever signed a DPoP proof, it is not the issuer: no key is looked for.
	r := examine(mint(t, "rsa2", "RS256", `{"alg":"RS256","typ":"dpop+jwt","jwk":{}}`, proof.String()), trust(t, "ec256"), goodPolicy())
	wantRejected(t, r, verify.ReasonClaimRefused, verify.CheckKind)
	wantStatus(t, r, verify.CheckSignature, verify.NotChecked)
	if parsed := token.Parse(ofType(t, "dpop+jwt", proof)); verify.Preflight(parsed, goodPolicy()) {
		t.Error("keys would be fetched for a DPoP proof")
	}
	// Its issuer still has to be the expected one, and its signature good.
	other := logout.with("iss", `"https://other.example"`)
	wantRejected(t, examine(ofType(t, "logout+jwt", other), everyKey(t), goodPolicy()), verify.ReasonWrongIssuer, verify.CheckIssuer)
	// response_type or redirect_uri alone does not make a request object.
	wantAccepted(t, examine(claiming(t, goodClaims().with("response_type", `"code"`)), everyKey(t), goodPolicy()))
	wantAccepted(t, examine(claiming(t, goodClaims().with("redirect_uri", `"x"`)), everyKey(t), goodPolicy()))
}

// The rules for ID tokens do not apply to other tokens.
func TestRulesOfAnotherKindAreSilent(t *testing.T) {
	policy := goodPolicy()
	policy.Kind = verify.KindID
	claims := goodClaims().without("sub").with("aud", `["api","b"]`).with("azp", `"other"`).with("scope", `"a"`)
	r := examine(ofType(t, "at+jwt", claims), everyKey(t), policy)
	for _, c := range r.Checks() {
		if c.Status == verify.Failed && c.ID != verify.CheckKind {
			t.Errorf("%s fails too: %s", c.ID, c.Message)
		}
	}
	wantRejected(t, r, verify.ReasonClaimRefused, verify.CheckKind)
}

// An encrypted token says who can open it.
func TestEncryptedTokens(t *testing.T) {
	for header, want := range map[string]string{
		`{"alg":"RSA-OAEP-256","enc":"A256GCM"}`:                                            verify.EncryptedToken,
		`{"alg":"ECDH-ES","enc":"A256GCM"}`:                                                 verify.EncryptedToken,
		`{"alg":"dir","enc":"A256GCM"}`:                                                     verify.EncryptedSession,
		`{"alg":"dir","enc":"A256CBC-HS512","kid":"x"}`:                                     verify.EncryptedSession,
		`{"alg":"dir","enc":"A128GCM"}`:                                                     verify.EncryptedWithSecret,
		`{"alg":"dir","enc":"A256GCM","cty":"JWT"}`:                                         verify.EncryptedWithSecret,
		`{"alg":"dir","enc":"A256GCM","iss":"https://acme.eu.auth0.com/"}`:                  verify.EncryptedForAuth0,
		`{"alg":"A256KW","enc":"A256GCM"}`:                                                  verify.EncryptedWithSecret,
		`{"alg":"PBES2-HS256+A128KW","enc":"A256GCM"}`:                                      verify.EncryptedWithSecret,
		`{"alg":"dir","enc":"A256GCM","iss":"https://auth0.com.evil.example/"}`:             verify.EncryptedWithSecret,
		`{"alg":"RSA-OAEP","enc":"A256GCM","iss":"https://acme.eu.auth0.com/","typ":"JWT"}`: verify.EncryptedToken,
		`{"alg":"A128GCMKW","enc":"A256GCM","iv":"x","tag":"y"}`:                            verify.EncryptedWithSecret,
		`{"alg":"A192KW","enc":"A256GCM"}`:                                                  verify.EncryptedWithSecret,
	} {
		for _, text := range []string{encode(header) + ".a.b.c.d", `{"protected":"` + encode(header) + `","ciphertext":"x"}`} {
			r := examine(text, everyKey(t), goodPolicy())
			wantRejected(t, r, verify.ReasonMalformed, verify.CheckStructure)
			wantStatus(t, r, verify.CheckAlgorithm, verify.NotChecked) // it has none of signatures
		}
		r := examine(encode(header)+".a.b.c.d", everyKey(t), goodPolicy())
		if check, _ := r.Check(verify.CheckStructure); kindOf(check) != want {
			t.Errorf("%s: %q, want %q", header, kindOf(check), want)
		}
	}
}

// alg none without the last dot is unsigned; anything else of two segments was cut.
func TestTwoSegments(t *testing.T) {
	for header, want := range map[string]string{
		`{"alg":"none"}`: verify.Unsigned, `{"alg":"None"}`: verify.Unsigned, `{"alg":"RS256"}`: verify.TruncatedToken,
	} {
		r := examine(encode(header)+"."+encode(goodClaims().String()), everyKey(t), goodPolicy())
		wantRejected(t, r, verify.ReasonMalformed, verify.CheckStructure)
		if check, _ := r.Check(verify.CheckStructure); kindOf(check) != want {
			t.Errorf("%s: %q, want %q", header, kindOf(check), want)
		}
	}
}

// Algorithms that exist and are not supported are named.
func TestAlgorithmsOfOthers(t *testing.T) {
	for alg, want := range map[string]string{"ES256K": "RFC 8812", "Ed448": "RFC 9864", "ML-DSA-65": "FIPS 204", "XS1": `"XS1" is not supported`} {
		text := encode(`{"alg":"`+alg+`"}`) + "." + encode(goodClaims().String()) + ".AAAA"
		r := examine(text, everyKey(t), goodPolicy())
		wantRejected(t, r, verify.ReasonAlgorithmRefused, verify.CheckAlgorithm)
		if check, _ := r.Check(verify.CheckAlgorithm); !strings.Contains(check.Message, want) || !strings.Contains(check.Message, "not supported") {
			t.Errorf("%s: %s", alg, check.Message)
		}
	}
}

// errors.Is finds the reason of the report and no other; errors.As the report.
func TestRejectedError(t *testing.T) {
	r := examine(claiming(t, goodClaims().with("exp", "1").with("aud", `"x"`)), everyKey(t), goodPolicy())
	err := r.Err()
	var rejected *verify.RejectedError
	if !errors.As(err, &rejected) || rejected.Report != r || rejected.Reason != r.Reason {
		t.Fatalf("%#v", err)
	}
	if !errors.Is(err, verify.ReasonWrongAudience) || errors.Is(err, verify.ReasonExpired) {
		t.Error("errors.Is does not find the reason alone")
	}
	message := err.Error()
	if !strings.HasPrefix(message, `token rejected (wrong_audience): expected "api", but the token is for "x"; `) || !strings.Contains(message, "expired at") {
		t.Errorf("%s", message)
	}
	if accepted := examine(goodToken(t, "rsa", "RS256"), everyKey(t), goodPolicy()); accepted.Err() != nil {
		t.Error(accepted.Err())
	}
}

// A check that a caller makes counts, and cannot stand in for one of Verify's.
func TestExtraChecks(t *testing.T) {
	text := goodToken(t, "rsa", "RS256")
	for _, c := range []struct {
		name   string
		extra  verify.Check
		reason verify.Reason // empty: accepted
		id     string
	}{
		{"passed", verify.Check{ID: "mine", Status: verify.Passed}, "", ""},
		{"a warning", verify.Check{ID: "mine", Status: verify.Warning, Reason: verify.ReasonMalformed}, "", ""},
		{"failed", verify.Check{ID: "mine", Status: verify.Failed, Reason: verify.ReasonExpired}, verify.ReasonExpired, "mine"},
		{"failed without a reason", verify.Check{ID: "mine", Status: verify.Failed}, verify.ReasonClaimRefused, "mine"},
		{"of no status", verify.Check{ID: "mine"}, verify.ReasonClaimRefused, "mine"},
		{"in the name of a required one", verify.Check{ID: verify.CheckSignature, Status: verify.Passed}, verify.ReasonClaimRefused, verify.CheckPolicy},
	} {
		policy := goodPolicy()
		policy.Extra = []verify.Check{c.extra}
		r := examine(text, everyKey(t), policy)
		if c.reason == "" {
			wantAccepted(t, r)
			continue
		}
		wantRejected(t, r, c.reason, c.id)
	}
}

// A bad escape in a JSON pointer finds nothing, and makes a policy that is refused.
func TestBadPointers(t *testing.T) {
	claims, err := strictjson.ParseObject([]byte(`{"a/b":1,"a~b":2,"~2":3,"c":{"~":4}}`))
	if err != nil {
		t.Fatal(err)
	}
	for pointer, want := range map[string]string{"/a~1b": "1", "/a~0b": "2", "/~2": "null", "/c/~": "null", "/c/~0": "4", "/c/~0~": "null", "~2": "3"} {
		if got := verify.Lookup(claims, pointer).String(); got != want {
			t.Errorf("%s: %s, want %s", pointer, got, want)
		}
	}
	for _, edit := range []func(*verify.Policy){
		func(p *verify.Policy) { p.Require = []verify.Requirement{{Claim: "/a~b"}} },
		func(p *verify.Policy) { p.Roles, p.RoleClaim = []string{"x"}, "/a~" },
	} {
		policy := goodPolicy()
		edit(&policy)
		if policy.Problem() == nil {
			t.Error("the policy is taken for a good one")
		}
	}
	policy := goodPolicy()
	policy.Require, policy.RoleClaim = []verify.Requirement{{Claim: "~2"}, {Claim: "/a~0~1"}}, "a~b"
	if err := policy.Problem(); err != nil {
		t.Error(err)
	}
}

// The report of a token marshals to its schema: the shape is tested with the
// command; here, that a rejected token's claims have another name.
func TestReportAsJSON(t *testing.T) {
	for text, member := range map[string]string{goodToken(t, "rsa", "RS256"): "claims", claiming(t, goodClaims().with("exp", "1")): "rejected_claims"} {
		data, err := examine(text, everyKey(t), goodPolicy()).MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		v, err := strictjson.ParseObject(data)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"claims", "rejected_claims"} {
			if v.Get(name).Exists() != (name == member) {
				t.Errorf("%s: %s", member, data)
			}
		}
		first := v.Get("checks").Items()[0]
		for _, c := range v.Get("checks").Items() { // a reason is what failed, not what might have
			status, _ := c.Get("status").Text()
			if reason, _ := c.Get("reason").Text(); (status == "failed") != (reason != "") {
				t.Errorf("%s for %q", c, reason)
			}
		}
		if kid, _ := v.Get("key").Get("kid").Text(); kid == "" || first.Get("reason").Exists() || v.Get("evaluated_at").String() != `"`+now.Format(time.RFC3339)+`"` {
			t.Errorf("%s", data)
		}
	}
}
