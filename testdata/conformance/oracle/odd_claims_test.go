package oracle

import (
	"strconv"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/claimcheck/claimcheck/pkg/verify"
)

// claim makes an oddity that sets a claim to one of the values.
func claim(name, member string, values ...string) oddity {
	return oddity{name, func(t *rapid.T, d *draft) bool {
		d.claims.set(member, pick(t, name, values...))
		return true
	}}
}

// required makes an oddity that demands something of a claim and sets it to one
// of the values, which do not meet it.
func required(name, member string, demand func(*verify.Policy), values ...string) oddity {
	return oddity{name, func(t *rapid.T, d *draft) bool {
		demand(&d.policy)
		d.claims.set(member, pick(t, name, values...))
		return true
	}}
}

func signInRequired(p *verify.Policy) {
	age := 10 * time.Minute
	p.MaxAge, p.ACR = &age, []string{"urn:mfa"}
}

// claimAt makes an oddity that sets a claim to a time: seconds from now.
func claimAt(name, member string, offsets ...float64) oddity {
	return oddity{name, func(t *rapid.T, d *draft) bool {
		at := float64(d.now.Unix()) + pick(t, name, offsets...)
		d.claims.set(member, strconv.FormatFloat(at, 'f', -1, 64))
		return true
	}}
}

// missing makes an oddity of a claim that is not there.
func missing(name string) oddity {
	return oddity{name + " missing", func(_ *rapid.T, d *draft) bool {
		had := d.claims.has(name)
		d.claims.drop(name)
		return had
	}}
}

// demandID demands an ID token, whatever the draft is: an oddity of its own.
func demandID(d *draft) bool {
	d.policy.Kind = verify.KindID
	d.oddities = append(d.oddities, "another kind is required")
	return true
}

// notTimes are values that no NumericDate has.
func notTimes() []string {
	return []string{`null`, `"1700000000"`, `"never"`, `true`, `[1700000000]`, `{}`, `""`}
}

// farTimes are numbers that some JSON readers cannot read exactly.
func farTimes() []string {
	return []string{`9007199254740992`, `9007199254740993.0`, `1e17`, `4611686018427387904`, `-9007199254740992`, `9223372036854775808`, `12345678901234567890`, `1e300`, `1e400`, `-1e400`, `-1e30`}
}

func timeOddities() []oddity {
	return []oddity{
		missing("exp"), missing("iat"), missing("nbf"),
		claimAt("exp around now", "exp", -1, -0.5, 0, 0.25, 0.5, 0.75, 1),
		claimAt("expired", "exp", -1e6, -3600, -300.5, -300, -299, -60, -30, -29),
		claimAt("exp in milliseconds", "exp", 1.7e12),
		claim("exp of another type", "exp", notTimes()...),
		claim("exp out of range", "exp", farTimes()...),
		claim("exp long ago", "exp", `0`, `-1`, `-1.5`, `1e-400`, `-0`, `9007199254740991e-10`),
		claim("exp far ahead", "exp", `9007199254740991`, `9.007199254740991e15`, `4102444800`, `1e12`),
		claimAt("nbf around now", "nbf", -1, -0.5, 0, 0.25, 0.5, 0.75, 1),
		claimAt("nbf ahead", "nbf", 29, 30, 31, 299, 300, 301, 1e6),
		claim("nbf of another type", "nbf", notTimes()...),
		claim("nbf out of range", "nbf", farTimes()...),
		claim("nbf long ago", "nbf", `0`, `-1.5`, `-9007199254740991`),
		claimAt("iat around now", "iat", -1, -0.5, 0, 0.25, 0.5, 0.75, 1),
		claimAt("iat a few seconds ahead", "iat", 1, 5, 9.5, 10, 10.5),
		claimAt("iat ahead", "iat", 29, 41, 300, 311, 1e6),
		claim("iat of another type", "iat", notTimes()...),
		claim("iat out of range", "iat", farTimes()...),
		claim("iat long ago", "iat", `0`, `-1.5`, `-9007199254740991`),
		{"exp not after iat", func(_ *rapid.T, d *draft) bool {
			d.policy.Leeway = verify.MaxLeeway
			d.claims.set("exp", strconv.FormatInt(d.now.Unix()-100, 10))
			d.claims.set("iat", strconv.FormatInt(d.now.Unix()-99, 10))
			return true
		}},
		{"less time left than required", func(t *rapid.T, d *draft) bool {
			d.policy.MinValidity = pick(t, "min validity", 200_000*time.Second, time.Duration(1<<62))
			return true
		}},
	}
}

