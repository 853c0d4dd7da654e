package output

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// A handClock ticks when it is told to.
type handClock struct {
	ticks   chan time.Time
	stopped bool
}

func (c *handClock) start() (<-chan time.Time, func()) {
	return c.ticks, func() { c.stopped = true }
}

func TestWaitingShowsALineAndErasesIt(t *testing.T) {
	var err bytes.Buffer
	clock := &handClock{ticks: make(chan time.Time)}
	p := New(Options{Err: &err, ErrWidth: 40, Tick: clock.start})
	done := p.Waiting("https://issuer.example/a/long/path/to/a/document\x1b")
	clock.ticks <- time.Time{}
	clock.ticks <- time.Time{}
	done()
	got := err.String()
	if !strings.HasPrefix(got, "\r\x1b[Kwaiting (1s) for https://issuer.example") || !strings.HasSuffix(got, "\r\x1b[K") {
		t.Errorf("got %q", got)
	}
	for _, line := range strings.Split(got, "\r\x1b[K") {
		if strings.HasPrefix(line, "waiting") && len(line) >= 40 {
			t.Errorf("%q does not fit into the line", line)
		}
	}
	if !clock.stopped {
		t.Error("the clock goes on")
	}
}

func TestMessagesReplaceTheProgressLine(t *testing.T) {
	var err bytes.Buffer
	p := New(Options{Err: &err, ErrWidth: 40})
	p.showProgress("waiting")
	p.Warn("something else")
	p.Note("and more")
	if got, want := err.String(), "\r\x1b[Kwaiting\r\x1b[Kclaimcheck: warning: something else\nclaimcheck: and more\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWaitingSaysNothingWhereItIsShort(t *testing.T) {
	var err bytes.Buffer
	for _, options := range []Options{{Tick: (&handClock{ticks: make(chan time.Time)}).start}, {}, {Quiet: true, Tick: (&handClock{}).start}} {
		options.Err = &err
		New(options).Waiting("x")()
	}
	if err.Len() > 0 {
		t.Errorf("got %q", err.String())
	}
}
