package output

import (
	"math"
	"testing"
	"time"
)

var now = time.Date(2026, 9, 30, 12, 0, 0, 0, time.UTC)

func TestRelativeTime(t *testing.T) {
	for _, test := range []struct {
		t    time.Time
		want string
	}{
		{now, "now"},
		{now.Add(500 * time.Millisecond), "now"},
		{now.Add(time.Second), "in 1s"},
		{now.Add(-59 * time.Second), "59s ago"},
		{now.Add(-time.Minute), "1m ago"},
		{now.Add(3*time.Minute + 12*time.Second), "in 3m 12s"},
		{now.Add(-3*time.Minute - 12*time.Second), "3m 12s ago"},
		{now.Add(time.Hour), "in 1h"},
		{now.Add(-2*time.Hour - 5*time.Minute - 59*time.Second), "2h 5m ago"},
		{now.Add(-24*time.Hour + time.Second), "23h 59m ago"},
		{now.AddDate(0, 0, -1), "1 day ago"},
		{now.AddDate(0, 0, 12), "in 12 days"},
		{now.AddDate(0, 0, -59), "59 days ago"},
		{now.AddDate(0, -2, 0), "2 months ago"},
		{now.AddDate(-1, 0, 1), "11 months ago"},
		{now.AddDate(-1, 0, 0), "1 year ago"},
		{now.AddDate(1, 0, 0), "in 1 year"},
		{now.AddDate(-6, 0, 0), "6 years ago"},
		{now.AddDate(-6, 0, 0).Add(time.Second), "5 years ago"},
		{now.AddDate(6, 0, 0), "in 6 years"},
		{now.AddDate(400, 0, 0), "in 400 years"},
		{now.In(time.FixedZone("", 14*3600)), "now"},
		{time.Unix(1601453558_000, 0), "in 50691 years"},
		{time.Unix(-1601453558_000, 0), "50804 years ago"},
		{time.Unix(1<<53-1, 0), "in 285426725 years"},
		{time.Unix(-1<<53+1, 0), "285426838 years ago"},
	} {
		if got := RelativeTime(test.t, now); got != test.want {
			t.Errorf("RelativeTime(%s) = %q, want %q", test.t, got, test.want)
		}
	}
}

func TestFormatTime(t *testing.T) {
	for _, test := range []struct {
		t    time.Time
		want string
	}{
		{time.Date(2020, 9, 30, 10, 12, 38, 9e8, time.FixedZone("CEST", 7200)), "2020-09-30 08:12:38 UTC (6 years ago)"},
		{now.Add(time.Minute), "2026-09-30 12:01:00 UTC (in 1m)"},
		{time.Date(12345, 1, 2, 3, 4, 5, 0, time.UTC), "12345-01-02 03:04:05 UTC (in 10318 years)"},
		{time.Date(-50, 1, 2, 3, 4, 5, 0, time.UTC), "-0050-01-02 03:04:05 UTC (2076 years ago)"},
	} {
		if got := FormatTime(test.t, now); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

func TestFormatDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                              "0s",
		250 * time.Millisecond:         "250ms",
		-250 * time.Millisecond:        "-250ms",
		1900 * time.Millisecond:        "1s",
		15 * time.Minute:               "15m",
		90 * time.Minute:               "1h 30m",
		-90 * time.Second:              "-1m 30s",
		24 * time.Hour:                 "1 day",
		90*24*time.Hour + 23*time.Hour: "90 days",
		math.MinInt64:                  "-106751 days",
	} {
		if got := FormatDuration(d); got != want {
			t.Errorf("FormatDuration(%d) = %q, want %q", d, got, want)
		}
	}
}

func TestFormatSecondsOfExtremes(t *testing.T) {
	for n, want := range map[int64]string{
		math.MaxInt64: "106751991167300 days",
		math.MinInt64: "-106751991167300 days",
	} {
		if got := FormatSeconds(n); got != want {
			t.Errorf("FormatSeconds(%d) = %q, want %q", n, got, want)
		}
	}
}
