package provider

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// The values of KeySet.Refetch.
const (
	refetchNotNeeded = ""        // the key ID is there, or the set is fresh from the server
	refetchDone      = "done"    // it was not in the cached set: this one is newer
	refetchHeld      = "held"    // it is not there, but the last fetch was less than refetchFloor ago
	refetchOffline   = "offline" // it is not there, but the network must not be used
)

// A KeySet is a key set with where it came from.
type KeySet struct {
	Set         *jwks.Set // never nil; its Document is the set as it was served
	URL         string    // without its query
	Metadata    *Metadata // that named the URL, or nil
	ContentType string    // as the server has it
	FetchedAt   time.Time
	AgeSeconds  int64 // since FetchedAt
	FromCache   bool
	Stale       bool // it has expired, but the issuer cannot be reached: see Config.StaleFor
	// Refetch says whether a newer set was fetched, if the cached one lacks the key
	// ID: "done"; "held", because the last fetch was less than refetchFloor ago;
	// "offline"; or empty where there was none.
	Refetch string
}

// Source describes where the set came from, for a report.
func (s *KeySet) Source() string {
	source := s.URL
	if s.FromCache {
		source += ", from the cache"
	}
	if s.Stale {
		source += ", although it has expired: the issuer cannot be reached"
	}
	switch s.Refetch {
	case refetchDone:
		source += ", fetched again for the unknown kid"
	case refetchHeld:
		source += fmt.Sprintf("; last requested less than %s ago, so not again for the unknown kid", refetchFloor)
	case refetchOffline:
		source += "; not fetched again for the unknown kid: offline"
	}
	return source
}

// KeysFor is discovery and keys in one call, within one Timeout: all that
// verifying an issuer's token needs. With a warm cache it costs no request,
// with a cold one two. kid is the token's key ID, or empty: a cached set that
// does not have it is fetched once more, but not within refetchFloor of the
// last fetch.
//
// The issuer in the metadata must be the one asked for, byte for byte, else the
// error is an *IssuerMismatchError. Other errors are *FetchError. A set without
// keys is not an error.
func (c *Client) KeysFor(ctx context.Context, issuer, kid string) (*KeySet, error) {
	if set := c.warmKeys(issuer, kid); set != nil {
		return set, nil
	}
	ctx, cancel := c.begin(ctx)
	defer cancel()
	md, err := c.discover(ctx, issuer, nil)
	if err != nil {
		return nil, err
	}
	if md.Issuer != issuer && (issuer != googleShort || md.Issuer != googleIssuer) { // the full URL of metadata is not an issuer
		return nil, &IssuerMismatchError{Asked: issuer, Found: md.Issuer, URL: md.URL, JWKSURI: md.JWKSURI}
	}
	return c.keysOf(ctx, md, kid)
}

// warmKeys answers from memory alone: nothing is parsed, nobody waits.
func (c *Client) warmKeys(issuer, kid string) *KeySet {
	now := c.cfg.Now()
	metadata := c.remembered(metadataKey(issuer), now)
	if metadata == nil || metadata.metadata.Issuer != issuer {
		return nil
	}
	keys := c.remembered(memoryKey{kindKeys, issuer, metadata.metadata.JWKSURI}, now)
	if keys == nil || !knows(keys.keys.Set, kid) {
		return nil
	}
	if c.cfg.Trace != nil {
		c.hit(metadata.metadata.URL, metadata.size)
		c.hit(keys.keys.URL, keys.size)
	}
	set := keys.keySetAt(now)
	set.Metadata = metadata.metadataAt(now)
	return set
}

// keySetAt returns the key set of a record, as of a time.
func (d *record) keySetAt(now time.Time) *KeySet {
	set := *d.keys
	set.FromCache, set.AgeSeconds = true, age(d.fetchedAt, now)
	return &set
}

// KeysOf is KeysFor for metadata that Discover returned. Metadata of another
// issuer than the one asked for is refused.
func (c *Client) KeysOf(ctx context.Context, md *Metadata, kid string) (*KeySet, error) {
	ctx, cancel := c.begin(ctx)
	defer cancel()
	return c.keysOf(ctx, md, kid)
}

// Keys fetches the key set at a URL that the user named, or takes it from the
// cache. kid is as in KeysFor. The error is a *FetchError.
func (c *Client) Keys(ctx context.Context, url, kid string) (*KeySet, error) {
	ctx, cancel := c.begin(ctx)
	defer cancel()
	p, err := c.typedTarget(url)
	if err != nil {
		return nil, err
	}
	return c.keys(ctx, source{name: memoryKey{kind: kindKeys, url: url}, target: p}, kid)
}

func (c *Client) keysOf(ctx context.Context, md *Metadata, kid string) (*KeySet, error) {
	if err := md.refuseMismatch(); err != nil {
		return nil, err
	}
	if md.JWKSURI == "" {
		return nil, md.noKeySet()
	}
	p, err := c.namedTarget("jwks_uri", md.JWKSURI, md)
	if err != nil {
		return nil, err
	}
	set, err := c.keys(ctx, source{name: memoryKey{kindKeys, md.Issuer, md.JWKSURI}, target: p}, kid)
	if err != nil {
		return nil, err
	}
	set.Metadata = md
	return set, nil
}

