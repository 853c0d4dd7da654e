package verify

import (
	"crypto"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

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

// checkRequirements makes a check of each claim that is required and of each
// assertion over the claims.
func (v *verification) checkRequirements() {
	for _, r := range v.policy.Require {
		v.checkRequirement(r)
	}
	for _, a := range v.policy.Assertions {
		c := Check{ID: CheckAssert, Status: Failed, Reason: ReasonClaimRefused, Expected: strictjson.String(a.Label)}
		if ok, why := a.Holds(v.claims); ok {
			c.Status, c.Message = Passed, a.Label
		} else {
			c.Message = fmt.Sprintf("%s: %s", a.Label, why)
		}
		v.report.add(c)
	}
}

// checkRequirement: a claim that is null has no value, so it is not there.
func (v *verification) checkRequirement(r Requirement) {
	value := Lookup(v.claims, r.Claim)
	c := Check{ID: CheckRequire, Status: Failed, Reason: ReasonClaimRefused, Actual: value}
	switch {
	case r.JSON.Exists():
		c.Expected = r.JSON
	case r.Text != nil:
		c.Expected = strictjson.String(*r.Text)
	}
	switch {
	case !value.Exists():
		c.Message = r.Claim + " is missing"
		c.Diagnosis = &Diagnosis{Kind: ClaimMissing, Wanted: r.Claim}
	case r.JSON.Exists() && strictjson.Equal(r.JSON, value),
		r.Text != nil && holds(value, *r.Text):
		c.Status, c.Message = Passed, fmt.Sprintf("%s is %s", r.Claim, value)
	case r.JSON.Exists():
		c.Message = fmt.Sprintf("%s is %s, not exactly %s", r.Claim, value, r.JSON)
	case r.Text != nil:
		c.Message = fmt.Sprintf("%s is %s, not %q", r.Claim, value, *r.Text)
	case value.Kind() == strictjson.KindNull:
		c.Message = r.Claim + " is null"
	default:
		c.Status, c.Message = Passed, r.Claim+" is there"
	}
	v.report.add(c)
}

// checkScopes demands every scope, in scope (RFC 9068 section 2.2.3) or in scp
// (Entra, Okta, Hydra).
func (v *verification) checkScopes() {
	if len(v.policy.Scopes) == 0 {
		v.notDemanded(CheckScope, "scope")
		return
	}
	v.report.add(demandAll(CheckScope, "scope", v.policy.Scopes, Scopes(v.claims), "scope and scp"))
}

// Scopes returns the scopes that claims grant, in scope (RFC 9068 section 2.2.3)
// and in scp.
func Scopes(claims strictjson.Value) []string {
	return append(words(claims.Get("scope")), words(claims.Get("scp"))...)
}

// words reads a list that is a string of words or an array of strings.
func words(v strictjson.Value) []string {
	if text, ok := v.Text(); ok {
		return ScopeWords(text)
	}
	list, _ := v.TextList()
	return list
}

// ScopeWords splits a scope at U+0020, and at nothing else (RFC 6749 section
// 3.3).
func ScopeWords(scope string) []string {
	return slices.DeleteFunc(strings.Split(scope, " "), func(word string) bool { return word == "" })
}

// demandAll checks that everything wanted is among what was found. what is the
// singular of both.
func demandAll(id CheckID, what string, wanted, found []string, where string) Check {
	c := Check{ID: id, Status: Failed, Reason: ReasonClaimRefused, Expected: strictjson.Strings(wanted), Actual: strictjson.Strings(found)}
	missing := slices.DeleteFunc(slices.Clone(wanted), func(w string) bool { return slices.Contains(found, w) })
	lacks := fmt.Sprintf("%s %s is missing", what, quoteAll(missing))
	if len(missing) > 1 {
		lacks = fmt.Sprintf("%ss %s are missing", what, quoteAll(missing))
	}
	switch {
	case len(missing) == 0:
		c.Status, c.Message = Passed, "has "+join(wanted)
	case len(found) == 0:
		c.Message = fmt.Sprintf("%s: there is nothing in %s", lacks, where)
	default:
		c.Message = fmt.Sprintf("%s; the token has %s", lacks, quoteAll(withoutRepeats(found)))
		c.Diagnosis = &Diagnosis{Kind: DemandMissing, Names: missing}
	}
	return c
}

func withoutRepeats(list []string) []string {
	var once []string
	for _, s := range list {
		if !slices.Contains(once, s) {
			once = append(once, s)
		}
	}
	return once
}

// checkRoles demands every role, in the claim that was named or in the places
// where issuers are known to put roles.
func (v *verification) checkRoles() {
	if len(v.policy.Roles) == 0 {
		v.notDemanded(CheckRole, "role")
		return
	}
	found, places := findRoles(v.claims, v.policy)
	where := "the known places of roles"
	if len(places) > 0 {
		where = join(places)
	}
	v.report.add(demandAll(CheckRole, "role", v.policy.Roles, found, where))
}

// Roles returns the roles that claims grant: those in the policy's RoleClaim,
// else those in the places where issuers are known to put them.
func Roles(claims strictjson.Value, p *Policy) []string {
	roles, _ := findRoles(claims, p)
	return roles
}

// findRoles returns the roles and the places where they were found.
func findRoles(claims strictjson.Value, p *Policy) (roles, places []string) {
	if path := p.RoleClaim; path != "" {
		return roleList(Lookup(claims, path)), []string{path}
	}
	for _, place := range rolePlaces(p) {
		if list := roleList(descend(claims, place)); len(list) > 0 {
			roles = append(roles, list...)
			places = append(places, strings.Join(place, "."))
		}
	}
	return roles, places
}

// rolePlaces are the paths of Entra and others, Authgear, Keycloak and Cognito.
// The roles of a Keycloak client count only for the client or the audience that
// was demanded: those of another one grant nothing here.
func rolePlaces(p *Policy) [][]string {
	places := [][]string{
		{"roles"}, {"https://authgear.com/claims/user/roles"}, {"realm_access", "roles"}, {"groups"}, {"cognito:groups"},
	}
	for _, client := range append([]string{p.ClientID}, p.Audiences...) {
		if client != "" {
			places = append(places, []string{"resource_access", client, "roles"})
		}
	}
	return places
}

func roleList(v strictjson.Value) []string {
	if text, ok := v.Text(); ok {
		return []string{text}
	}
	list, _ := v.TextList()
	return list
}
