package verify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// maxTried is how many keys a signature is tried with: a set of a thousand large
// ones must not cost minutes.
const maxTried = 32

// checkSignature finds the key and checks the signature with it.
func (v *verification) checkSignature() {
	if v.nature.bySender {
		v.skipBecause(checkKey, "not looked for: "+v.nature.name+" is signed by its sender")
		v.skipBecause(checkSignature, "not checked: "+v.nature.name+" is signed by its sender, not by the issuer")
		return
	}
	switch keys := v.keys.(type) {
	case *Secret:
		v.checkAdvertised(nil)
		if v.signable() && keys != nil {
			v.checkBySecret(keys)
			return
		}
	case *PublicKeys:
		if keys == nil {
			break
		}
		v.checkAdvertised(keys.IDTokenAlgorithms)
		if v.signable() && keys.Set != nil {
			v.checkByPublicKeys(keys)
			if v.signer == nil {
				v.explainEmbedded()
			}
			return
		}
		v.explainPadding(keys.Set)
	}
	if v.signable() && v.report.mostSevere(reasons()) == "" { // else keys need not have been looked for
		v.fail(checkKey, ReasonNoMatchingKey, "no trusted keys", detail{})
	} else {
		v.skipBecause(checkKey, "not looked for")
	}
	v.skipBecause(checkSignature, v.whyUnchecked())
}

// signable reports whether there is a signature that a key could be tried on.
func (v *verification) signable() bool {
	return v.algorithmOK && v.token.SigningInput() != "" && v.token.FaultIn("encoding") == nil
}

// explainPadding says of a token in padded base64url, which stays refused, whether
// the signature fits the text as it was sent: load balancers of AWS sign that.
func (v *verification) explainPadding(set *jwks.Set) {
	fault := v.token.FaultIn("encoding")
	if set == nil || fault == nil || fault.Cause != "padding" || !v.algorithmOK || v.token.Signature() == nil {
		return
	}
	encoding := v.report.find(checkEncoding)
	encoding.remark.message = "padded base64url; the signature does not fit the text as sent either"
	if k := v.signerAmong(set.Usable()); k != nil {
		encoding.remark.message = "padded base64url; the signature fits the text as sent, by key " + k.Name()
	}
}

// explainEmbedded says of a token that no trusted key verifies whether the
// certificate in its own header does: that is never trusted, but it is the one that
// the root of such a chain may vouch for.
func (v *verification) explainEmbedded() {
	chain, _ := v.token.Header().Get("x5c").TextList()
	if len(chain) == 0 {
		return
	}
	set, err := jwks.ParseKey([]byte(chain[0]))
	if err != nil || v.signerAmong(set.Usable()) == nil {
		return
	}
	for _, id := range []check{checkKey, checkSignature} {
		if o := v.report.find(id); o.state == failed {
			o.detail().diagnosis = &Diagnosis{Cause: keyInX5C}
		}
	}
}

func (v *verification) whyUnchecked() string {
	switch {
	case v.token.SigningInput() == "" || v.token.FaultIn("encoding") != nil:
		return "there is no signature to check"
	case !v.algorithmOK:
		return "not checked, because the algorithm is refused"
	default:
		return "no key to check it with"
	}
}

func (v *verification) checkBySecret(secret *Secret) {
	alg := v.token.Algorithm()
	v.report.Key = &KeyInfo{Type: "oct", Algorithm: alg, Bits: 8 * len(secret.value), Source: secret.source}
	matches := verifyHMAC(alg, secret.value, v.token.SigningInput(), v.token.Signature())
	if size := hashOf(alg).Size(); len(secret.value) < size {
		message := fmt.Sprintf("the secret has %d octets; %s needs at least %d (RFC 7518 section 3.2)", len(secret.value), alg, size)
		cause := shortSecret
		if matches {
			message, cause = message+"; it is the one that signed the token", weakSecret
		}
		v.fail(checkKey, ReasonNoMatchingKey, message, detail{diagnosis: &Diagnosis{Cause: cause, Found: alg}})
		v.skipBecause(checkSignature, "no key to check it with")
		return
	}
	v.pass(checkKey)
	if !matches {
		v.failSignature("the signature does not match the secret", &Diagnosis{Cause: otherSecret})
		return
	}
	v.pass(checkSignature)
}

func (v *verification) checkByPublicKeys(keys *PublicKeys) {
	v.checkKeySet(keys.Set)
	candidates := keys.Set.Candidates(v.token)
	if len(candidates) == 0 {
		v.failKey(keys.Set)
		v.skipBecause(checkSignature, "no key to check it with")
		return
	}
	v.signer = v.signerAmong(candidates)
	used := cmp.Or(v.signer, candidates[0])
	v.report.key, v.report.Key = used, v.keyInfo(used, keys)
	v.passKey(used, candidates)
	switch n := len(candidates); {
	case v.signer != nil:
		v.pass(checkSignature)
	case n > maxTried:
		v.failSignature(fmt.Sprintf("the signature matches none of the first %d keys that fit; the other %d were not tried: the token needs a kid",
			maxTried, n-maxTried), nil)
	default:
		v.explainBadSignature(keys.Set, candidates)
	}
}

func (v *verification) keyInfo(k *jwks.Key, keys *PublicKeys) *KeyInfo {
	info := &KeyInfo{
		Type: k.Type, Curve: k.Curve, Algorithm: v.token.Algorithm(),
		Bits: k.Bits, Thumbprint: k.Thumbprint, Source: keys.Source, AgeSeconds: keys.AgeSeconds,
	}
	if k.HasKeyID {
		info.KeyID = &k.KeyID
	}
	return info
}

