package verify

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	_ "crypto/sha256" // registers SHA-256 for crypto.Hash
	_ "crypto/sha512" // registers SHA-384 and SHA-512
	"encoding/asn1"
	"encoding/binary"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/token"
)

// AsymmetricAlgorithms returns the signature algorithms that public keys verify
// (RFC 7518 section 3.1, RFC 8037 section 3.1, RFC 9864 section 2.2).
func AsymmetricAlgorithms() []string {
	return []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
}

// SecretAlgorithms returns the algorithms that a secret verifies (RFC 7518
// section 3.2).
func SecretAlgorithms() []string { return []string{"HS256", "HS384", "HS512"} }

func isHMAC(alg string) bool { return slices.Contains(SecretAlgorithms(), alg) }

// checkAlgorithm judges alg before any key is looked for: it has to be a known
// one, of the sort of the trusted keys, and among those that are allowed.
func (v *verification) checkAlgorithm() {
	header := v.token.Header()
	switch {
	case !header.Exists():
		v.skip(CheckAlgorithm, "there is no header to read it from")
		return
	case v.token.Form() == token.FormJWE || v.token.Form() == token.FormJWEJSON:
		v.skip(CheckAlgorithm, "that of an encrypted token is not one of signatures")
		return
	}
	alg, ok := header.Get("alg").Text()
	_, symmetric := v.keys.(*Secret)
	switch {
	case !header.Get("alg").Exists():
		v.failAlgorithm("the header has no alg", nil)
	case !ok:
		v.failAlgorithm("alg is not a string", nil)
	case strings.EqualFold(alg, "none"):
		v.failAlgorithm(fmt.Sprintf("the token is unsigned: alg is %q", alg), &Diagnosis{Kind: Unsigned})
	case isHMAC(alg) && !symmetric:
		v.failAlgorithm(fmt.Sprintf("%s is signed with a shared secret, but only public keys are trusted here", alg),
			&Diagnosis{Kind: SecretNeeded, Found: alg})
	case !isHMAC(alg) && symmetric:
		v.failAlgorithm(fmt.Sprintf("alg is %q, but a shared secret verifies only HS256, HS384 and HS512", alg),
			&Diagnosis{Kind: PublicKeyNeeded, Found: alg})
	case !symmetric && !isAsymmetric(alg):
		v.failAlgorithm(fmt.Sprintf("the algorithm %q is not supported", alg), nil)
	case len(v.policy.Algorithms) > 0 && !slices.Contains(v.policy.Algorithms, alg):
		v.failAlgorithm(fmt.Sprintf("the token says %s; allowed is %s", alg, join(v.policy.Algorithms)),
			&Diagnosis{Kind: AlgorithmExcluded, Found: alg, Names: v.policy.Algorithms})
	default:
		v.algorithmOK = true
		v.pass(CheckAlgorithm, algorithmNote(alg))
		v.checkAdvertised(alg)
	}
}

func isAsymmetric(alg string) bool {
	_, known := jwks.Require(alg)
	return known
}

func algorithmNote(alg string) string {
	if alg == "EdDSA" {
		return "EdDSA; the name is deprecated, Ed25519 says it exactly (RFC 9864)"
	}
	return alg
}

func (v *verification) failAlgorithm(message string, diagnosis *Diagnosis) {
	v.report.add(Check{
		ID: CheckAlgorithm, Status: Failed, Reason: ReasonAlgorithmRefused, Actual: v.token.Header().Get("alg"),
		Message: message, Diagnosis: diagnosis,
	})
}

