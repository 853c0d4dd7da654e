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

const (
	// skewLimit is how far a time may be off for the clock to be suspected.
	skewLimit = 60 * time.Second
	// fastClock is how far ahead iat may be before it is refused: some
	// issuers' clocks are fast.
	fastClock = 10 * time.Second
	// longLife is the lifetime above which a token is called long-lived.
	longLife = 24 * time.Hour
	// absurdLife in seconds is about 50 years: more can only be a mistake.
	absurdLife = 50 * 365 * 24 * 60 * 60
	// largeLeeway is the leeway above which there is a warning.
	largeLeeway = 60 * time.Second
)

// checkTimes checks exp, nbf and iat (RFC 7519 sections 4.1.4 to 4.1.6): a
// token is good while now < exp + leeway and nbf, iat ≤ now + leeway.
func (v *verification) checkTimes() {
	exp, expOK := v.checkExpiry()
	v.checkNotBefore()
	iat, iatOK := v.checkIssuedAt()
	switch {
	case expOK && looksLikeMilliseconds(exp, v.now):
		v.judge(checkLifetime, warned, ReasonExpired, "exp looks like milliseconds: as seconds it is "+formatTime(exp),
			&detail{actual: v.claims.Get("exp"), diagnosis: &Diagnosis{Cause: milliseconds, Found: "exp"}})
	case expOK && iatOK && !looksLikeMilliseconds(iat, v.now): // else that is what is wrong
		v.checkLifetime(iat, exp)
	case expOK && exp.Unix()-v.now.Unix() > absurdLife:
		v.warn(checkLifetime, ReasonExpired, "the token is valid for more than 50 years")
	default:
		v.skip(checkLifetime)
	}
	if v.policy.Leeway > largeLeeway {
		v.warn(checkLeeway, ReasonClaimRefused,
			fmt.Sprintf("a leeway of %s is more than the %s that clocks should differ", formatDuration(v.policy.Leeway), formatDuration(largeLeeway)))
	}
}

func (v *verification) checkExpiry() (time.Time, bool) {
	value := v.claims.Get("exp")
	exp, problem := numericDate(value)
	ok := problem == "" && !v.excused(value)
	switch {
	case v.excused(value):
		v.skipBecause(checkExpiry, "not checked: this is "+v.nature.name)
	case !value.Exists():
		v.fail(checkExpiry, ReasonExpired, "exp is missing: the token would never expire",
			detail{diagnosis: &Diagnosis{Cause: claimMissing, Expected: "exp"}})
	case !ok:
		v.fail(checkExpiry, ReasonExpired, "exp "+problem, detail{})
	case v.now.Before(exp.Add(v.policy.Leeway)):
		v.pass(checkExpiry)
	default:
		v.fail(checkExpiry, ReasonExpired, "expired at "+formatTime(exp), detail{at: exp, diagnosis: v.diagnoseExpiry(exp)})
	}
	if ok {
		v.checkMinValidity(exp)
	}
	return exp, ok
}

func (v *verification) diagnoseExpiry(exp time.Time) *Diagnosis {
	by := secondsOf(v.now.Unix() - exp.Unix())
	if by < skewLimit && v.policy.MinValidity == 0 { // for which no leeway counts
		return &Diagnosis{Cause: clockSkew, By: by}
	}
	return &Diagnosis{Cause: expiredToken, By: by}
}

func (v *verification) checkMinValidity(exp time.Time) {
	least := v.policy.MinValidity
	if least == 0 {
		v.skip(checkMinValidity)
		return
	}
	d := detail{actual: v.claims.Get("exp"), at: exp}
	if v.now.Add(least).After(exp) {
		v.fail(checkMinValidity, ReasonExpired, fmt.Sprintf("less than %s is left: expires at %s", formatDuration(least), formatTime(exp)), d)
	} else {
		v.passBecause(checkMinValidity, fmt.Sprintf("valid for at least %s more", formatDuration(least)), &d)
	}
}

func (v *verification) checkNotBefore() {
	nbf, ok := v.readTime(checkNotBefore)
	switch {
	case !v.claims.Get("nbf").Exists():
		v.skip(checkNotBefore)
	case !ok:
	case nbf.After(v.now.Add(v.policy.Leeway)):
		v.fail(checkNotBefore, ReasonNotYetValid, "not valid before "+formatTime(nbf), detail{at: nbf, diagnosis: v.diagnoseFuture("nbf", nbf)})
	default:
		v.pass(checkNotBefore)
	}
}

