package verify

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// checkTimes judges exp, nbf and iat (RFC 7519 sections 4.1.4 to 4.1.6): a
// token is good while now < exp + leeway and nbf, iat ≤ now + leeway.
func (v *verification) checkTimes() {
	exp, expOK := v.checkExpiry()
	v.checkNotBefore()
	iat, iatOK := v.checkIssuedAt()
	switch {
	case expOK && looksLikeMilliseconds(exp, v.now):
		v.report.add(Check{
			ID: CheckLifetime, Status: Warning, Reason: ReasonExpired, Actual: v.claims.Get("exp"),
			Message: "exp looks like milliseconds: as seconds it is " + formatTime(exp), Diagnosis: &Diagnosis{Kind: Milliseconds, Found: "exp"},
		})
	case expOK && iatOK && !looksLikeMilliseconds(iat, v.now): // else that is what is wrong
		v.checkLifetime(iat, exp)
	case expOK && exp.Unix()-v.now.Unix() > absurdLife:
		v.warn(CheckLifetime, ReasonExpired, "the token lives for more than 50 years")
	default:
		v.skip(CheckLifetime, "needs both exp and iat, in seconds")
	}
	if v.policy.Leeway > largeLeeway {
		v.warn(CheckLeeway, ReasonClaimRefused, fmt.Sprintf("a leeway of %s is more than the %s that clocks should differ", spell(v.policy.Leeway), spell(largeLeeway)))
	}
}

func (v *verification) addTime(id CheckID, status Status, reason Reason, at time.Time, message string, diagnosis *Diagnosis) {
	v.report.add(Check{
		ID: id, Status: status, Reason: reason, Time: at, Actual: v.claims.Get(timeClaim(id)),
		Message: message, Diagnosis: diagnosis,
	})
}

func timeClaim(id CheckID) string {
	switch id {
	case CheckNotBefore:
		return "nbf"
	case CheckIssuedAt:
		return "iat"
	default:
		return "exp"
	}
}

// unusable reports a time that is no NumericDate.
func (v *verification) unusable(id CheckID, reason Reason, value strictjson.Value, problem string) {
	v.report.add(Check{
		ID: id, Status: Failed, Reason: reason, Actual: value,
		Message: fmt.Sprintf("%s %s", timeClaim(id), problem),
	})
}

func (v *verification) checkExpiry() (time.Time, bool) {
	value := v.claims.Get("exp")
	if !value.Exists() {
		v.fail(CheckExpiry, ReasonExpired, "exp is missing: the token would never expire", &Diagnosis{Kind: ClaimMissing, Wanted: "exp"})
		return time.Time{}, false
	}
	exp, problem := numericDate(value)
	if problem != "" {
		v.unusable(CheckExpiry, ReasonExpired, value, problem)
		return time.Time{}, false
	}
	if v.now.Before(exp.Add(v.policy.Leeway)) {
		v.addTime(CheckExpiry, Passed, "", exp, "expires at "+formatTime(exp), nil)
	} else {
		v.addTime(CheckExpiry, Failed, ReasonExpired, exp, "expired at "+formatTime(exp), v.diagnoseExpiry(exp))
	}
	v.checkMinValidity(exp)
	return exp, true
}

func (v *verification) diagnoseExpiry(exp time.Time) *Diagnosis {
	by := time.Duration(v.now.Unix()-exp.Unix()) * time.Second
	if by < skewLimit && v.policy.MinValidity == 0 { // for which no leeway counts
		return &Diagnosis{Kind: ClockSkew, By: by}
	}
	return &Diagnosis{Kind: ExpiredToken, By: by}
}

func (v *verification) checkMinValidity(exp time.Time) {
	least := v.policy.MinValidity
	switch {
	case least == 0:
		v.notDemanded(CheckMinValidity, "min-validity")
	case v.now.Add(least).After(exp):
		v.addTime(CheckMinValidity, Failed, ReasonExpired, exp,
			fmt.Sprintf("less than %s is left: expires at %s", spell(least), formatTime(exp)), nil)
	default:
		v.addTime(CheckMinValidity, Passed, "", exp, fmt.Sprintf("valid for at least %s more", spell(least)), nil)
	}
}

func (v *verification) checkNotBefore() {
	value := v.claims.Get("nbf")
	if !value.Exists() {
		v.skip(CheckNotBefore, "the token has no nbf")
		return
	}
	nbf, problem := numericDate(value)
	switch {
	case problem != "":
		v.unusable(CheckNotBefore, ReasonNotYetValid, value, problem)
	case nbf.After(v.now.Add(v.policy.Leeway)):
		v.addTime(CheckNotBefore, Failed, ReasonNotYetValid, nbf, "not valid before "+formatTime(nbf), v.diagnoseFuture("nbf", nbf))
	default:
		v.addTime(CheckNotBefore, Passed, "", nbf, "valid since "+formatTime(nbf), nil)
	}
}

func (v *verification) checkIssuedAt() (time.Time, bool) {
	value := v.claims.Get("iat")
	if !value.Exists() {
		v.missing(CheckIssuedAt, "iat", v.report.Kind == KindID || v.report.Kind == KindAccess || v.report.Kind == KindLogout)
		return time.Time{}, false
	}
	iat, problem := numericDate(value)
	if problem != "" {
		v.unusable(CheckIssuedAt, ReasonNotYetValid, value, problem)
		return time.Time{}, false
	}
	limit := v.now.Add(v.policy.Leeway)
	switch {
	case iat.After(limit.Add(fastClock)):
		v.addTime(CheckIssuedAt, Failed, ReasonNotYetValid, iat, "issued in the future, at "+formatTime(iat), v.diagnoseFuture("iat", iat))
	case iat.After(limit):
		v.addTime(CheckIssuedAt, Warning, ReasonNotYetValid, iat, "issued in the future, at "+formatTime(iat), v.diagnoseFuture("iat", iat))
	default:
		v.addTime(CheckIssuedAt, Passed, "", iat, "issued at "+formatTime(iat), nil)
	}
	return iat, true
}

