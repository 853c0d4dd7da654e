package verify

import (
	"net/url"
	"strings"
	"time"
)

// DiagnosisKind is a case that is recognised behind a failure.
type DiagnosisKind string

// A Diagnosis is what seems to be behind a failing check: a kind and its
// arguments, for a caller to put into words and advice.
type Diagnosis struct {
	Kind   DiagnosisKind
	Wanted string
	Found  string
	Names  []string
	By     time.Duration
}

// The cases that Verify recognises.
const (
	NotDemanded       DiagnosisKind = "not_demanded" // Wanted: which demand was not made; Found: what the token looks like
	OpaqueToken       DiagnosisKind = "opaque_token"
	NoToken           DiagnosisKind = "no_token"
	EncryptedToken    DiagnosisKind = "encrypted_token"
	JSONSerialisation DiagnosisKind = "json_serialisation"
	TruncatedToken    DiagnosisKind = "truncated_token"
	WhiteSpace        DiagnosisKind = "white_space"
	PaddedBase64      DiagnosisKind = "padded_base64"
	DisclosuresAdded  DiagnosisKind = "disclosures_added"
	Unsigned          DiagnosisKind = "unsigned"
	SecretNeeded      DiagnosisKind = "secret_needed"       // Found: the algorithm
	PublicKeyNeeded   DiagnosisKind = "public_key_needed"   // Found: the algorithm
	ShortSecret       DiagnosisKind = "short_secret"        // Found: the algorithm
	AlgorithmExcluded DiagnosisKind = "algorithm_excluded"  // Names: what is allowed; Found
	KeyIDUnknown      DiagnosisKind = "key_id_unknown"      // Found: the kid; Names: those of the set
	KeyOfOtherType    DiagnosisKind = "key_of_other_type"   // Found: the algorithm
	KeysUnusable      DiagnosisKind = "keys_unusable"       // Names: why, key by key
	SignedByOtherKey  DiagnosisKind = "signed_by_other_key" // Found: the key that fits
	Tampered          DiagnosisKind = "tampered"
	OtherSecret       DiagnosisKind = "other_secret"
	DifferentCase     DiagnosisKind = "different_case"   // Wanted, Found
	DifferentSlash    DiagnosisKind = "different_slash"  // Wanted, Found
	DifferentScheme   DiagnosisKind = "different_scheme" // Wanted, Found
	DifferentPort     DiagnosisKind = "different_port"   // Wanted, Found
	DifferentHost     DiagnosisKind = "different_host"   // Wanted, Found
	DifferentValue    DiagnosisKind = "different_value"  // Wanted, Found; for audiences Names only: those of the token
	ClaimMissing      DiagnosisKind = "claim_missing"    // Wanted: its name
	ClockSkew         DiagnosisKind = "clock_skew"       // By: how much
	Milliseconds      DiagnosisKind = "milliseconds"     // Found
	NotYetTime        DiagnosisKind = "not_yet_time"     // By: how much
	ExpiredToken      DiagnosisKind = "expired_token"    // By: how much
	DemandMissing     DiagnosisKind = "demand_missing"   // Names: what is missing
	OtherParty        DiagnosisKind = "other_party"      // Found: azp

	AudienceIsIssuer        DiagnosisKind = "audience_is_issuer"         // Found: the issuer; Wanted: the client that was demanded as audience
	AudienceIsClient        DiagnosisKind = "audience_is_client"         // Found: the client; Names: the audiences
	ClientInsteadOfAudience DiagnosisKind = "client_instead_of_audience" // Found: the client
	ClientAsAudience        DiagnosisKind = "client_as_audience"         // Wanted: the client that was demanded as audience; Names: the audiences
	AudienceIsElsewhere     DiagnosisKind = "audience_is_elsewhere"      // the token is for a service that alone can verify it
	IssuerTemplate          DiagnosisKind = "issuer_template"            // Wanted, Found

	ReauthenticationNeeded DiagnosisKind = "reauthentication_needed" // By: the limit; Names: acr values; Found: what is wrong with auth_time
)

// Compare names the kind of difference between the identifier that was wanted
// and the one that was found, nil if there is none. Identifiers are compared
// byte for byte; the kinds only help a person to see the difference.
func Compare(wanted, found string) *Diagnosis {
	if wanted == found {
		return nil
	}
	d := &Diagnosis{Kind: DifferentValue, Wanted: wanted, Found: found}
	w, errWanted := url.Parse(wanted)
	f, errFound := url.Parse(found)
	urls := errWanted == nil && errFound == nil && w.Host != "" && f.Host != ""
	switch {
	case IsTemplate(found) || IsTemplate(wanted):
		d.Kind = IssuerTemplate
	case strings.TrimSuffix(wanted, "/") == strings.TrimSuffix(found, "/"):
		d.Kind = DifferentSlash
	case isASCII(wanted) && isASCII(found) && strings.EqualFold(wanted, found): // ſ is no capital s
		d.Kind = DifferentCase
	case urls && w.Scheme != f.Scheme && same(w, f, func(u *url.URL) { u.Scheme = "" }):
		d.Kind = DifferentScheme
	case urls && w.Port() != f.Port() && same(w, f, func(u *url.URL) { u.Host = u.Hostname() }):
		d.Kind = DifferentPort
	case urls && !strings.EqualFold(w.Hostname(), f.Hostname()):
		d.Kind = DifferentHost
	}
	return d
}

// same tells whether two URLs are the same without a part that drop takes away.
func same(a, b *url.URL, drop func(*url.URL)) bool {
	x, y := *a, *b
	drop(&x)
	drop(&y)
	return x.String() == y.String()
}

// FirstDifference returns the number of bytes that two texts have in common at
// their beginning.
func FirstDifference(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}
