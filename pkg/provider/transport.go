package provider

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// A transport sends requests to addresses within bounds.
type transport struct {
	base     *http.Transport
	retrying *retryablehttp.Client // for GET: follows redirects, tries again
	once     *http.Client          // for what holds a token: neither
	alone    *http.Transport       // as once, but it does not read the answer
}

func (c *Client) transport(b bounds) *transport {
	c.mu.Lock()
	defer c.mu.Unlock()
	t, ok := c.transports[b]
	if !ok {
		t = c.newTransport(b)
		c.transports[b] = t
	}
	return t
}

func (c *Client) newTransport(b bounds) *transport {
	roots := c.cfg.RootCAs
	if c.cfg.CustomCAs != nil {
		roots = c.cfg.CustomCAs
	}
	d := &dialer{bounds: b, book: c.book, dial: c.cfg.DialContext}
	t := &http.Transport{ // as http.DefaultTransport, which others can change
		Proxy:                  c.proxy,
		DialContext:            d.DialContext,
		TLSClientConfig:        &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12, Time: c.cfg.Now},
		TLSHandshakeTimeout:    c.cfg.Timeout,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           10,
		IdleConnTimeout:        90 * time.Second,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: maxHeaderBytes,
		OnProxyConnectResponse: checkProxyReply,
	}
	g := &guard{base: t, now: c.cfg.Now, trace: c.trace, waiting: c.cfg.Waiting, classify: c.classify}
	// A connection that had a token on it is not kept: net/http logs what comes
	// over an idle one, and a server may send back what it got.
	alone := t.Clone()
	alone.DisableKeepAlives = true
	lonely := &guard{base: alone, now: c.cfg.Now, trace: c.trace, waiting: c.cfg.Waiting, classify: c.classify}
	return &transport{
		base: t,
		retrying: &retryablehttp.Client{
			HTTPClient:   &http.Client{Transport: g, CheckRedirect: checkRedirect},
			RetryMax:     maxRetries,
			RetryWaitMin: c.cfg.RetryWaitMin,
			RetryWaitMax: c.cfg.RetryWaitMax,
			CheckRetry:   c.checkRetry,
			Backoff:      c.backoff,
			ErrorHandler: retryablehttp.PassthroughErrorHandler,
		},
		once:  &http.Client{Transport: lonely, CheckRedirect: refuseRedirect},
		alone: alone,
	}
}

// proxy asks the configured function and remembers the answer: the address of
// a proxy is not one that a document named.
func (c *Client) proxy(r *http.Request) (*url.URL, error) {
	if c.cfg.Proxy == nil || r.URL.Scheme == "http" && !c.cfg.AllowHTTP { // http is for loopback, which no proxy is
		return nil, nil
	}
	u, err := c.cfg.Proxy(r)
	if err != nil { // its text may hold the proxy's password
		return nil, &proxyError{text: "the proxy setting is not a URL"}
	}
	if u != nil {
		c.book.addProxy(address(u))
	}
	return u, nil
}

type proxyError struct{ text string }

func (e *proxyError) Error() string { return e.text }

func checkProxyReply(_ context.Context, _ *url.URL, _ *http.Request, reply *http.Response) error {
	if reply.StatusCode != http.StatusOK {
		return &proxyError{text: "the proxy answered " + statusText(reply.StatusCode)}
	}
	return nil
}

// A guard reads every reply whole, within maxReply bytes after decompression,
// before anybody else sees it, and tells the trace.
type guard struct {
	base     http.RoundTripper
	now      func() time.Time
	trace    func(Event)
	waiting  func(url string) (done func()) // or nil
	classify func(context.Context, error) *FetchError
}

func (g *guard) RoundTrip(r *http.Request) (*http.Response, error) {
	start := g.now()
	e := Event{Method: r.Method, URL: shown(r.URL)}
	if g.waiting != nil {
		defer g.waiting(e.URL)()
	}
	reply, err := g.base.RoundTrip(r)
	if err == nil {
		e.Status = reply.StatusCode
		e.Size, err = hold(reply)
	}
	if late := r.Context().Err(); err == nil && late != nil {
		// What comes while the connection is being given up may be the end of
		// a handler that was interrupted.
		err = late
	}
	e.Duration = g.now().Sub(start)
	if err != nil {
		e.Failure = g.classify(r.Context(), err).Cause
		reply = nil
	}
	g.trace(e)
	return reply, err
}

var errTooLarge = errors.New("the response is larger than 1 MiB")

// hold replaces the body by what it holds and returns its size.
func hold(reply *http.Response) (int, error) {
	body, err := io.ReadAll(io.LimitReader(reply.Body, maxReply+1))
	closed := reply.Body.Close()
	switch {
	case len(body) > maxReply:
		return len(body), errTooLarge
	case err != nil:
		return len(body), err
	case closed != nil:
		return len(body), closed
	}
	reply.Body = io.NopCloser(bytes.NewReader(body))
	return len(body), checkLocation(reply)
}
