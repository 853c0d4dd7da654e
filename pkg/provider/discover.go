package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// Metadata is what an issuer says about itself.
type Metadata struct {
	Document    strictjson.Value // as it was served
	Issuer      string           // issuer of the document, or empty
	Asked       string           // the issuer that was requested
	JWKSURI     string           // jwks_uri of the document, or empty
	URL         string           // of the document, without its query
	Form        string           // how URL is derived from the issuer
	Tried       []Attempt        // every URL that was requested; the last one answered
	ContentType string           // of the response
	AgeSeconds  int64            // since it was fetched
	FromCache   bool
	// IDTokenAlgorithms is what the issuer advertises to sign ID tokens with:
	// id_token_signing_alg_values_supported, without which OpenID Connect Discovery
	// section 3 means RS256. It is nil if unknown: RFC 8414 does not define it.
	IDTokenAlgorithms []string

	reach reach // how near the issuer is to this machine
}

// Discover fetches the metadata of an issuer, or takes it from the cache. It
// asks for OpenID Connect Discovery 1.0 section 4 first, then for RFC 8414
// section 3 in both its forms, and tries the next only if the server says
// that the address does not exist. The full URL of a document is accepted,
// too.
//
// Where the document is for another issuer, it is returned together with an
// *IssuerMismatchError: it can be shown, but nothing in it may be used. Other
// errors are *FetchError.
func (c *Client) Discover(ctx context.Context, issuer string) (*Metadata, error) {
	ctx, cancel := c.begin(ctx)
	defer cancel()
	return c.discover(ctx, issuer, nil)
}

func (c *Client) discover(ctx context.Context, issuer string, by *Metadata) (*Metadata, error) {
	if d := c.remembered(metadataKey(issuer), c.cfg.Now()); d != nil {
		return c.cachedMetadata(d, c.cfg.Now()), nil
	}
	sources, err := c.sources(issuer, by)
	if err != nil {
		return nil, err
	}
	return share(ctx, c, sources[0], func(ctx context.Context) (*Metadata, error) { return c.currentMetadata(ctx, sources) })
}

func metadataKey(issuer string) memoryKey { return memoryKey{kind: kindMetadata, issuer: issuer} }

// cachedMetadata returns metadata from the cache, as of now.
func (c *Client) cachedMetadata(d *record, now time.Time) *Metadata {
	c.hit(d.metadata.URL, d.size)
	md := *d.metadata
	md.FromCache, md.AgeSeconds = true, age(d.fetchedAt, now)
	return &md
}

// currentMetadata takes metadata from the cache or from the network.
func (c *Client) currentMetadata(ctx context.Context, sources []source) (*Metadata, error) {
	now, first := c.cfg.Now(), sources[0]
	if d := c.remembered(first.name, now); d != nil { // another goroutine has fetched it
		return c.cachedMetadata(d, now), nil
	}
	for _, s := range sources {
		if d := c.stored(s); d != nil {
			return c.cachedMetadata(d, now), nil
		}
	}
	if c.cfg.Offline {
		return nil, &FetchError{Cause: causeOffline, URL: shown(first.target.url), Text: "the cache has no usable metadata, and the network must not be used"}
	}
	old := c.lastGood(first.name)
	if old != nil {
		if tried, _ := c.attempted(first); tried {
			return c.cachedMetadata(old, now), nil
		}
	}
	md, err := c.fetchMetadata(ctx, sources)
	if old != nil && unreachable(err) {
		c.attempt(first, err)
		return c.cachedMetadata(old, c.cfg.Now()), nil
	}
	return md, err
}

// sources returns the addresses where the metadata of an issuer may be. by is the
// document that names the issuer, or nil if the user does.
func (c *Client) sources(issuer string, by *Metadata) ([]source, error) {
	sources, bad := candidates(issuer)
	if bad != nil {
		return nil, bad
	}
	for i := range sources {
		s := &sources[i]
		var err error
		if s.name = metadataKey(issuer); by == nil {
			s.target, err = c.typedTarget(s.address)
		} else {
			s.target, err = c.namedTarget("authorization_servers", s.address, by)
		}
		if err != nil {
			return nil, err
		}
	}
	return sources, nil
}