func (c *Client) keys(ctx context.Context, s source, kid string) (*KeySet, error) {
	for {
		if d := c.remembered(s.name, c.cfg.Now()); d != nil && knows(d.keys.Set, kid) {
			c.hit(d.keys.URL, d.size)
			return d.keySetAt(c.cfg.Now()), nil
		}
		set, mine, err := share(ctx, c, s, func(ctx context.Context) (*KeySet, error) {
			return c.currentKeys(ctx, s, kid)
		})
		if err != nil {
			return nil, err
		}
		if mine || knows(set.Set, kid) || !set.FromCache || set.Refetch != refetchNotNeeded {
			own := *set // others got the same
			return &own, nil
		}
		// Whoever asked knew another key ID, which was there.
	}
}

// currentKeys takes a key set from the cache or from the network.
func (c *Client) currentKeys(ctx context.Context, s source, kid string) (*KeySet, error) {
	cached := c.cachedKeys(s, kid)
	switch {
	case cached == nil && c.cfg.Offline:
		return nil, &FetchError{Cause: causeOffline, URL: shown(s.target.url), Text: "the cache has no usable key set, and the network must not be used"}
	case cached == nil:
		return c.keysOrLastGood(ctx, s, kid)
	case knows(cached.Set, kid):
		return cached, nil
	case c.cfg.Offline:
		cached.Refetch = refetchOffline
		return cached, nil
	case c.cfg.Now().Sub(cached.FetchedAt) < refetchFloor || c.attempted(s) != nil:
		cached.Refetch = refetchHeld
		return cached, nil
	}
	c.attempt(s, nil)
	newer, err := c.fetchKeys(ctx, s)
	if err != nil {
		return nil, err
	}
	newer.Refetch = refetchDone
	return newer, nil
}

// keysOrLastGood fetches a set. While its issuer cannot be reached, the last good
// one stands in for it within StaleFor, but never for a key ID that it does not
// have; the issuer is asked again every refetchFloor.
func (c *Client) keysOrLastGood(ctx context.Context, s source, kid string) (*KeySet, error) {
	old := c.lastGood(s.name)
	if old == nil {
		return c.fetchKeys(ctx, s)
	}
	var err error
	if before := c.attempted(s); before != nil && before.failure != nil {
		err = before.failure
	} else {
		var set *KeySet
		if set, err = c.fetchKeys(ctx, s); !unreachable(err) {
			return set, err
		}
		c.attempt(s, err)
	}
	if !knows(old.keys.Set, kid) {
		return nil, err
	}
	set := old.keySetAt(c.cfg.Now())
	set.Stale = true
	return set, nil
}

// knows reports whether a set may hold the key that a token names. In a set whose
// keys have no key IDs, none can be unknown.
func knows(set *jwks.Set, kid string) bool {
	named := false
	for _, k := range set.Keys {
		named = named || k.HasKeyID
		if k.HasKeyID && k.KeyID == kid {
			return true
		}
	}
	return kid == "" || len(set.Keys) > 0 && !named
}

func (c *Client) fetchKeys(ctx context.Context, s source) (*KeySet, error) {
	r, err := c.get(ctx, s)
	if err != nil {
		return nil, err
	}
	set, bad := c.readKeys(r)
	if bad != nil {
		return nil, bad
	}
	kept := *set // what is remembered never changes
	c.keep(s, r, record{keys: &kept})
	return set, nil
}

// cachedKeys returns the set in memory or, where that does not have the key ID,
// one on disk that another process may have fetched since.
func (c *Client) cachedKeys(s source, kid string) *KeySet {
	held := c.remembered(s.name, c.cfg.Now())
	if held == nil || !knows(held.keys.Set, kid) {
		if set := c.storedKeys(s); set != nil && (held == nil || set.FetchedAt.After(held.fetchedAt)) {
			return set
		}
	}
	if held == nil {
		return nil
	}
	c.hit(held.keys.URL, held.size)
	return held.keySetAt(c.cfg.Now())
}

// storedKeys returns what the cache on disk has, and remembers it.
func (c *Client) storedKeys(s source) *KeySet {
	r := c.onDisk(s)
	if r == nil {
		return nil
	}
	set, bad := c.readKeys(r)
	if bad != nil {
		c.distrust(s, "its content is not a key set")
		return nil
	}
	kept := *set
	c.keep(s, r, record{keys: &kept})
	c.hit(r.url, len(r.body))
	return set
}

// readKeys reads a key set, fetched or cached.
func (c *Client) readKeys(r *reply) (*KeySet, *FetchError) {
	set, err := jwks.Parse(r.body)
	var syntax *strictjson.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return nil, &FetchError{Cause: causeNotJSON, URL: r.url, Text: "the key set is not a JSON object: " + clip(syntax.Error()), Err: err}
	case err != nil:
		return nil, &FetchError{Cause: causeNotKeySet, URL: r.url, Text: clip(err.Error()), Err: err}
	}
	return &KeySet{
		Set: set, URL: r.url, ContentType: r.contentType,
		FetchedAt: r.fetchedAt, AgeSeconds: age(r.fetchedAt, c.cfg.Now()), FromCache: r.fromCache,
	}, nil
}

func publishesSecrets(set *jwks.Set) bool {
	for _, k := range set.Keys {
		if k.Fault != nil && (k.Fault.Code == "private" || k.Fault.Code == "shared_secret") {
			return true
		}
	}
	return false
}
