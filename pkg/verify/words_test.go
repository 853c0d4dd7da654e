package verify_test

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// The messages of passed checks about the token and the key.
func TestWordsWhereAllIsWell(t *testing.T) {
	usual := map[string]string{
		verify.CheckStructure: "a compact JWS", verify.CheckEncoding: "strict base64url", verify.CheckHeader: "one JSON object", verify.CheckPayload: "one JSON object",
		verify.CheckCritical: "no critical extension", verify.CheckEmbeddedKey: "the token embeds no key", verify.CheckAdvertised: "no metadata to compare with",
		verify.CheckIssuer: "https://issuer.example", verify.CheckAudience: `the token is for "api"`, verify.CheckExpiry: "expires at 2020-09-13 12:31:40 UTC",
		verify.CheckNotBefore: "the token has no nbf", verify.CheckIssuedAt: "issued at 2020-09-13 12:26:40 UTC", verify.CheckLifetime: "300 seconds",
		verify.CheckSubject: "alice", verify.CheckParty: "the token has no azp", verify.CheckKind: "looks like a token of no known kind",
		verify.CheckClaimNames: "no look-alikes", verify.CheckHeaderClaims: "no claims in the header", verify.CheckPrintable: "no control or invisible characters",
		verify.CheckConfirmation: "the token is not bound to a key of its sender", verify.CheckDisclosure: "nothing is selectively disclosed",
		verify.CheckNonce: "not required", verify.CheckAuthTime: "the token has no auth_time", verify.CheckAMR: "the token has no amr",
	}
	for _, c := range []struct {
		key, alg string
		keys     verify.Keys
		words    map[string]string
	}{
		{"ec256", "ES256", everyKey(t), map[string]string{
			verify.CheckAlgorithm: "ES256", verify.CheckKeySet: "5 of 5 keys can verify signatures", verify.CheckKey: `EC P-256, key "ec256"`, verify.CheckSignature: `ES256 by key "ec256"`,
		}},
		{"ed25519", "EdDSA", everyKey(t), map[string]string{
			verify.CheckAlgorithm: "EdDSA; the name is deprecated, Ed25519 is the precise one (RFC 9864)", verify.CheckSignature: `EdDSA by key "ed25519"`,
		}},
		{"hmac", "HS256", secret(t), map[string]string{
			verify.CheckAlgorithm: "HS256", verify.CheckKeySet: "", verify.CheckKey: "the shared secret", verify.CheckSignature: "HS256 with the shared secret",
		}},
	} {
		r := examine(goodToken(t, c.key, c.alg), c.keys, goodPolicy())
		wantAccepted(t, r)
		for _, words := range []map[string]string{usual, c.words} {
			for id, want := range words {
				if check, _ := r.Check(id); check.Message != want {
					t.Errorf("%s by %s, %s: %q, want %q", c.alg, c.key, id, check.Message, want)
				}
			}
		}
	}
}

// A passed check reports the value that it checked, which is not always a claim.
func TestEvidenceWhereAllIsWell(t *testing.T) {
	r := examine(claiming(t, goodClaims().with("", `"nameless"`)), everyKey(t), goodPolicy())
	for id, want := range map[string]string{
		verify.CheckIssuer: `"https://issuer.example"`, verify.CheckAudience: `"api"`, verify.CheckExpiry: "1600000300", verify.CheckSubject: `"alice"`, verify.CheckKey: "", verify.CheckStructure: "",
	} {
		check, _ := r.Check(id)
		if check.Actual.Exists() != (want != "") || want != "" && check.Actual.String() != want {
			t.Errorf("%s: got %s, want %s", id, check.Actual, want)
		}
		if check.Time.IsZero() != (id != verify.CheckExpiry) {
			t.Errorf("%s: the time is %s", id, check.Time)
		}
	}
}

