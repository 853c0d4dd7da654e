package verify_test

import (
	"strings"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/verify"
)

// The rows O02 to O04 and the client: what each claim says, what is required,
// and what comes of it.
func TestIdentityClaims(t *testing.T) {
	party, client, subject, audience := verify.CheckParty, verify.CheckClient, verify.CheckSubject, verify.CheckAudience
	id := func(p *verify.Policy) { p.Kind = verify.KindID }
	forApp := func(p *verify.Policy) { p.ClientID = "app" }
	idForApp := func(p *verify.Policy) { p.Kind, p.ClientID = verify.KindID, "app" }
	plain := func(*verify.Policy) {}
	long := `"` + strings.Repeat("a", 256) + `"`
	for _, c := range []struct {
		name   string
		claims object
		edit   func(*verify.Policy)
		check  string
		want   verify.Status
	}{
		{"sub", goodClaims(), plain, subject, verify.Passed},
		{"sub of 255 characters", goodClaims().with("sub", `"`+strings.Repeat("a", 255)+`"`), id, subject, verify.Passed},
		{"sub of 256 characters", goodClaims().with("sub", long), plain, subject, verify.Warning},
		{"sub of 256 characters, an ID token", goodClaims().with("sub", long), id, subject, verify.Failed},
		{"sub beyond ASCII", goodClaims().with("sub", `"jürgen"`), plain, subject, verify.Warning},
		{"sub beyond ASCII, an ID token", goodClaims().with("sub", `"jürgen"`), id, subject, verify.Failed},
		{"sub with a control character, which is ASCII", goodClaims().with("sub", `"a\tb\u007f"`), id, subject, verify.Passed},
		{"no sub", goodClaims().without("sub"), plain, subject, verify.NotChecked},
		{"no sub in what looks like an ID token", goodClaims().without("sub").with("nonce", `"n"`), plain, subject, verify.Warning},
		{"no sub, an ID token", goodClaims().without("sub"), id, subject, verify.Failed},
		{"an empty sub, of a program", goodClaims().with("sub", `""`), plain, subject, verify.Warning},
		{"a sub of null, of a program", goodClaims().with("sub", `null`), plain, subject, verify.Warning},
		{"an empty sub, an ID token", goodClaims().with("sub", `""`), id, subject, verify.Failed},
		{"a sub of null, an ID token", goodClaims().with("sub", `null`), id, subject, verify.Failed},
		{"a sub that is a number", goodClaims().with("sub", `12`), plain, subject, verify.Failed},

		{"other audiences", goodClaims().with("aud", `["api","b"]`), plain, audience, verify.Passed},
		{"other audiences, an ID token", goodClaims().with("aud", `["api","b"]`), id, audience, verify.Failed},
		{"other audiences, and azp is the client", goodClaims().with("aud", `["api","b"]`).with("azp", `"app"`), idForApp, audience, verify.Warning},
		{"other audiences, and azp is the audience", goodClaims().with("aud", `["api","b"]`).with("azp", `"api"`), id, audience, verify.Warning},
		{"other audiences, and azp is another", goodClaims().with("aud", `["api","b"]`).with("azp", `"b"`), id, audience, verify.Failed},
		{"other audiences, and azp is empty", goodClaims().with("aud", `["api","b"]`).with("azp", `""`), id, audience, verify.Failed},
		{"several audiences, all required", goodClaims().with("aud", `["api","b"]`),
			func(p *verify.Policy) { p.Kind, p.Audiences = verify.KindID, []string{"api", "b"} }, audience, verify.Passed},

		{"no azp", goodClaims(), plain, party, verify.NotChecked},
		{"azp, nothing required", goodClaims().with("azp", `"app"`), plain, party, verify.NotChecked},
		{"azp is the client", goodClaims().with("azp", `"app"`), forApp, party, verify.Passed},
		{"azp is another client", goodClaims().with("azp", `"other"`), forApp, party, verify.Failed},
		{"azp in other letters", goodClaims().with("azp", `"APP"`), forApp, party, verify.Failed},
		{"azp is the audience, an ID token", goodClaims().with("azp", `"api"`), id, party, verify.Passed},
		{"azp is not the audience, an ID token", goodClaims().with("azp", `"other"`), id, party, verify.Failed},
		{"azp is the client, not the audience, an ID token", goodClaims().with("azp", `"app"`), idForApp, party, verify.Passed},
		{"azp, any audience, an ID token", goodClaims().with("azp", `"other"`),
			func(p *verify.Policy) { p.Kind, p.Audiences, p.AnyAudience = verify.KindID, nil, true }, party, verify.NotChecked},
		{"azp of null", goodClaims().with("azp", `null`), plain, party, verify.Warning},
		{"azp of null beside the client", goodClaims().with("azp", `null`).with("client_id", `"app"`), forApp, client, verify.Passed},
		{"azp of null alone", goodClaims().with("azp", `null`), forApp, client, verify.Failed},
		{"azp that is a number", goodClaims().with("azp", `5`), plain, party, verify.Failed},
		{"one audience in a list without azp, like an ID token", goodClaims().with("aud", `["api"]`).with("nonce", `"n"`), plain, party, verify.NotChecked},
		{"several audiences without azp, like an ID token", goodClaims().with("aud", `["api","b"]`).with("nonce", `"n"`), plain, party, verify.Warning},

		{"no client required", goodClaims().with("client_id", `"other"`), plain, client, verify.NotChecked},
		{"client_id", goodClaims().with("client_id", `"app"`), forApp, client, verify.Passed},
		{"cid", goodClaims().with("cid", `"app"`), forApp, client, verify.Passed},
		{"appid", goodClaims().with("appid", `"app"`), forApp, client, verify.Passed},
		{"azp", goodClaims().with("azp", `"app"`), forApp, client, verify.Passed},
		{"all of them", goodClaims().with("azp", `"app"`).with("client_id", `"app"`).with("cid", `"app"`).with("appid", `"app"`), forApp, client, verify.Passed},
		{"one of them differs", goodClaims().with("azp", `"app"`).with("client_id", `"other"`), forApp, client, verify.Failed},
		{"one of them is null", goodClaims().with("azp", `"app"`).with("client_id", `null`), forApp, client, verify.Failed},
		{"an array", goodClaims().with("client_id", `["app"]`), forApp, client, verify.Failed},
		{"none of them", goodClaims(), forApp, client, verify.Failed},
		{"none of them, aud is the client, no ID token", goodClaims().with("aud", `["api","app"]`), forApp, client, verify.Failed},
		{"none of them, aud is the client, an ID token", goodClaims().with("aud", `["api","app"]`).with("nonce", `"n"`), forApp, client, verify.Passed},
		{"none of them, aud is another, an ID token", goodClaims().with("nonce", `"n"`), forApp, client, verify.Failed},
	} {
		t.Run(c.name, func(t *testing.T) {
			policy := goodPolicy()
			c.edit(&policy)
			r := examine(claiming(t, c.claims), everyKey(t), policy)
			wantStatus(t, r, c.check, c.want)
			if accepted := r.Accepted; accepted != (c.want != verify.Failed) {
				t.Errorf("accepted=%t: %v", r.Accepted, r.Err())
			}
		})
	}
}

