package verify

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/token"
)

// A Diagnosis is the probable cause of a failing check and its arguments, which
// callers turn into text and advice. Which arguments are set depends on the cause;
// see DiagnosisCauses. The arguments quote the token: escape them before printing.
type Diagnosis struct {
	Cause    string        // such as "clock_skew" or "key_id_unknown"; see DiagnosisCauses
	Expected string        // of the policy
	Found    string        // of the token, or of the keys
	Names    []string      // several of either
	By       time.Duration // how much, or the limit
	// Note is a remark about the service that the token seems to come from, or
	// empty. The service is a guess.
	Note string
}

const (
	opaqueToken         = "opaque_token"
	noToken             = "no_token"
	encryptedToken      = "encrypted_token"       // Found: alg
	encryptedWithSecret = "encrypted_with_secret" // a shared key, and no private key, opens it; Found: alg
	encryptedSession    = "encrypted_session"     // as Auth.js makes them, with the application's secret
	encryptedForAuth0   = "encrypted_for_auth0"   // Auth0's own access token: no audience was asked for
	jsonSerialisation   = "json_serialisation"
	truncatedToken      = "truncated_token"
	whiteSpace          = "white_space"
	paddedBase64        = "padded_base64"
	disclosuresAdded    = "disclosures_added"
	unsigned            = "unsigned"
	secretNeeded        = "secret_needed"       // Found: alg
	publicKeyNeeded     = "public_key_needed"   // Found: alg
	shortSecret         = "short_secret"        // Found: alg
	weakSecret          = "weak_secret"         // too short, and the right one; Found: alg
	otherSecret         = "other_secret"        // Found: the form in which it would fit, or empty
	algorithmExcluded   = "algorithm_excluded"  // Found: alg; Names: what is allowed
	keyIDUnknown        = "key_id_unknown"      // Found: kid; Names: those of the set
	keyOfOtherType      = "key_of_other_type"   // Found: alg
	keysUnusable        = "keys_unusable"       // Names: why, key by key
	signedByOtherKey    = "signed_by_other_key" // Found: the key that fits
	keyInX5C            = "key_in_x5c"          // the certificate in the header verifies the signature, and no trusted key
	tampered            = "tampered"

	differentCase   = "different_case"   // Expected, Found
	differentSlash  = "different_slash"  // Expected, Found
	differentScheme = "different_scheme" // Expected, Found
	differentPort   = "different_port"   // Expected, Found
	differentHost   = "different_host"   // Expected, Found
	differentPrefix = "different_prefix" // by api:// only; Expected, Found
	schemeMissing   = "scheme_missing"   // one of the two lacks https://; Expected, Found
	differentValue  = "different_value"  // Expected, Found; for audiences Names only: those of the token
	issuerTemplate  = "issuer_template"  // Expected, Found

	audienceIsIssuer        = "audience_is_issuer"         // Found: the issuer; Expected: the client that was expected as audience
	audienceIsClient        = "audience_is_client"         // Found: the client; Names: the audiences
	audienceIsEndpoint      = "audience_is_endpoint"       // Expected: the expected server; Found: its endpoint
	clientAssertion         = "client_assertion"           // the client signed it, for an endpoint; Expected, Found
	clientInsteadOfAudience = "client_instead_of_audience" // Found: the client
	clientAsAudience        = "client_as_audience"         // Expected: the client that was expected as audience; Names: the audiences
	audienceIsElsewhere     = "audience_is_elsewhere"      // the token is for a service that alone can verify it

	claimMissing     = "claim_missing"      // Expected: its name
	claimAtUserinfo  = "claim_at_userinfo"  // missing, and often given at the userinfo endpoint only; Expected: its name
	immutableSubject = "immutable_subject"  // GitHub's sub with ids; Expected, Found
	valuesMissing    = "values_missing"     // Names: what is missing
	scopeElsewhere   = "scope_elsewhere"    // Found: the claim; Names: the scopes
	rolesElsewhere   = "roles_elsewhere"    // Found: the claim; Names: the roles
	groupsOverage    = "groups_overage"     // Entra ID left the groups out, because there are too many
	hashOfOtherSize  = "hash_of_other_size" // Found: the claim
	hashOfDecoded    = "hash_of_decoded"    // of the URL-decoded text; Found: the claim
	otherParty       = "other_party"        // Found: azp
	neverBearer      = "never_bearer"       // Found: what it is, as "a DPoP proof"

	clockSkew              = "clock_skew"              // By
	milliseconds           = "milliseconds"            // Found: the claim
	notYetTime             = "not_yet_time"            // By
	expiredToken           = "expired_token"           // By
	reauthenticationNeeded = "reauthentication_needed" // By: the limit; Names: acr values; Found: what is wrong with auth_time
	knownService           = "known_service"           // no cause is known, but a Note
)

