package provider

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// maxBody is the number of bytes of an API's answer that Send keeps.
const maxBody = 64 << 10

// A Request is one request to an API that the user named, sent unchanged.
type Request struct {
	Method string
	URL    string
	Header http.Header
	Body   []byte // nil for none
}

// A Response is what an API answered.
type Response struct {
	URL    string // without its query
	Status int
	Header http.Header
	Body   []byte // at most 64 KiB; nothing of a stream of events
}

// Send sends one request to an API: once, over a connection of its own, to https
// or loopback only. A redirect is not followed but returned. The Header of the
// Config goes along. The error is a *FetchError; a status is none.
func (c *Client) Send(ctx context.Context, q Request) (*Response, error) {
	ctx, cancel := c.begin(ctx)
	defer cancel()
	p, err := c.typedTarget(q.URL)
	if err != nil {
		return nil, err
	}
	if c.cfg.Offline {
		return nil, &FetchError{Cause: causeOffline, URL: shown(p.url), Text: "the network must not be used"}
	}
	r, err := http.NewRequestWithContext(ctx, q.Method, p.url.String(), bytes.NewReader(q.Body))
	if err != nil {
		return nil, &FetchError{Cause: causeURL, URL: shown(p.url), Text: "the request cannot be made: is the method right?"}
	}
	r.GetBody = nil // so that nothing can send it again
	if q.Body == nil {
		r.Body, r.ContentLength = nil, 0
	}
	r.Header.Set("User-Agent", c.cfg.UserAgent)
	if name, ok := invalidField(q.Header); ok {
		return nil, &FetchError{Cause: causeURL, URL: shown(p.url), Text: "a header field cannot be sent: " + clip(name)}
	}
	addFields(r.Header, c.cfg.Header)
	addFields(r.Header, q.Header)
	return c.exchange(r, p)
}

// exchange is a round trip that reads no more of the answer than is kept, because
// some APIs never end theirs.
func (c *Client) exchange(r *http.Request, p target) (*Response, error) {
	start := c.cfg.Now()
	e := Event{Method: r.Method, URL: shown(p.url)}
	defer func() {
		e.Duration = c.cfg.Now().Sub(start)
		c.trace(e)
	}()
	got, err := c.transport(p.bounds).alone.RoundTrip(r)
	if err != nil {
		failure := c.classify(r.Context(), err)
		failure.URL, e.Failure = shown(p.url), failure.Cause
		return nil, failure
	}
	var body []byte
	if kind, _, _ := mime.ParseMediaType(got.Header.Get("Content-Type")); kind != "text/event-stream" {
		body, _ = io.ReadAll(io.LimitReader(got.Body, maxBody)) // what came before it broke off is enough
	}
	_ = got.Body.Close()
	if err := r.Context().Err(); errors.Is(err, context.Canceled) {
		return nil, c.classify(r.Context(), err)
	}
	e.Status, e.Size = got.StatusCode, len(body)
	return &Response{URL: withoutQuery(p.url), Status: got.StatusCode, Header: got.Header, Body: body}, nil
}

// A Document is a JSON object as it was served.
type Document struct {
	Object      strictjson.Value
	URL         string // without its query
	Status      int    // HTTP status
	ContentType string
	ServedJSON  bool // ContentType is one of JSON
	FetchedAt   time.Time
}

// Document fetches a JSON object that an API's challenge names, such as its
// metadata (RFC 9728). namedBy is the URL of the API, which the user named: the
// document must not be nearer to this machine than that, and the Header of the
// Config goes along only within its origin. The error is a *FetchError.
func (c *Client) Document(ctx context.Context, url, namedBy string) (*Document, error) {
	ctx, cancel := c.begin(ctx)
	defer cancel()
	by, bad := c.naming(namedBy)
	if bad != nil {
		return nil, bad
	}
	p, err := c.namedTarget("resource_metadata", url, by)
	if err != nil {
		return nil, err
	}
	if c.cfg.Offline {
		return nil, &FetchError{Cause: causeOffline, URL: shown(p.url), Text: "the network must not be used"}
	}
	e, failure := c.get(ctx, source{target: p})
	if failure != nil {
		return nil, failure
	}
	object, err := strictjson.ParseObject([]byte(e.body))
	if err != nil {
		return nil, &FetchError{Cause: causeNotJSON, URL: withoutQuery(p.url), Text: "the document is not a JSON object: " + clip(err.Error()), Err: err}
	}
	return &Document{Object: object, URL: withoutQuery(p.url), Status: http.StatusOK, ContentType: e.contentType, ServedJSON: isJSONType(e.contentType), FetchedAt: e.fetchedAt}, nil
}

// DiscoverNamed is Discover for an issuer that a document at namedBy names: its
// metadata must not be nearer to this machine than that document.
func (c *Client) DiscoverNamed(ctx context.Context, issuer, namedBy string) (*Metadata, error) {
	ctx, cancel := c.begin(ctx)
	defer cancel()
	by, bad := c.naming(namedBy)
	if bad != nil {
		return nil, bad
	}
	return c.discover(ctx, issuer, by)
}

// naming is a document that names addresses, and how near it is.
func (c *Client) naming(url string) (*Metadata, *FetchError) {
	u, bad := parseURL(url)
	if bad != nil {
		return nil, bad
	}
	return &Metadata{URL: url, reach: c.book.reach(address(u))}, nil
}