// fetchMetadata tries the addresses in order until it finds metadata. It caches only
// metadata for the right issuer.
func (c *Client) fetchMetadata(ctx context.Context, sources []source) (*Metadata, error) {
	var tried []Attempt
	var failures []*FetchError
	for _, s := range sources {
		e, failure := c.get(ctx, s)
		var d *record
		if failure == nil {
			d, failure = read(s, e)
		}
		if failure == nil {
			md := *d.metadata // records in memory are never modified
			md.AgeSeconds = age(e.fetchedAt, c.cfg.Now())
			md.Tried = append(tried, Attempt{URL: md.URL, Form: s.form, Status: http.StatusOK, Outcome: "found"})
			if err := md.refuseMismatch(); err != nil {
				c.keep(s, &entry{}, nil) // the previous document is no longer used either
				return &md, err
			}
			c.keep(s, e, d)
			return &md, nil
		}
		tried = append(tried, Attempt{URL: failure.URL, Form: s.form, Cause: failure.Cause, Status: failure.Status, Outcome: failure.Text})
		failures = append(failures, failure)
		if !missing(failure) {
			break
		}
	}
	failure := mostTelling(failures)
	failure.Tried, failure.Issuer = tried, sources[0].issuer
	return nil, failure
}

// readMetadata parses a document, fetched or cached. It accepts metadata for another
// issuer; see refuseMismatch.
func readMetadata(s source, e *entry) (*Metadata, *FetchError) {
	url := withoutQuery(s.target.url)
	document, err := strictjson.ParseObject([]byte(e.body))
	if err != nil {
		text := "the metadata is not a JSON object: " + clip(err.Error())
		if v, _ := strictjson.Parse([]byte(e.body)); v.Type() == strictjson.TypeArray {
			text = "the metadata is a JSON array, not the object it has to be"
		}
		return nil, &FetchError{Cause: causeNotJSON, URL: url, Text: text, Err: err}
	}
	md := &Metadata{Document: document, Asked: s.issuer, URL: url, Form: s.form, ContentType: e.contentType, reach: e.reach}
	md.Issuer, _ = document.Get("issuer").Text()
	md.JWKSURI, _ = document.Get("jwks_uri").Text()
	if s.accepts(md.Issuer) {
		md.Asked = md.Issuer
	}
	if list, ok := document.Get("id_token_signing_alg_values_supported").TextList(); ok {
		md.IDTokenAlgorithms = list
	} else if md.Form == formOpenID {
		md.IDTokenAlgorithms = []string{"RS256"}
	}
	return md, nil
}

// age is the time since something was fetched, in whole seconds.
func age(fetchedAt, now time.Time) int64 {
	return max(0, int64(now.Sub(fetchedAt)/time.Second))
}

// unreachable reports whether an error says that the issuer cannot be reached, as
// opposed to saying something that is wrong.
func unreachable(err error) bool {
	e, ok := errors.AsType[*FetchError](err)
	return ok && (slices.Contains([]string{causeDNS, causeRefused, causeConnection, causeProxy, causeTLS, causeTimeout}, e.Cause) ||
		e.Cause == causeStatus && (e.Status >= 500 || e.Status == http.StatusTooManyRequests))
}

// missing reports whether an address does not exist for the server, so that
// another form is worth a try. Some servers say 400 or 403 for that, and those
// of single-page applications answer everything with a page.
func missing(e *FetchError) bool {
	return e.Cause == causeHTML || e.Cause == causeStatus && slices.Contains([]int{400, 403, 404, 405, 410}, e.Status)
}

// mostTelling picks the failure to report: the first that says more than that
// there is nothing. The list is not empty.
func mostTelling(failures []*FetchError) *FetchError {
	last := failures[len(failures)-1]
	if !missing(last) {
		return last
	}
	telling := slices.IndexFunc(failures, func(e *FetchError) bool {
		return e.Cause != causeStatus || e.Status != http.StatusNotFound && e.Status != http.StatusGone
	})
	return failures[max(0, telling)]
}

// refuseMismatch is the error of metadata from which nothing may be used.
func (md *Metadata) refuseMismatch() error {
	if md.Issuer == "" || md.Issuer != md.Asked {
		return md.mismatch(md.Asked)
	}
	return nil
}

func (md *Metadata) mismatch(asked string) error {
	return &IssuerMismatchError{Asked: asked, Found: md.Issuer, URL: md.URL, JWKSURI: md.JWKSURI}
}

func (md *Metadata) noKeySet() error {
	trouble := "there is no \"jwks_uri\""
	switch v := md.Document.Get("jwks_uri"); {
	case v.Type() == strictjson.TypeString:
		trouble = "\"jwks_uri\" is empty"
	case v.Exists():
		trouble = fmt.Sprintf("\"jwks_uri\" is not a string but of type %s", v.Type())
	}
	return &FetchError{Cause: causeNoKeySet, URL: md.URL, Text: "the metadata names no key set: " + trouble}
}
