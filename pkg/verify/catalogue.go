package verify

// CheckID is the readable name of a check. It is part of the report's format.
type CheckID string

// The checks. Catalogue has them in the order of a report.
const (
	CheckPolicy       CheckID = "policy"
	CheckRepaired     CheckID = "input_repaired"
	CheckStructure    CheckID = "structure"
	CheckEncoding     CheckID = "encoding"
	CheckHeader       CheckID = "header"
	CheckPayload      CheckID = "payload"
	CheckCritical     CheckID = "critical_header"
	CheckEmbeddedKey  CheckID = "embedded_key"
	CheckAlgorithm    CheckID = "algorithm"
	CheckAdvertised   CheckID = "advertised_algorithm"
	CheckKeySet       CheckID = "key_set"
	CheckKey          CheckID = "key"
	CheckCertificate  CheckID = "certificate"
	CheckSignature    CheckID = "signature"
	CheckIssuer       CheckID = "issuer"
	CheckAudience     CheckID = "audience"
	CheckExpiry       CheckID = "expiry"
	CheckMinValidity  CheckID = "min_validity"
	CheckNotBefore    CheckID = "not_before"
	CheckIssuedAt     CheckID = "issued_at"
	CheckLifetime     CheckID = "lifetime"
	CheckLeeway       CheckID = "leeway"
	CheckSubject      CheckID = "subject"
	CheckParty        CheckID = "authorized_party"
	CheckKind         CheckID = "kind"
	CheckKindClaims   CheckID = "kind_claims"
	CheckClaimNames   CheckID = "claim_names"
	CheckHeaderClaims CheckID = "header_claims"
	CheckClient       CheckID = "client"
	CheckNonce        CheckID = "nonce"
	CheckAccessHash   CheckID = "access_token_hash"
	CheckCodeHash     CheckID = "code_hash"
	CheckStateHash    CheckID = "state_hash"
	CheckConfirmation CheckID = "confirmation"
	CheckDisclosure   CheckID = "selective_disclosure"
	CheckPrintable    CheckID = "printable"
	CheckAuthTime     CheckID = "auth_time"
	CheckACR          CheckID = "acr"
	CheckAMR          CheckID = "amr"
	CheckScope        CheckID = "scope"
	CheckRole         CheckID = "role"
	CheckRequire      CheckID = "require"
	CheckAssert       CheckID = "assert"
)

// CheckInfo describes a check.
type CheckInfo struct {
	ID    CheckID
	Title string // what it asks, as a short phrase
	Spec  string // where that is specified, or empty
}

