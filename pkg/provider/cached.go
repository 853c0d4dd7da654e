package provider

import (
	"cmp"
	"slices"
	"time"

	"github.com/claimcheck/claimcheck/pkg/jwks"
)

// cached returns a reply from the cache, if there is one that may be used.
func (c *Client) cached(s source) *reply {
	if c.cache == nil || c.cfg.Refresh {
		return nil
	}
	e := c.cache.load(s.kind, s.issuer, s.place.url.String())
	if e == nil {
		return nil
	}
	return &reply{
		url: withoutQuery(s.place.url), body: []byte(e.body), contentType: e.contentType,
		fetchedAt: e.fetchedAt, lifetime: e.lifetime, fromCache: true, reach: e.reach,
	}
}

// KnowsIssuer tells whether a URL is that of an issuer whose metadata is in the
// cache and may be used.
func (c *Client) KnowsIssuer(issuer string) bool {
	sources, _, err := c.sources(issuer)
	if err != nil {
		return false
	}
	for _, s := range sources {
		if c.cached(s) != nil {
			return true
		}
	}
	return false
}

// hit tells the trace that the cache had the answer.
func (c *Client) hit(r *reply) {
	c.trace(Event{Method: "GET", URL: r.url, Size: len(r.body), FromCache: true})
}

// keep puts a reply into the cache. One that must not be kept takes the place
// of the one before it all the same: withdrawn keys go.
func (c *Client) keep(s source, r *reply) {
	whole := r.lifetime.Truncate(time.Second)
	switch {
	case c.cache == nil:
	case whole <= 0:
		c.forget(s)
	default:
		c.cache.store(&entry{
			kind: s.kind, issuer: s.issuer, url: s.place.url.String(), contentType: r.contentType,
			fetchedAt: r.fetchedAt, lifetime: whole, reach: r.reach, body: string(r.body),
		})
	}
}

// forget takes a document out of the cache.
func (c *Client) forget(s source) {
	if c.cache != nil {
		c.cache.remove(s.kind, s.issuer, s.place.url.String())
	}
}

func (c *Cache) distrust(s source, why string) {
	c.complain("the entry for %s in the cache is ignored: %s", shown(s.place.url), why)
}

// A CacheEntry describes what is cached.
type CacheEntry struct {
	Kind      string // "metadata" or "keys"
	Issuer    string // for whom; empty for a key set that the user named by its URL
	URL       string // without its query
	FetchedAt time.Time
	ExpiresAt time.Time
	Fresh     bool     // it may still be used
	KeyIDs    []string // of a key set
	Size      int      // bytes of the document
}

// List returns what is cached, expired entries included, ordered by issuer and
// URL. What cannot be read is left out with a warning.
func (c *Cache) List() []CacheEntry {
	var list []CacheEntry
	for _, e := range c.all() {
		if e.kind == kindRefetch {
			continue
		}
		item := CacheEntry{
			Kind: string(e.kind), Issuer: e.issuer, URL: showText(e.url), Size: len(e.body),
			FetchedAt: e.fetchedAt, ExpiresAt: e.expiresAt(), Fresh: e.fresh(c.now()),
		}
		if e.kind == kindKeys {
			item.KeyIDs = keyIDs(e.body)
		}
		list = append(list, item)
	}
	slices.SortFunc(list, func(a, b CacheEntry) int {
		return cmp.Or(cmp.Compare(a.Issuer, b.Issuer), -cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.URL, b.URL))
	})
	return list
}

func keyIDs(body string) []string {
	set, err := jwks.Parse([]byte(body))
	if err != nil {
		return nil
	}
	return set.KeyIDs()
}
