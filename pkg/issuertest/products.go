package issuertest

import (
	"slices"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

func authgear() vendor {
	user := func(f *facts, c *claims) {
		c.set("aud", f.Audience)
		if f.user != nil {
			c.set("https://authgear.com/claims/user/is_anonymous", false, "https://authgear.com/claims/user/is_verified", true,
				"https://authgear.com/claims/user/can_reauthenticate", true, "https://authgear.com/claims/user/roles", f.Roles)
		}
	}
	return vendor{
		name: "authgear", about: "Authgear with \"Issue JWT as access token\": the endpoint is issuer and audience",
		paths: paths{
			Authorization: "/authorize", Token: "/token", Userinfo: "/userinfo", Keys: "/jwks", Revocation: "/revoke", EndSession: "/end_session",
		}.below("/oauth2"),
		accessType: "at+jwt", idType: "JWT", accessLife: 30 * time.Minute, idLife: 5 * time.Minute, noCacheControl: true,
		access: func(f *facts, c *claims) {
			c.remove("roles")
			if f.user == nil {
				c.set("sub", "client_id_"+f.ClientID)
			}
			user(f, c)
		},
		id:  user,
		jwk: func(string) claims { return claims{{Name: "created_at", Value: strictjson.From(1700000000)}} },
		metadata: func(m *claims) {
			m.set("grant_types_supported", []string{"authorization_code", "refresh_token", "client_credentials"},
				"dpop_signing_alg_values_supported", []string{"ES256", "RS256"})
		},
	}
}

func authing() vendor {
	return vendor{
		name: "authing", about: "Authing: the issuer ends in /oidc; try --alg HS256 for its ID tokens signed by the application's secret", issuer: "/oidc",
		paths: paths{
			"/auth", "/token", "/me", "/.well-known/jwks.json", "/token/introspection", "/token/revocation", "/session/end", "/device/auth",
		}.below("/oidc"),
		accessType: "JWT", idType: "JWT", sameKinds: true, accessLife: 14 * 24 * time.Hour, idLife: 14 * 24 * time.Hour, audience: defaultAPI,
		access: func(f *facts, c *claims) {
			c.remove("client_id")
			c.set("azp", f.ClientID)
			if f.user == nil {
				c.remove("sub")
			}
		},
	}
}

func auth0() vendor {
	return vendor{
		name: "auth0", about: "Auth0: the issuer ends in a slash", issuer: "/",
		paths:      paths{"/authorize", "/oauth/token", "/userinfo", "/.well-known/jwks.json", "", "/oauth/revoke", "/oidc/logout", "/oauth/device/code"},
		accessType: "JWT", idType: "JWT", sameKinds: true, accessLife: 24 * time.Hour, idLife: 10 * time.Hour, audience: "https://api.example",
		access: func(f *facts, c *claims) {
			c.remove("client_id", "roles")
			c.set("azp", f.ClientID)
			if f.user == nil {
				c.set("sub", f.ClientID+"@clients", "gty", "client-credentials")
			} else if f.asks("openid") {
				c.set("aud", append(slices.Clone(f.Audience), f.issuer+"userinfo"))
			}
			f.grant(c, "permissions")
		},
	}
}

func cognito() vendor {
	const pool = "/eu-central-1_Demo12345"
	return vendor{
		name: "cognito", about: "Amazon Cognito: access tokens have no audience, but client_id and token_use", issuer: pool,
		paths: paths{
			Authorization: "/oauth2/authorize", Token: "/oauth2/token", Userinfo: "/oauth2/userInfo", Keys: pool + "/.well-known/jwks.json",
			Revocation: "/oauth2/revoke", EndSession: "/logout",
		},
		noAudience: true, audience: defaultAPI,
		access: func(f *facts, c *claims) {
			c.remove("aud", "amr", "roles")
			c.set("token_use", "access", "version", 2)
			if f.user != nil {
				c.set("username", f.user.Name)
				f.grant(c, "cognito:groups")
			}
		},
		id: func(f *facts, c *claims) {
			c.remove("amr", "sid")
			c.set("jti", f.id, "token_use", "id")
			if f.user != nil {
				c.set("cognito:username", f.user.Name)
			}
		},
	}
}

func entra() vendor {
	const tenant = "11111111-2222-3333-4444-555555555555"
	shape := func(f *facts, c *claims) {
		c.remove("client_id", "scope", "auth_time", "amr", "jti")
		c.set("nbf", f.issued.Unix(), "oid", "oid-"+f.subject(), "tid", tenant, "uti", f.id, "ver", "2.0")
		f.grant(c, "roles")
	}
	ofOpenID := func(scope string) bool {
		return slices.Contains([]string{"openid", "profile", "email", "offline_access"}, scope)
	}
	return vendor{
		name: "entra", about: "Microsoft Entra ID v2.0, one tenant: keys with an issuer, scopes in scp", issuer: "/" + tenant + "/v2.0",
		paths: paths{
			"/oauth2/v2.0/authorize", "/oauth2/v2.0/token", "/oidc/userinfo", "/discovery/v2.0/keys", "", "", "/oauth2/v2.0/logout", "/oauth2/v2.0/devicecode",
		}.below("/" + tenant),
		accessType: "JWT", idType: "JWT", audience: "99999999-8888-7777-6666-555555555555",
		access: func(f *facts, c *claims) {
			shape(f, c)
			c.set("azp", f.ClientID, "azpacr", "1")
			if f.user != nil {
				c.set("scp", strings.Join(slices.DeleteFunc(slices.Clone(f.Scopes), ofOpenID), " "))
			}
		},
		id:       shape,
		jwk:      func(issuer string) claims { return claims{{Name: "issuer", Value: strictjson.From(issuer)}} },
		metadata: func(m *claims) { m.set("tenant_region_scope", "EU", "cloud_instance_name", "claimcheck.test") },
	}
}

func githubActions() vendor {
	job := func(f *facts, c *claims) {
		*c = nil
		c.set("jti", f.id, "sub", "repo:octo-org/octo-repo:ref:refs/heads/main", "aud", one(f.Audience),
			"ref", "refs/heads/main", "sha", "0123456789abcdef0123456789abcdef01234567", "repository", "octo-org/octo-repo",
			"repository_owner", "octo-org", "repository_id", "74", "repository_owner_id", "65", "repository_visibility", "private",
			"run_id", "1", "run_number", "1", "run_attempt", "1", "actor", "octocat", "actor_id", "12", "workflow", "ci",
			"event_name", "push", "ref_type", "branch", "runner_environment", "github-hosted",
			"job_workflow_ref", "octo-org/octo-repo/.github/workflows/ci.yml@refs/heads/main",
			"iss", f.issuer, "nbf", f.issued.Unix(), "exp", f.expires.Unix(), "iat", f.issued.Unix())
	}
	return vendor{
		name: "github-actions", about: "GitHub Actions: a workflow's ID token, from client_credentials",
		paths: paths{Token: "/token", Keys: "/.well-known/jwks"}, sameKinds: true,
		accessType: "JWT", idType: "JWT", accessLife: 5 * time.Minute, idLife: 5 * time.Minute, audience: "https://github.com/octo-org",
		access: job, id: job,
	}
}

func google() vendor {
	return vendor{
		name: "google", about: "Google: opaque access tokens; the ID token is the one to verify",
		paths: paths{
			Authorization: "/o/oauth2/v2/auth", Token: "/token", Userinfo: "/v1/userinfo", Keys: "/oauth2/v3/certs", Revocation: "/revoke", Device: "/device/code",
		},
		opaque: true, idType: "JWT", audience: defaultAPI,
		id: func(f *facts, c *claims) {
			c.remove("amr", "auth_time", "acr", "sid", "preferred_username")
			c.set("azp", f.ClientID)
		},
	}
}

func keycloak() vendor {
	roles := func(list ...string) strictjson.Value { return object("roles", list) }
	return vendor{
		name: "keycloak", about: "Keycloak, realm demo: audience account, roles in realm_access", issuer: "/realms/demo",
		paths: paths{
			"/auth", "/token", "/userinfo", "/certs", "/token/introspect", "/revoke", "/logout", "/auth/device",
		}.below("/realms/demo/protocol/openid-connect"),
		accessType: "JWT", idType: "JWT", accessLife: 5 * time.Minute, idLife: 5 * time.Minute, audience: "account",
		access: func(f *facts, c *claims) {
			c.remove("client_id", "roles", "amr")
			c.set("typ", "Bearer", "azp", f.ClientID, "sid", notEmpty(f.Session), "acr", "1",
				"realm_access", roles(append([]string{"offline_access", "uma_authorization"}, f.Roles...)...),
				"resource_access", object("account", roles("manage-account", "view-profile")))
			f.profile(c)
		},
		id: func(f *facts, c *claims) {
			c.remove("amr")
			c.set("jti", f.id, "typ", "ID", "azp", f.ClientID, "acr", "1")
		},
	}
}

func kubernetes() vendor {
	account := func(f *facts, c *claims) {
		*c = nil
		c.set("aud", f.Audience, "exp", f.expires.Unix(), "iat", f.issued.Unix(), "iss", f.issuer, "jti", f.id,
			"kubernetes.io", object(
				"namespace", "default",
				"pod", object("name", "demo-0", "uid", "7e6f2a10-0000-4000-8000-000000000001"),
				"serviceaccount", object("name", "demo", "uid", "7e6f2a10-0000-4000-8000-000000000002"),
			),
			"nbf", f.issued.Unix(), "sub", "system:serviceaccount:default:demo")
	}
	return vendor{
		name: "kubernetes", about: "a Kubernetes service account: the token of a pod, from client_credentials",
		paths: paths{Token: "/token", Keys: "/openid/v1/jwks"}, sameKinds: true, access: account, id: account,
	}
}

func okta() vendor {
	return vendor{
		name: "okta", about: "Okta, authorization server default: client in cid, scopes as a list in scp", issuer: "/oauth2/default",
		paths: paths{
			"/authorize", "/token", "/userinfo", "/keys", "/introspect", "/revoke", "/logout", "/device/authorize",
		}.below("/oauth2/default/v1"),
		audience: "api://default", sameKinds: true,
		access: func(f *facts, c *claims) {
			c.remove("client_id", "scope", "amr", "roles")
			c.set("ver", 1, "jti", "AT."+f.id, "cid", f.ClientID)
			if len(f.Scopes) > 0 {
				c.set("scp", f.Scopes)
			}
			if f.user != nil {
				c.set("uid", f.user.Subject, "sub", f.user.Email)
			}
			f.grant(c, "groups")
		},
		id: func(f *facts, c *claims) {
			c.remove("sid")
			c.set("ver", 1, "jti", "ID."+f.id, "idp", "00odemo")
		},
	}
}
