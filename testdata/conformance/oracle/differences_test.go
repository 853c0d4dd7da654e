package oracle

import (
	"slices"
	"strconv"
	"time"

	"github.com/claimcheck/claimcheck/pkg/verify"
)

// difference allows one check to say otherwise than golang-jwt: where one of
// the oddities is there, or where a condition holds.
type difference struct {
	check    verify.CheckID
	reason   string
	oddities []string
	when     func(*draft) bool

	used int
}

// stricter is where claimcheck refuses what golang-jwt does not look at.
func stricter() []*difference {
	return []*difference{
		{check: verify.CheckEncoding, reason: "golang-jwt skips CR and LF inside base64url (checks J07)",
			oddities: []string{"a line break in a segment that is signed", "a line break in the signature"}},
		{check: verify.CheckHeader, reason: "kid, typ and cty are strings (J08)",
			oddities: []string{"kid not a string", "typ not a string", "cty not a string"}},
		{check: verify.CheckHeader, reason: "golang-jwt takes the last of several members of one name (J08)",
			oddities: []string{"a member of the header twice"}},
		{check: verify.CheckHeader, reason: "golang-jwt reads bad UTF-8 and lone surrogates as U+FFFD (J08)",
			oddities: []string{"the header is not UTF-8"}},
		{check: verify.CheckHeader, reason: "nesting is bounded at 32",
			oddities: []string{"a member of the header is too deep"}},
		{check: verify.CheckPayload, reason: "golang-jwt takes the last of several claims of one name (C01)",
			oddities: []string{"a claim twice"}},
		{check: verify.CheckPayload, reason: "golang-jwt reads bad UTF-8 and lone surrogates as U+FFFD (C01)",
			oddities: []string{"the claims set is not UTF-8"}},
		{check: verify.CheckPayload, reason: "nesting is bounded at 32",
			oddities: []string{"a claim is too deep"}},
		{check: verify.CheckPayload, reason: "with exact numbers, golang-jwt reads the first JSON value and no further (C01)",
			oddities: []string{"something follows the claims set"}},
		{check: verify.CheckPayload, reason: "golang-jwt takes null for no claims (C01)",
			oddities: []string{"the claims set is null"}},
		{check: verify.CheckCritical, reason: "golang-jwt does not read crit (J11)",
			oddities: []string{"crit"}},
		{check: verify.CheckCritical, reason: "golang-jwt does not read b64 (J12)",
			oddities: []string{"b64 not true"}},
		{check: verify.CheckAdvertised, reason: "golang-jwt knows no metadata (J04)",
			oddities: []string{"an algorithm that is not advertised"}},
		{check: verify.CheckKey, reason: "golang-jwt sees no use, key_ops or alg of a key (K04, J03)",
			oddities: []string{"the key is not for signatures", "key_ops and use contradict each other", "the key is for another alg"}},
		{check: verify.CheckKey, reason: "a published private key is nobody's (K08)",
			oddities: []string{"a private key is published"}},
		{check: verify.CheckKey, reason: "golang-jwt takes RSA keys of 1024 bits and any secret (K07)",
			oddities: []string{"a short RSA key", "a secret shorter than the hash"}},
		{check: verify.CheckKey, reason: "golang-jwt does not compare the curve with the algorithm (J03)",
			oddities: []string{"a curve that is not the algorithm's"}},
		{check: verify.CheckKey, reason: "a key of low order verifies what nobody signed (K11)",
			oddities: []string{"an Ed25519 key of low order"}},
		{check: verify.CheckSignature, reason: "golang-jwt takes a PSS salt of any length (J09)",
			oddities: []string{"a salt of another length"}},
		{check: verify.CheckSignature, reason: "the key that signed is unfit, as above, and another one of its kid was tried in its place",
			oddities: []string{
				"the key is not for signatures", "key_ops and use contradict each other", "the key is for another alg", "a private key is published",
				"a short RSA key", "a curve that is not the algorithm's", "an Ed25519 key of low order",
			}},
		{check: verify.CheckIssuer, reason: "iss is a string even where any will do",
			oddities: []string{"iss of another type"}},
		{check: verify.CheckAudience, reason: "aud is a string or strings even where any will do",
			oddities: []string{"aud of another type"}},
		{check: verify.CheckAudience, reason: "an ID token is for nobody else (O02)",
			oddities: []string{"an audience too many", "another kind is demanded"}},
		{check: verify.CheckExpiry, reason: "a time is within ±(2^53−1) (C04)", oddities: []string{"exp out of range"}},
		{check: verify.CheckNotBefore, reason: "a time is within ±(2^53−1) (C04)", oddities: []string{"nbf out of range"}},
		{check: verify.CheckIssuedAt, reason: "a time is within ±(2^53−1) (C04)", oddities: []string{"iat out of range"}},
		{check: verify.CheckLifetime, reason: "exp is after iat (C05)", when: deadOnArrival},
		{check: verify.CheckMinValidity, reason: "a demand that golang-jwt does not know", when: tooShort},
		{check: verify.CheckSubject, reason: "sub is a string that is not empty (O04)", oddities: []string{"sub of another type or empty"}},
		{check: verify.CheckSubject, reason: "sub of an ID token is there, short and ASCII (O04)",
			oddities: []string{"sub that is long or not ASCII", "sub missing", "another kind is demanded"}},
		{check: verify.CheckParty, reason: "azp is a string, and the client's or the audience's (O03)",
			oddities: []string{"azp of another type", "azp of somebody else", "another client is demanded", "another kind is demanded"}},
		{check: verify.CheckKind, reason: "golang-jwt knows no kinds of tokens (T01–T03)",
			oddities: []string{
				"typ of no bearer token", "typ of an access token", "nonce of somebody else", "hash of something else", "events of another kind",
				"token_use of another kind", "typ claim of another kind", "another kind is demanded", "sid missing",
			}},
		{check: verify.CheckKindClaims, reason: "golang-jwt demands no claims of a kind (C03, T02, T03)", when: incomplete},
		{check: verify.CheckHeaderClaims, reason: "golang-jwt does not compare claims in the header (C08)", when: copiesDiffer},
		{check: verify.CheckClient, reason: "a demand that golang-jwt does not know (O03)",
			oddities: []string{
				"another client is demanded", "azp of somebody else", "azp of another type", "azp missing",
				"client_id of somebody else", "client_id missing",
			}},
		{check: verify.CheckNonce, reason: "a demand that golang-jwt does not know (O05)",
			oddities: []string{"a nonce is demanded", "nonce of somebody else", "nonce missing"}},
		{check: verify.CheckAccessHash, reason: "a demand that golang-jwt does not know (O06)",
			oddities: append(unreadableHeader(), "hash of something else", "at_hash missing")},
		{check: verify.CheckCodeHash, reason: "a demand that golang-jwt does not know (O07)",
			oddities: append(unreadableHeader(), "hash of something else")},
		{check: verify.CheckStateHash, reason: "a demand that golang-jwt does not know (O07)",
			oddities: append(unreadableHeader(), "hash of something else")},
		{check: verify.CheckAuthTime, reason: "a demand that golang-jwt does not know (A01)",
			oddities: append(signIn(), "auth_time missing")},
		{check: verify.CheckACR, reason: "a demand that golang-jwt does not know (A03)", oddities: signIn()},
		{check: verify.CheckScope, reason: "a demand that golang-jwt does not know", oddities: []string{"scope that is too little"}},
		{check: verify.CheckRole, reason: "a demand that golang-jwt does not know", oddities: []string{"roles of another kind"}},
		{check: verify.CheckRequire, reason: "a demand that golang-jwt does not know", oddities: []string{"claim of another value", "jti missing"}},
	}
}

