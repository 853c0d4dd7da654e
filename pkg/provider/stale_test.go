package provider

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// down makes the site answer every path like that.
func (s *site) down(status int) {
	for path := range s.routes {
		s.route(path, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "down", status) })
	}
}

// TestStaleKeys: while the issuer cannot be reached, the last good keys stand in
// for StaleFor after they have run out, and the issuer is asked once per floor.
func TestStaleKeys(t *testing.T) {
	s := newTLSSite(t)
	s.issue("a")
	b := newBench(t, s, func(cfg *Config) { cfg.StaleFor = time.Hour })
	if _, err := b.KeysFor(t.Context(), s.URL, "a"); err != nil {
		t.Fatal(err)
	}
	s.down(http.StatusServiceUnavailable)
	s.requests()
	b.clock.advance(defaultLifetime - time.Second)
	set, err := b.KeysFor(t.Context(), s.URL, "a")
	if wantKeys(t, set, err, "a"); set.Stale {
		t.Error("stale before its time")
	}
	wantRequests(t, s)

	b.clock.advance(time.Second)
	for range 3 {
		set, err = b.KeysFor(t.Context(), s.URL, "a")
		if wantKeys(t, set, err, "a"); !set.Stale || !set.FromCache || set.AgeSeconds != 600 || set.Metadata == nil {
			t.Errorf("got %+v", set)
		}
		wantText(t, set.Source(), s.URL+"/keys, from the cache", "the issuer cannot be reached")
	}
	attempts := []string{"GET " + configuration, "GET " + configuration, "GET " + configuration, "GET /keys", "GET /keys", "GET /keys"}
	wantRequests(t, s, attempts...) // each with its retries, once

	_, err = b.KeysFor(t.Context(), s.URL, "unknown")
	if e := wantFetchError(t, err, causeStatus); e.Status != http.StatusServiceUnavailable {
		t.Errorf("got %v", e)
	}
	wantRequests(t, s)

	b.clock.advance(refetchFloor)
	if _, err = b.KeysFor(t.Context(), s.URL, "a"); err != nil {
		t.Error(err)
	}
	wantRequests(t, s, attempts...)

	b.clock.advance(time.Hour - refetchFloor - time.Second)
	if _, err = b.KeysFor(t.Context(), s.URL, "a"); err != nil {
		t.Error(err)
	}
	b.clock.advance(time.Second)
	_, err = b.KeysFor(t.Context(), s.URL, "a")
	wantFetchError(t, err, causeStatus)

	s.issue("b")
	set, err = b.KeysFor(t.Context(), s.URL, "b")
	if wantKeys(t, set, err, "b"); set.Stale || set.FromCache {
		t.Errorf("got %+v", set)
	}
}

// TestStaleOnlyWhereUnreachable: an issuer that says something else is believed.
func TestStaleOnlyWhereUnreachable(t *testing.T) {
	for _, c := range []struct {
		name  string
		then  func(*site)
		stale bool
	}{
		{"unavailable", func(s *site) { s.down(http.StatusBadGateway) }, true},
		{"an error of the server", func(s *site) { s.down(http.StatusInternalServerError) }, true},
		{"too many requests", func(s *site) { s.down(http.StatusTooManyRequests) }, true},
		{"gone", func(s *site) { s.Close() }, true},
		{"broken off", func(s *site) {
			s.route("/keys", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
		}, true},
		{"no such keys", func(s *site) { s.down(http.StatusNotFound) }, false},
		{"no key set", func(s *site) { s.serve("/keys", `{}`) }, false},
		{"other keys", func(s *site) { s.serve("/keys", keySet("b")) }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newTLSSite(t)
			s.serve("/keys", keySet("a"))
			b := newBench(t, s, func(cfg *Config) { cfg.StaleFor = time.Hour })
			if _, err := b.Keys(t.Context(), s.URL+"/keys", "a"); err != nil {
				t.Fatal(err)
			}
			c.then(s)
			b.clock.advance(defaultLifetime)
			set, err := b.Keys(t.Context(), s.URL+"/keys", "a")
			if got := err == nil && set.Stale; got != c.stale {
				t.Errorf("stale %t, %v", got, err)
			}
			if err != nil { // a bad response may be good the next time
				s.requests()
				_, _ = b.Keys(t.Context(), s.URL+"/keys", "a")
				wantRequests(t, s, "GET /keys")
			}
		})
	}
}

// TestNothingStaleUnlessAsked is the command's setting, and that of no-store.
func TestNothingStaleUnlessAsked(t *testing.T) {
	s := newTLSSite(t)
	s.serve("/keys", keySet("a"))
	s.serve("/unkept", keySet("a"), "Cache-Control", "no-store")
	usual := newBench(t, s)
	lasting := newBench(t, s, func(cfg *Config) { cfg.StaleFor = time.Hour })
	ask := func(b *bench, path string) error {
		_, err := b.Keys(t.Context(), s.URL+path, "a")
		return err
	}
	if err := errors.Join(ask(usual, "/keys"), ask(lasting, "/unkept")); err != nil {
		t.Fatal(err)
	}
	s.down(http.StatusServiceUnavailable)
	usual.clock.advance(defaultLifetime)
	lasting.clock.advance(defaultLifetime)
	if ask(usual, "/keys") == nil || ask(lasting, "/unkept") == nil {
		t.Error("what has run out is used")
	}
}

