package provider

import (
	"context"
	"errors"
	"sync/atomic"
)

// share lets one goroutine at a time fetch a thing; those that want it meanwhile
// get what it got, together with whether they fetched it themselves. Nobody waits
// longer than its own context, and nobody fails because another gave up. Without a
// cache every call asks for itself.
func share[T any](ctx context.Context, c *Client, s source, fetch func(context.Context) (T, error)) (value T, mine bool, err error) {
	if c.cfg.NoCache {
		value, err = fetch(ctx)
		return value, true, err
	}
	for {
		if ctx.Err() != nil {
			return value, false, c.ended(ctx, s)
		}
		var leads atomic.Bool
		result := c.flights.DoChan(s.name.String(), func() (any, error) {
			leads.Store(true)
			return fetch(ctx)
		})
		select {
		case r := <-result:
			if !leads.Load() && contextual(r.Err) {
				continue // who fetched it gave up
			}
			value, _ = r.Val.(T)
			return value, leads.Load(), r.Err
		case <-ctx.Done():
			if leads.Load() { // then the fetch ends by the same context
				r := <-result
				value, _ = r.Val.(T)
				return value, true, r.Err
			}
			return value, false, c.ended(ctx, s)
		}
	}
}

// contextual reports whether an error is that of a context which ended.
func contextual(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
