package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// The checks of Lint.
const (
	lintIssuerURL   = "issuer_url"       // the issuer is an https URL without query and fragment
	lintIssuerMatch = "issuer_match"     // it is the one asked for
	lintContentType = "content_type"     // the document was served as JSON
	lintRequired    = "required_members" // what has to be there is, and has the right type
	lintAlgorithms  = "signing_algorithms"
	lintEndpoints   = "endpoints" // endpoints are https URLs
	lintKeySet      = "key_set"   // the key set at jwks_uri can be fetched
	lintForm        = "form"      // where the document was found
	lintPKCE        = "pkce"
	lintResponse    = "response_issuer" // iss in authorization responses
	lintPushed      = "pushed_requests"
	lintDPoP        = "dpop"
	lintMTLS        = "mtls"
	lintClientAuth  = "client_authentication"
	lintSigned      = "signed_metadata"
)

// The values of jwks.Finding.Severity.
const (
	severityError   = "error"
	severityWarning = "warning"
	severityInfo    = "info"
)

// Lint checks metadata for what is missing, wrong, unsafe or worth knowing. It uses
// the exported fields only and makes no request.
func (md *Metadata) Lint() []jwks.Finding { return jwks.MergeFindings(md.lint()) }

// Lint is Metadata.Lint together with the lint of the key set that the metadata
// names, which it fetches. Where that is not possible, a finding says so.
func (c *Client) Lint(ctx context.Context, md *Metadata) []jwks.Finding {
	return jwks.MergeFindings(append(md.lint(), c.lintKeySet(ctx, md)...))
}

func (c *Client) lintKeySet(ctx context.Context, md *Metadata) []jwks.Finding {
	if md.JWKSURI == "" {
		return nil // required says so
	}
	finding := jwks.Finding{ID: lintKeySet, Severity: severityWarning, Locations: []string{"jwks_uri"}, Spec: "RFC 8414 section 2"}
	if md.refuseMismatch() != nil {
		finding.Message = "the key set was not checked: the document is for another issuer"
		return []jwks.Finding{finding}
	}
	set, err := c.KeysOf(ctx, md, "")
	if err == nil {
		return set.Set.Lint(c.cfg.Now())
	}
	finding.Message = "the key set could not be checked: " + err.Error()
	if fetch, ok := errors.AsType[*FetchError](err); ok && fetch.blamesServer() {
		finding.Severity = severityError
	}
	return []jwks.Finding{finding}
}

// blamesServer reports whether the fault is in the server's response, not on the way
// to it.
func (e *FetchError) blamesServer() bool {
	return e.Cause == causeStatus && (e.Status == http.StatusNotFound || e.Status == http.StatusGone) || slices.Contains([]string{
		causeURL, causeHTTP, causeAddress, causeRedirect, causeTooLarge, causeHTML, causeContentType, causeNotJSON, causeNotKeySet,
	}, e.Cause)
}

func (md *Metadata) lint() []jwks.Finding {
	l := &linter{md: md, openID: md.Form == formOpenID || md.Form == formOpenIDInserted}
	l.members, l.response = l.spec("OpenID Connect Discovery section 3", "RFC 8414 section 2"), l.spec("OpenID Connect Discovery section 4.2", "RFC 8414 section 3.2")
	l.issuer()
	served := "without a Content-Type"
	if md.ContentType != "" {
		served = fmt.Sprintf("as %q instead of application/json", clip(md.ContentType))
	}
	l.check(!isJSONType(md.ContentType), lintContentType, severityWarning, "", "it is served "+served, l.response)
	l.required()
	for _, m := range md.Document.Members() {
		l.memberType(m)
	}
	l.algorithms()
	l.endpoints("", md.Document)
	l.endpoints("mtls_endpoint_aliases.", md.Document.Get("mtls_endpoint_aliases"))
	l.codeFlow()
	l.proofs()
	l.clientAuthentication()
	l.check(true, lintForm, severityInfo, "", "found at "+md.URL+" ("+md.Form+")", "RFC 8414 section 3.1")
	l.check(l.has("signed_metadata"), lintSigned, severityInfo, "signed_metadata", "the signature in it is not checked and what it says is ignored", "RFC 8414 section 2.1")
	return l.findings
}

