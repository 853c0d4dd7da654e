package verify_test

import (
	"strings"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// TestIssuers checks which issuer is recognised and which note a failed check gets.
// Another failure of the same check must not get the note.
func TestIssuers(t *testing.T) {
	graph := `"00000003-0000-0000-c000-000000000000"`
	for _, c := range []struct {
		name   string
		header object
		claims object
		wanted string // issuer
		check  string
		fact   string
	}{
		{"Auth0", nil, object{{"iss", `"https://acme.eu.auth0.com/"`}}, "https://acme.eu.auth0.com", verify.CheckIssuer, "end in a slash"},
		{"Auth0", nil, object{{"iss", `"https://acme.eu.auth0.com/"`}}, "https://other.eu.auth0.com/", verify.CheckIssuer, ""},
		{"Okta", nil, object{{"iss", `"https://acme.okta.com"`}}, "https://acme.okta.com/oauth2/default", verify.CheckIssuer, "/oauth2/<id>"},
		{"Okta", nil, object{{"iss", `"https://acme.okta.com"`}}, "https://other.okta.com", verify.CheckIssuer, ""},
		{"Keycloak", nil, object{{"iss", `"https://sso.acme.example/realms/main"`}}, "", verify.CheckAudience, "audience mapper"},
		{"Keycloak", nil, object{{"iss", `"https://sso.acme.example/realms/main"`}, {"typ", `"ID"`}}, "", verify.CheckAudience, ""},
		{"Keycloak", nil, object{{"iss", `"http://keycloak:8080/realms/main"`}}, "https://sso.acme.example/realms/main", verify.CheckIssuer, "the host name of the request"},
		{"Entra ID v2", nil, object{{"iss", `"https://login.microsoftonline.com/{tenantid}/v2.0"`}}, "https://login.microsoftonline.com/t/v2.0", verify.CheckIssuer, "{tenantid}"},
		{"Entra ID v2", nil, object{{"iss", `"https://login.microsoftonline.com/t/v2.0"`}}, "https://sts.windows.net/t/", verify.CheckIssuer, "v1 tokens from"},
		{"Entra ID v2", nil, object{{"iss", `"https://login.microsoftonline.com/t/v2.0"`}}, "https://login.microsoftonline.com/u/v2.0", verify.CheckIssuer, ""},
		{"Entra ID v1", nil, object{{"iss", `"https://sts.windows.net/t/"`}}, "", verify.CheckAudience, "App ID URI"},
		{"Microsoft Graph", nil, object{{"iss", `"https://sts.windows.net/t/"`}, {"aud", graph}}, "", verify.CheckAudience, "Microsoft Graph"},
		{"Microsoft Graph", nil, object{{"iss", `"https://sts.windows.net/t/"`}, {"aud", "[" + graph + "]"}}, "", verify.CheckAudience, "Microsoft Graph"},
		{"Microsoft Graph", object{{"nonce", `"x"`}}, object{{"iss", `"https://sts.windows.net/t/"`}}, "", verify.CheckAudience, ""},
		{"Cognito", nil, object{{"iss", `"https://cognito-idp.eu-west-1.amazonaws.com/p"`}, {"aud", ""}}, "", verify.CheckAudience, "client_id"},
		{"Cognito", nil, object{{"iss", `"https://cognito-idp.eu-west-1.amazonaws.com/p"`}}, "", verify.CheckAudience, ""},
		{"Google", nil, object{{"iss", `"accounts.google.com"`}}, "https://accounts.google.com", verify.CheckIssuer, "with and without https://"},
		{"Google", nil, object{{"iss", `"accounts.google.com"`}}, "https://issuer.example", verify.CheckIssuer, ""},
		{"Firebase", nil, object{{"iss", `"https://securetoken.google.com/p"`}}, "", verify.CheckAudience, "for the project"},
		{"GitHub Actions", nil, object{{"iss", `"https://token.actions.githubusercontent.com"`}}, "", verify.CheckAudience, "owner's URL"},
		{"GitLab CI", nil, object{{"iss", `"https://gitlab.example"`}, {"pipeline_source", `"push"`}}, "", verify.CheckAudience, "id_tokens"},
		{"Kubernetes", nil, object{{"iss", `"https://kubernetes.default.svc"`}, {"kubernetes.io", `{}`}}, "", verify.CheckIssuer, "internal name"},
		{"Kubernetes", nil, object{{"iss", `"kubernetes/serviceaccount"`}, {"kubernetes.io", `{}`}, {"exp", ""}}, "", verify.CheckExpiry, "have no exp"},
		{"Kubernetes", nil, object{{"iss", `"https://kubernetes.default.svc"`}, {"kubernetes.io", `{}`}, {"exp", "1500000000"}}, "", verify.CheckExpiry, ""},
		{"AWS load balancer (ALB)", object{{"signer", `"arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/x/y"`}}, object{{"iss", `"x"`}}, "", verify.CheckIssuer, "signer"},
		{"Authing", nil, object{{"iss", `"https://acme.authing.cn/oidc"`}}, "https://acme.Authing.cn/oidc", verify.CheckIssuer, "capital A"},
		{"Authing", nil, object{{"iss", `"https://acme.authing.cn/oidc"`}}, "", verify.CheckIssuer, ""},
		{"Authgear", nil, object{{"iss", `"https://login.acme.example"`}, {"https://authgear.com/claims/user/is_verified", "true"}}, "", verify.CheckAudience, "for the endpoint"},
		{"Authgear", nil, object{{"iss", `"https://acme.authgear.cloud"`}}, "https://acme.authgear.cloud/", verify.CheckIssuer, "without a trailing slash"},
		{"Authgear", nil, object{{"iss", `"https://acme.authgear.cloud"`}}, "https://login.acme.example", verify.CheckIssuer, "public origin"},
		{"", nil, object{{"iss", `"https://id.acme.example"`}, {"sub", `"authgear.com"`}}, "", verify.CheckIssuer, ""},
		{"", nil, object{{"iss", `"https://auth0.com.evil.example/"`}}, "https://auth0.com.evil.example", verify.CheckIssuer, ""},
		{"", nil, object{{"iss", `"https://notauth0.com/"`}}, "https://notauth0.com", verify.CheckIssuer, ""},
	} {
		claims := object{{"aud", `"somebody"`}, {"exp", "1600000300"}}
		for _, m := range c.claims {
			if claims = claims.with(m.name, m.value); m.value == "" {
				claims = claims.without(m.name)
			}
		}
		policy := goodPolicy()
		if c.wanted != "" {
			policy.Issuer = c.wanted
		}
		header := append(goodHeader("ed25519", "Ed25519"), c.header...)
		r := examine(mint(t, "ed25519", "Ed25519", header.String(), claims.String()), everyKey(t), policy)
		if got := r.IssuerName(); got != c.name {
			t.Errorf("%s: taken for %q", c.name, got)
		}
		check, ok := r.Check(c.check)
		if !ok || check.Status != verify.Failed || !strings.Contains(noteOf(check), c.fact) || (c.fact == "") != (noteOf(check) == "") {
			t.Errorf("%s %v: %s (%s) tells %q, want %q", c.name, c.claims, c.check, check.Message, noteOf(check), c.fact)
		}
	}
}

func noteOf(c verify.Check) string {
	if c.Diagnosis == nil {
		return ""
	}
	return c.Diagnosis.Note
}

// TestNotesKeepTheDiagnosis: a note about a service accompanies the diagnosis, or
// stands alone if there is none.
func TestNotesKeepTheDiagnosis(t *testing.T) {
	empty := trustSet(t)
	for _, c := range []struct {
		issuer, wanted string
		keys           verify.Keys
		check, kind    string
	}{
		{"https://acme.eu.auth0.com/", "https://acme.eu.auth0.com", everyKey(t), verify.CheckIssuer, verify.DifferentSlash},
		{"https://securetoken.google.com/p", "https://securetoken.google.com/p", empty, verify.CheckKey, verify.KnownService},
	} {
		policy := goodPolicy()
		policy.Issuer = c.wanted
		check, _ := examine(claiming(t, goodClaims().with("iss", `"`+c.issuer+`"`)), c.keys, policy).Check(c.check)
		if kindOf(check) != c.kind || noteOf(check) == "" {
			t.Errorf("%s: %s is diagnosed as %q with note %q, want %q with one", c.issuer, c.check, kindOf(check), noteOf(check), c.kind)
		}
	}
}

// TestNotesAreForFailures: a token that is accepted needs no explanation.
func TestNotesAreForFailures(t *testing.T) {
	policy := goodPolicy()
	policy.Issuer = "https://acme.eu.auth0.com/"
	tok := token.Parse(claiming(t, goodClaims().with("iss", `"https://acme.eu.auth0.com/"`)))
	r := verify.Verify(tok, everyKey(t), policy, now)
	if !r.Accepted || r.IssuerName() != "Auth0" {
		t.Fatalf("accepted=%t, %q", r.Accepted, r.IssuerName())
	}
	for _, check := range r.Checks() {
		if noteOf(check) != "" {
			t.Errorf("%s tells %q", check.ID, noteOf(check))
		}
	}
}

// TestBindingsAreShown: what is not enforced says so, and changes no verdict.
func TestBindingsAreShown(t *testing.T) {
	for name, c := range map[string]struct {
		claims object
		id     string
		says   string
	}{
		"bound":      {goodClaims().with("cnf", `{"jkt":"x"}`), verify.CheckConfirmation, "NOT CHECKED"},
		"not bound":  {goodClaims(), verify.CheckConfirmation, "not bound"},
		"selective":  {goodClaims().with("address", `{"_sd":["x"]}`), verify.CheckDisclosure, "NOT CHECKED"},
		"in a list":  {goodClaims().with("list", `[{"_sd":["x"]}]`), verify.CheckDisclosure, "NOT CHECKED"},
		"as it goes": {goodClaims(), verify.CheckDisclosure, "nothing"},
	} {
		tok := token.Parse(claiming(t, c.claims))
		r := verify.Verify(tok, everyKey(t), goodPolicy(), now)
		check, _ := r.Check(c.id)
		if !r.Accepted || check.Status != verify.NotChecked || !strings.Contains(check.Message, c.says) {
			t.Errorf("%s: accepted=%t, %s %q", name, r.Accepted, check.Status, check.Message)
		}
	}
}
