package provider

import (
	"context"
	"errors"
	"sync/atomic"

	"golang.org/x/sync/singleflight"
)

// share lets one goroutine at a time fetch a document; others that want it meanwhile
// receive a copy of the result. Nobody waits beyond their own context or fails
// because another caller gave up. Without a cache, every call fetches for itself.
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
			r = <-result // the fetch ends with the same context
		}
		if !leads.Load() && (errors.Is(r.Err, context.Canceled) || errors.Is(r.Err, context.DeadlineExceeded)) {
			continue // the fetching goroutine gave up
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
