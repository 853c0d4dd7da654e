package verify

import (
	"slices"
)

// decide sets the verdict. Acceptance needs positive evidence: each required check
// was made and passed, if only with a warning.
func (r *Report) decide(p *Policy) {
	if p.Strict {
		for i := range r.checks {
			if r.checks[i].state == warned {
				r.checks[i].state, r.checks[i].strict = failed, true
			}
		}
	}
	signature := r.find(checkSignature)
	r.SignatureVerified = signature != nil && signature.state == passed
	r.Accepted, r.Reason = false, r.mostSevere(reasons())
	r.Trusted = r.SignatureVerified && (r.Reason == "" || rankOf(r.Reason) > rankOf(ReasonWrongAudience))
	if r.Reason != "" {
		return
	}
	for _, id := range required() {
		if !r.holds(id) && !p.waives(id) {
			r.Reason = ReasonMalformed
			return
		}
	}
	r.Accepted = true
}

// mostSevere returns the first reason in order for which a check failed, or none.
func (r *Report) mostSevere(order []Reason) Reason {
	first := len(order)
	for i := range r.checks {
		if o := &r.checks[i]; o.state == failed {
			if at := slices.Index(order, o.reason.reason()); at >= 0 {
				first = min(first, at)
			}
		}
	}
	if first == len(order) {
		return ""
	}
	return order[first]
}

func (r *Report) holds(id check) bool {
	o := r.find(id)
	return o != nil && (o.state == passed || o.state == warned)
}

// required returns the checks that must pass before a token is accepted. Whatever
// else the policy requires fails by itself if it is not met.
func required() []check {
	return []check{
		checkStructure, checkEncoding, checkHeader, checkPayload, checkCritical,
		checkAlgorithm, checkKey, checkSignature, checkIssuer, checkAudience, checkExpiry,
	}
}

// waives reports whether the policy says that a required check need not be made.
func (p *Policy) waives(id check) bool {
	return id == checkIssuer && p.AnyIssuer || id == checkAudience && p.AnyAudience
}