// unreadableHeader is where only golang-jwt learns the algorithm, by which
// at_hash and the like are hashed.
func unreadableHeader() []string {
	return []string{
		"a member of the header twice", "the header is not UTF-8", "a member of the header is too deep",
		"a line break in a segment that is signed",
	}
}

// signIn are the oddities that demand both an acr and a recent auth_time.
func signIn() []string { return []string{"sign-in too old or unknown", "acr that was not demanded"} }

// looser is where golang-jwt refuses what claimcheck, by its contract, does not.
func looser() []*difference {
	return []*difference{
		{check: verify.CheckIssuedAt, reason: "iat up to 10 s ahead is only a warning: some issuers' clocks are fast (C06)",
			when: func(d *draft) bool {
				iat, ok := asNumber(d.claims.get("iat"))
				return ok && iat <= at(d)+d.policy.Leeway.Seconds()+10
			}},
		{check: verify.CheckHeader, reason: "golang-jwt reads numbers in the header as float64; larger ones are legal JSON",
			oddities: []string{"a number in the header that no float64 holds"}},
	}
}

func at(d *draft) float64 { return float64(d.now.UnixNano()) / float64(time.Second) }

// asNumber reads the JSON text of a claim, which a later change of the text as
// a whole may have overridden.
func asNumber(text string) (float64, bool) {
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil
}

func deadOnArrival(d *draft) bool {
	exp, hasExp := asNumber(d.claims.get("exp"))
	iat, hasIat := asNumber(d.claims.get("iat"))
	return hasExp && hasIat && exp <= iat
}

func tooShort(d *draft) bool {
	exp, ok := asNumber(d.claims.get("exp"))
	return ok && d.policy.MinValidity > 0 && at(d)+d.policy.MinValidity.Seconds() > exp
}

// incomplete tells whether a claim that the demanded kind requires is missing
// or has no value.
func incomplete(d *draft) bool {
	required := map[verify.Kind][]string{
		verify.KindID:     {"iss", "sub", "aud", "exp", "iat"},
		verify.KindAccess: {"iss", "exp", "aud", "sub", "client_id", "iat", "jti"},
		verify.KindLogout: {"iss", "aud", "iat", "exp", "jti"},
	}
	return slices.ContainsFunc(required[d.policy.Kind], func(name string) bool {
		return !d.claims.has(name) || d.claims.get(name) == "null"
	})
}

func copiesDiffer(d *draft) bool {
	for _, name := range []string{"iss", "sub", "aud"} {
		if copied := d.header.get(name); copied != "" && copied != d.claims.get(name) {
			return true
		}
	}
	return false
}
