package provider

import (
	"time"
)

// remembered returns what memory holds of a thing and may be used at a time, or nil.
func (c *Client) remembered(key memoryKey, now time.Time) *record {
	if d := c.memory.get(key); c.reads() && d.usable(now, 0) {
		return d
	}
	return nil
}

// reads reports whether what was fetched before may be used at all.
func (c *Client) reads() bool { return !c.cfg.NoCache && !c.cfg.Refresh }

// lastGood returns what memory holds of a thing if it has run out no longer than
// StaleFor ago, or nil.
func (c *Client) lastGood(key memoryKey) *record {
	if d := c.memory.get(key); c.cfg.StaleFor > 0 && c.reads() && d.usable(c.cfg.Now(), c.cfg.StaleFor) {
		return d
	}
	return nil
}

// onDisk returns a reply from the cache on disk, if there is one that may be used.
func (c *Client) onDisk(s source) *reply {
	if c.disk == nil || c.cfg.Refresh {
		return nil
	}
	e := c.disk.load(s.name.kind, s.name.issuer, s.target.url.String())
	if e == nil {
		return nil
	}
	return &reply{
		url: withoutQuery(s.target.url), body: []byte(e.body), contentType: e.contentType,
		fetchedAt: e.fetchedAt, lifetime: e.lifetime, fromCache: true, reach: e.reach,
	}
}

// KnowsIssuer reports whether a URL is that of an issuer whose metadata is in the
// cache and may be used.
func (c *Client) KnowsIssuer(issuer string) bool {
	if c.remembered(metadataKey(issuer), c.cfg.Now()) != nil {
		return true
	}
	sources, _, err := c.sources(issuer, nil)
	if err != nil {
		return false
	}
	for _, s := range sources {
		if c.onDisk(s) != nil {
			return true
		}
	}
	return false
}

// hit tells the trace that the cache had the answer.
func (c *Client) hit(url string, size int) {
	c.trace(Event{Method: "GET", URL: url, Size: size, FromCache: true})
}

// keep remembers a document, and copies the reply to the disk. One that must not
// be kept takes the place of the one before it all the same: withdrawn keys go.
func (c *Client) keep(s source, r *reply, d record) {
	if c.cfg.NoCache {
		return
	}
	d.fetchedAt, d.lifetime, d.size = r.fetchedAt, r.lifetime.Truncate(time.Second), len(r.body)
	remembered := &d
	if d.lifetime <= 0 {
		remembered = nil
	}
	c.memory.put(s.name, remembered, c.cfg.Now(), c.cfg.StaleFor)
	switch {
	case c.disk == nil || r.fromCache:
	case d.lifetime <= 0 || d.keys != nil && publishesSecrets(d.keys.Set): // not to be copied to yet another disk
		c.disk.remove(s.name.kind, s.name.issuer, s.target.url.String())
	default:
		c.disk.store(&entry{
			kind: s.name.kind, issuer: s.name.issuer, url: s.target.url.String(), contentType: r.contentType,
			fetchedAt: r.fetchedAt, lifetime: d.lifetime, reach: r.reach, body: string(r.body),
		})
	}
}

// forget takes a document out of the cache.
func (c *Client) forget(s source) { c.keep(s, &reply{}, record{}) }

// attempt notes that a document is being fetched ahead of its time, and why that
// failed: for refetchFloor nobody tries again, other processes neither.
func (c *Client) attempt(s source, failure error) {
	s.name.kind = kindRefetch
	c.keep(s, &reply{fetchedAt: c.cfg.Now(), lifetime: refetchFloor}, record{failure: failure})
}

// attempted returns the attempt of the last refetchFloor, or nil.
func (c *Client) attempted(s source) *record {
	s.name.kind = kindRefetch
	if d := c.remembered(s.name, c.cfg.Now()); d != nil {
		return d
	}
	if r := c.onDisk(s); r != nil {
		return &record{fetchedAt: r.fetchedAt, lifetime: r.lifetime}
	}
	return nil
}

func (c *Client) distrust(s source, why string) {
	c.disk.complain("the entry for %s in the cache is ignored: %s", shown(s.target.url), why)
}
