package verify_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// CVE-2018-0114, Authlib CVE-2026-27962: the token brings its own key. jku and
// x5u (PyJWT CVE-2026-48522, Istio CVE-2026-41413) are never fetched: this
// package has no network to do it with.
func TestAttackEmbeddedKey(t *testing.T) {
	attackers := publicJWK(t, "rsa2")
	for name, header := range map[string]object{
		"jwk":                   goodHeader("rsa", "RS256").with("jwk", attackers),
		"jwk without kid":       object{{"alg", `"RS256"`}, {"jwk", attackers}},
		"jku":                   goodHeader("rsa", "RS256").with("jku", `"https://attacker.example/jwks.json"`),
		"x5u":                   goodHeader("rsa", "RS256").with("x5u", `"https://attacker.example/cert.pem"`),
		"x5c":                   goodHeader("rsa", "RS256").with("x5c", `["AAAA"]`),
		"jwk of the kid itself": goodHeader("rsa", "RS256").with("jwk", publicJWK(t, "rsa2", "kid", `"rsa"`)),
	} {
		text := mint(t, "rsa2", "RS256", header.String(), goodClaims().String())
		t.Run(name, func(t *testing.T) {
			r := examine(text, trust(t, "rsa"), goodPolicy())
			wantRejected(t, r, verify.ReasonBadSignature, verify.CheckSignature)
			wantStatus(t, r, verify.CheckEmbeddedKey, verify.Warning)
		})
	}
	good := goodHeader("ec256", "ES256")
	accept(t, []neighbour{
		{"a jwk that is ignored", headed(t, good.with("jwk", attackers)), nil},
		{"a jwk that is no key", headed(t, good.with("jwk", `5`)), nil},
		{"a jwk of an unknown type", headed(t, good.with("jwk", `{"kty":"AKP"}`)), nil},
		{"a private jwk", headed(t, good.with("jwk", `{"kty":"oct","k":"AAAA"}`)), nil},
		{"a jku that is ignored", headed(t, good.with("jku", `"http://127.0.0.1:1/"`)), nil},
		{"an x5c that is ignored", headed(t, good.with("x5c", `["broken"]`)), nil},
	})
}

// jwt_tool's kid injections: the kid is compared, and nothing else.
func TestAttackKidInjection(t *testing.T) {
	kids := []string{"../../../../../../dev/null", "/etc/passwd", "' OR '1'='1", "https://attacker.example/k", "$(id)", "ec256\u0000", " ec256", "EC256", ""}
	for _, kid := range kids {
		quoted, _ := json.Marshal(kid)
		text := headed(t, goodHeader("ec256", "ES256").with("kid", string(quoted)))
		refuse(t, []hostile{{name: kid, text: text, reason: verify.ReasonNoMatchingKey, check: verify.CheckKey}})
		accept(t, []neighbour{{kid, text, trustSet(t, publicJWK(t, "ec256", "kid", string(quoted)))}})
	}
}

// Project Wycheproof: keys that say that they are for something else.
func TestAttackWrongUse(t *testing.T) {
	text := goodToken(t, "rsa", "RS256")
	for _, c := range []struct {
		name   string
		edits  []string
		reason verify.Reason
	}{
		{"use enc", []string{"use", `"enc"`}, verify.ReasonNoMatchingKey},
		{"use in other letters", []string{"use", `"Sig"`}, verify.ReasonNoMatchingKey},
		{"key_ops without verify", []string{"key_ops", `["sign"]`}, verify.ReasonNoMatchingKey},
		{"key_ops with verify twice", []string{"key_ops", `["verify","verify"]`}, verify.ReasonNoMatchingKey},
		{"key_ops that contradicts use", []string{"key_ops", `["verify","wrapKey"]`}, verify.ReasonNoMatchingKey},
		{"the alg of encryption", []string{"alg", `"RSA-OAEP"`}, verify.ReasonAlgorithmRefused},
		{"another hash", []string{"alg", `"RS384"`}, verify.ReasonAlgorithmRefused},
		{"another padding", []string{"alg", `"PS256"`}, verify.ReasonAlgorithmRefused},
		{"alg none", []string{"alg", `"none"`}, verify.ReasonAlgorithmRefused},
	} {
		refuse(t, []hostile{{name: c.name, text: text, keys: trustSet(t, publicJWK(t, "rsa", c.edits...)), reason: c.reason, check: verify.CheckKey}})
	}
	accept(t, []neighbour{
		{"no use", text, trustSet(t, publicJWK(t, "rsa", "use", ""))},
		{"SPIFFE's use", text, trustSet(t, publicJWK(t, "rsa", "use", `"jwt-svid"`))},
		{"key_ops with verify", text, trustSet(t, publicJWK(t, "rsa", "key_ops", `["verify"]`))},
		{"a key for encryption beside it", text, trustSet(t, publicJWK(t, "rsa2", "use", `"enc"`), publicJWK(t, "rsa"))},
	})
}

