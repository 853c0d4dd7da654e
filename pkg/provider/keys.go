package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
	Set        *jwks.Set // never nil; its Document is the set as the server sent it
	URL        string    // without its query
	Metadata   *Metadata // the metadata that named the URL, or nil
	FetchedAt  time.Time
	AgeSeconds int64 // since FetchedAt
	FromCache  bool
	Stale      bool // expired, and the issuer is unreachable; see Config.StaleFor
	// Refetch says whether a newer set was fetched because the cached one lacks the
	// key ID: "done"; "held" if the last fetch was less than 30 seconds ago;
	// "offline"; or empty if there was no reason to.
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

// KeysFor combines discovery and keys in one call, within one Timeout: everything
// needed to verify a token of an issuer. It costs no request with a warm cache and
// two with a cold one. kid is the token's key ID, or empty. A cached set that lacks
// the key ID is refetched, but not within 30 seconds of the last fetch.
//
// The issuer in the metadata must be the requested one, byte for byte; otherwise the
// error is an *IssuerMismatchError. Other errors are of type *FetchError. A set
// without keys is not an error.
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
		return nil, md.mismatch(issuer)
	}
	return c.keysOf(ctx, md, kid)
}

// warmKeys returns keys from memory. It parses nothing and never blocks.
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
	md := c.cachedMetadata(metadata, now)
	set := c.cachedSet(keys, now)
	set.Metadata = md
	return set
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

// keys returns a key set that has the key ID or, if none does, the newest set.
func (c *Client) keys(ctx context.Context, s source, kid string) (*KeySet, error) {
	var set *KeySet
	if d := c.remembered(s.name, c.cfg.Now()); d != nil {
		set = c.cachedSet(d, c.cfg.Now())
	}
	for set == nil || !knows(set.Set, kid) && set.FromCache && set.Refetch == refetchNotNeeded {
		have := set // the fetch may begin after this call gave up
		newer, err := share(ctx, c, s, func(ctx context.Context) (*KeySet, error) { return c.newerKeys(ctx, s, have) })
		if old := c.lastGood(s.name); old != nil && unreachable(err) && knows(old.keys.Set, kid) {
			newer, err = c.cachedSet(old, c.cfg.Now()), nil
			newer.Stale = true
		}
		if err != nil {
			return nil, err
		}
		set = newer
	}
	return set, nil
}

// newerKeys returns a set that is newer than have, if there is one: from the cache,
// which other processes may have updated, or from the network. Within refetchFloor of
// the last request it returns have or, while the issuer of the last good set is
// unreachable, the error.
func (c *Client) newerKeys(ctx context.Context, s source, have *KeySet) (*KeySet, error) {
	now := c.cfg.Now()
	newer := func(d *record) bool { return d != nil && (have == nil || d.fetchedAt.After(have.FetchedAt)) }
	if d := c.remembered(s.name, now); newer(d) {
		return c.cachedSet(d, now), nil
	}
	if d := c.stored(s); newer(d) {
		return c.cachedSet(d, now), nil
	}
	tried, failure := c.attempted(s)
	switch {
	case have == nil && c.cfg.Offline:
		return nil, &FetchError{Cause: causeOffline, URL: shown(s.target.url), Text: "the cache has no usable key set, and the network must not be used"}
	case have == nil && failure != nil && c.lastGood(s.name) != nil:
		return nil, failure
	case have == nil:
	case c.cfg.Offline:
		have.Refetch = refetchOffline
		return have, nil
	case tried || now.Sub(have.FetchedAt) < refetchFloor:
		have.Refetch = refetchHeld
		return have, nil
	default:
		c.attempt(s, nil)
	}
	set, err := c.fetchKeys(ctx, s)
	switch {
	case err == nil && have != nil:
		set.Refetch = refetchDone
	case have == nil && unreachable(err) && c.lastGood(s.name) != nil:
		c.attempt(s, err)
	}
	return set, err
}

// knows reports whether a set may hold the key that a token names. In a set whose
// keys have no key IDs, none can be unknown.
func knows(set *jwks.Set, kid string) bool {
	has := func(k *jwks.Key) bool { return k.HasKeyID && k.KeyID == kid }
	named := func(k *jwks.Key) bool { return k.HasKeyID }
	return kid == "" || slices.ContainsFunc(set.Keys, has) || len(set.Keys) > 0 && !slices.ContainsFunc(set.Keys, named)
}

func (c *Client) fetchKeys(ctx context.Context, s source) (*KeySet, error) {
	e, failure := c.get(ctx, s)
	if failure != nil {
		return nil, failure
	}
	d, failure := read(s, e)
	if failure != nil {
		return nil, failure
	}
	c.keep(s, e, d)
	set := *d.keys // records in memory are never modified
	set.AgeSeconds = age(e.fetchedAt, c.cfg.Now())
	return &set, nil
}

// cachedSet returns a key set from the cache, as of now.
func (c *Client) cachedSet(d *record, now time.Time) *KeySet {
	c.hit(d.keys.URL, d.size)
	set := *d.keys
	set.FromCache, set.AgeSeconds = true, age(d.fetchedAt, now)
	return &set
}

// readKeys reads a key set, fetched or cached.
func readKeys(s source, e *entry) (*KeySet, *FetchError) {
	set, err := jwks.Parse([]byte(e.body))
	var syntax *strictjson.SyntaxError
	url := withoutQuery(s.target.url)
	switch {
	case errors.As(err, &syntax):
		return nil, &FetchError{Cause: causeNotJSON, URL: url, Text: "the key set is not a JSON object: " + clip(syntax.Error()), Err: err}
	case err != nil:
		return nil, &FetchError{Cause: causeNotKeySet, URL: url, Text: clip(err.Error()), Err: err}
	}
	return &KeySet{Set: set, URL: url, FetchedAt: e.fetchedAt}, nil
}

func publishesSecrets(set *jwks.Set) bool {
	return slices.ContainsFunc(set.Keys, func(k *jwks.Key) bool {
		return k.Fault != nil && (k.Fault.Code == "private" || k.Fault.Code == "shared_secret")
	})
}
