package verify

import (
	"fmt"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/token"
)

// checkStructure reports what token.Parse found, area by area.
func (v *verification) checkStructure() {
	areas := []struct {
		area token.Area
		id   CheckID
		fine string
	}{
		{token.AreaStructure, CheckStructure, "a compact JWS"},
		{token.AreaEncoding, CheckEncoding, "strict base64url"},
		{token.AreaHeader, CheckHeader, "one JSON object"},
		{token.AreaPayload, CheckPayload, "one JSON object"},
	}
	for _, a := range areas {
		switch fault := v.token.FaultIn(a.area); {
		case fault != nil:
			v.fail(a.id, ReasonMalformed, fault.Text, diagnoseFault(fault))
		case !v.readable(a.area):
			v.skip(a.id, "there is nothing to look at")
		default:
			v.pass(a.id, a.fine)
		}
	}
	if v.token.Header().Exists() {
		v.checkCritical()
		v.checkEmbeddedKey()
	}
}

// readable tells whether an area without a fault was there to be looked at.
func (v *verification) readable(area token.Area) bool {
	switch area {
	case token.AreaHeader:
		return v.token.Header().Exists()
	case token.AreaPayload:
		return v.token.UnverifiedClaims().Exists()
	default:
		return !v.token.Faulty(token.AreaStructure)
	}
}

func diagnoseFault(fault *token.Fault) *Diagnosis {
	kinds := map[token.Cause]DiagnosisKind{
		token.CauseNoToken:      NoToken,
		token.CauseOpaque:       OpaqueToken,
		token.CauseEncrypted:    EncryptedToken,
		token.CauseJSONForm:     JSONSerialisation,
		token.CauseSegments:     TruncatedToken,
		token.CausePadding:      PaddedBase64,
		token.CauseWhitespace:   WhiteSpace,
		token.CauseTrailingBits: TruncatedToken,
		token.CauseDisclosures:  DisclosuresAdded,
	}
	kind, ok := kinds[fault.Cause]
	if !ok {
		return nil
	}
	return &Diagnosis{Kind: kind}
}

// checkCritical refuses every critical extension: none changes what a JWT is.
// b64 is understood, and forbidden in a JWT unless it is true (RFC 7797 section
// 7), whether or not crit lists it.
func (v *verification) checkCritical() {
	header := v.token.Header()
	b64, crit := header.Get("b64"), header.Get("crit")
	if problem := criticalProblem(header, crit); problem != "" {
		v.fail(CheckCritical, ReasonMalformed, problem, nil)
		return
	}
	switch {
	case b64.Exists() && !b64.True():
		v.fail(CheckCritical, ReasonMalformed, "\"b64\" is not true: the payload of a JWT is always encoded", nil)
	case b64.Exists():
		v.warn(CheckCritical, ReasonMalformed, "\"b64\" has no place in a JWT, even when it is true")
	default:
		v.pass(CheckCritical, "no critical extension")
	}
}

func criticalProblem(header, crit strictjson.Value) string {
	if !crit.Exists() {
		return ""
	}
	names, ok := crit.TextList()
	switch {
	case !ok:
		return "\"crit\" is not an array of names"
	case len(names) == 0:
		return "\"crit\" is an empty array, which it must not be"
	}
	seen := map[string]bool{}
	for _, name := range names {
		switch {
		case seen[name]:
			return fmt.Sprintf("\"crit\" names %q twice", name)
		case name != "b64":
			return fmt.Sprintf("the critical extension %q is not understood", name)
		case !header.Get(name).Exists():
			return fmt.Sprintf("\"crit\" names %q, which is not in the header", name)
		}
		seen[name] = true
	}
	return ""
}

// checkEmbeddedKey says that keys in the token are shown, never followed.
func (v *verification) checkEmbeddedKey() {
	var names []string
	for _, name := range []string{"jwk", "jku", "x5u", "x5c"} {
		if v.token.Header().Get(name).Exists() {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		v.pass(CheckEmbeddedKey, "the token brings no key of its own")
		return
	}
	v.report.add(Check{
		ID: CheckEmbeddedKey, Status: Warning, Reason: ReasonClaimRefused, Actual: strictjson.Strings(names),
		Message: fmt.Sprintf("the token brings or names a key of its own (%s): ignored, not fetched", join(names)),
	})
}
