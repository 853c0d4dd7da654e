package provider

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// wantKeys demands a key set with exactly these key IDs.
func wantKeys(t testing.TB, set *KeySet, err error, kids ...string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if got := set.Set.KeyIDs(); !slices.Equal(got, kids) {
		t.Errorf("got keys %q, want %q", got, kids)
	}
}

func TestColdTwoRequestsWarmNone(t *testing.T) {
	s := newTLSSite(t)
	s.issue("a", "b")
	b := newBench(t, s)
	set, err := b.KeysFor(t.Context(), s.URL, "a")
	wantKeys(t, set, err, "a", "b")
	wantRequests(t, s, "GET "+configuration, "GET /keys")
	if set.FromCache || set.AgeSeconds != 0 || set.URL != s.URL+"/keys" || set.Metadata.Issuer != s.URL {
		t.Errorf("got %+v", set)
	}
	b.clock.advance(4 * time.Minute)
	warm := b.again(t)
	set, err = warm.KeysFor(t.Context(), s.URL, "b")
	wantKeys(t, set, err, "a", "b")
	wantRequests(t, s)
	if !set.FromCache || set.AgeSeconds != 240 || !set.Metadata.FromCache || set.Metadata.AgeSeconds != 240 {
		t.Errorf("got %+v", set)
	}
	if len(warm.events) != 2 || !warm.events[0].FromCache || !warm.events[1].FromCache {
		t.Errorf("the trace says %+v", warm.events)
	}
	b.clock.advance(6 * time.Minute)
	_, err = b.again(t).KeysFor(t.Context(), s.URL, "b")
	if err != nil {
		t.Fatal(err)
	}
	wantRequests(t, s, "GET "+configuration, "GET /keys")
}

func TestRotation(t *testing.T) {
	for name, after := range map[string][]string{"with overlap": {"old", "new"}, "without overlap": {"new"}} {
		t.Run(name, func(t *testing.T) {
			s := newTLSSite(t)
			s.issue("old")
			b := newBench(t, s)
			set, err := b.KeysFor(t.Context(), s.URL, "old")
			wantKeys(t, set, err, "old")
			s.issue(after...)
			s.requests()

			b.clock.advance(29 * time.Second) // too early to look again
			set, err = b.again(t).KeysFor(t.Context(), s.URL, "new")
			wantKeys(t, set, err, "old")
			if set.Refetch != refetchHeld {
				t.Errorf("refetch %q", set.Refetch)
			}
			wantRequests(t, s)

			b.clock.advance(time.Second)
			set, err = b.again(t).KeysFor(t.Context(), s.URL, "new")
			wantKeys(t, set, err, after...)
			if set.Refetch != refetchDone || set.FromCache {
				t.Errorf("refetch %q, from cache %t", set.Refetch, set.FromCache)
			}
			wantRequests(t, s, "GET /keys")

			// The set has been replaced as a whole: the withdrawn key is gone.
			set, err = b.again(t).KeysFor(t.Context(), s.URL, "new")
			wantKeys(t, set, err, after...)
			wantRequests(t, s)
		})
	}
}

func TestUnknownKeyIDsCostOneRefetchAndNeverTwo(t *testing.T) {
	s := newTLSSite(t)
	s.issue("a")
	b := newBench(t, s)
	_, err := b.KeysFor(t.Context(), s.URL, "unknown-0")
	if err != nil {
		t.Fatal(err)
	}
	wantRequests(t, s, "GET "+configuration, "GET /keys") // fresh: no refetch
	b.clock.advance(time.Minute)
	for i := range 20 {
		set, err := b.again(t).KeysFor(t.Context(), s.URL, fmt.Sprint("unknown-", i))
		wantKeys(t, set, err, "a")
	}
	wantRequests(t, s, "GET /keys")
	b.clock.advance(time.Minute)
	for i := range 20 {
		_, _ = b.KeysFor(t.Context(), s.URL, fmt.Sprint("unknown-", i))
	}
	wantRequests(t, s, "GET /keys")
}

func TestARefetchThatFailsIsNoAnswerAndNotRepeated(t *testing.T) {
	s := newTLSSite(t)
	s.issue("a")
	b := newBench(t, s)
	_, err := b.KeysFor(t.Context(), s.URL, "a")
	if err != nil {
		t.Fatal(err)
	}
	s.route("/keys", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })
	s.requests()
	b.clock.advance(time.Minute)
	_, err = b.again(t).KeysFor(t.Context(), s.URL, "b")
	wantFetchError(t, err, causeStatus)
	wantRequests(t, s, "GET /keys")
	set, err := b.again(t).KeysFor(t.Context(), s.URL, "b")
	wantKeys(t, set, err, "a")
	if set.Refetch != refetchHeld {
		t.Errorf("refetch %q", set.Refetch)
	}
	wantRequests(t, s)
	// The known key is still good, until the entry expires.
	set, err = b.again(t).KeysFor(t.Context(), s.URL, "a")
	wantKeys(t, set, err, "a")
	wantRequests(t, s)
	b.clock.advance(9 * time.Minute)
	_, err = b.again(t).KeysFor(t.Context(), s.URL, "a")
	wantFetchError(t, err, causeStatus)
}