// Users act on the message of a check, so nearly identical cases must have the
// message that fits each of them.
func TestWordsOfChecks(t *testing.T) {
	kind := func(k verify.Kind) func(*verify.Policy) { return func(p *verify.Policy) { p.Kind = k } }
	present := func(claim string) func(*verify.Policy) {
		return func(p *verify.Policy) { p.Require = []verify.Requirement{{Claim: claim}} }
	}
	scope := func(p *verify.Policy) { p.Scopes = []string{"read"} }
	plain := func(*verify.Policy) {}
	overage := goodClaims().with("_claim_names", `{"groups":"src1"}`)
	many := goodClaims().with("aud", `["api","other"]`)
	for _, c := range []struct {
		name   string
		claims object
		edit   func(*verify.Policy)
		check  string
		status verify.Status
		says   string
	}{
		{"a sign by its value", goodClaims().with("token_use", `"id"`), kind(verify.KindAccess), verify.CheckKind, verify.Failed,
			"this is an ID token, not an access token: it has token_use=id"},
		{"a sign by its name", goodClaims().with("at_hash", `"x"`), kind(verify.KindAccess), verify.CheckKind, verify.Failed,
			"this is an ID token, not an access token: it has at_hash"},
		{"the shape of an ID token", goodClaims().with("nonce", `"n"`), kind(verify.KindAccess), verify.CheckKind, verify.Failed,
			"this looks like an ID token, not an access token: there is no client_id, scope or the like"},
		{"no shape at all", goodClaims(), kind(verify.KindAccess), verify.CheckKind, verify.Failed,
			"nothing shows that this is an access token: typ is not at+jwt, and there is no client_id, scope or the like"},
		{"an ID token with nothing of an access token", goodClaims().with("nonce", `"n"`), kind(verify.KindID), verify.CheckKind, verify.Passed, "an ID token"},
		{"an ID token with a scope", goodClaims().with("nonce", `"n"`).with("scope", `"a"`), kind(verify.KindID), verify.CheckKind, verify.Warning,
			"it may be an access token: it has scope"},
		{"an ID token with a scope, and at_hash", goodClaims().with("at_hash", `"x"`).with("scope", `"a"`), kind(verify.KindID), verify.CheckKind, verify.Passed, "an ID token"},
		{"several audiences of an ID token without azp", many, kind(verify.KindID), verify.CheckParty, verify.Warning,
			"the token has several audiences but no azp to say which of them requested it"},
		{"several audiences of what looks like an ID token", many.with("nonce", `"n"`), plain, verify.CheckParty, verify.Warning,
			"the token has several audiences but no azp to say which of them requested it"},
		{"several audiences of an access token", many.with("scope", `"a"`), plain, verify.CheckParty, verify.NotChecked, "the token has no azp"},
		{"one audience of an ID token", goodClaims(), kind(verify.KindID), verify.CheckParty, verify.NotChecked, "the token has no azp"},
		{"a client under another name, in an access token", goodClaims().with("cid", `"app"`), kind(verify.KindAccess), verify.CheckKindClaims, verify.Warning, "missing: jti"},
		{"no subject, and nothing else is missing", goodClaims().with("nonce", `"n"`).with("sub", "null"), plain, verify.CheckKindClaims, verify.NotChecked,
			"sub names no subject; the other required claims are present"},
		{"no subject, and no iat", goodClaims().with("nonce", `"n"`).with("sub", "null").without("iat"), plain, verify.CheckKindClaims, verify.Warning, "missing: sub and iat"},
		{"no sub at all", goodClaims().with("nonce", `"n"`).without("sub"), plain, verify.CheckKindClaims, verify.Warning, "missing: sub"},
		{"no subject, where it is required", goodClaims().with("nonce", `"n"`).with("sub", "null"), kind(verify.KindID), verify.CheckKindClaims, verify.Failed, "missing: sub"},
		{"exp as a string", goodClaims().with("exp", `"1600000300"`), plain, verify.CheckExpiry, verify.Failed, "exp is a string, not a number"},
		{"eleven audiences that are wrong", goodClaims().with("aud", `["a","b","c","d","e","f","g","h","i","j","k"]`), plain, verify.CheckAudience, verify.Failed,
			`expected "api", but the token is for "a", "b", "c", "d", "e", "f", "g", "h", "i", "j" and 1 more`},
		{"ten audiences that are wrong", goodClaims().with("aud", `["a","b","c","d","e","f","g","h","i","j"]`), plain, verify.CheckAudience, verify.Failed,
			`expected "api", but the token is for "a", "b", "c", "d", "e", "f", "g", "h", "i" and "j"`},
		{"no acr", goodClaims(), func(p *verify.Policy) { p.ACR = []string{"gold"} }, verify.CheckACR, verify.Failed, `expected acr "gold", but acr is missing`},
		{"another acr", goodClaims().with("acr", `"tin"`), func(p *verify.Policy) { p.ACR = []string{"gold"} }, verify.CheckACR, verify.Failed, `expected acr "gold", but it is "tin"`},
		{"the role is there, and groups were left out", overage.with("roles", `["admin"]`), func(p *verify.Policy) { p.Roles = []string{"admin"} }, verify.CheckRole, verify.Passed, "has admin"},
		{"the scope is there", goodClaims().with("scope", `"read"`).with("permissions", `["read"]`), scope, verify.CheckScope, verify.Passed, "has read"},
		{"the scope is elsewhere", goodClaims().with("permissions", `["read"]`), scope, verify.CheckScope, verify.Failed,
			`scope "read" is missing: nothing in scope and scp; permissions has "read"`},
		{"groups that were left out", overage, present("groups"), verify.CheckRequire, verify.Failed,
			"groups is missing: the groups were left out because there are too many of them (groups overage)"},
		{"another claim, where groups were left out", overage, present("wids"), verify.CheckRequire, verify.Failed, "wids is missing"},
		{"a login of a year", goodClaims().with("auth_time", "1568464060"), plain, verify.CheckAuthTime, verify.NotChecked,
			"the user authenticated at 2019-09-14 12:27:40 UTC"},
		{"a login of a year and a second", goodClaims().with("auth_time", "1568464059"), plain, verify.CheckAuthTime, verify.Warning,
			"the user authenticated more than a year ago, at 2019-09-14 12:27:39 UTC"},
	} {
		policy := goodPolicy()
		c.edit(&policy)
		got, _ := examine(claiming(t, c.claims), everyKey(t), policy).Check(c.check)
		if got.Status != c.status || got.Message != c.says || c.status == verify.Passed && got.Diagnosis != nil {
			t.Errorf("%s: %s %q, want %s %q", c.name, got.Status, got.Message, c.status, c.says)
		}
	}
}

