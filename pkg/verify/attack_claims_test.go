package verify_test

import (
	"testing"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// go-jose before 4.1.5 and others: a time that is no number, or one that wraps
// around, never expires.
func TestAttackUnusableTimes(t *testing.T) {
	unusable := map[string]string{
		"a string": `"1600000300"`, "null": `null`, "true": `true`, "an array": `[1600000300]`, "an object": `{}`, "an empty string": `""`,
		"1e400": `1e400`, "-1e400": `-1e400`, "1e308": `1e308`, "2^53": `9007199254740992`, "-2^53": `-9007199254740992`,
		"2^63": `9223372036854775808`, "2^64": `18446744073709551616`, "2^53 as a fraction": `9007199254740992.0`, "−2^53 as a fraction": `-9007199254740992.0`,
	}
	var list []hostile
	for name, value := range unusable {
		if value == `null` { // of exp it is refused; of the others it is no value
			list = append(list, hostile{name: "exp, null", text: claiming(t, goodClaims().with("exp", value)), reason: verify.ReasonExpired, check: verify.CheckExpiry})
			continue
		}
		list = append(list,
			hostile{name: "exp, " + name, text: claiming(t, goodClaims().with("exp", value)), reason: verify.ReasonExpired, check: verify.CheckExpiry},
			hostile{name: "nbf, " + name, text: claiming(t, goodClaims().with("nbf", value)), reason: verify.ReasonNotYetValid, check: verify.CheckNotBefore},
			hostile{name: "iat, " + name, text: claiming(t, goodClaims().with("iat", value)), reason: verify.ReasonNotYetValid, check: verify.CheckIssuedAt})
	}
	refuse(t, append(list,
		hostile{name: "NaN is not JSON", text: claiming(t, goodClaims().with("exp", "NaN")), reason: verify.ReasonMalformed, check: verify.CheckPayload},
		hostile{name: "Infinity is not JSON", text: claiming(t, goodClaims().with("exp", "Infinity")), reason: verify.ReasonMalformed, check: verify.CheckPayload},
		hostile{name: "no exp", text: claiming(t, goodClaims().without("exp")), reason: verify.ReasonExpired, check: verify.CheckExpiry},
		hostile{name: "EXP instead of exp", text: claiming(t, goodClaims().without("exp").with("EXP", "1600000300")), reason: verify.ReasonExpired, check: verify.CheckExpiry},
		hostile{name: "a negative exp", text: claiming(t, goodClaims().without("iat").with("exp", "-1")), reason: verify.ReasonExpired, check: verify.CheckExpiry},
		hostile{name: "exp in milliseconds is no excuse for iat in milliseconds", text: claiming(t, goodClaims().with("exp", "1600000300000").with("iat", "1600000000000")),
			reason: verify.ReasonNotYetValid, check: verify.CheckIssuedAt},
	))
	accept(t, []neighbour{
		{"exp with a fraction", claiming(t, goodClaims().with("exp", "1600000300.5")), nil},
		{"exp with an exponent", claiming(t, goodClaims().with("exp", "1.6000003e9")), nil},
		{"exp = 2^53 − 1", claiming(t, goodClaims().with("exp", "9007199254740991")), nil},
		{"exp in milliseconds", claiming(t, goodClaims().with("exp", "1600000300000")), nil},
		{"nbf of null", claiming(t, goodClaims().with("nbf", "null")), nil},
		{"iat of null", claiming(t, goodClaims().with("iat", "null")), nil},
		{"a negative nbf", claiming(t, goodClaims().with("nbf", "-1")), nil},
		{"nbf = −(2^53 − 1)", claiming(t, goodClaims().with("nbf", "-9007199254740991")), nil},
		{"other times of any type", claiming(t, goodClaims().with("auth_time", `"soon"`).with("updated_at", `"2020-09-30T07:12:19.401Z"`)), nil},
	})
}

// jwt-go CVE-2020-26160, PyJWT CVE-2024-53861, OpenFGA CVE-2026-55689, Authlib
// CVE-2026-114617: the token switches a check off, or half of it suffices.
func TestAttackIssuerAndAudience(t *testing.T) {
	issuer := func(name string, claims object) hostile {
		return hostile{name: "iss, " + name, text: claiming(t, claims), reason: verify.ReasonWrongIssuer, check: verify.CheckIssuer}
	}
	audience := func(name string, claims object) hostile {
		return hostile{name: "aud, " + name, text: claiming(t, claims), reason: verify.ReasonWrongAudience, check: verify.CheckAudience}
	}
	refuse(t, []hostile{
		issuer("missing", goodClaims().without("iss")),
		issuer("null", goodClaims().with("iss", `null`)),
		issuer("empty", goodClaims().with("iss", `""`)),
		issuer("the beginning", goodClaims().with("iss", `"https://issuer.exampl"`)),
		issuer("more at the end", goodClaims().with("iss", `"https://issuer.example.attacker.example"`)),
		issuer("a slash", goodClaims().with("iss", `"https://issuer.example/"`)),
		issuer("another case", goodClaims().with("iss", `"https://Issuer.example"`)),
		issuer("http", goodClaims().with("iss", `"http://issuer.example"`)),
		issuer("an array", goodClaims().with("iss", `["https://issuer.example"]`)),
		issuer("another member", goodClaims().without("iss").with("ISS", `"https://issuer.example"`)),
		issuer("a letter that looks alike", goodClaims().with("iss", `"https://\u0456ssuer.example"`)),
		issuer("a NUL at the end", goodClaims().with("iss", `"https://issuer.example\u0000"`)),
		audience("missing", goodClaims().without("aud")),
		audience("null", goodClaims().with("aud", `null`)),
		audience("empty", goodClaims().with("aud", `""`)),
		audience("an empty array", goodClaims().with("aud", `[]`)),
		audience("the beginning", goodClaims().with("aud", `"ap"`)),
		audience("more at the end", goodClaims().with("aud", `"api.attacker"`)),
		audience("another case", goodClaims().with("aud", `"API"`)),
		audience("in a list with a space", goodClaims().with("aud", `"other api"`)),
		audience("an array inside an array", goodClaims().with("aud", `[["api"]]`)),
		audience("an object", goodClaims().with("aud", `{"api":true}`)),
		audience("a number among them", goodClaims().with("aud", `["api",1]`)),
		audience("null among them", goodClaims().with("aud", `["api",null]`)),
	})
	accept(t, []neighbour{
		{"escaped letters in iss", claiming(t, goodClaims().with("iss", `"https:\/\/issuer\u002eexample"`)), nil},
		{"aud as an array", claiming(t, goodClaims().with("aud", `["api"]`)), nil},
		{"aud among others", claiming(t, goodClaims().with("aud", `["other","api"]`)), nil},
		{"aud twice", claiming(t, goodClaims().with("aud", `["api","api"]`)), nil},
	})
}

// What was waived may be missing, but not of a wrong type.
func TestAttackWaivedClaimsOfAWrongType(t *testing.T) {
	anybody := verify.Policy{AnyIssuer: true, AnyAudience: true}
	refuse(t, []hostile{
		{name: "iss", text: claiming(t, goodClaims().with("iss", `5`)), policy: &anybody, reason: verify.ReasonWrongIssuer, check: verify.CheckIssuer},
		{name: "aud", text: claiming(t, goodClaims().with("aud", `5`)), policy: &anybody, reason: verify.ReasonWrongAudience, check: verify.CheckAudience},
		{name: "sub", text: claiming(t, goodClaims().with("sub", `5`)), policy: &anybody, reason: verify.ReasonClaimRefused, check: verify.CheckSubject},
		{name: "a sub that is a number", text: claiming(t, goodClaims().with("sub", `1`)), policy: &anybody, reason: verify.ReasonClaimRefused, check: verify.CheckSubject},
		{name: "azp", text: claiming(t, goodClaims().with("azp", `["x"]`)), policy: &anybody, reason: verify.ReasonClaimRefused, check: verify.CheckParty},
	})
	for _, claims := range []object{goodClaims(), goodClaims().without("iss", "aud", "sub", "iat"), goodClaims().with("aud", `[]`)} {
		wantAccepted(t, examine(claiming(t, claims), everyKey(t), anybody))
	}
}

// OpenID Connect Core section 3.1.3.7, step 11: a replayed token.
func TestAttackNonce(t *testing.T) {
	demanding := goodPolicy()
	demanding.Nonce = "n-0S6_WzA2Mj"
	refused := func(name string, claims object) hostile {
		return hostile{name: name, text: claiming(t, claims), policy: &demanding, reason: verify.ReasonClaimRefused, check: verify.CheckNonce}
	}
	refuse(t, []hostile{
		refused("missing", goodClaims()),
		refused("null", goodClaims().with("nonce", `null`)),
		refused("empty", goodClaims().with("nonce", `""`)),
		refused("another one", goodClaims().with("nonce", `"n-0S6_WzA2MJ"`)),
		refused("the beginning", goodClaims().with("nonce", `"n-0S6"`)),
		refused("an array", goodClaims().with("nonce", `["n-0S6_WzA2Mj"]`)),
	})
	wantAccepted(t, examine(claiming(t, goodClaims().with("nonce", `"n-0S6_WzA2Mj"`)), everyKey(t), demanding))
}

// Authlib CVE-2026-28498: at_hash that cannot be judged is taken for good.
func TestAttackHashFailOpen(t *testing.T) {
	type demand struct {
		claim string
		check string
		set   func(*verify.Policy, string)
	}
	const value, hash = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", `"77QmUPtjPfzWtF2AnpK9RQ"` // OpenID Connect Core, appendix A.6
	for _, d := range []demand{
		{"at_hash", verify.CheckAccessHash, func(p *verify.Policy, v string) { p.AccessToken = v }},
		{"c_hash", verify.CheckCodeHash, func(p *verify.Policy, v string) { p.Code = v }},
		{"s_hash", verify.CheckStateHash, func(p *verify.Policy, v string) { p.State = v }},
	} {
		right, wrong := goodPolicy(), goodPolicy()
		d.set(&right, value)
		d.set(&wrong, value+"x")
		by256 := func(claims object) string {
			return mint(t, "ec256", "ES256", goodHeader("ec256", "ES256").String(), claims.String())
		}
		refused := func(name, text string, policy *verify.Policy) hostile {
			return hostile{name: d.claim + ", " + name, text: text, policy: policy, reason: verify.ReasonClaimRefused, check: d.check}
		}
		refuse(t, []hostile{
			refused("missing", by256(goodClaims()), &right),
			refused("null", by256(goodClaims().with(d.claim, `null`)), &right),
			refused("empty", by256(goodClaims().with(d.claim, `""`)), &right),
			refused("an array", by256(goodClaims().with(d.claim, "["+hash+"]")), &right),
			refused("of another value", by256(goodClaims().with(d.claim, hash)), &wrong),
			refused("cut short", by256(goodClaims().with(d.claim, `"77QmUPtjPfzWtF2AnpK9"`)), &right),
			refused("padded", by256(goodClaims().with(d.claim, `"77QmUPtjPfzWtF2AnpK9RQ=="`)), &right),
			refused("by the hash of another algorithm", claiming(t, goodClaims().with(d.claim, hash)), &right),
		})
		wantAccepted(t, examine(by256(goodClaims().with(d.claim, hash)), everyKey(t), right))
		unknown := mint(t, "ec256", "ES256", goodHeader("ec256", "XX256").String(), goodClaims().with(d.claim, hash).String())
		wantStatus(t, examine(unknown, everyKey(t), right), d.check, verify.Failed) // no hash is known for it
	}
}

// RFC 8725 section 3.11: a token of one kind taken for another.
func TestAttackTokenOfAnotherKind(t *testing.T) {
	for _, typ := range []string{
		"logout+jwt", "dpop+jwt", "kb+jwt", "secevent+jwt", "token-introspection+jwt",
		"LOGOUT+JWT", "application/logout+jwt", "APPLICATION/DPOP+JWT", "logout+jwt; v=1",
	} {
		header := goodHeader("ec256", "ES256").with("typ", `"`+typ+`"`)
		list := []hostile{{name: typ, text: headed(t, header), reason: verify.ReasonClaimRefused, check: verify.CheckKind}}
		for _, kind := range []verify.Kind{verify.KindID, verify.KindAccess} {
			policy := goodPolicy()
			policy.Kind = kind
			list = append(list, hostile{name: typ + " as " + string(kind), text: headed(t, header), policy: &policy, reason: verify.ReasonClaimRefused, check: verify.CheckKind})
		}
		refuse(t, list)
	}
	for _, typ := range []string{"JWT", "jwt", "application/jwt", "at+jwt", "AT+JWT", "application/at+jwt", "anything+jwt", ""} {
		accept(t, []neighbour{{typ, headed(t, goodHeader("ec256", "ES256").with("typ", `"`+typ+`"`)), nil}})
	}
}

// RFC 7519 section 5.3: a proxy routes by the header, the service reads the claims.
func TestAttackClaimsInTheHeader(t *testing.T) {
	good := goodHeader("ec256", "ES256")
	refused := func(name string, header object) hostile {
		return hostile{name: name, text: headed(t, header), reason: verify.ReasonClaimRefused, check: verify.CheckHeaderClaims}
	}
	refuse(t, []hostile{
		refused("iss", good.with("iss", `"https://attacker.example"`)),
		refused("sub", good.with("iss", `"https://issuer.example"`).with("sub", `"admin"`)),
		refused("aud of another type", good.with("aud", `["api"]`)),
	})
	accept(t, []neighbour{{"equal claims", headed(t, good.with("iss", `"https://issuer.example"`).with("sub", `"alice"`)), nil}})
}

// The zero Policy accepts nothing, nor does one that contradicts itself.
func TestAttackPolicyThatDemandsNothing(t *testing.T) {
	for name, policy := range map[string]verify.Policy{
		"nothing said":                    {},
		"no audience":                     {Issuer: "https://issuer.example"},
		"no issuer":                       {Audiences: []string{"api"}},
		"an issuer, and any":              {Issuer: "https://issuer.example", AnyIssuer: true, Audiences: []string{"api"}},
		"an audience, and any":            {Issuer: "https://issuer.example", Audiences: []string{"api"}, AnyAudience: true},
		"an audience that is empty":       {Issuer: "https://issuer.example", Audiences: []string{"api", ""}},
		"a leeway of more than 5 minutes": {Issuer: "https://issuer.example", Audiences: []string{"api"}, Leeway: verify.MaxLeeway + 1},
		"a claim as a text and as JSON": {Issuer: "https://issuer.example", Audiences: []string{"api"},
			Require: []verify.Requirement{{Claim: "sub", Text: new(string), JSON: strictjson.From("alice")}}},
		"a negative leeway":                 {Issuer: "https://issuer.example", Audiences: []string{"api"}, Leeway: -1},
		"a kind that is none":               {Issuer: "https://issuer.example", Audiences: []string{"api"}, Kind: "ID"},
		"the kind of tokens without a kind": {Issuer: "https://issuer.example", Audiences: []string{"api"}, Kind: verify.KindOther},
	} {
		t.Run(name, func(t *testing.T) {
			r := examine(goodToken(t, "rsa", "RS256"), everyKey(t), policy)
			wantStatus(t, r, verify.CheckPolicy, verify.Failed)
			if r.Accepted || r.Claims().Exists() {
				t.Errorf("WRONG ACCEPTANCE: %v", r.Err())
			}
		})
	}
	// Even a token that names no issuer and no audience, like the policy.
	r := examine(claiming(t, goodClaims().with("iss", `""`).with("aud", `""`)), everyKey(t), verify.Policy{Audiences: []string{""}})
	wantRejected(t, r, verify.ReasonClaimRefused, verify.CheckPolicy)
}

// The hash is the one of the token's algorithm; Ed25519 has SHA-512.
func TestHashOfEachAlgorithm(t *testing.T) {
	const accessToken = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
	hashes := map[string]string{
		"256": `"77QmUPtjPfzWtF2AnpK9RQ"`,
		"384": `"` + encode(digest("384", accessToken)[:24]) + `"`,
		"512": `"` + encode(digest("512", accessToken)[:32]) + `"`,
	}
	policy := goodPolicy()
	policy.AccessToken = accessToken
	for alg, key := range map[string]string{
		"RS256": "rsa", "RS384": "rsa", "RS512": "rsa", "PS256": "rsa", "PS384": "rsa", "PS512": "rsa",
		"ES256": "ec256", "ES384": "ec384", "ES512": "ec521", "EdDSA": "ed25519", "Ed25519": "ed25519",
		"HS256": "hmac", "HS384": "hmac", "HS512": "hmac",
	} {
		size := alg[len(alg)-3:]
		if key == "ed25519" {
			size = "512"
		}
		var keys verify.Keys = everyKey(t)
		if key == "hmac" {
			keys = secret(t)
		}
		for of, hash := range hashes {
			r := examine(mint(t, key, alg, goodHeader(key, alg).String(), goodClaims().with("at_hash", hash).String()), keys, policy)
			if accepted := r.Accepted; accepted != (of == size) {
				t.Errorf("%s with half of SHA-%s: accepted=%t, %v", alg, of, r.Accepted, r.Err())
			}
		}
	}
}
