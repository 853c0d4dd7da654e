package cmd

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/claimcheck/claimcheck/cmd/internal/advice"
	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/provider"
)

// unavailable gives an error of the provider its exit code and a hint, and says
// each address once.
func unavailable(err error) error {
	var mismatch *provider.IssuerMismatchError
	var fetch *provider.FetchError
	var failed *failure
	if errors.Is(err, context.Canceled) || errors.As(err, &failed) {
		return err
	}
	failed = fail(exitUnavailable, "%w", err).orHint(advice.Unavailable(err))
	switch {
	case errors.As(err, &mismatch) && mismatch.Found == "":
		failed.err = &shortError{"the metadata at " + mismatch.URL + " names no issuer", mismatch}
	case errors.As(err, &mismatch):
		failed.err = &shortError{"the metadata at " + mismatch.URL + " is for another issuer: " + output.Quote(mismatch.Found), mismatch}
	case errors.As(err, &fetch) && fetch.Missing():
		failed.err, failed.tried = &shortError{"no metadata at " + fetch.Issuer, err}, attempts(fetch.Tried)
	case errors.As(err, &fetch) && len(fetch.Tried) > 1:
		failed.tried = attempts(fetch.Tried)
	}
	return failed
}

// noKeySet is unavailable for the URL of a key set that the user typed. If there is
// nothing at the URL, it is usually that of an issuer.
func noKeySet(err error, typed string) error {
	explained := unavailable(err)
	fetch, fetched := errors.AsType[*provider.FetchError](err)
	if failed, ok := errors.AsType[*failure](explained); ok && fetched && fetch.Status == http.StatusNotFound && fetch.URL == typed {
		return failed.withHint("check the address; --jwks takes the URL of a key set, --issuer that of an issuer")
	}
	return explained
}

// A shortError shortens the message of another error, because the rest is shown
// separately.
type shortError struct {
	text string
	err  error
}

func (e *shortError) Error() string { return e.text }
func (e *shortError) Unwrap() error { return e.err }

func attempts(tried []provider.Attempt) []output.Attempt {
	list := make([]output.Attempt, len(tried))
	for i, a := range tried {
		list[i] = output.Attempt{Address: a.URL, Outcome: strings.TrimPrefix(a.Outcome, "the server answered ")}
	}
	return list
}

const wellKnown = "/.well-known/"
