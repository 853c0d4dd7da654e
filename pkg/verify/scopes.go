package verify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// checkScopes requires every scope, in scope (RFC 9068 section 2.2.3) or in scp
// (Entra, Okta, Hydra).
func (v *verification) checkScopes() {
	if len(v.policy.Scopes) == 0 {
		v.skip(checkScope)
		return
	}
	v.requireAll(checkScope, "scope", v.policy.Scopes, Scopes(v.claims), "scope and scp", v.explainScopes)
}

// explainScopes explains missing scopes: they are in another claim.
func (v *verification) explainScopes(missing []string) (string, *Diagnosis) {
	for _, claim := range [...]string{"permissions", "scopes"} {
		if containsAll(words(v.claims.Get(claim)), missing) {
			return fmt.Sprintf("%s has %s", claim, quoteAll(missing)), &Diagnosis{Cause: scopeElsewhere, Found: claim, Names: missing}
		}
	}
	return "", nil
}

// Scopes returns the scopes that a claims set grants, in scope (RFC 9068 section
// 2.2.3) or in scp (Entra, Okta, Hydra).
func Scopes(claims strictjson.Value) []string {
	return append(words(claims.Get("scope")), words(claims.Get("scp"))...)
}

// words returns the items of a list that is a string of words or an array of strings.
// Only U+0020 separates words (RFC 6749 section 3.3).
func words(v strictjson.Value) []string {
	if text, ok := v.Text(); ok {
		return slices.DeleteFunc(strings.Split(text, " "), func(word string) bool { return word == "" })
	}
	list, _ := v.TextList()
	return list
}

// requireAll checks that everything required was found. what is the singular noun for
// the items, and explain says what may be behind those that are missing.
func (v *verification) requireAll(id check, what string, required, found []string, where string, explain func([]string) (string, *Diagnosis)) {
	d := detail{expected: strictjson.From(required), actual: strictjson.From(found)}
	missing := slices.DeleteFunc(slices.Clone(required), func(name string) bool { return slices.Contains(found, name) })
	if len(missing) == 0 {
		v.passBecause(id, "has "+join(required), &d)
		return
	}
	message := fmt.Sprintf("%s %s is missing", what, quoteAll(missing))
	if len(missing) > 1 {
		message = fmt.Sprintf("%ss %s are missing", what, quoteAll(missing))
	}
	if len(found) == 0 {
		message += ": nothing in " + where
	} else {
		message += "; the token has " + quoteAll(withoutRepeats(found))
		d.diagnosis = &Diagnosis{Cause: valuesMissing, Names: missing}
	}
	if words, diagnosis := explain(missing); diagnosis != nil {
		message, d.diagnosis = message+"; "+words, diagnosis
	}
	v.fail(id, ReasonClaimRefused, message, d)
}

func containsAll(list, required []string) bool {
	return !slices.ContainsFunc(required, func(s string) bool { return !slices.Contains(list, s) })
}

func withoutRepeats(list []string) []string {
	seen := make(map[string]bool, len(list))
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool {
		repeated := seen[s]
		seen[s] = true
		return repeated
	})
}

// checkRoles requires every role, in the claim that the policy names or in the claims
// that issuers are known to use.
func (v *verification) checkRoles() {
	if len(v.policy.Roles) == 0 {
		v.skip(checkRole)
		return
	}
	where := cmp.Or(v.policy.RoleClaim, "the claims where roles are usually found")
	v.requireAll(checkRole, "role", v.policy.Roles, Roles(v.claims, &v.policy), where, v.explainRoles)
}

// Roles returns the roles that a claims set grants: those in the policy's RoleClaim
// or, if it is empty, in the claims that issuers are known to use (Entra ID and
// others, Authgear, Keycloak, Cognito). The roles of a Keycloak client count only if
// it is the expected client or audience; the roles of other clients grant nothing
// here.
func Roles(claims strictjson.Value, p *Policy) []string {
	if p.RoleClaim != "" {
		return lookup(claims, p.RoleClaim).Texts()
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
		list = append(list, descend(claims, names...).Texts()...)
	}
	return list
}

// explainRoles explains missing roles: they are in another claim with a similar name,
// or Entra ID left them out because there are too many.
func (v *verification) explainRoles(missing []string) (string, *Diagnosis) {
	switch {
	case v.groupsOverage():
		return overage, &Diagnosis{Cause: groupsOverage}
	case v.policy.RoleClaim != "":
		return "", nil
	}
	for _, m := range v.claims.Members() {
		name := strings.ToLower(m.Name)
		if (strings.HasSuffix(name, "roles") || strings.HasSuffix(name, "groups")) && containsAll(m.Value.Texts(), missing) {
			return fmt.Sprintf("%s has %s", m.Name, quoteAll(missing)), &Diagnosis{Cause: rolesElsewhere, Found: m.Name, Names: missing}
		}
	}
	return "", nil
}

const overage = "the groups were left out because there are too many of them (groups overage)"

// groupsOverage reports whether Entra ID put a reference in place of the groups.
func (v *verification) groupsOverage() bool {
	return v.claims.Get("_claim_names").Get("groups").Exists() || v.claims.Get("hasgroups").True()
}
