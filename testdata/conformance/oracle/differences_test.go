package oracle

import (
	"slices"

	"github.com/claimcheck/claimcheck/pkg/verify"
)

// difference is one thing that claimcheck says otherwise than golang-jwt, by a
// named check, for a reason: where one of the oddities is there, or where a
// condition holds. Under no other circumstances may it.
type difference struct {
	check  string
	reason string

	must []string // oddities by which, alone, the check has to fail
	may  []string // oddities that may make it fail, together with something else

	mustWhen, mayWhen func(*draft) bool

	used int
}

// stricter is where claimcheck refuses what golang-jwt does not look at.
func stricter() []*difference {
	var all []*difference
	for _, table := range [][]*difference{stricterText(), stricterKeys(), stricterTimes(), stricterParties(), stricterDemands()} {
		all = append(all, table...)
	}
	return all
}

func stricterText() []*difference {
	return []*difference{
		{check: "encoding", reason: "golang-jwt skips CR and LF inside base64url (checks J07)",
			must: []string{"a line break in a segment that is signed", "a line break in the signature"}},
		{check: "header", reason: "kid, typ and cty are strings (J08)",
			must: []string{"kid not a string", "typ not a string", "cty not a string"}},
		{check: "header", reason: "golang-jwt takes the last of several members of one name (J08)",
			must: []string{"a member of the header twice"}},
		{check: "header", reason: "golang-jwt reads bad UTF-8 and lone surrogates as U+FFFD (J08)",
			must: []string{"the header is not UTF-8"}},
		{check: "header", reason: "nesting is bounded at 32",
			must: []string{"a member of the header is too deep"}},
		{check: "payload", reason: "golang-jwt takes the last of several claims of one name (C01)",
			must: []string{"a claim twice"}},
		{check: "payload", reason: "golang-jwt reads bad UTF-8 and lone surrogates as U+FFFD (C01)",
			must: []string{"the claims set is not UTF-8"}},
		{check: "payload", reason: "nesting is bounded at 32",
			must: []string{"a claim is too deep"}},
		{check: "payload", reason: "with exact numbers, golang-jwt reads the first JSON value and no further (C01)",
			must: []string{"something follows the claims set"}},
		{check: "payload", reason: "golang-jwt takes null for no claims (C01)",
			must: []string{"the claims set is null"}},
		{check: "critical_header", reason: "golang-jwt does not read crit (J11)",
			must: []string{"crit"}},
		{check: "critical_header", reason: "golang-jwt does not read b64 (J12)",
			must: []string{"b64 not true"}},
		{check: "header_claims", reason: "golang-jwt does not compare claims in the header (C08)",
			mustWhen: copiesDiffer},
	}
}

func stricterKeys() []*difference {
	return []*difference{
		{check: "advertised_algorithm", reason: "golang-jwt knows no metadata (J04)",
			mustWhen: unadvertised},
		{check: "key", reason: "golang-jwt sees no use or key_ops of a key (K04)",
			must: []string{"the key is not for signatures", "key_ops and use contradict each other"}},
		{check: "key", reason: "golang-jwt sees no alg of a key (J03)",
			must: []string{"the key is for another alg"}},
		{check: "key", reason: "a published private key is nobody's (K08)",
			must: []string{"a private key is published"}},
		{check: "key", reason: "golang-jwt takes RSA keys of 1024 bits (K07)",
			must: []string{"a short RSA key"}},
		{check: "key", reason: "golang-jwt takes any secret (K07)",
			must: []string{"a secret shorter than the hash"}},
		{check: "key", reason: "golang-jwt does not compare the curve with the algorithm (J03)",
			must: []string{"a curve that is not the algorithm's"}},
		{check: "key", reason: "a key of low order verifies what nobody signed (K11)",
			must: []string{"an Ed25519 key of low order"}},
		{check: "signature", reason: "golang-jwt takes a PSS salt of any length (J09)",
			must: []string{"a salt of another length"}},
		{check: "signature", reason: "the key that signed is unfit, as above, and another one of its kid was tried in its place",
			may: []string{
				"the key is not for signatures", "key_ops and use contradict each other", "the key is for another alg", "a private key is published",
				"a short RSA key", "a curve that is not the algorithm's", "an Ed25519 key of low order",
			}},
	}
}

func stricterTimes() []*difference {
	return []*difference{
		{check: "expiry", reason: "a time is within ±(2^53−1) (C04)", must: []string{"exp out of range"}},
		{check: "not_before", reason: "a time is within ±(2^53−1) (C04)", must: []string{"nbf out of range"}},
		{check: "issued_at", reason: "a time is within ±(2^53−1) (C04)", must: []string{"iat out of range"}},
		{check: "lifetime", reason: "exp is after iat (C05)", mustWhen: deadOnArrival},
		{check: "min_validity", reason: "a demand that golang-jwt does not know", mustWhen: tooShort},
	}
}