// A key that does not verify the token is distinguished from one that cannot: each that the
// kid means is named.
func TestWordsOfKeys(t *testing.T) {
	named := goodToken(t, "rsa", "RS256")
	header, payload, _ := cut(named)
	onCurve := strings.Split(goodToken(t, "ec256", "ES256"), ".")
	for _, c := range []struct {
		name, text string
		keys       *verify.PublicKeys
		check      string
		says       string
	}{
		{"the one key that is meant", named, trustSet(t, publicJWK(t, "rsa", "use", `"enc"`)), verify.CheckKey,
			`key "rsa": the key is for use "enc", not for signatures`},
		{"two keys of that kid", named, trustSet(t, publicJWK(t, "rsa", "use", `"enc"`), publicJWK(t, "rsa1024", "kid", `"rsa"`)), verify.CheckKey,
			`no key in the set fits the token: key "rsa": the key is for use "enc", not for signatures and key "rsa": a 1024-bit RSA key`},
		{"changed", header + "." + payload + "." + encode(make([]byte, 256)), trust(t, "rsa"), verify.CheckSignature, `the signature does not match key "rsa"`},
		{"changed, and of elliptic curves", onCurve[0] + "." + onCurve[1] + "." + encode(make([]byte, 64)), trust(t, "ec256"), verify.CheckSignature, `the signature does not match key "ec256"`},
		{"cut off", header + "." + payload + "." + encode(make([]byte, 10)), trust(t, "rsa"), verify.CheckSignature,
			`the signature has 10 octets, but RS256 with key "rsa" has 256`},
		{"cut off, and two keys", header + "." + payload + "." + encode(make([]byte, 10)), trustSet(t, publicJWK(t, "rsa"), publicJWK(t, "rsa2", "kid", `"rsa"`)),
			verify.CheckSignature, `the signature matches none of the keys that fit: "rsa" and "rsa"`},
		{"signed by a key of another kid", header + "." + payload + "." + encode(sign(t, "rsa2", "RS256", header+"."+payload)), trust(t, "rsa", "rsa2"), verify.CheckSignature,
			`the token was signed by key "rsa2", but its header says kid "rsa"`},
		{"signed by a key for another algorithm", named, trustSet(t, publicJWK(t, "rsa2", "kid", `"rsa"`), publicJWK(t, "rsa", "alg", `"RS512"`)), verify.CheckSignature,
			`the token was signed by key "rsa", which is for algorithm RS512, but its header says RS256`},
	} {
		if got, _ := examine(c.text, c.keys, goodPolicy()).Check(c.check); got.Status != verify.Failed || !strings.HasPrefix(got.Message, c.says) {
			t.Errorf("%s: %s %q, want %q", c.name, got.Status, got.Message, c.says)
		}
	}
}

