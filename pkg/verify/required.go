package verify

import (
	"crypto"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// checkRequired makes the checks that a policy has to ask for.
func (v *verification) checkRequired() {
	v.checkClient()
	v.checkNonce()
	v.checkHash(checkAccessHash, "at_hash", v.policy.AccessToken)
	v.checkHash(checkCodeHash, "c_hash", v.policy.Code)
	v.checkHash(checkStateHash, "s_hash", v.policy.State)
	v.checkAuthentication()
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
		v.notRequired(checkClient)
		return
	}
	names := present(v.claims, "azp", "client_id", "cid", "appid")
	if v.claims.Get("azp").Kind() == strictjson.KindNull { // taken as absent
		names = names[1:]
	}
	for _, name := range names {
		value := v.claims.Get(name)
		if text, ok := value.Text(); !ok || text != expected {
			v.fail(checkClient, ReasonClaimRefused, fmt.Sprintf("expected client %q, but %s is %s", expected, name, value),
				detail{expected: strictjson.From(expected), actual: value})
			return
		}
	}
	isID := v.report.Kind == KindID || v.policy.Kind == KindID
	switch {
	case len(names) > 0:
		v.passExpected(checkClient, fmt.Sprintf("%s is %q", join(names), expected), strictjson.From(expected))
	case isID && slices.Contains(v.claims.Get("aud").Texts(), expected):
		v.passExpected(checkClient, fmt.Sprintf("aud of the ID token contains %q", expected), strictjson.From(expected))
	default:
		v.fail(checkClient, ReasonClaimRefused, fmt.Sprintf("expected client %q, but no claim names the client", expected),
			detail{expected: strictjson.From(expected)})
	}
}

func (v *verification) passExpected(id check, message string, expected strictjson.Value) {
	v.report.add(outcome{id: id, state: passed, message: message, detail: &detail{expected: expected}})
}

// checkNonce: a token cannot switch the check off by leaving nonce out (OpenID
// Connect Core section 3.1.3.7, step 11).
func (v *verification) checkNonce() {
	if v.policy.Nonce == "" {
		v.notRequired(checkNonce)
		return
	}
	value := v.claims.Get("nonce")
	nonce, ok := value.Text()
	d := detail{expected: strictjson.From(v.policy.Nonce), actual: value}
	switch {
	case !value.Exists():
		d.diagnosis = &Diagnosis{Kind: claimMissing, Expected: "nonce"}
		v.fail(checkNonce, ReasonClaimRefused, "nonce is missing: the token may have been replayed", d)
	case !ok:
		v.fail(checkNonce, ReasonClaimRefused, "nonce is "+ofType(value)+", not a string", d)
	case !sameSecret(nonce, v.policy.Nonce):
		v.fail(checkNonce, ReasonClaimRefused, "nonce differs from the one that was sent: the token may have been replayed", d)
	default:
		v.report.add(outcome{id: checkNonce, state: passed, message: "the one that was sent", detail: &d})
	}
}

