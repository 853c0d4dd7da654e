package verify_test

import (
	"crypto/x509"
	"encoding/pem"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/verify"
)

// Each TestAttack is named after a row of the attacks that the project knows.
// Beside every token that must be refused stands a legal one that must not.

// CVE-2015-9235; RFC 8725bis section 2.11.
func TestAttackAlgNone(t *testing.T) {
	var list []hostile
	for name, alg := range map[string]string{
		"none": `"none"`, "None": `"None"`, "NONE": `"NONE"`, "nOnE": `"nOnE"`, "none with a space": `"none "`,
		"escaped": `"\u006eone"`, "empty": `""`, "null": `null`, "a number": `256`, "an array": `["RS256"]`, "an object": `{}`,
		"in other letters": `"rs256"`, "cut": `"RS25"`, "with a space": `"RS256 "`, "unknown": `"XS256"`,
		"one for encryption": `"RSA-OAEP"`, "ES256K": `"ES256K"`, "Ed448": `"Ed448"`, "ML-DSA": `"ML-DSA-44"`,
	} {
		header := object{{"alg", alg}, {"kid", `"rsa"`}}.String()
		list = append(list,
			hostile{name: name + ", unsigned", text: encode(header) + "." + encode(goodClaims().String()) + ".",
				reason: verify.ReasonAlgorithmRefused, check: verify.CheckAlgorithm},
			hostile{name: name + ", signed", text: mint(t, "rsa", "RS256", header, goodClaims().String()),
				reason: verify.ReasonAlgorithmRefused, check: verify.CheckAlgorithm})
	}
	list = append(list,
		hostile{name: "missing", text: mint(t, "rsa", "RS256", `{"kid":"rsa"}`, goodClaims().String()),
			reason: verify.ReasonAlgorithmRefused, check: verify.CheckAlgorithm},
		hostile{name: "in another member", text: mint(t, "rsa", "RS256", `{"Alg":"RS256","kid":"rsa"}`, goodClaims().String()),
			reason: verify.ReasonAlgorithmRefused, check: verify.CheckAlgorithm},
		hostile{name: "none, with a secret trusted", text: encode(`{"alg":"none"}`) + "." + encode(goodClaims().String()) + ".",
			keys: secret(t), reason: verify.ReasonAlgorithmRefused, check: verify.CheckAlgorithm},
		hostile{name: "a good alg, but no signature", text: encode(`{"alg":"RS256","kid":"rsa"}`) + "." + encode(goodClaims().String()) + ".",
			reason: verify.ReasonBadSignature, check: verify.CheckSignature})
	refuse(t, list)
	accept(t, []neighbour{{"escaped letters", mint(t, "rsa", "RS256", `{"\u0061lg":"R\u0053256","kid":"rsa"}`, goodClaims().String()), nil}})
}

// CVE-2016-10555; PyJWT CVE-2017-11424 and CVE-2022-29217.
func TestAttackRSHSConfusion(t *testing.T) {
	header := goodHeader("rsa", "HS256").String()
	input := encode(header) + "." + encode(goodClaims().String())
	public := privateKey(t, "rsa").Public()
	der, err := x509.MarshalPKIXPublicKey(public.Key)
	if err != nil {
		t.Fatal(err)
	}
	spki := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	signedWith := func(key []byte) string { return input + "." + encode(signHMAC("HS256", key, input)) }
	refused := func(name, text string, keys verify.Keys) hostile {
		return hostile{name: name, text: text, keys: keys, reason: verify.ReasonAlgorithmRefused, check: verify.CheckAlgorithm}
	}
	refuse(t, []hostile{
		refused("the PEM as the secret", signedWith(spki), nil),
		refused("the PEM without its newline", signedWith(spki[:len(spki)-1]), nil),
		refused("the DER as the secret", signedWith(der), nil),
		refused("the JWK as the secret", signedWith([]byte(publicJWK(t, "rsa"))), nil),
		refused("an empty secret", signedWith(nil), nil),
		refused("RS256 where a secret is trusted", goodToken(t, "rsa", "RS256"), secret(t)),
		refused("EdDSA where a secret is trusted", goodToken(t, "ed25519", "EdDSA"), secret(t)),
	})
	accept(t, []neighbour{
		{"HS256 by a secret", goodToken(t, "hmac", "HS256"), secret(t)},
		{"HS384 by a secret", goodToken(t, "hmac", "HS384"), secret(t)},
		{"HS512 by a secret", goodToken(t, "hmac", "HS512"), secret(t)},
	})
}

