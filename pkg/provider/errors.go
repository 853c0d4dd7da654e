package provider

import (
	"fmt"
	"strings"
)

// The values of FetchError.Cause.
const (
	causeURL         = "url"              // not a URL that can be asked
	causeTemplate    = "issuer_template"  // an issuer with a placeholder in it, as {tenantid}
	causeHTTP        = "http_not_allowed" // http where https is required
	causeAddress     = "private_address"  // named by a document, but nearer than its issuer
	causeDNS         = "dns"              // the name cannot be resolved
	causeRefused     = "refused"          // nothing listens there
	causeConnection  = "connection"       // the connection failed or broke off
	causeProxy       = "proxy"            // the proxy did not let the request through
	causeTLS         = "tls"              // FetchError.TLS says more
	causeTimeout     = "timeout"          // no complete answer in time
	causeCanceled    = "canceled"         // the caller gave up
	causeStatus      = "status"           // FetchError.Status is not 200
	causeRedirect    = "redirect"         // to where it must not be followed: FetchError.Location
	causeTooLarge    = "too_large"        // more than maxReply bytes
	causeHTML        = "html"             // a web page, perhaps to log in
	causeContentType = "content_type"     // a media type that is not JSON
	causeNotJSON     = "not_json"         // not one strict JSON object, or a truncated one
	causeNotKeySet   = "not_a_key_set"    // JSON, but not a JWK Set
	causeNoKeySet    = "no_jwks_uri"      // the metadata names no key set
	causeReply       = "bad_reply"        // JSON, but not what was asked for
	causeOffline     = "offline"          // not in the cache, and the network is off limits
)

// The values of FetchError.TLS.
const (
	tlsExpired          = "expired"
	tlsNotYetValid      = "not_yet_valid"
	tlsWrongHost        = "wrong_host"
	tlsUnknownAuthority = "unknown_authority"
	tlsPlainHTTP        = "plain_http" // the server does not speak TLS there
	tlsOther            = "other"
)

// A FetchError is why there is no answer. Its message has neither query nor
// secrets in it, but may quote the server: escape it before it reaches a
// terminal.
type FetchError struct {
	Cause    string    // why there is no answer, as a stable word: "dns", "timeout", "status"
	URL      string    // without its query
	Status   int       // for "status" and "html"; otherwise 0
	TLS      string    // for "tls": the problem, such as "expired"
	Location string    // for "redirect": the target, without its query
	Text     string    // the cause in words
	Issuer   string    // from Discover: the issuer that was requested
	Tried    []Attempt // from Discover: every URL that was requested, in order
	Err      error     // the error below, or nil
}

func (e *FetchError) Error() string {
	text := e.Text
	if e.URL != "" {
		text = e.URL + ": " + text
	}
	if e.Missing() {
		return fmt.Sprintf("no metadata at %s: %s", clip(e.Issuer), text)
	}
	return text
}

// Unwrap returns the error below.
func (e *FetchError) Unwrap() error { return e.Err }

// Missing reports whether an issuer's metadata does not exist at any of the
// addresses where it could be.
func (e *FetchError) Missing() bool { return len(e.Tried) > 0 && missing(e) }

// An Attempt is one request for metadata.
type Attempt struct {
	URL     string // without its query
	Form    string // which form of address that is, in words
	Cause   string // why it did not answer; empty for the one that did
	Status  int    // HTTP status, 0 where there was none
	Outcome string // in words
}

// An IssuerMismatchError says that metadata is for another issuer than the one
// that was asked for. The two are compared byte for byte (OpenID Connect
// Discovery section 4.3; RFC 8414 section 3.3).
type IssuerMismatchError struct {
	Asked   string
	Found   string // empty if the document names none
	URL     string // of the document, without its query
	JWKSURI string // that the document names, which is never used; or empty
}

func (e *IssuerMismatchError) Error() string {
	if e.Found == "" {
		return fmt.Sprintf("%s: the metadata names no issuer, expected %q", e.URL, clip(e.Asked))
	}
	return fmt.Sprintf("%s: the metadata is for issuer %q, expected %q", e.URL, clip(e.Found), clip(e.Asked))
}

// A RefusedError says that the server answered, but refused the request: the
// credentials or the request are not good enough (RFC 7662 section 2.3). It
// says nothing about the token.
type RefusedError struct {
	URL         string // without its query
	Status      int    // HTTP status; some say 200
	Code        string // the server's "error" or code, as "invalid_client" or "unsupported_token_type"; or empty
	Description string // the server's words, bounded, without token and secrets; or empty
}

func (e *RefusedError) Error() string {
	text := fmt.Sprintf("%s: the server refused the request: %s", e.URL, statusText(e.Status))
	if e.Code != "" {
		text += ", " + e.Code
	}
	if e.Description != "" {
		text += ": " + e.Description
	}
	return text
}

// maxQuote is the number of bytes of a server's text that go into an error.
const maxQuote = 200

// clip limits the length of untrusted text.
func clip(text string) string {
	if len(text) <= maxQuote {
		return text
	}
	return strings.ToValidUTF8(text[:maxQuote], "") + "…"
}
