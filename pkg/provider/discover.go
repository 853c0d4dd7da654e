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
	Issuer      string           // as the document has it; empty where it has none
	Asked       string           // the issuer that was asked for
	JWKSURI     string           // empty where the document has none
	URL         string           // of the document, without its query
	Form        string           // how that was made from the issuer
	Tried       []Attempt        // every address asked, the one that answered last
	ContentType string           // as the server has it
	FetchedAt   time.Time
	AgeSeconds  int64 // since FetchedAt
	FromCache   bool
	// IDTokenAlgorithms is what the issuer advertises to sign ID tokens with:
	// id_token_signing_alg_values_supported, without which OpenID Connect Discovery
	// section 3 means RS256. It is nil where nothing is known, because RFC 8414 says
	// nothing of it.
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
		c.hit(d.metadata.URL, d.size)
		return d.metadataAt(c.cfg.Now()), nil
	}
	sources, list, err := c.sources(issuer, by)
	if err != nil {
		return nil, err
	}
	md, _, err := share(ctx, c, sources[0], func(ctx context.Context) (*Metadata, error) {
		return c.currentMetadata(ctx, sources, list)
	})
	return md, err
}

func metadataKey(issuer string) memoryKey { return memoryKey{kind: kindMetadata, issuer: issuer} }

// metadataAt returns the metadata of a record, as of a time.
func (d *record) metadataAt(now time.Time) *Metadata {
	md := *d.metadata
	md.FromCache, md.Tried, md.AgeSeconds = true, nil, age(d.fetchedAt, now)
	return &md
}

// currentMetadata takes metadata from the cache or from the network.
func (c *Client) currentMetadata(ctx context.Context, sources []source, list []candidate) (*Metadata, error) {
	if d := c.remembered(sources[0].name, c.cfg.Now()); d != nil { // somebody was faster
		return d.metadataAt(c.cfg.Now()), nil
	}
	for i, s := range sources {
		if md := c.storedMetadata(s, list[i]); md != nil {
			return md, nil
		}
	}
	if c.cfg.Offline {
		return nil, &FetchError{Cause: causeOffline, URL: shown(sources[0].target.url), Text: "the cache has no usable metadata, and the network must not be used"}
	}
	old := c.lastGood(sources[0].name)
	if old != nil && c.attempted(sources[0]) != nil {
		return old.metadataAt(c.cfg.Now()), nil
	}
	md, err := c.fetchMetadata(ctx, sources, list)
	if old != nil && unreachable(err) {
		c.attempt(sources[0], err)
		return old.metadataAt(c.cfg.Now()), nil
	}
	return md, err
}

// sources are where the metadata of an issuer may lie. by is the document that
// names the issuer, nil where the user does.
func (c *Client) sources(issuer string, by *Metadata) ([]source, []candidate, error) {
	list, bad := candidates(issuer)
	if bad != nil {
		return nil, nil, bad
	}
	sources := make([]source, len(list))
	for i, cand := range list {
		p, err := c.typedTarget(cand.url)
		if by != nil {
			p, err = c.namedTarget("authorization_servers", cand.url, by)
		}
		if err != nil {
			return nil, nil, err
		}
		sources[i] = source{name: metadataKey(issuer), target: p}
	}
	return sources, list, nil
}

// fetchMetadata asks one address after the other until one exists.
func (c *Client) fetchMetadata(ctx context.Context, sources []source, list []candidate) (*Metadata, error) {
	var tried []Attempt
	var failures []*FetchError
	for i, s := range sources {
		r, err := c.get(ctx, s)
		var failure *FetchError
		var md *Metadata
		if err == nil {
			md, failure = c.readMetadata(r, list[i])
		} else if !errors.As(err, &failure) {
			return nil, err
		}
		if failure == nil {
			md.Tried = append(tried, Attempt{URL: r.url, Form: list[i].form, Status: http.StatusOK, Outcome: "found"})
			return c.acceptMetadata(s, r, md, list[i])
		}
		tried = append(tried, Attempt{URL: failure.URL, Form: list[i].form, Cause: failure.Cause, Status: failure.Status, Outcome: failure.Text})
		failures = append(failures, failure)
		if !missing(failure) {
			break
		}
	}
	failure := mostTelling(failures)
	failure.Tried, failure.Issuer = tried, list[0].issuer
	return nil, failure
}

