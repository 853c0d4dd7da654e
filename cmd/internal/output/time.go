package output

import (
	"fmt"
	"math"
	"time"
)

const (
	minute = 60
	hour   = 60 * minute
	day    = 24 * hour
)

// FormatTime returns t in UTC, absolute and relative to now: "2020-09-30
// 08:12:38 UTC (6 years ago)". Fractions of seconds are dropped.
func FormatTime(t, now time.Time) string {
	return fmt.Sprintf("%s (%s)", t.UTC().Format("2006-01-02 15:04:05 UTC"), RelativeTime(t, now))
}

// RelativeTime returns the distance of t from now: "in 3m 12s", "2h 5m ago",
// "12 days ago", "6 years ago", "now". Months and years are those of the
// calendar, and only full ones count. Any two times will do.
func RelativeTime(t, now time.Time) string {
	switch then, present := t.Unix(), now.Unix(); {
	case then < present:
		return span(t.UTC(), now.UTC()) + " ago"
	case then > present:
		return "in " + span(now.UTC(), t.UTC())
	default:
		return "now"
	}
}

// FormatDuration returns a duration the way RelativeTime does: "15m", "1h 30m",
// "90 days". Below a second it is exact: "250ms".
func FormatDuration(d time.Duration) string {
	switch {
	case -time.Second < d && d < time.Second && d != 0:
		return d.String()
	case d < 0:
		return "-" + FormatSeconds(-int64(d/time.Second))
	default:
		return FormatSeconds(int64(d / time.Second))
	}
}

// FormatSeconds is FormatDuration for a number of seconds, which may be more than
// a time.Duration holds. Days are not counted up to months or years.
func FormatSeconds(n int64) string {
	if n < 0 {
		return "-" + formatMagnitude(-max(n, -math.MaxInt64))
	}
	return formatMagnitude(n)
}

func formatMagnitude(n int64) string {
	switch {
	case n < minute:
		return fmt.Sprintf("%ds", n)
	case n < hour:
		return twoUnits(n, minute, "m", 1, "s")
	case n < day:
		return twoUnits(n, hour, "h", minute, "m")
	default:
		return count(n/day, "day")
	}
}

// span returns the time between two times, the first being the earlier.
func span(from, to time.Time) string {
	months := monthsBetween(from, to)
	if months >= 12 {
		return count(months/12, "year")
	}
	seconds := to.Unix() - from.Unix()
	if seconds >= 60*day {
		return count(months, "month")
	}
	return formatMagnitude(seconds)
}

// monthsBetween returns the number of full months of the calendar.
func monthsBetween(from, to time.Time) int64 {
	months := 12*(int64(to.Year())-int64(from.Year())) + int64(to.Month()) - int64(from.Month())
	if sinceMonthBegan(to) < sinceMonthBegan(from) {
		months--
	}
	return months
}

func sinceMonthBegan(t time.Time) int {
	return t.Day()*day + t.Hour()*hour + t.Minute()*minute + t.Second()
}

func twoUnits(n, unit int64, name string, smaller int64, smallerName string) string {
	text := fmt.Sprintf("%d%s", n/unit, name)
	if rest := n % unit / smaller; rest > 0 {
		text += fmt.Sprintf(" %d%s", rest, smallerName)
	}
	return text
}

func count(n int64, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}
