package provider

import (
	"slices"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// features looks at the members of later specifications, as far as they are for
// the security of a login.
func (l *linter) features() {
	l.pkce()
	l.responseIssuer()
	l.pushedRequests()
	l.dpop()
	l.mtls()
	for _, endpoint := range []string{"token_endpoint", "revocation_endpoint", "introspection_endpoint"} {
		l.clientAuthentication(endpoint)
	}
}

// pkce looks at the methods of RFC 7636. A server that names none does not say
// that it supports any.
func (l *linter) pkce() {
	const member = "code_challenge_methods_supported"
	value := l.md.Document.Get(member)
	methods := l.texts(member)
	switch {
	case !l.usesCode() || value.Exists() && methods == nil:
	case !value.Exists():
		l.say(lintPKCE, severityWarning, member, "no PKCE method is named: clients that require PKCE refuse this server", "RFC 8414 section 2")
	case !slices.Contains(methods, "S256"):
		l.say(lintPKCE, severityError, member, "S256 is missing, which every server must support", "RFC 7636 section 4.2")
	case slices.Contains(methods, "plain"):
		l.say(lintPKCE, severityInfo, member, "\"plain\" is offered, which does not protect the code from anyone who reads the request", "RFC 9700 section 2.1.1")
	}
}

// usesCode reports whether the server has the authorization code flow.
func (l *linter) usesCode() bool {
	grants := l.texts("grant_types_supported")
	return l.md.Document.Get("authorization_endpoint").Exists() && (len(grants) == 0 || slices.Contains(grants, "authorization_code"))
}

func (l *linter) responseIssuer() {
	const member = "authorization_response_iss_parameter_supported"
	value := l.md.Document.Get(member)
	if l.usesCode() && (!value.Exists() || value.Kind() == strictjson.KindBool && !value.True()) {
		l.say(lintResponse, severityInfo, member,
			"authorization responses do not name the issuer: clients of several issuers cannot tell them apart by it", "RFC 9207 section 3")
	}
}

func (l *linter) pushedRequests() {
	const member = "require_pushed_authorization_requests"
	if l.md.Document.Get(member).True() && !l.md.Document.Get("pushed_authorization_request_endpoint").Exists() {
		l.say(lintPushed, severityError, member, "pushed requests are required, but there is no pushed_authorization_request_endpoint", "RFC 9126 section 5")
	}
}

func (l *linter) dpop() {
	const member = "dpop_signing_alg_values_supported"
	l.publicOnly(lintDPoP, member, "RFC 9449 section 5.1")
}

// publicOnly refuses none and algorithms with a shared secret.
func (l *linter) publicOnly(id, member, spec string) {
	list := l.texts(member)
	if slices.Contains(list, "none") {
		l.say(id, severityError, member, "\"none\" must not be used here", spec)
	}
	if symmetric := symmetricOf(list); len(symmetric) > 0 {
		l.say(id, severityError, member, strings.Join(symmetric, ", ")+": an algorithm with a shared secret must not be used here", spec)
	}
}

func symmetricOf(algorithms []string) []string {
	var list []string
	for _, alg := range algorithms {
		if strings.HasPrefix(alg, "HS") {
			list = append(list, alg)
		}
	}
	return list
}

func (l *linter) mtls() {
	aliases := l.md.Document.Get("mtls_endpoint_aliases")
	if aliases.Exists() && aliases.Kind() != strictjson.KindObject {
		l.say(lintMTLS, severityError, "mtls_endpoint_aliases", "not an object but "+kindName(aliases), "RFC 8705 section 5")
	}
	methods := l.texts("token_endpoint_auth_methods_supported")
	bound := l.md.Document.Get("tls_client_certificate_bound_access_tokens")
	uses := slices.Contains(methods, "tls_client_auth") || slices.Contains(methods, "self_signed_tls_client_auth")
	if uses && !bound.True() {
		l.say(lintMTLS, severityInfo, "tls_client_certificate_bound_access_tokens",
			"clients can sign in with certificates, but access tokens are not bound to them", "RFC 8705 section 3.3")
	}
}

// clientAuthentication looks at what clients sign with to authenticate.
func (l *linter) clientAuthentication(endpoint string) {
	const spec = "RFC 8414 section 2"
	methods, algorithms := endpoint+"_auth_methods_supported", endpoint+"_auth_signing_alg_values_supported"
	list := l.texts(algorithms)
	if slices.Contains(list, "none") {
		l.say(lintClientAuth, severityError, algorithms, "\"none\" must not be used here", spec)
	}
	signs := slices.ContainsFunc(l.texts(methods), func(m string) bool { return m == "private_key_jwt" || m == "client_secret_jwt" })
	if signs && !l.md.Document.Get(algorithms).Exists() {
		l.say(lintClientAuth, severityError, algorithms, "missing, although clients sign to authenticate at the "+strings.ReplaceAll(endpoint, "_", " "), spec)
	}
}
