package verify

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	_ "crypto/sha512" // registers SHA-384 and SHA-512
	"encoding/asn1"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/token"
)

// Algorithms returns the signature algorithms that Verify knows: those for public
// keys (RFC 7518 section 3.1, RFC 8037 section 3.1, RFC 9864 section 2.2), then
// those for a shared secret (RFC 7518 section 3.2).
func Algorithms() []string {
	return []string{
		"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519",
		"HS256", "HS384", "HS512",
	}
}

// isEdwards reports whether a name is one of the two of EdDSA with Ed25519 (RFC 9864
// section 2.2), which issuers change at different times.
func isEdwards(alg string) bool { return alg == "EdDSA" || alg == "Ed25519" }

func isHMAC(alg string) bool { return alg == "HS256" || alg == "HS384" || alg == "HS512" }

func isAsymmetric(alg string) bool {
	_, _, known := jwks.KeyType(alg)
	return known
}

// checkAlgorithm checks alg before any key is looked for.
func (v *verification) checkAlgorithm() {
	problem, diagnosis := v.algorithmProblem()
	v.algorithmOK = problem == "" && !isEncrypted(v.token)
	switch header := v.token.Header(); {
	case !header.Exists():
		v.skipBecause(checkAlgorithm, "there is no header to read it from")
	case isEncrypted(v.token):
		v.skipBecause(checkAlgorithm, "an encrypted token has no signature algorithm")
	case problem != "":
		v.fail(checkAlgorithm, ReasonAlgorithmRefused, problem, detail{actual: header.Get("alg"), diagnosis: diagnosis})
	default:
		v.pass(checkAlgorithm)
	}
}

func isEncrypted(t *token.Token) bool {
	fault := t.FaultIn("structure")
	return fault != nil && fault.Cause == "encrypted"
}

// algorithmProblem requires alg to be a known one, to fit the trusted keys, and to be
// among those that are allowed. Without a problem it returns an empty string.
func (v *verification) algorithmProblem() (string, *Diagnosis) {
	alg, ok := v.token.Header().Get("alg").Text()
	_, symmetric := v.keys.(*Secret)
	switch {
	case !v.token.Header().Get("alg").Exists():
		return "the header has no alg", nil
	case !ok:
		return "alg is not a string", nil
	case strings.EqualFold(alg, "none"):
		return fmt.Sprintf("the token is unsigned: alg is %q", alg), &Diagnosis{Cause: unsigned}
	case isHMAC(alg) && !symmetric:
		return alg + " is signed with a shared secret, but only public keys are trusted here", &Diagnosis{Cause: secretNeeded, Found: alg}
	case !isHMAC(alg) && symmetric:
		return fmt.Sprintf("alg is %q, but a shared secret verifies only HS256, HS384 and HS512", alg), &Diagnosis{Cause: publicKeyNeeded, Found: alg}
	case !symmetric && !isAsymmetric(alg):
		return fmt.Sprintf("the algorithm %q%s is not supported", alg, knownElsewhere(alg)), nil
	case len(v.policy.Algorithms) > 0 && !slices.Contains(v.policy.Algorithms, alg):
		return fmt.Sprintf("the token says %s; allowed: %s", alg, join(v.policy.Algorithms)),
			&Diagnosis{Cause: algorithmExcluded, Found: alg, Names: v.policy.Algorithms}
	}
	return "", nil
}

// knownElsewhere names algorithms that exist and are not supported.
func knownElsewhere(alg string) string {
	return map[string]string{
		"ES256K":    " (ECDSA on secp256k1, RFC 8812 section 3.2)",
		"Ed448":     " (EdDSA on Ed448, RFC 9864 section 2.2)",
		"ML-DSA-44": " (FIPS 204)",
		"ML-DSA-65": " (FIPS 204)",
		"ML-DSA-87": " (FIPS 204)",
	}[alg]
}