// A failed check repeats what the policy expects, if it expects one thing.
func TestExpectedOfFailedChecks(t *testing.T) {
	anybody := verify.Policy{AnyIssuer: true, AnyAudience: true}
	for _, c := range []struct {
		name   string
		claims object
		policy verify.Policy
		check  string
		want   string
	}{
		{"another issuer", goodClaims().with("iss", `"https://other.example"`), goodPolicy(), verify.CheckIssuer, `"https://issuer.example"`},
		{"an issuer that is no text", goodClaims().with("iss", "1"), anybody, verify.CheckIssuer, "null"},
		{"another audience", goodClaims().with("aud", `"other"`), goodPolicy(), verify.CheckAudience, `["api"]`},
		{"an audience that is no text", goodClaims().with("aud", "1"), anybody, verify.CheckAudience, "null"},
	} {
		got, _ := examine(claiming(t, c.claims), everyKey(t), c.policy).Check(c.check)
		if got.Status != verify.Failed || got.Expected.String() != c.want {
			t.Errorf("%s: %s, expected %s, want %s", c.name, got.Status, got.Expected, c.want)
		}
	}
}

// Tokens in padded base64url, as load balancers of AWS send them, stay refused; the
// message says whether they are genuine.
func TestPaddedTokens(t *testing.T) {
	header := goodHeader("ec256", "ES256").String()
	for len(header)%3 == 0 {
		header += " "
	}
	input := base64.URLEncoding.EncodeToString([]byte(header)) + "." + encode(goodClaims().String())
	signature := encode(sign(t, "ec256", "ES256", input))
	const fits, no = `padded base64url; the signature fits the text as sent, by key "ec256"`, "padded base64url; the signature does not fit the text as sent either"
	narrow := goodPolicy()
	narrow.Algorithms = []string{"RS256"}
	for _, c := range []struct {
		name, text string
		keys       verify.Keys
		policy     verify.Policy
		says       string
	}{
		{"signed as sent", input + "." + signature, everyKey(t), goodPolicy(), fits},
		{"with padding at the signature, too", input + "." + signature + "==", everyKey(t), goodPolicy(), fits},
		{"by a key that is not trusted", input + "." + signature, trust(t, "rsa"), goodPolicy(), no},
		{"changed", input + "." + encode(make([]byte, 64)), everyKey(t), goodPolicy(), no},
		{"by an algorithm that is not allowed", input + "." + signature, everyKey(t), narrow, "byte"},
		{"with a signature that cannot be read", input + ".!", everyKey(t), goodPolicy(), "byte"},
		{"without keys", input + "." + signature, &verify.PublicKeys{}, goodPolicy(), "byte"},
		{"with another fault of the encoding", goodToken(t, "ec256", "ES256") + "!", everyKey(t), goodPolicy(), "byte"},
	} {
		r := examine(c.text, c.keys, c.policy)
		if check, _ := r.Check(verify.CheckEncoding); r.Accepted || check.Status != verify.Failed || !strings.HasPrefix(check.Message, c.says) {
			t.Errorf("%s: %s %q, want %q", c.name, check.Status, check.Message, c.says)
		}
	}
}

// A certificate in the token's own header is never trusted. That it fits is said,
// because the root above it may be what somebody meant to trust.
func TestCertificateInTheHeader(t *testing.T) {
	key := privateKey(t, "rsa2")
	public := key.Public()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public.Key, key.Key)
	if err != nil {
		t.Fatal(err)
	}
	x5c := `["` + base64.StdEncoding.EncodeToString(der) + `"]`
	signed := func(by, kid string) string {
		header := goodHeader(kid, "RS256").with("x5c", x5c)
		return mint(t, by, "RS256", header.String(), goodClaims().String())
	}
	for _, c := range []struct {
		name, text string
		keys       *verify.PublicKeys
		check      string
		want       string
	}{
		{"its key, no trusted kid", signed("rsa2", "rsa2"), trust(t, "rsa"), verify.CheckKey, verify.KeyInX5C},
		{"its key, a trusted kid", signed("rsa2", "rsa"), trust(t, "rsa"), verify.CheckSignature, verify.KeyInX5C},
		{"another key", signed("rsa", "rsa3"), trust(t, "ec256"), verify.CheckKey, verify.KeyIDUnknown},
		{"no certificate", mint(t, "rsa2", "RS256", goodHeader("x", "RS256").with("x5c", `["AAAA"]`).String(), goodClaims().String()), trust(t, "rsa"), verify.CheckKey, verify.KeyIDUnknown},
	} {
		r := examine(c.text, c.keys, goodPolicy())
		if check, _ := r.Check(c.check); r.Accepted || check.Status != verify.Failed || kindOf(check) != c.want {
			t.Errorf("%s: %s %q, want %q", c.name, check.Status, kindOf(check), c.want)
		}
	}
}

