package verify

import (
	"fmt"
	"strconv"
)

// usualWords returns the message of a check without a remark. It is built only on
// demand.
func (r *Report) usualWords(id check, s state) string {
	switch s {
	case passed:
		return r.passedWords(id)
	case unchecked:
		return r.uncheckedWords(id)
	default:
		return ""
	}
}

func (r *Report) passedWords(id check) string {
	switch id {
	case checkStructure:
		return "a compact JWS"
	case checkEncoding:
		return "strict base64url"
	case checkHeader, checkPayload:
		return "one JSON object"
	case checkCritical:
		return "no critical extension"
	case checkEmbeddedKey:
		return "the token embeds no key"
	case checkAlgorithm, checkAdvertised, checkKeySet, checkKey, checkCertificate, checkSignature:
		return r.wordsOnKey(id)
	case checkIssuer:
		return r.text("iss")
	case checkAudience:
		return "the token is for " + quoteAll(r.claims.Get("aud").Texts())
	case checkExpiry:
		return "expires at " + r.timeIn("exp")
	case checkNotBefore:
		return "valid since " + r.timeIn("nbf")
	case checkIssuedAt:
		return "issued at " + r.timeIn("iat")
	case checkLifetime:
		exp, _ := numericDate(r.claims.Get("exp"))
		iat, _ := numericDate(r.claims.Get("iat"))
		return strconv.FormatInt(exp.Unix()-iat.Unix(), 10) + " seconds"
	case checkSubject:
		return r.text("sub")
	case checkParty:
		return r.text("azp")
	case checkKind:
		return kindName(r.expected.kind)
	case checkKindClaims:
		return "all required claims are present"
	case checkClaimNames:
		return "no look-alikes"
	case checkPrintable:
		return "no control or invisible characters"
	case checkAuthTime:
		return "the user authenticated at " + r.timeIn("auth_time")
	default:
		return ""
	}
}

// wordsOnKey returns the message of a passed algorithm, key or signature check. A
// secret is not a jwks.Key.
func (r *Report) wordsOnKey(id check) string {
	alg, _ := r.Header.Get("alg").Text()
	switch {
	case id == checkAlgorithm && alg == "EdDSA":
		return "EdDSA; the name is deprecated, Ed25519 is the precise one (RFC 9864)"
	case id == checkAlgorithm:
		return alg
	case id == checkAdvertised:
		return "the metadata advertises " + alg
	case id == checkKeySet:
		return strconv.Itoa(r.usable) + " of " + strconv.Itoa(r.keys) + " keys can verify signatures"
	case id == checkKey && r.key == nil:
		return "the shared secret"
	case id == checkKey:
		return r.key.Kind() + ", key " + r.key.Name()
	case id == checkCertificate:
		return "valid until " + formatTime(r.key.Certificate.NotAfter)
	case r.key == nil:
		return alg + " with the shared secret"
	default:
		return alg + " by key " + r.key.Name()
	}
}

func (r *Report) uncheckedWords(id check) string {
	switch id {
	case checkAdvertised:
		return "the metadata advertises algorithms of ID tokens only"
	case checkIssuer:
		return fmt.Sprintf("any issuer is allowed; the token says %q", r.text("iss"))
	case checkAudience:
		return "any audience is allowed; the token is for " + quoteOrNobody(r.claims.Get("aud").Texts())
	case checkNotBefore:
		return "the token has no nbf"
	case checkLifetime:
		return "needs both exp and iat, in seconds"
	case checkParty:
		return "the token has no azp"
	case checkKind:
		return "looks like " + kindName(r.Kind)
	case checkKindClaims:
		return "not required, and the token does not say which claims it has to have"
	case checkHeaderClaims:
		return "no claims in the header"
	case checkConfirmation:
		return "the token is not bound to a key of its sender"
	case checkDisclosure:
		return "nothing is selectively disclosed"
	case checkAMR:
		return "the token has no amr"
	case checkAuthTime:
		if r.claims.Get("auth_time").Exists() {
			return "the user authenticated at " + r.timeIn("auth_time")
		}
		return "the token has no auth_time"
	default:
		return "not required"
	}
}

// timeIn formats a time claim for people.
func (r *Report) timeIn(claim string) string {
	at, _ := numericDate(r.claims.Get(claim))
	return formatTime(at)
}
