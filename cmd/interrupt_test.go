package cmd

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// An interruption ends a blocked run after the grace period. A run that ends in time
// keeps its exit code.
func TestOnceInterrupted(t *testing.T) {
	const grace = time.Second
	for _, c := range []struct {
		name      string
		interrupt bool
		lasts     time.Duration // how long the run takes after the interruption
		want      int
	}{
		{"not interrupted", false, time.Hour, 0},
		{"ends in time", true, grace / 2, 0},
		{"blocked for ever", true, time.Hour, exitInterrupted},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, interrupt := context.WithCancel(t.Context())
				defer interrupt()
				code := 0
				stop := onceInterrupted(ctx, grace, func(exit int) { code = exit })
				if c.interrupt {
					interrupt()
				}
				time.Sleep(c.lasts)
				stop()
				time.Sleep(time.Hour)
				synctest.Wait()
				if code != c.want {
					t.Errorf("exit %d, want %d", code, c.want)
				}
			})
		})
	}
}
