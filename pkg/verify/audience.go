package verify

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// checkAudience requires aud to contain one of the expected audiences (RFC 7519
// section 4.1.3).
func (v *verification) checkAudience() {
	value := v.claims.Get("aud")
	switch {
	case v.excused(value):
		v.skipBecause(checkAudience, "not checked: this is "+v.nature.name)
	case value.Exists() && !isAudience(value):
		v.failAudience("aud is neither a string nor an array of strings", nil)
	case v.policy.AnyAudience && !value.Exists():
		v.skipBecause(checkAudience, "any audience is allowed, and the token names none")
	case v.policy.AnyAudience:
		v.skip(checkAudience)
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
	v.fail(checkAudience, ReasonWrongAudience, message, detail{diagnosis: diagnosis})
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

// checkOtherAudiences requires every other audience of an ID token to be trusted
// (OpenID Connect Core section 3.1.3.7, step 3), unless azp is the expected client.
func (v *verification) checkOtherAudiences(aud strictjson.Value) {
	if v.policy.Kind != KindID || v.kindProblem != "" {
		v.pass(checkAudience)
		return
	}
	others := slices.DeleteFunc(aud.Texts(), func(a string) bool { return slices.Contains(v.policy.Audiences, a) })
	if len(others) == 0 {
		v.pass(checkAudience)
		return
	}
	message := "the ID token is also for " + quoteAll(others)
	if azp := v.report.text("azp"); azp != "" && (azp == v.policy.ClientID || slices.Contains(v.policy.Audiences, azp)) {
		v.warn(checkAudience, ReasonWrongAudience, message)
		return
	}
	v.failAudience(message, nil)
}

// isAudience reports whether a claim is a string or an array of strings.
func isAudience(value strictjson.Value) bool {
	notText := func(item strictjson.Value) bool { return item.Type() != strictjson.TypeString }
	return value.Type() == strictjson.TypeString || value.Type() == strictjson.TypeArray && !slices.ContainsFunc(value.Items(), notText)
}

func quoteOrNobody(list []string) string {
	if len(list) == 0 {
		return "nobody"
	}
	return quoteAll(list)
}

func quoteOr(list []string) string { return strings.Join(quoted(list), " or ") }

// quoteAll writes a list for people, in quotes and no more of it than they read.
func quoteAll(list []string) string {
	const most = 10
	names := quoted(list[:min(len(list), most)])
	if more := len(list) - most; more > 0 {
		names = append(names, strconv.Itoa(more)+" more")
	}
	return join(names)
}

func quoted(list []string) []string {
	quoted := make([]string, len(list))
	for i, s := range list {
		quoted[i] = strconv.Quote(s)
	}
	return quoted
}
