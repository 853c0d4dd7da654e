// Package verifier verifies tokens for Go programs: it finds the issuer's keys,
// keeps them, follows their rotation and verifies each token under one policy.
// The command uses it too, so both give the same verdict.
//
//	v, err := verifier.New(verify.Policy{Issuer: "https://issuer.example", Audiences: []string{"api"}})
//	if err != nil { … }
//	mux.Handle("/api/", v.Middleware(api))
//
// or, without HTTP:
//
//	tok, err := v.Verify(ctx, raw)
//
// Make one Verifier for each policy and keep it: what it fetches is parsed once
// and shared by all goroutines.
package verifier

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// A Verifier verifies tokens under one policy. Its methods are safe for
// concurrent use. The zero Verifier accepts nothing and makes no request.
type Verifier struct {
	policy verify.Policy
	opts   options
}

// New returns a Verifier. Unless an option says otherwise, it uses the keys of
// policy.Issuer, found by discovery when the first token needs them. New fails if the
// policy cannot be used, if the keys cannot be fetched in principle, as with an
// issuer over http on another machine, or if options contradict each other.
func New(policy verify.Policy, opts ...Option) (*Verifier, error) {
	if err := policy.Problem(); err != nil {
		return nil, fmt.Errorf("verifier: %w", err)
	}
	v := &Verifier{policy: policy}
	for _, opt := range opts {
		opt(&v.opts)
	}
	if err := v.opts.complete(policy); err != nil {
		return nil, fmt.Errorf("verifier: %w", err)
	}
	return v, nil
}

// complete refuses options that contradict each other and fills in the usual
// ones.
func (o *options) complete(policy verify.Policy) error {
	switch {
	case o.keys != nil && o.keySetURL != "":
		return errors.New("local keys and a key set URL are two sources of trust")
	case o.keys == nil && o.keySetURL == "" && policy.Issuer == "":
		return errors.New("no trusted keys: name the issuer, a key set or the keys")
	case o.client != nil && o.staleFor != nil:
		return errors.New("StaleFor must be set on the client that was passed")
	}
	if o.now == nil {
		o.now = machineClock
	}
	if o.keys != nil {
		return nil
	}
	own := o.client == nil
	if own { // what it fetches is kept in memory only
		var err error
		stale := *cmp.Or(o.staleFor, new(defaultStaleFor))
		o.client, err = provider.New(provider.Config{Now: machineClock, Proxy: http.ProxyFromEnvironment, StaleFor: stale})
		if err != nil {
			return err
		}
	}
	err := o.client.CheckURL(cmp.Or(o.keySetURL, policy.Issuer))
	if fetch, ok := errors.AsType[*provider.FetchError](err); ok && (own || fetch.Cause == "url") { // another client reports other errors when it is used
		return err
	}
	return nil
}

// Verify returns the token if it is accepted. For a token that is not, the error
// is a *verify.RejectedError, and errors.Is finds its reason
// (verify.ReasonExpired and so on). Any other error means that there is no
// verdict, because the issuer could not be reached: see Report.
func (v *Verifier) Verify(ctx context.Context, raw string) (*Token, error) {
	result, err := v.Examine(ctx, raw)
	if err != nil {
		return nil, err
	}
	if err := result.Report.Err(); err != nil {
		return nil, err
	}
	return newToken(result, &v.policy), nil
}

// Report returns every check of a token, accepted or not. The error is for an
// issuer that could not be reached: a *provider.FetchError, or a
// *provider.IssuerMismatchError where its metadata names another issuer.
func (v *Verifier) Report(ctx context.Context, raw string) (*verify.Report, error) {
	result, err := v.Examine(ctx, raw)
	if err != nil {
		return nil, err
	}
	return result.Report, nil
}

// A Result is a report with its inputs.
type Result struct {
	Report *verify.Report
	Token  *token.Token     // unverified: see the Report
	KeySet *provider.KeySet // nil where the keys are local, or where none were needed
}

// Examine is Report for programs that explain: it also returns where the keys
// came from.
func (v *Verifier) Examine(ctx context.Context, raw string) (*Result, error) {
	t := token.Parse(raw) // what is wrong with it is in the report
	result := &Result{Token: t}
	policy := v.policy
	if v.opts.now == nil { // the zero Verifier
		result.Report = verify.Verify(t, nil, policy, time.Time{})
		return result, nil
	}
	keys, err := v.keys(ctx, result)
	if err != nil {
		return nil, err
	}
	result.Report = verify.Verify(t, keys, policy, v.opts.now())
	return result, nil
}

// keys finds what verifies the token. One that no key could save costs no
// request.
func (v *Verifier) keys(ctx context.Context, result *Result) (verify.Keys, error) {
	if v.opts.keys != nil {
		return v.opts.keys, nil
	}
	if !verify.Preflight(result.Token, v.policy) {
		return nil, nil
	}
	set, err := v.fetch(ctx, result.Token)
	switch {
	case err != nil && result.Token.FaultIn("payload") != nil:
		return nil, nil // it is refused in any case
	case err != nil:
		return nil, err
	}
	result.KeySet = set
	keys := &verify.PublicKeys{Set: set.Set, Source: set.Source(), AgeSeconds: set.AgeSeconds}
	if set.Metadata != nil {
		keys.IDTokenAlgorithms = set.Metadata.IDTokenAlgorithms
	}
	return keys, nil
}

func (v *Verifier) fetch(ctx context.Context, t *token.Token) (*provider.KeySet, error) {
	kid, _ := t.KeyID()
	if v.opts.keySetURL != "" {
		return v.opts.client.Keys(ctx, v.opts.keySetURL, kid)
	}
	return v.opts.client.KeysFor(ctx, v.policy.Issuer, kid)
}