// A template stands for the issuers of all tenants: who expects one names the
// tenants, or says that any will do.
func TestTemplateNeedsTenants(t *testing.T) {
	text := "00000000-0000-0000-0000-000000000000"
	for _, c := range []struct {
		name string
		edit func(*verify.Policy)
		ok   bool
	}{
		{"nothing said", func(*verify.Policy) {}, false},
		{"any tenant", func(p *verify.Policy) { p.AnyTenant = true }, true},
		{"a tenant", func(p *verify.Policy) { p.Require = []verify.Requirement{{Claim: "tid", Text: &text}} }, true},
		{"a tenant, as JSON", func(p *verify.Policy) { p.Require = []verify.Requirement{{Claim: "tid", JSON: strictjson.From(text)}} }, true},
		{"tid, whatever it is", func(p *verify.Policy) { p.Require = []verify.Requirement{{Claim: "tid"}} }, false},
		{"another claim", func(p *verify.Policy) { p.Require = []verify.Requirement{{Claim: "oid", Text: &text}} }, false},
	} {
		policy := goodPolicy()
		policy.Issuer = "https://login.microsoftonline.com/{tenantid}/v2.0"
		c.edit(&policy)
		if err := policy.Problem(); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// A pointer into an array names an item by its index as RFC 6901 section 4 writes
// it.
func TestPointersIntoArrays(t *testing.T) {
	claims := token.Parse(claiming(t, object{{"l", `["a","b"]`}})).UnverifiedClaims()
	for pointer, want := range map[string]string{
		"/l/0": `"a"`, "/l/1": `"b"`, "/l/2": "null", "/l/-1": "null", "/l/-0": "null", "/l/+1": "null", "/l/00": "null", "/l/": "null", "/l/-": "null", "l.0": "null",
	} {
		if got := verify.Lookup(claims, pointer).String(); got != want {
			t.Errorf("%s: %s, want %s", pointer, got, want)
		}
	}
}

// Why a signature was not checked, and what is said of an algorithm.
func TestWordsOfWhatWasNotChecked(t *testing.T) {
	good := goodToken(t, "rsa", "RS256")
	narrow := goodPolicy()
	narrow.Algorithms = []string{"ES256"}
	for _, c := range []struct {
		name, text string
		keys       verify.Keys
		policy     verify.Policy
		check      string
		says       string
	}{
		{"not all of it", good[:len(good)-1] + "!", everyKey(t), goodPolicy(), verify.CheckSignature, "there is no signature to check"},
		{"no token", "opaque-token-of-somebody", everyKey(t), goodPolicy(), verify.CheckSignature, "there is no signature to check"},
		{"an algorithm that is not allowed", good, everyKey(t), narrow, verify.CheckSignature, "not checked, because the algorithm is refused"},
		{"no keys", good, nil, goodPolicy(), verify.CheckSignature, "no key to check it with"},
		{"another kid", good, trust(t, "ec256"), goodPolicy(), verify.CheckSignature, "no key to check it with"},
		{"an algorithm", good, everyKey(t), goodPolicy(), verify.CheckAlgorithm, "RS256"},
		{"an old name", mint(t, "ed25519", "EdDSA", goodHeader("ed25519", "EdDSA").String(), goodClaims().String()), everyKey(t), goodPolicy(), verify.CheckAlgorithm,
			"EdDSA; the name is deprecated, Ed25519 is the precise one (RFC 9864)"},
		{"the new name", claiming(t, goodClaims()), everyKey(t), goodPolicy(), verify.CheckAlgorithm, "Ed25519"},
	} {
		if got, _ := examine(c.text, c.keys, c.policy).Check(c.check); got.Message != c.says {
			t.Errorf("%s: %q, want %q", c.name, got.Message, c.says)
		}
	}
}