func sameSecret(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// checkHash binds the ID token to a value that came with it: the left half of
// its hash, by the hash of the token's algorithm (OpenID Connect Core section
// 3.1.3.6). The value itself never becomes part of the report.
func (v *verification) checkHash(id check, claim, text string) {
	if text == "" {
		v.notRequired(id)
		return
	}
	value := v.claims.Get(claim)
	actual, ok := value.Text()
	hash := hashOf(v.token.Algorithm())
	d := detail{actual: value}
	switch {
	case !value.Exists():
		d.diagnosis = &Diagnosis{Kind: claimMissing, Expected: claim}
		v.fail(id, ReasonClaimRefused, claim+" is missing: the token is not bound to anything", d)
		return
	case !ok:
		v.fail(id, ReasonClaimRefused, claim+" is "+ofType(value)+", not a string", d)
		return
	case hash == 0:
		v.fail(id, ReasonClaimRefused, fmt.Sprintf("no hash is known for algorithm %q", v.token.Algorithm()), d)
		return
	}
	expected := leftHalfHash(hash, text)
	d.expected = strictjson.From(expected)
	if sameSecret(actual, expected) {
		v.report.add(outcome{id: id, state: passed, message: claim + " is its hash", detail: &d})
		return
	}
	message := claim + " is not its hash: the two do not belong together"
	if cause, kind := hashCause(hash, actual, text); kind != "" {
		message = claim + " " + cause
		d.diagnosis = &Diagnosis{Kind: kind, Found: claim}
	}
	v.fail(id, ReasonClaimRefused, message, d)
}

// hashCause recognises a hash of the right value made the wrong way: with the hash
// of another algorithm, or of the decoded text where the value was given as it
// stands in a URL.
func hashCause(hash crypto.Hash, actual, text string) (string, string) {
	for _, other := range [...]crypto.Hash{crypto.SHA256, crypto.SHA384, crypto.SHA512} {
		if other != hash && leftHalfHash(other, text) == actual {
			return fmt.Sprintf("is its %s hash, but the token's algorithm needs %s",
				other, hash), hashOfOtherSize
		}
	}
	if decoded, err := url.QueryUnescape(text); err == nil && decoded != text && leftHalfHash(hash, decoded) == actual {
		return "is the hash of its URL-decoded text: the value was given still URL-encoded", hashOfDecoded
	}
	return "", ""
}

// leftHalfHash returns the base64url of the left half of the hash of an ASCII
// text, as at_hash, c_hash and s_hash have it (OpenID Connect Core section
// 3.1.3.6).
func leftHalfHash(hash crypto.Hash, text string) string {
	sum := digest(hash, text)
	return base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
}

func (v *verification) checkACR() {
	accepted := v.policy.ACR
	if len(accepted) == 0 {
		v.notRequired(checkACR)
		return
	}
	value := v.claims.Get("acr")
	acr, _ := value.Text()
	d := detail{expected: strictjson.From(accepted), actual: value}
	if acr != "" && slices.Contains(accepted, acr) {
		v.report.add(outcome{id: checkACR, state: passed, message: acr, detail: &d})
		return
	}
	message := fmt.Sprintf("expected acr %s, but it is %s", quoteOr(accepted), value)
	if !value.Exists() {
		message = fmt.Sprintf("expected acr %s, but acr is missing", quoteOr(accepted))
	}
	d.diagnosis = &Diagnosis{Kind: reauthenticationNeeded, Names: accepted}
	v.fail(checkACR, ReasonReauthentication, message, d)
}

func (v *verification) checkAMR() {
	value := v.claims.Get("amr")
	list, ok := value.TextList()
	switch {
	case !value.Exists():
		v.skip(checkAMR, "the token has no amr")
	case !ok:
		v.warn(checkAMR, ReasonClaimRefused, "amr is not an array of strings")
	default:
		v.pass(checkAMR, join(list))
	}
}

// checkScopes requires every scope, in scope (RFC 9068 section 2.2.3) or in scp
// (Entra, Okta, Hydra).
func (v *verification) checkScopes() {
	if len(v.policy.Scopes) == 0 {
		v.notRequired(checkScope)
		return
	}
	o, missing := requireAll(checkScope, "scope", v.policy.Scopes, Scopes(v.claims), "scope and scp")
	for _, claim := range [...]string{"permissions", "scopes"} {
		if len(missing) > 0 && containsAll(words(v.claims.Get(claim)), missing) {
			o.detail.diagnosis = &Diagnosis{Kind: scopeElsewhere, Found: claim, Names: missing}
			o.message += fmt.Sprintf("; %s has %s", claim, quoteAll(missing))
			break
		}
	}
	v.report.add(o)
}

// Scopes returns the scopes that a claims set grants, in scope (RFC 9068 section
// 2.2.3) or in scp (Entra, Okta, Hydra).
func Scopes(claims strictjson.Value) []string {
	return append(words(claims.Get("scope")), words(claims.Get("scp"))...)
}

// words reads a list that is a string of words or an array of strings. Words are
// separated by U+0020 and by nothing else (RFC 6749 section 3.3).
func words(v strictjson.Value) []string {
	if text, ok := v.Text(); ok {
		return slices.DeleteFunc(strings.Split(text, " "), func(word string) bool { return word == "" })
	}
	list, _ := v.TextList()
	return list
}

// requireAll checks that everything required is among what was found. what is the
// singular of both. It also returns what is missing.
func requireAll(id check, what string, required, found []string, where string) (o outcome, missing []string) {
	set := setOf(found)
	missing = slices.DeleteFunc(slices.Clone(required), func(name string) bool { return set[name] })
	o = outcome{
		id: id, state: failed, reason: rankOf(ReasonClaimRefused),
		detail: &detail{expected: strictjson.From(required), actual: strictjson.From(found)},
	}
	lacks := fmt.Sprintf("%s %s is missing", what, quoteAll(missing))
	if len(missing) > 1 {
		lacks = fmt.Sprintf("%ss %s are missing", what, quoteAll(missing))
	}
	switch {
	case len(missing) == 0:
		o.state, o.message = passed, "has "+join(required)
	case len(found) == 0:
		o.message = fmt.Sprintf("%s: nothing in %s", lacks, where)
	default:
		o.message = fmt.Sprintf("%s; the token has %s", lacks, quoteAll(withoutRepeats(found)))
		o.detail.diagnosis = &Diagnosis{Kind: valuesMissing, Names: missing}
	}
	return o, missing
}

func setOf(list []string) map[string]bool {
	set := make(map[string]bool, len(list))
	for _, s := range list {
		set[s] = true
	}
	return set
}

func containsAll(list, required []string) bool {
	set := setOf(list)
	return !slices.ContainsFunc(required, func(s string) bool { return !set[s] })
}

func withoutRepeats(list []string) []string {
	seen := make(map[string]bool, len(list))
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool {
		repeated := seen[s]
		seen[s] = true
		return repeated
	})
}

