package verify

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// checkIssuer compares iss byte for byte (RFC 7519 section 4.1.1; OpenID
// Connect Core section 3.1.3.7, step 2).
func (v *verification) checkIssuer() {
	value := v.claims.Get("iss")
	iss, isText := value.Text()
	switch {
	case v.excused(value):
		v.skip(checkIssuer, "not checked: this is "+v.nature.name)
	case value.Exists() && !isText:
		v.failIssuer("iss is "+ofType(value)+", not a string", nil)
	case v.policy.AnyIssuer && !value.Exists():
		v.skip(checkIssuer, "any issuer is allowed, and the token names none")
	case v.policy.AnyIssuer:
		v.report.add(outcome{id: checkIssuer, state: unchecked, say: func(r *Report) string {
			return fmt.Sprintf("any issuer is allowed; the token says %q", r.text("iss"))
		}})
	case !value.Exists():
		v.failIssuer("iss is missing", &Diagnosis{Kind: claimMissing, Expected: "iss"})
	case IsTemplate(v.policy.Issuer):
		v.checkTenant(iss)
	case iss == v.policy.Issuer:
		v.pass(checkIssuer, iss)
	default:
		v.failIssuer(fmt.Sprintf("expected %q, but the token is from %q", v.policy.Issuer, iss), Compare(v.policy.Issuer, iss))
	}
}

func (v *verification) failIssuer(message string, diagnosis *Diagnosis) {
	d := detail{actual: v.claims.Get("iss"), diagnosis: diagnosis}
	if !v.policy.AnyIssuer {
		d.expected = strictjson.From(v.policy.Issuer)
	}
	v.fail(checkIssuer, ReasonWrongIssuer, message, d)
}

// checkTenant matches an expected issuer that is a template: tid is a GUID, iss
// is the template with that GUID in it and so, where the key says whose tokens it
// signs, is the key's issuer.
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
		v.pass(checkIssuer, iss)
	}
}

// isGUID reports whether s is a GUID in its usual form: 8-4-4-4-12 hex digits.
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

// checkAudience requires aud to contain one of the expected audiences (RFC 7519
// section 4.1.3).
func (v *verification) checkAudience() {
	value := v.claims.Get("aud")
	switch {
	case v.excused(value):
		v.skip(checkAudience, "not checked: this is "+v.nature.name)
	case value.Exists() && !isAudience(value):
		v.failAudience("aud is neither a string nor an array of strings", nil)
	case v.policy.AnyAudience && !value.Exists():
		v.skip(checkAudience, "any audience is allowed, and the token names none")
	case v.policy.AnyAudience:
		v.report.add(outcome{id: checkAudience, state: unchecked, say: func(r *Report) string {
			return "any audience is allowed; the token is for " + quoteOrNobody(r.claims.Get("aud").Texts())
		}})
	case !value.Exists():
		v.failAudience("aud is missing", v.diagnoseNoAudience())
	case v.hasExpectedAudience(value):
		v.checkOtherAudiences(value)
	default:
		list := value.Texts()
		v.failAudience(fmt.Sprintf("expected %s, but the token is for %s", quoteOr(v.policy.Audiences), quoteOrNobody(list)), v.diagnoseAudience(list))
	}
}

func (v *verification) failAudience(message string, diagnosis *Diagnosis) {
	d := detail{actual: v.claims.Get("aud"), diagnosis: diagnosis}
	if !v.policy.AnyAudience {
		d.expected = strictjson.From(v.policy.Audiences)
	}
	v.fail(checkAudience, ReasonWrongAudience, message, d)
}

func (v *verification) hasExpectedAudience(aud strictjson.Value) bool {
	if one, ok := aud.Text(); ok {
		return slices.Contains(v.policy.Audiences, one)
	}
	return slices.ContainsFunc(aud.Items(), func(item strictjson.Value) bool {
		one, _ := item.Text()
		return slices.Contains(v.policy.Audiences, one)
	})
}