// checkAdvertised compares with id_token_signing_alg_values_supported, which is
// about ID tokens; for other kinds an issuer may well use another algorithm.
func (v *verification) checkAdvertised(alg string) {
	advertised := v.policy.AdvertisedAlgorithms
	switch {
	case advertised == nil:
		v.skip(CheckAdvertised, "no metadata to compare with")
	case slices.ContainsFunc(advertised, func(name string) bool { return jwks.SameAlgorithm(name, alg) }):
		v.pass(CheckAdvertised, "the metadata advertises "+alg)
	default:
		c := Check{
			ID: CheckAdvertised, Status: Warning, Reason: ReasonAlgorithmRefused,
			Expected: strictjson.Strings(advertised), Actual: strictjson.String(alg),
			Message: fmt.Sprintf("the metadata advertises %s for ID tokens, not %s", join(advertised), alg),
		}
		if v.policy.Kind == KindID {
			c.Status = Failed
		}
		v.report.add(c)
	}
}

// join writes a list for people: "a, b and c".
func join(list []string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:len(list)-1], ", ") + " and " + list[len(list)-1]
}

// verifySignature checks a signature over exactly the octets that were
// received (RFC 7515 section 5.2). The key has been selected for the algorithm;
// one of another type still verifies nothing. go-jose is not used here: it
// would parse the header again and refuse legal ones because of members that
// nobody follows, such as an embedded key of an unknown type.
func verifySignature(alg string, public crypto.PublicKey, input string, signature []byte) bool {
	switch key := public.(type) {
	case *rsa.PublicKey:
		hash, pss := rsaScheme(alg)
		switch {
		case hash == 0:
			return false
		case pss: // the salt is as long as the hash (RFC 7518 section 3.5)
			options := &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}
			return rsa.VerifyPSS(key, hash, digest(hash, input), signature, options) == nil
		default:
			return rsa.VerifyPKCS1v15(key, hash, digest(hash, input), signature) == nil
		}
	case *ecdsa.PublicKey:
		hash, size := ecdsaScheme(alg, key)
		if hash == 0 || len(signature) != 2*size {
			return false
		}
		r, s := new(big.Int).SetBytes(signature[:size]), new(big.Int).SetBytes(signature[size:])
		return ecdsa.Verify(key, digest(hash, input), r, s)
	case ed25519.PublicKey:
		return (alg == "EdDSA" || alg == "Ed25519") && ed25519.Verify(key, []byte(input), signature)
	default:
		return false
	}
}

func digest(hash crypto.Hash, input string) []byte {
	h := hash.New()
	h.Write([]byte(input))
	return h.Sum(nil)
}

// hashOf returns the hash that goes with a signature algorithm (RFC 7518
// sections 3.2 to 3.5); for Ed25519 it is SHA-512 (RFC 8032 section 5.1). 0: none
// known.
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

func rsaScheme(alg string) (hash crypto.Hash, pss bool) {
	pss = strings.HasPrefix(alg, "PS")
	if !pss && !strings.HasPrefix(alg, "RS") {
		return 0, false
	}
	return hashOf(alg), pss
}

// ecdsaScheme returns the hash and the octets of a coordinate, which the curve
// of the key has to have (RFC 7518 section 3.4).
func ecdsaScheme(alg string, key *ecdsa.PublicKey) (crypto.Hash, int) {
	size := (key.Curve.Params().BitSize + 7) / 8
	switch {
	case alg == "ES256" && size == 32, alg == "ES384" && size == 48, alg == "ES512" && size == 66:
		return hashOf(alg), size
	}
	return 0, 0
}

func verifyHMAC(alg string, secret []byte, input string, signature []byte) bool {
	mac := hmac.New(hashOf(alg).New, secret)
	mac.Write([]byte(input))
	return hmac.Equal(mac.Sum(nil), signature)
}

func (v *verification) failSignature(message string, diagnosis *Diagnosis) {
	v.fail(CheckSignature, ReasonBadSignature, message, diagnosis)
}