// checkRoles requires every role, in the claim that the policy names or in those
// where issuers are known to put roles.
func (v *verification) checkRoles() {
	if len(v.policy.Roles) == 0 {
		v.notRequired(checkRole)
		return
	}
	where := v.policy.RoleClaim
	if where == "" {
		where = "the claims where roles are usually found"
	}
	o, missing := requireAll(checkRole, "role", v.policy.Roles, Roles(v.claims, &v.policy), where)
	if len(missing) > 0 {
		v.explainRoles(&o, missing)
	}
	v.report.add(o)
}

// Roles returns the roles that a claims set grants: those in the policy's RoleClaim
// or, if it is empty, in the claims where issuers are known to put roles: those of
// Entra and others, Authgear, Keycloak and Cognito. The roles of a Keycloak client
// count for the expected client or audience alone: those of another one grant
// nothing here.
func Roles(claims strictjson.Value, p *Policy) []string {
	if p.RoleClaim != "" {
		return roleList(lookup(claims, p.RoleClaim))
	}
	known := [][]string{
		{"roles"}, {"https://authgear.com/claims/user/roles"}, {"realm_access", "roles"}, {"groups"}, {"cognito:groups"},
	}
	for _, client := range append([]string{p.ClientID}, p.Audiences...) {
		if client != "" {
			known = append(known, []string{"resource_access", client, "roles"})
		}
	}
	var list []string
	for _, names := range known {
		list = append(list, roleList(descend(claims, names...))...)
	}
	return list
}

func roleList(v strictjson.Value) []string {
	if text, ok := v.Text(); ok {
		return []string{text}
	}
	list, _ := v.TextList()
	return list
}

// explainRoles looks for roles in other claims: in one that is named like one of
// roles, or left out by Entra ID because there are too many.
func (v *verification) explainRoles(o *outcome, missing []string) {
	if v.groupsOverage() {
		o.detail.diagnosis = &Diagnosis{Kind: groupsOverage}
		o.message += "; " + overage
		return
	}
	if v.policy.RoleClaim != "" {
		return
	}
	for _, m := range v.claims.Members() {
		name := strings.ToLower(m.Name)
		if (strings.HasSuffix(name, "roles") || strings.HasSuffix(name, "groups")) && containsAll(roleList(m.Value), missing) {
			o.detail.diagnosis = &Diagnosis{Kind: rolesElsewhere, Found: m.Name, Names: missing}
			o.message += fmt.Sprintf("; %s has %s", m.Name, quoteAll(missing))
			return
		}
	}
}

const overage = "the groups were left out because there are too many of them (groups overage)"

// groupsOverage reports whether Entra ID put a reference in place of the groups.
func (v *verification) groupsOverage() bool {
	return v.claims.Get("_claim_names").Get("groups").Exists() || v.claims.Get("hasgroups").True()
}

