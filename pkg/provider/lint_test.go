package provider

import (
	"fmt"
	"net/http"
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
	"code_challenge_methods_supported": ["S256"],
	"authorization_response_iss_parameter_supported": true,
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
		Form: formOpenID, ContentType: "application/json",
	}
}

// lintLines are the findings as "severity id member", but the information that
// is always there.
func lintLines(md *Metadata) []string {
	var lines []string
	for _, f := range md.Lint() {
		if f.ID != lintForm {
			places := f.Locations
			if len(places) == 0 {
				places = []string{""}
			}
			for _, place := range places {
				lines = append(lines, strings.TrimSpace(fmt.Sprint(f.Severity, " ", f.ID, " ", place)))
			}
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
	if len(all) != 1 || all[0].ID != lintForm || all[0].Severity != severityInfo {
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
		{"no PKCE", remove("code_challenge_methods_supported"), []string{"warning pkce code_challenge_methods_supported"}},
		{"no S256", set("code_challenge_methods_supported", `["plain"]`), []string{"error pkce code_challenge_methods_supported"}},
		{"plain beside S256", set("code_challenge_methods_supported", `["S256","plain"]`), []string{"info pkce code_challenge_methods_supported"}},
		{"no iss in responses", set("authorization_response_iss_parameter_supported", `false`), []string{"info response_issuer authorization_response_iss_parameter_supported"}},
		{"a word for a boolean", set("authorization_response_iss_parameter_supported", `"yes"`), []string{"error required_members authorization_response_iss_parameter_supported"}},
		{"PAR without its endpoint", set("require_pushed_authorization_requests", `true`), []string{"error pushed_requests require_pushed_authorization_requests"}},
		{"PAR with its endpoint", set("pushed_authorization_request_endpoint", `"https://issuer.example/par","require_pushed_authorization_requests":true`), nil},
		{"algorithms as a string", set("userinfo_signing_alg_values_supported", `"RS256"`), []string{"error required_members userinfo_signing_alg_values_supported"}},
		{"encryption as a string", set("id_token_encryption_enc_values_supported", `"A128GCM"`), []string{"error required_members id_token_encryption_enc_values_supported"}},
		{"methods as a string", set("revocation_endpoint_auth_methods_supported", `"none"`), []string{"error required_members revocation_endpoint_auth_methods_supported"}},
		{"DPoP", set("dpop_signing_alg_values_supported", `["ES256"]`), nil},
		{"DPoP with none", set("dpop_signing_alg_values_supported", `["none"]`), []string{"error dpop dpop_signing_alg_values_supported"}},
		{"DPoP with a secret", set("dpop_signing_alg_values_supported", `["HS256"]`), []string{"error dpop dpop_signing_alg_values_supported"}},
		{"mTLS without bound tokens", set("token_endpoint_auth_methods_supported", `["tls_client_auth"]`), []string{"info mtls tls_client_certificate_bound_access_tokens"}},
		{"mTLS with bound tokens", set("tls_client_certificate_bound_access_tokens", `true,"token_endpoint_auth_methods_supported":["tls_client_auth"]`), nil},
		{"aliases that are no object", set("mtls_endpoint_aliases", `[]`), []string{"error mtls mtls_endpoint_aliases"}},
		{"clients sign with none", set("token_endpoint_auth_signing_alg_values_supported", `["none"]`), []string{"error client_authentication token_endpoint_auth_signing_alg_values_supported"}},
		{"clients sign, with what", set("token_endpoint_auth_methods_supported", `["private_key_jwt"]`), []string{"error client_authentication token_endpoint_auth_signing_alg_values_supported"}},
		{"ID tokens by secret", set("id_token_signing_alg_values_supported", `["RS256","HS256"]`), []string{"info signing_algorithms id_token_signing_alg_values_supported"}},
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
			"token_endpoint":"https://issuer.example/t"}`, func(md *Metadata) { md.Form = formOAuth }, []string{"warning required_members jwks_uri", "warning pkce code_challenge_methods_supported", "info response_issuer authorization_response_iss_parameter_supported"}},
		{"RFC 8414, machines only", `{"issuer":"https://issuer.example","response_types_supported":["token"],"grant_types_supported":["client_credentials"],
			"token_endpoint":"https://issuer.example/t","jwks_uri":"https://issuer.example/k"}`, func(md *Metadata) { md.Form = formOAuth }, nil},
		{"RFC 8414, implicit, with nowhere to go", `{"issuer":"https://issuer.example","response_types_supported":["token"],"grant_types_supported":["implicit"],
			"jwks_uri":"https://issuer.example/k"}`, func(md *Metadata) { md.Form = formOAuth }, []string{"error required_members authorization_endpoint"}},
		{"RFC 8414, codes, with nowhere to go", `{"issuer":"https://issuer.example","response_types_supported":["code"],"grant_types_supported":["authorization_code"],
			"jwks_uri":"https://issuer.example/k"}`, func(md *Metadata) { md.Form = formOAuth }, []string{"error required_members authorization_endpoint", "error required_members token_endpoint"}},
		{"RFC 8414, the usual grants, with nowhere to go", `{"issuer":"https://issuer.example","response_types_supported":["code"],
			"jwks_uri":"https://issuer.example/k"}`, func(md *Metadata) { md.Form = formOAuth }, []string{"error required_members authorization_endpoint", "error required_members token_endpoint"}},
		{"OpenID, machines only", `{"issuer":"https://issuer.example","response_types_supported":["code"],"grant_types_supported":["client_credentials"],"token_endpoint":"https://issuer.example/t",
			"jwks_uri":"https://issuer.example/k","subject_types_supported":["public"],"id_token_signing_alg_values_supported":["RS256"]}`, nil, []string{"error required_members authorization_endpoint"}},
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

// TestLintMergesWhatIsTheSame in a document of the largest size.
func TestLintMergesWhatIsTheSame(t *testing.T) {
	var members []string
	for i := range 30_000 {
		members = append(members, fmt.Sprintf(`"e%d_endpoint":"http://x%d.example"`, i, i))
	}
	md := metadataOf(t, `{"issuer":"https://issuer.example",`+strings.Join(members, ",")+`}`)
	findings := md.Lint()
	if len(findings) > 10 {
		t.Errorf("got %d findings", len(findings))
	}
	places := 0
	for i, f := range findings {
		if i > 0 && f.Severity == severityError && findings[i-1].Severity != severityError {
			t.Error("an error comes after something else")
		}
		if f.ID == lintEndpoints {
			places += len(f.Locations)
		}
	}
	if places != 30_000 {
		t.Errorf("got %d places", places)
	}
}

func TestLintLooksAtTheKeySet(t *testing.T) {
	for _, c := range []struct{ name, keys, want string }{
		{"clean", keySet("a"), ""},
		{"a private key", `{"keys":[{"kty":"EC","crv":"P-256","x":"U0KND495LKPA8M_9h9Tu0efhDPuwDdaaGF4pJ6cBU-s","y":"3bX7FC1mlM0O6LWzs0VOybA5pkP8iGa6XPDOW06H3vs","d":"AAAA"}]}`, "error private_key"},
		{"not there", "", "error key_set"},
		{"something else", `{"a":1}`, "error key_set"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newTLSSite(t)
			s.serve(configuration, strings.ReplaceAll(goodMetadata, "https://issuer.example", s.URL))
			if c.keys != "" {
				s.serve("/keys", c.keys)
			}
			b := newBench(t, s)
			md, err := b.Discover(t.Context(), s.URL)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range b.Lint(t.Context(), md) {
				if f.Severity == severityError && f.ID != "no_usable_key" {
					got = append(got, fmt.Sprint(f.Severity, " ", f.ID))
				}
			}
			if strings.Join(got, ", ") != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestLintSaysThatTheKeySetWasNotChecked(t *testing.T) {
	s := newTLSSite(t)
	s.serve(configuration, strings.ReplaceAll(goodMetadata, "https://issuer.example", s.URL+"/other"))
	b := newBench(t, s)
	md, _ := b.Discover(t.Context(), s.URL)
	for _, f := range b.Lint(t.Context(), md) {
		if f.ID == lintKeySet && f.Severity == severityWarning {
			wantRequests(t, s, "GET "+configuration)
			return
		}
	}
	t.Error("no such finding")
}

// An unreachable server may be back soon, so that is not an error of its metadata.
func TestLintDoesNotBlameTheWayThere(t *testing.T) {
	for status, want := range map[int]string{http.StatusServiceUnavailable: severityWarning, http.StatusNotFound: severityError} {
		s := newTLSSite(t)
		s.serve(configuration, strings.ReplaceAll(goodMetadata, "https://issuer.example", s.URL))
		s.route("/keys", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		b := newBench(t, s)
		md, err := b.Discover(t.Context(), s.URL)
		if err != nil {
			t.Fatal(err)
		}
		findings := b.Lint(t.Context(), md)
		if i := slices.IndexFunc(findings, func(f jwks.Finding) bool { return f.ID == lintKeySet }); i < 0 || findings[i].Severity != want {
			t.Errorf("status %d: got %+v, want a finding %s of severity %s", status, findings, lintKeySet, want)
		}
	}
}

func TestLintNamesTheMediaType(t *testing.T) {
	for contentType, want := range map[string]string{"": "it is served without a Content-Type", "text/plain": `it is served as "text/plain" instead of application/json`} {
		md := metadataOf(t, goodMetadata)
		md.ContentType = contentType
		for _, f := range md.Lint() {
			if f.ID == lintContentType && f.Message != want {
				t.Errorf("%q: got %q", contentType, f.Message)
			}
		}
	}
}

func TestLintNamesWhatDiffers(t *testing.T) {
	md := metadataOf(t, strings.Replace(goodMetadata, "https://issuer.example", "https://Issuer.example", 1))
	for _, f := range md.Lint() {
		if f.ID == lintIssuerMatch {
			wantText(t, f.Message, `"https://issuer.example"`, `"https://Issuer.example"`, "only in letter case")
			return
		}
	}
	t.Error("no such finding")
}
