package verifier

import (
	"net/http"
	"time"

	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// defaultStaleFor is how long a Verifier goes on with keys that have run out
// while their issuer cannot be reached.
const defaultStaleFor = time.Hour

// An Option changes where a Verifier takes its keys or its time from.
type Option func(*options)

type options struct {
	keys             verify.Keys
	keySetURL        string
	client           *provider.Client
	now              func() time.Time // never nil but in the zero Verifier
	staleFor         *time.Duration
	resourceMetadata string
	refusalLog       func(*http.Request, error)
}

// WithKeys trusts these keys, a *verify.PublicKeys or a *verify.Secret, instead
// of the issuer's. No request is made.
func WithKeys(keys verify.Keys) Option { return func(o *options) { o.keys = keys } }

// WithKeySetURL takes the keys from this address instead of the one that the
// issuer's metadata names. It replaces discovery.
func WithKeySetURL(url string) Option { return func(o *options) { o.keySetURL = url } }

// WithClient uses this client, such as for a proxy, certificate authorities of
// your own, a cache on disk or other limits. Several Verifiers may share one.
func WithClient(client *provider.Client) Option { return func(o *options) { o.client = client } }

// WithClock checks exp, nbf and iat by this clock instead of the machine's.
// The client keeps its own.
func WithClock(now func() time.Time) Option { return func(o *options) { o.now = now } }

// WithStaleFor sets how long the Verifier uses expired keys while their issuer
// cannot be reached: an hour by default, 0 for not at all. They are never used for
// an unknown key ID.
func WithStaleFor(d time.Duration) Option { return func(o *options) { o.staleFor = &d } }

// WithResourceMetadata has the middleware name the address of this API's own
// metadata in every challenge (resource_metadata, RFC 9728 section 5.1).
func WithResourceMetadata(url string) Option { return func(o *options) { o.resourceMetadata = url } }

// WithRefusalLog has the middleware, RequireScope and RequireRole call log with
// the reason why they refuse a request, before they answer it. The error is that
// of Verify, a *verify.RejectedError or why the issuer could not be reached, or
// it says that the token is absent, is an ID token, or lacks a scope or a role.
// It may quote the token's claims: escape it. Many goroutines may call log at
// once.
func WithRefusalLog(log func(r *http.Request, err error)) Option {
	return func(o *options) { o.refusalLog = log }
}

// machineClock is where the library's one clock is read.
func machineClock() time.Time { return time.Now() } //nolint:forbidigo // a server's usual clock; WithClock takes another