// PyJWT CVE-2026-102266, LibJWT CVE-2026-44699: an HMAC key that can be guessed.
func TestAttackShortHMACKey(t *testing.T) {
	if _, err := verify.NewSecret(nil, "x"); err == nil {
		t.Error("an empty secret is taken")
	}
	key := make([]byte, 64)
	for _, c := range []struct {
		alg   string
		least int
	}{{"HS256", 32}, {"HS384", 48}, {"HS512", 64}} {
		input := encode(goodHeader("hmac", c.alg).String()) + "." + encode(goodClaims().String())
		by := func(length int) (string, *verify.Secret) {
			return input + "." + encode(signHMAC(c.alg, key[:length], input)), secretOf(t, key[:length])
		}
		short, shortSecret := by(c.least - 1)
		one, oneSecret := by(1)
		refuse(t, []hostile{
			{name: c.alg + " one octet short", text: short, keys: shortSecret, reason: verify.ReasonNoMatchingKey, check: verify.CheckKey},
			{name: c.alg + " of one octet", text: one, keys: oneSecret, reason: verify.ReasonNoMatchingKey, check: verify.CheckKey},
		})
		enough, enoughSecret := by(c.least)
		accept(t, []neighbour{{c.alg + " of the hash's length", enough, enoughSecret}})
	}
}

// Hono CVE-2026-22818: the JWK lacks alg, so the token chooses.
func TestAttackAlgFromHeaderWhenJWKLacksIt(t *testing.T) {
	rsaKey := trustSet(t, publicJWK(t, "rsa", "alg", ""))
	refused := func(name, alg string, check string) hostile {
		return hostile{name: name, text: mint(t, "rsa", "RS256", goodHeader("rsa", alg).String(), goodClaims().String()),
			keys: rsaKey, reason: verify.ReasonAlgorithmRefused, check: check}
	}
	refuse(t, []hostile{
		refused("HS256", "HS256", verify.CheckAlgorithm),
		refused("ES256 by an RSA key", "ES256", verify.CheckKey),
		refused("EdDSA by an RSA key", "EdDSA", verify.CheckKey),
	})
	accept(t, []neighbour{
		{"RS256", goodToken(t, "rsa", "RS256"), rsaKey},
		{"RS512", goodToken(t, "rsa", "RS512"), rsaKey},
		{"PS384", goodToken(t, "rsa", "PS384"), rsaKey},
	})
}

// What is behind the refusal of an algorithm, in the words of the report.
func TestRefusedAlgorithmsAreDiagnosed(t *testing.T) {
	only := goodPolicy()
	only.Algorithms = []string{"RS256"}
	for _, c := range []struct {
		alg    string
		keys   verify.Keys
		policy verify.Policy
		want   string
	}{
		{"none", everyKey(t), goodPolicy(), verify.Unsigned},
		{"NonE", everyKey(t), goodPolicy(), verify.Unsigned},
		{"HS256", everyKey(t), goodPolicy(), verify.SecretNeeded},
		{"RS256", secret(t), goodPolicy(), verify.PublicKeyNeeded},
		{"ES256", everyKey(t), only, verify.AlgorithmExcluded},
	} {
		text := mint(t, "rsa", "RS256", goodHeader("rsa", c.alg).String(), goodClaims().String())
		check, _ := examine(text, c.keys, c.policy).Check(verify.CheckAlgorithm)
		if check.Diagnosis == nil || check.Diagnosis.Cause != c.want {
			t.Errorf("%s: %+v, want %s", c.alg, check.Diagnosis, c.want)
		}
	}
}

// --alg narrows what the keys permit, and never widens it.
func TestAttackAlgorithmThatIsNotAllowed(t *testing.T) {
	only := goodPolicy()
	only.Algorithms = []string{"RS256", "none", "HS256"}
	refuse(t, []hostile{
		{name: "ES256", text: goodToken(t, "ec256", "ES256"), policy: &only, reason: verify.ReasonAlgorithmRefused, check: verify.CheckAlgorithm},
		{name: "PS256 by the same key", text: goodToken(t, "rsa", "PS256"), policy: &only, reason: verify.ReasonAlgorithmRefused, check: verify.CheckAlgorithm},
		{name: "none, although it is listed", text: encode(`{"alg":"none"}`) + "." + encode(goodClaims().String()) + ".", policy: &only,
			reason: verify.ReasonAlgorithmRefused, check: verify.CheckAlgorithm},
		{name: "HS256, although it is listed", text: goodToken(t, "hmac", "HS256"), policy: &only, reason: verify.ReasonAlgorithmRefused, check: verify.CheckAlgorithm},
	})
	wantAccepted(t, examine(goodToken(t, "rsa", "RS256"), everyKey(t), only))
}