// Catalogue returns every check that Verify can make, in the order of a report.
func Catalogue() []CheckInfo {
	return []CheckInfo{
		{CheckPolicy, "the policy itself makes sense", ""},
		{CheckRepaired, "the text as given is the token", "RFC 7515 section 7.1"},
		{CheckStructure, "a compact JWS: three segments, a header that is not empty", "RFC 7515 section 7.1"},
		{CheckEncoding, "strict base64url: no padding, white space or spare bits", "RFC 7515 section 2"},
		{CheckHeader, "the header is one JSON object with unique names; kid, typ and cty are strings", "RFC 7515 section 4"},
		{CheckPayload, "the claims set is one JSON object with unique names", "RFC 7519 section 7.2"},
		{CheckCritical, "no critical extension, and no unencoded payload", "RFC 7515 section 4.1.11"},
		{CheckEmbeddedKey, "keys that the token itself brings or names are ignored", "RFC 8725 section 3.10"},
		{CheckAlgorithm, "an allowed algorithm, and the one of the key; never none", "RFC 8725 section 3.1"},
		{CheckAdvertised, "the issuer's metadata advertises the algorithm", "OpenID Connect Core section 3.1.3.7"},
		{CheckKeySet, "the key set holds no broken, weak, private or secret keys", "RFC 7517 section 9"},
		{CheckKey, "one fit key of the trusted set fits the token", "RFC 7515 section 6"},
		{CheckCertificate, "the key's certificate matches and is valid", "RFC 7517 section 4.7"},
		{CheckSignature, "the signature verifies by that key", "RFC 7515 section 5.2"},
		{CheckIssuer, "iss is exactly the issuer that was demanded", "RFC 7519 section 4.1.1"},
		{CheckAudience, "aud names one of the audiences that were demanded", "RFC 7519 section 4.1.3"},
		{CheckExpiry, "exp is there and not reached", "RFC 7519 section 4.1.4"},
		{CheckMinValidity, "the token stays valid as long as demanded", "RFC 7519 section 4.1.4"},
		{CheckNotBefore, "nbf, where present, is not in the future", "RFC 7519 section 4.1.5"},
		{CheckIssuedAt, "iat, where present, is not in the future", "RFC 7519 section 4.1.6"},
		{CheckLifetime, "exp is after iat, and the time between them is not too long", "RFC 7519 section 4.1.4"},
		{CheckLeeway, "the allowed clock difference is small", "RFC 7519 section 4.1.4"},
		{CheckSubject, "sub, where present, is a string that is not empty", "RFC 7519 section 4.1.2"},
		{CheckParty, "azp is the client the token is meant for", "OpenID Connect Core section 3.1.3.7"},
		{CheckKind, "the token is of the kind that was demanded", "RFC 8725 section 3.11"},
		{CheckKindClaims, "the claims that its kind requires are there", "OpenID Connect Core section 2; RFC 9068 section 2.2"},
		{CheckClaimNames, "no claim looks like a known one written differently", "RFC 7519 section 10.1.1"},
		{CheckHeaderClaims, "claims copied into the header equal those of the payload", "RFC 7519 section 5.3"},
		{CheckPrintable, "no control, bidi or invisible characters in header and claims", ""},
		{CheckConfirmation, "the sender holds the key that the token is bound to: shown, not enforced", "RFC 9449 section 6, RFC 8705 section 3"},
		{CheckDisclosure, "disclosures belong to the token: shown, not enforced", "RFC 9901 section 7.1"},
		{CheckClient, "the token was issued to the client that was demanded", "RFC 9068 section 2.2"},
		{CheckNonce, "nonce is the one that was sent", "OpenID Connect Core section 3.1.3.7"},
		{CheckAccessHash, "at_hash is the hash of the access token", "OpenID Connect Core section 3.1.3.8"},
		{CheckCodeHash, "c_hash is the hash of the code", "OpenID Connect Core section 3.3.2.10"},
		{CheckStateHash, "s_hash is the hash of the state", "FAPI 1.0 Advanced section 5.2.2.1"},
		{CheckAuthTime, "the user authenticated recently enough", "OpenID Connect Core section 2"},
		{CheckACR, "the authentication context is one that was demanded", "RFC 9470 section 3"},
		{CheckAMR, "amr, where present, is an array of strings", "RFC 8176 section 1"},
		{CheckScope, "every scope that was demanded is granted", "RFC 9068 section 2.2.3"},
		{CheckRole, "every role that was demanded is there", ""},
		{CheckRequire, "a claim that was demanded is there and has its value", ""},
		{CheckAssert, "an assertion over the claims is true", ""},
	}
}

// Spec returns where the check is specified, or an empty string.
func (c Check) Spec() string {
	for _, info := range Catalogue() {
		if info.ID == c.ID {
			return info.Spec
		}
	}
	return ""
}

// NotCheckedYet lists what is known and not checked by anything here, so that
// nobody takes silence for approval. confirmation and selective_disclosure, which
// say so in every report, are in the Catalogue.
func NotCheckedYet() []CheckInfo {
	return []CheckInfo{
		{"dpop_proof", "a DPoP proof that comes with a token", "RFC 9449 section 4.3"},
		{"protected_resource", "the metadata of a protected resource", "RFC 9728 section 3.3"},
		{"encrypted_content", "what is inside an encrypted token: it is refused whole", "RFC 7516"},
		{"introspection_jwt", "an introspection answer in the form of a JWT: it is no answer", "RFC 9701 section 5"},
		{"fapi2_profile", "the rules of the FAPI 2.0 security profile as a whole", "FAPI 2.0 Security Profile"},
	}
}
