// Package verify decides whether a token can be trusted, and explains why not.
//
// Verify is pure: the token, the keys, the policy and the time are arguments.
//
//	keys := &verify.PublicKeys{Set: set}
//	policy := verify.Policy{Issuer: "https://issuer.example", Audiences: []string{"api"}}
//	report := verify.Verify(token.Parse(text), keys, policy, time.Now())
//	if err := report.Err(); err != nil {
//		return err // a *RejectedError; errors.Is(err, verify.ReasonExpired) works
//	}
//	claims := report.Claims()
//
// The answer is a Report, which lists every check with what was expected and what
// was found, and the probable cause of each failure as a Diagnosis. A token is
// accepted only if every required check ran and passed: it is well formed, its
// algorithm is allowed, a trusted and usable key verifies its signature, it has
// not expired, and its issuer and audience are the expected ones.
//
// Package verifier does the same with the issuer's keys, fetched and cached.
package verify

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// MaxLeeway is the largest clock skew that a Policy may tolerate.
const MaxLeeway = 5 * time.Minute

// AnyAge is a MaxAge without a limit: auth_time has to be usable, no more.
const AnyAge = time.Duration(1<<63 - 1)

// A Kind is the kind of a token.
type Kind string

// The kinds that a Policy can require. A token that looks like none of them has the
// kind "other".
const (
	KindID     Kind = "id"     // ID token, OpenID Connect Core section 2
	KindAccess Kind = "access" // access token, RFC 9068 or a vendor's
	KindLogout Kind = "logout" // logout token, OpenID Connect Back-Channel Logout section 2.4
	kindOther  Kind = "other"
)

// A Policy is what is required of a token. The zero Policy accepts nothing:
// accepting any issuer or any audience is an explicit choice.
type Policy struct {
	Issuer      string   // iss, compared byte for byte (OpenID Connect Core section 3.1.3.7)
	AnyIssuer   bool     // accept any issuer; dangerous unless all the keys belong to one
	AnyTenant   bool     // with an Issuer that contains {tenantid}: accept any tenant
	Audiences   []string // aud must contain one of them (RFC 7519 section 4.1.3)
	AnyAudience bool     // accept a token for any audience

	Algorithms  []string      // narrows the allowed alg values; empty allows every one that fits the keys
	Leeway      time.Duration // clock skew to tolerate for exp, nbf and iat; at most MaxLeeway
	MinValidity time.Duration // how much longer the token must be valid
	Strict      bool          // every warning refuses

	Kind     Kind   // the required kind of token, or empty
	ClientID string // the client the token was issued to
	Nonce    string // OpenID Connect Core section 3.1.3.7, step 11

	AccessToken string // at_hash must be its hash (OpenID Connect Core section 3.1.3.6)
	Code        string // c_hash (OpenID Connect Core section 3.3.2.11)
	State       string // s_hash (FAPI 1.0 Advanced section 5.2.2.1)

	Scopes     []string       // all of them in scope or scp
	Roles      []string       // all of them where roles are found
	RoleClaim  string         // where to look for roles: a claim path, or empty for the known claims
	ACR        []string       // acr must be one of them
	MaxAge     *time.Duration // maximum time since the user authenticated
	Require    []Requirement
	Assertions []Assertion

	// Extra are checks that the caller has made, such as of the text that
	// contained the token. They are part of the report and count like all others.
	Extra []Check
}

