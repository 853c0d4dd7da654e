package oracle

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/pkg/verify"
)

// applies reports whether a difference may be the cause of what a check says.
func (e *difference) applies(d *draft) bool {
	named := func(name string) bool { return slices.Contains(d.oddities, name) }
	return slices.ContainsFunc(e.must, named) || slices.ContainsFunc(e.may, named) ||
		e.mustWhen != nil && e.mustWhen(d) || e.mayWhen != nil && e.mayWhen(d)
}

// demands reports whether the check has to fail: nothing but this difference is
// odd about the token.
func (e *difference) demands(d *draft) bool {
	rest := slices.DeleteFunc(slices.Clone(d.oddities), func(name string) bool { return name == "another kind is required" })
	if e.mustWhen != nil && len(rest) < 2 {
		return e.mustWhen(d)
	}
	return len(rest) == 1 && slices.Contains(e.must, rest[0]) && (e.check != "key" || !d.otherwiseTrusted())
}

// otherwiseTrusted reports whether there is another key to try: one of the same
// kid and family, be it the very key that signed.
func (d *draft) otherwiseTrusted() bool {
	fitting := 0
	for _, e := range d.trusted {
		if e.public != nil && familyOf(e.public) == family(d.alg) {
			fitting++
		}
		if e.public != nil && familyOf(e.public) == d.signer.family && d.signer.family != family(d.alg) {
			fitting++
		}
	}
	return fitting > 1
}

func unadvertised(d *draft) bool {
	return d.policy.Kind == verify.KindID && d.advertised != nil && !d.symmetric() // a secret comes without metadata
}

func at(d *draft) float64 { return float64(d.now.UnixNano()) / float64(time.Second) }

// usableTime reads the JSON text of a time, if it is one.
func usableTime(text string) (float64, bool) {
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil && math.Abs(n) <= 1<<53-1
}

func deadOnArrival(d *draft) bool {
	exp, hasExp := usableTime(d.claims.get("exp"))
	iat, hasIat := usableTime(d.claims.get("iat"))
	return hasExp && hasIat && exp <= iat
}

func tooShort(d *draft) bool {
	exp, ok := usableTime(d.claims.get("exp"))
	return ok && d.policy.MinValidity > 0 && at(d)+d.policy.MinValidity.Seconds() > exp
}

func slightlyAhead(d *draft) bool {
	iat, ok := usableTime(d.claims.get("iat"))
	return ok && iat <= at(d)+d.policy.Leeway.Seconds()+10
}

// incomplete reports whether a claim that the required kind requires is missing
// or has no value.
func incomplete(d *draft) bool {
	required := map[verify.Kind][]string{
		verify.KindID:     {"iss", "sub", "aud", "exp", "iat"},
		verify.KindAccess: {"iss", "exp", "aud", "sub", "client_id", "iat", "jti"},
		verify.KindLogout: {"iss", "aud", "iat", "exp", "jti"},
	}
	return slices.ContainsFunc(required[d.policy.Kind], func(name string) bool {
		return !d.claims.has(name) || d.claims.get(name) == "null"
	})
}

// wrongType reports whether typ says that the token is never a bearer token, or
// of another kind than is required.
func wrongType(d *draft) bool {
	typ := ""
	_ = json.Unmarshal([]byte(d.header.get("typ")), &typ)
	switch strings.TrimPrefix(strings.ToLower(typ), "application/") {
	case "dpop+jwt", "kb+jwt", "secevent+jwt", "token-introspection+jwt":
		return true
	case "logout+jwt":
		return d.policy.Kind != verify.KindLogout
	case "at+jwt":
		return d.policy.Kind == verify.KindID || d.policy.Kind == verify.KindLogout
	case "", "jwt":
		return false
	default:
		return d.policy.Kind == verify.KindLogout
	}
}

func copiesDiffer(d *draft) bool {
	for _, name := range []string{"iss", "sub", "aud"} {
		if copied := d.header.get(name); copied != "" && copied != d.claims.get(name) {
			return true
		}
	}
	return false
}
