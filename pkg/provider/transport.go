package provider

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// A transport sends requests to addresses within bounds.
type transport struct {
	base     *http.Transport
	retrying *http.Client // for GET: follows redirects and retries
	once     *http.Client // for requests that contain a token: neither redirects nor retries
	api      *guard       // like once, but accepts redirects and endless responses as results
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
	roots := cmp.Or(c.cfg.CustomCAs, c.cfg.RootCAs)
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
	// A connection that had a token on it is not kept: net/http logs what comes
	// over an idle one, and a server may send back what it got.
	alone := t.Clone()
	alone.DisableKeepAlives = true
	retrying := &retryablehttp.Client{
		HTTPClient:   &http.Client{Transport: &guard{c, t, hold}, CheckRedirect: checkRedirect},
		RetryMax:     maxRetries,
		RetryWaitMin: c.cfg.RetryWaitMin,
		RetryWaitMax: c.cfg.RetryWaitMax,
		CheckRetry:   c.checkRetry,
		Backoff:      c.backoff,
		ErrorHandler: lastResponse,
	}
	return &transport{
		base:     t,
		retrying: retrying.StandardClient(),
		once:     &http.Client{Transport: &guard{c, alone, hold}, CheckRedirect: refuseRedirect},
		api:      &guard{c, alone, sample},
	}
}

// lastResponse returns the result of all attempts: a response or an error, because
// net/http logs a response that comes with an error.
func lastResponse(reply *http.Response, err error, _ int) (*http.Response, error) {
	if err == nil {
		return reply, nil
	}
	if reply != nil {
		_ = reply.Body.Close()
	}
	return nil, err
}

// proxy asks the configured function and remembers the answer: the address of
// a proxy is not one that a document named.
func (c *Client) proxy(r *http.Request) (*url.URL, error) {
	if c.cfg.Proxy == nil || r.URL.Scheme == "http" && !c.cfg.AllowHTTP { // http is for loopback, which no proxy is
		return nil, nil
	}
	u, err := c.cfg.Proxy(r)
	if err != nil { // its text may hold the proxy's password
		return nil, &FetchError{Cause: causeProxy, Text: "the proxy setting is not a URL"}
	}
	if u != nil {
		c.book.proxies.Store(address(u), true)
	}
	return u, nil
}

func checkProxyReply(_ context.Context, _ *url.URL, _ *http.Request, reply *http.Response) error {
	if reply.StatusCode != http.StatusOK {
		return &FetchError{Cause: causeProxy, Text: "the proxy answered " + statusText(reply.StatusCode)}
	}
	return nil
}

// A guard reads every response before net/http uses it, and traces it.
type guard struct {
	client *Client
	base   http.RoundTripper
	read   func(*http.Response) (size int, err error) // replaces the body with its contents
}

func (g *guard) RoundTrip(r *http.Request) (*http.Response, error) {
	cfg := &g.client.cfg
	if cfg.Offline {
		return nil, &FetchError{Cause: causeOffline, Text: "the network must not be used"}
	}
	start := cfg.Now()
	e := Event{Method: r.Method, URL: shown(r.URL)}
	if cfg.Waiting != nil {
		defer cfg.Waiting(e.URL)()
	}
	reply, err := g.base.RoundTrip(r)
	if err == nil {
		e.Status = reply.StatusCode
		e.Size, err = g.read(reply)
	}
	e.Duration = cfg.Now().Sub(start)
	if err != nil {
		e.Failure = g.client.classify(r.Context(), err).Cause
		reply = nil
	}
	g.client.trace(e)
	return reply, err
}

// hold reads a body within maxReply bytes after decompression.
func hold(reply *http.Response) (int, error) {
	body, err := io.ReadAll(io.LimitReader(reply.Body, maxReply+1))
	closed := reply.Body.Close()
	reply.Body = io.NopCloser(bytes.NewReader(body))
	// What arrives while the request is being cancelled may be the output of an
	// interrupted handler.
	late := reply.Request.Context().Err()
	if len(body) > maxReply {
		return len(body), &FetchError{Cause: causeTooLarge, Text: "the response is larger than 1 MiB"}
	}
	return len(body), cmp.Or(err, closed, late, checkLocation(reply))
}

// sample reads the first maxBody bytes of a body, and nothing of an event stream:
// some APIs never end their response. If the body breaks off, what came before is
// enough.
func sample(reply *http.Response) (int, error) {
	var body []byte
	if kind, _, _ := mime.ParseMediaType(reply.Header.Get("Content-Type")); kind != "text/event-stream" {
		body, _ = io.ReadAll(io.LimitReader(reply.Body, maxBody))
	}
	_ = reply.Body.Close()
	reply.Body = io.NopCloser(bytes.NewReader(body))
	if err := reply.Request.Context().Err(); errors.Is(err, context.Canceled) {
		return len(body), err
	}
	return len(body), nil
}
