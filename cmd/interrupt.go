package cmd

import (
	"context"
	"io"
	"os"
	"sync"
	"time"
)

// An interruptContext ends when the program is interrupted. It catches signals only
// once something waits for it: that takes three threads and a tenth of a short run,
// and a program that is only computing may as well be ended by the system.
type interruptContext struct {
	context.Context
	catch func()
}

// Done begins to catch signals.
func (c *interruptContext) Done() <-chan struct{} {
	c.catch()
	return c.Context.Done()
}

// untilInterrupted returns a context that ends when notify sends a signal. If the
// program is still running a grace period later, exit ends it: some operations, such
// as opening a pipe or writing to it, do not notice an interruption.
func untilInterrupted(notify func(chan<- os.Signal), grace time.Duration, exit func(code int)) context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	return &interruptContext{ctx, sync.OnceFunc(func() {
		signals := make(chan os.Signal, 1)
		notify(signals)
		go func() {
			<-signals
			cancel()
			time.Sleep(grace)
			exit(exitInterrupted)
		}()
	})}
}

// An interruptible reader gives up when the program is interrupted, even while
// it waits for somebody to type.
type interruptible struct {
	ctx    context.Context // of the process, like the stream it belongs to
	reader io.Reader
}

func (i *interruptible) Read(p []byte) (int, error) {
	type result struct {
		data []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		buffer := make([]byte, len(p)) // p may be gone when the read comes back
		n, err := i.reader.Read(buffer)
		done <- result{buffer[:n], err}
	}()
	select {
	case r := <-done:
		return copy(p, r.data), r.err
	case <-i.ctx.Done():
		return 0, i.ctx.Err()
	}
}
