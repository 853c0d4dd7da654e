package provider

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Kind is the cause of a FetchError.
type Kind string

// The causes of a FetchError.
const (
	KindURL         Kind = "url"              // not a URL that can be asked
	KindHTTP        Kind = "http_not_allowed" // http where https is demanded
	KindAddress     Kind = "private_address"  // named by a document, but nearer than its issuer
	KindDNS         Kind = "dns"              // the name cannot be resolved
	KindRefused     Kind = "refused"          // nothing listens there
	KindConnection  Kind = "connection"       // the connection failed or broke off
	KindProxy       Kind = "proxy"            // the proxy did not let the request through
	KindTLS         Kind = "tls"              // FetchError.TLS says more
	KindTimeout     Kind = "timeout"          // no complete answer in time
	KindCanceled    Kind = "canceled"         // the caller gave up
	KindStatus      Kind = "status"           // FetchError.Status is not 200
	KindRedirect    Kind = "redirect"         // to where it must not be followed: FetchError.Location
	KindTooLarge    Kind = "too_large"        // more than MaxReply bytes
	KindHTML        Kind = "html"             // a web page, perhaps to log in
	KindContentType Kind = "content_type"     // a media type that is not JSON
	KindNotJSON     Kind = "not_json"         // not one strict JSON object, or a truncated one
	KindNotKeySet   Kind = "not_a_key_set"    // JSON, but not a JWK Set
	KindNoKeySet    Kind = "no_jwks_uri"      // the metadata names no key set
	KindReply       Kind = "bad_reply"        // JSON, but not what was asked for
	KindOffline     Kind = "offline"          // not in the cache, and the network is off limits
)

// TLSProblem is what is wrong with a TLS connection.
type TLSProblem string

// The problems of TLS connections.
const (
	TLSExpired          TLSProblem = "expired"
	TLSNotYetValid      TLSProblem = "not_yet_valid"
	TLSWrongHost        TLSProblem = "wrong_host"
	TLSUnknownAuthority TLSProblem = "unknown_authority"
	TLSPlainHTTP        TLSProblem = "plain_http" // the server does not speak TLS there
	TLSOther            TLSProblem = "other"
)

// A FetchError is why there is no answer. Its message has neither query nor
// secrets in it, but may quote the server: escape it before it reaches a
// terminal.
type FetchError struct {
	Kind     Kind
	URL      string     // without its query
	Status   int        // for KindStatus and KindHTML, else 0
	TLS      TLSProblem // for KindTLS
	Location string     // for KindRedirect: where to, without its query
	Text     string     // the cause in words
	Tried    []Attempt  // by Discover: every address asked, in order
	Err      error      // the error below, or nil
}

func (e *FetchError) Error() string {
	text := e.Text
	if e.URL != "" {
		text = e.URL + ": " + text
	}
	if len(e.Tried) > 1 {
		return fmt.Sprintf("no metadata at any of %d addresses: %s", len(e.Tried), text)
	}
	return text
}

// Unwrap returns the error below.
func (e *FetchError) Unwrap() error { return e.Err }

// An Attempt is one address that was asked for metadata.
type Attempt struct {
	URL     string // without its query
	Form    Form
	Kind    Kind   // why it did not answer; empty for the one that did
	Status  int    // HTTP status, 0 where there was none
	Outcome string // in words
}

// An IssuerMismatchError says that metadata is for another issuer than the one
// that was asked for. The two are compared byte for byte (OpenID Connect
// Discovery section 4.3; RFC 8414 section 3.3).
type IssuerMismatchError struct {
	Asked string
	Found string // empty if the document names none
	URL   string // of the document, without its query
}

func (e *IssuerMismatchError) Error() string {
	if e.Found == "" {
		return fmt.Sprintf("%s: the metadata names no issuer, asked for was %q", e.URL, clip(e.Asked))
	}
	return fmt.Sprintf("%s: the metadata is for issuer %q, asked for was %q", e.URL, clip(e.Found), clip(e.Asked))
}

// A RefusedError says that the server answered, but would not tell us about the
// token: our credentials or our request are not good enough (RFC 7662 section
// 2.3). It says nothing about the token.
type RefusedError struct {
	URL         string // without its query
	Status      int    // HTTP status
	Code        string // the server's "error" or code, or empty
	Description string // the server's words, bounded, without token and secrets; or empty
}

func (e *RefusedError) Error() string {
	text := fmt.Sprintf("%s: the server refused to answer us: %s", e.URL, statusText(e.Status))
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

// clip bounds a text that somebody else wrote.
func clip(text string) string {
	if len(text) <= maxQuote {
		return text
	}
	end := maxQuote
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}

// scrub removes secrets from a text that somebody else wrote.
func scrub(text string, secrets ...string) string {
	for _, s := range secrets {
		if s != "" {
			text = strings.ReplaceAll(text, s, "[removed]")
		}
	}
	return text
}
