package verify

import (
	"time"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

func (c Check) document() strictjson.Value {
	if c.Status != Failed {
		c.Reason = ""
	}
	return strictjson.From(struct {
		ID       string           `json:"id"`
		Status   Status           `json:"status"`
		Reason   Reason           `json:"reason,omitzero"`
		Expected strictjson.Value `json:"expected"`
		Actual   strictjson.Value `json:"actual"`
		Message  string           `json:"message"`
		Spec     string           `json:"spec,omitzero"`
	}{c.ID, c.Status, c.Reason, c.Expected, c.Actual, c.Message, c.Spec})
}

// MarshalJSON returns the report as docs/report.schema.json describes it, without
// what only the command knows: exit_code and the hints.
func (r *Report) MarshalJSON() ([]byte, error) {
	checks := make([]strictjson.Value, len(r.checks))
	for i := range r.checks {
		checks[i] = r.describe(&r.checks[i]).document()
	}
	verdict, reason := "rejected", string(r.Reason)
	if r.Accepted {
		verdict, reason = "accepted", "accepted"
	}
	return strictjson.From(struct {
		Verdict        string             `json:"verdict"`
		Reason         string             `json:"reason"`
		Kind           Kind               `json:"kind"`
		EvaluatedAt    string             `json:"evaluated_at"`
		Checks         []strictjson.Value `json:"checks"`
		Key            *KeyInfo           `json:"key"`
		Header         strictjson.Value   `json:"header"`
		Claims         strictjson.Value   `json:"claims"`
		RejectedClaims strictjson.Value   `json:"rejected_claims"`
	}{verdict, reason, r.Kind, r.EvaluatedAt.UTC().Format(time.RFC3339), checks, r.Key, r.Header, r.Claims(), r.RejectedClaims()}).MarshalJSON()
}
