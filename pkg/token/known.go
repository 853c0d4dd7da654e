package token

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// A sign by which a text that is not a JWT is known.
type sign struct {
	pattern string // a regular expression for the whole text, or what it begins with
	what    string
	note    string // who can check it, or what to do
}

// signs is the table of what people present in place of a JWT. The first that
// fits counts, so the more specific ones stand first.
func signs() []sign {
	const (
		hydra    = "ask Ory Hydra's admin API to introspect it; with strategies.access_token=jwt Hydra issues JWTs"
		github   = "only GitHub can check it, as in: GET https://api.github.com/user (or /installation/repositories)"
		noSecret = "only the application that has its key can read it"
		cookie   = "a cookie of a web framework, which only the application that has its key can check"
		service  = "only the service that issued it can check it"
	)
	return []sign{
		{`ya29\.`, "a Google access token", "only Google can check it, as in: GET https://oauth2.googleapis.com/tokeninfo?access_token=…; the ID token that comes with it is a JWT"},
		{`1//`, "a Google refresh token", "it is only for Google's token endpoint"},
		{`AIza`, "a Google API key", service},
		{`gh[posur]_|github_pat_`, "a GitHub token", github},
		{`gl(pat|oas|cbt|rt|ft|dt|ptt|soat|imt|agent)-`, "a GitLab token", "only GitLab can check it, as in: GET /api/v4/user; the JWTs of CI jobs are those of id_tokens"},
		{`k8s-aws-v1\.`, "an Amazon EKS token: the base64 of a signed request to AWS STS", "the EKS cluster checks it by sending that request to AWS; it lives for 15 minutes, and no key can verify it"},
		{`ory_(at|rt|ac|dc|dt)_`, "an Ory Hydra token", hydra},
		{`ory_st_`, "an Ory Kratos session token", "Kratos checks it, as in: GET /sessions/whoami"},
		{`authelia_(at|rt|ac)_`, "an Authelia token", "Authelia's introspection endpoint can check it; with access_token_signed_response_alg for the client it issues JWTs"},
		{`xox[abceoprs]-|xapp-`, "a Slack token", "only Slack can check it, as in: POST https://slack.com/api/auth.test"},
		{`00[A-Za-z0-9_-]{40}$`, "an Okta API token (SSWS)", "only Okta can check it; access tokens of a custom authorization server are JWTs"},
		{`00D[A-Za-z0-9]{12,15}!`, "a Salesforce session", "Salesforce can check it, by userinfo or introspection; it issues JWTs where the connected app asks for them"},
		{`(FwoGZXIvYXdz|FQoGZXIvYXdz|IQoJb3JpZ2lu)`, "an AWS STS session token", "AWS checks it, together with the access key that it belongs to, as in: aws sts get-caller-identity"},
		{`(AKIA|ASIA)[A-Z0-9]{16}$`, "an AWS access key ID", "it signs requests to AWS; it is not a bearer token"},
		{`v[1-4]\.(local|public)\.`, "a PASETO", "PASETO is not JWT: use a PASETO library"},
		{`(hv[sbr]\.|s\.[A-Za-z0-9]{24}$)`, "a HashiCorp Vault token", "Vault checks it, as in: vault token lookup"},
		{`gAAAAA`, "a Fernet token", "it is encrypted with a secret: " + noSecret},
		{`(MDAx|AgE[A-Za-z])[A-Za-z0-9_+/-]{36}`, "a macaroon", "only the service that has its root key can check it"},
		{`(sk|pk|rk)_(live|test)_|sk-[A-Za-z0-9]|SG\.|npm_|pypi-|hf_|dop_v1_|shp(at|ss|ca)_|glsa_|eyJrIjoi|dapi[0-9a-f]{32}|ATATT`, "an API key", service},
		{`CfDJ8`, "an ASP.NET Core cookie or token (data protection)", "it is encrypted: " + noSecret},
		{`(Negotiate )?TlRMTVNTUA`, "NTLM", "the server checks it with Windows, in the scheme Negotiate or NTLM: no OAuth has taken place"},
		{`(Negotiate )?YII[A-Za-z0-9+/]{40}`, "a Kerberos ticket (SPNEGO)", "the server checks it with its keytab, in the scheme Negotiate: no OAuth has taken place"},
		{`Basic [A-Za-z0-9+/=]+$`, "user name and password (Basic)", "do not share them; a bearer token belongs here"},
		{`(Negotiate|NTLM|Digest|AWS4-HMAC-SHA256) `, "credentials of another scheme than Bearer", "a bearer token belongs here"},
		{`(PHNhbWw|PD94bWw|PFJlc3BvbnNl|PEFzc2VydGlvbg|PHNhbWxwO|<(saml2?p?:|\?xml|Response|Assertion))`, "a SAML message (XML)", "SAML is not OpenID Connect: use a SAML decoder"},
		{`AWSELBAuthSessionCookie-\d=`, "an AWS load balancer session cookie", "it is encrypted; the token that the load balancer sends to its targets is in x-amzn-oidc-data"},
		{`_oauth2_proxy[A-Za-z0-9_]*=`, "an oauth2-proxy session cookie", "it is encrypted; with --pass-access-token or --set-xauthrequest oauth2-proxy sends the token on"},
		{`(JSESSIONID|PHPSESSID|ASP\.NET_SessionId|mod_auth_openidc_session)=`, "a session cookie", "it names a session on the server, which holds the tokens"},
		{`-----BEGIN `, "a key or a certificate (PEM)", "pass it with --key"},
		{`(s:|s%3A)[A-Za-z0-9_-]+\.[A-Za-z0-9+/%]{27}`, "a signed Express cookie", cookie},
		{`\.?ey?J[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27}$`, "a signed Flask cookie (itsdangerous)", cookie},
		{`\.?ey?J[A-Za-z0-9_-]+:[A-Za-z0-9_-]{6}:[A-Za-z0-9_-]{27,43}$`, "a value signed by Django", cookie},
		{`[A-Za-z0-9+/=%_-]+--[0-9a-f]{40,64}$`, "a signed Rails cookie", cookie},
		{`[A-Za-z0-9+/=%]+--[A-Za-z0-9+/=%]{16,24}--[A-Za-z0-9+/=%]{22,30}$`, "an encrypted Rails cookie", cookie},
		{`[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`, "a UUID", "it names a session or a key: only its issuer can say what it stands for"},
		{`[0-9a-fA-F]{32}$|[0-9a-fA-F]{40}$|[0-9a-fA-F]{64}$`, "an API key or a session id, in hexadecimal", service},
		{`[A-Za-z0-9_-]{32}$`, "an opaque token of 32 characters", "Auth0 issues such tokens where the request names no audience; only its userinfo endpoint takes them"},
	}
}

