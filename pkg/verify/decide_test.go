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
	if r := decide((*Report).add); r.Verdict != Accepted {
		t.Fatalf("nothing is missing, and it is %s for %s", r.Verdict, r.Reason)
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
			if r.Verdict != Rejected || r.Reason == "" || r.Err() == nil {
				t.Errorf("%s %s: %s for %q", id.id(), name, r.Verdict, r.Reason)
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
		if waived := without == checkIssuer || without == checkAudience; (r.Verdict == Accepted) != waived {
			t.Errorf("without %s: %s", without.id(), r.Verdict)
		}
	}
}

func TestUnknownCheckHasNoSpec(t *testing.T) {
	if spec := (Check{ID: "no_such_check"}).Spec(); spec != "" {
		t.Errorf("got %q", spec)
	}
}