func stricterParties() []*difference {
	return []*difference{
		{check: "issuer", reason: "iss is a string even where any will do",
			must: []string{"iss of another type"}},
		{check: "audience", reason: "aud is a string or strings even where any will do",
			must: []string{"aud of another type"}},
		{check: "audience", reason: "an ID token is for nobody else (O02)",
			may: []string{"an audience too many", "another kind is required"}},
		{check: "subject", reason: "sub is a string (O04)",
			must: []string{"sub of another type"}},
		{check: "subject", reason: "sub of an ID token is there, short and ASCII (O04)",
			may: []string{"sub that is long or not ASCII", "sub missing", "sub null or empty", "another kind is required"}},
		{check: "authorized_party", reason: "azp is a string (O03)",
			must: []string{"azp of another type"}},
		{check: "authorized_party", reason: "azp is the client's or the audience's (O03)",
			may: []string{"azp of somebody else", "another client is required", "another kind is required"}},
		{check: "kind", reason: "golang-jwt does not read typ (T01)",
			mustWhen: wrongType},
		{check: "kind", reason: "a logout token grants nothing where that kind is not required (T03)",
			mayWhen: func(d *draft) bool { return d.kind == verify.KindLogout && d.policy.Kind == "" }},
		{check: "kind", reason: "what looks like an access token is no ID token (T01)",
			mayWhen: likeAccessToken},
		{check: "kind", reason: "golang-jwt knows no kinds of tokens (T01–T03)",
			may: []string{
				"nonce of somebody else", "events of another kind",
				"token_use of another kind", "typ claim of another kind", "another kind is required", "sid missing",
				"at_hash of something else", "c_hash of something else", "s_hash of something else",
			}},
		{check: "kind_claims", reason: "golang-jwt demands no claims of a kind (C03, T02, T03)",
			mayWhen: incomplete},
	}
}

func stricterDemands() []*difference {
	return []*difference{
		{check: "client", reason: "a demand that golang-jwt does not know (O03)",
			must: []string{"another client is required"},
			may: []string{
				"azp of somebody else", "azp of another type", "azp missing", "client_id of somebody else", "client_id missing",
			}},
		{check: "nonce", reason: "a demand that golang-jwt does not know (O05)",
			must: []string{"a nonce is required"},
			may:  []string{"nonce of somebody else", "nonce missing"}},
		{check: "access_token_hash", reason: "a demand that golang-jwt does not know (O06)",
			must: []string{"at_hash of something else"},
			may:  append(unreadableHeader(), "at_hash missing")},
		{check: "code_hash", reason: "a demand that golang-jwt does not know (O07)",
			must: []string{"c_hash of something else"},
			may:  unreadableHeader()},
		{check: "state_hash", reason: "a demand that golang-jwt does not know (O07)",
			must: []string{"s_hash of something else"},
			may:  unreadableHeader()},
		{check: "auth_time", reason: "a demand that golang-jwt does not know (A01)",
			must: []string{"sign-in too old or unknown"},
			may:  []string{"acr that was not required", "auth_time missing"}},
		{check: "acr", reason: "a demand that golang-jwt does not know (A03)",
			must: []string{"acr that was not required"},
			may:  []string{"sign-in too old or unknown"}},
		{check: "scope", reason: "a demand that golang-jwt does not know",
			must: []string{"scope that is too little"}},
		{check: "role", reason: "a demand that golang-jwt does not know",
			must: []string{"roles of another kind"}},
		{check: "require", reason: "a demand that golang-jwt does not know",
			must: []string{"claim of another value"},
			may:  []string{"jti missing"}},
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

// looser is where golang-jwt refuses what claimcheck, by its contract, does not.
func looser() []*difference {
	return []*difference{
		{check: "issued_at", reason: "iat up to 10 s ahead is only a warning: some issuers' clocks are fast (C06)",
			mayWhen: slightlyAhead},
		{check: "header", reason: "golang-jwt reads numbers in the header as float64; larger ones are legal JSON",
			may: []string{"a number in the header that no float64 holds"}},
		{check: "expiry", reason: "what is never a bearer token is refused for that, not for a missing exp (T01)",
			may: []string{"typ of no bearer token"}, mayWhen: neverBearer},
		{check: "issuer", reason: "what is never a bearer token is refused for that, not for a missing iss (T01)",
			may: []string{"typ of no bearer token"}, mayWhen: neverBearer},
		{check: "audience", reason: "what is never a bearer token is refused for that, not for a missing aud (T01)",
			may: []string{"typ of no bearer token"}, mayWhen: neverBearer},
		{check: "not_before", reason: "nbf null is an absent nbf: writers of JSON put null for what is absent",
			mayWhen: func(d *draft) bool { return d.claims.get("nbf") == "null" }},
		{check: "issued_at", reason: "iat null is an absent iat",
			mayWhen: func(d *draft) bool { return d.claims.get("iat") == "null" }},
	}
}

// neverBearer is for a logout token where none is asked for.
func neverBearer(d *draft) bool {
	return d.kind == verify.KindLogout && d.policy.Kind != verify.KindLogout
}

// likeAccessToken is for a token with a claim of access tokens where an ID token
// is asked for.
func likeAccessToken(d *draft) bool {
	return d.policy.Kind == verify.KindID && slices.ContainsFunc([]string{"client_id", "cid", "appid", "scope", "scp"}, d.claims.has)
}
