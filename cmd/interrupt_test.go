package cmd

import (
	"context"
	"testing"
	"time"
)

// An interruption ends a run that notices nothing of it, and leaves one that ends
// by itself its own code.
func TestUntilInterrupted(t *testing.T) {
	interrupted, cancel := context.WithCancel(context.Background())
	cancel()
	blocked := make(chan struct{})
	defer close(blocked)
	for _, c := range []struct {
		name string
		ctx  context.Context
		run  func() int
		want int
	}{
		{"not interrupted", context.Background(), func() int { return 10 }, 10},
		{"blocked for ever", interrupted, func() int { <-blocked; return 0 }, exitInterrupted},
	} {
		if code := untilInterrupted(c.ctx, time.Millisecond, c.run); code != c.want {
			t.Errorf("%s: %d, want %d", c.name, code, c.want)
		}
	}
	if code := untilInterrupted(interrupted, time.Hour, func() int { return 16 }); code != 16 {
		t.Errorf("within the grace period: %d, want 16", code)
	}
}
