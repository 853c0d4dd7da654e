package verifier

import (
	"time"

	"github.com/go-json-experiment/json"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// A Token is a token that was accepted. Only a Verifier makes one, so its
// claims can be relied on.
type Token struct {
	Subject  string    // sub, or empty (RFC 7519 section 4.1.2)
	Issuer   string    // iss
	Audience []string  // aud, which may be one string in the token
	Expiry   time.Time // exp
	Scopes   []string  // of scope and scp (RFC 9068 section 2.2.3)

	claims  strictjson.Value
	payload []byte
	policy  *verify.Policy
}

func newToken(result *Result, policy *verify.Policy) *Token {
	claims := result.Report.Claims()
	t := &Token{Scopes: verify.Scopes(claims), claims: claims, payload: result.Token.Payload(), policy: policy}
	t.Subject, _ = claims.Get("sub").Text()
	t.Issuer, _ = claims.Get("iss").Text()
	t.Audience = claims.Get("aud").Texts()
	t.Expiry, _ = verify.NumericDate(claims.Get("exp"))
	return t
}

// Roles returns the roles in the policy's RoleClaim or, without one, in the claims
// in which issuers are known to put them.
func (t *Token) Roles() []string {
	if t.policy == nil { // the zero Token
		return nil
	}
	return verify.Roles(t.claims, t.policy)
}

// Claims returns the claims of the token in their order, with exact numbers.
func (t *Token) Claims() strictjson.Value { return t.claims }

// Decode writes the claims into v, a pointer to a struct with json tags or to a
// map. Names are compared byte for byte: a claim "ADMIN" does not set a field
// tagged "admin".
func (t *Token) Decode(v any) error { return json.Unmarshal(t.payload, v) }