func TestTokensAndSetsWithoutKeyIDs(t *testing.T) {
	for _, c := range []struct {
		kids    []string
		kid     string
		refetch bool
	}{
		{[]string{"a"}, "", false},      // the token has none
		{[]string{"-"}, "x", false},     // the set has none
		{[]string{"-", "-"}, "", false}, //
		{[]string{"-", "a"}, "x", true}, // the set has some
		{[]string{"A"}, "a", true},      // case matters
		{nil, "a", true},                // an empty set
		{nil, "", false},
	} {
		s := newTLSSite(t)
		s.issue(c.kids...)
		b := newBench(t, s)
		_, err := b.KeysFor(t.Context(), s.URL, c.kid)
		if err != nil {
			t.Fatal(err)
		}
		s.requests()
		b.clock.advance(time.Minute)
		set, err := b.KeysFor(t.Context(), s.URL, c.kid)
		if err != nil {
			t.Fatal(err)
		}
		if refetched := len(s.requests()) > 0; refetched != c.refetch || refetched != (set.Refetch == refetchDone) {
			t.Errorf("keys %q, token %q: refetched %t", c.kids, c.kid, refetched)
		}
	}
}

func TestOfflineRefreshNoCache(t *testing.T) {
	offline := func(cfg *Config) { cfg.Offline = true }
	refresh := func(cfg *Config) { cfg.Refresh = true }
	noCache := func(cfg *Config) { cfg.NoCache = true }
	s := newTLSSite(t)
	s.issue("a")
	b := newBench(t, s)
	both := []string{"GET " + configuration, "GET /keys"}

	_, err := b.again(t, offline).KeysFor(t.Context(), s.URL, "a")
	wantFetchError(t, err, causeOffline)
	_, err = b.again(t, offline).Keys(t.Context(), s.URL+"/keys", "a")
	wantFetchError(t, err, causeOffline)
	wantRequests(t, s)

	_, err = b.again(t, noCache).KeysFor(t.Context(), s.URL, "a")
	if err != nil || len(b.cacheFiles(t)) != 0 {
		t.Fatalf("%v, cached: %v", err, b.cacheFiles(t))
	}
	wantRequests(t, s, both...)

	set, err := b.KeysFor(t.Context(), s.URL, "a")
	wantKeys(t, set, err, "a")
	wantRequests(t, s, both...)
	set, err = b.again(t, offline).KeysFor(t.Context(), s.URL, "a")
	wantKeys(t, set, err, "a")
	b.clock.advance(time.Minute)
	set, err = b.again(t, offline).KeysFor(t.Context(), s.URL, "b")
	wantKeys(t, set, err, "a")
	if set.Refetch != refetchOffline {
		t.Errorf("refetch %q", set.Refetch)
	}
	wantRequests(t, s)

	s.issue("a", "b")
	set, err = b.again(t, refresh).KeysFor(t.Context(), s.URL, "a")
	wantKeys(t, set, err, "a", "b")
	wantRequests(t, s, both...)
	set, err = b.again(t).KeysFor(t.Context(), s.URL, "b") // refresh has written
	wantKeys(t, set, err, "a", "b")
	wantRequests(t, s)

	b.clock.advance(10 * time.Minute) // expired: not even offline
	_, err = b.again(t, offline).KeysFor(t.Context(), s.URL, "a")
	wantFetchError(t, err, causeOffline)
	wantRequests(t, s)
}

func TestNoKeySet(t *testing.T) {
	for member, text := range map[string]string{
		"":                    `there is no "jwks_uri"`,
		`,"jwks_uri":7`:       "of type number",
		`,"jwks_uri":""`:      "is empty",
		`,"jwks_uri":["a"]`:   "of type array",
		`,"JWKS_URI":"/keys"`: `there is no "jwks_uri"`,
	} {
		s := newTLSSite(t)
		s.serve(configuration, fmt.Sprintf(`{"issuer":%q%s}`, s.URL, member))
		_, err := newBench(t, s).KeysFor(t.Context(), s.URL, "")
		wantText(t, wantFetchError(t, err, causeNoKeySet).Text, text)
	}
}

func TestWhatIsTraced(t *testing.T) {
	s := newTLSSite(t)
	s.serve("/keys", keySet("a"))
	b := newBench(t, s)
	set, err := b.Keys(t.Context(), s.URL+"/keys?code=s3cret", "")
	wantKeys(t, set, err, "a")
	_, _ = b.Keys(t.Context(), s.URL+"/none?code=s3cret", "")
	set, err = b.Keys(t.Context(), s.URL+"/keys?code=s3cret", "")
	wantKeys(t, set, err, "a")
	if len(b.events) != 3 {
		t.Fatalf("got %+v", b.events)
	}
	e := b.events[0]
	if e.Method != "GET" || e.URL != s.URL+"/keys?…" || e.Status != 200 || e.Size != len(keySet("a")) || e.FromCache {
		t.Errorf("got %+v", e)
	}
	if b.events[1].Status != 404 || !b.events[2].FromCache {
		t.Errorf("got %+v", b.events)
	}
	if set.URL != s.URL+"/keys?…" || strings.Contains(fmt.Sprintf("%+v", b.events), "s3cret") {
		t.Errorf("a query is shown: %+v", b.events)
	}
}
