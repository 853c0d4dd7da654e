package verify_test

import (
	"strings"
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// at is a time in seconds and nanoseconds since 1970.
func at(seconds, nanoseconds int64) time.Time { return time.Unix(seconds, nanoseconds) }

// verifyAt checks claims at a time.
func verifyAt(t *testing.T, claims object, policy verify.Policy, when time.Time) *verify.Report {
	t.Helper()
	parsed := token.Parse(claiming(t, claims))
	if faults := parsed.Faults(); len(faults) > 0 {
		t.Fatal(faults[0].Text)
	}
	return verify.Verify(parsed, everyKey(t), policy, when)
}

// now < exp + leeway, and nbf, iat ≤ now + leeway, to the nanosecond.
func TestTimesAtTheirBoundaries(t *testing.T) {
	const exp, iat = 1_600_000_300, 1_600_000_000
	minute := time.Minute
	for _, c := range []struct {
		name   string
		claims object
		leeway time.Duration
		when   time.Time
		check  string
		want   verify.Status
	}{
		{"exp in a nanosecond", goodClaims(), 0, at(exp, -1), verify.CheckExpiry, verify.Passed},
		{"exp now", goodClaims(), 0, at(exp, 0), verify.CheckExpiry, verify.Failed},
		{"exp a nanosecond ago", goodClaims(), 0, at(exp, 1), verify.CheckExpiry, verify.Failed},
		{"exp in the last nanosecond of the leeway", goodClaims(), minute, at(exp+60, -1), verify.CheckExpiry, verify.Passed},
		{"exp at the end of the leeway", goodClaims(), minute, at(exp+60, 0), verify.CheckExpiry, verify.Failed},
		{"exp half a second later, before", goodClaims().with("exp", "1600000300.5"), 0, at(exp, 499_999_999), verify.CheckExpiry, verify.Passed},
		{"exp half a second later, then", goodClaims().with("exp", "1600000300.5"), 0, at(exp, 500_000_000), verify.CheckExpiry, verify.Failed},
		{"exp with an exponent, before", goodClaims().with("exp", "16000003e2"), 0, at(exp, -1), verify.CheckExpiry, verify.Passed},
		{"exp with an exponent, then", goodClaims().with("exp", "16000003e2"), 0, at(exp, 0), verify.CheckExpiry, verify.Failed},
		{"exp = 2^53 − 1", goodClaims().with("exp", "9007199254740991"), 0, at(exp, 0), verify.CheckExpiry, verify.Passed},

		{"nbf now", goodClaims().with("nbf", "1600000100"), 0, at(1_600_000_100, 0), verify.CheckNotBefore, verify.Passed},
		{"nbf in a nanosecond", goodClaims().with("nbf", "1600000100"), 0, at(1_600_000_100, -1), verify.CheckNotBefore, verify.Failed},
		{"nbf a minute ahead, leeway a minute", goodClaims().with("nbf", "1600000160"), minute, at(1_600_000_100, 0), verify.CheckNotBefore, verify.Passed},
		{"nbf a minute and a nanosecond ahead", goodClaims().with("nbf", "1600000160"), minute, at(1_600_000_100, -1), verify.CheckNotBefore, verify.Failed},
		{"no nbf", goodClaims(), 0, at(iat, 0), verify.CheckNotBefore, verify.NotChecked},

		{"iat now", goodClaims(), 0, at(iat, 0), verify.CheckIssuedAt, verify.Passed},
		{"iat in a nanosecond", goodClaims(), 0, at(iat, -1), verify.CheckIssuedAt, verify.Warning},
		{"iat 10 s ahead", goodClaims(), 0, at(iat-10, 0), verify.CheckIssuedAt, verify.Warning},
		{"iat 10 s and a nanosecond ahead", goodClaims(), 0, at(iat-10, -1), verify.CheckIssuedAt, verify.Failed},
		{"iat 11 s ahead", goodClaims(), 0, at(iat-11, 0), verify.CheckIssuedAt, verify.Failed},
		{"iat a minute ahead, leeway a minute", goodClaims(), minute, at(iat-60, 0), verify.CheckIssuedAt, verify.Passed},
		{"iat 70 s ahead, leeway a minute", goodClaims(), minute, at(iat-70, 0), verify.CheckIssuedAt, verify.Warning},
		{"iat 71 s ahead, leeway a minute", goodClaims(), minute, at(iat-71, 0), verify.CheckIssuedAt, verify.Failed},
		{"no iat", goodClaims().without("iat"), 0, at(iat, 0), verify.CheckIssuedAt, verify.NotChecked},
		{"no iat in what looks like an ID token", goodClaims().without("iat").with("nonce", `"n"`), 0, at(iat, 0), verify.CheckIssuedAt, verify.Warning},

		{"exp a second after iat", goodClaims().with("exp", "1600000001"), 0, at(iat, 0), verify.CheckLifetime, verify.Passed},
		{"exp at iat", goodClaims().with("exp", "1600000000"), 0, at(iat, -1), verify.CheckLifetime, verify.Failed},
		{"exp before iat", goodClaims().with("iat", "1600000005").with("exp", "1600000004"), 0, at(iat, 0), verify.CheckLifetime, verify.Failed},
		{"a day", goodClaims().with("exp", "1600086400"), 0, at(iat, 0), verify.CheckLifetime, verify.Passed},
		{"a day and a second", goodClaims().with("exp", "1600086401"), 0, at(iat, 0), verify.CheckLifetime, verify.Warning},
		{"50 years", goodClaims().with("exp", "3176800000"), 0, at(iat, 0), verify.CheckLifetime, verify.Warning},
		{"a hundred years", goodClaims().with("exp", "4753600000"), 0, at(iat, 0), verify.CheckLifetime, verify.Warning},
		{"exp in milliseconds", goodClaims().with("exp", "1600000300000"), 0, at(iat, 0), verify.CheckLifetime, verify.Warning},
		{"exp in 60 years, no iat", goodClaims().without("iat").with("exp", "3500000000"), 0, at(iat, 0), verify.CheckLifetime, verify.Warning},
		{"exp in 50 years, no iat", goodClaims().without("iat").with("exp", "3176800000"), 0, at(iat, 0), verify.CheckLifetime, verify.NotChecked},
		{"exp in 50 years and a second, no iat", goodClaims().without("iat").with("exp", "3176800001"), 0, at(iat, 0), verify.CheckLifetime, verify.Warning},
		{"exp in 40 years, no iat", goodClaims().without("iat").with("exp", "2860000000"), 0, at(iat, 0), verify.CheckLifetime, verify.NotChecked},
		{"exp in milliseconds, no iat", goodClaims().without("iat").with("exp", "1600000300000"), 0, at(iat, 0), verify.CheckLifetime, verify.Warning},
		{"no iat to compare with", goodClaims().without("iat"), 0, at(iat, 0), verify.CheckLifetime, verify.NotChecked},

		{"a leeway of 60 s", goodClaims(), minute, at(iat, 0), verify.CheckLeeway, ""},
		{"a leeway of 61 s", goodClaims(), minute + time.Second, at(iat, 0), verify.CheckLeeway, verify.Warning},
	} {
		t.Run(c.name, func(t *testing.T) {
			policy := goodPolicy()
			policy.Leeway = c.leeway
			r := verifyAt(t, c.claims, policy, c.when)
			if check, _ := r.Check(c.check); check.Status != c.want {
				t.Errorf("%s is %q (%s), want %q", c.check, check.Status, check.Message, c.want)
			}
			if accepted := r.Accepted; accepted != (c.want != verify.Failed) {
				t.Errorf("accepted=%t: %v", r.Accepted, r.Err())
			}
		})
	}
}

func TestMinValidity(t *testing.T) {
	for _, c := range []struct {
		name  string
		least time.Duration
		when  time.Time
		want  verify.Status
	}{
		{"not required", 0, at(1_600_000_299, 0), verify.NotChecked},
		{"exactly that much is left", time.Minute, at(1_600_000_240, 0), verify.Passed},
		{"a nanosecond less is left", time.Minute, at(1_600_000_240, 1), verify.Failed},
	} {
		policy := goodPolicy()
		policy.MinValidity = c.least
		policy.Leeway = time.Minute // which does not stretch it
		r := verifyAt(t, goodClaims(), policy, c.when)
		wantStatus(t, r, verify.CheckMinValidity, c.want)
		if c.want == verify.Failed && r.Reason != verify.ReasonExpired {
			t.Errorf("%s: %s, want expired", c.name, r.Reason)
		}
	}
}

// A failing time carries the time itself and what seems to be behind it.
func TestTimesAreDiagnosed(t *testing.T) {
	for _, c := range []struct {
		name   string
		claims object
		when   time.Time
		check  string
		want   verify.Diagnosis
	}{
		{"expired 59 s ago", goodClaims(), at(1_600_000_359, 0), verify.CheckExpiry, verify.Diagnosis{Cause: verify.ClockSkew, By: 59 * time.Second}},
		{"expired 60 s ago", goodClaims(), at(1_600_000_360, 0), verify.CheckExpiry, verify.Diagnosis{Cause: verify.ExpiredToken, By: time.Minute}},
		{"nbf 59 s ahead", goodClaims().with("nbf", "1600000159"), at(1_600_000_100, 0), verify.CheckNotBefore, verify.Diagnosis{Cause: verify.ClockSkew, By: 59 * time.Second}},
		{"nbf 60 s ahead", goodClaims().with("nbf", "1600000160"), at(1_600_000_100, 0), verify.CheckNotBefore, verify.Diagnosis{Cause: verify.NotYetTime, By: time.Minute}},
		{"nbf in milliseconds", goodClaims().with("nbf", "1600000000000"), at(1_600_000_000, 0), verify.CheckNotBefore, verify.Diagnosis{Cause: verify.Milliseconds, Found: "nbf"}},
		{"iat in milliseconds", goodClaims().with("iat", "1600000000000"), at(1_600_000_000, 0), verify.CheckIssuedAt, verify.Diagnosis{Cause: verify.Milliseconds, Found: "iat"}},
		{"no exp", goodClaims().without("exp"), at(1_600_000_000, 0), verify.CheckExpiry, verify.Diagnosis{Cause: verify.ClaimMissing, Expected: "exp"}},
	} {
		check, _ := verifyAt(t, c.claims, goodPolicy(), c.when).Check(c.check)
		if check.Diagnosis == nil || check.Diagnosis.Cause != c.want.Cause || check.Diagnosis.By != c.want.By ||
			check.Diagnosis.Found != c.want.Found || check.Diagnosis.Expected != c.want.Expected {
			t.Errorf("%s: %+v, want %+v", c.name, check.Diagnosis, c.want)
		}
	}
	late := verifyAt(t, goodClaims(), goodPolicy(), at(1_600_000_360, 0))
	if check, _ := late.Check(verify.CheckExpiry); !check.Time.Equal(at(1_600_000_300, 0)) || !late.EvaluatedAt.Equal(at(1_600_000_360, 0)) {
		t.Errorf("exp is %s, judged at %s", check.Time, late.EvaluatedAt)
	}
}

// A duration is written as people write it.
func TestDurationsInWords(t *testing.T) {
	for least, want := range map[time.Duration]string{
		59 * time.Second: "valid for at least 59s more", time.Minute: "valid for at least 1m more", 30 * time.Minute: "less than 30m is left", 90 * time.Minute: "less than 1h 30m is left", 24 * time.Hour: "less than 1 day is left",
		720 * time.Hour: "less than 30 days is left", 25 * time.Hour: "less than 25h is left", 5*time.Minute + 30*time.Second: "less than 5m 30s is left",
	} {
		policy := goodPolicy()
		policy.MinValidity = least
		if c, _ := examine(claiming(t, goodClaims()), everyKey(t), policy).Check(verify.CheckMinValidity); !strings.HasPrefix(c.Message, want) {
			t.Errorf("%s: got %q", least, c.Message)
		}
	}
}

// What is said of a lifetime up to 50 years, and beyond.
func TestLongLivesInWords(t *testing.T) {
	for exp, want := range map[string]string{"3176800000": "long-lived: ", "3176800001": "the token is valid for more than 50 years"} {
		if c, _ := examine(claiming(t, goodClaims().with("exp", exp)), everyKey(t), goodPolicy()).Check(verify.CheckLifetime); !strings.HasPrefix(c.Message, want) {
			t.Errorf("%s: got %q, want %q", exp, c.Message, want)
		}
	}
}

// An iat in milliseconds is what is wrong, not that exp comes before it.
func TestIssuedAtInMilliseconds(t *testing.T) {
	r := verifyAt(t, goodClaims().with("iat", "1600000000000"), goodPolicy(), now)
	wantRejected(t, r, verify.ReasonNotYetValid, verify.CheckIssuedAt)
	wantStatus(t, r, verify.CheckLifetime, verify.NotChecked)
}
