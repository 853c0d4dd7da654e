package verify

import (
	"fmt"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// Reason is why a token was rejected. It is an error, so that
// errors.Is(err, ReasonExpired) works on the error of a Report.
type Reason string

// The reasons, most severe first: where several checks fail, the report's reason
// is the first of these.
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

// Error returns the reason as it is written in reports.
func (r Reason) Error() string { return string(r) }

// reasons returns all reasons, most severe first.
func reasons() []Reason {
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
	Warning    Status = "warning"     // suspicious, but no reason to refuse
	NotChecked Status = "not_checked" // not required, or made impossible by an earlier failure
)

// A Check is one thing that was checked. Its JSON has the members that a report has.
type Check struct {
	ID       string           `json:"id"` // such as "signature" or "audience"; part of the report format
	Title    string           `json:"-"`  // what must be true, as a short phrase; empty for a check of Policy.Extra
	Status   Status           `json:"status"`
	Reason   Reason           `json:"reason,omitzero"`   // why it failed, or why it would under Policy.Strict; empty if it passed
	Expected strictjson.Value `json:"expected,omitzero"` // what the policy expects, where that is a value
	Actual   strictjson.Value `json:"actual,omitzero"`   // what the token, or the key set, has
	// Message is the outcome in words. It quotes the token: escape it before it
	// reaches a terminal.
	Message string `json:"message"`
	Spec    string `json:"spec,omitzero"` // where the check is specified, as "RFC 7519 section 4.1.4", or empty
	// Strict reports that the check failed only because Policy.Strict refuses
	// every warning.
	Strict bool `json:"-"`
	// Time is the time the message is about, or zero.
	Time time.Time `json:"-"`
	// Diagnosis is the probable cause of a failure or a warning, or nil.
	Diagnosis *Diagnosis `json:"-"`
}

// KeyInfo describes the key that verified the signature or, if none did, the
// one that was tried first.
type KeyInfo struct {
	KeyID      *string `json:"kid,omitempty"` // nil if the key has none
	Type       string  `json:"kty,omitempty"` // "oct" for a secret
	Curve      string  `json:"crv,omitempty"`
	Algorithm  string  `json:"alg,omitempty"` // of the token
	Bits       int     `json:"bits"`
	Thumbprint string  `json:"thumbprint,omitempty"` // RFC 7638; empty for a secret
	Source     string  `json:"source,omitempty"`
	AgeSeconds int64   `json:"age_seconds"`
}

// A Report is the result of Verify. It is immutable and safe for concurrent
// use.
type Report struct {
	Accepted bool
	Reason   Reason // of the most severe failure; empty if accepted
	// Trusted reports whether the claims come from the expected issuer and are meant
	// for the expected audience, that is, whether all checks up to the audience
	// passed. Only then can they be believed, even if the token has expired or
	// another claim was rejected.
	Trusted bool
	// SignatureVerified reports whether a trusted key verified the signature.
	SignatureVerified bool
	Kind              Kind // what the token looks like
	EvaluatedAt       time.Time
	Key               *KeyInfo         // nil if no key was tried
	Header            strictjson.Value // as in the token

	claims strictjson.Value
	set    *jwks.Set // nil for a secret
	key    *jwks.Key // described by Key; nil for a secret
	checks []outcome

	issuer    string // of the policy, as all that follow
	audiences []string
	required  Kind
}

// Claims returns the claims of an accepted token, and the absent value for any
// other.
func (r *Report) Claims() strictjson.Value {
	if !r.Accepted {
		return strictjson.Value{}
	}
	return r.claims
}

// RejectedClaims returns the claims of a token that was not accepted. Grant
// nothing because of them.
func (r *Report) RejectedClaims() strictjson.Value {
	if r.Accepted {
		return strictjson.Value{}
	}
	return r.claims
}

// Checks returns every check that was made, in the order of the Catalogue.
// They are built on each call: keep the result.
func (r *Report) Checks() []Check {
	list := make([]Check, len(r.checks))
	for i := range r.checks {
		list[i] = r.describe(&r.checks[i])
	}
	return list
}

// Check returns the first check with an id, and whether there is one.
func (r *Report) Check(id string) (Check, bool) {
	for i := range r.checks {
		if o := &r.checks[i]; o.name() == id {
			return r.describe(o), true
		}
	}
	return Check{}, false
}

func (r *Report) find(id check) *outcome {
	for i := range r.checks {
		if r.checks[i].id == id {
			return &r.checks[i]
		}
	}
	return nil
}

// OfProgram reports whether the token seems to belong to a program, with no user
// signed in: an OAuth client by its own credentials (RFC 6749 section 4.4), or a
// service account. It is a guess.
func (r *Report) OfProgram() bool {
	sub, grant, name := r.text("sub"), r.text("gty"), r.text("preferred_username")
	switch {
	case r.claims.Get("auth_time").Exists() || r.Kind == KindID:
		return false
	case grant == "client-credentials", strings.HasPrefix(name, "service-account-"), strings.HasPrefix(sub, "system:serviceaccount:"):
		return true
	}
	for _, claim := range []string{"client_id", "azp", "cid", "appid"} {
		client := r.text(claim)
		if client != "" && (sub == "" || sub == client || sub == "client_id_"+client || sub == client+"@clients") {
			return true
		}
	}
	return false
}

// A RejectedError is the error of a report that does not accept the token.
// errors.Is matches its Reason and no other: for a forged token that has also
// expired, it matches only that the token is forged.
type RejectedError struct {
	Reason Reason
	Report *Report
}

// Error returns the reason and the messages of all failed checks, the decisive
// ones first. They quote the token: escape them before they reach a terminal.
func (e *RejectedError) Error() string {
	var decisive, others []string
	for i := range e.Report.checks {
		o := &e.Report.checks[i]
		switch {
		case o.state != failed:
		case o.reason.reason() == e.Reason:
			decisive = append(decisive, o.words(e.Report))
		default:
			others = append(others, o.words(e.Report))
		}
	}
	messages := append(decisive, others...)
	if len(messages) == 0 {
		messages = []string{"a required check was not made"}
	}
	return fmt.Sprintf("token rejected (%s): %s", string(e.Reason), strings.Join(messages, "; "))
}

// Unwrap returns the Reason.
func (e *RejectedError) Unwrap() error { return e.Reason }

// Err is nil only if every required check ran and passed. Otherwise it is a
// *RejectedError.
func (r *Report) Err() error {
	if r.Accepted {
		return nil
	}
	return &RejectedError{Reason: r.Reason, Report: r}
}
