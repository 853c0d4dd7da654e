package cmd

import (
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"github.com/xhit/go-str2duration/v2"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
)

// bounds are what a duration may be.
type bounds struct {
	positive bool
	max      time.Duration // 0 for no bound
}

const exampleDuration = "a duration such as 90s, 5m, 2h or 1d"

// parse reads a duration such as "90s" or "1d2h".
func (b bounds) parse(text string) (time.Duration, error) {
	d, err := str2duration.ParseDuration(text)
	signed := strings.HasPrefix(text, "-") || strings.HasPrefix(text, "+")
	switch {
	case err != nil || signed || d < 0:
		return 0, &valueError{takes: exampleDuration, got: text}
	case b.positive && d == 0:
		return 0, &valueError{takes: "a duration above zero", got: text}
	case b.max > 0 && d > b.max:
		return 0, &valueError{takes: "at most " + output.FormatDuration(b.max), got: text}
	}
	return d, nil
}

// durationVar defines a flag that takes a duration. Its default is what target
// holds; a zero is shown as none.
func durationVar(f *pflag.FlagSet, target *time.Duration, name string, allowed bounds, usage string) {
	initial := ""
	if *target != 0 {
		initial = output.FormatDuration(*target)
	}
	f.Var(newScalar(target, "DURATION", initial, allowed.parse), name, usage)
}

// optionalDurationVar defines a flag that takes a duration of which zero is one.
func optionalDurationVar(f *pflag.FlagSet, target **time.Duration, name, usage string) {
	f.Var(newScalar(target, "DURATION", "", func(text string) (*time.Duration, error) {
		d, err := bounds{}.parse(text)
		return &d, err
	}), name, usage)
}

// An evaluationTime is the time as of which a token is checked: an absolute time or
// an offset from now. The zero value is now.
type evaluationTime struct {
	set      bool
	absolute time.Time
	offset   time.Duration
}

// from is the time of evaluation when it is now.
func (t evaluationTime) from(now time.Time) time.Time {
	if !t.absolute.IsZero() {
		return t.absolute
	}
	return now.Add(t.offset)
}

// timeVar defines a flag that takes a time.
func timeVar(f *pflag.FlagSet, target *evaluationTime, name, usage string) {
	f.Var(newScalar(target, "TIME", "", parseEvaluationTime), name, usage)
}

// lastYear is the last year that RFC 3339 can write.
const lastYear = 9999

func parseEvaluationTime(text string) (evaluationTime, error) {
	wrong := &valueError{
		takes: "a time from year 1 to 9999", got: text,
		hint: "write it as 2020-09-30T07:30:00Z, as unix seconds, or as -10m or +10m from now",
	}
	if sign, rest := text[0], text[1:]; sign == '-' || sign == '+' {
		offset, err := bounds{}.parse(rest)
		if err != nil {
			return evaluationTime{}, wrong
		}
		if sign == '-' {
			offset = -offset
		}
		return evaluationTime{set: true, offset: offset}, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		var seconds int64
		if seconds, err = strconv.ParseInt(text, 10, 64); err != nil || seconds > 1<<40 { // far beyond the last year
			return evaluationTime{}, wrong
		}
		at = time.Unix(seconds, 0)
	}
	if at = at.UTC(); at.Year() < 1 || at.Year() > lastYear {
		return evaluationTime{}, wrong
	}
	return evaluationTime{set: true, absolute: at}, nil
}
