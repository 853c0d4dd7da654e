package provider

import (
	"fmt"
	"sync"
	"testing"
	"time"
)

// TestAClientWithoutADirectoryRemembers: a server need not have a directory for
// its requests not to become requests to the issuer.
func TestAClientWithoutADirectoryRemembers(t *testing.T) {
	s := newTLSSite(t)
	s.issue("a")
	b := newBench(t, s, func(cfg *Config) { cfg.CacheDir = "" })
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			if _, err := b.KeysFor(t.Context(), s.URL, "a"); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	wantRequests(t, s, "GET "+configuration, "GET /keys")

	b.clock.advance(time.Minute)
	for i := range 20 { // whoever makes up key IDs costs one request
		set, err := b.KeysFor(t.Context(), s.URL, fmt.Sprint("unknown-", i))
		wantKeys(t, set, err, "a")
	}
	wantRequests(t, s, "GET /keys")

	s.issue("b")
	b.clock.advance(maxLifetime)
	set, err := b.KeysFor(t.Context(), s.URL, "a")
	wantKeys(t, set, err, "b")
	wantRequests(t, s, "GET "+configuration, "GET /keys")

	asking := newBench(t, s, func(cfg *Config) { cfg.CacheDir, cfg.NoCache = "", true })
	for range 2 {
		if _, err := asking.Keys(t.Context(), s.URL+"/keys", ""); err != nil {
			t.Fatal(err)
		}
	}
	wantRequests(t, s, "GET /keys", "GET /keys")
}

// TestMemoryForgets what must not be kept, but keeps what must only not get to a
// disk.
func TestMemoryForgets(t *testing.T) {
	s := newTLSSite(t)
	s.issue("old")
	b := newBench(t, s, func(cfg *Config) { cfg.CacheDir = "" })
	_, err := b.KeysFor(t.Context(), s.URL, "old")
	if err != nil {
		t.Fatal(err)
	}
	s.serve("/keys", keySet("new"), "Cache-Control", "no-store")
	b.clock.advance(time.Minute)
	for range 2 {
		set, err := b.KeysFor(t.Context(), s.URL, "new")
		wantKeys(t, set, err, "new")
	}
	wantRequests(t, s, "GET "+configuration, "GET /keys", "GET /keys", "GET /keys")

	s.serve("/keys", `{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}`)
	b = newBench(t, s, func(cfg *Config) { cfg.CacheDir = "" })
	for range 2 {
		if _, err := b.Keys(t.Context(), s.URL+"/keys", ""); err != nil {
			t.Fatal(err)
		}
	}
	wantRequests(t, s, "GET /keys")
}

func TestMemoryIsBounded(t *testing.T) {
	s := newTLSSite(t)
	s.serve("/keys", keySet("a"))
	b := newBench(t, s, func(cfg *Config) { cfg.CacheDir = "" })
	for i := range 3 * maxRemembered {
		b.clock.advance(time.Millisecond)
		if _, err := b.Keys(t.Context(), fmt.Sprintf("%s/keys?%d", s.URL, i), ""); err != nil {
			t.Fatal(err)
		}
	}
	// The newest is there, and the oldest is what went.
	for place, want := range map[int]bool{0: false, 3*maxRemembered - 1: true} {
		s.requests()
		if _, err := b.Keys(t.Context(), fmt.Sprintf("%s/keys?%d", s.URL, place), ""); err != nil {
			t.Fatal(err)
		}
		if remembered := len(s.requests()) == 0; remembered != want {
			t.Errorf("number %d is remembered: %t", place, remembered)
		}
	}
	if n := len(*b.memory.records.Load()); n != maxRemembered {
		t.Errorf("%d records", n)
	}
	b.clock.advance(maxLifetime)
	b.memory.put(metadataKey("a"), &record{fetchedAt: b.clock.now(), lifetime: time.Minute}, b.clock.now(), 0)
	if n := len(*b.memory.records.Load()); n != 1 {
		t.Errorf("%d records, of which one is fresh", n)
	}
}

// TestMemoryCountsDocumentsOnly: records of attempts do not count towards the limit.
func TestMemoryCountsDocumentsOnly(t *testing.T) {
	m, now := newMemory(), newClock().at
	put := func(kind entryKind, n int) {
		for i := range n {
			m.put(memoryKey{kind: kind, url: fmt.Sprint(i)}, &record{fetchedAt: now, lifetime: time.Hour}, now, 0)
		}
	}
	put(kindRefetch, 20)
	put(kindKeys, maxRemembered+20)
	put(kindRefetch, 40)
	got := map[entryKind]int{}
	for key := range *m.records.Load() {
		got[key.kind]++
	}
	if got[kindKeys] != maxRemembered || got[kindRefetch] != 40 {
		t.Errorf("got %v", got)
	}
}
