package verify

import (
	"net/url"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// An issuerQuirk is what is worth knowing about the tokens of one issuer when
// one of the checks does not pass. Facts have no flags in them.
type issuerQuirk struct {
	name  string
	knows func(seen) bool
	facts func() facts // built only for a token that fails
}

type facts map[CheckID]string

// seen is what a token shows of its issuer. Nothing of it is verified: it only
// picks the words of an explanation.
type seen struct {
	host, path     string // of iss
	iss            string
	header, claims strictjson.Value
}

func (s seen) hostIs(names ...string) bool {
	for _, name := range names {
		if s.host == name || strings.HasSuffix(s.host, "."+name) {
			return true
		}
	}
	return false
}

// issuerQuirks is the table of issuers: one entry each, the first that knows
// the token counts.
func issuerQuirks() []issuerQuirk {
	return []issuerQuirk{
		{
			"AWS load balancer (ALB)",
			func(s seen) bool {
				signer, _ := s.header.Get("signer").Text()
				return strings.HasPrefix(signer, "arn:aws") && strings.Contains(signer, ":elasticloadbalancing:")
			},
			func() facts {
				return facts{
					CheckEncoding: "AWS load balancers pad the base64 of x-amzn-oidc-data, which no JWT may do",
					CheckKey:      "AWS load balancers publish each key as PEM at an address of its own, by kid, and no key set",
					CheckIssuer:   "x-amzn-oidc-data carries iss of the user pool; the load balancer is named by signer in the header",
				}
			},
		},
		{
			"Microsoft Graph",
			func(s seen) bool {
				aud, _ := s.claims.Get("aud").Text()
				return s.hostIs("sts.windows.net", "login.microsoftonline.com") &&
					(s.header.Get("nonce").Exists() || strings.HasPrefix(aud, "00000003-0000-0000-c000-000000000000") || aud == "https://graph.microsoft.com")
			},
			func() facts {
				return facts{
					CheckSignature: "this is a Microsoft Graph token: its header has a nonce that is hashed before signing, so it is made for Graph alone and nobody else can verify it",
					CheckAudience:  "this is a Microsoft Graph token, not one for your API",
				}
			},
		},
		{
			"Entra ID v1",
			func(s seen) bool { return s.hostIs("sts.windows.net") },
			func() facts {
				return facts{
					CheckIssuer:   "Entra ID issues v1 tokens from sts.windows.net and v2 tokens from login.microsoftonline.com: the application's manifest decides which (accessTokenAcceptedVersion)",
					CheckAudience: "v1 tokens of Entra ID name the App ID URI as audience, v2 tokens the client id",
				}
			},
		},
		{
			"Entra ID v2",
			func(s seen) bool { return s.hostIs("login.microsoftonline.com") },
			func() facts {
				return facts{
					CheckIssuer: "Entra ID puts the tenant's GUID where its metadata for all tenants says {tenantid}",
					CheckKey:    "applications of Entra ID with keys of their own publish them only with ?appid= behind the address",
				}
			},
		},
		{
			"Cognito",
			func(s seen) bool { return strings.HasPrefix(s.host, "cognito-idp.") && s.hostIs("amazonaws.com") },
			func() facts {
				return facts{CheckAudience: "access tokens of Cognito have no aud: they name the client in client_id and their kind in token_use"}
			},
		},
		{
			"Firebase",
			func(s seen) bool { return s.host == "securetoken.google.com" },
			func() facts {
				return facts{
					CheckAudience: "ID tokens of Firebase are for the project, by its id",
					CheckKey:      "the documented keys of Firebase are certificates by kid, not a key set",
				}
			},
		},
		{
			"Google",
			func(s seen) bool { return s.host == "accounts.google.com" || s.iss == "accounts.google.com" },
			func() facts {
				return facts{
					CheckIssuer: "Google writes its issuer with and without https://",
					CheckParty:  "Google's Android clients put their own client id into azp and the server's into aud",
				}
			},
		},
		{
			"GitHub Actions",
			func(s seen) bool {
				return s.host == "token.actions.githubusercontent.com" || strings.HasSuffix(s.path, "/_services/token")
			},
			func() facts {
				return facts{
					CheckAudience: "GitHub Actions uses the owner's URL as audience unless the job asks for another",
					CheckExpiry:   "tokens of GitHub Actions live for minutes: ask for a new one in the job",
				}
			},
		},
		{
			"GitLab CI",
			func(s seen) bool {
				return s.claims.Get("ci_config_ref_uri").Exists() || s.claims.Get("pipeline_source").Exists()
			},
			func() facts {
				return facts{CheckAudience: "the job sets the audience of a GitLab ID token, under id_tokens and aud"}
			},
		},
		{
			"Kubernetes",
			func(s seen) bool {
				sub, _ := s.claims.Get("sub").Text()
				return s.claims.Get("kubernetes.io").Exists() || strings.HasPrefix(sub, "system:serviceaccount:")
			},
			func() facts {
				return facts{
					CheckExpiry:   "legacy service account tokens of Kubernetes have no exp: use projected ones",
					CheckAudience: "legacy service account tokens of Kubernetes have no aud: use projected ones",
					CheckIssuer:   "a cluster's issuer is often an internal name, set with --service-account-issuer of its API server",
				}
			},
		},
		{
			"Auth0",
			func(s seen) bool { return s.hostIs("auth0.com") },
			func() facts {
				return facts{
					CheckIssuer:   "issuers of Auth0 end in a slash",
					CheckAudience: "Auth0 issues access tokens for an API only where the client asks for its audience",
				}
			},
		},
		{
			"Okta",
			func(s seen) bool { return s.hostIs("okta.com", "oktapreview.com", "okta-emea.com") },
			func() facts {
				return facts{
					CheckIssuer:    "Okta's org server issues from the bare domain, custom servers from /oauth2/<id>",
					CheckKey:       "access tokens of Okta's org server are not made to be verified by others: use a custom server",
					CheckSignature: "access tokens of Okta's org server are not made to be verified by others: use a custom server",
				}
			},
		},
		{
			"Keycloak",
			func(s seen) bool { return strings.Contains(s.path, "/realms/") },
			func() facts {
				return facts{
					CheckAudience: "access tokens of Keycloak are for \"account\" unless an audience mapper adds yours; the client is in azp",
					CheckIssuer:   "Keycloak issues under the host name by which it was asked, unless its hostname is set",
				}
			},
		},
		{
			"Authing",
			func(s seen) bool { return s.hostIs("authing.cn") },
			func() facts {
				return facts{
					CheckIssuer:    "Authing's documentation writes the host with a capital A, its tokens do not",
					CheckAlgorithm: "Authing signs ID tokens with HS256 and the application's secret unless the application is set to RS256",
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
			func() facts {
				return facts{
					CheckIssuer:   "the issuer of Authgear is the endpoint without a slash at its end; changing the public origin changes it",
					CheckAudience: "access tokens of Authgear are for the endpoint, ID tokens for the client",
					CheckAuthTime: "every user token of Authgear has auth_time; those of machines have none",
				}
			},
		},
	}
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

func seenOf(header, claims strictjson.Value) seen {
	s := seen{header: header, claims: claims}
	s.iss, _ = claims.Get("iss").Text()
	if u, err := url.Parse(s.iss); err == nil {
		s.host, s.path = strings.ToLower(u.Hostname()), u.Path
	}
	return s
}

// IssuerName returns the name of the service that the token seems to come from,
// or an empty string. It is a guess.
func (r *Report) IssuerName() string {
	quirk, _ := quirkOf(seenOf(r.Header, r.claims))
	return quirk.name
}

// addFacts adds what is known of the issuer to the checks that did not pass.
func (v *verification) addFacts() {
	if v.report.Verdict == Accepted {
		return
	}
	quirk, known := quirkOf(seenOf(v.token.Header(), v.claims))
	if !known {
		return
	}
	facts := quirk.facts()
	for i := range v.report.Checks {
		if c := &v.report.Checks[i]; c.Status == Failed {
			c.Fact = facts[c.ID]
		}
	}
}
