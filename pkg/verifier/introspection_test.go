package verifier_test

import (
	"strings"
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/verifier"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// answer is what a server says about a token.
func answer(t *testing.T, text string) *provider.Introspection {
	t.Helper()
	document, err := strictjson.ParseObject([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return &provider.Introspection{Active: document.Get("active").True(), Document: document}
}

// Compare reports oddities of a response, and rejects it because of them only if
// strict.
func TestCompareAnswerAlone(t *testing.T) {
	now := time.Unix(1767225600, 0)
	for name, c := range map[string]struct {
		answer         string
		oddity         string // message, or empty
		reason, strict verify.Reason
	}{
		"active":                 {`{"active":true,"sub":"u","exp":1767225601}`, "", "active", "active"},
		"inactive":               {`{"active":false}`, "", "inactive", "inactive"},
		"inactive, and talks":    {`{"active":false,"sub":"u","aud":"api"}`, "the token is not active, but the server says more about it: sub, aud", "inactive", "inactive"},
		"active, expires now":    {`{"active":true,"exp":1767225600}`, "the server says that the token is active, although it expired at 2026-01-01 00:00:00 UTC", "active", verify.ReasonClaimRefused},
		"inactive, as it should": {`{"active":false,"exp":1767225600}`, "the token is not active, but the server says more about it: exp", "inactive", "inactive"},
		"exp that is no time":    {`{"active":true,"exp":"never"}`, "", "active", "active"},
	} {
		t.Run(name, func(t *testing.T) {
			for strict, reason := range map[bool]verify.Reason{false: c.reason, true: c.strict} {
				i := verifier.Compare(answer(t, c.answer), nil, now, strict)
				if i.Reason != reason || (len(i.Oddities) == 1) != (c.oddity != "") || len(i.Oddities) > 1 {
					t.Fatalf("strict %v: %s, %+v", strict, i.Reason, i.Oddities)
				}
				if c.oddity != "" && (i.Oddities[0].Message != c.oddity || i.Oddities[0].ID != "answer") {
					t.Errorf("got %+v", i.Oddities[0])
				}
			}
		})
	}
	i := verifier.Compare(answer(t, `{"active":true,"exp":1767225600}`), nil, now, false)
	if !i.Oddities[0].Time.Equal(now) {
		t.Errorf("the oddity is about %v", i.Oddities[0].Time)
	}
	// Of an answer in the form of an error, all the rest belongs to the error.
	refused := answer(t, `{"code":20001,"message":"invalid"}`)
	refused.Code = "20001"
	if i := verifier.Compare(refused, nil, now, true); len(i.Oddities) != 0 || i.Reason != "inactive" {
		t.Errorf("%s, %+v", i.Reason, i.Oddities)
	}
}

// A failed local verification outweighs the response.
func TestCompareWithTheToken(t *testing.T) {
	i := newIssuer(t)
	v := i.verifier(t, verify.Policy{})
	good, err := v.Report(t.Context(), i.token("jti", "1"))
	if err != nil {
		t.Fatal(err)
	}
	expired, err := v.Report(t.Context(), i.token("exp", i.clock.now().Unix()-1))
	if err != nil {
		t.Fatal(err)
	}
	const verifies = "the token verifies here, but the server says that it is not active"
	const refused = "the server says that the token is active, but it does not verify here"
	for name, c := range map[string]struct {
		answer         string
		report         *verify.Report
		oddities       []string // prefixes of the messages
		reason, strict verify.Reason
	}{
		"both good":          {`{"active":true,"sub":"ada","aud":"api"}`, good, nil, "active", "active"},
		"a list of one":      {`{"active":true,"aud":["api"]}`, good, nil, "active", "active"},
		"a list of two":      {`{"active":true,"aud":["api","app"]}`, good, []string{`aud: the server says ["api","app"], the token says "api"`}, "active", verify.ReasonClaimRefused},
		"revoked":            {`{"active":false}`, good, []string{verifies}, "inactive", "inactive"},
		"bad here":           {`{"active":true}`, expired, []string{refused}, verify.ReasonExpired, verify.ReasonExpired},
		"both bad":           {`{"active":false}`, expired, nil, verify.ReasonExpired, verify.ReasonExpired},
		"a refused subject":  {`{"active":false,"sub":"bob"}`, expired, []string{"the token is not active, but", `sub: the server says "bob", the token says "ada"`}, verify.ReasonExpired, verify.ReasonExpired},
		"what only one says": {`{"active":true,"nbf":1,"username":"bob","scope":"write"}`, good, nil, "active", "active"},
		"each claim": {`{"active":true,"iss":"x","sub":"x","aud":"x","exp":4000000000,"iat":1,"client_id":"x","jti":"x"}`, good,
			[]string{"iss: ", "sub: ", "aud: ", "exp: ", "iat: ", "client_id: ", "jti: "}, "active", verify.ReasonClaimRefused},
	} {
		t.Run(name, func(t *testing.T) {
			for strict, reason := range map[bool]verify.Reason{false: c.reason, true: c.strict} {
				got := verifier.Compare(answer(t, c.answer), c.report, i.clock.now(), strict)
				if got.Reason != reason || len(got.Oddities) != len(c.oddities) {
					t.Fatalf("strict %v: %s, %+v", strict, got.Reason, got.Oddities)
				}
				for n, o := range got.Oddities {
					own := !strings.HasPrefix(o.Message, "the token is not active") // about the answer alone
					if !strings.HasPrefix(o.Message, c.oddities[n]) || (o.ID == "disagreement") != own {
						t.Errorf("got %+v, expected %q", o, c.oddities[n])
					}
				}
			}
		})
	}
}
