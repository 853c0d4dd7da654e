package provider

import (
	"context"
	"errors"
	"sync/atomic"

	"golang.org/x/sync/singleflight"
)

// share lets one goroutine at a time fetch a document; those that want it meanwhile
// get a copy of what it got. Nobody waits longer than its own context, and nobody
// fails because another gave up. Without a cache every call asks for itself.
func share[T any](ctx context.Context, c *Client, s source, fetch func(context.Context) (*T, error)) (*T, error) {
	if c.cfg.NoCache {
		return fetch(ctx)
	}
	for ctx.Err() == nil {
		var leads atomic.Bool
		result := c.flights.DoChan(s.name.String(), func() (any, error) {
			leads.Store(true)
			return fetch(ctx)
		})
		var r singleflight.Result
		select {
		case r = <-result:
		case <-ctx.Done():
			if !leads.Load() {
				continue
			}
			r = <-result // the fetch ends by the same context
		}
		if !leads.Load() && (errors.Is(r.Err, context.Canceled) || errors.Is(r.Err, context.DeadlineExceeded)) {
			continue // who fetched it gave up
		}
		value, _ := r.Val.(*T)
		if value != nil {
			own := *value
			value = &own
		}
		return value, r.Err
	}
	failure := c.classify(ctx, ctx.Err())
	failure.URL = shown(s.target.url)
	return nil, failure
}
