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

// Holds reports whether the expression is true of a value: it ran to its end, within
// the bounds of Run, and gave exactly one output, which is the JSON true. Otherwise
// reason says why in words that follow "the expression …": "gave false", "took longer
// than 10s". They may hold characters of the value: escape them before they reach a
// terminal.
func (f *Filter) Holds(ctx context.Context, value strictjson.Value, at time.Time) (holds bool, reason string) {
	outputs, err := f.Run(ctx, value, at)
	if run, ok := errors.AsType[*RunError](err); ok {
		return false, run.Reason
	}
	if err != nil {
		return false, "was interrupted: " + err.Error()
	}
	if len(outputs) == 1 && outputs[0].True() {
		return true, ""
	}
	return false, shortfall(outputs)
}

// shortfall says how outputs differ from a single true.
func shortfall(outputs []strictjson.Value) string {
	switch {
	case len(outputs) == 0:
		return "gave no output"
	case len(outputs) > 1:
		return fmt.Sprintf("gave %d outputs", len(outputs))
	case outputs[0].Type() == strictjson.TypeBool:
		return "gave false"
	default:
		return fmt.Sprintf("gave %s, not true", shorten(outputs[0].String(), maxActual))
	}
}
