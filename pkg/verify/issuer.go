package verify

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// checkIssuer compares iss byte for byte (RFC 7519 section 4.1.1; OpenID
// Connect Core section 3.1.3.7, step 2).
func (v *verification) checkIssuer() {
	value := v.claims.Get("iss")
	iss, isText := value.Text()
	switch {
	case v.excused(value):
		v.skipBecause(checkIssuer, "not checked: this is "+v.nature.name)
	case value.Exists() && !isText:
		v.failIssuer("iss is "+ofType(value)+", not a string", nil)
	case v.policy.AnyIssuer && !value.Exists():
		v.skipBecause(checkIssuer, "any issuer is allowed, and the token names none")
	case v.policy.AnyIssuer:
		v.skip(checkIssuer)
	case !value.Exists():
		v.failIssuer("iss is missing", &Diagnosis{Cause: claimMissing, Expected: "iss"})
	case IsTemplate(v.policy.Issuer):
		v.checkTenant(iss)
	case iss == v.policy.Issuer:
		v.pass(checkIssuer)
	default:
		v.failIssuer(fmt.Sprintf("expected %q, but the token is from %q", v.policy.Issuer, iss), Compare(v.policy.Issuer, iss))
	}
}

func (v *verification) failIssuer(message string, diagnosis *Diagnosis) {
	v.fail(checkIssuer, ReasonWrongIssuer, message, detail{diagnosis: diagnosis})
}

// checkTenant matches iss against an issuer with a tenant placeholder: tid must be a
// GUID, and iss must be the template with that GUID. If the key is limited to an
// issuer, iss must match that as well.
func (v *verification) checkTenant(iss string) {
	tid, _ := v.claims.Get("tid").Text()
	expected := strings.ReplaceAll(v.policy.Issuer, tenantPlaceholder, tid)
	switch {
	case !v.claims.Get("tid").Exists():
		v.failIssuer("tid is missing, so the tenant is unknown", nil)
	case !isGUID(tid):
		v.failIssuer(fmt.Sprintf("tid is %s, not the GUID of a tenant", v.claims.Get("tid")), nil)
	case iss != expected:
		v.failIssuer(fmt.Sprintf("expected %q, but the token is from %q", expected, iss), Compare(expected, iss))
	case v.signer != nil && v.signer.Issuer != "" && strings.ReplaceAll(v.signer.Issuer, tenantPlaceholder, tid) != iss:
		v.failIssuer(fmt.Sprintf("the key is for tokens of %q, but the token is from %q", v.signer.Issuer, iss), nil)
	default:
		v.pass(checkIssuer)
	}
}

// isGUID reports whether s is a GUID in its usual form: 8-4-4-4-12 hex digits.
func isGUID(s string) bool {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return false
	}
	octets, err := hex.DecodeString(strings.ReplaceAll(s, "-", ""))
	return err == nil && len(octets) == 16
}
