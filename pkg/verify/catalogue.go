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
type checkInfo struct {
	id, title, spec string
	claim           string // that the check is about, or empty
	timed           bool   // the claim is a time
}

// Catalogue returns every check that a report can contain, in the order of a report.
// ID, Title and Spec are set; there is no outcome.
func Catalogue() []Check {
	list := make([]Check, 0, len(catalogue)-1)
	for _, info := range catalogue[1:] {
		list = append(list, Check{ID: info.id, Title: info.title, Spec: info.spec})
	}
	return list
}

// catalogue never changes. Its first entry is that of checkOther.
var catalogue = [...]checkInfo{
	checkPolicy:       {id: "policy", title: "the policy itself makes sense"},
	checkRepaired:     {id: "input_repaired", title: "the token was given as one unbroken string; only from callers that accept other forms", spec: "RFC 7515 section 7.1"},
	checkStructure:    {id: "structure", title: "a compact JWS: three segments, and a header that is not empty", spec: "RFC 7515 section 7.1"},
	checkEncoding:     {id: "encoding", title: "strict base64url: no padding, white space or spare bits", spec: "RFC 7515 section 2"},
	checkHeader:       {id: "header", title: "the header is one JSON object with unique names; kid, typ and cty are strings", spec: "RFC 7515 section 4"},
	checkPayload:      {id: "payload", title: "the claims set is one JSON object with unique names", spec: "RFC 7519 section 7.2"},
	checkCritical:     {id: "critical_header", title: "no critical extension, and no unencoded payload", spec: "RFC 7515 section 4.1.11"},
	checkEmbeddedKey:  {id: "embedded_key", title: "keys that the token embeds or links to are ignored", spec: "RFC 8725 section 3.10"},
	checkAlgorithm:    {id: "algorithm", title: "the algorithm is allowed and fits the trusted keys; never none", spec: "RFC 8725 section 3.1"},
	checkAdvertised:   {id: "advertised_algorithm", title: "the issuer's metadata advertises the algorithm for ID tokens", spec: "OpenID Connect Core section 3.1.3.7"},
	checkKeySet:       {id: "key_set", title: "the key set holds no broken, weak, private or secret keys", spec: "RFC 7517 section 9"},
	checkKey:          {id: "key", title: "a usable key in the trusted set matches the token", spec: "RFC 7515 section 6"},
	checkCertificate:  {id: "certificate", title: "the key's certificate matches and is valid", spec: "RFC 7517 section 4.7"},
	checkSignature:    {id: "signature", title: "the signature verifies with that key", spec: "RFC 7515 section 5.2"},
	checkIssuer:       {id: "issuer", title: "iss is exactly the expected issuer", spec: "RFC 7519 section 4.1.1", claim: "iss"},
	checkAudience:     {id: "audience", title: "aud contains one of the expected audiences", spec: "RFC 7519 section 4.1.3", claim: "aud"},
	checkExpiry:       {id: "expiry", title: "exp is present and has not been reached", spec: "RFC 7519 section 4.1.4", claim: "exp", timed: true},
	checkMinValidity:  {id: "min_validity", title: "the token stays valid for the required time", spec: "RFC 7519 section 4.1.4"},
	checkNotBefore:    {id: "not_before", title: "nbf, where present, has been reached", spec: "RFC 7519 section 4.1.5", claim: "nbf", timed: true},
	checkIssuedAt:     {id: "issued_at", title: "iat, where present, is not in the future", spec: "RFC 7519 section 4.1.6", claim: "iat", timed: true},
	checkLifetime:     {id: "lifetime", title: "exp is after iat, and the lifetime is not too long", spec: "RFC 7519 section 4.1.4"},
	checkLeeway:       {id: "leeway", title: "the allowed clock skew is small", spec: "RFC 7519 section 4.1.4"},
	checkSubject:      {id: "subject", title: "sub, where present, is a string", spec: "RFC 7519 section 4.1.2", claim: "sub"},
	checkParty:        {id: "authorized_party", title: "azp is the client the token is meant for", spec: "OpenID Connect Core section 3.1.3.7", claim: "azp"},
	checkKind:         {id: "kind", title: "the token is of the required kind", spec: "RFC 8725 section 3.11"},
	checkKindClaims:   {id: "kind_claims", title: "the claims that its kind requires are present", spec: "OpenID Connect Core section 2; RFC 9068 section 2.2"},
	checkClaimNames:   {id: "claim_names", title: "no claim looks like a known one spelled differently", spec: "RFC 7519 section 10.1.1"},
	checkHeaderClaims: {id: "header_claims", title: "claims copied into the header equal those of the payload", spec: "RFC 7519 section 5.3"},
	checkPrintable:    {id: "printable", title: "no control, bidi or invisible characters in header and claims"},
	checkConfirmation: {id: "confirmation", title: "the sender holds the key the token is bound to: shown, not enforced", spec: "RFC 9449 section 6, RFC 8705 section 3"},
	checkDisclosure:   {id: "selective_disclosure", title: "disclosures belong to the token: shown, not enforced", spec: "RFC 9901 section 7.1"},
	checkClient:       {id: "client", title: "the token was issued to the expected client", spec: "RFC 9068 section 2.2"},
	checkNonce:        {id: "nonce", title: "nonce is the one that was sent", spec: "OpenID Connect Core section 3.1.3.7"},
	checkAccessHash:   {id: "access_token_hash", title: "at_hash is the hash of the access token", spec: "OpenID Connect Core section 3.1.3.8"},
	checkCodeHash:     {id: "code_hash", title: "c_hash is the hash of the code", spec: "OpenID Connect Core section 3.3.2.10"},
	checkStateHash:    {id: "state_hash", title: "s_hash is the hash of the state", spec: "FAPI 1.0 Advanced section 5.2.2.1"},
	checkAuthTime:     {id: "auth_time", title: "the user authenticated recently enough", spec: "OpenID Connect Core section 2", claim: "auth_time", timed: true},
	checkACR:          {id: "acr", title: "acr is one of the accepted authentication context classes", spec: "RFC 9470 section 3"},
	checkAMR:          {id: "amr", title: "amr, where present, is an array of strings", spec: "RFC 8176 section 1"},
	checkScope:        {id: "scope", title: "every required scope is granted", spec: "RFC 9068 section 2.2.3"},
	checkRole:         {id: "role", title: "every required role is present"},
	checkRequire:      {id: "require", title: "a required claim is present and has the required value"},
	checkAssert:       {id: "assert", title: "an assertion about the claims is true"},
}