// DiagnosisCauses returns every cause that a Diagnosis can name.
func DiagnosisCauses() []string {
	return []string{
		opaqueToken, noToken, encryptedToken, encryptedWithSecret, encryptedSession, encryptedForAuth0, jsonSerialisation,
		truncatedToken, whiteSpace, paddedBase64, disclosuresAdded, unsigned, secretNeeded, publicKeyNeeded, shortSecret,
		weakSecret, otherSecret, keyInX5C, algorithmExcluded, keyIDUnknown, keyOfOtherType, keysUnusable, signedByOtherKey, tampered,
		differentCase, differentSlash, differentScheme, differentPort, differentHost, differentPrefix, schemeMissing, differentValue,
		issuerTemplate, audienceIsIssuer, audienceIsClient, audienceIsEndpoint, clientAssertion, clientInsteadOfAudience,
		clientAsAudience, audienceIsElsewhere, claimMissing, claimAtUserinfo, immutableSubject, valuesMissing, scopeElsewhere,
		rolesElsewhere, groupsOverage, hashOfOtherSize, hashOfDecoded, otherParty, neverBearer, clockSkew, milliseconds,
		notYetTime, expiredToken, reauthenticationNeeded, knownService,
	}
}

// diagnoseFault names what a text is that is not a JWT.
func diagnoseFault(t *token.Token, fault *token.Fault) *Diagnosis {
	cause, known := map[string]string{
		"no_token": noToken, "opaque": opaqueToken, "json_serialisation": jsonSerialisation, "unsigned": unsigned, "segment_count": truncatedToken,
		"trailing_bits": truncatedToken, "padding": paddedBase64, "white_space": whiteSpace, "disclosures": disclosuresAdded,
	}[fault.Cause]
	switch {
	case known:
		return &Diagnosis{Cause: cause}
	case fault.Note != "":
		return &Diagnosis{Cause: knownService, Note: fault.Note}
	case fault.Cause == "encrypted":
		return diagnoseEncrypted(t.Header())
	default:
		return nil
	}
}

// diagnoseEncrypted recognises by the header of a JWE who can open it (RFC 7518
// section 4.1).
func diagnoseEncrypted(header strictjson.Value) *Diagnosis {
	alg, _ := header.Get("alg").Text()
	d := &Diagnosis{Cause: encryptedToken, Found: alg}
	shared := alg == "dir" || strings.HasPrefix(alg, "A128") || strings.HasPrefix(alg, "A192") || strings.HasPrefix(alg, "A256") || strings.HasPrefix(alg, "PBES2")
	iss, _ := header.Get("iss").Text()
	switch {
	case !shared:
	case strings.HasSuffix(strings.TrimSuffix(iss, "/"), ".auth0.com"):
		d.Cause = encryptedForAuth0
	case alg == "dir" && hasSessionHeader(header):
		d.Cause = encryptedSession
	default:
		d.Cause = encryptedWithSecret
	}
	return d
}

// hasSessionHeader reports whether a header has what those of Auth.js have, and no
// more.
func hasSessionHeader(header strictjson.Value) bool {
	enc, _ := header.Get("enc").Text()
	other := func(m strictjson.Member) bool { return m.Name != "alg" && m.Name != "enc" && m.Name != "kid" }
	return (enc == "A256GCM" || enc == "A256CBC-HS512") && !slices.ContainsFunc(header.Members(), other)
}

