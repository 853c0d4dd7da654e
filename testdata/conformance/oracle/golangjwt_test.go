package oracle

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/claimcheck/claimcheck/pkg/verify"
)

// golangJWT lets golang-jwt judge a token, by the same demands.
func (d *draft) golangJWT(text string) (*jwt.Token, error) {
	methods := d.policy.Algorithms
	if len(methods) == 0 {
		methods = slices.DeleteFunc(verify.Algorithms(), func(alg string) bool { return strings.HasPrefix(alg, "HS") != d.symmetric() })
	}
	options := []jwt.ParserOption{
		jwt.WithValidMethods(methods), jwt.WithLeeway(d.policy.Leeway), jwt.WithTimeFunc(func() time.Time { return d.now }),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithStrictDecoding(), jwt.WithJSONNumber(),
	}
	if !d.policy.AnyIssuer {
		options = append(options, jwt.WithIssuer(d.policy.Issuer))
	}
	if !d.policy.AnyAudience {
		options = append(options, jwt.WithAudience(d.policy.Audiences...))
	}
	return jwt.NewParser(options...).Parse(text, d.keyFor)
}

// keyFor selects keys as RFC 7515 section 6 and OpenID Connect Core section
// 10.1 have it, and by nothing but kid: golang-jwt leaves that to its user.
func (d *draft) keyFor(t *jwt.Token) (any, error) {
	if d.symmetric() {
		return d.signer.secret, nil
	}
	kid, named := t.Header["kid"].(string)
	var set jwt.VerificationKeySet
	for _, e := range d.trusted {
		if e.public != nil && (!named || e.jwk.get("kid") == "" || e.kid == kid) {
			set.Keys = append(set.Keys, e.public)
		}
	}
	if len(set.Keys) == 0 {
		return nil, fmt.Errorf("no key for kid %q", kid)
	}
	return set, nil
}

// stage is how far golang-jwt came.
type stage int

const (
	stageText   stage = iota // the text is not a token
	stageKey                 // the algorithm or the key is unknown
	stageSigned              // the signature does not match, or the algorithm is refused
	stageClaims              // the signature is good, the claims are not
	stageDone
)

func (s stage) String() string {
	return [...]string{"the text", "the key", "the signature", "the claims", "nothing"}[s]
}

func stageOf(err error) stage {
	switch {
	case err == nil:
		return stageDone
	case errors.Is(err, jwt.ErrTokenMalformed):
		return stageText
	case errors.Is(err, jwt.ErrTokenUnverifiable):
		return stageKey
	case errors.Is(err, jwt.ErrTokenSignatureInvalid):
		return stageSigned
	default:
		return stageClaims
	}
}

var badClaim = regexp.MustCompile(`\b(exp|nbf|iat|iss|aud) (?:claim is required|is invalid)`)

// refusedClaims returns the checks of ours that ask what golang-jwt refused.
func refusedClaims(err error) map[string]bool {
	refused := map[string]bool{
		"expiry":     errors.Is(err, jwt.ErrTokenExpired),
		"not_before": errors.Is(err, jwt.ErrTokenNotValidYet),
		"issued_at":  errors.Is(err, jwt.ErrTokenUsedBeforeIssued),
		"issuer":     errors.Is(err, jwt.ErrTokenInvalidIssuer),
		"audience":   errors.Is(err, jwt.ErrTokenInvalidAudience),
	}
	if err == nil {
		return refused
	}
	for _, match := range badClaim.FindAllStringSubmatch(err.Error(), -1) {
		refused[map[string]string{
			"exp": "expiry", "nbf": "not_before", "iat": "issued_at",
			"iss": "issuer", "aud": "audience",
		}[match[1]]] = true
	}
	return refused
}