// C02: a careless reader would take them for the claims they look like.
func TestLookAlikeClaims(t *testing.T) {
	for name, claims := range map[string]object{
		"EXP": goodClaims().with("EXP", "1"), "Iss": goodClaims().with("Iss", `"x"`), "SUB": goodClaims().with("SUB", `"x"`),
		"a long s": goodClaims().with("iſs", `"x"`), "Client_ID": goodClaims().with("Client_ID", `"x"`),
	} {
		r := examine(claiming(t, claims), everyKey(t), goodPolicy())
		wantAccepted(t, r)
		wantStatus(t, r, verify.CheckClaimNames, verify.Warning)
		if c, _ := r.Check(verify.CheckClaimNames); !strings.Contains(c.Message, " is not ") {
			t.Errorf("%s: %s", name, c.Message)
		}
	}
	for _, claims := range []object{goodClaims(), goodClaims().with("expires", "1").with("Name", `"x"`).with("issuer", `"x"`)} {
		wantStatus(t, examine(claiming(t, claims), everyKey(t), goodPolicy()), verify.CheckClaimNames, verify.Passed)
	}
	wantStatus(t, examine(claiming(t, goodClaims()), everyKey(t), goodPolicy()), verify.CheckHeaderClaims, verify.NotChecked)
	copied := headed(t, goodHeader("ec256", "ES256").with("sub", `"alice"`))
	wantStatus(t, examine(copied, everyKey(t), goodPolicy()), verify.CheckHeaderClaims, verify.Passed)
}

