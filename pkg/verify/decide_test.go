package verify

import "testing"

// TestAcceptanceNeedsPositiveEvidence takes from a good report what it needs, one
// by one.
func TestAcceptanceNeedsPositiveEvidence(t *testing.T) {
	policy := &Policy{Issuer: "https://issuer.example", Audiences: []string{"api"}}
	decide := func(edit func(*Report, outcome)) *Report {
		r := &Report{}
		for _, id := range required() {
			edit(r, outcome{id: id, state: passed})
		}
		r.decide(policy)
		return r
	}
	if r := decide((*Report).add); !r.Accepted {
		t.Fatalf("nothing is missing, and accepted=%t for %s", r.Accepted, r.Reason)
	}
	for _, id := range required() {
		for name, edit := range map[string]func(*Report, outcome){
			"not made":             func(*Report, outcome) {},
			"not done":             func(r *Report, o outcome) { o.state = unchecked; r.add(o) },
			"without a reason":     func(r *Report, o outcome) { o.state = failed; r.add(o) },
			"unknown reason":       func(r *Report, o outcome) { o.state, o.reason = failed, rankOf("whatever"); r.add(o) },
			"without a state":      func(r *Report, o outcome) { r.add(outcome{id: o.id}) },
			"of an unknown status": func(r *Report, o outcome) { o.state = stateOf("fine"); r.add(o) },
		} {
			r := decide(func(r *Report, o outcome) {
				if o.id == id {
					edit(r, o)
				} else {
					r.add(o)
				}
			})
			if r.Accepted || r.Reason == "" || r.Err() == nil {
				t.Errorf("%s %s: accepted=%t for %q", id.id(), name, r.Accepted, r.Reason)
			}
		}
	}
}

// An issuer or an audience that the policy waives need not be checked; nothing
// else can be waived.
func TestWaivedChecks(t *testing.T) {
	policy := &Policy{AnyIssuer: true, AnyAudience: true}
	for _, without := range required() {
		r := &Report{}
		for _, id := range required() {
			if id != without {
				r.add(outcome{id: id, state: passed})
			}
		}
		r.decide(policy)
		if waived := without == checkIssuer || without == checkAudience; r.Accepted != waived {
			t.Errorf("without %s: accepted=%t", without.id(), r.Accepted)
		}
	}
}

func TestUnknownCheckHasNoSpec(t *testing.T) {
	r := Report{checks: []outcome{{id: checkOther, remark: &remark{detail: &detail{id: "no_such_check"}}}}}
	if c, ok := r.Check("no_such_check"); !ok || c.Spec != "" {
		t.Errorf("got %+v", c)
	}
}
