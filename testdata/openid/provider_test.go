package openid

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A provider is the provider program, running.
type provider struct {
	issuer  string
	stop    func() // and wait until it has ended
	log     *requestLog
	markers int
	seen    int
}

// startProvider returns when the provider listens. It stops at the end of the
// test, if not before.
func startProvider(t *testing.T, redirectURIs ...string) *provider {
	t.Helper()
	command := exec.Command(program("provider"), redirectURIs...)
	command.Stderr = t.Output()
	stdin, err := command.StdinPipe()
	must(t, err)
	stdout, err := command.StdoutPipe()
	must(t, err)
	must(t, command.Start())

	lines := bufio.NewScanner(stdout)
	lines.Scan()
	p := &provider{issuer: lines.Text(), log: newRequestLog(lines)}
	p.stop = sync.OnceFunc(func() {
		_ = stdin.Close()
		p.log.waitForEnd()
		if err := command.Wait(); err != nil {
			t.Errorf("the provider ended with %v", err)
		}
	})
	t.Cleanup(p.stop)
	if !strings.HasPrefix(p.issuer, "http://127.0.0.1:") || !strings.HasSuffix(p.issuer, "/") {
		t.Fatalf("the provider says %q instead of its issuer", p.issuer)
	}
	return p
}

// requests returns what was asked of the provider since the last call. A
// request of its own marks the end of what has to be waited for.
func (p *provider) requests(t *testing.T) []string {
	t.Helper()
	p.markers++
	marker := fmt.Sprintf("marker/%d", p.markers)
	response, err := http.Get(p.issuer + marker)
	must(t, err)
	must(t, response.Body.Close())
	lines := p.log.until("GET /" + marker)
	since := lines[p.seen : len(lines)-1]
	p.seen = len(lines)
	return since
}

func (p *provider) wantRequests(t *testing.T, want ...string) {
	t.Helper()
	if got := p.requests(t); !slices.Equal(got, want) {
		t.Fatalf("the provider was asked %q, want %q", got, want)
	}
}

// A requestLog is what the provider prints about the requests it gets.
type requestLog struct {
	mu      sync.Mutex
	changed *sync.Cond
	lines   []string
	ended   bool
}

func newRequestLog(lines *bufio.Scanner) *requestLog {
	l := &requestLog{}
	l.changed = sync.NewCond(&l.mu)
	go func() {
		for lines.Scan() {
			l.add(lines.Text())
		}
		l.end()
	}()
	return l
}

func (l *requestLog) add(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, line)
	l.changed.Broadcast()
}

func (l *requestLog) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
	l.changed.Broadcast()
}

// until returns the lines up to the one named, waiting for it if need be.
func (l *requestLog) until(line string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		if i := slices.Index(l.lines, line); i >= 0 {
			return slices.Clone(l.lines[:i+1])
		}
		if l.ended {
			return append(slices.Clone(l.lines), line)
		}
		l.changed.Wait()
	}
}

func (l *requestLog) waitForEnd() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for !l.ended {
		l.changed.Wait()
	}
}

// fetch is what anybody else gets from a URL.
func fetch(t *testing.T, url string) []byte {
	t.Helper()
	response, err := http.Get(url)
	must(t, err)
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	must(t, err)
	if response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", url, response.Status)
	}
	return body
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
