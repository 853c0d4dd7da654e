package provider

import (
	"fmt"
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
	lintForm        = "form"      // where the document was found
	lintSigned      = "signed_metadata"
)

const (
	specIssuer   = "OpenID Connect Discovery section 4.3"
	specIssuer84 = "RFC 8414 section 3.3"
)

// Lint looks metadata over: what is missing, wrong, unsafe or worth knowing. It
// uses the exported fields only and asks nobody.
func (md *Metadata) Lint() []jwks.Finding {
	l := &linter{md: md, openID: md.Form == wellKnownOpenID || md.Form == wellKnownOpenIDInserted}
	l.issuer()
	l.contentType()
	l.required()
	l.algorithms()
	l.endpoints()
	l.add(jwks.Finding{ID: lintForm, Severity: jwks.SeverityInfo, Message: "found at " + md.URL + " (" + md.Form.Title() + ")", Spec: "RFC 8414 section 3.1"})
	if md.Document.Get("signed_metadata").Exists() {
		l.say(lintSigned, jwks.SeverityInfo, "signed_metadata", "the signature in it is not checked and what it says is ignored", "RFC 8414 section 2.1")
	}
	return l.findings
}

type linter struct {
	md       *Metadata
	openID   bool // by the form of the address
	findings []jwks.Finding
}

func (l *linter) add(f jwks.Finding) { l.findings = append(l.findings, f) }

func (l *linter) say(id string, severity jwks.Severity, member, message, spec string) {
	l.add(jwks.Finding{ID: id, Severity: severity, Member: member, Message: message, Spec: spec})
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
		l.add(jwks.Finding{
			ID: lintIssuerMatch, Severity: jwks.SeverityError, Member: "issuer", Expected: l.md.Asked, Actual: issuer,
			Message: fmt.Sprintf("the document is for issuer %q, asked for was %q", clip(issuer), clip(l.md.Asked)),
			Spec:    l.spec(specIssuer, specIssuer84),
		})
	}
	spec := l.spec("OpenID Connect Discovery section 3", "RFC 8414 section 2")
	trouble, severity := l.judgeURL(issuer)
	switch {
	case trouble != "":
		l.say(lintIssuerURL, severity, "issuer", fmt.Sprintf("issuer %q: %s", clip(showText(issuer)), trouble), spec)
	case strings.Contains(issuer, "?"):
		l.say(lintIssuerURL, jwks.SeverityError, "issuer", fmt.Sprintf("issuer %q: the URL has a query", clip(showText(issuer))), spec)
	case strings.HasSuffix(issuer, "/"):
		l.say(lintIssuerURL, jwks.SeverityInfo, "issuer", "the issuer ends with a slash: that is part of its name, and tokens must have it, too", spec)
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
	l.say(lintContentType, jwks.SeverityWarning, "", message, l.spec("OpenID Connect Discovery section 4.2", "RFC 8414 section 3.2"))
}

// algorithms looks at what ID tokens can be signed with.
func (l *linter) algorithms() {
	const member = "id_token_signing_alg_values_supported"
	const spec = "OpenID Connect Discovery section 3"
	list, ok := l.md.Document.Get(member).TextList()
	if !ok || len(list) == 0 {
		return
	}
	if l.openID && !slices.Contains(list, "RS256") {
		l.say(lintAlgorithms, jwks.SeverityWarning, member, "RS256 is missing, which every client understands", spec)
	}
	if slices.Contains(list, "none") {
		l.say(lintAlgorithms, jwks.SeverityWarning, member, "\"none\" is offered: unsigned ID tokens", spec)
	}
}

// texts returns the strings of a member, none if it is no such array.
func (l *linter) texts(member string) []string {
	list, _ := l.md.Document.Get(member).TextList()
	return list
}

func kindName(v strictjson.Value) string { return "of type " + v.Kind().String() }