// acceptMetadata compares the issuers; only metadata for the right one is kept.
func (c *Client) acceptMetadata(s source, r *reply, md *Metadata, cand candidate) (*Metadata, error) {
	if !cand.accepts(md.Issuer) {
		c.forget(s)
		return md, &IssuerMismatchError{Asked: cand.issuer, Found: md.Issuer, URL: md.URL, JWKSURI: md.JWKSURI}
	}
	md.Asked = md.Issuer
	kept := *md // what is remembered never changes
	c.keep(s, r, record{metadata: &kept})
	return md, nil
}

// storedMetadata returns what the cache on disk has, and remembers it.
func (c *Client) storedMetadata(s source, cand candidate) *Metadata {
	r := c.onDisk(s)
	if r == nil {
		return nil
	}
	md, failure := c.readMetadata(r, cand)
	if failure != nil || !cand.accepts(md.Issuer) {
		c.distrust(s, "its content is not metadata of that issuer")
		return nil
	}
	md.Asked = md.Issuer
	kept := *md
	c.keep(s, r, record{metadata: &kept})
	c.hit(r.url, len(r.body))
	return md
}

// readMetadata reads a document, fetched or cached. Whom it is for is another
// question.
func (c *Client) readMetadata(r *reply, cand candidate) (*Metadata, *FetchError) {
	document, err := strictjson.ParseObject(r.body)
	if array, arrayErr := strictjson.Parse(r.body); arrayErr == nil && array.Kind() == strictjson.KindArray {
		return nil, &FetchError{Cause: causeNotJSON, URL: r.url, Text: "the metadata is a JSON array, not the object it has to be", Err: err}
	}
	if err != nil {
		return nil, &FetchError{Cause: causeNotJSON, URL: r.url, Text: "the metadata is not a JSON object: " + clip(err.Error()), Err: err}
	}
	issuer, _ := document.Get("issuer").Text()
	keys, _ := document.Get("jwks_uri").Text()
	md := &Metadata{
		Document: document, Issuer: issuer, Asked: cand.issuer, JWKSURI: keys, URL: r.url, Form: cand.form,
		ContentType: r.contentType, FetchedAt: r.fetchedAt, AgeSeconds: age(r.fetchedAt, c.cfg.Now()), FromCache: r.fromCache, reach: r.reach,
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
	var e *FetchError
	if !errors.As(err, &e) {
		return false
	}
	switch e.Cause {
	case causeDNS, causeRefused, causeConnection, causeProxy, causeTLS, causeTimeout:
		return true
	case causeStatus:
		return e.Status >= 500 || e.Status == http.StatusTooManyRequests
	}
	return false
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
	for _, e := range failures {
		if e.Cause != causeStatus || e.Status != http.StatusNotFound && e.Status != http.StatusGone {
			return e
		}
	}
	return failures[0]
}

// refuseMismatch is the error of metadata from which nothing may be used.
func (md *Metadata) refuseMismatch() error {
	if md.Issuer == "" || md.Issuer != md.Asked {
		return &IssuerMismatchError{Asked: md.Asked, Found: md.Issuer, URL: md.URL, JWKSURI: md.JWKSURI}
	}
	return nil
}

func (md *Metadata) noKeySet() error {
	text := "the metadata names no key set: there is no \"jwks_uri\""
	if v := md.Document.Get("jwks_uri"); v.Exists() {
		text = fmt.Sprintf("the metadata names no key set: \"jwks_uri\" is not a string but of type %s", v.Kind())
	}
	if _, ok := md.Document.Get("jwks_uri").Text(); ok {
		text = "the metadata names no key set: \"jwks_uri\" is empty"
	}
	return &FetchError{Cause: causeNoKeySet, URL: md.URL, Text: text}
}