func TestAttackWeakRSA(t *testing.T) {
	refuse(t, []hostile{
		{name: "1024 bits", text: goodToken(t, "rsa1024", "RS256"), keys: trust(t, "rsa1024"), reason: verify.ReasonNoMatchingKey, check: verify.CheckKey},
		{name: "1024 bits, PSS", text: goodToken(t, "rsa1024", "PS256"), keys: trust(t, "rsa1024", "rsa"), reason: verify.ReasonNoMatchingKey, check: verify.CheckKey},
		{name: "an exponent of 1", text: goodToken(t, "rsa", "RS256"), keys: trustSet(t, publicJWK(t, "rsa", "e", `"AQ"`)), reason: verify.ReasonNoMatchingKey, check: verify.CheckKey},
		{name: "an even exponent", text: goodToken(t, "rsa", "RS256"), keys: trustSet(t, publicJWK(t, "rsa", "e", `"Ag"`)), reason: verify.ReasonNoMatchingKey, check: verify.CheckKey},
	})
	input := encode(goodHeader("big", "RS256").String()) + "." + encode(goodClaims().String())
	big, set := bigRSA(t)
	r := examine(input+"."+encode(signRSA(t, big, "RS256", input, 0)), set, goodPolicy())
	wantAccepted(t, r)
	wantStatus(t, r, verify.CheckKey, verify.Warning) // 6144 bits: more than many libraries take
}

// go-jose #289: with a key of low order the same signature fits any text.
func TestAttackLowOrderEd25519(t *testing.T) {
	identity := append([]byte{1}, make([]byte, 31)...)
	forged := append(append([]byte(nil), identity...), make([]byte, 32)...)
	input := encode(goodHeader("ed25519", "EdDSA").String()) + "." + encode(goodClaims().String())
	if !ed25519.Verify(identity, []byte(input), forged) {
		t.Fatal("crypto/ed25519 refuses the forgery: the attack is gone")
	}
	x := `"` + base64.RawURLEncoding.EncodeToString(identity) + `"`
	refuse(t, []hostile{{name: "the identity", text: input + "." + encode(forged), keys: trustSet(t, publicJWK(t, "ed25519", "x", x)),
		reason: verify.ReasonNoMatchingKey, check: verify.CheckKey}})
	accept(t, []neighbour{{"a point of full order", goodToken(t, "ed25519", "EdDSA"), nil}})
}