// checkAdvertised compares with id_token_signing_alg_values_supported, which is
// about ID tokens: issuers sign access tokens with other algorithms.
func (v *verification) checkAdvertised(advertised []string) {
	alg := v.token.Algorithm()
	switch {
	case !v.algorithmOK:
		return
	case advertised == nil:
		v.skipBecause(checkAdvertised, "no metadata to compare with")
	case v.policy.Kind != KindID && (v.policy.Kind != "" || v.report.Kind != KindID):
		v.skip(checkAdvertised)
	case slices.Contains(advertised, alg), isEdwards(alg) && slices.ContainsFunc(advertised, isEdwards):
		v.pass(checkAdvertised)
	default:
		v.judge(checkAdvertised, failedIf(v.policy.Kind == KindID), ReasonAlgorithmRefused,
			fmt.Sprintf("the metadata advertises %s for ID tokens, not %s", join(advertised), alg),
			&detail{expected: strictjson.From(advertised), actual: strictjson.From(alg)})
	}
}

// verifySignature checks a signature over exactly the octets that were
// received (RFC 7515 section 5.2). The key has been selected for the algorithm;
// one of another type still verifies nothing.
func verifySignature(alg string, public crypto.PublicKey, input string, signature []byte) bool {
	kty, curve, _ := jwks.KeyType(alg)
	hash := hashOf(alg)
	switch key := public.(type) {
	case *rsa.PublicKey:
		switch {
		case kty != "RSA":
			return false
		case isPSS(alg): // the salt is as long as the hash (RFC 7518 section 3.5)
			options := &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}
			return rsa.VerifyPSS(key, hash, digest(hash, input), signature, options) == nil
		default:
			return rsa.VerifyPKCS1v15(key, hash, digest(hash, input), signature) == nil
		}
	case *ecdsa.PublicKey: // R and S have the length of a coordinate (RFC 7518 section 3.4)
		if curve != key.Curve.Params().Name || len(signature) != signatureSize(key) {
			return false
		}
		size := len(signature) / 2
		r, s := new(big.Int).SetBytes(signature[:size]), new(big.Int).SetBytes(signature[size:])
		return ecdsa.Verify(key, digest(hash, input), r, s)
	case ed25519.PublicKey:
		return isEdwards(alg) && ed25519.Verify(key, octets(input), signature)
	default:
		return false
	}
}

// octets is []byte(text), which stays on the stack for a text of the usual length.
func octets(text string) []byte {
	const usual = 1 << 10
	return append(make([]byte, 0, usual), text...)
}

func digest(hash crypto.Hash, input string) []byte {
	if hash == crypto.SHA256 { // the usual one, without its state on the heap
		sum := sha256.Sum256(octets(input))
		return sum[:]
	}
	h := hash.New()
	h.Write([]byte(input))
	return h.Sum(nil)
}

// hashOf returns the hash that goes with a signature algorithm (RFC 7518
// sections 3.2 to 3.5), which for Ed25519 is SHA-512 (RFC 8032 section 5.1); 0 if
// none is known.
func hashOf(alg string) crypto.Hash {
	switch alg {
	case "RS256", "PS256", "ES256", "HS256":
		return crypto.SHA256
	case "RS384", "PS384", "ES384", "HS384":
		return crypto.SHA384
	case "RS512", "PS512", "ES512", "HS512", "EdDSA", "Ed25519":
		return crypto.SHA512
	default:
		return 0
	}
}

func isPSS(alg string) bool { return strings.HasPrefix(alg, "PS") }

func verifyHMAC(alg string, secret []byte, input string, signature []byte) bool {
	mac := hmac.New(hashOf(alg).New, secret)
	mac.Write([]byte(input))
	return hmac.Equal(mac.Sum(nil), signature)
}

func (v *verification) failSignature(message string, diagnosis *Diagnosis) {
	v.fail(checkSignature, ReasonBadSignature, message, detail{diagnosis: diagnosis})
}

