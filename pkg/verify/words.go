package verify

import (
	"cmp"
	"fmt"
	"strconv"
)

// usual are the words of checks that passed or were not made and need no more than
// these; after those of a time, the time follows.
var usual = [len(catalogue)]struct{ passed, unchecked string }{
	checkStructure:    {passed: "a compact JWS"},
	checkEncoding:     {passed: "strict base64url"},
	checkHeader:       {passed: "one JSON object"},
	checkPayload:      {passed: "one JSON object"},
	checkCritical:     {passed: "no critical extension"},
	checkEmbeddedKey:  {passed: "the token embeds no key"},
	checkAdvertised:   {unchecked: "the metadata advertises algorithms of ID tokens only"},
	checkExpiry:       {passed: "expires at "},
	checkNotBefore:    {"valid since ", "the token has no nbf"},
	checkIssuedAt:     {passed: "issued at "},
	checkLifetime:     {unchecked: "needs both exp and iat, in seconds"},
	checkParty:        {unchecked: "the token has no azp"},
	checkKindClaims:   {"all required claims are present", "not required, and the token does not say which claims it has to have"},
	checkClaimNames:   {passed: "no look-alikes"},
	checkHeaderClaims: {unchecked: "no claims in the header"},
	checkPrintable:    {passed: "no control or invisible characters"},
	checkConfirmation: {unchecked: "the token is not bound to a key of its sender"},
	checkDisclosure:   {unchecked: "nothing is selectively disclosed"},
	checkAuthTime:     {"the user authenticated at ", "the token has no auth_time"},
	checkAMR:          {unchecked: "the token has no amr"},
}

func (r *Report) passedWords(id check) string {
	switch info, words := &catalogue[id], usual[id].passed; {
	case checkAlgorithm <= id && id <= checkSignature:
		return r.wordsOnKey(id)
	case id == checkAudience:
		return "the token is for " + quoteAll(r.claims.Get("aud").Texts())
	case id == checkLifetime:
		exp, _ := numericDate(r.claims.Get("exp"))
		iat, _ := numericDate(r.claims.Get("iat"))
		return strconv.FormatInt(exp.Unix()-iat.Unix(), 10) + " seconds"
	case id == checkKind:
		return kindName(r.required)
	case info.timed:
		at, _ := numericDate(r.claims.Get(info.claim))
		return words + formatTime(at)
	case info.claim != "": // a text
		return r.text(info.claim)
	default:
		return words
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
		return fmt.Sprintf("%d of %d keys can verify signatures", len(r.set.Usable()), len(r.set.Keys))
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
	case checkIssuer:
		return fmt.Sprintf("any issuer is allowed; the token says %q", r.text("iss"))
	case checkAudience:
		return "any audience is allowed; the token is for " + quoteOrNobody(r.claims.Get("aud").Texts())
	case checkKind:
		return "looks like " + kindName(r.Kind)
	case checkAuthTime:
		if r.claims.Get("auth_time").Exists() {
			return r.passedWords(id)
		}
	}
	return cmp.Or(usual[id].unchecked, "not required")
}
