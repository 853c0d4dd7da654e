package verify

import (
	"net/url"
	"slices"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// issuerQuirks is the table of issuers: one entry each, the first that knows
// the token counts.
func issuerQuirks() []issuerQuirk {
	const (
		entraVersions = "Entra ID issues v1 tokens from sts.windows.net and v2 tokens from login.microsoftonline.com: the application's manifest decides which (accessTokenAcceptedVersion)"
		oktaOrg       = "access tokens of Okta's org server are not made to be verified by others: use a custom server"
	)
	ofOktaOrg := func(s seen, _ *Diagnosis) bool { return s.kind == KindAccess && strings.Trim(s.path, "/") == "" }
	return []issuerQuirk{
		{
			"AWS load balancer (ALB)",
			func(s seen) bool {
				signer, _ := s.header.Get("signer").Text()
				return strings.HasPrefix(signer, "arn:aws") && strings.Contains(signer, ":elasticloadbalancing:")
			},
			func() []fact {
				return []fact{
					{CheckEncoding, "AWS load balancers pad the base64 of x-amzn-oidc-data, which no JWT may do", being(PaddedBase64)},
					{CheckKey, "AWS load balancers publish each key as PEM at an address of its own, by kid, and no key set", nil},
					{CheckIssuer, "x-amzn-oidc-data carries iss of the user pool; the load balancer is named by signer in the header", nil},
				}
			},
		},
		{
			"Microsoft Graph",
			func(s seen) bool {
				return s.hostIs("sts.windows.net", "login.microsoftonline.com") && (s.header.Get("nonce").Exists() || isForGraph(s))
			},
			func() []fact {
				return []fact{
					{CheckSignature, "this is a Microsoft Graph token: its header has a nonce that is hashed before signing, so it is made for Graph alone and nobody else can verify it",
						func(s seen, _ *Diagnosis) bool { return s.header.Get("nonce").Exists() }},
					{CheckAudience, "this is a Microsoft Graph token, not one for your API", func(s seen, _ *Diagnosis) bool { return isForGraph(s) }},
				}
			},
		},
		{
			"Entra ID v1",
			func(s seen) bool { return s.hostIs("sts.windows.net") },
			func() []fact {
				return []fact{
					{CheckIssuer, entraVersions, hosts("login.microsoftonline.com", "sts.windows.net")},
					{CheckAudience, "v1 tokens of Entra ID name the App ID URI as audience, v2 tokens the client id", nil},
				}
			},
		},
		{
			"Entra ID v2",
			func(s seen) bool { return s.hostIs("login.microsoftonline.com") },
			func() []fact {
				return []fact{
					{CheckIssuer, "Entra ID puts the tenant's GUID where its metadata for all tenants says {tenantid}", being(IssuerTemplate)},
					{CheckIssuer, entraVersions, hosts("sts.windows.net", "login.microsoftonline.com")},
					{CheckKey, "applications of Entra ID with keys of their own publish them only with ?appid= behind the address", being(KeyIDUnknown)},
				}
			},
		},
		{
			"Cognito",
			func(s seen) bool { return strings.HasPrefix(s.host, "cognito-idp.") && s.hostIs("amazonaws.com") },
			func() []fact {
				return []fact{{CheckAudience, "access tokens of Cognito have no aud: they name the client in client_id and their kind in token_use",
					func(s seen, d *Diagnosis) bool {
						return s.kind != KindID && being(ClientInsteadOfAudience, ClaimMissing)(s, d)
					}}}
			},
		},
		{
			"Firebase",
			func(s seen) bool { return s.host == "securetoken.google.com" },
			func() []fact {
				return []fact{
					{CheckAudience, "ID tokens of Firebase are for the project, by its id", nil},
					{CheckKey, "the documented keys of Firebase are certificates by kid, not a key set", nil},
				}
			},
		},
		{
			"Google",
			func(s seen) bool { return s.host == "accounts.google.com" || s.iss == "accounts.google.com" },
			func() []fact {
				return []fact{
					{CheckIssuer, "Google writes its issuer with and without https://", hosts("accounts.google.com", "accounts.google.com")},
					{CheckParty, "Google's Android clients put their own client id into azp and the server's into aud", nil},
				}
			},
		},
		{
			"GitHub Actions",
			func(s seen) bool {
				return s.host == "token.actions.githubusercontent.com" || strings.HasSuffix(s.path, "/_services/token")
			},
			func() []fact {
				return []fact{
					{CheckAudience, "GitHub Actions uses the owner's URL as audience unless the job asks for another", nil},
					{CheckExpiry, "tokens of GitHub Actions live for minutes: ask for a new one in the job", nil},
				}
			},
		},
		{
			"GitLab CI",
			func(s seen) bool {
				return s.claims.Get("ci_config_ref_uri").Exists() || s.claims.Get("pipeline_source").Exists()
			},
			func() []fact {
				return []fact{{CheckAudience, "the job sets the audience of a GitLab ID token, under id_tokens and aud", nil}}
			},
		},
		{
			"Kubernetes",
			func(s seen) bool {
				sub, _ := s.claims.Get("sub").Text()
				return s.claims.Get("kubernetes.io").Exists() || strings.HasPrefix(sub, "system:serviceaccount:")
			},
			func() []fact {
				return []fact{
					{CheckExpiry, "legacy service account tokens of Kubernetes have no exp: use projected ones", being(ClaimMissing)},
					{CheckAudience, "legacy service account tokens of Kubernetes have no aud: use projected ones", being(ClaimMissing)},
					{CheckIssuer, "a cluster's issuer is often an internal name, set with --service-account-issuer of its API server", nil},
				}
			},
		},
		{
			"Auth0",
			func(s seen) bool { return s.hostIs("auth0.com") },
			func() []fact {
				return []fact{
					{CheckIssuer, "issuers of Auth0 end in a slash", being(DifferentSlash)},
					{CheckAudience, "Auth0 issues access tokens for an API only where the client asks for its audience", notOfIDTokens},
				}
			},
		},
		{
			"Okta",
			func(s seen) bool { return s.hostIs("okta.com", "oktapreview.com", "okta-emea.com") },
			func() []fact {
				return []fact{
					{CheckIssuer, "Okta's org server issues from the bare domain, custom servers from /oauth2/<id>", being(DifferentValue)},
					{CheckKey, oktaOrg, ofOktaOrg},
					{CheckSignature, oktaOrg, ofOktaOrg},
				}
			},
		},
		{
			"Keycloak",
			func(s seen) bool { return strings.Contains(s.path, "/realms/") },
			func() []fact {
				return []fact{
					{CheckAudience, "access tokens of Keycloak are for \"account\" unless an audience mapper adds yours; the client is in azp", notOfIDTokens},
					{CheckIssuer, "Keycloak issues under the host name by which it was asked, unless its hostname is set", being(DifferentHost, DifferentPort, DifferentScheme)},
				}
			},
		},
		{
			"Authing",
			func(s seen) bool { return s.hostIs("authing.cn") },
			func() []fact {
				return []fact{
					{CheckIssuer, "Authing's documentation writes the host with a capital A, its tokens do not", func(s seen, d *Diagnosis) bool { return hostsDiffer(d) && being(DifferentCase)(s, d) }},
					{CheckAlgorithm, "Authing signs ID tokens with HS256 and the application's secret unless the application is set to RS256", being(SecretNeeded)},
				}
			},
		},
		{
			"Authgear",
			func(s seen) bool {
				for _, m := range s.claims.Members() {
					if strings.HasPrefix(m.Name, "https://authgear.com/claims/") {
						return true
					}
				}
				return s.hostIs("authgear.com", "authgear.cloud", "authgearapps.com")
			},
			func() []fact {
				return []fact{
					{CheckIssuer, "the issuer of Authgear is the endpoint, without a slash at its end", being(DifferentSlash)},
					{CheckIssuer, "changing the public origin of Authgear changes its issuer", being(DifferentHost)},
					{CheckAudience, "access tokens of Authgear are for the endpoint, ID tokens for the client", nil},
					{CheckAuthTime, "every user token of Authgear has auth_time; those of machines have none", being(ClaimMissing)},
				}
			},
		},
	}
}

// An issuerQuirk is what is worth knowing about the tokens of one issuer when
// one of the checks does not pass.
type issuerQuirk struct {
	name  string
	knows func(seen) bool
	facts func() []fact // built only for a token that fails
}

// A fact explains the failure of one check. It has no flags in it.
type fact struct {
	check CheckID
	text  string
	fits  func(seen, *Diagnosis) bool // where the failure is such a one; nil: always
}

// seen is what a token shows of its issuer. Nothing of it is verified: it only
// picks the words of an explanation.
type seen struct {
	host, path     string // of iss
	iss            string
	kind           Kind
	header, claims strictjson.Value
}

// being is for failures of which one of the cases was recognised.
func being(kinds ...DiagnosisKind) func(seen, *Diagnosis) bool {
	return func(_ seen, d *Diagnosis) bool { return d != nil && slices.Contains(kinds, d.Kind) }
}

// hosts is for an issuer that is demanded at one host and found at another.
func hosts(wanted, found string) func(seen, *Diagnosis) bool {
	return func(_ seen, d *Diagnosis) bool {
		return d != nil && strings.Contains(d.Wanted, wanted) && strings.Contains(d.Found, found)
	}
}

// hostsDiffer is for two URLs whose hosts are written differently.
func hostsDiffer(d *Diagnosis) bool {
	if d == nil {
		return false
	}
	wanted, errWanted := url.Parse(d.Wanted)
	found, errFound := url.Parse(d.Found)
	return errWanted == nil && errFound == nil && wanted.Host != found.Host
}

func notOfIDTokens(s seen, _ *Diagnosis) bool { return s.kind != KindID }

func (s seen) hostIs(names ...string) bool {
	for _, name := range names {
		if s.host == name || strings.HasSuffix(s.host, "."+name) {
			return true
		}
	}
	return false
}

// isForGraph tells whether a token is for Microsoft Graph, by its name or its
// application id.
func isForGraph(s seen) bool {
	list, _ := audiences(s.claims.Get("aud"))
	return slices.ContainsFunc(list, func(aud string) bool {
		return strings.HasPrefix(aud, "00000003-0000-0000-c000-000000000000") || strings.TrimSuffix(aud, "/") == "https://graph.microsoft.com"
	})
}

// quirkOf returns the entry of the issuer that a token seems to come from. It is
// a guess from unverified claims.
func quirkOf(s seen) (issuerQuirk, bool) {
	for _, quirk := range issuerQuirks() {
		if quirk.knows(s) {
			return quirk, true
		}
	}
	return issuerQuirk{}, false
}

func (r *Report) seen() seen {
	s := seen{kind: r.Kind, header: r.Header, claims: r.claims}
	s.iss, _ = r.claims.Get("iss").Text()
	if u, err := url.Parse(s.iss); err == nil {
		s.host, s.path = strings.ToLower(u.Hostname()), u.Path
	}
	return s
}

// IssuerName returns the name of the service that the token seems to come from,
// or an empty string. It is a guess.
func (r *Report) IssuerName() string {
	quirk, _ := quirkOf(r.seen())
	return quirk.name
}

// addFacts adds what is known of the issuer to the checks that did not pass.
func (v *verification) addFacts() {
	if v.report.Verdict == Accepted {
		return
	}
	token := v.report.seen()
	quirk, known := quirkOf(token)
	if !known {
		return
	}
	facts := quirk.facts()
	for i := range v.report.Checks {
		c := &v.report.Checks[i]
		at := slices.IndexFunc(facts, func(f fact) bool {
			return f.check == c.ID && (f.fits == nil || f.fits(token, c.Diagnosis))
		})
		if c.Status == Failed && at >= 0 {
			c.Fact = facts[at].text
		}
	}
}
