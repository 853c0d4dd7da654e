package verify

import (
	"fmt"
	"slices"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// checkRequired makes the checks that a policy has to ask for.
func (v *verification) checkRequired() {
	v.checkClient()
	v.checkNonce()
	v.checkHash(checkAccessHash, "at_hash", v.policy.AccessToken)
	v.checkHash(checkCodeHash, "c_hash", v.policy.Code)
	v.checkHash(checkStateHash, "s_hash", v.policy.State)
	v.checkAuthTime()
	v.checkACR()
	v.checkAMR()
	v.checkScopes()
	v.checkRoles()
	for _, r := range v.policy.Require {
		v.checkRequirement(r)
	}
	for _, a := range v.policy.Assertions {
		v.checkAssertion(a)
	}
}

// checkClient requires every claim that names the client to name the expected
// one, and at least one to do so; an ID token without azp names it in aud.
func (v *verification) checkClient() {
	expected := v.policy.ClientID
	if expected == "" {
		v.skip(checkClient)
		return
	}
	d := detail{expected: strictjson.From(expected)}
	names := present(v.claims, "azp", "client_id", "cid", "appid")
	if v.claims.Get("azp").Type() == strictjson.TypeNull { // null counts as absent
		names = names[1:]
	}
	for _, name := range names {
		d.actual = v.claims.Get(name)
		if text, ok := d.actual.Text(); !ok || text != expected {
			v.fail(checkClient, ReasonClaimRefused, fmt.Sprintf("expected client %q, but %s is %s", expected, name, d.actual), d)
			return
		}
	}
	d.actual = strictjson.Value{}
	isID := v.report.Kind == KindID || v.policy.Kind == KindID
	switch {
	case len(names) > 0:
		v.passBecause(checkClient, fmt.Sprintf("%s is %q", join(names), expected), &d)
	case isID && slices.Contains(v.claims.Get("aud").Texts(), expected):
		v.passBecause(checkClient, fmt.Sprintf("aud of the ID token contains %q", expected), &d)
	default:
		v.fail(checkClient, ReasonClaimRefused, fmt.Sprintf("expected client %q, but no claim names the client", expected), d)
	}
}

// checkNonce: a token cannot switch the check off by leaving nonce out (OpenID
// Connect Core section 3.1.3.7, step 11).
func (v *verification) checkNonce() {
	if v.policy.Nonce == "" {
		v.skip(checkNonce)
		return
	}
	d := detail{expected: strictjson.From(v.policy.Nonce)}
	nonce, ok := v.requiredText(checkNonce, "nonce", "the token may have been replayed", &d)
	switch {
	case !ok:
	case !sameSecret(nonce, v.policy.Nonce):
		v.fail(checkNonce, ReasonClaimRefused, "nonce differs from the one that was sent: the token may have been replayed", d)
	default:
		v.passBecause(checkNonce, "the one that was sent", &d)
	}
}

// requiredText returns a claim that must be a string, and rejects the token if it is
// not. It adds the claim to d.
func (v *verification) requiredText(id check, claim, otherwise string, d *detail) (string, bool) {
	d.actual = v.claims.Get(claim)
	text, ok := d.actual.Text()
	switch {
	case !d.actual.Exists():
		d.diagnosis = &Diagnosis{Cause: claimMissing, Expected: claim}
		v.fail(id, ReasonClaimRefused, claim+" is missing: "+otherwise, *d)
	case !ok:
		v.fail(id, ReasonClaimRefused, claim+" is "+ofType(d.actual)+", not a string", *d)
	}
	return text, ok
}