func (v *verification) checkIssuedAt() (time.Time, bool) {
	iat, ok := v.readTime(checkIssuedAt)
	limit := v.now.Add(v.policy.Leeway)
	switch {
	case !v.claims.Get("iat").Exists():
		v.missing(checkIssuedAt, "iat", v.report.Kind != kindOther)
	case !ok:
	case !iat.After(limit):
		v.pass(checkIssuedAt)
	default:
		v.judge(checkIssuedAt, failedIf(iat.After(limit.Add(fastClock))), ReasonNotYetValid, "issued in the future, at "+formatTime(iat),
			&detail{at: iat, diagnosis: v.diagnoseFuture("iat", iat)})
	}
	return iat, ok
}

// readTime reads nbf or iat. It reports one that is not a time; null counts as absent.
func (v *verification) readTime(id check) (time.Time, bool) {
	claim := catalogue[id].claim
	value := v.claims.Get(claim)
	at, problem := numericDate(value)
	switch {
	case value.Type() == strictjson.TypeNull:
		v.warn(id, ReasonNotYetValid, claim+" is null: taken as absent")
	case value.Exists() && problem != "":
		v.fail(id, ReasonNotYetValid, claim+" "+problem, detail{})
	}
	return at, problem == ""
}

func (v *verification) diagnoseFuture(claim string, at time.Time) *Diagnosis {
	if looksLikeMilliseconds(at, v.now) {
		return &Diagnosis{Cause: milliseconds, Found: claim}
	}
	by := at.Sub(v.now)
	if by < skewLimit {
		return &Diagnosis{Cause: clockSkew, By: secondsOf(at.Unix() - v.now.Unix())}
	}
	return &Diagnosis{Cause: notYetTime, By: by}
}

// looksLikeMilliseconds reports whether a time that makes no sense would make
// sense if it had been given in milliseconds: within some years of now.
func looksLikeMilliseconds(at, now time.Time) bool {
	difference := at.Unix()/1000 - now.Unix()
	return at.Unix()-now.Unix() > absurdLife && difference < absurdLife && difference > -absurdLife
}

func (v *verification) checkLifetime(iat, exp time.Time) {
	life := exp.Unix() - iat.Unix()
	switch {
	case !exp.After(iat):
		v.fail(checkLifetime, ReasonExpired, fmt.Sprintf("exp (%s) is not after iat (%s)", formatTime(exp), formatTime(iat)), detail{})
	case life > absurdLife:
		v.warn(checkLifetime, ReasonExpired, "the token is valid for more than 50 years")
	case life > int64(longLife/time.Second):
		v.warn(checkLifetime, ReasonClaimRefused, fmt.Sprintf("long-lived: %s; more than %s is unusual", formatSeconds(life), formatDuration(longLife)))
	default:
		v.pass(checkLifetime)
	}
}

// maxNumericDate is the largest magnitude of a NumericDate, in seconds: every
// JSON reader agrees on integers up to it (RFC 8259 section 6).
const maxNumericDate = 1<<53 - 1

// NumericDate reads a NumericDate (RFC 7519 section 2) and reports whether v is
// one of a magnitude that all JSON readers agree on.
func NumericDate(v strictjson.Value) (time.Time, bool) {
	at, problem := numericDate(v)
	return at, problem == ""
}

// numericDate reads a NumericDate (RFC 7519 section 2): seconds since 1970, in
// UTC, perhaps with a fraction. The problem is empty if it is one.
func numericDate(v strictjson.Value) (at time.Time, problem string) {
	literal, ok := v.Literal()
	if !ok {
		return time.Time{}, "is " + ofType(v) + ", not a number"
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

// formatDuration writes a duration for people: "40m", "1h 30m", "30 days".
func formatDuration(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return d.String()
	case d == day:
		return "1 day"
	case d%day == 0:
		return strconv.FormatInt(int64(d/day), 10) + " days"
	}
	text := strings.NewReplacer("h", "h ", "m", "m ").Replace(d.String())
	text = strings.TrimSuffix(text, " 0s")
	return strings.TrimSuffix(text, " 0m")
}
