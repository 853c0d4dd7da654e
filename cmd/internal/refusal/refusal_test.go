package refusal_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/cmd/internal/exchange"
	"github.com/claimcheck/claimcheck/cmd/internal/refusal"
)

// TestRealAnswers: what real servers answered is read for what it means. Those that
// do not say more than "unauthorized" are not read for more.
func TestRealAnswers(t *testing.T) {
	want := map[string]refusal.Reason{
		"apache.none": refusal.Missing, "apache.expired": refusal.Invalid, "apache.signature": refusal.Invalid, "apache.audience": refusal.Invalid,
		"bearer.none": refusal.Missing, "bearer.expired": refusal.Expired, "bearer.signature": refusal.Signature, "bearer.audience": refusal.Audience, "bearer.scope": refusal.Scope,
		"express-jwt.none": refusal.Missing, "express-jwt.expired": refusal.Expired, "express-jwt.signature": refusal.Signature, "express-jwt.audience": refusal.Audience,
		"fastify.none": refusal.Missing, "fastify.expired": refusal.Expired, "fastify.signature": refusal.Signature, "fastify.audience": refusal.Audience,
		"jsonwebtoken.none": refusal.Missing, "jsonwebtoken.expired": refusal.Expired, "jsonwebtoken.signature": refusal.Signature, "jsonwebtoken.audience": refusal.Audience,
		"nginx.none": refusal.Missing, "nginx.expired": refusal.Expired,
		"passport.none": refusal.Missing, "passport.expired": refusal.Invalid, "passport.signature": refusal.Invalid,
	}
	files, err := filepath.Glob(filepath.Join("testdata", "*.txt"))
	if err != nil || len(files) != len(want) {
		t.Fatalf("%d files, %d expectations, %v", len(files), len(want), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			e, err := exchange.Parse(string(text))
			if err != nil {
				t.Fatal(err)
			}
			c := refusal.Read(e, !strings.HasSuffix(name, ".none"))
			if c.Reason != want[name] || c.Faults != nil {
				t.Errorf("got %q (%s, %q), %v, expected %q", c.Reason, c.Product, c.Words, c.Faults, want[name])
			}
		})
	}
}

// TestSayings: the words of software that is not at hand.
func TestSayings(t *testing.T) {
	tests := []struct {
		body, product string
		kind          refusal.Reason
		expected      string
	}{
		{"Jwt is missing", "Envoy", refusal.Missing, ""},
		{"Jwt is expired", "Envoy", refusal.Expired, ""},
		{"Audiences in Jwt are not allowed", "Envoy", refusal.Audience, ""},
		{"RBAC: access denied", "Istio", refusal.Denied, ""},
		{`{"message":"Invalid signature"}`, "Kong", refusal.Signature, ""},
		{`{"exp": "token expired"}`, "Kong", refusal.Expired, ""},
		{`{"message":"No credentials found for given 'iss'"}`, "Kong", refusal.Issuer, ""},
		{`{"message":"The incoming token has expired"}`, "AWS API Gateway", refusal.Expired, ""},
		{`{"message":"Missing Authentication Token"}`, "AWS API Gateway", refusal.Route, ""},
		{`{ "statusCode": 401, "message": "JWT not present." }`, "Azure API Management", refusal.Missing, ""},
		{`{"kind":"Status","apiVersion":"v1","status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}`, "Kubernetes", refusal.Invalid, ""},
		{`{"kind":"Status","message":"pods is forbidden: User \"system:anonymous\" cannot list resource","reason":"Forbidden","code":403}`, "Kubernetes", refusal.Missing, ""},
		{`{"detail":"Authentication credentials were not provided."}`, "Django REST framework", refusal.Missing, ""},
		{`{"msg":"Token has expired"}`, "flask-jwt-extended", refusal.Expired, ""},
		{"Signature has expired", "PyJWT or ruby-jwt", refusal.Expired, ""},
		{"IDX10223: Lifetime validation failed. The token is expired.", "ASP.NET (Microsoft.IdentityModel)", refusal.Expired, ""},
		{"IDX10214: Audience validation failed. Audiences: 'a'. Did not match: validationParameters.ValidAudience: 'orders'", "ASP.NET (Microsoft.IdentityModel)", refusal.Audience, "orders"},
		{`{"error":"invalid_token","error_description":"An error occurred while attempting to decode the Jwt: Signed JWT rejected: Invalid signature"}`, "Spring Security", refusal.Signature, ""},
		{"jwt issuer invalid. expected: https://issuer.example", "jsonwebtoken (Node.js)", refusal.Issuer, "https://issuer.example"},
		{`oidc: expected audience "orders" got ["billing"]`, "go-oidc", refusal.Audience, "orders"},
		{"token has invalid claims: token is expired", "golang-jwt", refusal.Expired, ""},
		{`{"status":401}`, "", refusal.Missing, ""},
		{"good morning", "", refusal.Unknown, ""},
	}
	for _, test := range tests {
		c := refusal.Read(&exchange.Exchange{Body: test.body}, false)
		if c.Reason != test.kind || c.Product != test.product || c.Expected != test.expected {
			t.Errorf("%s: got %q, %q, %q", test.body, c.Reason, c.Product, c.Expected)
		}
	}
}

func TestFindCredential(t *testing.T) {
	tests := []struct{ value, token, fault string }{
		{"Bearer abcdefghijkl", "abcdefghijkl", ""},
		{"bearer abcdefghijkl", "abcdefghijkl", "scheme_case"},
		{"Bearer  abcdefghijkl ", "abcdefghijkl", ""},
		{"", "", "authorization_header"},
		{"Bearer", "", "authorization_header"},
		{"Bearer: abcdefghijkl", "abcdefghijkl", "scheme"},
		{"Bearer Bearer abcdefghijkl", "abcdefghijkl", "scheme"},
		{"Token abcdefghijkl", "abcdefghijkl", "scheme"},
		{"abcdefghijkl", "abcdefghijkl", "scheme"},
		{`Bearer "abcdefghijkl"`, "abcdefghijkl", "quotes"},
		{"Bearer undefined", "", "placeholder"},
		{"Bearer ${TOKEN}", "", "placeholder"},
		{"Bearer eyJhbGci…", "", "redacted"},
	}
	for _, test := range tests {
		c := refusal.FindCredential(&exchange.Exchange{Request: http.Header{"Authorization": {test.value}}})
		got := ""
		if len(c.Faults) > 0 {
			got = c.Faults[0].ID
		}
		if c.Token != test.token || got != test.fault {
			t.Errorf("%q: got token %q, fault %q", test.value, c.Token, got)
		}
	}
	if c := refusal.FindCredential(&exchange.Exchange{URL: "https://api.example/?access_token=abc"}); c.Token != "abc" || c.Where != "the query of the URL" {
		t.Errorf("got %+v", c)
	}
}

func TestExplainWithoutToken(t *testing.T) {
	x := refusal.Explain(&exchange.Exchange{Status: 401}, refusal.Credential{}, time.Unix(0, 0))
	if x.Token != nil || x.Explained() || x.Conclusion() == "" {
		t.Errorf("got %+v", x)
	}
}
