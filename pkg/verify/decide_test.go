package verify

import "testing"

// TestAcceptanceNeedsPositiveEvidence takes from a good report what it needs, one
// by one.
func TestAcceptanceNeedsPositiveEvidence(t *testing.T) {
	policy := &Policy{Issuer: "https://issuer.example", Audiences: []string{"api"}}
	decide := func(edit func(*Report, Check)) *Report {
		r := &Report{}
		for _, id := range required(policy) {
			edit(r, Check{ID: id, Status: Passed})
		}
		r.decide(policy)
		return r
	}
	if r := decide((*Report).add); r.Verdict != Accepted {
		t.Fatalf("nothing is missing, and it is %s for %s", r.Verdict, r.Reason)
	}
	for _, id := range required(policy) {
		for name, edit := range map[string]func(*Report, Check){
			"not made":   func(*Report, Check) {},
			"not done":   func(r *Report, c Check) { c.Status = NotChecked; r.add(c) },
			"of no word": func(r *Report, c Check) { c.Status = Failed; r.add(c) }, // failed, and nobody gave a reason
		} {
			r := decide(func(r *Report, c Check) {
				if c.ID == id {
					edit(r, c)
				} else {
					r.add(c)
				}
			})
			if r.Verdict != Rejected || r.Reason == "" || r.Err() == nil {
				t.Errorf("%s %s: %s for %q", id, name, r.Verdict, r.Reason)
			}
		}
	}
}

func TestUnknownCheckHasNoSpec(t *testing.T) {
	if spec := (Check{ID: "no_such_check"}).Spec(); spec != "" {
		t.Errorf("got %q", spec)
	}
}
