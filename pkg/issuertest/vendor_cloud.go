package issuertest

import (
	"slices"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// tenant is the directory of the imitated Entra ID.
const tenant = "11111111-2222-3333-4444-555555555555"

func entra() vendor {
	v := plainVendor()
	v.name, v.about = "entra", "Microsoft Entra ID v2.0, one tenant: keys with an issuer, scopes in scp"
	v.issuer = "/" + tenant + "/v2.0"
	v.paths = paths{"/oauth2/v2.0/authorize", "/oauth2/v2.0/token", "/oidc/userinfo", "/discovery/v2.0/keys", "", "", "/oauth2/v2.0/logout", "/oauth2/v2.0/devicecode"}.prefixed("/" + tenant)
	v.accessType, v.idType, v.audience = "JWT", "JWT", "99999999-8888-7777-6666-555555555555"
	shape := func(f *facts, c *claims) {
		c.remove("client_id", "scope", "auth_time", "amr", "jti")
		c.set("nbf", f.issued.Unix())
		c.set("oid", "oid-"+f.subject())
		c.set("tid", tenant)
		c.set("uti", f.id)
		c.set("ver", "2.0")
		f.grant(c, "roles")
	}
	v.access = func(f *facts) claims {
		c := plainAccess(f)
		shape(f, &c)
		c.set("azp", f.client)
		c.set("azpacr", "1")
		if f.user != nil {
			c.set("scp", strings.Join(slices.DeleteFunc(slices.Clone(f.scope), isOpenIDScope), " "))
		}
		return c
	}
	v.id = func(f *facts) claims {
		c := plainID(f)
		shape(f, &c)
		return c
	}
	v.jwk = func(issuer string) claims { return claims{{Name: "issuer", Value: strictjson.From(issuer)}} }
	v.metadata = func(_ string, m *claims) {
		m.set("tenant_region_scope", "EU")
		m.set("cloud_instance_name", "claimcheck.test")
	}
	return v
}

func isOpenIDScope(scope string) bool {
	return slices.Contains([]string{"openid", "profile", "email", "offline_access"}, scope)
}

func cognito() vendor {
	const pool = "/eu-central-1_Demo12345"
	v := plainVendor()
	v.name, v.about = "cognito", "Amazon Cognito: access tokens have no audience, but client_id and token_use"
	v.issuer = pool
	v.paths = paths{authorization: "/oauth2/authorize", token: "/oauth2/token", userinfo: "/oauth2/userInfo", keys: pool + "/.well-known/jwks.json", revocation: "/oauth2/revoke", endSession: "/logout"}
	v.accessType, v.idType, v.noAudience = "", "", true
	v.access = func(f *facts) claims {
		c := plainAccess(f)
		c.remove("aud", "amr", "roles")
		c.set("token_use", "access")
		c.set("version", int64(2))
		if f.user != nil {
			c.set("username", f.user.Name)
			f.grant(&c, "cognito:groups")
		}
		return c
	}
	v.id = func(f *facts) claims {
		c := plainID(f)
		c.remove("amr", "sid")
		c.set("jti", f.id)
		c.set("token_use", "id")
		if f.user != nil {
			c.set("cognito:username", f.user.Name)
		}
		return c
	}
	return v
}

func okta() vendor {
	v := plainVendor()
	v.name, v.about = "okta", "Okta, authorization server default: client in cid, scopes as a list in scp"
	v.issuer = "/oauth2/default"
	v.paths = paths{"/authorize", "/token", "/userinfo", "/keys", "/introspect", "/revoke", "/logout", "/device/authorize"}.prefixed("/oauth2/default/v1")
	v.accessType, v.idType, v.audience, v.sameKinds = "", "", "api://default", true
	v.access = func(f *facts) claims {
		c := plainAccess(f)
		c.remove("client_id", "scope", "amr", "roles")
		c.set("ver", int64(1))
		c.set("jti", "AT."+f.id)
		c.set("cid", f.client)
		c.set("scp", strictjson.From(f.scope))
		if f.user != nil {
			c.set("uid", f.user.Subject)
			c.set("sub", f.user.Email)
		}
		f.grant(&c, "groups")
		return c
	}
	v.id = func(f *facts) claims {
		c := plainID(f)
		c.remove("sid")
		c.set("ver", int64(1))
		c.set("jti", "ID."+f.id)
		c.set("idp", "00odemo")
		return c
	}
	return v
}

func google() vendor {
	v := plainVendor()
	v.name, v.about = "google", "Google: opaque access tokens; the ID token is the one to verify"
	v.paths = paths{authorization: "/o/oauth2/v2/auth", token: "/token", userinfo: "/v1/userinfo", keys: "/oauth2/v3/certs", revocation: "/revoke", device: "/device/code"}
	v.opaque = true
	v.id = func(f *facts) claims {
		c := plainID(f)
		c.remove("amr", "auth_time", "acr", "sid", "preferred_username")
		c.set("azp", f.client)
		return c
	}
	return v
}

func githubActions() vendor {
	v := plainVendor()
	v.name, v.about = "github-actions", "GitHub Actions: a workflow's ID token, from client_credentials"
	v.paths, v.sameKinds = paths{token: "/token", keys: "/.well-known/jwks"}, true
	v.accessType, v.accessLife, v.idLife, v.audience = "JWT", 5*time.Minute, 5*time.Minute, "https://github.com/octo-org"
	job := func(f *facts) claims {
		c := claims{}
		c.set("jti", f.id)
		c.set("sub", "repo:octo-org/octo-repo:ref:refs/heads/main")
		c.set("aud", one(f.audience))
		for _, m := range [][2]string{
			{"ref", "refs/heads/main"}, {"sha", "0123456789abcdef0123456789abcdef01234567"}, {"repository", "octo-org/octo-repo"},
			{"repository_owner", "octo-org"}, {"repository_id", "74"}, {"repository_owner_id", "65"}, {"repository_visibility", "private"},
			{"run_id", "1"}, {"run_number", "1"}, {"run_attempt", "1"}, {"actor", "octocat"}, {"actor_id", "12"}, {"workflow", "ci"},
			{"event_name", "push"}, {"ref_type", "branch"}, {"runner_environment", "github-hosted"},
			{"job_workflow_ref", "octo-org/octo-repo/.github/workflows/ci.yml@refs/heads/main"},
		} {
			c.set(m[0], m[1])
		}
		c.set("iss", f.issuer)
		c.set("nbf", f.issued.Unix())
		c.set("exp", f.expires.Unix())
		c.set("iat", f.issued.Unix())
		return c
	}
	v.access, v.id = job, job
	return v
}

func kubernetes() vendor {
	v := plainVendor()
	v.name, v.about = "kubernetes", "a Kubernetes service account: the token of a pod, from client_credentials"
	v.paths = paths{token: "/token", keys: "/openid/v1/jwks"}
	v.accessType, v.idType, v.audience, v.sameKinds = "", "", "", true
	account := func(f *facts) claims {
		c := claims{}
		c.set("aud", strictjson.From(f.audience))
		c.set("exp", f.expires.Unix())
		c.set("iat", f.issued.Unix())
		c.set("iss", f.issuer)
		c.set("jti", f.id)
		c.set("kubernetes.io", object(
			"namespace", "default",
			"pod", object("name", "demo-0", "uid", "7e6f2a10-0000-4000-8000-000000000001"),
			"serviceaccount", object("name", "demo", "uid", "7e6f2a10-0000-4000-8000-000000000002"),
		))
		c.set("nbf", f.issued.Unix())
		c.set("sub", "system:serviceaccount:default:demo")
		return c
	}
	v.access, v.id = account, account
	return v
}
