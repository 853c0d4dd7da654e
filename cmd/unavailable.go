package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// unavailable gives an error of the provider its exit code and a hint.
func unavailable(err error) error {
	var mismatch *provider.IssuerMismatchError
	var fetch *provider.FetchError
	var refused *provider.RefusedError
	var failed *failure
	switch {
	case errors.Is(err, context.Canceled), errors.As(err, &failed):
		return err
	case errors.As(err, &mismatch):
		return &failure{code: exitUnavailable, err: err, hint: mismatchHint(mismatch)}
	case errors.As(err, &refused):
		return &failure{code: exitUnavailable, err: err, hint: "that says nothing about the token: the server wants to know who asks"}
	case errors.As(err, &fetch):
		return &failure{code: exitUnavailable, err: err, hint: fetchHint(fetch)}
	default:
		return &failure{code: exitUnavailable, err: err}
	}
}

// mismatchHint names the difference between the issuer that was asked for and
// the one that the document is for.
func mismatchHint(e *provider.IssuerMismatchError) string {
	if e.Found == "" {
		return "is this the issuer's URL?"
	}
	if verify.IsTemplate(e.Found) {
		return "the document is for every tenant: ask for your tenant's own issuer"
	}
	d := verify.Compare(e.Asked, e.Found)
	if d == nil || d.Kind == verify.DifferentHost || d.Kind == verify.DifferentValue {
		return "the document is for another issuer: is " + e.Found + " the one that is meant?"
	}
	return hinter{}.identityAdvice(verify.Check{}, d).String()
}

func fetchHint(e *provider.FetchError) string {
	switch e.Cause {
	case "http_not_allowed":
		return "use https; for a test system, --allow-http"
	case "private_address":
		return "a document from elsewhere must not name an address in this network"
	case "dns":
		return "is the host name right, and is there a network?"
	case "refused":
		return "are host and port right, and is the server running?"
	case "connection":
		return "are host and port right, does the server speak " + scheme(e.URL) + " there, and does a proxy stand in between?"
	case "timeout":
		return "is the server slow, or unreachable from here? --timeout allows more time"
	case "tls":
		return tlsHint(e.TLS)
	case "redirect":
		if !strings.HasPrefix(e.Location, "https://") {
			return "nothing is fetched from there; is the address right?"
		}
		return "if that is where it is now, ask there"
	case "status", "html", "content_type", "not_json":
		return statusHint(e)
	case "not_a_key_set":
		return "if that is an issuer's address or metadata, verify takes the issuer with --issuer"
	case "no_jwks_uri":
		return "give the key set yourself, with --jwks"
	case "offline":
		return "run it once without --offline"
	default:
		return ""
	}
}

func scheme(url string) string {
	before, _, _ := strings.Cut(url, "://")
	return before
}

func tlsHint(problem string) string {
	switch problem {
	case "unknown_authority":
		return "if the authority is your own, name it with --cacert FILE"
	case "expired", "not_yet_valid":
		return "is the clock of this machine right?"
	case "plain_http":
		return "does it speak http there? for a server on this machine write http://"
	case "wrong_host":
		return "is the host name right?"
	default:
		return ""
	}
}

func statusHint(e *provider.FetchError) string {
	if e.Status == 401 || e.Status == 403 {
		return "if the address needs a login, send it with --header @FILE"
	}
	switch {
	case e.Status == 429 || e.Status >= 500:
		return "the server is in trouble or has had enough of us: try again later"
	case len(e.Tried) == 0:
		return "is the address right?"
	case len(e.Tried) == 1:
		return "is this the issuer's URL?"
	}
	tried := make([]string, len(e.Tried))
	for i, a := range e.Tried {
		tried[i] = fmt.Sprintf("%s (%s)", a.URL, a.Outcome)
	}
	return "is this the issuer's URL? tried: " + strings.Join(tried, ", ")
}
