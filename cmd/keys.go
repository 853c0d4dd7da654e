package cmd

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// loadedKeys are the keys that verify a token and what their issuer says beside.
type loadedKeys struct {
	keys                  verify.Keys
	advertised            []string // see verify.Policy.AdvertisedAlgorithms
	authorizationEndpoint string   // empty if not known
	held                  bool     // the keys were not fetched again, although that could help
	cached                bool     // they came from the cache
	url                   string   // of the key set that the issuer's metadata names, or empty
}

// keys loads what verifies the token: local keys, or those of the issuer. A
// token that no key could save costs no request.
func (o *judgeOptions) keys(ctx context.Context, r *run, t *token.Token, p verify.Policy) (loadedKeys, error) {
	if o.trust.named() && !o.trust.remote() {
		keys, err := o.trust.loadLocal(r.env)
		address, warning := setAddress(o.trust.jwks, err)
		if address == "" {
			o.traceReading(r, keys)
			return loadedKeys{keys: keys}, err
		}
		r.printer.Warn(warning)
		o.trust.jwks = address
	}
	if !o.trust.remote() {
		if err := checkIssuerURL(o.demands.issuer); err != nil {
			return loadedKeys{}, err
		}
	}
	client, err := r.client(&o.network)
	if err != nil {
		return loadedKeys{}, err
	}
	if verify.Hopeless(t, p) {
		return loadedKeys{}, nil
	}
	loaded, err := o.fetch(ctx, client, r.printer, t)
	if err != nil && t.Faulty(token.AreaPayload) {
		return loadedKeys{}, nil // the token is refused in any case
	}
	return loaded, err
}

// traceReading says under --verbose in which form the keys were read.
func (o *judgeOptions) traceReading(r *run, keys verify.Keys) {
	if public, ok := keys.(*verify.PublicKeys); ok && public.Set.ReadAs != "" && o.network.verbose {
		r.printer.Trace(public.Source + " was read as " + public.Set.ReadAs)
	}
}

func (o *judgeOptions) fetch(ctx context.Context, client *provider.Client, printer *output.Printer, t *token.Token) (loadedKeys, error) {
	kid, _ := t.KeyID()
	var set *provider.KeySet
	var err error
	if o.trust.remote() {
		set, err = keysAt(ctx, client, printer, o.trust.jwks, kid)
	} else {
		set, err = client.KeysFor(ctx, o.demands.issuer, kid)
	}
	if err != nil {
		return loadedKeys{}, unavailable(err)
	}
	loaded := loadedKeys{keys: &verify.PublicKeys{Set: set.Set, Source: sourceOf(set), AgeSeconds: set.AgeSeconds}}
	loaded.held, loaded.cached = set.Refetch == provider.RefetchHeld, set.FromCache
	if !o.trust.remote() {
		loaded.url = set.URL
	}
	if set.Metadata != nil {
		loaded.advertised = advertised(set.Metadata)
		loaded.authorizationEndpoint, _ = set.Metadata.Document.Get("authorization_endpoint").Text()
	}
	return loaded, nil
}

// advertised is id_token_signing_alg_values_supported, without which OpenID
// Connect Discovery section 3 means RS256; RFC 8414 says nothing of it.
func advertised(m *provider.Metadata) []string {
	list, ok := m.Document.Get("id_token_signing_alg_values_supported").TextList()
	switch {
	case ok:
		return append([]string{}, list...)
	case m.Form == "openid":
		return []string{"RS256"}
	default:
		return nil
	}
}

func sourceOf(set *provider.KeySet) string {
	source := set.URL
	if set.FromCache {
		source += ", from the cache"
	}
	switch set.Refetch {
	case provider.RefetchDone:
		source += ", fetched again for the unknown kid"
	case provider.RefetchHeld:
		source += fmt.Sprintf("; asked less than %s ago, so not again for the unknown kid", output.FormatDuration(provider.RefetchFloor))
	case provider.RefetchOffline:
		source += "; not fetched again for the unknown kid, because of --offline"
	}
	return source
}

// checkIssuerURL refuses an issuer that keys cannot be fetched from. No host
// name is completed here: the issuer is compared as it stands.
func checkIssuerURL(issuer string) error {
	u, err := url.Parse(issuer)
	if err != nil || u.Host == "" || !strings.HasPrefix(strings.ToLower(issuer), "http") {
		return usageError("--issuer %q is not an https URL, so its keys cannot be looked up", issuer).withHint(
			"write it as the token has it, with https:// (or http:// on this machine), or give the keys with --jwks, --key or --secret")
	}
	return nil
}