type linter struct {
	md                *Metadata
	openID            bool   // according to the form of the address
	members, response string // sections that specify the members and the response
	findings          []jwks.Finding
}

// check adds a finding if something is wrong. member is empty if the finding is about
// the whole document.
func (l *linter) check(wrong bool, id, severity, member, message, spec string) {
	if !wrong {
		return
	}
	f := jwks.Finding{ID: id, Severity: severity, Message: message, Spec: spec}
	if member != "" {
		f.Locations = []string{member}
	}
	l.findings = append(l.findings, f)
}

// spec picks the reference that fits the form.
func (l *linter) spec(openID, oauth string) string {
	if l.openID {
		return openID
	}
	return oauth
}

func (l *linter) has(member string) bool { return l.md.Document.Get(member).Exists() }

func (l *linter) isTrue(member string) bool { return l.md.Document.Get(member).True() }

// texts returns the strings of a member, or none if it is not an array of strings.
func (l *linter) texts(member string) []string {
	list, _ := l.md.Document.Get(member).TextList()
	return list
}

// issuer compares the issuer with the one that was asked for.
func (l *linter) issuer() {
	issuer, ok := l.md.Document.Get("issuer").Text()
	if !ok {
		return // required says so
	}
	message := fmt.Sprintf("the document is for %q, expected %q", clip(issuer), clip(l.md.Asked))
	switch {
	case strings.TrimSuffix(issuer, "/") == strings.TrimSuffix(l.md.Asked, "/"):
		message += ": they differ only in a trailing slash"
	case strings.EqualFold(issuer, l.md.Asked):
		message += ": they differ only in letter case"
	}
	l.check(issuer != l.md.Asked, lintIssuerMatch, severityError, "issuer", message, l.spec("OpenID Connect Discovery section 4.3", "RFC 8414 section 3.3"))
	trouble, severity := l.urlProblem(issuer)
	switch {
	case trouble != "":
	case strings.Contains(issuer, "?"):
		trouble, severity = fmt.Sprintf("%q: the URL has a query", clip(showText(issuer))), severityError
	case strings.HasSuffix(issuer, "/"):
		trouble, severity = "it ends with a slash, which is part of the issuer: tokens must have it too", severityInfo
	}
	l.check(trouble != "", lintIssuerURL, severity, "issuer", trouble, l.members)
}

// required checks for required members. Issuers without logins, such as those of CI
// systems and clusters, get a warning: they have only keys, no endpoints.
func (l *linter) required() {
	require := func(demanded bool, member, severity, because string) {
		l.check(demanded && !l.has(member), lintRequired, severity, member, "required, but missing"+because, l.members)
	}
	grants := l.texts("grant_types_supported")
	// RFC 8414 does not require an authorization endpoint if no grant uses it; its
	// default grants do. Only the implicit flow works without a token endpoint.
	authorizes := l.openID || len(grants) == 0 || slices.Contains(grants, "authorization_code") || slices.Contains(grants, "implicit")
	implicit := len(grants) > 0 && !slices.ContainsFunc(grants, func(g string) bool { return g != "implicit" })
	loginless := !l.has("authorization_endpoint") && !l.has("token_endpoint") && slices.Equal(l.texts("response_types_supported"), []string{"id_token"})
	severity, because := severityError, ""
	if loginless {
		severity, because = severityWarning, ": this issuer logs nobody in"
	}
	require(true, "issuer", severityError, "")
	require(loginless || authorizes, "authorization_endpoint", severity, because)
	require(loginless || !implicit, "token_endpoint", severity, because)
	require(l.openID, "jwks_uri", severityError, "")
	require(l.openID, "subject_types_supported", severityError, "")
	require(l.openID, "id_token_signing_alg_values_supported", severityError, "")
	require(!l.openID, "jwks_uri", severityWarning, ": there are no keys to verify tokens with")
	require(true, "response_types_supported", severityError, "")
}