// Compare returns the difference between the expected identifier and the one found,
// or nil if they are equal. Identifiers are compared byte for byte; the cause only
// helps people see the difference.
func Compare(expected, found string) *Diagnosis {
	if expected == found {
		return nil
	}
	d := &Diagnosis{Cause: differentValue, Expected: expected, Found: found}
	w, errExpected := url.Parse(expected)
	f, errFound := url.Parse(found)
	urls := errExpected == nil && errFound == nil && w.Host != "" && f.Host != ""
	switch {
	case IsTemplate(found) || IsTemplate(expected):
		d.Cause = issuerTemplate
	case strings.TrimSuffix(expected, "/") == strings.TrimSuffix(found, "/"):
		d.Cause = differentSlash
	case isASCII(expected) && isASCII(found) && strings.EqualFold(expected, found): // ſ is not a capital s
		d.Cause = differentCase
	case strings.TrimPrefix(expected, "api://") == strings.TrimPrefix(found, "api://"):
		d.Cause = differentPrefix
	case strings.TrimPrefix(expected, "https://") == strings.TrimPrefix(found, "https://"):
		d.Cause = schemeMissing
	case urls && w.Scheme != f.Scheme && same(w, f, func(u *url.URL) { u.Scheme = "" }):
		d.Cause = differentScheme
	case urls && w.Port() != f.Port() && same(w, f, func(u *url.URL) { u.Host = u.Hostname() }):
		d.Cause = differentPort
	case urls && !strings.EqualFold(w.Hostname(), f.Hostname()):
		d.Cause = differentHost
	}
	return d
}

// same reports whether two URLs are the same without a part that drop takes away.
func same(a, b *url.URL, drop func(*url.URL)) bool {
	x, y := *a, *b
	drop(&x)
	drop(&y)
	return x.String() == y.String()
}

// diagnoseAudience recognises what is behind an unexpected audience: an access
// token that names its client elsewhere, as Authgear's do, an ID token in place of
// an access token, or a difference that is easily overlooked.
func (v *verification) diagnoseAudience(list []string) *Diagnosis {
	for _, expected := range v.policy.Audiences {
		for _, found := range list[:min(len(list), maxCompared)] {
			if d := Compare(expected, found); d.Cause == differentCase || d.Cause == differentSlash || d.Cause == differentPrefix {
				return d
			}
		}
	}
	iss, client := v.report.text("iss"), v.clientOf()
	isID := v.report.Kind == KindID && v.policy.Kind != KindID && v.forClient(list)
	switch {
	case slices.Contains(list, iss) && slices.Contains(v.policy.Audiences, client):
		return &Diagnosis{Cause: audienceIsIssuer, Expected: client, Found: iss}
	case slices.Contains(v.policy.Audiences, client):
		return &Diagnosis{Cause: clientAsAudience, Expected: client, Names: list}
	case forGraph(v.report.origin(), nil), forGcloud(v.report.origin(), nil):
		return &Diagnosis{Cause: audienceIsElsewhere}
	case isID && len(list) > 0:
		return &Diagnosis{Cause: audienceIsClient, Found: list[0], Names: list}
	}
	for _, expected := range v.policy.Audiences {
		if d := v.diagnoseEndpoint(expected, list); d != nil {
			return d
		}
	}
	return &Diagnosis{Cause: differentValue, Names: list}
}

// maxCompared is the maximum number of audiences to compare for a small difference.
const maxCompared = 100

// diagnoseEndpoint recognises a token for an endpoint of the expected server, such
// as one that a client makes to authenticate (RFC 7523 section 3).
func (v *verification) diagnoseEndpoint(expected string, list []string) *Diagnosis {
	i := slices.IndexFunc(list, func(found string) bool {
		return strings.Contains(expected, "://") && strings.HasPrefix(found, strings.TrimSuffix(expected, "/")+"/")
	})
	if i < 0 {
		return nil
	}
	d := &Diagnosis{Cause: audienceIsEndpoint, Expected: expected, Found: list[i], Names: list}
	if iss := v.report.text("iss"); iss != "" && iss == v.report.text("sub") {
		d.Cause = clientAssertion
	}
	return d
}

// forClient reports whether what looks like an ID token is for a client: it has
// what only ID tokens have, or is for the client that it names.
func (v *verification) forClient(list []string) bool {
	if hasAny(v.claims, accessSigns) {
		return false
	}
	return hasAny(v.claims, idSigns) || hasAny(v.claims, []string{"nonce", "auth_time", "sid"}) || slices.Contains(list, v.clientOf())
}

// diagnoseNoAudience recognises tokens that name a client in place of an
// audience, as Cognito's do.
func (v *verification) diagnoseNoAudience() *Diagnosis {
	if client := v.clientOf(); client != "" && v.claims.Get("token_use").Exists() {
		return &Diagnosis{Cause: clientInsteadOfAudience, Found: client}
	}
	return &Diagnosis{Cause: claimMissing, Expected: "aud"}
}
