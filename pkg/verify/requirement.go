package verify

import (
	"fmt"
	"slices"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// checkRequirement checks a required claim. A claim that is null has no value, so it
// is missing.
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
		if d.diagnosis.Cause == groupsOverage {
			message += ": " + overage
		}
	case r.JSON.Exists() && strictjson.Equal(r.JSON, value), r.Text != nil && holds(value, *r.Text):
		v.passBecause(checkRequire, holding(r, value), &d)
		return
	case r.JSON.Exists():
		message = fmt.Sprintf("expected %s to be exactly %s, but it is %s", r.Claim, r.JSON, value)
	case r.Text != nil:
		message = fmt.Sprintf("expected %s to be %q, but it is %s", r.Claim, *r.Text, value)
		d.diagnosis = diagnoseRequired(r, value)
	case value.Type() == strictjson.TypeNull:
		message = r.Claim + " is null"
	default:
		v.passBecause(checkRequire, r.Claim+" is present", &d)
		return
	}
	v.fail(checkRequire, ReasonClaimRefused, message, d)
}

// holding describes how a claim has the required value. It does not repeat a long
// array for each required item.
func holding(r Requirement, value strictjson.Value) string {
	if r.Text != nil && value.Type() == strictjson.TypeArray {
		return fmt.Sprintf("%s contains %q", r.Claim, *r.Text)
	}
	return fmt.Sprintf("%s is %s", r.Claim, value)
}

// diagnoseMissing explains why a required claim is not in the token.
func (v *verification) diagnoseMissing(claim string) *Diagnosis {
	switch {
	case (claim == "groups" || claim == "roles") && v.groupsOverage():
		return &Diagnosis{Cause: groupsOverage, Expected: claim}
	case isProfileClaim(claim):
		return &Diagnosis{Cause: claimAtUserinfo, Expected: claim}
	default:
		return &Diagnosis{Cause: claimMissing, Expected: claim}
	}
}

// isProfileClaim reports whether issuers often return a claim only from the userinfo
// endpoint (OpenID Connect Core sections 5.1 and 5.4).
func isProfileClaim(claim string) bool {
	switch claim {
	case "name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile", "picture", "website",
		"gender", "birthdate", "zoneinfo", "locale", "updated_at", "email", "email_verified", "address", "phone_number", "phone_number_verified":
		return true
	}
	return false
}

// diagnoseRequired recognises a GitHub sub with the IDs of owner and repository when
// the policy expects one without.
func diagnoseRequired(r Requirement, value strictjson.Value) *Diagnosis {
	sub, _ := value.Text()
	if r.Claim == "sub" && strings.HasPrefix(sub, "repo:") && withoutIDs(sub) == *r.Text {
		return &Diagnosis{Cause: immutableSubject, Expected: *r.Text, Found: sub}
	}
	return nil
}

// withoutIDs removes the IDs from repo:owner@ID/name@ID:…; everything after the owner
// is optional.
func withoutIDs(sub string) string {
	parts := strings.SplitN(sub, ":", 3)
	names := strings.Split(parts[1], "/")
	for i, name := range names {
		names[i], _, _ = strings.Cut(name, "@")
	}
	parts[1] = strings.Join(names, "/")
	return strings.Join(parts, ":")
}

// holds reports whether a claim has a value: the claim is that string, a number or
// boolean with that text, or an array that contains one of these. Null is not a
// value.
func holds(v strictjson.Value, text string) bool {
	if v.Type() == strictjson.TypeArray {
		return slices.ContainsFunc(v.Items(), func(item strictjson.Value) bool {
			return item.Type() != strictjson.TypeArray && holds(item, text)
		})
	}
	if s, ok := v.Text(); ok {
		return s == text
	}
	switch v.Type() {
	case strictjson.TypeNumber, strictjson.TypeBool:
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
	v.passBecause(checkAssert, a.Label, &d)
}
