package query

import (
	"context"
	"runtime"
	"runtime/metrics"
	"time"
)

// opsPerMeasure is the number of operations of gojq between two measurements of
// the memory.
const opsPerMeasure = 1024

// A single operation is measured from outside, as time goes by. It must not be
// stopped for a collection, so that garbage counts: as much as there is in use, by
// the usual pace of the collector, and once more to be sure.
const (
	measureEvery  = 5 * time.Millisecond
	garbageFactor = 3
)

// A meter is a context that ends when the program uses more than limit bytes.
// gojq asks a context before each operation whether it has ended, so that the
// expression stands still while its memory is measured.
type meter struct {
	context.Context
	cancel context.CancelCauseFunc // ends Context
	limit  uint64
	ops    int
}

// Done implements context.Context. Only the goroutine that runs the expression
// may call it.
func (m *meter) Done() <-chan struct{} {
	m.ops++
	if m.ops%opsPerMeasure == 0 && memoryExceeds(m.limit) {
		m.cancel(errMemory)
	}
	return m.Context.Done()
}

// memoryExceeds tells whether the program uses more than limit bytes, garbage
// aside.
func memoryExceeds(limit uint64) bool {
	return memoryUse() > limit && memoryUseWithoutGarbage() > limit
}

func memoryUseWithoutGarbage() uint64 {
	runtime.GC()
	return memoryUse()
}

// memoryUse returns the size of the heap's objects and of the stacks.
func memoryUse() uint64 {
	samples := []metrics.Sample{
		{Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/heap/stacks:bytes"},
	}
	metrics.Read(samples)
	return samples[0].Value.Uint64() + samples[1].Value.Uint64()
}
