// Package provider talks to issuers: it fetches metadata (OpenID Connect Discovery
// 1.0, RFC 8414) and key sets (RFC 7517), introspects tokens (RFC 7662), keeps a
// small cache and lints metadata. Create one Client and reuse it: it keeps what it
// fetched until that expires, and refetches a key set because of an unknown key at
// most every 30 seconds, however many tokens name one.
//
// Servers are trusted no more than necessary: responses are bounded in
// size and time, redirects stay within one https origin, and what an
// issuer's document names must not be nearer to this machine than the
// issuer itself.
package provider

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// The limits that hold for every request.
const (
	defaultTimeout = 10 * time.Second // for an operation with all its requests
	maxReply       = 1 << 20          // bytes of a response after decompression
	maxRedirects   = 3
	maxRetries     = 2 // after the first attempt
	refetchFloor   = 30 * time.Second

	maxHeaderBytes = 64 << 10
	retryWaitMin   = 200 * time.Millisecond
	retryWaitMax   = 2 * time.Second
)

// Config are the settings of a Client. Only Now is required.
type Config struct {
	// RootCAs are the certificate authorities this machine trusts; nil for the
	// system's.
	RootCAs *x509.CertPool
	// CustomCAs, if not nil, replace RootCAs. They are the user's choice for
	// this run, so they turn the cache on disk off.
	CustomCAs *x509.CertPool
	// Proxy finds the proxy for a request; nil for none. Pass
	// http.ProxyFromEnvironment to use those of the environment.
	Proxy func(*http.Request) (*url.URL, error)
	// DialContext opens connections; nil for the usual way.
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)
	// Timeout bounds each call of a method of the Client, with all its
	// requests, redirects, retries and waits; 0 for 10 seconds.
	Timeout time.Duration
	// AllowHTTP permits http beyond loopback. It turns the cache on disk off.
	AllowHTTP bool
	// Header goes with each request to the origin that the user named, and to no
	// other. It turns the cache on disk off.
	Header    http.Header
	UserAgent string // empty for "claimcheck"
	// Now is the clock of the cache and of certificates.
	Now func() time.Time
	// RetryWaitMin and RetryWaitMax bound the wait before a retry, whatever
	// Retry-After says; 0 for 200 ms and 2 s.
	RetryWaitMin, RetryWaitMax time.Duration
	// Trace, if not nil, is called for every request and cache hit. Like Warn,
	// it is called by the goroutines that use the Client, perhaps concurrently.
	Trace func(Event)
	// Waiting, if not nil, is called when a request begins, with its URL without
	// the query; the function it returns is called when the request is over.
	Waiting func(url string) (done func())
	// Warn, if not nil, is called once for each reason to ignore an existing cache.
	Warn func(message string)
	// CacheDir is the directory of a cache that outlives the Client and is shared
	// with other processes. In front of it the Client keeps what it fetched in
	// memory, parsed.
	CacheDir string
	// StaleFor is how much longer than its lifetime a document in memory is used
	// while its issuer cannot be reached: KeySet.Stale. It is never used for an
	// unknown key ID. 0 for not at all.
	StaleFor time.Duration
	NoCache  bool // keep nothing: every call fetches again
	Refresh  bool // do not read the cache, but write it
	Offline  bool // the cache only, no network at all
}

// An Event is one request, or one answer taken from the cache. It never holds
// a token, a secret, a header or a query.
type Event struct {
	Method    string
	URL       string // without its query
	Status    int    // HTTP status, 0 where there was no answer
	Size      int    // bytes of the body after decompression
	Duration  time.Duration
	FromCache bool
	Failure   string // why there was no answer, or empty
}

// A Client sends requests to issuers. It is safe for concurrent use.
type Client struct {
	cfg     Config
	memory  *memory
	disk    *diskCache // nil if nothing is to be kept there
	flights singleflight.Group
	book    *addressBook

	mu         sync.Mutex
	transports map[bounds]*transport
}

// New returns a Client. The error is for invalid settings.
func New(cfg Config) (*Client, error) {
	if cfg.Now == nil {
		return nil, errors.New("provider: no clock")
	}
	if name, ok := invalidField(cfg.Header); ok {
		return nil, fmt.Errorf("provider: %q is not a header field that can be sent", clip(name))
	}
	cfg.Timeout = cmp.Or(max(0, cfg.Timeout), defaultTimeout)
	cfg.RetryWaitMin = cmp.Or(max(0, cfg.RetryWaitMin), retryWaitMin)
	cfg.RetryWaitMax = cmp.Or(max(0, cfg.RetryWaitMax), retryWaitMax)
	cfg.UserAgent = cmp.Or(cfg.UserAgent, "claimcheck")
	c := &Client{cfg: cfg, memory: newMemory(), book: newAddressBook(), transports: map[bounds]*transport{}}
	// What was fetched under weaker rules must not be found under the usual
	// ones, nor the reverse.
	usual := !cfg.AllowHTTP && cfg.CustomCAs == nil && len(cfg.Header) == 0
	if cfg.CacheDir != "" && usual && !cfg.NoCache {
		c.disk = &diskCache{dir: cfg.CacheDir, now: cfg.Now, warn: cfg.Warn}
	}
	return c, nil
}

// CloseIdleConnections closes the connections that are kept for later
// requests. The Client stays usable.
func (c *Client) CloseIdleConnections() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range c.transports {
		t.base.CloseIdleConnections()
	}
}

// begin starts the clock of an operation.
func (c *Client) begin(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, c.cfg.Timeout)
}

func (c *Client) trace(e Event) {
	if c.cfg.Trace != nil {
		c.cfg.Trace(e)
	}
}
