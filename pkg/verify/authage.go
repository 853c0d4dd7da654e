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

// Known tells whether auth_time is a time that is not in the future.
func (a AuthAge) Known() bool { return a.Problem == "" }

// Within tells whether the user authenticated at most limit ago. Without a
// usable auth_time the answer is no.
func (a AuthAge) Within(limit time.Duration) bool {
	return a.Known() && a.Seconds <= int64(limit/time.Second)
}

// MeasureAuthAge computes the age from auth_time alone, in UTC (OpenID Connect
// Core section 2): never from iat, never by a local clock, with no leeway.
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

// checkAuthentication judges auth_time, acr and amr (OpenID Connect Core
// section 2; RFC 9470 section 6).
func (v *verification) checkAuthentication() {
	v.checkAuthTime()
	v.checkACR()
	v.checkAMR()
}

func (v *verification) checkAuthTime() {
	value := v.claims.Get("auth_time")
	age := MeasureAuthAge(v.claims, v.now)
	c := Check{ID: CheckAuthTime, Reason: ReasonReauthentication, Actual: value, Time: age.AuthTime}
	iat, problem := numericDate(v.claims.Get("iat"))
	asked := v.policy.AuthAge || v.policy.MaxAge != nil
	switch {
	case asked && !age.Known():
		c.Status, c.Message, c.Time = Failed, age.Problem, time.Time{}
		c.Diagnosis = diagnoseAuthTime(value, age, v.now)
	case v.policy.MaxAge != nil && !age.Within(*v.policy.MaxAge):
		c.Status = Failed
		c.Message = fmt.Sprintf("the user authenticated at %s, %s ago; the limit is %s",
			formatTime(age.AuthTime), seconds(v.now.Unix()-age.AuthTime.Unix()), spell(*v.policy.MaxAge))
		c.Time = time.Time{} // its age is in the message
		c.Diagnosis = &Diagnosis{Kind: ReauthenticationNeeded, By: *v.policy.MaxAge}
	case !value.Exists():
		c.Status, c.Message = NotChecked, "the token has no auth_time"
	case !age.Known():
		c.Status, c.Message, c.Time = Warning, age.Problem, time.Time{}
	case problem == "" && age.AuthTime.After(iat):
		c.Status, c.Reason, c.Message = Warning, ReasonClaimRefused, "auth_time is after iat: the issuer's clock is wrong, or its session"
	case age.Seconds > int64(staleLogin/time.Second):
		c.Status, c.Reason, c.Message = Warning, ReasonClaimRefused, "the user authenticated more than a year ago, at "+formatTime(age.AuthTime)
	case asked:
		c.Status, c.Message = Passed, "the user authenticated at "+formatTime(age.AuthTime)
	default:
		c.Status, c.Message = NotChecked, "the user authenticated at "+formatTime(age.AuthTime)
	}
	v.report.add(c)
}

// diagnoseAuthTime tells why there is no age to rely on.
func diagnoseAuthTime(value strictjson.Value, age AuthAge, now time.Time) *Diagnosis {
	switch {
	case !value.Exists():
		return &Diagnosis{Kind: ClaimMissing, Wanted: "auth_time"}
	case looksLikeMilliseconds(age.AuthTime, now):
		return &Diagnosis{Kind: Milliseconds, Found: "auth_time"}
	default:
		return &Diagnosis{Kind: ReauthenticationNeeded, Found: age.Problem}
	}
}

// seconds writes a number of seconds; a Duration ends after 292 years.
func seconds(n int64) string {
	return spell(time.Duration(min(n, int64(math.MaxInt64/time.Second))) * time.Second)
}

func (v *verification) checkACR() {
	wanted := v.policy.ACR
	value := v.claims.Get("acr")
	if len(wanted) == 0 {
		v.notDemanded(CheckACR, "acr")
		return
	}
	acr, isText := value.Text()
	c := Check{ID: CheckACR, Status: Failed, Reason: ReasonReauthentication, Expected: strictjson.Strings(wanted), Actual: value}
	switch {
	case !value.Exists():
		c.Message = "acr is missing; wanted is " + quoteOr(wanted)
	case isText && acr != "" && slices.Contains(wanted, acr):
		c.Status, c.Message = Passed, acr
	default:
		c.Message = fmt.Sprintf("acr is %s, wanted is %s", value, quoteOr(wanted))
	}
	if c.Status == Failed {
		c.Diagnosis = &Diagnosis{Kind: ReauthenticationNeeded, Names: wanted}
	}
	v.report.add(c)
}

func (v *verification) checkAMR() {
	value := v.claims.Get("amr")
	list, ok := value.TextList()
	switch {
	case !value.Exists():
		v.skip(CheckAMR, "the token has no amr")
	case !ok:
		v.warn(CheckAMR, ReasonClaimRefused, "amr is not an array of strings")
	default:
		v.pass(CheckAMR, join(list))
	}
}
