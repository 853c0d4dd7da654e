package verify

import (
	"slices"
	"time"

	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/token"
)

// usualChecks is how many checks a report has, or a few more.
const usualChecks = 39

// Verify checks a token against trusted keys and a policy as of now. All checks
// are made, even after a failure. keys may be nil: then the signature cannot be
// checked and nothing is accepted. What the policy and the keys refer to must not
// change while the report is in use.
func Verify(t *token.Token, keys Keys, p Policy, now time.Time) *Report {
	v := verification{token: t, keys: keys, policy: p, now: now}
	v.begin()
	v.report.checks = make([]outcome, 0, usualChecks)
	v.checkPolicy()
	v.checkStructure()
	v.checkAlgorithm()
	v.checkSignature()
	if v.claims.Exists() {
		v.checkClaims()
	}
	v.report.decide(&v.policy)
	v.report.addNotes()
	return v.report
}

// Preflight reports, before public keys are fetched, whether they could help:
// false if the token is not well formed or its algorithm is refused. An
// unreadable payload does not matter: it is still worth knowing who signed such
// a token. Nor could keys help with a token that its sender signs, such as a
// DPoP proof.
func Preflight(t *token.Token, p Policy) bool {
	v := verification{token: t, policy: p}
	malformed := slices.ContainsFunc(t.Faults(), func(f *token.Fault) bool { return f.Area != "payload" })
	algorithm, _ := v.algorithmProblem()
	return !malformed && criticalProblem(t.Header()) == "" && algorithm == "" && !natureOf(t, mediaType(t)).bySender
}

// verification is one run of Verify.
type verification struct {
	token  *token.Token
	claims strictjson.Value
	keys   Keys
	policy Policy
	now    time.Time
	report *Report

	typ         string // as mediaType returns it
	nature      nature
	kindProblem string // why the token is not of the required kind, or empty
	algorithmOK bool
	signer      *jwks.Key // the key that verified the signature, or nil
}

// begin sees what the token is. A verification does not leave the stack.
func (v *verification) begin() {
	t, p := v.token, &v.policy
	v.claims, v.typ = t.UnverifiedClaims(), mediaType(t)
	v.nature = natureOf(t, v.typ)
	v.report = &Report{
		EvaluatedAt: v.now, Header: t.Header(), claims: v.claims, Kind: classify(t, v.typ, v.nature),
		issuer: p.Issuer, audiences: p.Audiences, required: p.Kind,
	}
	if p.Kind == KindLogout && v.report.Kind == KindLogout {
		v.nature = nature{} // it is what is required
	}
	v.kindProblem = v.kindMismatch()
}

// pass and skip use the usual words.
func (v *verification) pass(id check) { v.report.add(outcome{id: id, state: passed}) }
func (v *verification) skip(id check) { v.report.add(outcome{id: id, state: unchecked}) }

func (v *verification) passBecause(id check, message string, d *detail) {
	v.judge(id, passed, "", message, d)
}

func (v *verification) skipBecause(id check, message string) {
	v.judge(id, unchecked, "", message, nil)
}

func (v *verification) fail(id check, reason Reason, message string, d detail) {
	v.judge(id, failed, reason, message, &d)
}

func (v *verification) warn(id check, reason Reason, message string) {
	v.judge(id, warned, reason, message, nil)
}

func (v *verification) judge(id check, s state, reason Reason, message string, d *detail) {
	v.report.add(outcome{id: id, state: s, reason: rankOf(reason), remark: &remark{message, d}})
}

// failedIf is the state of what is wrong: failed if the rule is binding.
func failedIf(binding bool) state {
	if binding {
		return failed
	}
	return warned
}

// missing reports a claim that need not be there: a warning where the token looks
// like a kind that should have it.
func (v *verification) missing(id check, claim string, needed bool) {
	message := "the token has no " + claim
	if needed {
		v.warn(id, ReasonClaimRefused, message+", which "+kindName(v.report.Kind)+" should have")
		return
	}
	v.skipBecause(id, message)
}

func (v *verification) checkPolicy() {
	if err := v.policy.Problem(); err != nil {
		v.fail(checkPolicy, ReasonClaimRefused, err.Error(), detail{})
	}
	for _, c := range v.policy.Extra {
		v.judge(checkOf(c.ID), stateOf(c.Status), c.Reason, c.Message,
			&detail{id: c.ID, expected: c.Expected, actual: c.Actual, at: c.Time, diagnosis: c.Diagnosis})
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
	v.checkRequired()
}