// placeholders is what stands in the place of a token when a program or a shell
// had none.
var placeholders = lazy(`(?i)^(undefined|null|none|nil|nan|true|false|\[object \w+\]|<nil>|(your[_ -]?)?(access[_ -]?|id[_ -]?|bearer[_ -]?|jwt[_ -]?)?token([_ -]?here)?|` +
	`\$\w+|\$?\{+\s*[\w.-]+\s*\}+|\$\([^)]*\)|%\w+%|<[\w -]+>|\*{3,}|x{3,}|\.{3}|…|\[?(redacted|filtered|masked|data\+omitted)\]?)$`)

// embedded is a JWT, or what begins like one.
var embedded = lazy(`^eyJ[A-Za-z0-9_-]+\.eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$`)

// cookieName stands before the value of a cookie.
var cookieName = lazy(`^[A-Za-z0-9_.-]+=`)

// lazy compiles a regular expression when it is first needed: most runs see a JWT.
func lazy(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}

// compiledSigns are the patterns of signs.
var compiledSigns = sync.OnceValue(func() []*regexp.Regexp {
	var list []*regexp.Regexp
	for _, s := range signs() {
		list = append(list, regexp.MustCompile("^(?:"+s.pattern+")"))
	}
	return list
})

// known is what a text that is not a JWT is, if it has the signs of something.
func known(text string) (what, note string, ok bool) {
	const longest = 16 << 10
	if len(text) > longest {
		return "", "", false
	}
	for _, candidate := range []string{text, text[len(cookieName().FindString(text)):]} {
		for i, pattern := range compiledSigns() {
			if pattern.MatchString(candidate) {
				return signs()[i].what, signs()[i].note, true
			}
		}
	}
	return "", "", false
}

// isSignedValue reports whether three segments that begin like a JWT are a value
// signed in another way: the first is a JSON object without alg, and the second is
// not even meant to be one.
func isSignedValue(segments []string) bool {
	if looksLikeHeader(segments[1]) { // as every claims set does: the usual case costs nothing
		return false
	}
	header, err := readHeader(segments[0])
	return err == nil && !header.Get("alg").Exists()
}

// nameForeign says what a text is that is not a JWT: a variable that was not
// filled in, a token of a service that is known, or neither. It reports whether
// it knew.
func (t *Token) nameForeign(text string, form Form) bool {
	core := strings.TrimSpace(text)
	if placeholders().MatchString(core) {
		f := t.fault(areaStructure, causePlaceholder, "not a token but a placeholder: the variable was not filled in")
		f.Note = "set the variable, or use the step that should have set it, and try again"
		return true
	}
	if at := strings.Index(core, "eyJ"); at > 0 && embedded().MatchString(core[at:]) {
		f := t.fault(areaStructure, causeForeign, fmt.Sprintf("not a JWT, but %d characters followed by one", at))
		f.Note = "remove the text before eyJ: perhaps a part of \"Bearer \", or of another token"
		return true
	}
	what, note, ok := known(core)
	if ok {
		t.form = form
		t.fault(areaStructure, causeForeign, "not a JWT but "+what).Note = note
	}
	return ok
}
