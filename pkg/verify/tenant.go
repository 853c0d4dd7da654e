package verify

import (
	"fmt"
	"strings"
)

// tenantPlaceholder stands in the issuer of Entra ID's metadata for all tenants.
const tenantPlaceholder = "{tenantid}"

// IsTemplate tells whether an issuer stands for those of many tenants, as that of
// Entra ID's common metadata does: it holds {tenantid}.
func IsTemplate(issuer string) bool { return strings.Contains(issuer, tenantPlaceholder) }

// namesTenants tells whether a requirement says which tenants are meant.
func (p *Policy) namesTenants() bool {
	for _, r := range p.Require {
		if r.Claim == "tid" && (r.Text != nil || r.JSON.Exists()) {
			return true
		}
	}
	return false
}

// checkTenant matches an issuer that was demanded as a template: tid is a GUID,
// iss is the template with that GUID in it and so, where the key says whose
// tokens it signs, is the key's issuer.
func (v *verification) checkTenant(c Check, iss string) {
	tid, _ := v.claims.Get("tid").Text()
	want := strings.ReplaceAll(v.policy.Issuer, tenantPlaceholder, tid)
	switch {
	case !v.claims.Get("tid").Exists():
		c.Message = "tid is missing, so no tenant can be told"
	case !isGUID(tid):
		c.Message = fmt.Sprintf("tid is %s, not the GUID of a tenant", v.claims.Get("tid"))
	case iss != want:
		c.Message = fmt.Sprintf("the token is from %q, not from %q", iss, want)
		c.Diagnosis = Compare(want, iss)
	case v.key != nil && v.key.Issuer != "" && strings.ReplaceAll(v.key.Issuer, tenantPlaceholder, tid) != iss:
		c.Message = fmt.Sprintf("the key signs tokens of %q, not of %q", v.key.Issuer, iss)
	default:
		c.Status, c.Message = Passed, iss
	}
	v.report.add(c)
}

// isGUID tells whether s is a GUID in its usual form: 8-4-4-4-12 hex digits.
func isGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		hyphen := i == 8 || i == 13 || i == 18 || i == 23
		if hyphen != (s[i] == '-') || !hyphen && !strings.ContainsRune("0123456789abcdefABCDEF", rune(s[i])) {
			return false
		}
	}
	return true
}
