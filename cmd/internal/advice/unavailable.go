package advice

import (
	"errors"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// Unavailable returns what can be done about an error of the provider, or an
// empty string.
func Unavailable(err error) string {
	if mismatch, ok := errors.AsType[*provider.IssuerMismatchError](err); ok {
		return Mismatch(mismatch)
	}
	if _, ok := errors.AsType[*provider.RefusedError](err); ok {
		return "that says nothing about the token: the server requires authentication"
	}
	if fetch, ok := errors.AsType[*provider.FetchError](err); ok {
		return fetchHint(fetch)
	}
	return ""
}

// Mismatch says how the issuer that was asked for differs from the one that the
// document is for.
func Mismatch(e *provider.IssuerMismatchError) string {
	const wellKnown = "/.well-known/"
	switch {
	case e.Found == "":
		return "check that this is the issuer's URL"
	case strings.Contains(e.Found, wellKnown):
		return "the issuer is the part before /.well-known, not the document's own address; the issuer has to fix this"
	case strings.Contains(e.Asked, wellKnown):
		return "the issuer is the part before /.well-known"
	}
	if verify.IsTemplate(e.Found) {
		return "the document is for every tenant; use your own tenant's issuer"
	}
	d := verify.Compare(e.Asked, e.Found)
	if d == nil || d.Cause == "different_host" || d.Cause == "different_value" {
		return "the document is for another issuer: " + e.Found
	}
	return strings.NewReplacer("the token has", "the document has", "the token lacks", "the document lacks").Replace(Difference(d))
}

func fetchHint(e *provider.FetchError) string {
	switch e.Cause {
	case "connection":
		before, _, _ := strings.Cut(e.URL, "://")
		return "check host and port, that the server speaks " + before + " there, and any proxy in between"
	case "redirect":
		if !strings.HasPrefix(e.Location, "https://") {
			return "nothing is fetched from there; check the address"
		}
	case "status", "html", "content_type", "not_json":
		return statusHint(e)
	}
	return map[string]string{
		"http_not_allowed":      "use https; for a test system, --allow-http",
		"private_address":       "a public issuer's document must not name an address in a private network",
		"dns":                   "check the host name and the network connection",
		"refused":               "check host and port, and that the server is running",
		"proxy":                 "HTTPS_PROXY and HTTP_PROXY name the proxy, NO_PROXY the hosts to reach without it",
		"timeout":               "the server is slow, or unreachable from here; --timeout allows more time",
		"tls unknown_authority": "if the authority is your own, name it with --cacert FILE",
		"tls expired":           "check the clock of this machine",
		"tls not_yet_valid":     "check the clock of this machine",
		"tls plain_http":        "the server may speak http there; for one on this machine write http://",
		"tls wrong_host":        "check the host name",
		"redirect":              "if it has moved there, use that address",
		"not_a_key_set":         "if that is an issuer or its metadata, use --issuer",
		"no_jwks_uri":           "pass the key set with --jwks",
		"issuer_template":       "use your own tenant's issuer; or accept every tenant with --any-tenant and the keys given by --jwks URL",
		"offline":               "run it once without --offline",
	}[strings.TrimSpace(e.Cause+" "+e.TLS)]
}

func statusHint(e *provider.FetchError) string {
	switch {
	case e.Status == 401 || e.Status == 403:
		return "if the address needs a login, send it with --header @FILE"
	case e.Status == 429 || e.Status >= 500:
		return "the server is failing or limiting requests: try again later"
	case e.Missing():
		return "the issuer is the iss claim of its tokens: claimcheck decode shows it"
	case e.Cause == "not_json":
		return "the server has to fix this"
	default:
		return "check the address"
	}
}
