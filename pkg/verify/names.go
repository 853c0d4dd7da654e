package verify

import (
	"fmt"
	"slices"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// checkNames looks for claims that a careless reader would take for known ones
// (RFC 7519 section 10.1.1), and at claims copied into the header (section 5.3).
func (v *verification) checkNames() {
	known := []string{
		"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "nonce", "azp", "auth_time", "at_hash", "c_hash", "s_hash",
		"acr", "amr", "sid", "client_id", "scope", "events", "cnf",
	}
	var alike []string
	for _, m := range v.claims.Members() {
		i := slices.IndexFunc(known, func(name string) bool { return name != m.Name && strings.EqualFold(name, m.Name) })
		if i >= 0 {
			alike = append(alike, fmt.Sprintf("%q is not %s", m.Name, known[i]))
		}
	}
	if len(alike) > 0 {
		v.warn(CheckClaimNames, ReasonClaimRefused, join(alike))
	} else {
		v.pass(CheckClaimNames, "no look-alikes")
	}
	v.checkHeaderClaims()
}

func (v *verification) checkHeaderClaims() {
	copied := present(v.token.Header(), "iss", "sub", "aud")
	for _, name := range copied {
		inHeader, claim := v.token.Header().Get(name), v.claims.Get(name)
		if !strictjson.Equal(inHeader, claim) {
			v.report.add(Check{
				ID: CheckHeaderClaims, Status: Failed, Reason: ReasonClaimRefused, Expected: claim, Actual: inHeader,
				Message: fmt.Sprintf("%s in the header differs from the claim", name),
			})
			return
		}
	}
	if len(copied) == 0 {
		v.skip(CheckHeaderClaims, "no claims in the header")
		return
	}
	v.pass(CheckHeaderClaims, join(copied)+" in the header equal the claims")
}
