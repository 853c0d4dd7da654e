package provider

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// Refetch is what became of the wish for a newer key set.
type Refetch string

// The outcomes of looking for a key ID.
const (
	RefetchNotNeeded Refetch = ""        // the key ID is there, or the set is fresh from the server
	RefetchDone      Refetch = "done"    // it was not in the cached set: this one is newer
	RefetchHeld      Refetch = "held"    // it is not there, but the last fetch was less than RefetchFloor ago
	RefetchOffline   Refetch = "offline" // it is not there, but the network is not to be used
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
	Refetch     Refetch
}

// Source describes where the set came from, for a report.
func (s *KeySet) Source() string {
	source := s.URL
	if s.FromCache {
		source += ", from the cache"
	}
	switch s.Refetch {
	case RefetchDone:
		source += ", fetched again for the unknown kid"
	case RefetchHeld:
		source += fmt.Sprintf("; asked less than %s ago, so not again for the unknown kid", RefetchFloor)
	case RefetchOffline:
		source += "; not fetched again for the unknown kid: offline"
	}
	return source
}

// KeysFor is discovery and keys in one, within one Timeout: what it takes to
// verify a token of an issuer. With a warm cache it costs no request, with a
// cold one two. kid is the token's key ID, or empty: a cached set that does not
// have it is fetched once more, but not within RefetchFloor of the last fetch.
//
// The issuer in the metadata must be the one asked for, byte for byte, else the
// error is an *IssuerMismatchError. Other errors are *FetchError. A set without
// keys is no error.
func (c *Client) KeysFor(ctx context.Context, issuer, kid string) (*KeySet, error) {
	ctx, cancel := c.begin(ctx)
	defer cancel()
	md, err := c.discover(ctx, issuer)
	if err != nil {
		return nil, err
	}
	if md.Issuer != issuer { // the whole address of metadata is no issuer
		return nil, &IssuerMismatchError{Asked: issuer, Found: md.Issuer, URL: md.URL}
	}
	return c.keysOf(ctx, md, kid)
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
	p, err := c.typedPlace(url)
	if err != nil {
		return nil, err
	}
	return c.keys(ctx, source{kind: kindKeys, place: p}, kid)
}

func (c *Client) keysOf(ctx context.Context, md *Metadata, kid string) (*KeySet, error) {
	if err := md.refuseMismatch(); err != nil {
		return nil, err
	}
	if md.JWKSURI == "" {
		return nil, md.noKeySet()
	}
	p, err := c.namedPlace(md.JWKSURI, md)
	if err != nil {
		return nil, err
	}
	set, err := c.keys(ctx, source{kind: kindKeys, issuer: md.Issuer, place: p}, kid)
	if err != nil {
		return nil, err
	}
	set.Metadata = md
	return set, nil
}

func (c *Client) keys(ctx context.Context, s source, kid string) (*KeySet, error) {
	unlock, err := c.lock(ctx, s)
	if err != nil {
		return nil, err
	}
	defer unlock()
	cached := c.cachedKeys(s)
	switch {
	case cached == nil && c.cfg.Offline:
		return nil, &FetchError{Kind: KindOffline, URL: shown(s.place.url), Text: "the cache has no key set that may still be used, and the network is not to be used"}
	case cached == nil:
		return c.fetchKeys(ctx, s)
	case knows(cached.Set, kid):
		return cached, nil
	case c.cfg.Offline:
		cached.Refetch = RefetchOffline
		return cached, nil
	case c.held(s, cached):
		cached.Refetch = RefetchHeld
		return cached, nil
	}
	c.claimRefetch(s)
	newer, err := c.fetchKeys(ctx, s)
	if err != nil {
		return nil, err
	}
	newer.Refetch = RefetchDone
	return newer, nil
}

// knows tells whether a set may hold the key that a token names. In a set whose
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

// held tells whether it is too early to fetch a set again. The last fetch is
// the one that filled the cache, or one that failed since.
func (c *Client) held(s source, cached *KeySet) bool {
	if c.cfg.Now().Sub(cached.FetchedAt) < RefetchFloor {
		return true
	}
	s.kind = kindRefetch
	return c.cached(s) != nil
}

// claimRefetch notes on disk that the set is being fetched again, for other
// processes and for the next run if the fetch fails.
func (c *Client) claimRefetch(s source) {
	s.kind = kindRefetch
	c.keep(s, &reply{fetchedAt: c.cfg.Now(), lifetime: RefetchFloor})
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
	if _, onDisk := c.cache.(*Cache); onDisk && publishesSecrets(set.Set) {
		r.lifetime = 0 // not to be copied to yet another disk
	}
	c.keep(s, r)
	return set, nil
}

func (c *Client) cachedKeys(s source) *KeySet {
	r := c.cached(s)
	if r == nil {
		return nil
	}
	set, bad := c.readKeys(r)
	if bad != nil {
		c.cache.distrust(s, "its content is not a key set")
		return nil
	}
	c.hit(r)
	return set
}

// readKeys reads a key set, fetched or cached.
func (c *Client) readKeys(r *reply) (*KeySet, *FetchError) {
	set, err := jwks.Parse(r.body)
	var syntax *strictjson.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return nil, &FetchError{Kind: KindNotJSON, URL: r.url, Text: "the key set is not a JSON object: " + clip(syntax.Error()), Err: err}
	case err != nil:
		return nil, &FetchError{Kind: KindNotKeySet, URL: r.url, Text: clip(err.Error()), Err: err}
	}
	return &KeySet{
		Set: set, URL: r.url, ContentType: r.contentType,
		FetchedAt: r.fetchedAt, AgeSeconds: c.age(r), FromCache: r.fromCache,
	}, nil
}

func publishesSecrets(set *jwks.Set) bool {
	for _, k := range set.Keys {
		if k.Fault != nil && (k.Fault.Code == jwks.FaultPrivate || k.Fault.Code == jwks.FaultSharedSecret) {
			return true
		}
	}
	return false
}
