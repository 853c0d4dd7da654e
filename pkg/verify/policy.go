// Package verify decides whether a token can be trusted, and explains why not.
//
// Verify is pure: the token, the keys, the policy and the time are arguments.
// Its answer is a Report that lists every check with what was wanted and what
// was found. A token is accepted only if every required check ran and passed:
// a well-formed token, an allowed algorithm, a good signature by a trusted and
// fit key, exp not reached, and the issuer and the audience as demanded.
package verify

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// MaxLeeway is the largest clock difference that a Policy may allow.
const MaxLeeway = 5 * time.Minute

// Kind is what a token is for.
type Kind string

// The kinds that Verify tells apart.
const (
	KindID     Kind = "id"     // ID token, OpenID Connect Core section 2
	KindAccess Kind = "access" // access token, RFC 9068 or a vendor's
	KindLogout Kind = "logout" // logout token, OpenID Connect Back-Channel Logout section 2.4
	KindOther  Kind = "other"
)

// A Policy is what is demanded of a token. The zero Policy accepts nothing:
// that the issuer or the audience does not matter has to be said.
type Policy struct {
	Issuer      string   // iss, compared byte for byte (OpenID Connect Core section 3.1.3.7)
	AnyIssuer   bool     // accept whatever issuer; dangerous unless the keys belong to one
	AnyTenant   bool     // with an issuer that holds {tenantid}: accept whatever tenant
	Audiences   []string // aud has to hold one of them (RFC 7519 section 4.1.3)
	AnyAudience bool     // accept a token made for somebody else

	Algorithms  []string      // narrows the allowed alg values; empty allows every one that fits the keys
	Leeway      time.Duration // clock difference allowed for exp, nbf and iat; at most MaxLeeway
	MinValidity time.Duration // how much longer the token has to be valid
	Strict      bool          // every warning refuses

	Kind     Kind   // demand a kind of token, or empty
	ClientID string // the client the token was issued to
	Nonce    string // OpenID Connect Core section 3.1.3.7, step 11

	AccessToken string // at_hash has to be its hash (OpenID Connect Core section 3.1.3.6)
	Code        string // c_hash (OpenID Connect Core section 3.3.2.11)
	State       string // s_hash (FAPI 1.0 Advanced section 5.2.2.1)

	Scopes     []string       // all of them in scope or scp
	Roles      []string       // all of them where roles are found
	RoleClaim  string         // where to look for roles: a claim path, or empty for the known places
	ACR        []string       // acr has to be one of them
	MaxAge     *time.Duration // how long ago the user may have authenticated at most
	Require    []Requirement
	Assertions []Assertion

	// AuthAge says that the question is how long ago the user authenticated:
	// auth_time has to be usable, even without MaxAge, and where it fails, that
	// outweighs the token's own times and other claims.
	AuthAge bool

	// AdvertisedAlgorithms is id_token_signing_alg_values_supported of the
	// issuer's metadata; nil where there is none to compare with.
	AdvertisedAlgorithms []string
	// Repaired says that the text as given was not the token: line breaks were
	// joined.
	Repaired bool
}

// Problem returns why the policy cannot be used, or nil. Verify refuses every
// token under such a policy.
func (p *Policy) Problem() error {
	switch {
	case p.Issuer == "" && !p.AnyIssuer:
		return errors.New("no issuer is demanded, and it is not said that any will do")
	case len(p.Audiences) == 0 && !p.AnyAudience:
		return errors.New("no audience is demanded, and it is not said that any will do")
	case p.Issuer != "" && p.AnyIssuer:
		return errors.New("an issuer is demanded, and it is said that any will do")
	case len(p.Audiences) > 0 && p.AnyAudience:
		return errors.New("an audience is demanded, and it is said that any will do")
	case slices.Contains(p.Audiences, ""):
		return errors.New("an audience that is demanded is empty")
	case IsTemplate(p.Issuer) && !p.AnyTenant && !p.namesTenants():
		return errors.New("the issuer is a template, and it is not said which tenants are meant")
	case slices.ContainsFunc(p.Require, func(r Requirement) bool { return r.Text != nil && r.JSON.Exists() }):
		return errors.New("a claim is demanded as a text and as JSON")
	case p.Leeway < 0 || p.Leeway > MaxLeeway:
		return errors.New("the leeway is out of range")
	case !slices.Contains([]Kind{"", KindID, KindAccess, KindLogout}, p.Kind):
		return fmt.Errorf("no token is of kind %q", p.Kind)
	}
	return nil
}

// A Requirement demands that a claim is there and not null, or that it has a
// value: Text or JSON, not both.
type Requirement struct {
	Claim string           // a name, a path of names joined by dots, or a JSON pointer
	Text  *string          // equal string, scalar with that text, or member of an array
	JSON  strictjson.Value // exact value, unless absent
}

// An Assertion is a predicate over the claims set. Holds returns false with a
// reason, or true only if the predicate ran to its end and was true.
type Assertion struct {
	Label string
	Holds func(claims strictjson.Value) (bool, string)
}

// Keys is where trust comes from: *PublicKeys or a *Secret, never both.
type Keys interface{ trusted() }

// PublicKeys are keys that verify asymmetric signatures.
type PublicKeys struct {
	Set        *jwks.Set
	Source     string // where they came from, for the report
	AgeSeconds int64  // how long ago they were fetched
}

func (*PublicKeys) trusted() {}

// A Secret verifies HMAC signatures (RFC 7518 section 3.2). It never prints.
type Secret struct {
	value  []byte
	source string
}

func (*Secret) trusted() {}

// ErrSecretIsKey is for a key or a certificate where a shared secret belongs: with
// a public key as the secret everybody could sign (RFC 8725 section 2.1).
var ErrSecretIsKey = errors.New("a key or a certificate, not a secret")

// NewSecret makes a Secret of its octets. source says where it came from. An
// empty secret is an error, and so is one that is a key: ErrSecretIsKey.
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