func claimOddities() []oddity {
	return []oddity{
		{"iss of somebody else", func(t *rapid.T, d *draft) bool {
			iss := d.policy.Issuer
			d.claims.set("iss", quoted(pick(t, "other iss", iss+"/", strings.TrimSuffix(iss, "/")+".evil.example", strings.ToUpper(iss), " "+iss, "", "https://issuer.exampl")))
			return true
		}},
		{"iss of another type", func(t *rapid.T, d *draft) bool {
			d.claims.set("iss", pick(t, "not a string", `null`, `17`, `["https://issuer.example"]`, `{}`))
			if chance(t, "any issuer after all", 2) {
				d.policy.Issuer, d.policy.AnyIssuer = "", true
			}
			return true
		}},
		missing("iss"),
		claim("aud of somebody else", "aud", `"elsewhere2"`, `["API","api/"]`, `[]`, `""`, `[""]`, `"api "`, `"ap"`),
		{"aud of another type", func(t *rapid.T, d *draft) bool {
			d.claims.set("aud", pick(t, "not strings", `null`, `17`, `{}`, `["api",17]`, `[["api"]]`, `[null]`, `true`, `{"api":1}`))
			if chance(t, "any audience after all", 2) {
				d.policy.Audiences, d.policy.AnyAudience = nil, true
			}
			return true
		}},
		missing("aud"),
		{"an audience too many", func(_ *rapid.T, d *draft) bool {
			d.claims.set("aud", `["api","https://api.example/","приложение","second","third","stranger"]`)
			return demandID(d)
		}},
		claim("sub of another type", "sub", `17`, `["a"]`, `{}`),
		claim("sub null or empty", "sub", `""`, `null`),
		claim("sub that is long or not ASCII", "sub", quoted("Zoë"), quoted(strings.Repeat("s", 256)), `"a\u0000b"`),
		missing("sub"), missing("jti"), missing("sid"),
		claim("azp of another type", "azp", `17`, `["client-1"]`),
		claim("azp of somebody else", "azp", `"client-2"`, `""`),
		missing("azp"),
		claim("client_id of somebody else", "client_id", `"client-2"`, `17`, `null`),
		missing("client_id"),
		claim("nonce of somebody else", "nonce", `"other"`, `17`, `null`, `""`),
		missing("nonce"),
		required("at_hash of something else", "at_hash", func(p *verify.Policy) { p.AccessToken = "access" }, `"AAAA"`, `17`, `null`),
		required("c_hash of something else", "c_hash", func(p *verify.Policy) { p.Code = "code" }, `"AAAA"`, `17`),
		required("s_hash of something else", "s_hash", func(p *verify.Policy) { p.State = "state" }, `"AAAA"`, `[]`),
		missing("at_hash"),
		required("sign-in too old or unknown", "auth_time", signInRequired, `0`, `"1700000000"`, `null`, `9999999999`, `1e400`),
		missing("auth_time"),
		required("acr that was not required", "acr", signInRequired, `"urn:pwd"`, `17`, `""`, `["urn:mfa"]`),
		claim("amr of another type", "amr", `"pwd"`, `[17]`, `null`),
		required("scope that is too little", "scope", func(p *verify.Policy) { p.Scopes = []string{"read", "openid"} },
			`"openid readwrite"`, `17`, `["openid"]`, `""`),
		required("roles of another kind", "roles", func(p *verify.Policy) { p.Roles, p.RoleClaim = []string{"admin"}, "roles" },
			`["user"]`, `"administrator"`, `17`),
		required("claim of another value", "tenant", func(p *verify.Policy) {
			text := "read"
			p.Require = []verify.Requirement{{Claim: "tenant", Text: &text}}
		}, `"write"`, `null`, `["write"]`),
		claim("events of another kind", "events", `{}`, `[]`, `null`, `{"`+logoutEvent+`":true}`, `"`+logoutEvent+`"`),
		claim("token_use of another kind", "token_use", `"id"`, `"access"`, `17`),
		claim("typ claim of another kind", "typ", `"ID"`, `"Bearer"`),
		{"another kind is required", func(t *rapid.T, d *draft) bool {
			d.policy.Kind = pick(t, "other kind", verify.KindID, verify.KindAccess, verify.KindLogout)
			return true
		}},
		{"another client is required", func(_ *rapid.T, d *draft) bool { d.policy.ClientID = "client-9"; return true }},
		{"a nonce is required", func(_ *rapid.T, d *draft) bool { d.policy.Nonce = "never sent"; return true }},
		{"an algorithm that is not advertised", func(_ *rapid.T, d *draft) bool {
			d.advertised = []string{"RS1024"}
			return demandID(d)
		}},
		claim("a claim is too deep", "deep", nested(32, ""), nested(100, "1"), `[{"a":`+nested(30, "0")+`}]`),
		claim("a claim is as deep as allowed", "deep", nested(31, ""), nested(31, "1"), `{"a":`+nested(30, "")+`}`),
		{"a claim twice", func(t *rapid.T, d *draft) bool {
			again := pick(t, "twice", member{"exp", `"exp":1`}, member{"exp", `"\u0065xp":1`}, member{"iss", `"iss":"https://attacker.example"`},
				member{"", `"x":1,"x":1`}, member{"", `"x":[{"y":1,"y":2}]`})
			if again.name != "" && !d.claims.has(again.name) {
				return false
			}
			d.payloadText = chain(d.payloadText, func(text string) string {
				if again.name != "" && !d.claims.has(again.name) {
					return text // once is not twice
				}
				return insertMember(text, again.value)
			})
			return true
		}},
		{"the claims set is not UTF-8", func(t *rapid.T, d *draft) bool {
			bad := pick(t, "bad text", "\"x\":\"\xff\"", "\"x\xc3\":1", `"x":"\ud800"`, `"x":"\udc00\ud800"`, `"\ud83d":1`, "\"x\":\"\xed\xa0\x80\"")
			d.payloadText = chain(d.payloadText, func(text string) string { return insertMember(text, bad) })
			return true
		}},
		{"something follows the claims set", func(t *rapid.T, d *draft) bool {
			rest := pick(t, "rest", `{}`, `x`, "\x00", `,`, `}`, "\ufeff", ` null`)
			d.payloadText = chain(d.payloadText, func(text string) string {
				if !strings.HasSuffix(text, "}") {
					return text // not to make whole what is broken: {, then }
				}
				return text + rest
			})
			return true
		}},
		{"the claims set is null", func(_ *rapid.T, d *draft) bool {
			d.payloadText = func(string) string { return "null" }
			return true
		}},
		{"the claims set is not a JSON object", func(t *rapid.T, d *draft) bool {
			other := pick(t, "other payload", ``, `[]`, `[{"exp":9999999999}]`, `"exp"`, `17`, `{`, "\ufeff{}", `{"exp":9999999999,}`, `{exp:9999999999}`, `{"exp":09999999999}`, `NaN`, `{"x":NaN}`, "{\"x\":\"\n\"}")
			d.payloadText = func(string) string { return other }
			return true
		}},
	}
}
