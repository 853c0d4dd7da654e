package provider

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

const goodMetadata = `{
	"issuer": "https://issuer.example",
	"authorization_endpoint": "https://issuer.example/authorize",
	"token_endpoint": "https://issuer.example/token",
	"jwks_uri": "https://issuer.example/keys",
	"response_types_supported": ["code"],
	"subject_types_supported": ["public"],
	"id_token_signing_alg_values_supported": ["RS256"]
}`

func metadataOf(t testing.TB, text string) *Metadata {
	t.Helper()
	document, err := strictjson.ParseObject([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return &Metadata{
		Document: document, Asked: "https://issuer.example", URL: "https://issuer.example" + configuration,
		Form: wellKnownOpenID, ContentType: "application/json",
	}
}

// lintLines are the findings as "severity id member", but the information that
// is always there.
func lintLines(md *Metadata) []string {
	var lines []string
	for _, f := range md.Lint() {
		if f.ID != lintForm {
			lines = append(lines, strings.TrimSpace(fmt.Sprint(f.Severity, " ", f.ID, " ", f.Member)))
		}
	}
	return lines
}

func TestLintGoodMetadata(t *testing.T) {
	md := metadataOf(t, goodMetadata)
	if got := lintLines(md); got != nil {
		t.Errorf("got %q", got)
	}
	all := md.Lint()
	if len(all) != 1 || all[0].ID != lintForm || all[0].Severity != jwks.SeverityInfo {
		t.Fatalf("got %+v", all)
	}
	wantText(t, all[0].Message, md.URL, "appended to the issuer")
}

func TestLintOneChange(t *testing.T) {
	const q = `"`
	remove := func(member string) func(string) string {
		return func(text string) string {
			var kept []string
			for line := range strings.SplitSeq(text, "\n") {
				if !strings.Contains(line, q+member+q) {
					kept = append(kept, line)
				}
			}
			return strings.Replace(strings.Join(kept, "\n"), ",\n}", "\n}", 1)
		}
	}
	set := func(member, value string) func(string) string {
		return func(text string) string {
			return strings.Replace(remove(member)(text), "{", "{"+q+member+q+":"+value+",", 1)
		}
	}
	for _, c := range []struct {
		name   string
		change func(string) string
		want   []string
	}{
		{"no issuer", remove("issuer"), []string{"error required_members issuer"}},
		{"no authorization_endpoint", remove("authorization_endpoint"), []string{"error required_members authorization_endpoint"}},
		{"no token_endpoint", remove("token_endpoint"), []string{"error required_members token_endpoint"}},
		{"no jwks_uri", remove("jwks_uri"), []string{"error required_members jwks_uri"}},
		{"no response types", remove("response_types_supported"), []string{"error required_members response_types_supported"}},
		{"no subject types", remove("subject_types_supported"), []string{"error required_members subject_types_supported"}},
		{"no algorithms", remove("id_token_signing_alg_values_supported"), []string{"error required_members id_token_signing_alg_values_supported"}},
		{"no RS256", set("id_token_signing_alg_values_supported", `["ES256"]`), []string{"warning signing_algorithms id_token_signing_alg_values_supported"}},
		{"none", set("id_token_signing_alg_values_supported", `["RS256","none"]`), []string{"warning signing_algorithms id_token_signing_alg_values_supported"}},
		{"an empty array", set("scopes_supported", `[]`), []string{"error required_members scopes_supported"}},
		{"a string for an array", set("claims_supported", `"sub"`), []string{"error required_members claims_supported"}},
		{"numbers in an array", set("acr_values_supported", `[1]`), []string{"error required_members acr_values_supported"}},
		{"a boolean is no list", set("request_parameter_supported", `false`), nil},
		{"a number for an endpoint", set("userinfo_endpoint", `7`), []string{"error required_members userinfo_endpoint"}},
		{"an issuer that is no string", set("issuer", `["a"]`), []string{"error required_members issuer"}},
		{"another issuer", set("issuer", `"https://other.example"`), []string{"error issuer_match issuer"}},
		{"a template", set("issuer", `"https://issuer.example/{tenantid}"`), []string{"error issuer_match issuer"}},
		{"a slash", set("issuer", `"https://issuer.example/"`), []string{"error issuer_match issuer", "info issuer_url issuer"}},
		{"an http issuer", set("issuer", `"http://issuer.example"`), []string{"error issuer_match issuer", "error issuer_url issuer"}},
		{"an issuer with a query", set("issuer", `"https://issuer.example?a"`), []string{"error issuer_match issuer", "error issuer_url issuer"}},
		{"an issuer with a fragment", set("issuer", `"https://issuer.example#a"`), []string{"error issuer_match issuer", "error issuer_url issuer"}},
		{"no URL at all", set("issuer", `"acme.com"`), []string{"error issuer_match issuer", "error issuer_url issuer"}},
		{"an http endpoint", set("token_endpoint", `"http://issuer.example/token"`), []string{"error endpoints token_endpoint"}},
		{"http on loopback", set("token_endpoint", `"http://127.0.0.1/token"`), []string{"error endpoints token_endpoint"}},
		{"a relative endpoint", set("token_endpoint", `"/token"`), []string{"error endpoints token_endpoint"}},
		{"a password in an endpoint", set("token_endpoint", `"https://me:pw@issuer.example/token"`), []string{"error endpoints token_endpoint"}},
		{"an endpoint nobody can reach", set("userinfo_endpoint", `"https://10.0.0.1/me"`), []string{"warning endpoints userinfo_endpoint"}},
		{"keys elsewhere", set("jwks_uri", `"https://keys.example/keys"`), []string{"info endpoints jwks_uri"}},
		{"keys at another port", set("jwks_uri", `"https://Issuer.example:8443/keys"`), nil},
		{"an http alias", set("mtls_endpoint_aliases", `{"token_endpoint":"http://issuer.example/token"}`), []string{"error endpoints mtls_endpoint_aliases.token_endpoint"}},
		{"signed metadata", set("signed_metadata", `"a.b.c"`), []string{"info signed_metadata signed_metadata"}},
		{"a page of words is no endpoint", set("op_policy_uri", `"http://issuer.example/policy"`), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := lintLines(metadataOf(t, c.change(goodMetadata))); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestLintOtherKindsOfIssuers(t *testing.T) {
	for _, c := range []struct {
		name, text string
		adjust     func(*Metadata)
		want       []string
	}{
		{"a CI system", `{"issuer":"https://issuer.example","jwks_uri":"https://issuer.example/keys","subject_types_supported":["public"],
			"response_types_supported":["id_token"],"id_token_signing_alg_values_supported":["RS256"]}`, nil,
			[]string{"warning required_members authorization_endpoint", "warning required_members token_endpoint"}},
		{"implicit only", strings.Replace(goodMetadata, `"token_endpoint": "https://issuer.example/token"`, `"grant_types_supported":["implicit"]`, 1), nil, nil},
		{"RFC 8414", `{"issuer":"https://issuer.example","response_types_supported":["code"],"authorization_endpoint":"https://issuer.example/a",
			"token_endpoint":"https://issuer.example/t"}`, func(md *Metadata) { md.Form = wellKnownOAuth }, []string{"warning required_members jwks_uri"}},
		{"RFC 8414, machines only", `{"issuer":"https://issuer.example","response_types_supported":["token"],"grant_types_supported":["client_credentials"],
			"token_endpoint":"https://issuer.example/t","jwks_uri":"https://issuer.example/k"}`, func(md *Metadata) { md.Form = wellKnownOAuth }, nil},
		{"on this machine", strings.ReplaceAll(goodMetadata, "https://issuer.example", "http://127.0.0.1:8080"), func(md *Metadata) { md.Asked = "http://127.0.0.1:8080" },
			[]string{"warning issuer_url issuer", "warning endpoints authorization_endpoint", "warning endpoints token_endpoint", "warning endpoints jwks_uri"}},
		{"plain text", goodMetadata, func(md *Metadata) { md.ContentType = "text/plain" }, []string{"warning content_type"}},
		{"no type", goodMetadata, func(md *Metadata) { md.ContentType = "" }, []string{"warning content_type"}},
		{"nothing", `{}`, nil, []string{
			"error required_members issuer", "error required_members authorization_endpoint", "error required_members token_endpoint", "error required_members jwks_uri",
			"error required_members subject_types_supported", "error required_members id_token_signing_alg_values_supported", "error required_members response_types_supported",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			md := metadataOf(t, c.text)
			if c.adjust != nil {
				c.adjust(md)
			}
			if got := lintLines(md); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestLintNamesWhatDiffers(t *testing.T) {
	md := metadataOf(t, strings.Replace(goodMetadata, "https://issuer.example", "https://Issuer.example", 1))
	for _, f := range md.Lint() {
		if f.ID == lintIssuerMatch && f.Expected == "https://issuer.example" && f.Actual == "https://Issuer.example" && f.Spec != "" {
			return
		}
	}
	t.Error("no such finding")
}
