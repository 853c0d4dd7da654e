package verify

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// checkIssuer compares iss byte for byte (RFC 7519 section 4.1.1; OpenID
// Connect Core section 3.1.3.7, step 2).
func (v *verification) checkIssuer() {
	value := v.claims.Get("iss")
	iss, isText := value.Text()
	c := Check{ID: CheckIssuer, Status: Failed, Reason: ReasonWrongIssuer, Actual: value}
	if !v.policy.AnyIssuer {
		c.Expected = strictjson.String(v.policy.Issuer)
	}
	switch {
	case value.Exists() && !isText:
		c.Message = "iss is of type " + value.Kind().String() + ", not a string"
	case v.policy.AnyIssuer && !value.Exists():
		c.Status, c.Message = NotChecked, "any issuer is allowed, and the token names none"
	case v.policy.AnyIssuer:
		c.Status, c.Message = NotChecked, fmt.Sprintf("any issuer is allowed; the token says %q", iss)
	case !value.Exists():
		c.Message = "iss is missing"
		c.Diagnosis = &Diagnosis{Kind: ClaimMissing, Wanted: "iss"}
	case IsTemplate(v.policy.Issuer):
		v.checkTenant(c, iss)
		return
	case iss == v.policy.Issuer:
		c.Status, c.Message = Passed, iss
	default:
		c.Message = fmt.Sprintf("the token is from %q, not from %q", iss, v.policy.Issuer)
		c.Diagnosis = Compare(v.policy.Issuer, iss)
	}
	v.report.add(c)
}

// checkAudience demands that aud names one of the wanted audiences (RFC 7519
// section 4.1.3).
func (v *verification) checkAudience() {
	value := v.claims.Get("aud")
	list, valid := audiences(value)
	c := Check{ID: CheckAudience, Status: Failed, Reason: ReasonWrongAudience, Actual: value}
	if !v.policy.AnyAudience {
		c.Expected = strictjson.Strings(v.policy.Audiences)
	}
	matches := func(a string) bool { return slices.Contains(v.policy.Audiences, a) }
	switch {
	case value.Exists() && !valid:
		c.Message = "aud is neither a string nor an array of strings"
	case v.policy.AnyAudience && !value.Exists():
		c.Status, c.Message = NotChecked, "any audience is allowed, and the token names none"
	case v.policy.AnyAudience:
		c.Status, c.Message = NotChecked, "any audience is allowed; the token is for "+quoteOrNobody(list)
	case !value.Exists():
		c.Message = "aud is missing"
		c.Diagnosis = v.diagnoseNoAudience()
	case slices.ContainsFunc(list, matches):
		c = v.judgeOtherAudiences(c, list)
	default:
		c.Message = fmt.Sprintf("the token is for %s, not for %s", quoteOrNobody(list), quoteOr(v.policy.Audiences))
		c.Diagnosis = v.diagnoseAudience(list)
	}
	v.report.add(c)
}

// judgeOtherAudiences: an ID token must not be for parties that are not trusted
// (OpenID Connect Core section 3.1.3.7, step 3), unless azp says that it was
// issued to the wanted client.
func (v *verification) judgeOtherAudiences(c Check, list []string) Check {
	c.Status, c.Message = Passed, "the token is for "+quoteAll(list)
	if v.policy.Kind != KindID {
		return c
	}
	others := slices.DeleteFunc(slices.Clone(list), func(a string) bool { return slices.Contains(v.policy.Audiences, a) })
	if len(others) == 0 {
		return c
	}
	c.Message = fmt.Sprintf("the ID token is also for %s", quoteAll(others))
	azp, _ := v.claims.Get("azp").Text()
	if azp != "" && (azp == v.policy.ClientID || slices.Contains(v.policy.Audiences, azp)) {
		c.Status = Warning
		return c
	}
	c.Status = Failed
	return c
}

// audiences reads aud, a string or an array of strings.
func audiences(value strictjson.Value) ([]string, bool) {
	if s, ok := value.Text(); ok {
		return []string{s}, true
	}
	return value.TextList()
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
		quoted[i] = fmt.Sprintf("%q", s)
	}
	return strings.Join(quoted, " or ")
}

// diagnoseAudience recognises what is behind an audience that is not wanted:
// an access token that names its client elsewhere, as Authgear's do, an ID token
// in place of an access token, or a difference that is easily overlooked.
func (v *verification) diagnoseAudience(list []string) *Diagnosis {
	for _, wanted := range v.policy.Audiences {
		for _, found := range list {
			if d := Compare(wanted, found); d.Kind == DifferentCase || d.Kind == DifferentSlash {
				return d
			}
		}
	}
	iss, _ := v.claims.Get("iss").Text()
	client := v.clientOf()
	isID := v.report.Kind == KindID && v.policy.Kind != KindID && !v.policy.AuthAge && v.forClient(list)
	switch {
	case slices.Contains(list, iss) && slices.Contains(v.policy.Audiences, client):
		return &Diagnosis{Kind: AudienceIsIssuer, Wanted: client, Found: iss}
	case slices.Contains(v.policy.Audiences, client):
		return &Diagnosis{Kind: ClientAsAudience, Wanted: client, Names: list}
	case isForGraph(v.report.seen()):
		return &Diagnosis{Kind: AudienceIsElsewhere}
	case isID && len(list) > 0:
		return &Diagnosis{Kind: AudienceIsClient, Found: list[0], Names: list}
	}
	return &Diagnosis{Kind: DifferentValue, Names: list}
}

