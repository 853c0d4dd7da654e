package verify

import (
	"net/url"
	"slices"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// An issuerQuirk is what is worth knowing about the tokens of one service when a
// check fails.
type issuerQuirk struct {
	name    string
	matches func(origin) bool
	notes   []note
}

// A note explains the failure of one check, in words without flags. It applies to
// certain causes; a note without causes is a general remark for failures whose cause
// is unknown.
type note struct {
	check  check
	causes []string
	when   func(origin, *Diagnosis) bool // a further condition, or nil
	text   string
}

// issuerQuirks is the table of services: the first that matches counts.
func issuerQuirks() []issuerQuirk {
	const (
		entraVersions = "Entra ID issues v1 tokens from sts.windows.net and v2 tokens from login.microsoftonline.com: the application's manifest decides which (accessTokenAcceptedVersion)"
		oktaOrg       = "access tokens of Okta's org server are not meant to be verified by others: use a custom server"
	)
	anyCause := DiagnosisCauses()
	return []issuerQuirk{
		{"AWS load balancer (ALB)", isLoadBalancer, []note{
			{checkEncoding, causes(paddedBase64), nil, "AWS load balancers pad the base64 of x-amzn-oidc-data, which is not allowed in a JWT"},
			{checkKey, nil, nil, "AWS load balancers publish each key as PEM at an address of its own, by kid, and no key set"},
			{checkIssuer, nil, nil, "x-amzn-oidc-data has the iss of the user pool; the load balancer is named by signer in the header"},
		}},
		{"Microsoft Graph", isGraph, []note{
			{checkSignature, anyCause, hasNonceHeader, "this is a Microsoft Graph token: its header has a nonce that is hashed before signing, so it is for Graph only, and nobody else can verify it"},
			{checkAudience, anyCause, forGraph, "this is a Microsoft Graph token, not one for your API"},
		}},
		{"Entra ID v1", hostIs("sts.windows.net"), []note{
			{checkIssuer, anyCause, hosts("login.microsoftonline.com", "sts.windows.net"), entraVersions},
			{checkAudience, causes(differentPrefix), nil, "v2 tokens of Entra ID name the client id as audience, v1 tokens the App ID URI (api://…)"},
			{checkAudience, nil, nil, "v1 tokens of Entra ID name the App ID URI as audience, v2 tokens the client id"},
		}},
		{"Entra ID v2", hostIs("login.microsoftonline.com"), []note{
			{checkIssuer, causes(issuerTemplate), nil, "Entra ID puts the tenant's GUID where its metadata for all tenants says {tenantid}"},
			{checkIssuer, anyCause, hosts("sts.windows.net", "login.microsoftonline.com"), entraVersions},
			{checkAudience, causes(differentPrefix), nil, "v2 tokens of Entra ID name the client id as audience, v1 tokens the App ID URI (api://…)"},
			{checkKey, causes(keyIDUnknown), nil, "applications of Entra ID with keys of their own publish them only with ?appid= at the end of the address"},
		}},
		{"Cognito", func(o origin) bool { return strings.HasPrefix(o.host, "cognito-idp.") && hostIs("amazonaws.com")(o) }, []note{
			{checkAudience, causes(clientInsteadOfAudience, claimMissing), notOfIDTokens, "Cognito access tokens have no aud: they name the client in client_id and their kind in token_use"},
		}},
		{"Firebase", func(o origin) bool { return o.host == "securetoken.google.com" }, []note{
			{checkAudience, nil, nil, "Firebase ID tokens are for the project, by its ID"},
			{checkKey, nil, nil, "the documented keys of Firebase are certificates by kid, not a key set"},
		}},
		{"Google", func(o origin) bool { return o.host == "accounts.google.com" || o.text("iss") == "accounts.google.com" }, []note{
			{checkIssuer, anyCause, hosts("accounts.google.com", "accounts.google.com"), "Google writes its issuer with and without https://"},
			{checkAudience, anyCause, forGcloud, "the audience is gcloud's own client: gcloud auth print-identity-token --audiences=URL asks for a token for your service"},
			{checkParty, causes(otherParty), nil, "Google's Android clients put their own client id into azp and the server's into aud"},
		}},
		{"GitHub Actions", isGitHubActions, []note{
			{checkAudience, nil, nil, "GitHub Actions uses the owner's URL as audience unless the job asks for another"},
			{checkExpiry, causes(expiredToken), nil, "GitHub Actions tokens live for minutes: request a new one in the job"},
			{checkRequire, causes(immutableSubject), nil, "GitHub writes the ids of owner and repository into sub: by default for repositories created, renamed or moved since 2026-07-15"},
		}},
		{"GitLab CI", func(o origin) bool { return o.has("ci_config_ref_uri") || o.has("pipeline_source") }, []note{
			{checkAudience, nil, nil, "the job sets the audience of a GitLab ID token, under id_tokens and aud"},
		}},
		{"Kubernetes", isKubernetes, []note{
			{checkExpiry, causes(claimMissing), nil, "legacy Kubernetes service account tokens have no exp: use projected ones"},
			{checkAudience, causes(claimMissing), nil, "legacy Kubernetes service account tokens have no aud: use projected ones"},
			{checkIssuer, nil, nil, "a cluster's issuer is often an internal name, set with --service-account-issuer of its API server"},
		}},
		{"Auth0", hostIs("auth0.com"), []note{
			{checkIssuer, causes(differentSlash), nil, "Auth0 issuers end in a slash"},
			{checkAudience, nil, notOfIDTokens, "Auth0 issues access tokens for an API only where the client asks for its audience"},
		}},
		{"Okta", hostIs("okta.com", "oktapreview.com", "okta-emea.com"), []note{
			{checkIssuer, causes(differentValue), nil, "Okta's org server issues from the bare domain, custom servers from /oauth2/<id>"},
			{checkKey, nil, fromOktaOrg, oktaOrg},
			{checkSignature, nil, fromOktaOrg, oktaOrg},
		}},
		{"Keycloak", func(o origin) bool { return strings.Contains(o.path, "/realms/") }, []note{
			{checkAudience, nil, notOfIDTokens, "Keycloak adds an API to aud only where an audience mapper says so; the client is in azp"},
			{checkIssuer, causes(differentHost, differentPort, differentScheme), nil, "Keycloak's issuer has the host name of the request, unless its hostname is set"},
		}},
		{"Authing", hostIs("authing.cn"), []note{
			{checkIssuer, causes(differentCase), hostsDiffer, "Authing's documentation writes the host with a capital A, its tokens do not"},
			{checkAlgorithm, causes(secretNeeded), nil, "Authing signs ID tokens with HS256 and the application's secret unless the application is set to RS256"},
		}},
		{"Authgear", isAuthgear, []note{
			{checkIssuer, causes(differentSlash), nil, "Authgear's issuer is the endpoint, without a trailing slash"},
			{checkIssuer, causes(differentHost), nil, "changing Authgear's public origin changes its issuer"},
			{checkAudience, nil, nil, "Authgear access tokens are for the endpoint, ID tokens for the client"},
			{checkAuthTime, causes(claimMissing), nil, "every Authgear user token has auth_time; machine tokens have none"},
		}},
	}
}

func causes(list ...string) []string { return list }

// isGeneral reports whether a diagnosis says no more than that something is
// another one, or missing, so that a general remark may help.
func isGeneral(d *Diagnosis) bool {
	return d == nil || slices.Contains(causes(differentValue, differentHost, claimMissing, tampered, keyIDUnknown, keysUnusable), d.Cause)
}

func (n *note) fits(id check, o origin, d *Diagnosis) bool {
	fits := isGeneral(d)
	if n.causes != nil {
		fits = d != nil && slices.Contains(n.causes, d.Cause)
	}
	return fits && n.check == id && (n.when == nil || n.when(o, d))
}

// An origin is a report with where its iss points. Nothing of it is verified: it only
// picks the words of an explanation.
type origin struct {
	*Report
	host, path string // of iss
}

func (r *Report) origin() origin {
	o := origin{Report: r}
	if u, err := url.Parse(r.text("iss")); err == nil {
		o.host, o.path = strings.ToLower(u.Hostname()), u.Path
	}
	return o
}

func (o origin) has(claim string) bool { return o.claims.Get(claim).Exists() }

// hostIs is for an issuer at one of these domains.
func hostIs(domains ...string) func(origin) bool {
	return func(o origin) bool {
		return slices.ContainsFunc(domains, func(domain string) bool {
			return o.host == domain || strings.HasSuffix(o.host, "."+domain)
		})
	}
}

// hosts is for an issuer that is expected at one host and found at another.
func hosts(expected, found string) func(origin, *Diagnosis) bool {
	return func(_ origin, d *Diagnosis) bool {
		return strings.Contains(d.Expected, expected) && strings.Contains(d.Found, found)
	}
}

// hostsDiffer is for two URLs whose hosts are written differently.
func hostsDiffer(_ origin, d *Diagnosis) bool {
	expected, errExpected := url.Parse(d.Expected)
	found, errFound := url.Parse(d.Found)
	return errExpected == nil && errFound == nil && expected.Host != found.Host
}

func notOfIDTokens(o origin, _ *Diagnosis) bool { return o.Kind != KindID }

func isLoadBalancer(o origin) bool {
	signer, _ := o.Header.Get("signer").Text()
	return strings.HasPrefix(signer, "arn:aws") && strings.Contains(signer, ":elasticloadbalancing:")
}

func isGraph(o origin) bool {
	return hostIs("sts.windows.net", "login.microsoftonline.com")(o) && (hasNonceHeader(o, nil) || forGraph(o, nil))
}

// forGraph is for Microsoft Graph as audience, by its name or its application id.
func forGraph(o origin, _ *Diagnosis) bool {
	return slices.ContainsFunc(o.claims.Get("aud").Texts(), func(aud string) bool {
		return strings.HasPrefix(aud, "00000003-0000-0000-c000-000000000000") || strings.TrimSuffix(aud, "/") == "https://graph.microsoft.com"
	})
}

func hasNonceHeader(o origin, _ *Diagnosis) bool { return o.Header.Get("nonce").Exists() }

// forGcloud is for the client id of the Google Cloud CLI, which is public.
func forGcloud(o origin, _ *Diagnosis) bool {
	return slices.Contains(o.claims.Get("aud").Texts(), "32555940559.apps.googleusercontent.com")
}

func isGitHubActions(o origin) bool {
	return o.host == "token.actions.githubusercontent.com" || strings.HasSuffix(o.path, "/_services/token")
}

func isKubernetes(o origin) bool {
	return o.has("kubernetes.io") || strings.HasPrefix(o.text("sub"), "system:serviceaccount:")
}

func fromOktaOrg(o origin, _ *Diagnosis) bool {
	return o.Kind == KindAccess && strings.Trim(o.path, "/") == ""
}

func isAuthgear(o origin) bool {
	return hostIs("authgear.com", "authgear.cloud", "authgearapps.com")(o) ||
		slices.ContainsFunc(o.claims.Members(), func(m strictjson.Member) bool { return strings.HasPrefix(m.Name, "https://authgear.com/claims/") })
}

// quirkOf returns the entry of the service that a token seems to come from, or an
// empty one. It is a guess from unverified claims.
func quirkOf(o origin) issuerQuirk {
	for _, quirk := range issuerQuirks() {
		if quirk.matches(o) {
			return quirk
		}
	}
	return issuerQuirk{}
}

// IssuerName returns the name of the service that the token seems to come from,
// or an empty string. It is a guess.
func (r *Report) IssuerName() string { return quirkOf(r.origin()).name }

// addNotes adds what is known of the service to the checks that failed.
func (r *Report) addNotes() {
	if r.Accepted {
		return
	}
	from := r.origin()
	notes := quirkOf(from).notes
	for i := range r.checks {
		if o := &r.checks[i]; o.state == failed {
			o.addNote(notes, from)
		}
	}
}

func (o *outcome) addNote(notes []note, from origin) {
	if o.detail() == nil { // a warning that rejects under a strict policy
		return
	}
	d := o.detail().diagnosis
	at := slices.IndexFunc(notes, func(n note) bool { return n.fits(o.id, from, d) })
	if at < 0 {
		return
	}
	noted := Diagnosis{Cause: knownService}
	if d != nil {
		noted = *d
	}
	noted.Note = notes[at].text
	o.detail().diagnosis = &noted
}