// explainBadSignature looks for what is behind a signature that no candidate
// verifies: another key of the set, or a PSS salt of the wrong length.
func (v *verification) explainBadSignature(set *jwks.Set, tried []*jwks.Key) {
	alg, input, signature := v.token.Algorithm(), v.token.SigningInput(), v.token.Signature()
	for _, k := range tried {
		if salt, ok := pssSalt(alg, k.Public(), input, signature); ok {
			hash, _ := rsaScheme(alg)
			v.failSignature(fmt.Sprintf("the PSS salt has %d octets, but %s needs %d", salt, alg, hash.Size()), nil)
			return
		}
	}
	for _, k := range atMost(set.Usable(), maxTried) {
		if verifySignature(alg, k.Public(), input, signature) {
			v.failOtherKey(k)
			return
		}
	}
	if strings.HasPrefix(alg, "ES") && isDER(signature) {
		v.failSignature("the signature is in ASN.1 DER, as OpenSSL writes it; that of a JWS is R and S side by side (RFC 7518 section 3.4)", nil)
		return
	}
	if size := signatureSize(tried[0].Public()); len(tried) == 1 && size != len(signature) {
		v.failSignature(fmt.Sprintf("the signature has %d octets, but %s by key %s makes %d", len(signature), alg, tried[0].Name(), size),
			&Diagnosis{Kind: TruncatedToken})
		return
	}
	var names []string
	for _, k := range tried {
		names = append(names, k.Name())
	}
	if len(names) == 1 {
		v.failSignature("the signature does not match key "+names[0], &Diagnosis{Kind: Tampered})
		return
	}
	v.failSignature(fmt.Sprintf("the signature matches none of the keys that fit: %s", join(names)), &Diagnosis{Kind: Tampered})
}

// failOtherKey is for a signature by a key that the header does not lead to.
func (v *verification) failOtherKey(k *jwks.Key) {
	kid, named := v.token.KeyID()
	d := &Diagnosis{Kind: SignedByOtherKey, Found: k.Name()}
	if named && k.KeyID != kid {
		v.failSignature(fmt.Sprintf("the token was signed by key %s, although its header says kid %q", k.Name(), kid), d)
		return
	}
	v.failSignature(fmt.Sprintf("the token was signed by key %s, which is for algorithm %s, although its header says %s",
		k.Name(), k.Algorithm, v.token.Algorithm()), d)
}

// isDER tells whether an ECDSA signature is a sequence of two integers.
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

// pssSalt returns the octets of the salt of a PSS signature that is good but
// for their number, and false for any other signature.
func pssSalt(alg string, public crypto.PublicKey, input string, signature []byte) (int, bool) {
	key, ok := public.(*rsa.PublicKey)
	hash, pss := rsaScheme(alg)
	if !ok || !pss {
		return 0, false
	}
	anyLength := &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthAuto}
	if rsa.VerifyPSS(key, hash, digest(hash, input), signature, anyLength) != nil {
		return 0, false
	}
	return saltLength(key, hash, signature), true
}

// saltLength opens the encoding of a signature that has been verified (RFC 8017
// section 9.1.2, steps 5 to 10): behind the mask, the salt follows the first
// octet that is not zero.
func saltLength(key *rsa.PublicKey, hash crypto.Hash, signature []byte) int {
	bits := key.N.BitLen() - 1
	encoded := new(big.Int).Exp(new(big.Int).SetBytes(signature), big.NewInt(int64(key.E)), key.N)
	em := encoded.FillBytes(make([]byte, (bits+7)/8))
	block, seed := em[:len(em)-hash.Size()-1], em[len(em)-hash.Size()-1:len(em)-1]
	for i, octet := range mask(hash, seed, len(block)) {
		block[i] ^= octet
	}
	block[0] &= 0xff >> (8*len(em) - bits)
	return len(block) - 1 - bytes.IndexByte(block, 1)
}

// mask is MGF1 (RFC 8017 appendix B.2.1).
func mask(hash crypto.Hash, seed []byte, length int) []byte {
	var out []byte
	for counter := uint32(0); len(out) < length; counter++ {
		h := hash.New()
		h.Write(binary.BigEndian.AppendUint32(bytes.Clone(seed), counter))
		out = h.Sum(out)
	}
	return out[:length]
}
