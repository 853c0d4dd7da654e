package verify

import (
	"testing"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

func mustParse(t *testing.T, text string) strictjson.Value {
	t.Helper()
	v, err := strictjson.ParseObject([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Which service made a token is guessed by signs of which each alone could be
// somebody else's: a remark about the wrong service sends people the wrong way.
func TestSignsOfServices(t *testing.T) {
	const signer = "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/x/y"
	for _, c := range []struct{ name, header, claims, want string }{
		{"a load balancer", `{"signer":"` + signer + `"}`, `{}`, "AWS load balancer (ALB)"},
		{"another signer at AWS", `{"signer":"arn:aws:kms:eu-west-1:1:key/x"}`, `{}`, ""},
		{"the word alone", `{"signer":"my:elasticloadbalancing:x"}`, `{}`, ""},
		{"a user pool", `{}`, `{"iss":"https://cognito-idp.eu-west-1.amazonaws.com/p"}`, "Cognito"},
		{"another service of AWS", `{}`, `{"iss":"https://s3.eu-west-1.amazonaws.com/p"}`, ""},
		{"the name of a user pool elsewhere", `{}`, `{"iss":"https://cognito-idp.example/p"}`, ""},
		{"Entra ID, for Graph", `{}`, `{"iss":"https://sts.windows.net/t/","aud":"https://graph.microsoft.com/"}`, "Microsoft Graph"},
		{"Entra ID, by the header", `{"nonce":"x"}`, `{"iss":"https://login.microsoftonline.com/t/v2.0"}`, "Microsoft Graph"},
		{"Entra ID, for somebody else", `{}`, `{"iss":"https://sts.windows.net/t/","aud":"api"}`, "Entra ID v1"},
		{"a nonce in another's header", `{"nonce":"x"}`, `{"iss":"https://issuer.example"}`, ""},
		{"Graph as the audience of another's token", `{}`, `{"iss":"https://issuer.example","aud":"https://graph.microsoft.com"}`, ""},
		{"Google", `{}`, `{"iss":"https://accounts.google.com"}`, "Google"},
		{"Google, without https://", `{}`, `{"iss":"accounts.google.com"}`, "Google"},
		{"GitHub", `{}`, `{"iss":"https://token.actions.githubusercontent.com"}`, "GitHub Actions"},
		{"GitHub at home", `{}`, `{"iss":"https://ghe.example/_services/token"}`, "GitHub Actions"},
		{"GitLab", `{}`, `{"ci_config_ref_uri":"x"}`, "GitLab CI"},
		{"GitLab, by another claim", `{}`, `{"pipeline_source":"push"}`, "GitLab CI"},
		{"Kubernetes", `{}`, `{"kubernetes.io":{}}`, "Kubernetes"},
		{"Kubernetes, by its sub", `{}`, `{"sub":"system:serviceaccount:default:x"}`, "Kubernetes"},
		{"Authgear", `{}`, `{"iss":"https://acme.authgear.cloud"}`, "Authgear"},
		{"Authgear under a domain of one's own", `{}`, `{"https://authgear.com/claims/user/is_verified":true}`, "Authgear"},
		{"Okta", `{}`, `{"iss":"https://okta.com"}`, "Okta"},
		{"a domain that ends alike", `{}`, `{"iss":"https://notokta.com"}`, ""},
	} {
		r := Report{Header: mustParse(t, c.header), claims: mustParse(t, c.claims)}
		if got := r.IssuerName(); got != c.want {
			t.Errorf("%s: taken for %q, want %q", c.name, got, c.want)
		}
	}
}

// The conditions of notes, each beside what is nearly the same.
func TestConditionsOfNotes(t *testing.T) {
	fromOkta := func(kind Kind, path string) bool {
		return fromOktaOrg(origin{Report: &Report{Kind: kind}, path: path}, nil)
	}
	differ := func(expected, found string) bool {
		return hostsDiffer(origin{}, &Diagnosis{Expected: expected, Found: found})
	}
	between := func(expected, found string) bool {
		return hosts("a.example", "b.example")(origin{}, &Diagnosis{Expected: expected, Found: found})
	}
	for _, c := range []struct {
		name      string
		got, want bool
	}{
		{"an access token of Okta's org server", fromOkta(KindAccess, "/"), true},
		{"an access token of a custom server", fromOkta(KindAccess, "/oauth2/default"), false},
		{"an ID token of Okta's org server", fromOkta(KindID, ""), false},
		{"the host in other letters", differ("https://Acme.example/oidc", "https://acme.example/oidc"), true},
		{"the path in other letters", differ("https://acme.example/OIDC", "https://acme.example/oidc"), false},
		{"an expected issuer that is no URL", differ("%zz", "https://acme.example"), false},
		{"an issuer that is no URL", differ("https://acme.example", "%zz"), false},
		{"from one host to the other", between("https://a.example", "https://b.example"), true},
		{"the other way round", between("https://b.example", "https://a.example"), false},
		{"the same host", between("https://a.example", "https://a.example"), false},
	} {
		if c.got != c.want {
			t.Errorf("%s: %t", c.name, c.got)
		}
	}
}
