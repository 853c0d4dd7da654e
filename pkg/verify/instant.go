package verify

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

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
