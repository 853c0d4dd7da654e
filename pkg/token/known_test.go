package token_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/token"
)

// What people present in place of a JWT is named by its own signs, with who can
// check it. The values are made up.
func TestParseNamesWhatIsNoJWT(t *testing.T) {
	word := strings.Repeat("aZ3", 20)
	for _, c := range []struct{ text, what string }{
		{"ya29.a0AfH6SMBx", "a Google access token"},
		{"ghs_A1b2C3d4E5f6A1b2C3d4E5f6A1b2C3d4E5f6", "a GitHub token"},
		{"github_pat_11AAAAAAA0aaaaaaaaaaaa_bbbbbb", "a GitHub token"},
		{"glpat-abcdefghijklmnopqrst", "a GitLab token"},
		{"k8s-aws-v1.aHR0cHM6Ly9zdHMuZXUtd2VzdC0x", "an Amazon EKS token"},
		{"ory_at_Zk3Jr8pL0aQ.u7YdT5xWm2sE9v", "an Ory Hydra token"},
		{"ory_st_Zk3Jr8pL0aQ", "an Ory Kratos session token"},
		{"authelia_at_5hJk2LmN8pQ", "an Authelia token"},
		{"xoxb-1234-5678-abcdef", "a Slack token"},
		{"00" + word[:40], "an Okta API token"},
		{"00D5g000004abcd!AQ8AQ", "a Salesforce session"},
		{"IQoJb3JpZ2luX2VjEA0aCXVz", "an AWS STS session token"},
		{"v4.public.eyJkYXRhIjoieCJ9", "a PASETO"},
		{"v2.local.QAxIpVe-ECVNI1z4xQbm", "a PASETO"},
		{"hvs.CAESIJ" + word, "a HashiCorp Vault token"},
		{"gAAAAABf" + word, "a Fernet token"},
		{"MDAxYmxvY2F0aW9uIGh0dHA6Ly9teWJhbmsv" + word, "a macaroon"},
		{"sk_live_" + word, "an API key"},
		{"CfDJ8" + word, "ASP.NET Core"},
		{"TlRMTVNTUAABAAAAB4IIogAAAAAAAAAA", "NTLM"},
		{"YII" + word, "a Kerberos ticket"},
		{"Basic dXNlcjpwYXNz", "user name and password"},
		{base64.StdEncoding.EncodeToString([]byte(`<samlp:Response xmlns:samlp="urn:x">`)), "a SAML message"},
		{base64.StdEncoding.EncodeToString([]byte(`<?xml version="1.0"?><Assertion/>`)), "a SAML message"},
		{"s%3A" + word[:32] + "." + word[:27], "a signed Express cookie"},
		{"session=.eJyrVopPK0otzlCyKikqTdVRis9MUbJSqqADUA.ZaBcDe." + word[:27], "a signed Flask cookie"},
		{encode(`{"_permanent":true,"user_id":5}`) + ".ZaBcDe." + word[:27], "a signed Flask cookie"},
		{encode(`{"a":1}`) + ":1rXyz9:" + word[:43], "a value signed by Django"},
		{"BAh7B0kiD3Nlc3Npb25faWQ=--" + strings.Repeat("0a", 20), "a signed Rails cookie"},
		{"AWSELBAuthSessionCookie-0=" + word, "an AWS load balancer session cookie"},
		{"_oauth2_proxy=" + word + "|1700000000|x", "an oauth2-proxy session cookie"},
		{"JSESSIONID=0A1B2C3D", "a session cookie"},
		{"BEARERx" + compact(header, claims), "7 characters followed by one"},
		{"3f2504e0-4f89-11d3-9a0c-0305e82c3301", "a UUID"},
		{strings.Repeat("0a", 16), "in hexadecimal"},
		{word[:32], "an opaque token of 32 characters"},
	} {
		parsed := token.Parse(c.text)
		fault := parsed.FaultIn("structure")
		if fault == nil || len(parsed.Faults()) != 1 || fault.Cause != token.CauseForeign || !strings.Contains(fault.Text, "not a JWT") ||
			!strings.Contains(fault.Text, c.what) || fault.Note == "" || strings.Contains(fault.Text+fault.Note, "%") {
			t.Errorf("%q: %+v, want %s", c.text, fault, c.what)
		}
	}
}

// A variable that was not filled in is called that.
func TestParseNamesPlaceholders(t *testing.T) {
	for _, text := range []string{
		"undefined", "null", "None", "nil", "NaN", "[object Object]", "[object Promise]", "$TOKEN", "${TOKEN}", "{{access_token}}", "{{ token }}", "{access_token}",
		"%TOKEN%", "<token>", "<your access token>", "YOUR_TOKEN", "your-token-here", "access_token", "token", "$(get_token)", "***", "xxx", "...", "[REDACTED]", "REDACTED", "DATA+OMITTED", " undefined\n",
	} {
		parsed := token.Parse(text)
		fault := parsed.FaultIn("structure")
		if fault == nil || fault.Cause != token.CausePlaceholder || parsed.Form() != token.FormMalformed || fault.Note == "" ||
			!strings.Contains(fault.Text, "the variable was not filled in") {
			t.Errorf("%q: %+v", text, fault)
		}
	}
}

// Neighbours that have none of the signs stay opaque, or what they are.
func TestParseNamesNothingElse(t *testing.T) {
	for _, c := range []struct {
		text  string
		cause string
	}{
		{"ya30.a0AfH6SMBx", token.CauseOpaque},
		{"ghq_A1b2C3d4E5f6", token.CauseOpaque},
		{"V2hhdEV2ZXJUaGlzSXM-xyz_0123456789abcdefghij", token.CauseOpaque},
		{"undefinedundefined", token.CauseOpaque},
		{"x" + strings.Repeat("0a", 16), token.CauseOpaque},
		{"v5.public.eyJkYXRhIjoieCJ9", token.CauseOpaque},
		{"ya29." + strings.Repeat("a", 16<<10-5), token.CauseForeign}, // the longest text that is compared
		{"ya29." + strings.Repeat("a", 16<<10-4), token.CauseOpaque},
		{"\u00a0" + compact(header, claims), token.CauseNoToken}, // nothing stands before eyJ that could be removed
		{"hello", token.CauseNoToken},
		{"tokens", token.CauseNoToken},
		{"{}", token.CauseJSON},
		{encode(`{"a":1}`) + "." + encode(`{"b":1}`) + ".AAAA", ""},
		{encode(`{"alg":"x"}`) + ".ZaBcDe." + strings.Repeat("a", 27), token.CauseTrailingBits},
	} {
		parsed := token.Parse(c.text)
		cause := ""
		if faults := parsed.Faults(); len(faults) > 0 {
			cause = faults[0].Cause
		}
		if cause != c.cause {
			t.Errorf("%.40q: cause %q, want %q", c.text, cause, c.cause)
		}
	}
}
