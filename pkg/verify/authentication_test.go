package verify_test

import (
	"errors"
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// at − auth_time, in UTC seconds and nothing else; a fraction counts against
// the token.
func TestMeasureAuthAge(t *testing.T) {
	const login = 1_600_000_000
	for _, c := range []struct {
		name     string
		authTime string
		when     time.Time
		seconds  int64
		known    bool
	}{
		{"just now", "1600000000", at(login, 0), 0, true},
		{"a nanosecond ago", "1600000000", at(login, 1), 1, true},
		{"a second ago", "1600000000", at(login+1, 0), 1, true},
		{"half a second before a whole one", "1600000000.5", at(login+1, 0), 1, true},
		{"in a nanosecond", "1600000000", at(login, -1), -1, false},
		{"in an hour", "1600000000", at(login-3600, 0), -3600, false},
		{"in another time zone", "1600000000", at(login+60, 0).In(time.FixedZone("HKT", 8*3600)), 60, true},
		{"missing", "", at(login, 0), 0, false},
		{"null", "null", at(login, 0), 0, false},
		{"a string", `"1600000000"`, at(login, 0), 0, false},
		{"1e400", "1e400", at(login, 0), 0, false},
		{"milliseconds", "1600000000000", at(login, 0), login - 1_600_000_000_000, false},
	} {
		claims := goodClaims().with("iat", "1600000000") // which it never falls back to
		if c.authTime != "" {
			claims = claims.with("auth_time", c.authTime)
		}
		value, err := strictjson.Parse([]byte(claims.String()))
		if err != nil {
			t.Fatal(err)
		}
		age := verify.MeasureAuthAge(value, c.when)
		if age.Seconds != c.seconds || (age.Problem == "") != c.known {
			t.Errorf("%s: %d s, %q; want %d s, known=%t", c.name, age.Seconds, age.Problem, c.seconds, c.known)
		}
		if !c.known && age.Within(1000*time.Hour) {
			t.Errorf("%s: counts as fresh", c.name)
		}
	}
}

// The rows A01 to A04.
func TestAuthenticationClaims(t *testing.T) {
	minutes := func(n time.Duration) *time.Duration { n *= time.Minute; return &n }
	maxAge := func(n time.Duration) func(*verify.Policy) { return func(p *verify.Policy) { p.MaxAge = minutes(n) } }
	acr := func(list ...string) func(*verify.Policy) { return func(p *verify.Policy) { p.ACR = list } }
	asked := func(p *verify.Policy) { p.MaxAge = new(verify.AnyAge) }
	plain := func(*verify.Policy) {}
	login, class, methods := verify.CheckAuthTime, verify.CheckACR, verify.CheckAMR
	for _, c := range []struct { // now is 1600000060
		name   string
		claims object
		demand func(*verify.Policy)
		check  string
		want   verify.Status
	}{
		{"nothing asked, no auth_time", goodClaims(), plain, login, verify.NotChecked},
		{"nothing asked", goodClaims().with("auth_time", "1600000000"), plain, login, verify.NotChecked},
		{"nothing asked, a string", goodClaims().with("auth_time", `"x"`), plain, login, verify.Warning},
		{"exactly as old as allowed", goodClaims().with("auth_time", "1600000000"), maxAge(1), login, verify.Passed},
		{"a second older", goodClaims().with("auth_time", "1599999999"), maxAge(1), login, verify.Failed},
		{"in the future", goodClaims().with("auth_time", "1600000061"), maxAge(1), login, verify.Failed},
		{"missing, with an iat", goodClaims(), maxAge(1), login, verify.Failed},
		{"null", goodClaims().with("auth_time", "null"), maxAge(1), login, verify.Failed},
		{"a string", goodClaims().with("auth_time", `"1600000000"`), maxAge(1), login, verify.Failed},
		{"292 years ago, and more", goodClaims().with("auth_time", "-9007199254740991"), maxAge(1), login, verify.Failed},
		{"after iat", goodClaims().with("auth_time", "1600000001"), maxAge(1), login, verify.Warning},
		{"more than a year ago", goodClaims().with("auth_time", "1500000000"), plain, login, verify.Warning},
		{"its age is the question, missing", goodClaims(), asked, login, verify.Failed},
		{"its age is the question", goodClaims().with("auth_time", "1600000000"), asked, login, verify.Passed},
		{"its age is the question, 300 years ago", goodClaims().with("auth_time", "-9007199254740991"), asked, login, verify.Warning},

		{"no acr required", goodClaims().with("acr", `"1"`), acr(), class, verify.NotChecked},
		{"acr", goodClaims().with("acr", `"2"`), acr("1", "2"), class, verify.Passed},
		{"another acr", goodClaims().with("acr", `"3"`), acr("1", "2"), class, verify.Failed},
		{"no acr", goodClaims(), acr("1"), class, verify.Failed},
		{"acr that is empty", goodClaims().with("acr", `""`), acr("", "1"), class, verify.Failed},
		{"acr that is a number", goodClaims().with("acr", `1`), acr("1"), class, verify.Failed},
		{"acr that is an array", goodClaims().with("acr", `["1"]`), acr("1"), class, verify.Failed},

		{"no amr", goodClaims(), plain, methods, verify.NotChecked},
		{"amr", goodClaims().with("amr", `["pwd"]`), plain, methods, verify.Passed},
		{"amr that is a string", goodClaims().with("amr", `"pwd"`), plain, methods, verify.Warning},
		{"amr with a number in it", goodClaims().with("amr", `["pwd",1]`), plain, methods, verify.Warning},
	} {
		t.Run(c.name, func(t *testing.T) {
			policy := goodPolicy()
			c.demand(&policy)
			r := examine(claiming(t, c.claims), everyKey(t), policy)
			wantStatus(t, r, c.check, c.want)
			if c.want == verify.Failed {
				wantRejected(t, r, verify.ReasonReauthentication, c.check)
				return
			}
			wantAccepted(t, r)
		})
	}
}

// Where the age is the question, it outweighs what else is wrong with the
// token, but not a bad signature or the wrong audience; elsewhere it does not.
func TestWeightOfReauthentication(t *testing.T) {
	expired := goodClaims().with("exp", "1600000010").with("sub", `""`)
	for _, c := range []struct {
		asked  bool
		claims object
		want   verify.Reason
	}{
		{true, expired, verify.ReasonReauthentication},
		{false, expired, verify.ReasonExpired},
		{true, expired.with("aud", `"other"`), verify.ReasonWrongAudience},
	} {
		policy := goodPolicy()
		policy.MaxAge = new(verify.AnyAge)
		r := examine(claiming(t, c.claims), everyKey(t), policy)
		if c.asked {
			r = r.ByAuthAge()
		}
		if r.Accepted || r.Reason != c.want || !errors.Is(r.Err(), c.want) {
			t.Errorf("asked=%t: accepted=%t for %s, want %s", c.asked, r.Accepted, r.Reason, c.want)
		}
	}
}

// What cannot be seen is pointed at; what merely is not ASCII is not.
func TestInvisibleCharacters(t *testing.T) {
	for name, claims := range map[string]object{
		"ESC": goodClaims().with("name", `"\u001b[31m"`), "a line break": goodClaims().with("name", `"a\nb"`), "DEL": goodClaims().with("name", `"\u007f"`),
		"C1": goodClaims().with("name", `"\u009b"`), "right-to-left override": goodClaims().with("name", "\"\u202e\""),
		"zero width": goodClaims().with("name", "\"a\u200bb\""), "a filler": goodClaims().with("name", "\"\u3164\""), "a blank": goodClaims().with("name", "\"\u2800\""),
		"in a name": goodClaims().with("x\u200by", `1`), "deep inside": goodClaims().with("a", `[{"b":["\u0007"]}]`), "a tag": goodClaims().with("name", "\"\U000e0041\""),
		"a selector": goodClaims().with("name", "\"a\U000e0100\""), "a selector on a letter": goodClaims().with("sub", "\"alice\ufe0f\""),
		"a hieroglyph's blank": goodClaims().with("name", "\"\U00013441\""),
	} {
		r := examine(claiming(t, claims), everyKey(t), goodPolicy())
		wantAccepted(t, r)
		if c, _ := r.Check(verify.CheckPrintable); c.Status != verify.Warning {
			t.Errorf("%s: %s", name, c.Status)
		}
	}
	for _, claims := range []object{goodClaims(), goodClaims().with("name", `"Jürgen Ñandú 山田 Nguyễn 😀 ❤️"`).with("list", `["a b",{"c":1}]`)} {
		wantStatus(t, examine(claiming(t, claims), everyKey(t), goodPolicy()), verify.CheckPrintable, verify.Passed)
	}
	wantStatus(t, examine(headed(t, goodHeader("ec256", "ES256").with("x", `"\u0007"`)), everyKey(t), goodPolicy()), verify.CheckPrintable, verify.Warning)
}
