package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
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
	lintKeySet      = "key_set"   // the key set behind jwks_uri can be fetched
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

const (
	specIssuer   = "OpenID Connect Discovery section 4.3"
	specIssuer84 = "RFC 8414 section 3.3"
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
	finding := jwks.Finding{ID: lintKeySet, Severity: severityWarning, Places: []string{"jwks_uri"}, Spec: "RFC 8414 section 2"}
	if md.refuseMismatch() != nil {
		finding.Message = "the key set was not checked: the document is for another issuer"
		return []jwks.Finding{finding}
	}
	set, err := c.KeysOf(ctx, md, "")
	if err == nil {
		return set.Set.Lint(c.cfg.Now())
	}
	finding.Message = "the key set could not be checked: " + err.Error()
	var fetch *FetchError
	if errors.As(err, &fetch) && fetch.blamesServer() {
		finding.Severity = severityError
	}
	return []jwks.Finding{finding}
}

// blamesServer reports whether what is wrong with a document lies in what the server
// answers, and not in the way there.
func (e *FetchError) blamesServer() bool {
	switch e.Cause {
	case causeStatus:
		return e.Status == http.StatusNotFound || e.Status == http.StatusGone
	case causeURL, causeHTTP, causeAddress, causeRedirect, causeTooLarge, causeHTML, causeContentType, causeNotJSON, causeNotKeySet:
		return true
	}
	return false
}

func (md *Metadata) lint() []jwks.Finding {
	l := &linter{md: md, openID: md.Form == formOpenID || md.Form == formOpenIDInserted}
	l.issuer()
	l.contentType()
	l.required()
	l.algorithms()
	l.endpoints()
	l.features()
	l.add(jwks.Finding{ID: lintForm, Severity: severityInfo, Message: "found at " + md.URL + " (" + md.Form + ")", Spec: "RFC 8414 section 3.1"})
	if md.Document.Get("signed_metadata").Exists() {
		l.say(lintSigned, severityInfo, "signed_metadata", "the signature in it is not checked and what it says is ignored", "RFC 8414 section 2.1")
	}
	return l.findings
}

type linter struct {
	md       *Metadata
	openID   bool // by the form of the address
	findings []jwks.Finding
}

func (l *linter) add(f jwks.Finding) { l.findings = append(l.findings, f) }

func (l *linter) say(id, severity, member, message, spec string) {
	f := jwks.Finding{ID: id, Severity: severity, Message: message, Spec: spec}
	if member != "" {
		f.Places = []string{member}
	}
	l.add(f)
}

// spec picks the reference that fits the form.
func (l *linter) spec(openID, oauth string) string {
	if l.openID {
		return openID
	}
	return oauth
}

// issuer compares the issuer with the one that was asked for.
func (l *linter) issuer() {
	issuer, ok := l.md.Document.Get("issuer").Text()
	if !ok {
		return // required says so
	}
	if issuer != l.md.Asked {
		message := fmt.Sprintf("the document is for %q, expected %q", clip(issuer), clip(l.md.Asked))
		switch {
		case strings.TrimSuffix(issuer, "/") == strings.TrimSuffix(l.md.Asked, "/"):
			message += ": they differ only in a trailing slash"
		case strings.EqualFold(issuer, l.md.Asked):
			message += ": they differ only in letter case"
		}
		l.say(lintIssuerMatch, severityError, "issuer", message, l.spec(specIssuer, specIssuer84))
	}
	spec := l.spec("OpenID Connect Discovery section 3", "RFC 8414 section 2")
	trouble, severity := l.urlProblem(issuer)
	switch {
	case trouble != "":
		l.say(lintIssuerURL, severity, "issuer", trouble, spec)
	case strings.Contains(issuer, "?"):
		l.say(lintIssuerURL, severityError, "issuer", fmt.Sprintf("%q: the URL has a query", clip(showText(issuer))), spec)
	case strings.HasSuffix(issuer, "/"):
		l.say(lintIssuerURL, severityInfo, "issuer", "it ends with a slash, which is part of the issuer: tokens must have it too", spec)
	}
}

// contentType looks at what the document was served as: that the status was 200 and the body an object has been
// seen to when it was fetched.
func (l *linter) contentType() {
	if isJSONType(l.md.ContentType) {
		return
	}
	message := fmt.Sprintf("it is served as %q instead of application/json", clip(l.md.ContentType))
	if l.md.ContentType == "" {
		message = "it is served without a Content-Type"
	}
	l.say(lintContentType, severityWarning, "", message, l.spec("OpenID Connect Discovery section 4.2", "RFC 8414 section 3.2"))
}

// algorithms looks at what ID tokens can be signed with.
func (l *linter) algorithms() {
	const member = "id_token_signing_alg_values_supported"
	const spec = "OpenID Connect Discovery section 3"
	list := l.texts(member)
	if len(list) == 0 {
		return
	}
	if l.openID && !slices.Contains(list, "RS256") {
		l.say(lintAlgorithms, severityWarning, member, "RS256 is missing, which every client supports", spec)
	}
	if slices.Contains(list, "none") {
		l.say(lintAlgorithms, severityWarning, member, "\"none\" is offered: unsigned ID tokens", spec)
	}
	if symmetric := symmetricOf(list); len(symmetric) > 0 {
		l.say(lintAlgorithms, severityInfo, member,
			strings.Join(symmetric, ", ")+": such ID tokens are verified with the client's secret, not with the key set", "OpenID Connect Core section 10.1")
	}
}

// texts returns the strings of a member, none if it is no such array.
func (l *linter) texts(member string) []string {
	list, _ := l.md.Document.Get(member).TextList()
	return list
}

func kindName(v strictjson.Value) string { return "of type " + v.Kind().String() }
