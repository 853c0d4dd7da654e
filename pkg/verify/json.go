package verify

import (
	"time"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// MarshalJSON returns the report as docs/report.schema.json describes it, without
// what only the command knows: exit_code and the hints.
func (r *Report) MarshalJSON() ([]byte, error) {
	checks := r.Checks()
	for i, c := range checks {
		if c.Status != Failed {
			checks[i].Reason = ""
		}
	}
	verdict, reason := "rejected", string(r.Reason)
	if r.Accepted {
		verdict, reason = "accepted", "accepted"
	}
	return strictjson.From(struct {
		Verdict        string           `json:"verdict"`
		Reason         string           `json:"reason"`
		Kind           Kind             `json:"kind"`
		EvaluatedAt    string           `json:"evaluated_at"`
		Checks         []Check          `json:"checks"`
		Key            *KeyInfo         `json:"key"`
		Header         strictjson.Value `json:"header"`
		Claims         strictjson.Value `json:"claims"`
		RejectedClaims strictjson.Value `json:"rejected_claims"`
	}{verdict, reason, r.Kind, r.EvaluatedAt.UTC().Format(time.RFC3339), checks, r.Key, r.Header, r.Claims(), r.RejectedClaims()}).MarshalJSON()
}
