package verify

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// staleLogin is the age above which a login is called stale.
const staleLogin = 365 * 24 * time.Hour

// AuthAge is how long ago the user authenticated.
type AuthAge struct {
	AuthTime time.Time // zero where it is missing or unusable
	Seconds  int64     // at − auth_time, a fraction rounded up; negative if in the future
	Problem  string    // why there is no age to rely on, or empty
}

// MeasureAuthAge computes the age from auth_time alone, in UTC (OpenID Connect
// Core section 2): never from iat, never by a local clock, with no leeway. It
// means nothing unless the token's report is Trusted.
func MeasureAuthAge(claims strictjson.Value, at time.Time) AuthAge {
	value := claims.Get("auth_time")
	if !value.Exists() {
		return AuthAge{Problem: "auth_time is missing"}
	}
	authTime, problem := numericDate(value)
	if problem != "" {
		return AuthAge{Problem: "auth_time " + problem}
	}
	age := AuthAge{AuthTime: authTime, Seconds: at.Unix() - authTime.Unix()}
	if at.Nanosecond() > authTime.Nanosecond() {
		age.Seconds++ // a fraction counts against the token
	}
	if authTime.After(at) {
		age.Seconds = min(age.Seconds, -1)
		age.Problem = "auth_time is in the future: " + formatTime(authTime)
		if looksLikeMilliseconds(authTime, at) {
			age.Problem = "auth_time looks like milliseconds: as seconds it is " + formatTime(authTime)
		}
	}
	return age
}

// Within reports whether the user authenticated at most limit ago. Without a
// usable auth_time it returns false.
func (a AuthAge) Within(limit time.Duration) bool {
	return a.Problem == "" && (limit == AnyAge || a.Seconds <= int64(limit/time.Second))
}

// ByAuthAge returns the report with the age of the login first: if it is too
// old, that outweighs the token's own times and other claims and becomes the
// Reason.
func (r *Report) ByAuthAge() *Report {
	if r.Accepted {
		return r
	}
	order := reasons()
	order = slices.Insert(order[:len(order)-1], slices.Index(order, ReasonExpired), ReasonReauthentication)
	answer := *r
	if reason := r.mostSevere(order); reason != "" {
		answer.Reason = reason
	}
	return &answer
}

// checkAuthTime checks auth_time (OpenID Connect Core section 2; RFC 9470 section 6).
func (v *verification) checkAuthTime() {
	value := v.claims.Get("auth_time")
	if !value.Exists() && v.policy.MaxAge == nil {
		v.skip(checkAuthTime)
		return
	}
	age := MeasureAuthAge(v.claims, v.now)
	iat, problem := numericDate(v.claims.Get("iat"))
	switch limit := v.policy.MaxAge; {
	case limit != nil && age.Problem != "":
		v.fail(checkAuthTime, ReasonReauthentication, age.Problem, detail{diagnosis: diagnoseAuthTime(value, age, v.now)})
	case limit != nil && !age.Within(*limit):
		v.fail(checkAuthTime, ReasonReauthentication, fmt.Sprintf("the user authenticated at %s, %s ago; the limit is %s",
			formatTime(age.AuthTime), formatSeconds(v.now.Unix()-age.AuthTime.Unix()), formatDuration(*limit)),
			detail{diagnosis: &Diagnosis{Cause: reauthenticationNeeded, By: *limit}})
	case age.Problem != "":
		v.judge(checkAuthTime, warned, ReasonReauthentication, age.Problem, &detail{})
	case problem == "" && age.AuthTime.After(iat):
		v.warn(checkAuthTime, ReasonClaimRefused, "auth_time is after iat: the issuer's clock or its session is wrong")
	case age.Seconds > int64(staleLogin/time.Second):
		v.warn(checkAuthTime, ReasonClaimRefused, "the user authenticated more than a year ago, at "+formatTime(age.AuthTime))
	case limit != nil:
		v.pass(checkAuthTime)
	default:
		v.skip(checkAuthTime)
	}
}

// diagnoseAuthTime returns why there is no age to rely on.
func diagnoseAuthTime(value strictjson.Value, age AuthAge, now time.Time) *Diagnosis {
	switch {
	case !value.Exists():
		return &Diagnosis{Cause: claimMissing, Expected: "auth_time"}
	case looksLikeMilliseconds(age.AuthTime, now):
		return &Diagnosis{Cause: milliseconds, Found: "auth_time"}
	default:
		return &Diagnosis{Cause: reauthenticationNeeded, Found: age.Problem}
	}
}

// formatSeconds writes a number of seconds; a Duration ends after 292 years.
func formatSeconds(n int64) string { return formatDuration(secondsOf(n)) }

// secondsOf returns n seconds, or the longest Duration of that sign.
func secondsOf(n int64) time.Duration {
	const most = math.MaxInt64 / int64(time.Second)
	return time.Duration(max(-most, min(n, most))) * time.Second
}

func (v *verification) checkACR() {
	accepted := v.policy.ACR
	if len(accepted) == 0 {
		v.skip(checkACR)
		return
	}
	value := v.claims.Get("acr")
	acr, _ := value.Text()
	d := detail{expected: strictjson.From(accepted), actual: value}
	if acr != "" && slices.Contains(accepted, acr) {
		v.passBecause(checkACR, acr, &d)
		return
	}
	message := fmt.Sprintf("expected acr %s, but it is %s", quoteOr(accepted), value)
	if !value.Exists() {
		message = fmt.Sprintf("expected acr %s, but acr is missing", quoteOr(accepted))
	}
	d.diagnosis = &Diagnosis{Cause: reauthenticationNeeded, Names: accepted}
	v.fail(checkACR, ReasonReauthentication, message, d)
}

func (v *verification) checkAMR() {
	value := v.claims.Get("amr")
	list, ok := value.TextList()
	switch {
	case !value.Exists():
		v.skip(checkAMR)
	case !ok:
		v.warn(checkAMR, ReasonClaimRefused, "amr is not an array of strings")
	default:
		v.passBecause(checkAMR, join(list), nil)
	}
}
