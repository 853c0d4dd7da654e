package cmd

import (
	"context"
	"os"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// An interruption ends the context at once, and a run that does not notice it after the
// grace period.
func TestUntilInterrupted(t *testing.T) {
	const grace = time.Second
	synctest.Test(t, func(t *testing.T) {
		var signals chan<- os.Signal
		var code atomic.Int32
		ctx := untilInterrupted(func(c chan<- os.Signal) { signals = c }, grace, func(exit int) { code.Store(int32(exit)) })
		if signals != nil {
			t.Fatal("signals are caught before anything waits")
		}
		derived, cancel := context.WithTimeout(ctx, time.Hour)
		defer cancel()
		if signals == nil {
			t.Fatal("no signals are caught although a context with a time limit waits")
		}
		if ctx.Err() != nil || derived.Err() != nil {
			t.Fatalf("ended without an interruption: %v, %v", ctx.Err(), derived.Err())
		}
		signals <- os.Interrupt
		synctest.Wait()
		if ctx.Err() == nil || derived.Err() == nil || code.Load() != 0 {
			t.Fatalf("after the interruption: %v, %v, exit %d", ctx.Err(), derived.Err(), code.Load())
		}
		time.Sleep(grace)
		synctest.Wait()
		if code.Load() != exitInterrupted {
			t.Errorf("after the grace period: exit %d, want %d", code.Load(), exitInterrupted)
		}
	})
}
