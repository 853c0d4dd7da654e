package oracle

import (
	"crypto"
	"crypto/hmac"
	"crypto/x509"
	"encoding/pem"
	"strings"

	"pgregory.net/rapid"

	"github.com/claimcheck/claimcheck/pkg/verify"
)

// oddity is one thing that may be odd about a token or about the keys. apply
// reports whether it made sense here; if not, it changed nothing.
type oddity struct {
	name  string
	apply func(*rapid.T, *draft) bool
}

// header makes an oddity that sets a member of the header to one of the values.
func header(name, member string, values ...string) oddity {
	return oddity{name, func(t *rapid.T, d *draft) bool {
		d.header.set(member, pick(t, name, values...))
		return true
	}}
}

func headerOddities() []oddity {
	return []oddity{
		header("alg none", "alg", `"none"`, `"NONE"`, `"None"`, `""`),
		header("alg in another case or unknown", "alg", `"rs256"`, `"Es256"`, `"EDDSA"`, `"ES256K"`, `"RSA-OAEP"`, `"HS256 "`),
		header("alg not a string", "alg", `null`, `17`, `["RS256"]`, `{}`),
		{"alg missing", func(_ *rapid.T, d *draft) bool { d.header.drop("alg"); return true }},
		{"alg of another signature", func(t *rapid.T, d *draft) bool {
			alg := pick(t, "wrong alg", verify.Algorithms()...)
			if sameAlgorithm(alg, d.alg) {
				return false
			}
			d.header.set("alg", quoted(alg))
			return true
		}},
		{"alg not allowed", func(t *rapid.T, d *draft) bool {
			alg := pick(t, "allowed alg", verify.Algorithms()...)
			if alg == d.alg {
				return false
			}
			d.policy.Algorithms = []string{alg}
			return true
		}},
		{"HMAC with the public key", func(t *rapid.T, d *draft) bool {
			if d.symmetric() {
				return false
			}
			der := must(x509.MarshalPKIXPublicKey(d.signer.public()))
			secret := pick(t, "form of the key", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), der, []byte(jwk(d.signer.public()).plain()))
			d.header.set("alg", `"HS256"`)
			d.signature = func(input string, _ []byte) []byte {
				mac := hmac.New(crypto.SHA256.New, secret)
				mac.Write([]byte(input))
				return mac.Sum(nil)
			}
			return true
		}},
		header("kid not a string", "kid", `17`, `null`, `["a"]`, `{}`),
		header("kid of another key", "kid", `"nobody"`, `"rsa-b"`, `"ed-b"`, `"RSA-A"`, `""`, `"../../etc/passwd"`),
		{"kid missing", func(_ *rapid.T, d *draft) bool { d.header.drop("kid"); return true }},
		header("typ not a string", "typ", `17`, `null`, `["JWT"]`),
		header("typ of no bearer token", "typ", `"dpop+jwt"`, `"kb+jwt"`, `"SECEVENT+JWT"`, `"application/token-introspection+jwt"`, `"logout+jwt"`),
		header("typ of an access token", "typ", `"at+jwt"`, `"application/AT+JWT"`),
		header("cty", "cty", `"json"`, `""`),
		header("cty not a string", "cty", `17`, `false`),
		header("crit", "crit", `["exp"]`, `[]`, `["x","x"]`, `"b64"`, `null`, `{}`, `["b64"]`, `[17]`, `["b64","b64"]`),
		header("b64 true", "b64", `true`),
		{"crit names b64, which is true", func(_ *rapid.T, d *draft) bool {
			d.header.set("b64", "true")
			d.header.set("crit", `["b64"]`)
			return true
		}},
		header("b64 not true", "b64", `false`, `"true"`, `null`, `1`),
		{"key of its own", func(t *rapid.T, d *draft) bool {
			other := pick(t, "embedded key", d.ring.of("RSA")...)
			d.header.set("jwk", jwk(other.public()).plain())
			d.header.set("jku", `"https://attacker.example/jwks"`)
			d.header.set("x5u", pick(t, "x5u", `"https://attacker.example/x"`, `17`))
			d.header.set("x5c", `["AA=="]`)
			return true
		}},
		{"claims copied into the header", func(t *rapid.T, d *draft) bool {
			name := pick(t, "copied claim", "iss", "sub", "aud")
			if !d.claims.has(name) {
				return false
			}
			d.header.set(name, d.claims.get(name))
			return true
		}},
		header("another issuer in the header", "iss", `"https://other.example"`, `17`),
		header("another subject in the header", "sub", `"somebody else"`, `null`),
		header("a member of the header is too deep", "deep", nested(32, ""), nested(64, "1"), `{"a":`+nested(31, "0")+`}`),
		header("a member of the header is as deep as allowed", "deep", nested(31, ""), nested(31, "1")),
		header("a number in the header that no float64 holds", "big", `1e400`, `-1e999`),
		{"a member of the header twice", func(t *rapid.T, d *draft) bool {
			if !d.header.has("alg") {
				return false
			}
			again := pick(t, "twice", `"alg":`+d.header.get("alg"), `"\u0061lg":`+d.header.get("alg"), `"x":1,"x":1`, `"x":{"y":1,"y":2}`)
			d.headerText = chain(d.headerText, func(text string) string { return insertMember(text, again) })
			return true
		}},
		{"the header is not UTF-8", func(t *rapid.T, d *draft) bool {
			bad := pick(t, "bad text", "\"x\":\"\xff\"", "\"x\xc3\":1", `"x":"\ud800"`, `"x":"\udc00\ud800"`, `"\ud83d":1`, "\"x\":\"\xed\xa0\x80\"")
			d.headerText = chain(d.headerText, func(text string) string { return insertMember(text, bad) })
			return true
		}},
		{"the header is not a JSON object", func(t *rapid.T, d *draft) bool {
			other := pick(t, "other header", `null`, `[]`, `"alg"`, `17`, ``, `{`, "\ufeff{}", `{"alg":"RS256"}}`, `{"alg":"RS256",}`, `{'alg':'RS256'}`, `{"alg":"RS256"} //`)
			d.headerText = func(string) string { return other }
			return true
		}},
	}
}

// chain applies one more change after those that are there.
func chain(first, second func(string) string) func(string) string {
	return func(text string) string {
		if first != nil {
			text = first(text)
		}
		return second(text)
	}
}

// insertMember puts members in front of those of an object.
func insertMember(text, members string) string {
	if !strings.HasPrefix(text, "{") {
		return text
	}
	if rest := strings.TrimSpace(text[1:]); strings.HasPrefix(rest, "}") {
		return "{" + members + rest
	}
	return "{" + members + "," + text[1:]
}
