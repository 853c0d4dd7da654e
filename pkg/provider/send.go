package provider

import (
	"bytes"
	"context"
	"io"
	"net/http"

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
// or loopback only. It returns a redirect and does not follow it. It adds the
// Header of the Config. The error is a *FetchError; an error status in the response
// is not an error.
func (c *Client) Send(ctx context.Context, q Request) (*Response, error) {
	ctx, cancel := c.begin(ctx)
	defer cancel()
	p, err := c.typedTarget(q.URL)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, q.Method, p.url.String(), bytes.NewReader(q.Body))
	if err != nil {
		return nil, &FetchError{Cause: causeURL, URL: shown(p.url), Text: "the request cannot be made: is the method right?"}
	}
	r.GetBody = nil // so that nothing can send it again
	r.Header.Set("User-Agent", c.cfg.UserAgent)
	if name, ok := invalidField(q.Header); ok {
		return nil, &FetchError{Cause: causeURL, URL: shown(p.url), Text: "a header field cannot be sent: " + clip(name)}
	}
	addFields(r.Header, c.cfg.Header)
	addFields(r.Header, q.Header)
	got, err := c.transport(p.bounds).api.RoundTrip(r)
	if err != nil {
		failure := c.classify(ctx, err)
		failure.URL = shown(p.url)
		return nil, failure
	}
	defer func() { _ = got.Body.Close() }()
	body, err := io.ReadAll(got.Body) // limited by sample
	return &Response{URL: withoutQuery(p.url), Status: got.StatusCode, Header: got.Header, Body: body}, err
}

// A Document is a JSON object as it was served.
type Document struct {
	Object      strictjson.Value
	URL         string // without its query
	Status      int    // HTTP status
	ContentType string
	ServedJSON  bool // ContentType is one of JSON
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
	e, failure := c.get(ctx, source{target: p})
	if failure != nil {
		return nil, failure
	}
	object, err := strictjson.ParseObject([]byte(e.body))
	if err != nil {
		return nil, &FetchError{Cause: causeNotJSON, URL: withoutQuery(p.url), Text: "the document is not a JSON object: " + clip(err.Error()), Err: err}
	}
	return &Document{Object: object, URL: withoutQuery(p.url), Status: http.StatusOK, ContentType: e.contentType, ServedJSON: isJSONType(e.contentType)}, nil
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