// Where issuers differ, the kind of difference is named.
// What looks like an ID token is called one where the audience is wrong, unless it
// is as much an access token, or an ID token was asked for.
func TestIDTokenInPlaceOfAnAccessToken(t *testing.T) {
	mine := goodClaims().with("aud", `"client"`)
	for _, c := range []struct {
		name   string
		claims object
		policy func(*verify.Policy)
		want   string
	}{
		{"with at_hash", mine.with("at_hash", `"x"`), nil, verify.AudienceIsClient},
		{"with a nonce", mine.with("nonce", `"x"`), nil, verify.AudienceIsClient},
		{"for the client it names", mine.with("azp", `"client"`).with("amr", `["pwd"]`), nil, verify.AudienceIsClient},
		{"with amr alone", mine.with("amr", `["pwd"]`), nil, verify.DifferentValue},
		{"with a scope beside", mine.with("at_hash", `"x"`).with("scope", `"a"`), nil, verify.DifferentValue},
		{"where an ID token is wanted", mine.with("at_hash", `"x"`), func(p *verify.Policy) { p.Kind = verify.KindID }, verify.DifferentValue},
		{"whose client was required", goodClaims().with("aud", `"account"`).with("azp", `"api"`), nil, verify.ClientAsAudience},
	} {
		policy := goodPolicy()
		if c.policy != nil {
			c.policy(&policy)
		}
		check, _ := examine(claiming(t, c.claims), everyKey(t), policy).Check(verify.CheckAudience)
		if check.Diagnosis == nil || check.Diagnosis.Cause != c.want {
			t.Errorf("%s: %+v, want %s", c.name, check.Diagnosis, c.want)
		}
	}
}

func TestCompare(t *testing.T) {
	for _, c := range []struct {
		wanted, found string
		kind          string
	}{
		{"https://a.example", "https://a.example/", verify.DifferentSlash},
		{"https://a.example/x/", "https://a.example/x", verify.DifferentSlash},
		{"https://oidc1.Authing.cn/oidc", "https://oidc1.authing.cn/oidc", verify.DifferentCase},
		{"https://a.example/X", "https://a.example/x", verify.DifferentCase},
		{"https://a.example/x", "http://a.example/x", verify.DifferentScheme},
		{"https://a.example/x", "https://a.example:8443/x", verify.DifferentPort},
		{"https://a.example", "https://b.example", verify.DifferentHost},
		{"https://accounts.google.com", "accounts.google.com", verify.SchemeMissing},
		{"api://1234", "1234", verify.DifferentPrefix},
		{"api://1234", "https://1234", verify.DifferentScheme},
		{"https://a.example/x", "https://a.example/y", verify.DifferentValue},
		{"https://a.example", "acme.com", verify.DifferentValue},
		{"api", "other", verify.DifferentValue},
		{"https://a.example/%zz", "x", verify.DifferentValue},
		{"https://iss.example", "https://iſs.example", verify.DifferentValue},
		{"api-s", "api-ſ", verify.DifferentValue},
		{"https://a.example:8443/x", "http://a.example:8080/x", verify.DifferentValue},
		{"https://a.example", "http://a.example?a=b", verify.DifferentValue},
		{"https://a.example/a%2fb", "http://a.example/a/b", verify.DifferentValue},
		{"https://a.example/{tenantid}", "https://a.example/72f988bf", verify.IssuerTemplate},
	} {
		for _, d := range []*verify.Diagnosis{verify.Compare(c.wanted, c.found), verify.Compare(c.found, c.wanted)} {
			if d == nil || d.Cause != c.kind {
				t.Errorf("%s and %s: %+v, want %s", c.wanted, c.found, d, c.kind)
			}
		}
	}
	if d := verify.Compare("same", "same"); d != nil {
		t.Errorf("no difference: %+v", d)
	}
}
