package cmd

import (
	"cmp"
	"context"
	"errors"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/cmd/internal/advice"
	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// An issuerQuestion is what an issuer was asked for. Where there is no answer, it
// finds the next step: the command line that would have worked.
type issuerQuestion struct {
	client      *provider.Client
	typed       advice.Cmdline
	issuer      string // as it was typed
	tokenIssuer string // what the token says, unverified, or empty
	headers     bool   // --header is used
}

// secret reports whether the command sends a secret or the token: it is offered for
// the origin only that the user typed.
func (q issuerQuestion) secret() bool { return q.typed.Is("introspect") }

// command is the command line with another issuer and, unless it is empty, a key
// set. Nothing in it has been verified: it is for the user to confirm.
func (q issuerQuestion) command(issuer, keys string) advice.Cmdline {
	line := q.typed
	if line.Is("jwks") || line.Is("discover") && keys == "" {
		line.Argument = cmp.Or(keys, issuer)
		return line
	}
	line = line.Set("issuer", issuer)
	if keys != "" {
		line = line.Set("jwks", keys)
	}
	if line.Is("discover") {
		line.Command, line.Argument = "claimcheck verify", "<@FILE>"
		line = line.Set("audience", "<your audience>")
	}
	return line
}

// The bounds of looking for what was meant by an issuer that has no metadata.
const (
	guessTime  = 5 * time.Second
	maxGuesses = 4
)

// unavailable is unavailable with the next step, if one is known. The requests
// that it makes for that go to the origin that the user typed.
func (q issuerQuestion) unavailable(ctx context.Context, err error) error {
	explained := unavailable(err)
	var failed *failure
	var mismatch *provider.IssuerMismatchError
	var fetch *provider.FetchError
	if !errors.As(explained, &failed) || errors.Is(err, context.Canceled) {
		return explained
	}
	ctx, cancel := context.WithTimeout(ctx, guessTime)
	defer cancel()
	if trimmed := strings.TrimSpace(q.issuer); trimmed != q.issuer {
		return failed.withHint("the issuer starts or ends with a space:").withCommand(q.command(trimmed, ""))
	}
	switch {
	case errors.As(err, &mismatch):
		return q.explainMismatch(ctx, failed, mismatch)
	case !errors.As(err, &fetch):
	case fetch.Missing():
		return q.explainMissing(ctx, failed)
	case fetch.TLS == "plain_http" && isLocal(q.issuer):
		return failed.withHint("the server may speak http there:").withCommand(q.command("http"+strings.TrimPrefix(q.issuer, "https"), ""))
	case unreached(fetch) && q.tokenIssuer != q.issuer && advice.Copyable(q.tokenIssuer) && isURL(q.tokenIssuer):
		return q.offer(failed, failed.hint+"; the token names (unverified) "+q.tokenIssuer+"; ", q.tokenIssuer)
	case q.headers && (fetch.Status == 401 || fetch.Status == 403) && !sameOrigin(fetch.URL, q.issuer):
		return failed.withHint("--header was sent only to %s, which you named; to send it to the key set too, name its URL:", originOf(q.issuer)).
			withCommand(q.command(q.issuer, fetch.URL))
	}
	return failed
}

// offer adds a command line with another issuer for the user to confirm.
func (q issuerQuestion) offer(failed *failure, why, issuer string) error {
	return failed.withHint("%sif that is the issuer you expect:", why).withCommand(q.command(issuer, ""))
}

// explainMismatch offers the issuer that the document names: with the keys from
// where the document was found, if they are there.
func (q issuerQuestion) explainMismatch(ctx context.Context, failed *failure, e *provider.IssuerMismatchError) error {
	switch {
	case strings.Contains(e.Found, wellKnown) || !advice.Copyable(strings.NewReplacer("{", "", "}", "").Replace(e.Found)):
	case q.secret() && !sameOrigin(e.Asked, e.Found):
		return failed.withHint("nothing was sent there; if that is the issuer you expect, name it with --issuer")
	case verify.IsTemplate(e.Found) && advice.Copyable(e.JWKSURI):
		return failed.withHint("%s; to accept every tenant:", failed.hint).withCommand(q.command(e.Found, e.JWKSURI).Add("any-tenant", ""))
	case verify.IsTemplate(e.Found):
	case sameOrigin(e.Asked, e.Found):
		if _, err := q.client.KeysFor(ctx, e.Found, ""); err != nil {
			return q.offerElsewhere(ctx, failed, e)
		}
		return q.offer(failed, failed.hint+"; ", e.Found)
	default:
		return q.offerElsewhere(ctx, failed, e)
	}
	return failed
}

// offerElsewhere is for an issuer whose metadata and keys are reached at another
// address than its own, as in a container or behind a proxy.
func (q issuerQuestion) offerElsewhere(ctx context.Context, failed *failure, e *provider.IssuerMismatchError) error {
	for _, keys := range keySetsOnOrigin(e) {
		if _, err := q.client.Keys(ctx, keys, ""); err == nil {
			return failed.withHint("if that is the issuer you expect, and its keys are to be fetched here:").withCommand(q.command(e.Found, keys))
		}
	}
	return q.offer(failed, "", e.Found)
}

// keySetsOnOrigin are the addresses of the key set on the origin that was asked: the
// one in the document, or the same path there, or the same below the issuer.
func keySetsOnOrigin(e *provider.IssuerMismatchError) []string {
	keys, err := url.Parse(e.JWKSURI)
	here, hereErr := url.Parse(e.URL)
	if err != nil || hereErr != nil || !advice.Copyable(e.JWKSURI) {
		return nil
	}
	if sameOrigin(e.JWKSURI, e.URL) {
		return []string{e.JWKSURI}
	}
	keys.Scheme, keys.Host = here.Scheme, here.Host
	list := []string{keys.String()}
	if rest, below := strings.CutPrefix(e.JWKSURI, e.Found); below && e.Asked+rest != list[0] {
		list = append(list, e.Asked+rest)
	}
	return list
}

// explainMissing guesses what was meant by an issuer that has no metadata.
func (q issuerQuestion) explainMissing(ctx context.Context, failed *failure) error {
	if hasPath := strings.TrimSuffix(q.issuer, "/") != originOf(q.issuer); hasPath {
		if _, err := q.client.Keys(ctx, q.issuer, ""); err == nil {
			return q.explainKeySet(ctx, failed)
		}
	}
	if q.tokenIssuer == q.issuer {
		return failed.withHint("the token names this issuer too, so its metadata may be at another address; if you know where its key set is:").
			withCommand(q.command(q.issuer, "<URL of the key set>"))
	}
	if advice.Copyable(q.tokenIssuer) {
		return q.offer(failed, "the token names (unverified) "+q.tokenIssuer+"; ", q.tokenIssuer)
	}
	if issuer := q.shorter(ctx); issuer != "" {
		return q.offer(failed, "there is metadata of "+issuer+"; ", issuer)
	}
	return failed
}

func (q issuerQuestion) explainKeySet(ctx context.Context, failed *failure) error {
	failed.tried = nil
	failed.err = &shortError{q.issuer + " is a key set, not an issuer", failed.err}
	if line := q.typed; line.Is("discover") {
		line.Command, line.Argument = "claimcheck jwks", q.issuer
		return failed.withHint("to use it as one:").withCommand(line)
	}
	if q.secret() {
		failed.hint = "--issuer takes the issuer that it belongs to"
		if issuer := q.shorter(ctx); issuer != "" {
			return q.offer(failed, "there is metadata of "+issuer+"; ", issuer)
		}
		return failed
	}
	issuer := q.tokenIssuer
	if !advice.Copyable(issuer) {
		issuer = cmp.Or(q.shorter(ctx), "<the issuer you expect>")
	}
	return failed.withHint("use --jwks for it, and --issuer for the issuer that you expect:").withCommand(q.command(issuer, q.issuer))
}

// shorter looks for the issuer that the address of one of its endpoints begins
// with.
func (q issuerQuestion) shorter(ctx context.Context) string {
	origin := originOf(q.issuer)
	path := strings.TrimSuffix(strings.TrimPrefix(q.issuer, origin), "/")
	for range maxGuesses {
		end := strings.LastIndex(path, "/")
		if end < 0 {
			return ""
		}
		path = path[:end]
		metadata, err := q.client.Discover(ctx, origin+path)
		var mismatch *provider.IssuerMismatchError
		switch {
		case err == nil && advice.Copyable(metadata.Issuer):
			return metadata.Issuer
		case errors.As(err, &mismatch) && mismatch.Found == mismatch.Asked+"/" && advice.Copyable(mismatch.Found):
			return mismatch.Found
		}
	}
	return ""
}

// unreached reports whether no server answered at an issuer's address.
func unreached(e *provider.FetchError) bool {
	return e.Cause == "dns" || e.Cause == "refused" || e.Cause == "timeout"
}

// isLocal reports whether an address is on this machine, where http is safe.
func isLocal(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
}

func originOf(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return text
	}
	return u.Scheme + "://" + u.Host
}

func sameOrigin(a, b string) bool { return strings.EqualFold(originOf(a), originOf(b)) }
