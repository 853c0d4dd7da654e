package verify

import "slices"

// CheckID is the readable name of a check, as "signature" or "audience".
// Catalogue lists them all; they are part of the report's format.
type CheckID string

const (
	checkPolicy       CheckID = "policy"
	checkRepaired     CheckID = "input_repaired"
	checkStructure    CheckID = "structure"
	checkEncoding     CheckID = "encoding"
	checkHeader       CheckID = "header"
	checkPayload      CheckID = "payload"
	checkCritical     CheckID = "critical_header"
	checkEmbeddedKey  CheckID = "embedded_key"
	checkAlgorithm    CheckID = "algorithm"
	checkAdvertised   CheckID = "advertised_algorithm"
	checkKeySet       CheckID = "key_set"
	checkKey          CheckID = "key"
	checkCertificate  CheckID = "certificate"
	checkSignature    CheckID = "signature"
	checkIssuer       CheckID = "issuer"
	checkAudience     CheckID = "audience"
	checkExpiry       CheckID = "expiry"
	checkMinValidity  CheckID = "min_validity"
	checkNotBefore    CheckID = "not_before"
	checkIssuedAt     CheckID = "issued_at"
	checkLifetime     CheckID = "lifetime"
	checkLeeway       CheckID = "leeway"
	checkSubject      CheckID = "subject"
	checkParty        CheckID = "authorized_party"
	checkKind         CheckID = "kind"
	checkKindClaims   CheckID = "kind_claims"
	checkClaimNames   CheckID = "claim_names"
	checkHeaderClaims CheckID = "header_claims"
	checkPrintable    CheckID = "printable"
	checkConfirmation CheckID = "confirmation"
	checkDisclosure   CheckID = "selective_disclosure"
	checkClient       CheckID = "client"
	checkNonce        CheckID = "nonce"
	checkAccessHash   CheckID = "access_token_hash"
	checkCodeHash     CheckID = "code_hash"
	checkStateHash    CheckID = "state_hash"
	checkAuthTime     CheckID = "auth_time"
	checkACR          CheckID = "acr"
	checkAMR          CheckID = "amr"
	checkScope        CheckID = "scope"
	checkRole         CheckID = "role"
	checkRequire      CheckID = "require"
	checkAssert       CheckID = "assert"
)

// CheckInfo describes a check.
type CheckInfo struct {
	ID    CheckID
	Title string // what has to hold, as a short phrase
	Spec  string // where that is specified, or empty
}

// Catalogue returns every check that can be in a report, in the order of a report.
func Catalogue() []CheckInfo { return slices.Clone(catalogue[:]) }

// catalogue never changes.
var catalogue = [...]CheckInfo{
	{checkPolicy, "the policy itself makes sense", ""},
	{checkRepaired, "the token was given as one unbroken text; made by callers that accept less", "RFC 7515 section 7.1"},
	{checkStructure, "a compact JWS: three segments, and a header that is not empty", "RFC 7515 section 7.1"},
	{checkEncoding, "strict base64url: no padding, white space or spare bits", "RFC 7515 section 2"},
	{checkHeader, "the header is one JSON object with unique names; kid, typ and cty are strings", "RFC 7515 section 4"},
	{checkPayload, "the claims set is one JSON object with unique names", "RFC 7519 section 7.2"},
	{checkCritical, "no critical extension, and no unencoded payload", "RFC 7515 section 4.1.11"},
	{checkEmbeddedKey, "keys that the token embeds or links to are ignored", "RFC 8725 section 3.10"},
	{checkAlgorithm, "the algorithm is allowed and fits the trusted keys; never none", "RFC 8725 section 3.1"},
	{checkAdvertised, "the issuer's metadata advertises the algorithm for ID tokens", "OpenID Connect Core section 3.1.3.7"},
	{checkKeySet, "the key set holds no broken, weak, private or secret keys", "RFC 7517 section 9"},
	{checkKey, "a usable key in the trusted set matches the token", "RFC 7515 section 6"},
	{checkCertificate, "the key's certificate matches and is valid", "RFC 7517 section 4.7"},
	{checkSignature, "the signature verifies with that key", "RFC 7515 section 5.2"},
	{checkIssuer, "iss is exactly the expected issuer", "RFC 7519 section 4.1.1"},
	{checkAudience, "aud contains one of the expected audiences", "RFC 7519 section 4.1.3"},
	{checkExpiry, "exp is present and has not been reached", "RFC 7519 section 4.1.4"},
	{checkMinValidity, "the token stays valid for the required time", "RFC 7519 section 4.1.4"},
	{checkNotBefore, "nbf, where present, has been reached", "RFC 7519 section 4.1.5"},
	{checkIssuedAt, "iat, where present, is not in the future", "RFC 7519 section 4.1.6"},
	{checkLifetime, "exp is after iat, and the lifetime is not too long", "RFC 7519 section 4.1.4"},
	{checkLeeway, "the allowed clock skew is small", "RFC 7519 section 4.1.4"},
	{checkSubject, "sub, where present, is a string", "RFC 7519 section 4.1.2"},
	{checkParty, "azp is the client the token is meant for", "OpenID Connect Core section 3.1.3.7"},
	{checkKind, "the token is of the required kind", "RFC 8725 section 3.11"},
	{checkKindClaims, "the claims that its kind requires are present", "OpenID Connect Core section 2; RFC 9068 section 2.2"},
	{checkClaimNames, "no claim looks like a known one spelled differently", "RFC 7519 section 10.1.1"},
	{checkHeaderClaims, "claims copied into the header equal those of the payload", "RFC 7519 section 5.3"},
	{checkPrintable, "no control, bidi or invisible characters in header and claims", ""},
	{checkConfirmation, "the sender holds the key the token is bound to: shown, not enforced", "RFC 9449 section 6, RFC 8705 section 3"},
	{checkDisclosure, "disclosures belong to the token: shown, not enforced", "RFC 9901 section 7.1"},
	{checkClient, "the token was issued to the expected client", "RFC 9068 section 2.2"},
	{checkNonce, "nonce is the one that was sent", "OpenID Connect Core section 3.1.3.7"},
	{checkAccessHash, "at_hash is the hash of the access token", "OpenID Connect Core section 3.1.3.8"},
	{checkCodeHash, "c_hash is the hash of the code", "OpenID Connect Core section 3.3.2.10"},
	{checkStateHash, "s_hash is the hash of the state", "FAPI 1.0 Advanced section 5.2.2.1"},
	{checkAuthTime, "the user authenticated recently enough", "OpenID Connect Core section 2"},
	{checkACR, "acr is one of the accepted authentication context classes", "RFC 9470 section 3"},
	{checkAMR, "amr, where present, is an array of strings", "RFC 8176 section 1"},
	{checkScope, "every required scope is granted", "RFC 9068 section 2.2.3"},
	{checkRole, "every required role is present", ""},
	{checkRequire, "a required claim is present and has the required value", ""},
	{checkAssert, "an assertion about the claims is true", ""},
}

// Spec returns where the check is specified, or an empty string.
func (c Check) Spec() string {
	for i := range catalogue {
		if catalogue[i].ID == c.ID {
			return catalogue[i].Spec
		}
	}
	return ""
}
