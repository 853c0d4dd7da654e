package verify

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// Verdict is the answer as a whole. The zero value is not an answer.
type Verdict string

// The verdicts of Verify.
const (
	Accepted Verdict = "accepted"
	Rejected Verdict = "rejected"
)

// Reason is why a check failed.
type Reason string

// The reasons, in the order of their weight: where several checks fail, the
// report's reason is the first of these.
const (
	ReasonMalformed        Reason = "malformed"
	ReasonAlgorithmRefused Reason = "algorithm_refused"
	ReasonNoMatchingKey    Reason = "no_matching_key"
	ReasonBadSignature     Reason = "bad_signature"
	ReasonWrongIssuer      Reason = "wrong_issuer"
	ReasonWrongAudience    Reason = "wrong_audience"
	ReasonExpired          Reason = "expired"
	ReasonNotYetValid      Reason = "not_yet_valid"
	ReasonClaimRefused     Reason = "claim_refused"
	ReasonReauthentication Reason = "reauthentication_required"
)

// Reasons returns all reasons in the order of their weight.
func Reasons() []Reason {
	return []Reason{
		ReasonMalformed, ReasonAlgorithmRefused, ReasonNoMatchingKey, ReasonBadSignature, ReasonWrongIssuer,
		ReasonWrongAudience, ReasonExpired, ReasonNotYetValid, ReasonClaimRefused, ReasonReauthentication,
	}
}

// Status is the outcome of one check.
type Status string

// The outcomes of a check.
const (
	Passed     Status = "passed"
	Failed     Status = "failed"
	Warning    Status = "warning"     // odd, but no reason to refuse
	NotChecked Status = "not_checked" // nobody asked, or an earlier failure made it impossible
)

// A Check is one thing that was looked at.
type Check struct {
	ID       CheckID
	Status   Status
	Reason   Reason           // why it failed, or would fail if warnings did
	Expected strictjson.Value // what was wanted, where that says something
	Actual   strictjson.Value // what was there
	// Message says it in words. It quotes the token: escape it before it
	// reaches a terminal.
	Message string
	// Strict says that the check failed only because Policy.Strict refuses on
	// every warning.
	Strict bool
	// Time is the time that the message speaks of, or zero.
	Time time.Time
	// Diagnosis is what seems to be behind a failure, or nil.
	Diagnosis *Diagnosis
	// Fact is what is worth knowing about the issuer where a check failed, or
	// empty. Who the issuer is, is a guess.
	Fact string
}

// KeyInfo describes the key that verified the signature or, where none did,
// the one that was tried first.
type KeyInfo struct {
	KeyID      string
	HasKeyID   bool
	Type       string // kty; "oct" for a secret
	Curve      string
	Algorithm  string // of the token
	Bits       int
	Thumbprint string // RFC 7638; empty for a secret
	Source     string
	AgeSeconds int64
}

// A Report is the outcome of Verify.
type Report struct {
	Verdict     Verdict
	Reason      Reason // of the weightiest failure; empty if accepted
	Kind        Kind   // what the token looks like
	EvaluatedAt time.Time
	Checks      []Check
	Key         *KeyInfo
	Header      strictjson.Value // as the token has it

	claims strictjson.Value
}

// Claims returns the claims of an accepted token, and the absent value for any
// other.
func (r *Report) Claims() strictjson.Value {
	if r.Verdict != Accepted {
		return strictjson.Value{}
	}
	return r.claims
}

// RejectedClaims returns the claims of a token that was not accepted. Nothing
// must be granted because of them.
func (r *Report) RejectedClaims() strictjson.Value {
	if r.Verdict == Accepted {
		return strictjson.Value{}
	}
	return r.claims
}

// Check returns the first check with an id, and whether there is one.
func (r *Report) Check(id CheckID) (Check, bool) {
	for i := range r.Checks { // a Check is large: compared in its place
		if r.Checks[i].ID == id {
			return r.Checks[i], true
		}
	}
	return Check{}, false
}

// SignatureVerified tells whether a trusted key verified the signature.
func (r *Report) SignatureVerified() bool {
	c, _ := r.Check(CheckSignature)
	return c.Status == Passed
}