// TestWarmAnswersAreTheCallersOwn: what one caller does to an answer is not seen
// by another.
func TestWarmAnswersAreTheCallersOwn(t *testing.T) {
	s := newTLSSite(t)
	s.issue("a")
	b := newBench(t, s)
	for range 3 {
		set, err := b.KeysFor(t.Context(), s.URL, "a")
		if wantKeys(t, set, err, "a"); set.Refetch != refetchNotNeeded || set.Metadata.Issuer != s.URL {
			t.Errorf("got %+v", set)
		}
		set.Metadata.Issuer, set.Refetch = "changed", refetchDone
		md, err := b.Discover(t.Context(), s.URL)
		if err != nil || md.Issuer != s.URL || md.JWKSURI != s.URL+"/keys" {
			t.Errorf("got %+v, %v", md, err)
		}
		md.Issuer, md.JWKSURI = "changed", "changed"
		alone, err := b.Keys(t.Context(), s.URL+"/keys", "a")
		if wantKeys(t, alone, err, "a"); alone.Metadata != nil || alone.Stale {
			t.Errorf("got %+v", alone)
		}
		alone.Stale = true
	}
}

// TestWarmAnswersComeFromMemoryAlone: only the issuer's own URL finds them.
func TestWarmAnswersComeFromMemoryAlone(t *testing.T) {
	s := newTLSSite(t)
	s.issue("a")
	b := newBench(t, s)
	for _, issuer := range []string{s.URL, s.URL + configuration} {
		if _, err := b.Discover(t.Context(), issuer); err != nil {
			t.Fatal(err)
		}
	}
	if set := b.warmKeys(s.URL, "a"); set != nil {
		t.Error("there are keys before any were fetched")
	}
	if _, err := b.KeysFor(t.Context(), s.URL, "a"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		issuer, kid string
		want        bool
	}{{s.URL, "a", true}, {s.URL, "", true}, {s.URL, "b", false}, {s.URL + configuration, "a", false}, {"https://other.example", "a", false}} {
		if set := b.warmKeys(c.issuer, c.kid); (set != nil) != c.want {
			t.Errorf("%s, key %q: got %+v", c.issuer, c.kid, set)
		}
	}
}

// TestUnknownKeysWhileAnotherIsFetched: tokens with different unknown key IDs at
// the same moment cost one fetch, and each learns what came of it.
func TestUnknownKeysWhileAnotherIsFetched(t *testing.T) {
	s := newTLSSite(t)
	s.issue("old")
	b := newBench(t, s)
	if _, err := b.KeysFor(t.Context(), s.URL, "old"); err != nil {
		t.Fatal(err)
	}
	s.issue("old", "new")
	s.requests()
	b.clock.advance(refetchFloor)
	var wait sync.WaitGroup
	for n := range 30 {
		wait.Go(func() {
			kid := []string{"new", "made-up", "old"}[n%3]
			set, err := b.KeysFor(t.Context(), s.URL, kid)
			switch {
			case err != nil:
				t.Error(err)
			case kid == "new" && !knows(set.Set, kid):
				t.Errorf("the new key was not found: %+v", set)
			case kid == "made-up" && set.Refetch != refetchDone && set.Refetch != refetchHeld:
				t.Errorf("got %q for a key that is nowhere", set.Refetch)
			}
		})
	}
	wait.Wait()
	wantRequests(t, s, "GET /keys")
}

// A lateContext expires as soon as Err has been called once.
type lateContext struct {
	context.Context
	asked atomic.Int32
}

func (c *lateContext) Done() <-chan struct{} {
	done := make(chan struct{})
	close(done)
	return done
}

func (c *lateContext) Err() error {
	if c.asked.Add(1) == 1 {
		return nil
	}
	return context.DeadlineExceeded
}

// TestAFetchThatBeginsLate: a fetch may begin after its call gave up, concurrently
// with the rest of the call. The race detector reports data that they share.
func TestAFetchThatBeginsLate(t *testing.T) {
	s := newTLSSite(t)
	s.issue("a")
	b := newBench(t, s, func(cfg *Config) { cfg.StaleFor = time.Hour })
	if _, err := b.Keys(t.Context(), s.URL+"/keys", "a"); err != nil {
		t.Fatal(err)
	}
	b.clock.advance(2 * defaultLifetime)
	target, err := b.typedTarget(s.URL + "/keys")
	if err != nil {
		t.Fatal(err)
	}
	keys := source{name: memoryKey{kind: kindKeys, url: s.URL + "/keys"}, target: target}
	for range 300 {
		set, err := b.keys(&lateContext{Context: t.Context()}, keys, "a")
		if err != nil || !set.Stale {
			t.Errorf("got %+v, %v", set, err)
		}
	}
	_, _, _ = b.flights.Do(keys.name.String(), func() (any, error) { return nil, nil }) // the last fetch has ended
}
