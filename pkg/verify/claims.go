package verify

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// ofType names the type of a value that is not what it should be.
func ofType(value strictjson.Value) string {
	return [...]string{
		strictjson.TypeNull: "null", strictjson.TypeBool: "a boolean", strictjson.TypeNumber: "a number",
		strictjson.TypeString: "a string", strictjson.TypeArray: "an array", strictjson.TypeObject: "an object",
	}[value.Type()]
}

// text returns a claim that is a string, or an empty string.
func (r *Report) text(claim string) string {
	text, _ := r.claims.Get(claim).Text()
	return text
}

// maxSubject is the length of the longest sub (OpenID Connect Core section 2).
const maxSubject = 255

// checkSubject checks sub (RFC 7519 section 4.1.2; OpenID Connect Core section
// 2). Some issuers write null or an empty string for a program, which has none.
func (v *verification) checkSubject() {
	value := v.claims.Get("sub")
	sub, isText := value.Text()
	isID := v.policy.Kind == KindID && v.kindProblem == ""
	switch {
	case !value.Exists() && isID:
		v.fail(checkSubject, ReasonClaimRefused, "sub is missing", detail{diagnosis: &Diagnosis{Cause: claimMissing, Expected: "sub"}})
	case !value.Exists():
		v.missing(checkSubject, "sub", v.report.Kind == KindID || v.report.Kind == KindAccess)
	case value.Type() == strictjson.TypeNull, isText && sub == "":
		v.judge(checkSubject, failedIf(isID), ReasonClaimRefused, fmt.Sprintf("sub is %s: the token names no subject", value), nil)
	case !isText:
		v.fail(checkSubject, ReasonClaimRefused, "sub is "+ofType(value)+", not a string", detail{})
	case len(sub) > maxSubject || !isASCII(sub):
		v.judge(checkSubject, failedIf(isID), ReasonClaimRefused, "sub is longer than 255 characters or not ASCII", nil)
	default:
		v.pass(checkSubject)
	}
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}

// checkParty checks azp, the client that the token was issued to (OpenID
// Connect Core section 3.1.3.7, steps 4 and 5).
func (v *verification) checkParty() {
	value := v.claims.Get("azp")
	azp, isText := value.Text()
	judged := v.policy.Kind == KindID && !v.policy.AnyAudience && v.kindProblem == ""
	switch {
	case value.Type() == strictjson.TypeNull:
		v.warn(checkParty, ReasonClaimRefused, "azp is null: taken as absent")
	case value.Exists() && !isText:
		v.failParty("azp is "+ofType(value)+", not a string", strictjson.Value{}, nil)
	case !value.Exists() && len(v.claims.Get("aud").Items()) > 1 && v.kindProblem == "" && (v.policy.Kind == KindID || v.report.Kind == KindID):
		v.warn(checkParty, ReasonClaimRefused, "the token has several audiences but no azp to say which of them requested it")
	case !value.Exists():
		v.skip(checkParty)
	case v.policy.ClientID != "" && azp == v.policy.ClientID:
		v.pass(checkParty)
	case v.policy.ClientID != "":
		v.failParty(fmt.Sprintf("expected client %q, but the token was issued to %q", v.policy.ClientID, azp), strictjson.From(v.policy.ClientID), nil)
	case judged && !slices.Contains(v.policy.Audiences, azp):
		v.failParty(fmt.Sprintf("expected client %s, but the token was issued to %q", quoteOr(v.policy.Audiences), azp),
			strictjson.From(v.policy.Audiences), &Diagnosis{Cause: otherParty, Found: azp})
	case judged:
		v.pass(checkParty)
	default:
		v.judge(checkParty, unchecked, "", fmt.Sprintf("the token was issued to client %q", azp),
			&detail{diagnosis: &Diagnosis{Cause: otherParty, Found: azp}})
	}
}

func (v *verification) failParty(message string, expected strictjson.Value, diagnosis *Diagnosis) {
	v.fail(checkParty, ReasonClaimRefused, message, detail{expected: expected, diagnosis: diagnosis})
}

// checkNames looks for claims that a careless reader would take for known ones
// (RFC 7519 section 10.1.1), and at claims copied into the header (section 5.3).
func (v *verification) checkNames() {
	var alike []string
	for _, m := range v.claims.Members() {
		if known := lookAlike(m.Name); known != "" {
			alike = append(alike, fmt.Sprintf("%q is not %s", m.Name, known))
		}
	}
	if len(alike) > 0 {
		v.warn(checkClaimNames, ReasonClaimRefused, join(alike))
	} else {
		v.pass(checkClaimNames)
	}
	v.checkHeaderClaims()
}

// lookAlike returns the known claim that a name is another spelling of, or an
// empty string.
func lookAlike(name string) string {
	if isPrintableASCII(name) && strings.ToLower(name) == name { // as the known ones are
		return ""
	}
	for _, known := range [...]string{
		"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "nonce", "azp", "auth_time", "at_hash", "c_hash", "s_hash",
		"acr", "amr", "sid", "client_id", "scope", "events", "cnf",
	} {
		if name != known && strings.EqualFold(name, known) {
			return known
		}
	}
	return ""
}

func (v *verification) checkHeaderClaims() {
	copied := present(v.token.Header(), "iss", "sub", "aud")
	for _, name := range copied {
		inHeader, claim := v.token.Header().Get(name), v.claims.Get(name)
		if !strictjson.Equal(inHeader, claim) {
			v.fail(checkHeaderClaims, ReasonClaimRefused, name+" in the header differs from the claim", detail{expected: claim, actual: inHeader})
			return
		}
	}
	if len(copied) == 0 {
		v.skip(checkHeaderClaims)
		return
	}
	v.passBecause(checkHeaderClaims, join(copied)+" in the header equal the claims", nil)
}

// checkBinding shows what restricts a token beyond its claims. None of it is
// enforced here: that takes a proof, which is not part of the token.
func (v *verification) checkBinding() {
	if cnf := v.claims.Get("cnf"); cnf.Exists() {
		v.judge(checkConfirmation, unchecked, "",
			"the token is bound to a key of its sender, which is NOT CHECKED here: an API must refuse it as a plain bearer token", &detail{actual: cnf})
	} else {
		v.skip(checkConfirmation)
	}
	if hasMember(v.claims, "_sd", "_sd_alg") {
		v.skipBecause(checkDisclosure, "the token has selectively disclosable claims; disclosures are NOT CHECKED here")
	} else {
		v.skip(checkDisclosure)
	}
}

// hasMember looks for members of two names at any depth.
func hasMember(v strictjson.Value, one, other string) bool {
	inMember := func(m strictjson.Member) bool {
		return m.Name == one || m.Name == other || hasMember(m.Value, one, other)
	}
	inItem := func(item strictjson.Value) bool { return hasMember(item, one, other) }
	return slices.ContainsFunc(v.Members(), inMember) || slices.ContainsFunc(v.Items(), inItem)
}
