package provider

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// required looks for members that have to be there, and the types of those that
// are (OpenID Connect Discovery section 3; RFC 8414 section 2).
func (l *linter) required() {
	spec := l.spec("OpenID Connect Discovery section 3", "RFC 8414 section 2")
	l.require("issuer", severityError, "", spec)
	l.require("authorization_endpoint", l.endpointSeverity(), l.workload(), spec)
	l.require("token_endpoint", l.tokenSeverity(), l.workload(), spec)
	if l.openID {
		l.require("jwks_uri", severityError, "", spec)
		l.require("subject_types_supported", severityError, "", spec)
		l.require("id_token_signing_alg_values_supported", severityError, "", spec)
	} else {
		l.require("jwks_uri", severityWarning, ": there are no keys to verify tokens with", spec)
	}
	l.require("response_types_supported", severityError, "", spec)
	for _, m := range l.md.Document.Members() {
		l.memberType(m)
	}
}

// require reports a member that is missing; an empty severity demands nothing.
func (l *linter) require(member string, severity, because, spec string) {
	if severity != "" && !l.md.Document.Get(member).Exists() {
		l.say(lintRequired, severity, member, "required, but missing"+because, spec)
	}
}

// workload explains why an issuer that logs nobody in is let off: those of CI
// systems and clusters have no endpoints, only keys.
func (l *linter) workload() string {
	if l.loginless() {
		return ": this issuer logs nobody in"
	}
	return ""
}

func (l *linter) loginless() bool {
	d := l.md.Document
	return !d.Get("authorization_endpoint").Exists() && !d.Get("token_endpoint").Exists() &&
		slices.Equal(l.texts("response_types_supported"), []string{"id_token"})
}

// endpointSeverity is that of a missing authorization endpoint. RFC 8414 does
// without if no grant uses it; its default grants do.
func (l *linter) endpointSeverity() string {
	grants := l.texts("grant_types_supported")
	uses := len(grants) == 0 || slices.Contains(grants, "authorization_code") || slices.Contains(grants, "implicit")
	switch {
	case l.loginless():
		return severityWarning
	case l.openID || uses:
		return severityError
	default:
		return ""
	}
}

// tokenSeverity is that of a missing token endpoint: only the implicit flow
// does without.
func (l *linter) tokenSeverity() string {
	grants := l.texts("grant_types_supported")
	implicit := len(grants) > 0 && !slices.ContainsFunc(grants, func(g string) bool { return g != "implicit" })
	switch {
	case l.loginless():
		return severityWarning
	case implicit:
		return ""
	default:
		return severityError
	}
}

// memberType checks what the names of registered members promise: "…_supported"
// are arrays with something in them, but for the boolean ones.
func (l *linter) memberType(m strictjson.Member) {
	wrong := func(what, spec string) {
		l.say(lintRequired, severityError, m.Name, fmt.Sprintf("not %s but %s", what, kindName(m.Value)), spec)
	}
	spec := l.spec("OpenID Connect Discovery section 4.2", "RFC 8414 section 3.2")
	switch {
	case m.Name == "issuer" || isEndpoint(m.Name):
		if m.Value.Kind() != strictjson.KindString {
			wrong("a string", l.spec("OpenID Connect Discovery section 3", "RFC 8414 section 2"))
		}
	case isSwitch(m.Name) && m.Value.Kind() != strictjson.KindBool:
		wrong("a boolean", l.spec("OpenID Connect Discovery section 3", "RFC 8414 section 2"))
	case isList(m.Name) && m.Value.Kind() != strictjson.KindArray:
		wrong("an array", l.spec("OpenID Connect Discovery section 3", "RFC 8414 section 2"))
	case isList(m.Name) && len(m.Value.Items()) == 0:
		l.say(lintRequired, severityError, m.Name, "an empty array: a member without elements must be left out", spec)
	case isList(m.Name):
		if _, ok := m.Value.TextList(); !ok {
			l.say(lintRequired, severityError, m.Name, "an array of something other than strings", spec)
		}
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

// isSwitch reports whether a member is a boolean one.
func isSwitch(name string) bool {
	return slices.Contains([]string{
		"claims_parameter_supported", "request_parameter_supported", "request_uri_parameter_supported", "require_request_uri_registration",
		"authorization_response_iss_parameter_supported", "require_pushed_authorization_requests", "require_signed_request_object",
		"tls_client_certificate_bound_access_tokens",
	}, name)
}

// isEndpoint reports whether a member is an address that programs use.
func isEndpoint(name string) bool {
	return strings.HasSuffix(name, "_endpoint") || name == "jwks_uri" || name == "check_session_iframe"
}

// endpoints checks the URLs that the document names.
func (l *linter) endpoints() {
	for _, m := range l.md.Document.Members() {
		if isEndpoint(m.Name) {
			l.endpoint(m.Name, m.Value)
		}
	}
	for _, m := range l.md.Document.Get("mtls_endpoint_aliases").Members() {
		if isEndpoint(m.Name) {
			l.endpoint("mtls_endpoint_aliases."+m.Name, m.Value)
		}
	}
}

func (l *linter) endpoint(name string, v strictjson.Value) {
	text, ok := v.Text()
	if !ok {
		return // memberType says so
	}
	spec := l.spec("OpenID Connect Discovery section 3", "RFC 8414 section 2")
	if trouble, severity := l.urlProblem(text); trouble != "" {
		l.say(lintEndpoints, severity, name, trouble, spec)
		return
	}
	there, _ := parseURL(text)
	issuer, bad := parseURL(l.md.Asked)
	if there == nil || bad != nil {
		return
	}
	if where := reachOfHost(there.Hostname()); where > reachOfHost(issuer.Hostname()) {
		l.say(lintEndpoints, severityWarning, name, fmt.Sprintf("at a %s address, which cannot be reached from elsewhere", where), spec)
	} else if name == "jwks_uri" && !sameHost(there, issuer) {
		l.say(lintEndpoints, severityInfo, name, fmt.Sprintf("the keys are on another host: %s", clip(there.Host)), spec)
	}
}

// urlProblem says what is wrong with a URL that metadata names, and how bad it is.
// http is for trying things out on one machine, where it is only a warning.
func (l *linter) urlProblem(text string) (string, string) {
	u, bad := parseURL(text)
	switch {
	case bad != nil:
		return fmt.Sprintf("%q: %s", clip(showText(text)), bad.Text), severityError
	case u.Scheme == "https":
		return "", ""
	case l.onLoopback() && reachOfHost(u.Hostname()) == reachLoopback:
		return "http, which is safe on this machine only", severityWarning
	default:
		return "http, not https", severityError
	}
}

func (l *linter) onLoopback() bool {
	asked, bad := parseURL(l.md.Asked)
	return bad == nil && reachOfHost(asked.Hostname()) == reachLoopback
}

func sameHost(a, b *url.URL) bool { return strings.EqualFold(a.Hostname(), b.Hostname()) }