// memberType checks the type of registered members by their names: those that end in
// "_supported" are non-empty arrays, except for the booleans.
func (l *linter) memberType(m strictjson.Member) {
	var want strictjson.Type
	var expected string
	switch {
	case m.Name == "issuer" || isEndpoint(m.Name):
		want, expected = strictjson.TypeString, "a string"
	case isSwitch(m.Name):
		want, expected = strictjson.TypeBool, "a boolean"
	case isList(m.Name):
		want, expected = strictjson.TypeArray, "an array"
	default:
		return
	}
	l.check(m.Value.Type() != want, lintRequired, severityError, m.Name, fmt.Sprintf("not %s but of type %s", expected, m.Value.Type()), l.members)
	if m.Value.Type() == strictjson.TypeArray && want == strictjson.TypeArray {
		_, texts := m.Value.TextList()
		empty := len(m.Value.Items()) == 0
		l.check(empty, lintRequired, severityError, m.Name, "an empty array: a member without elements must be left out", l.response)
		l.check(!empty && !texts, lintRequired, severityError, m.Name, "an array of something other than strings", l.response)
	}
}

func isList(name string) bool {
	return slices.Contains([]string{
		"scopes_supported", "response_types_supported", "response_modes_supported", "grant_types_supported",
		"acr_values_supported", "subject_types_supported", "display_values_supported", "claim_types_supported",
		"claims_supported", "claims_locales_supported", "ui_locales_supported", "code_challenge_methods_supported",
	}, name) || strings.HasSuffix(name, "_alg_values_supported") || strings.HasSuffix(name, "_enc_values_supported") ||
		strings.HasSuffix(name, "_auth_methods_supported")
}

// isSwitch reports whether a member is a boolean.
func isSwitch(name string) bool {
	return slices.Contains([]string{
		"claims_parameter_supported", "request_parameter_supported", "request_uri_parameter_supported", "require_request_uri_registration",
		"authorization_response_iss_parameter_supported", "require_pushed_authorization_requests", "require_signed_request_object",
		"tls_client_certificate_bound_access_tokens",
	}, name)
}

// isEndpoint reports whether a member is an address for programs.
func isEndpoint(name string) bool {
	return strings.HasSuffix(name, "_endpoint") || name == "jwks_uri" || name == "check_session_iframe"
}

// algorithms looks at what ID tokens can be signed with.
func (l *linter) algorithms() {
	const member = "id_token_signing_alg_values_supported"
	const spec = "OpenID Connect Discovery section 3"
	list := l.texts(member)
	l.check(l.openID && len(list) > 0 && !slices.Contains(list, "RS256"), lintAlgorithms, severityWarning, member, "RS256 is missing, which every client supports", spec)
	l.check(slices.Contains(list, "none"), lintAlgorithms, severityWarning, member, "\"none\" is offered: unsigned ID tokens", spec)
	symmetric := symmetricOf(list)
	l.check(symmetric != "", lintAlgorithms, severityInfo, member,
		symmetric+": such ID tokens are verified with the client's secret, not with the key set", "OpenID Connect Core section 10.1")
}

func symmetricOf(algorithms []string) string {
	list := slices.DeleteFunc(slices.Clone(algorithms), func(alg string) bool { return !strings.HasPrefix(alg, "HS") })
	return strings.Join(list, ", ")
}

// endpoints checks the URLs that a document names.
func (l *linter) endpoints(prefix string, document strictjson.Value) {
	for _, m := range document.Members() {
		if text, ok := m.Value.Text(); ok && isEndpoint(m.Name) { // memberType reports values that are not strings
			l.endpoint(prefix+m.Name, text)
		}
	}
}

func (l *linter) endpoint(name, text string) {
	if trouble, severity := l.urlProblem(text); trouble != "" {
		l.check(true, lintEndpoints, severity, name, trouble, l.members)
		return
	}
	there, _ := parseURL(text)
	issuer, bad := parseURL(l.md.Asked)
	if bad != nil {
		return
	}
	where := reachOfHost(there.Hostname())
	near := where > reachOfHost(issuer.Hostname())
	l.check(near, lintEndpoints, severityWarning, name, fmt.Sprintf("at a %s address, which cannot be reached from elsewhere", where), l.members)
	l.check(!near && name == "jwks_uri" && !strings.EqualFold(there.Hostname(), issuer.Hostname()), lintEndpoints, severityInfo, name,
		"the keys are on another host: "+clip(there.Host), l.members)
}

