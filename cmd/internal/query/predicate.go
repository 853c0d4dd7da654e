package query

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// maxActual is the length in characters to which a predicate's output is cut
// where a reason quotes it.
const maxActual = 80

// A Predicate reports whether something is true of a value. Where it does not hold,
// reason says why in words that follow "the expression …": "gave false", "took
// longer than 10s". They may hold characters of the value: escape them before
// they reach a terminal.
type Predicate func(ctx context.Context, value strictjson.Value) (holds bool, reason string)

// CompilePredicate compiles a jq expression in which now is at. The predicate
// holds only if the expression runs to its end, within the bounds of Run, and
// gives exactly one output, which is the JSON true. The error is a
// *CompileError.
func CompilePredicate(expression string, at time.Time) (Predicate, error) {
	filter, err := Compile(expression, at)
	if err != nil {
		return nil, err
	}
	return filter.holds, nil
}

// holds is the Predicate of the filter's expression.
func (f *Filter) holds(ctx context.Context, value strictjson.Value) (bool, string) {
	outputs, err := f.Run(ctx, value)
	if err != nil {
		return false, failure(err)
	}
	if len(outputs) == 1 && outputs[0].True() {
		return true, ""
	}
	return false, shortfall(outputs)
}

// failure puts an error of Run into words.
func failure(err error) string {
	var run *RunError
	if errors.As(err, &run) {
		return run.Reason
	}
	return "was interrupted: " + err.Error()
}

// shortfall says how outputs differ from a single true.
func shortfall(outputs []strictjson.Value) string {
	switch {
	case len(outputs) == 0:
		return "gave no output"
	case len(outputs) > 1:
		return fmt.Sprintf("gave %d outputs", len(outputs))
	case outputs[0].Kind() == strictjson.KindBool:
		return "gave false"
	default:
		return fmt.Sprintf("gave %s, not true", shorten(outputs[0].String(), maxActual))
	}
}
