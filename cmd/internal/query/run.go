package query

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/itchyny/gojq"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// The bounds of one run. A run that exceeds one fails and gives no output.
const (
	// MaxTime is how long a run may take by the clock on the wall: long enough
	// for a busy machine.
	MaxTime = 10 * time.Second
	// MaxMemory is the number of bytes by which the live heap may grow during a run,
	// with as much again for garbage. It is checked every few milliseconds; a single
	// operation, such as "a" * 1e9, may exceed it until it ends. It also limits the
	// nesting of values: gojq walks them recursively, and a stack overflow cannot be
	// recovered from. (gojq overflowed at over a million levels of 40 bytes each.)
	MaxMemory    = 32 << 20
	measureEvery = 5 * time.Millisecond
	// MaxOutputs is how many values a run may give.
	MaxOutputs = 10_000
	// MaxOutputBytes bounds the size of those values: the bytes of their strings,
	// names and numbers, and valueBytes for each value in them.
	MaxOutputBytes = 16 << 20
)

// A RunError says why a run failed. Its message may hold characters of the
// input: escape it before it reaches a terminal.
type RunError struct {
	// Reason is the error in words that follow "the expression …".
	Reason string
}

func (e *RunError) Error() string { return "the jq expression " + e.Reason }

var (
	errTime   = &RunError{Reason: "took longer than 10s"}
	errMemory = &RunError{Reason: "used more than 32 MiB of memory"}
	errCount  = &RunError{Reason: "gave more than 10000 outputs"}
	errSize   = &RunError{Reason: "gave more than 16 MiB of output"}
	errHalt   = &RunError{Reason: "failed: halt and halt_error are not available"}
)

// Run runs the expression on the input and returns all its outputs in order. In
// the expression, now is at.
// Numbers that the expression does not touch keep their text; members of objects
// are sorted by name. The error is a *RunError or that of ctx. If the expression
// itself raised it, Run also returns the outputs before the error; if a bound was
// exceeded, it returns no outputs.
//
// gojq cannot be interrupted inside one operation, such as "a" * 1e9. Such a run
// is abandoned when it exceeds a bound: Run returns, and the operation continues
// in the background until it ends.
func (f *Filter) Run(ctx context.Context, input strictjson.Value, at time.Time) ([]strictjson.Value, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, f.maxTime, errTime)
	defer cancel()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	value, err := plain(input)
	if err != nil {
		return nil, err
	}
	now := any(int(at.Unix()))
	if at.Nanosecond() != 0 {
		now = float64(at.Unix()) + float64(at.Nanosecond())/1e9
	}
	limit := heap() + 2*MaxMemory

	type result struct {
		outputs []strictjson.Value
		err     error
	}
	done := make(chan result, 1) // so that an abandoned run can end
	go func() {
		outputs, err := f.collect(ctx, value, now)
		done <- result{outputs, err}
	}()
	watch := time.NewTicker(measureEvery)
	defer watch.Stop()
	for {
		select {
		case r := <-done:
			return r.outputs, r.err
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-watch.C:
			if heap() > limit {
				stop(errMemory)
				return nil, errMemory
			}
		}
	}
}

// heap returns the size of all values, including garbage since the last collection.
// It may reach twice the live size before the next collection. Reading it stops the
// program briefly.
func heap() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// collect runs the expression to its end.
func (f *Filter) collect(ctx context.Context, input, now any) (outputs []strictjson.Value, err error) {
	defer func() {
		if p := recover(); p != nil {
			outputs, err = nil, &RunError{Reason: fmt.Sprint("failed: gojq panicked: ", p)}
		}
	}()
	c := converter{budget: MaxOutputBytes}
	iter := f.code.RunWithContext(ctx, input, now)
	for {
		output, ok := iter.Next()
		if !ok {
			return outputs, nil
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err, failed := output.(error); failed {
			return outputs, runError(err)
		}
		if len(outputs) == MaxOutputs {
			return nil, errCount
		}
		value, err := c.value(output, 0)
		if err != nil {
			return nil, err
		}
		outputs = append(outputs, value)
	}
}

// maxReason is the length in characters to which the text of an error that the
// expression raised is cut.
const maxReason = 500

func runError(err error) error {
	if _, halted := errors.AsType[*gojq.HaltError](err); halted {
		return errHalt
	}
	raised, ok := errors.AsType[gojq.ValueError](err)
	if !ok {
		return &RunError{Reason: "failed: " + shorten(err.Error(), maxReason)}
	}
	c := converter{budget: MaxOutputBytes}
	value, err := c.value(raised.Value(), 0)
	if err != nil {
		return err
	}
	text, ok := value.Text()
	if !ok {
		text = value.String()
	}
	return &RunError{Reason: "failed: " + shorten(text, maxReason)}
}