// Problem returns why the policy cannot be used, or nil. Verify refuses every
// token under such a policy.
func (p *Policy) Problem() error {
	switch {
	case p.Issuer == "" && !p.AnyIssuer:
		return errors.New("no issuer is expected, and AnyIssuer is not set")
	case len(p.Audiences) == 0 && !p.AnyAudience:
		return errors.New("no audience is expected, and AnyAudience is not set")
	case p.Issuer != "" && p.AnyIssuer:
		return errors.New("an issuer is expected, but AnyIssuer is set")
	case len(p.Audiences) > 0 && p.AnyAudience:
		return errors.New("an audience is expected, but AnyAudience is set")
	case slices.Contains(p.Audiences, ""):
		return errors.New("an expected audience is empty")
	case IsTemplate(p.Issuer) && !p.AnyTenant && !slices.ContainsFunc(p.Require, namesTenant):
		return errors.New("the issuer is a template for many tenants, and no tenant is required")
	case slices.ContainsFunc(p.Require, func(r Requirement) bool { return r.Text != nil && r.JSON.Exists() }):
		return errors.New("a claim is required to be both a string and JSON")
	case slices.ContainsFunc(p.Require, func(r Requirement) bool { return strings.HasPrefix(r.Claim, "/") && badEscape(r.Claim) }),
		strings.HasPrefix(p.RoleClaim, "/") && badEscape(p.RoleClaim):
		return errors.New("a claim path is not a JSON pointer: in one, ~ is written ~0 and / is written ~1")
	case slices.ContainsFunc(p.Extra, func(c Check) bool { return slices.Contains(required(), checkOf(c.ID)) }):
		return errors.New("an extra check has the name of a required one")
	case p.Leeway < 0 || p.Leeway > MaxLeeway:
		return fmt.Errorf("the leeway is %s: at least 0 and at most %s is tolerated", p.Leeway, MaxLeeway)
	case p.Kind != "" && p.Kind != KindID && p.Kind != KindAccess && p.Kind != KindLogout:
		return fmt.Errorf("no token is of kind %q: there are %s, %s and %s", string(p.Kind), KindID, KindAccess, KindLogout)
	}
	return nil
}

// tenantPlaceholder stands in the issuer of Entra ID's metadata for all tenants.
const tenantPlaceholder = "{tenantid}"

// IsTemplate reports whether an issuer stands for those of many tenants, as that
// of Entra ID's common metadata does: it contains {tenantid}.
func IsTemplate(issuer string) bool { return strings.Contains(issuer, tenantPlaceholder) }

// namesTenant reports whether a requirement names the tenant.
func namesTenant(r Requirement) bool {
	return r.Claim == "tid" && (r.Text != nil || r.JSON.Exists())
}

// A Requirement is that a claim is present and not null or, with Text or JSON
// (not both), that it has a value.
type Requirement struct {
	Claim string           // a name, a path of names joined by dots, or a JSON pointer (RFC 6901)
	Text  *string          // an equal string, a scalar with that text, or an array that contains one
	JSON  strictjson.Value // the exact value, unless absent
}

// An Assertion is a predicate over the claims set. Holds returns false with a
// reason, or true only if the predicate ran to its end and was true.
type Assertion struct {
	Label string
	Holds func(claims strictjson.Value) (bool, string)
}

// Keys are the trusted keys: *PublicKeys or a *Secret, never both.
type Keys interface{ trusted() }

// PublicKeys verify asymmetric signatures.
type PublicKeys struct {
	Set        *jwks.Set
	Source     string // where they came from, for the report
	AgeSeconds int64  // how long ago they were fetched
	// IDTokenAlgorithms is id_token_signing_alg_values_supported of the metadata
	// that named the keys, or nil. It does not apply to other tokens.
	IDTokenAlgorithms []string
}

func (*PublicKeys) trusted() {}

// A Secret verifies HMAC signatures (RFC 7518 section 3.2). It never prints.
type Secret struct {
	value  []byte
	source string
}

func (*Secret) trusted() {}

// ErrSecretIsKey is for a key or a certificate in place of a shared secret: with a
// public key as the secret, anyone could sign (RFC 8725 section 2.1).
var ErrSecretIsKey = errors.New("a key or a certificate, not a secret")

// NewSecret returns a Secret of these octets. source is where it came from, for
// the report. An empty secret is an error, and so is one that is a key:
// ErrSecretIsKey.
func NewSecret(value []byte, source string) (*Secret, error) {
	switch {
	case len(value) == 0:
		return nil, errors.New("the secret is empty")
	case jwks.LooksLikeKey(value):
		return nil, ErrSecretIsKey
	}
	return &Secret{value: slices.Clone(value), source: source}, nil
}

// Format hides the secret, whatever the verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[secret]") }
