package verify

import "slices"

// A check is one of the catalogue in one byte: a report holds some forty of them.
type check uint8

const (
	checkOther check = iota // one of Policy.Extra that the catalogue does not have
	checkPolicy
	checkRepaired
	checkStructure
	checkEncoding
	checkHeader
	checkPayload
	checkCritical
	checkEmbeddedKey
	checkAlgorithm
	checkAdvertised
	checkKeySet
	checkKey
	checkCertificate
	checkSignature
	checkIssuer
	checkAudience
	checkExpiry
	checkMinValidity
	checkNotBefore
	checkIssuedAt
	checkLifetime
	checkLeeway
	checkSubject
	checkParty
	checkKind
	checkKindClaims
	checkClaimNames
	checkHeaderClaims
	checkPrintable
	checkConfirmation
	checkDisclosure
	checkClient
	checkNonce
	checkAccessHash
	checkCodeHash
	checkStateHash
	checkAuthTime
	checkACR
	checkAMR
	checkScope
	checkRole
	checkRequire
	checkAssert
)

func (c check) id() string { return catalogue[c].id }

// checkOf returns the check of an id.
func checkOf(id string) check {
	at := slices.IndexFunc(catalogue[:], func(c checkInfo) bool { return c.id == id })
	return check(max(at, 0)) // #nosec G115 -- an index of the catalogue, which has fewer than 256 rows
}

// checkInfo describes a check.
type checkInfo struct{ id, title, spec string }

// Catalogue returns every check that can be in a report, in the order of a report:
// with ID, Title and Spec, and without an outcome.
func Catalogue() []Check {
	list := make([]Check, 0, len(catalogue)-1)
	for _, info := range catalogue[1:] {
		list = append(list, Check{ID: info.id, Title: info.title, Spec: info.spec})
	}
	return list
}

// catalogue never changes. Its first entry is that of checkOther.
var catalogue = [...]checkInfo{
	checkPolicy:       {"policy", "the policy itself makes sense", ""},
	checkRepaired:     {"input_repaired", "the token was given as one unbroken string; only from callers that accept other forms", "RFC 7515 section 7.1"},
	checkStructure:    {"structure", "a compact JWS: three segments, and a header that is not empty", "RFC 7515 section 7.1"},
	checkEncoding:     {"encoding", "strict base64url: no padding, white space or spare bits", "RFC 7515 section 2"},
	checkHeader:       {"header", "the header is one JSON object with unique names; kid, typ and cty are strings", "RFC 7515 section 4"},
	checkPayload:      {"payload", "the claims set is one JSON object with unique names", "RFC 7519 section 7.2"},
	checkCritical:     {"critical_header", "no critical extension, and no unencoded payload", "RFC 7515 section 4.1.11"},
	checkEmbeddedKey:  {"embedded_key", "keys that the token embeds or links to are ignored", "RFC 8725 section 3.10"},
	checkAlgorithm:    {"algorithm", "the algorithm is allowed and fits the trusted keys; never none", "RFC 8725 section 3.1"},
	checkAdvertised:   {"advertised_algorithm", "the issuer's metadata advertises the algorithm for ID tokens", "OpenID Connect Core section 3.1.3.7"},
	checkKeySet:       {"key_set", "the key set holds no broken, weak, private or secret keys", "RFC 7517 section 9"},
	checkKey:          {"key", "a usable key in the trusted set matches the token", "RFC 7515 section 6"},
	checkCertificate:  {"certificate", "the key's certificate matches and is valid", "RFC 7517 section 4.7"},
	checkSignature:    {"signature", "the signature verifies with that key", "RFC 7515 section 5.2"},
	checkIssuer:       {"issuer", "iss is exactly the expected issuer", "RFC 7519 section 4.1.1"},
	checkAudience:     {"audience", "aud contains one of the expected audiences", "RFC 7519 section 4.1.3"},
	checkExpiry:       {"expiry", "exp is present and has not been reached", "RFC 7519 section 4.1.4"},
	checkMinValidity:  {"min_validity", "the token stays valid for the required time", "RFC 7519 section 4.1.4"},
	checkNotBefore:    {"not_before", "nbf, where present, has been reached", "RFC 7519 section 4.1.5"},
	checkIssuedAt:     {"issued_at", "iat, where present, is not in the future", "RFC 7519 section 4.1.6"},
	checkLifetime:     {"lifetime", "exp is after iat, and the lifetime is not too long", "RFC 7519 section 4.1.4"},
	checkLeeway:       {"leeway", "the allowed clock skew is small", "RFC 7519 section 4.1.4"},
	checkSubject:      {"subject", "sub, where present, is a string", "RFC 7519 section 4.1.2"},
	checkParty:        {"authorized_party", "azp is the client the token is meant for", "OpenID Connect Core section 3.1.3.7"},
	checkKind:         {"kind", "the token is of the required kind", "RFC 8725 section 3.11"},
	checkKindClaims:   {"kind_claims", "the claims that its kind requires are present", "OpenID Connect Core section 2; RFC 9068 section 2.2"},
	checkClaimNames:   {"claim_names", "no claim looks like a known one spelled differently", "RFC 7519 section 10.1.1"},
	checkHeaderClaims: {"header_claims", "claims copied into the header equal those of the payload", "RFC 7519 section 5.3"},
	checkPrintable:    {"printable", "no control, bidi or invisible characters in header and claims", ""},
	checkConfirmation: {"confirmation", "the sender holds the key the token is bound to: shown, not enforced", "RFC 9449 section 6, RFC 8705 section 3"},
	checkDisclosure:   {"selective_disclosure", "disclosures belong to the token: shown, not enforced", "RFC 9901 section 7.1"},
	checkClient:       {"client", "the token was issued to the expected client", "RFC 9068 section 2.2"},
	checkNonce:        {"nonce", "nonce is the one that was sent", "OpenID Connect Core section 3.1.3.7"},
	checkAccessHash:   {"access_token_hash", "at_hash is the hash of the access token", "OpenID Connect Core section 3.1.3.8"},
	checkCodeHash:     {"code_hash", "c_hash is the hash of the code", "OpenID Connect Core section 3.3.2.10"},
	checkStateHash:    {"state_hash", "s_hash is the hash of the state", "FAPI 1.0 Advanced section 5.2.2.1"},
	checkAuthTime:     {"auth_time", "the user authenticated recently enough", "OpenID Connect Core section 2"},
	checkACR:          {"acr", "acr is one of the accepted authentication context classes", "RFC 9470 section 3"},
	checkAMR:          {"amr", "amr, where present, is an array of strings", "RFC 8176 section 1"},
	checkScope:        {"scope", "every required scope is granted", "RFC 9068 section 2.2.3"},
	checkRole:         {"role", "every required role is present", ""},
	checkRequire:      {"require", "a required claim is present and has the required value", ""},
	checkAssert:       {"assert", "an assertion about the claims is true", ""},
}
