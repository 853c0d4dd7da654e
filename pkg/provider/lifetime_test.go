package provider

import (
	"net/http"
	"testing"
	"time"
)

func TestLifetime(t *testing.T) {
	for _, c := range []struct {
		control []string
		age     string
		want    time.Duration
	}{
		{nil, "", 10 * time.Minute},
		{nil, "300", 10 * time.Minute}, // Age counts against max-age only
		{[]string{"public"}, "", 10 * time.Minute},
		{[]string{"max-age=60"}, "", time.Minute},
		{[]string{"public, MAX-AGE = 60 , must-revalidate"}, "", time.Minute},
		{[]string{`max-age="60"`}, "", time.Minute},
		{[]string{"max-age=60"}, "45", 15 * time.Second},
		{[]string{"max-age=60"}, "60", 0},
		{[]string{"max-age=60"}, "999", 0},
		{[]string{"max-age=60"}, "soon", time.Minute},
		{[]string{"max-age=60"}, "-45", time.Minute},
		{[]string{"max-age=31536000"}, "", time.Hour},
		{[]string{"max-age=31536000"}, "1000000", time.Hour},
		{[]string{"max-age=99999999999999999999"}, "", time.Hour},
		{[]string{"max-age=99999999999999999999"}, "99999999999999999999", 0},
		{[]string{"max-age=0"}, "", 0},
		{[]string{"max-age=-1"}, "", 0},
		{[]string{"max-age=+60"}, "", 0},
		{[]string{"max-age=1.5"}, "", 0},
		{[]string{"max-age"}, "", 0},
		{[]string{"max-age=60", "max-age=30"}, "", 30 * time.Second},
		{[]string{"max-age=60, no-store"}, "", 0},
		{[]string{"max-age=60", "No-Cache"}, "", 0},
		{[]string{`no-cache="set-cookie"`}, "", 0},
		{[]string{"s-maxage=60"}, "", 10 * time.Minute},
	} {
		header := http.Header{"Cache-Control": c.control}
		if c.age != "" {
			header.Set("Age", c.age)
		}
		if got := lifetime(header); got != c.want {
			t.Errorf("%q, Age %q: %v, want %v", c.control, c.age, got, c.want)
		}
	}
}
