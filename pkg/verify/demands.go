package verify

import (
	"crypto"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"slices"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// checkDemands makes the checks that somebody has to ask for.
func (v *verification) checkDemands() {
	v.checkClient()
	v.checkNonce()
	v.checkHash(CheckAccessHash, "at_hash", "access-token", v.policy.AccessToken)
	v.checkHash(CheckCodeHash, "c_hash", "code", v.policy.Code)
	v.checkHash(CheckStateHash, "s_hash", "state", v.policy.State)
	v.checkAuthentication()
	v.checkScopes()
	v.checkRoles()
	v.checkRequirements()
}

// checkClient demands that every claim that names the client names the wanted
// one, and that one does; an ID token without azp names it in aud.
func (v *verification) checkClient() {
	wanted := v.policy.ClientID
	if wanted == "" {
		v.notDemanded(CheckClient, "client-id")
		return
	}
	c := Check{ID: CheckClient, Status: Failed, Reason: ReasonClaimRefused, Expected: strictjson.String(wanted)}
	names := present(v.claims, "azp", "client_id", "cid", "appid")
	for _, name := range names {
		value := v.claims.Get(name)
		if text, ok := value.Text(); !ok || text != wanted {
			c.Actual = value
			c.Message = fmt.Sprintf("%s is %s, not %q", name, value, wanted)
			v.report.add(c)
			return
		}
	}
	list, _ := audiences(v.claims.Get("aud"))
	isID := v.report.Kind == KindID || v.policy.Kind == KindID
	switch {
	case len(names) > 0:
		c.Status, c.Message = Passed, fmt.Sprintf("%s is %q", join(names), wanted)
	case isID && slices.Contains(list, wanted):
		c.Status, c.Message = Passed, fmt.Sprintf("aud of the ID token names %q", wanted)
	default:
		c.Message = fmt.Sprintf("no claim names the client; wanted is %q", wanted)
	}
	v.report.add(c)
}

// checkNonce: a token cannot switch the check off by leaving nonce out (OpenID
// Connect Core section 3.1.3.7, step 11).
func (v *verification) checkNonce() {
	if v.policy.Nonce == "" {
		v.notDemanded(CheckNonce, "nonce")
		return
	}
	value := v.claims.Get("nonce")
	nonce, ok := value.Text()
	c := Check{ID: CheckNonce, Status: Failed, Reason: ReasonClaimRefused, Expected: strictjson.String(v.policy.Nonce), Actual: value}
	switch {
	case !value.Exists():
		c.Message = "nonce is missing: the token may have been replayed"
		c.Diagnosis = &Diagnosis{Kind: ClaimMissing, Wanted: "nonce"}
	case !ok:
		c.Message = "nonce is not a string"
	case subtle.ConstantTimeCompare([]byte(nonce), []byte(v.policy.Nonce)) != 1:
		c.Message = "nonce is another one: the token may have been replayed"
	default:
		c.Status, c.Message = Passed, "the one that was sent"
	}
	v.report.add(c)
}

// checkHash binds the ID token to a value that came with it: the left half of
// its hash, by the hash of the token's algorithm (OpenID Connect Core section
// 3.1.3.6). The value itself never becomes part of the report.
func (v *verification) checkHash(id CheckID, claim, demand, text string) {
	if text == "" {
		v.notDemanded(id, demand)
		return
	}
	value := v.claims.Get(claim)
	found, ok := value.Text()
	hash := hashOf(v.token.Algorithm())
	c := Check{ID: id, Status: Failed, Reason: ReasonClaimRefused, Actual: value}
	switch {
	case !value.Exists():
		c.Message = claim + " is missing: the token is not bound to anything"
		c.Diagnosis = &Diagnosis{Kind: ClaimMissing, Wanted: claim}
	case !ok:
		c.Message = claim + " is not a string"
	case hash == 0:
		c.Message = fmt.Sprintf("no hash is known for algorithm %q", v.token.Algorithm())
	default:
		wanted := LeftHalfHash(hash, text)
		c.Expected = strictjson.String(wanted)
		if subtle.ConstantTimeCompare([]byte(found), []byte(wanted)) == 1 {
			c.Status, c.Message = Passed, claim+" is its hash"
		} else {
			c.Message = fmt.Sprintf("%s is not its hash: the two do not belong together", claim)
		}
	}
	v.report.add(c)
}

// LeftHalfHash returns the base64url of the left half of the hash of an ASCII
// text, as at_hash, c_hash and s_hash carry it (OpenID Connect Core section
// 3.1.3.6).
func LeftHalfHash(hash crypto.Hash, text string) string {
	sum := digest(hash, text)
	return base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
}