// checkOtherAudiences: an ID token must not be for parties that are not trusted
// (OpenID Connect Core section 3.1.3.7, step 3), unless azp says that it was
// issued to the expected client.
func (v *verification) checkOtherAudiences(aud strictjson.Value) {
	if v.policy.Kind != KindID || v.kindProblem != "" {
		v.passSaying(checkAudience, sayAudience)
		return
	}
	others := slices.DeleteFunc(aud.Texts(), func(a string) bool { return slices.Contains(v.policy.Audiences, a) })
	if len(others) == 0 {
		v.passSaying(checkAudience, sayAudience)
		return
	}
	message := "the ID token is also for " + quoteAll(others)
	if azp := v.report.text("azp"); azp != "" && (azp == v.policy.ClientID || slices.Contains(v.policy.Audiences, azp)) {
		v.warn(checkAudience, ReasonWrongAudience, message)
		return
	}
	v.failAudience(message, nil)
}

func sayAudience(r *Report) string {
	return "the token is for " + quoteAll(r.claims.Get("aud").Texts())
}

// isAudience reports whether a claim is a string or an array of strings.
func isAudience(value strictjson.Value) bool {
	notText := func(item strictjson.Value) bool { return item.Kind() != strictjson.KindString }
	return value.Kind() == strictjson.KindString || value.Kind() == strictjson.KindArray && !slices.ContainsFunc(value.Items(), notText)
}

func quoteOrNobody(list []string) string {
	if len(list) == 0 {
		return "nobody"
	}
	return quoteAll(list)
}

func quoteOr(list []string) string {
	quoted := make([]string, len(list))
	for i, s := range list {
		quoted[i] = strconv.Quote(s)
	}
	return strings.Join(quoted, " or ")
}

// ofType names the type of a value that is not what it should be.
func ofType(value strictjson.Value) string {
	switch kind := value.Kind(); kind {
	case strictjson.KindNull:
		return "null"
	case strictjson.KindArray, strictjson.KindObject:
		return "an " + kind.String()
	default:
		return "a " + kind.String()
	}
}

// text returns a claim that is a string, else an empty string.
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
		v.fail(checkSubject, ReasonClaimRefused, "sub is missing", detail{diagnosis: &Diagnosis{Kind: claimMissing, Expected: "sub"}})
	case !value.Exists():
		v.missing(checkSubject, "sub", v.report.Kind == KindID || v.report.Kind == KindAccess)
	case value.Kind() == strictjson.KindNull, isText && sub == "":
		v.refuseIf(isID, checkSubject, fmt.Sprintf("sub is %s: the token names no subject", value))
	case !isText:
		v.fail(checkSubject, ReasonClaimRefused, "sub is "+ofType(value)+", not a string", detail{actual: value})
	case len(sub) > maxSubject || !isASCII(sub):
		v.refuseIf(isID, checkSubject, "sub is longer than 255 characters or not ASCII")
	default:
		v.pass(checkSubject, sub)
	}
}

// refuseIf adds a failed check if the rule is binding, else a warning.
func (v *verification) refuseIf(binding bool, id check, message string) {
	s := warned
	if binding {
		s = failed
	}
	v.report.add(outcome{id: id, state: s, message: message})
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] > unicode.MaxASCII {
			return false
		}
	}
	return true
}

// checkParty checks azp, the client that the token was issued to (OpenID
// Connect Core section 3.1.3.7, steps 4 and 5).
func (v *verification) checkParty() {
	value := v.claims.Get("azp")
	azp, isText := value.Text()
	judged := v.policy.Kind == KindID && !v.policy.AnyAudience && v.kindProblem == ""
	switch {
	case value.Kind() == strictjson.KindNull:
		v.warn(checkParty, ReasonClaimRefused, "azp is null: taken as absent")
	case value.Exists() && !isText:
		v.failParty("azp is "+ofType(value)+", not a string", strictjson.Value{}, nil)
	case !value.Exists() && len(v.claims.Get("aud").Items()) > 1 && v.kindProblem == "" && (v.policy.Kind == KindID || v.report.Kind == KindID):
		v.warn(checkParty, ReasonClaimRefused, "the token has several audiences but no azp to say which of them requested it")
	case !value.Exists():
		v.skip(checkParty, "the token has no azp")
	case v.policy.ClientID != "" && azp == v.policy.ClientID:
		v.pass(checkParty, azp)
	case v.policy.ClientID != "":
		v.failParty(fmt.Sprintf("expected client %q, but the token was issued to %q", v.policy.ClientID, azp), strictjson.From(v.policy.ClientID), nil)
	case judged && !slices.Contains(v.policy.Audiences, azp):
		v.failParty(fmt.Sprintf("expected client %s, but the token was issued to %q", quoteOr(v.policy.Audiences), azp),
			strictjson.From(v.policy.Audiences), &Diagnosis{Kind: otherParty, Found: azp})
	case judged:
		v.pass(checkParty, azp)
	default:
		v.report.add(outcome{
			id: checkParty, state: unchecked, message: fmt.Sprintf("the token was issued to client %q", azp),
			detail: &detail{actual: value, diagnosis: &Diagnosis{Kind: otherParty, Found: azp}},
		})
	}
}