// RFC 7517 section 9.2: whoever reads the set can sign.
func TestAttackPublishedPrivateKey(t *testing.T) {
	whole := func(name string) string {
		data, err := privateKey(t, name).MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	refuse(t, []hostile{
		{name: "RSA", text: goodToken(t, "rsa", "RS256"), keys: trustSet(t, whole("rsa")), reason: verify.ReasonNoMatchingKey, check: verify.CheckKey},
		{name: "EC", text: goodToken(t, "ec256", "ES256"), keys: trustSet(t, whole("ec256")), reason: verify.ReasonNoMatchingKey, check: verify.CheckKey},
		{name: "Ed25519", text: goodToken(t, "ed25519", "EdDSA"), keys: trustSet(t, whole("ed25519")), reason: verify.ReasonNoMatchingKey, check: verify.CheckKey},
		{name: "oct", text: goodToken(t, "hmac", "HS256"), keys: trustSet(t, whole("hmac")), reason: verify.ReasonAlgorithmRefused, check: verify.CheckAlgorithm},
	})
	// Half of the private key does as well, beside the public one.
	half := func(name string, without ...string) string {
		var edits []string
		for _, member := range append(without, "kid") {
			edits = append(edits, member, "")
		}
		return editJWK(t, []byte(whole(name)), edits...)
	}
	refuse(t, []hostile{
		{name: "RSA without n", text: goodToken(t, "rsa", "RS256"), keys: trustSet(t, half("rsa", "n"), publicJWK(t, "rsa")), reason: verify.ReasonNoMatchingKey, check: verify.CheckKey},
		{name: "RSA, nothing but d", text: goodToken(t, "rsa", "RS256"), keys: trustSet(t, publicJWK(t, "rsa"), half("rsa", "n", "e", "p", "q", "dp", "dq", "qi")), reason: verify.ReasonNoMatchingKey, check: verify.CheckKey},
		{name: "EC without its point", text: goodToken(t, "ec256", "ES256"), keys: trustSet(t, half("ec256", "x", "y"), publicJWK(t, "ec256")), reason: verify.ReasonNoMatchingKey, check: verify.CheckKey},
		{name: "Ed25519 without its point", text: goodToken(t, "ed25519", "EdDSA"), keys: trustSet(t, half("ed25519", "x"), publicJWK(t, "ed25519")), reason: verify.ReasonNoMatchingKey, check: verify.CheckKey},
	})
	refuse(t, []hostile{
		{name: "RSA, nothing but p and q", text: goodToken(t, "rsa", "RS256"), keys: trustSet(t, half("rsa", "n", "e", "d", "dp", "dq", "qi"), publicJWK(t, "rsa")), reason: verify.ReasonNoMatchingKey, check: verify.CheckKey},
		{name: "of whichever key", text: goodToken(t, "rsa", "RS256"), keys: trustSet(t, `{"kty":"RSA","d":"AAAA"}`, publicJWK(t, "rsa")), reason: verify.ReasonNoMatchingKey, check: verify.CheckKey},
	})
	for _, other := range []string{whole("rsa2"), half("ec256", "x", "y"), half("ed25519", "x"), `{"kty":"oct","k":"AAAA"}`} {
		wantAccepted(t, examine(goodToken(t, "rsa", "RS256"), trustSet(t, other, publicJWK(t, "rsa")), goodPolicy()))
	}
	r := examine(goodToken(t, "rsa", "RS256"), trustSet(t, whole("hmac"), whole("ec256"), publicJWK(t, "rsa")), goodPolicy())
	wantAccepted(t, r)
	wantStatus(t, r, verify.CheckKeySet, verify.Warning)
}

// PyJWT CVE-2026-102274: one key that cannot be read makes the set unusable.
func TestAttackOneBadJWKKillsTheSet(t *testing.T) {
	for _, bad := range []string{`null`, `{}`, `{"kty":"EC"}`, `{"kty":"AKP","pub":"x"}`, `{"kty":"RSA","n":"!","e":"AQAB"}`, `{"kty":"RSA","x5c":["x"],"kid":5}`} {
		accept(t, []neighbour{{bad, goodToken(t, "rsa", "RS256"), trustSet(t, bad, publicJWK(t, "rsa"))}})
	}
	refuse(t, []hostile{{name: "nothing but bad keys", text: goodToken(t, "rsa", "RS256"), keys: trustSet(t, `null`, `{}`),
		reason: verify.ReasonNoMatchingKey, check: verify.CheckKey}})
}

// An empty trust accepts nothing.
func TestAttackNoKeys(t *testing.T) {
	text := goodToken(t, "rsa", "RS256")
	var noSecret *verify.Secret
	for name, keys := range map[string]verify.Keys{
		"an empty set": trustSet(t), "no set": &verify.PublicKeys{}, "a set that is nil inside": &verify.PublicKeys{Set: &jwks.Set{}},
	} {
		refuse(t, []hostile{{name: name, text: text, keys: keys, reason: verify.ReasonNoMatchingKey, check: verify.CheckKey}})
	}
	wantRejected(t, examine(text, nil, goodPolicy()), verify.ReasonNoMatchingKey, verify.CheckKey)
	wantRejected(t, examine(goodToken(t, "hmac", "HS256"), noSecret, goodPolicy()), verify.ReasonNoMatchingKey, verify.CheckKey)
	if r := examine(goodToken(t, "hmac", "HS256"), secretOf(t, []byte(strings.Repeat("x", 64))), goodPolicy()); r.Reason != verify.ReasonBadSignature {
		t.Errorf("another secret: %s", r.Reason)
	}
}