// explainBadSignature looks for the cause of a signature that no candidate
// verifies: another key of the set, a PSS salt of the wrong length, another form.
func (v *verification) explainBadSignature(set *jwks.Set, tried []*jwks.Key) {
	alg, signature := v.token.Algorithm(), v.token.Signature()
	for _, k := range tried {
		if salt, ok := pssSalt(alg, k.Public, v.token.SigningInput(), signature); ok {
			v.failSignature(fmt.Sprintf("the PSS salt has %d octets, but %s needs %d", salt, alg, hashOf(alg).Size()), nil)
			return
		}
	}
	other, size := v.signerAmong(set.Usable()), signatureSize(tried[0].Public)
	switch {
	case other != nil:
		v.failOtherKey(other)
	case strings.HasPrefix(alg, "ES") && isDER(signature):
		v.failSignature("the signature is in ASN.1 DER, as OpenSSL writes it; that of a JWS is R and S side by side (RFC 7518 section 3.4)", nil)
	case len(tried) == 1 && size != len(signature):
		v.failSignature(fmt.Sprintf("the signature has %d octets, but %s with key %s has %d", len(signature), alg, tried[0].Name(), size),
			&Diagnosis{Cause: truncatedToken})
	case len(tried) == 1:
		v.failSignature("the signature does not match key "+tried[0].Name(), &Diagnosis{Cause: tampered})
	default:
		v.failSignature("the signature matches none of the keys that fit: "+join(keyNames(tried)), &Diagnosis{Cause: tampered})
	}
}

func keyNames(keys []*jwks.Key) []string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.Name()
	}
	return names
}

// signerAmong returns the key that verifies the signature, or nil. It does not compare
// the token's kid.
func (v *verification) signerAmong(keys []*jwks.Key) *jwks.Key {
	for _, k := range keys[:min(len(keys), maxTried)] {
		if verifySignature(v.token.Algorithm(), k.Public, v.token.SigningInput(), v.token.Signature()) {
			return k
		}
	}
	return nil
}

// failOtherKey is for a signature by a key that the header does not lead to.
func (v *verification) failOtherKey(k *jwks.Key) {
	kid, named := v.token.KeyID()
	d := &Diagnosis{Cause: signedByOtherKey, Found: k.Name()}
	if named && k.KeyID != kid {
		v.failSignature(fmt.Sprintf("the token was signed by key %s, but its header says kid %q", k.Name(), kid), d)
		return
	}
	v.failSignature(fmt.Sprintf("the token was signed by key %s, which is for algorithm %s, but its header says %s",
		k.Name(), k.Algorithm, v.token.Algorithm()), d)
}

// pssSalt returns the octets of the salt of a PSS signature that is good but for
// their number, and false for any other signature.
func pssSalt(alg string, public crypto.PublicKey, input string, signature []byte) (int, bool) {
	key, ok := public.(*rsa.PublicKey)
	if !ok || !isPSS(alg) {
		return 0, false
	}
	hash := hashOf(alg)
	sum := digest(hash, input)
	fits := func(length int) bool {
		return rsa.VerifyPSS(key, hash, sum, signature, &rsa.PSSOptions{SaltLength: length}) == nil
	}
	if !fits(rsa.PSSSaltLengthAuto) {
		return 0, false
	}
	length := key.Size()
	for !fits(length) { // at the latest 0 does, which is PSSSaltLengthAuto
		length--
	}
	return length, true
}

// isDER reports whether an ECDSA signature is a sequence of two integers.
func isDER(signature []byte) bool {
	var rs struct{ R, S *big.Int }
	rest, err := asn1.Unmarshal(signature, &rs)
	return err == nil && len(rest) == 0
}

// signatureSize returns the octets of every signature by a key.
func signatureSize(public crypto.PublicKey) int {
	switch key := public.(type) {
	case *rsa.PublicKey:
		return key.Size()
	case *ecdsa.PublicKey:
		return 2 * ((key.Curve.Params().BitSize + 7) / 8)
	default:
		return ed25519.SignatureSize
	}
}

// join writes a list for people: "a, b and c".
func join(list []string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:len(list)-1], ", ") + " and " + list[len(list)-1]
}
