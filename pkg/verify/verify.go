package verify

import (
	"time"

	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/token"
)

// usualChecks is how many checks a report has, or a few more.
const usualChecks = 40

// Verify judges a token by trusted keys and a policy at a time. All checks are
// made, whatever fails first. keys may be nil: then the signature cannot be
// checked and nothing is accepted.
func Verify(t *token.Token, keys Keys, p Policy, now time.Time) *Report {
	v := &verification{
		token: t, claims: t.UnverifiedClaims(), keys: keys, policy: &p, now: now,
		report: &Report{
			EvaluatedAt: now, Header: t.Header(), claims: t.UnverifiedClaims(), Kind: Classify(t),
			Checks: make([]Check, 0, usualChecks),
		},
	}
	v.checkPolicy()
	v.checkStructure()
	v.checkAlgorithm()
	v.checkSignature()
	if v.claims.Exists() {
		v.checkClaims()
	}
	v.report.decide(&p)
	v.addFacts()
	return v.report
}

// Hopeless tells, before public keys are fetched, whether there is no signature
// that any of them could verify: the token is not well formed, or its algorithm
// is refused. A payload that cannot be read is not hopeless in this sense: who
// signed such a token is worth knowing.
func Hopeless(t *token.Token, p Policy) bool {
	v := &verification{token: t, keys: &PublicKeys{}, policy: &p, report: &Report{}}
	v.checkStructure()
	v.checkAlgorithm()
	for _, c := range v.report.Checks {
		if c.Status == Failed && c.ID != CheckPayload {
			return true
		}
	}
	return false
}

// verification is one run of Verify.
type verification struct {
	token  *token.Token
	claims strictjson.Value
	keys   Keys
	policy *Policy
	now    time.Time
	report *Report

	algorithmOK bool
	key         *jwks.Key // that verified the signature, or nil
}

func (v *verification) pass(id CheckID, message string) {
	v.report.add(Check{ID: id, Status: Passed, Message: message})
}

func (v *verification) fail(id CheckID, reason Reason, message string, diagnosis *Diagnosis) {
	v.report.add(Check{ID: id, Status: Failed, Reason: reason, Message: message, Diagnosis: diagnosis})
}

func (v *verification) warn(id CheckID, reason Reason, message string) {
	v.report.add(Check{ID: id, Status: Warning, Reason: reason, Message: message})
}

func (v *verification) skip(id CheckID, message string) {
	v.report.add(Check{ID: id, Status: NotChecked, Message: message})
}

// notDemanded reports a check that nobody asked for.
func (v *verification) notDemanded(id CheckID, demand string) {
	v.report.add(Check{ID: id, Status: NotChecked, Message: "not demanded", Diagnosis: &Diagnosis{Kind: NotDemanded, Wanted: demand}})
}

func (v *verification) checkPolicy() {
	if err := v.policy.Problem(); err != nil {
		v.fail(CheckPolicy, ReasonClaimRefused, err.Error(), nil)
	}
	if v.policy.Repaired {
		v.warn(CheckRepaired, ReasonMalformed, "line breaks were joined: the text as given is not a valid token; servers will refuse it")
	}
}

func (v *verification) checkClaims() {
	v.checkIssuer()
	v.checkAudience()
	v.checkTimes()
	v.checkSubject()
	v.checkParty()
	v.checkKind()
	v.checkNames()
	v.checkPrintable()
	v.checkBinding()
	v.checkDemands()
}