// Trusted reports whether the claims are those of the expected issuer for the
// expected audience: the checks up to the audience have passed. Only then is what
// a token says worth anything, be it expired or refused for another claim.
func (r *Report) Trusted() bool {
	if !r.SignatureVerified() {
		return false
	}
	for i := range r.Checks {
		c := &r.Checks[i]
		if c.Status == Failed && slices.Index(Reasons(), c.Reason) <= slices.Index(Reasons(), ReasonWrongAudience) {
			return false
		}
	}
	return true
}

// OfProgram reports whether the token seems to speak for a program that no user
// has signed in to: an OAuth client by its own credentials (RFC 6749 section 4.4),
// or a service account. Nothing else says so as plainly as a user's sub.
func (r *Report) OfProgram() bool {
	sub, _ := r.claims.Get("sub").Text()
	grant, _ := r.claims.Get("gty").Text()
	name, _ := r.claims.Get("preferred_username").Text()
	switch {
	case r.claims.Get("auth_time").Exists() || r.Kind == KindID:
		return false
	case grant == "client-credentials", strings.HasPrefix(name, "service-account-"), strings.HasPrefix(sub, "system:serviceaccount:"):
		return true
	}
	for _, claim := range []string{"client_id", "azp", "cid", "appid"} {
		client, _ := r.claims.Get(claim).Text()
		if client != "" && (sub == "" || sub == client || sub == "client_id_"+client || sub == client+"@clients") {
			return true
		}
	}
	return false
}

// A RejectedError is the error of a report that does not accept the token.
type RejectedError struct {
	Reason  Reason
	Message string
}

func (e *RejectedError) Error() string {
	return fmt.Sprintf("token rejected (%s): %s", e.Reason, e.Message)
}

// Err is nil only if every required check ran and passed. Otherwise it is a
// *RejectedError.
func (r *Report) Err() error {
	if r.Verdict == Accepted {
		return nil
	}
	for _, c := range r.Checks {
		if c.Status == Failed && c.Reason == r.Reason {
			return &RejectedError{Reason: r.Reason, Message: c.Message}
		}
	}
	return &RejectedError{Reason: r.Reason, Message: "a required check was not made"}
}

// add appends a check. One that refuses, or would do so under a strict policy,
// always has a reason, the others never.
func (r *Report) add(c Check) {
	switch {
	case c.Status == Passed || c.Status == NotChecked:
		c.Reason = ""
	case c.Reason == "":
		c.Reason = ReasonClaimRefused
	}
	r.Checks = append(r.Checks, c)
}

// decide sets the verdict: accepted needs positive evidence, each required
// check present and passed or, where a warning is all there is to say, warned.
func (r *Report) decide(p *Policy) {
	if p.Strict {
		for i := range r.Checks {
			if r.Checks[i].Status == Warning {
				r.Checks[i].Status, r.Checks[i].Strict = Failed, true
			}
		}
	}
	r.Verdict, r.Reason = Rejected, r.weightiest(weights(p))
	if r.Reason != "" {
		return
	}
	for _, id := range required(p) {
		if !r.holds(id) {
			r.Reason = ReasonMalformed
			return
		}
	}
	r.Verdict = Accepted
}

// weights returns the reasons in the order of their weight for a policy.
func weights(p *Policy) []Reason {
	order := Reasons()
	if !p.AuthAge {
		return order
	}
	order = order[:len(order)-1]
	return slices.Insert(order, slices.Index(order, ReasonExpired), ReasonReauthentication)
}

func (r *Report) weightiest(order []Reason) Reason {
	var found Reason
	weight := len(order)
	for i := range r.Checks {
		c := &r.Checks[i]
		if c.Status != Failed {
			continue
		}
		if w := slices.Index(order, c.Reason); w < weight {
			found, weight = c.Reason, w
		}
	}
	return found
}

func (r *Report) holds(id CheckID) bool {
	c, ok := r.Check(id)
	return ok && (c.Status == Passed || c.Status == Warning)
}

// required lists the checks without which nothing is accepted. Demands fail by
// themselves where they are not met.
func required(p *Policy) []CheckID {
	ids := []CheckID{
		CheckStructure, CheckEncoding, CheckHeader, CheckPayload, CheckCritical,
		CheckAlgorithm, CheckKey, CheckSignature, CheckExpiry,
	}
	if !p.AnyIssuer {
		ids = append(ids, CheckIssuer)
	}
	if !p.AnyAudience {
		ids = append(ids, CheckAudience)
	}
	return ids
}