// forClient tells whether what looks like an ID token is for a client: it has what
// only ID tokens have, or is for the client that it names.
func (v *verification) forClient(list []string) bool {
	if len(accessMarkers(v.claims)) > 0 {
		return false
	}
	return len(idMarkers(v.claims)) > 0 || len(stated(v.claims, "nonce", "auth_time", "sid")) > 0 || slices.Contains(list, v.clientOf())
}

// diagnoseNoAudience recognises tokens that name a client in place of an
// audience, as Cognito's do.
func (v *verification) diagnoseNoAudience() *Diagnosis {
	if client := v.clientOf(); client != "" && v.claims.Get("token_use").Exists() {
		return &Diagnosis{Kind: ClientInsteadOfAudience, Found: client}
	}
	return &Diagnosis{Kind: ClaimMissing, Wanted: "aud"}
}

// clientOf returns the client that the token names, or an empty string.
func (v *verification) clientOf() string {
	for _, name := range []string{"client_id", "azp", "cid", "appid"} {
		if client, _ := v.claims.Get(name).Text(); client != "" {
			return client
		}
	}
	return ""
}

// checkSubject: where present, sub is a string that is not empty (RFC 7519
// section 4.1.2; OpenID Connect Core section 2 limits it to 255 ASCII
// characters).
func (v *verification) checkSubject() {
	value := v.claims.Get("sub")
	sub, isText := value.Text()
	isID := v.policy.Kind == KindID
	c := Check{ID: CheckSubject, Status: Failed, Reason: ReasonClaimRefused, Actual: value}
	switch {
	case !value.Exists() && isID:
		c.Message = "sub is missing"
		c.Diagnosis = &Diagnosis{Kind: ClaimMissing, Wanted: "sub"}
	case !value.Exists():
		v.missing(CheckSubject, "sub", v.report.Kind == KindID || v.report.Kind == KindAccess)
		return
	case !isText:
		c.Message = "sub is of type " + value.Kind().String() + ", not a string"
	case sub == "":
		c.Message = "sub is empty"
	case len(sub) > 255 || !isASCII(sub):
		c.Message = "sub is longer than 255 characters or not ASCII"
		if !isID {
			c.Status = Warning
		}
	default:
		c.Status, c.Message = Passed, sub
	}
	v.report.add(c)
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}

// checkParty judges azp, the client that the token was issued to (OpenID
// Connect Core section 3.1.3.7, steps 4 and 5).
func (v *verification) checkParty() {
	value := v.claims.Get("azp")
	azp, isText := value.Text()
	list, _ := audiences(v.claims.Get("aud"))
	c := Check{ID: CheckParty, Status: Failed, Reason: ReasonClaimRefused, Actual: value}
	switch {
	case value.Exists() && !isText:
		c.Message = "azp is of type " + value.Kind().String() + ", not a string"
	case !value.Exists() && len(list) > 1 && (v.policy.Kind == KindID || v.report.Kind == KindID):
		c.Status, c.Message = Warning, "the token is for several audiences, but azp does not say which one asked for it"
	case !value.Exists():
		c.Status, c.Message = NotChecked, "the token has no azp"
	case v.policy.ClientID != "" && azp == v.policy.ClientID:
		c.Status, c.Message = Passed, "issued to "+azp
	case v.policy.ClientID != "":
		c.Expected = strictjson.String(v.policy.ClientID)
		c.Message = fmt.Sprintf("issued to client %q, not to %q", azp, v.policy.ClientID)
	case v.policy.Kind == KindID && !v.policy.AnyAudience && !slices.Contains(v.policy.Audiences, azp):
		c.Expected = strictjson.Strings(v.policy.Audiences)
		c.Message = fmt.Sprintf("issued to client %q, not to %s", azp, quoteOr(v.policy.Audiences))
		c.Diagnosis = &Diagnosis{Kind: OtherParty, Found: azp}
	case v.policy.Kind == KindID && !v.policy.AnyAudience:
		c.Status, c.Message = Passed, "issued to "+azp
	default:
		c.Status, c.Message = NotChecked, fmt.Sprintf("issued to client %q", azp)
		c.Diagnosis = &Diagnosis{Kind: OtherParty, Found: azp}
	}
	v.report.add(c)
}
