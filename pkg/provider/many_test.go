package provider

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/claimcheck/claimcheck/pkg/jwks"
)

func TestManyGoroutinesShareAColdCache(t *testing.T) {
	s := newTLSSite(t)
	s.issue("a")
	b := newBench(t, s)
	all := func(kid string) {
		var group sync.WaitGroup
		for range 50 {
			group.Go(func() {
				if set, err := b.KeysFor(t.Context(), s.URL, kid); err != nil || len(set.Set.Keys) != 1 {
					t.Errorf("got %v", err)
				}
			})
		}
		group.Wait()
	}
	all("a")
	wantRequests(t, s, "GET "+configuration, "GET /keys")
	b.clock.advance(time.Minute)
	all("unknown")
	wantRequests(t, s, "GET /keys")
}

func TestGoroutinesDoNotWaitForEver(t *testing.T) {
	s := newTLSSite(t)
	s.issue("a")
	b := newBench(t, s, func(cfg *Config) { cfg.Timeout = 50 * time.Millisecond })
	begun := make(chan struct{})
	patient, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { // asks first, and longer than the others wait
		_, err := share(patient, b.Client, source{name: metadataKey(s.URL)}, func(ctx context.Context) (*Metadata, error) {
			close(begun)
			<-ctx.Done()
			return nil, ctx.Err()
		})
		ended <- err
	}()
	<-begun
	_, err := b.Discover(t.Context(), s.URL)
	wantFetchError(t, err, causeTimeout)
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	s.issue("a")
	if _, err := b.Discover(t.Context(), s.URL); err != nil {
		t.Error(err)
	}
}

// TestNobodyFailsBecauseAnotherGaveUp: who waits for a fetch goes on by itself
// where the one that fetches is interrupted.
func TestNobodyFailsBecauseAnotherGaveUp(t *testing.T) {
	s := newTLSSite(t)
	s.issue("a")
	b := newBench(t, s)
	target, err := b.typedTarget(s.URL + configuration)
	if err != nil {
		t.Fatal(err)
	}
	first, interrupt := context.WithCancel(t.Context())
	begun, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		_, err := share(first, b.Client, source{name: metadataKey(s.URL), target: target}, func(ctx context.Context) (*Metadata, error) {
			close(begun)
			<-ctx.Done()
			return nil, ctx.Err()
		})
		ended <- err
	}()
	<-begun
	found := make(chan error, 1)
	go func() {
		_, err := b.Discover(t.Context(), s.URL)
		found <- err
	}()
	interrupt()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := <-found; err != nil {
		t.Errorf("got %v: the other one's interruption", err)
	}
}

// whileAnotherFetches runs do in a goroutine while another one is fetching the
// document of a source. Once do waits for the fetch, meanwhile changes the state, and
// the fetch ends with value and failure.
func whileAnotherFetches(t *testing.T, c *Client, s source, value any, failure error, meanwhile func(), do func(context.Context)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		c.flights.DoChan(s.name.String(), func() (any, error) {
			<-release
			return value, failure
		})
		go do(t.Context())
		synctest.Wait()
		meanwhile()
		close(release)
		synctest.Wait()
	})
}

// TestKeysThatAnotherFetched: keys that another caller fetched are used, except when
// they come from the cache, lack the key and were not refetched because of it: the
// other caller did not need that key.
func TestKeysThatAnotherFetched(t *testing.T) {
	parse := func(kid string) *jwks.Set {
		set, err := jwks.Parse([]byte(keySet(kid)))
		if err != nil {
			t.Fatal(err)
		}
		return set
	}
	theirs, newer := parse("theirs"), parse("mine")
	for _, c := range []struct {
		name, kid string
		fetched   KeySet
		taken     bool
	}{
		{"the key is there", "theirs", KeySet{FromCache: true}, true},
		{"a cached set without it", "mine", KeySet{FromCache: true}, false},
		{"a fresh set without it", "mine", KeySet{}, true},
		{"a cached set without it, which was asked for too lately", "mine", KeySet{FromCache: true, Refetch: refetchHeld}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, nil)
			s := source{name: memoryKey{kind: kindKeys, url: "https://a.example/keys"}}
			c.fetched.Set = theirs
			var got *KeySet
			var err error
			whileAnotherFetches(t, b.Client, s, &c.fetched, nil,
				func() {
					now := b.clock.now()
					b.memory.put(s.name, &record{fetchedAt: now, lifetime: time.Hour, keys: &KeySet{Set: newer}}, now, 0)
				},
				func(ctx context.Context) { got, err = b.keys(ctx, s, c.kid) })
			if err != nil || got == nil || (got.Set == theirs) != c.taken {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

// TestAFailureIsShared: a caller that waited for a failed fetch does not fetch again,
// unless the failure came from the other caller's context.
func TestAFailureIsShared(t *testing.T) {
	down := errors.New("down")
	for _, c := range []struct {
		failure, want error
		asks          int
	}{{down, down, 0}, {context.Canceled, nil, 1}, {nil, nil, 0}} {
		s, asked := source{name: metadataKey("https://a.example")}, 0
		b := newBench(t, nil)
		err := errors.New("not asked")
		whileAnotherFetches(t, b.Client, s, new(int), c.failure, func() {}, func(ctx context.Context) {
			_, err = share(ctx, b.Client, s, func(context.Context) (*int, error) {
				asked++
				return &asked, nil
			})
		})
		if !errors.Is(err, c.want) || asked != c.asks {
			t.Errorf("after %v: got %v and asked %d times", c.failure, err, asked)
		}
	}
}

const childVariable = "CLAIMCHECK_TEST_CHILD"

// TestChildProcess is what the processes of TestManyProcessesShareACache run:
// half of them replace the entries again and again while the others read.
func TestChildProcess(t *testing.T) {
	setting := os.Getenv(childVariable)
	if setting == "" {
		t.Skip("only in a child process")
	}
	words := strings.Split(setting, " ")
	issuer, dir, rewrites := words[0], words[1], words[2] == "rewrite"
	for range 25 {
		c := mustNew(t, Config{
			Now: newClock().now, CacheDir: dir, Refresh: rewrites,
			Warn: func(m string) { t.Errorf("warning: %s", m) },
		})
		set, err := c.KeysFor(t.Context(), issuer, "a")
		wantKeys(t, set, err, "a", "b", "c")
	}
}

func TestManyProcessesShareACache(t *testing.T) {
	s := newPlainSite(t)
	s.issue("a", "b", "c")
	b := newBench(t, nil)
	run := func(roles ...string) {
		var group sync.WaitGroup
		for _, role := range roles {
			group.Go(func() {
				child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChildProcess$", "-test.count=1")
				child.Env = append(os.Environ(), fmt.Sprintf("%s=%s %s %s", childVariable, s.URL, b.dir, role))
				if out, err := child.CombinedOutput(); err != nil {
					t.Errorf("%v\n%s", err, out)
				}
			})
		}
		group.Wait()
	}
	var readers, both []string
	for i := range 20 {
		readers = append(readers, "read")
		both = append(both, []string{"read", "rewrite"}[i%2])
	}
	run(readers...)
	if n := len(s.requests()); n < 2 || n > 40 {
		t.Errorf("20 processes with a cold cache asked %d times", n)
	}
	run(readers...)
	wantRequests(t, s)
	run(both...)
	if files := b.cacheFiles(t); len(files) != 2 {
		t.Errorf("left in the cache: %v", files)
	}
}
