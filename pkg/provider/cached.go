package provider

import (
	"time"
)

// remembered returns the record in memory that is still usable at a time, or nil.
func (c *Client) remembered(key memoryKey, now time.Time) *record { return c.recall(key, now, 0) }

// lastGood returns the record in memory if it expired no longer than StaleFor ago,
// or nil.
func (c *Client) lastGood(key memoryKey) *record { return c.recall(key, c.cfg.Now(), c.cfg.StaleFor) }

func (c *Client) recall(key memoryKey, now time.Time, grace time.Duration) *record {
	if d := c.memory.get(key); !c.cfg.NoCache && !c.cfg.Refresh && d.usable(now, grace) {
		return d
	}
	return nil
}

// onDisk returns the entry of the disk cache, or nil if there is no usable one.
func (c *Client) onDisk(s source) *entry {
	if c.disk == nil || c.cfg.Refresh {
		return nil
	}
	return c.disk.load(s.file())
}

// stored reads a document from the disk cache and keeps it in memory.
func (c *Client) stored(s source) *record {
	e := c.onDisk(s)
	if e == nil {
		return nil
	}
	d, failure := read(s, e)
	if failure != nil || d.metadata != nil && d.metadata.refuseMismatch() != nil {
		what := map[entryKind]string{kindKeys: "a key set", kindMetadata: "metadata of that issuer"}[s.name.kind]
		c.disk.complain("the entry for %s in the cache is ignored: its content is not %s", shown(s.target.url), what)
		return nil
	}
	c.memory.put(s.name, d, c.cfg.Now(), c.cfg.StaleFor)
	return d
}

// read parses a document, fetched or cached.
func read(s source, e *entry) (*record, *FetchError) {
	d := &record{fetchedAt: e.fetchedAt, lifetime: e.lifetime, size: len(e.body)}
	var failure *FetchError
	if s.name.kind == kindKeys {
		d.keys, failure = readKeys(s, e)
	} else {
		d.metadata, failure = readMetadata(s, e)
	}
	return d, failure
}

// hit traces a response from the cache.
func (c *Client) hit(url string, size int) {
	c.trace(Event{Method: "GET", URL: url, Size: size, FromCache: true})
}

// keep stores a document in memory and on disk. A document that must not be stored
// still replaces the previous one, so that withdrawn keys disappear.
func (c *Client) keep(s source, e *entry, d *record) {
	if c.cfg.NoCache {
		return
	}
	if e.lifetime <= 0 {
		d = nil
	}
	c.memory.put(s.name, d, c.cfg.Now(), c.cfg.StaleFor)
	switch {
	case c.disk == nil:
	case d == nil || d.keys != nil && publishesSecrets(d.keys.Set): // private keys are not copied to another disk
		c.disk.remove(s.file())
	default:
		c.disk.store(e)
	}
}

// attempt records that a document is being refetched before it expires, and why that
// failed. No process retries within refetchFloor.
func (c *Client) attempt(s source, failure error) {
	s.name.kind = kindRefetch
	e := &entry{memoryKey: s.file(), fetchedAt: c.cfg.Now(), lifetime: refetchFloor}
	c.keep(s, e, &record{fetchedAt: e.fetchedAt, lifetime: e.lifetime, failure: failure})
}

// attempted reports whether there was an attempt within refetchFloor, and why it
// failed, if known.
func (c *Client) attempted(s source) (bool, error) {
	s.name.kind = kindRefetch
	if d := c.remembered(s.name, c.cfg.Now()); d != nil {
		return true, d.failure
	}
	return c.onDisk(s) != nil, nil
}