func (v *verification) failParty(message string, expected strictjson.Value, diagnosis *Diagnosis) {
	v.fail(checkParty, ReasonClaimRefused, message, detail{expected: expected, actual: v.claims.Get("azp"), diagnosis: diagnosis})
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
		v.pass(checkClaimNames, "no look-alikes")
	}
	v.checkHeaderClaims()
}

// lookAlike returns the known claim that a name is another spelling of, or an
// empty string.
func lookAlike(name string) string {
	if isASCII(name) && strings.ToLower(name) == name { // as the known ones are
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
		v.skip(checkHeaderClaims, "no claims in the header")
		return
	}
	v.pass(checkHeaderClaims, join(copied)+" in the header equal the claims")
}

// checkBinding shows what restricts a token beyond its claims. None of it is
// enforced here: that takes a proof, which is not part of the token.
func (v *verification) checkBinding() {
	if cnf := v.claims.Get("cnf"); cnf.Exists() {
		v.report.add(outcome{
			id: checkConfirmation, state: unchecked, detail: &detail{actual: cnf},
			message: "the token is bound to a key of its sender, which is NOT CHECKED here: an API must refuse it as a plain bearer token",
		})
	} else {
		v.skip(checkConfirmation, "the token is not bound to a key of its sender")
	}
	if hasMember(v.claims, "_sd", "_sd_alg") {
		v.skip(checkDisclosure, "the token has selectively disclosable claims; disclosures are NOT CHECKED here")
	} else {
		v.skip(checkDisclosure, "nothing is selectively disclosed")
	}
}

// hasMember looks for members of two names at any depth.
func hasMember(v strictjson.Value, one, other string) bool {
	for _, m := range v.Members() {
		if m.Name == one || m.Name == other || hasMember(m.Value, one, other) {
			return true
		}
	}
	for _, item := range v.Items() {
		if hasMember(item, one, other) {
			return true
		}
	}
	return false
}

// lookup finds a claim: by its exact name, else by a path of names
// joined by dots, or by a JSON pointer, which begins with a slash (RFC 6901).
// The result is absent where there is none.
func lookup(claims strictjson.Value, path string) strictjson.Value {
	if strings.HasPrefix(path, "/") {
		return lookupPointer(claims, path[1:])
	}
	if v := claims.Get(path); v.Exists() || !strings.Contains(path, ".") {
		return v
	}
	return descend(claims, strings.Split(path, ".")...)
}

func descend(v strictjson.Value, names ...string) strictjson.Value {
	for _, name := range names {
		v = v.Get(name)
	}
	return v
}

func lookupPointer(v strictjson.Value, pointer string) strictjson.Value {
	for name := range strings.SplitSeq(pointer, "/") {
		if badEscape(name) {
			return strictjson.Value{}
		}
		if v.Kind() == strictjson.KindArray {
			v = item(v, name)
			continue
		}
		v = v.Get(strings.NewReplacer("~1", "/", "~0", "~").Replace(name))
	}
	return v
}

// badEscape reports whether a tilde is followed by neither 0 nor 1 (RFC 6901
// section 3).
func badEscape(pointer string) bool {
	for i := range len(pointer) {
		if pointer[i] == '~' && (i+1 == len(pointer) || pointer[i+1] != '0' && pointer[i+1] != '1') {
			return true
		}
	}
	return false
}

// item returns an item of an array by its index, written without leading zeros
// (RFC 6901 section 4).
func item(v strictjson.Value, index string) strictjson.Value {
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 || i >= len(v.Items()) || strconv.Itoa(i) != index {
		return strictjson.Value{}
	}
	return v.Items()[i]
}