// checkRequirement: a claim that is null has no value, so it is missing.
func (v *verification) checkRequirement(r Requirement) {
	value := lookup(v.claims, r.Claim)
	d := detail{expected: r.JSON, actual: value}
	if r.Text != nil {
		d.expected = strictjson.From(*r.Text)
	}
	message := ""
	switch {
	case !value.Exists():
		message = r.Claim + " is missing"
		d.diagnosis = v.diagnoseMissing(r.Claim)
		if d.diagnosis.Kind == groupsOverage {
			message += ": " + overage
		}
	case r.JSON.Exists() && strictjson.Equal(r.JSON, value), r.Text != nil && holds(value, *r.Text):
		v.report.add(outcome{id: checkRequire, state: passed, detail: &d, say: func(*Report) string { return holding(r, value) }})
		return
	case r.JSON.Exists():
		message = fmt.Sprintf("expected %s to be exactly %s, but it is %s", r.Claim, r.JSON, value)
	case r.Text != nil:
		message = fmt.Sprintf("expected %s to be %q, but it is %s", r.Claim, *r.Text, value)
		d.diagnosis = diagnoseRequired(r, value)
	case value.Kind() == strictjson.KindNull:
		message = r.Claim + " is null"
	default:
		v.report.add(outcome{id: checkRequire, state: passed, detail: &d, message: r.Claim + " is present"})
		return
	}
	v.fail(checkRequire, ReasonClaimRefused, message, d)
}

// holding says how a claim has the required value. It does not repeat an array of
// any length for each of its items that is required.
func holding(r Requirement, value strictjson.Value) string {
	if r.Text != nil && value.Kind() == strictjson.KindArray {
		return fmt.Sprintf("%s contains %q", r.Claim, *r.Text)
	}
	return fmt.Sprintf("%s is %s", r.Claim, value)
}

// diagnoseMissing explains why a required claim is not in the token.
func (v *verification) diagnoseMissing(claim string) *Diagnosis {
	switch {
	case (claim == "groups" || claim == "roles") && v.groupsOverage():
		return &Diagnosis{Kind: groupsOverage, Expected: claim}
	case isProfileClaim(claim):
		return &Diagnosis{Kind: claimAtUserinfo, Expected: claim}
	default:
		return &Diagnosis{Kind: claimMissing, Expected: claim}
	}
}

// isProfileClaim reports whether a claim is one that issuers often give at the
// userinfo endpoint only (OpenID Connect Core sections 5.1 and 5.4).
func isProfileClaim(claim string) bool {
	switch claim {
	case "name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile", "picture", "website",
		"gender", "birthdate", "zoneinfo", "locale", "updated_at", "email", "email_verified", "address", "phone_number", "phone_number_verified":
		return true
	}
	return false
}

// diagnoseRequired recognises the sub that GitHub writes with the ids of owner and
// repository where the policy has the one without.
func diagnoseRequired(r Requirement, value strictjson.Value) *Diagnosis {
	sub, _ := value.Text()
	if r.Claim == "sub" && strings.HasPrefix(sub, "repo:") && withoutIDs(sub) == *r.Text {
		return &Diagnosis{Kind: immutableSubject, Expected: *r.Text, Found: sub}
	}
	return nil
}

// withoutIDs removes the ids of repo:owner@ID/name@ID:…; what follows the owner may be
// missing.
func withoutIDs(sub string) string {
	parts := strings.SplitN(sub, ":", 3)
	names := strings.Split(parts[1], "/")
	for i, name := range names {
		names[i], _, _ = strings.Cut(name, "@")
	}
	parts[1] = strings.Join(names, "/")
	return strings.Join(parts, ":")
}

// holds reports whether a claim has a value: it is that string, a number or a
// boolean with that text, or an array that contains one. Null is not a value.
func holds(v strictjson.Value, text string) bool {
	if v.Kind() == strictjson.KindArray {
		return slices.ContainsFunc(v.Items(), func(item strictjson.Value) bool {
			return item.Kind() != strictjson.KindArray && holds(item, text)
		})
	}
	if s, ok := v.Text(); ok {
		return s == text
	}
	switch v.Kind() {
	case strictjson.KindNumber, strictjson.KindBool:
		return v.String() == text
	default:
		return false
	}
}

func (v *verification) checkAssertion(a Assertion) {
	d := detail{expected: strictjson.From(a.Label)}
	if ok, why := a.Holds(v.claims); !ok {
		v.fail(checkAssert, ReasonClaimRefused, a.Label+": "+why, d)
		return
	}
	v.report.add(outcome{id: checkAssert, state: passed, message: a.Label, detail: &d})
}
