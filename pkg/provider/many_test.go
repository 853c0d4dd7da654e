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
	"time"
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