func (v *verification) diagnoseFuture(claim string, at time.Time) *Diagnosis {
	if looksLikeMilliseconds(at, v.now) {
		return &Diagnosis{Kind: Milliseconds, Found: claim}
	}
	by := at.Sub(v.now)
	if by < skewLimit {
		return &Diagnosis{Kind: ClockSkew, By: time.Duration(at.Unix()-v.now.Unix()) * time.Second}
	}
	return &Diagnosis{Kind: NotYetTime, By: by}
}

// looksLikeMilliseconds tells whether a time that makes no sense would make
// sense if it had been given in milliseconds: within some years of now.
func looksLikeMilliseconds(at, now time.Time) bool {
	difference := at.Unix()/1000 - now.Unix()
	return at.Unix()-now.Unix() > absurdLife && difference < absurdLife && difference > -absurdLife
}

func (v *verification) checkLifetime(iat, exp time.Time) {
	life := exp.Unix() - iat.Unix()
	switch {
	case !exp.After(iat):
		v.fail(CheckLifetime, ReasonExpired, fmt.Sprintf("exp (%s) is not after iat (%s)", formatTime(exp), formatTime(iat)), nil)
	case life > absurdLife:
		v.warn(CheckLifetime, ReasonExpired, "the token lives for more than 50 years")
	case life > int64(longLife/time.Second):
		v.warn(CheckLifetime, ReasonClaimRefused, fmt.Sprintf("long-lived: %s, where %s is much", spell(time.Duration(life)*time.Second), spell(longLife)))
	default:
		v.pass(CheckLifetime, strconv.FormatInt(life, 10)+" seconds")
	}
}

// missing reports a claim that is not demanded: a warning where the token looks
// like a kind that needs it.
func (v *verification) missing(id CheckID, claim string, needed bool) {
	message := "the token has no " + claim
	if !needed {
		v.skip(id, message)
		return
	}
	v.report.add(Check{
		ID: id, Status: Warning, Reason: ReasonClaimRefused,
		Message: fmt.Sprintf("%s, which a token of this kind (%s) should have", message, v.report.Kind),
	})
}

// maxNumericDate is the largest magnitude of a NumericDate, in seconds: every
// JSON reader agrees on integers up to it (RFC 8259 section 6).
const maxNumericDate = 1<<53 - 1

// numericDate reads a NumericDate (RFC 7519 section 2): seconds since 1970, in
// UTC, perhaps with a fraction. The problem is empty if it is one.
func numericDate(v strictjson.Value) (at time.Time, problem string) {
	literal, ok := v.Literal()
	if !ok {
		return time.Time{}, "is of type " + v.Kind().String() + ", not a number"
	}
	if n, err := strconv.ParseInt(literal, 10, 64); err == nil {
		if n > maxNumericDate || n < -maxNumericDate {
			return time.Time{}, "is out of range"
		}
		return time.Unix(n, 0).UTC(), ""
	}
	f, err := strconv.ParseFloat(literal, 64)
	if err != nil || math.Abs(f) > maxNumericDate {
		return time.Time{}, "is out of range"
	}
	return fractionalDate(literal, f), ""
}

// fractionalDate is exact to the nanosecond, rounded down, which counts against
// exp and auth_time. A literal that is written at absurd length is taken as the
// float64 next to it.
func fractionalDate(literal string, f float64) time.Time {
	const usual = 40 // characters
	exact, ok := new(big.Rat), false
	if len(literal) <= usual && !strings.ContainsAny(literal, "eE") {
		_, ok = exact.SetString(literal)
	}
	if !ok {
		exact.SetFloat64(f)
	}
	exact.Mul(exact, big.NewRat(int64(time.Second), 1))
	var seconds, nanoseconds big.Int
	seconds.Div(exact.Num(), exact.Denom()) // Euclidean: down, since the denominator is positive
	seconds.DivMod(&seconds, big.NewInt(int64(time.Second)), &nanoseconds)
	return time.Unix(seconds.Int64(), nanoseconds.Int64()).UTC()
}

// NumericDate reads a NumericDate (RFC 7519 section 2) and tells whether v is
// one of a magnitude that all JSON readers agree on.
func NumericDate(v strictjson.Value) (time.Time, bool) {
	at, problem := numericDate(v)
	return at, problem == ""
}

// spell writes a duration for people: "40m", "1h 30m", "30 days".
func spell(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return d.String()
	case d == day:
		return "1 day"
	case d > day && d%day == 0:
		return strconv.FormatInt(int64(d/day), 10) + " days"
	}
	text := strings.NewReplacer("h", "h ", "m", "m ").Replace(d.String())
	text = strings.TrimSuffix(text, " 0s")
	return strings.TrimSuffix(text, " 0m")
}

const (
	// skewLimit is how far a time may be off for the clock to be suspected.
	skewLimit = 60 * time.Second
	// fastClock is how far ahead iat may be without being refused: some
	// issuers' clocks are fast.
	fastClock = 10 * time.Second
	// longLife is the lifetime above which a token is called long-lived.
	longLife = 24 * time.Hour
	// absurdLife in seconds is about 50 years: more can only be a mistake.
	absurdLife = 50 * 365 * 24 * 60 * 60
	// largeLeeway is the leeway above which it is said to be large.
	largeLeeway = 60 * time.Second
)