// passKey reports the key that was used, with a warning if the choice is doubtful.
func (v *verification) passKey(k *jwks.Key, candidates []*jwks.Key) {
	kid, named := v.token.KeyID()
	switch {
	case named && k.HasKeyID && k.KeyID != kid: // it was given alone
		v.warn(checkKey, ReasonClaimRefused,
			fmt.Sprintf("the token has kid %q and the key %q; not compared, because the key was given alone", kid, k.KeyID))
	case len(candidates) > 1 && !named:
		v.warn(checkKey, ReasonClaimRefused,
			fmt.Sprintf("the token has no kid, and %d keys fit; the issuer should send kid", len(candidates)))
	case len(candidates) > 1 && !k.HasKeyID:
		v.warn(checkKey, ReasonClaimRefused,
			fmt.Sprintf("the token has kid %q, but key number %d has none; the issuer should add it", kid, k.Position))
	case countNamed(candidates) > 1:
		v.warn(checkKey, ReasonClaimRefused,
			fmt.Sprintf("kid %q is ambiguous: %d keys have it and fit", kid, countNamed(candidates)))
	case len(k.Warnings) > 0:
		v.warn(checkKey, ReasonClaimRefused, fmt.Sprintf("key %s: %s", k.Name(), strings.Join(k.Warnings, "; ")))
	default:
		v.pass(checkKey)
	}
	v.checkCertificate(k)
}

// countNamed counts the candidates that have the token's kid: keys without one
// are only there to fall back on.
func countNamed(candidates []*jwks.Key) int {
	named := 0
	for _, k := range candidates {
		if k.HasKeyID {
			named++
		}
	}
	return named
}

func (v *verification) checkCertificate(k *jwks.Key) {
	c := k.Certificate
	switch {
	case c == nil:
		return
	case k.CertificateMismatch:
		v.fail(checkCertificate, ReasonClaimRefused, "the certificate in x5c is for another key", detail{})
	case v.now.Before(c.NotBefore):
		v.warn(checkCertificate, ReasonClaimRefused, "the key's certificate is not valid before "+formatTime(c.NotBefore))
	case v.now.After(c.NotAfter):
		v.warn(checkCertificate, ReasonClaimRefused, "the key's certificate expired at "+formatTime(c.NotAfter))
	default:
		v.pass(checkCertificate)
	}
}

// checkKeySet reports what is wrong with the other keys. Keys for encryption and
// keys of unknown types belong in a set; the rest is a defect of the issuer.
func (v *verification) checkKeySet(set *jwks.Set) {
	v.report.set = set
	var defects []string
	for _, k := range set.Keys {
		if f := k.Fault; f != nil && f.Code != "unsupported" && f.Code != "other_use" {
			defects = append(defects, fmt.Sprintf("key %s: %s", k.Name(), f.Text))
		}
	}
	if len(defects) == 0 {
		v.pass(checkKeySet)
		return
	}
	message := fmt.Sprintf("%d of %d keys must not be used: %s", len(defects), len(set.Keys), strings.Join(defects, "; "))
	v.judge(checkKeySet, warned, ReasonNoMatchingKey, message, &detail{actual: strictjson.From(defects)})
}

// failKey distinguishes an algorithm that is not the key's from a key that is not
// there.
func (v *verification) failKey(set *jwks.Set) {
	kid, named := v.token.KeyID()
	refused, mismatch := set.Refused(v.token)
	fitting := slices.DeleteFunc(refused, func(r jwks.Refusal) bool { return r.OtherKeyID })
	switch ids := set.KeyIDs(); {
	case len(set.Keys) == 0:
		v.fail(checkKey, ReasonNoMatchingKey, "the key set is empty", detail{})
	case len(fitting) == 0, named && len(ids) > 0 && !slices.Contains(ids, kid):
		v.failUnknownKeyID(set, kid)
	case mismatch != nil:
		v.fail(checkKey, ReasonAlgorithmRefused, fmt.Sprintf("key %s does not fit the token: %s", mismatch.Key.Name(), mismatch.Text),
			detail{diagnosis: &Diagnosis{Cause: keyOfOtherType, Found: v.token.Algorithm()}})
	default:
		var why []string
		for _, r := range fitting {
			why = append(why, fmt.Sprintf("key %s: %s", r.Key.Name(), r.Text))
		}
		message := "no key in the set fits the token: " + join(why)
		if named && len(fitting) == 1 {
			message = why[0]
		}
		v.fail(checkKey, ReasonNoMatchingKey, message, detail{diagnosis: &Diagnosis{Cause: keysUnusable, Names: why}})
	}
}

// failUnknownKeyID refuses a kid that no key has, also where one of the keys did
// sign the token: which one it was helps to find the mistake.
func (v *verification) failUnknownKeyID(set *jwks.Set, kid string) {
	ids := set.KeyIDs()
	d := detail{
		expected: strictjson.From(kid), actual: strictjson.From(ids),
		diagnosis: &Diagnosis{Cause: keyIDUnknown, Found: kid, Names: ids},
	}
	message := fmt.Sprintf("kid %q is not in the key set, which has %s", kid, quoteAll(ids))
	if k := v.signerAmong(set.Usable()); k != nil {
		message += "; key " + k.Name() + " did sign the token"
		d.diagnosis = &Diagnosis{Cause: signedByOtherKey, Found: k.Name()}
	}
	v.fail(checkKey, ReasonNoMatchingKey, message, d)
}

func formatTime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