// urlProblem describes what is wrong with a URL in metadata, and how severe it is.
// http on loopback is only a warning, because it is common in development.
func (l *linter) urlProblem(text string) (string, string) {
	u, bad := parseURL(text)
	switch {
	case bad != nil:
		return fmt.Sprintf("%q: %s", clip(showText(text)), bad.Text), severityError
	case u.Scheme == "https":
		return "", ""
	}
	asked, bad := parseURL(l.md.Asked)
	if bad == nil && onLoopback(asked) && onLoopback(u) {
		return "http, which is safe on this machine only", severityWarning
	}
	return "http, not https", severityError
}

func onLoopback(u *url.URL) bool { return reachOfHost(u.Hostname()) == reachLoopback }

// codeFlow checks the protection of authorization requests and responses. A server
// that lists no PKCE method (RFC 7636) does not declare support for PKCE.
func (l *linter) codeFlow() {
	const pkce, named = "code_challenge_methods_supported", "authorization_response_iss_parameter_supported"
	grants, methods := l.texts("grant_types_supported"), l.texts(pkce)
	code := l.has("authorization_endpoint") && (len(grants) == 0 || slices.Contains(grants, "authorization_code"))
	s256 := slices.Contains(methods, "S256")
	l.check(code && !l.has(pkce), lintPKCE, severityWarning, pkce, "no PKCE method is named: clients that require PKCE refuse this server", "RFC 8414 section 2")
	l.check(code && methods != nil && !s256, lintPKCE, severityError, pkce, "S256 is missing, which every server must support", "RFC 7636 section 4.2")
	l.check(code && s256 && slices.Contains(methods, "plain"), lintPKCE, severityInfo, pkce,
		"\"plain\" is offered, which does not protect the code from anyone who reads the request", "RFC 9700 section 2.1.1")
	l.check(code && (!l.has(named) || l.md.Document.Get(named).Type() == strictjson.TypeBool && !l.isTrue(named)), lintResponse, severityInfo, named,
		"authorization responses do not name the issuer: clients of several issuers cannot tell them apart by it", "RFC 9207 section 3")
	const pushed = "require_pushed_authorization_requests"
	l.check(l.isTrue(pushed) && !l.has("pushed_authorization_request_endpoint"), lintPushed, severityError, pushed,
		"pushed requests are required, but there is no pushed_authorization_request_endpoint", "RFC 9126 section 5")
}

// proofs checks how tokens are bound to their client: by DPoP or certificates.
func (l *linter) proofs() {
	const dpop, aliases, bound = "dpop_signing_alg_values_supported", "mtls_endpoint_aliases", "tls_client_certificate_bound_access_tokens"
	list := l.texts(dpop)
	l.check(slices.Contains(list, "none"), lintDPoP, severityError, dpop, "\"none\" must not be used here", "RFC 9449 section 5.1")
	symmetric := symmetricOf(list)
	l.check(symmetric != "", lintDPoP, severityError, dpop, symmetric+": an algorithm with a shared secret must not be used here", "RFC 9449 section 5.1")
	found := l.md.Document.Get(aliases).Type()
	l.check(l.has(aliases) && found != strictjson.TypeObject, lintMTLS, severityError, aliases, "not an object but of type "+found.String(), "RFC 8705 section 5")
	methods := l.texts("token_endpoint_auth_methods_supported")
	certificates := slices.Contains(methods, "tls_client_auth") || slices.Contains(methods, "self_signed_tls_client_auth")
	l.check(certificates && !l.isTrue(bound), lintMTLS, severityInfo, bound, "clients can sign in with certificates, but access tokens are not bound to them", "RFC 8705 section 3.3")
}

// clientAuthentication checks the algorithms with which clients sign to authenticate.
func (l *linter) clientAuthentication() {
	for _, endpoint := range []string{"token_endpoint", "revocation_endpoint", "introspection_endpoint"} {
		methods, algorithms := l.texts(endpoint+"_auth_methods_supported"), endpoint+"_auth_signing_alg_values_supported"
		l.check(slices.Contains(l.texts(algorithms), "none"), lintClientAuth, severityError, algorithms, "\"none\" must not be used here", "RFC 8414 section 2")
		signs := slices.Contains(methods, "private_key_jwt") || slices.Contains(methods, "client_secret_jwt")
		l.check(signs && !l.has(algorithms), lintClientAuth, severityError, algorithms,
			"missing, although clients sign to authenticate at the "+strings.ReplaceAll(endpoint, "_", " "), "RFC 8414 section 2")
	}
}
