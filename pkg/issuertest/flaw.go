package issuertest

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// A Flaw is a way in which a token can be wrong on purpose.
type Flaw struct {
	Name   string
	About  string
	Reason verify.Reason // why a verifier must refuse the token
	// Audience is the one that a verifier must expect, unless Needs has
	// "any_audience". Only Minter.Flaws knows it.
	Audience string
	// Needs are what a verifier must require to notice the flaw, besides issuer and
	// audience. Most flaws need nothing. They are the kind of token ("access", "id",
	// "logout"), "max_age" (15 minutes), "nonce" ("the-nonce"), "client" (the
	// minter's), "scope" ("openid"), and "any_audience" for a token without an
	// audience.
	Needs []string

	parts     []string    // what it changes; two flaws of one part contradict each other
	as        verify.Kind // the kind of token it starts from, or empty for the one asked for
	publicKey bool        // it is about public keys: a secret cannot have it
	apply     func(*draft) error
}

// The values of Flaw.Needs.
const (
	needsAccess      = "access"
	needsID          = "id"
	needsLogout      = "logout"
	needsMaxAge      = "max_age"
	needsNonce       = "nonce"
	needsClient      = "client"
	needsScope       = "scope"
	needsAnyAudience = "any_audience"
)

// Flaws returns every flaw, by the order of the checks that notice it. Minter.Flaws
// knows which of them a certain token can have.
func Flaws() []Flaw {
	return slices.Concat(formFlaws(), algorithmFlaws(), keyFlaws(), identityFlaws(), timeFlaws(), claimFlaws())
}

// findFlaws returns flaws by their names. Two that change the same part of a
// token contradict each other.
func findFlaws(names []string) ([]Flaw, error) {
	all := Flaws()
	found := []Flaw{}
	taken := map[string]string{}
	for _, name := range names {
		i := slices.IndexFunc(all, func(f Flaw) bool { return f.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("no flaw is named %q", name)
		}
		for _, part := range all[i].parts {
			switch other := taken[part]; {
			case other == name:
				return nil, fmt.Errorf("flaw %s is given twice", name)
			case other != "":
				return nil, fmt.Errorf("flaws %s and %s contradict each other: both change the %s", other, name, part)
			}
			taken[part] = name
		}
		found = append(found, all[i])
	}
	slices.SortStableFunc(found, func(a, b Flaw) int { return a.rank() - b.rank() })
	return found, nil
}

// The parts of a token that flaws change.
const (
	partForm      = "form"
	partPayload   = "payload text"
	partAlgorithm = "algorithm and signature"
	partKeyID     = "kid"
	partCritical  = "crit"
	partKind      = "kind"
)

// rank puts flaws that set claims before those that replace the payload's text, or
// the signature.
func (f Flaw) rank() int {
	switch {
	case slices.Contains(f.parts, partForm):
		return 3
	case slices.Contains(f.parts, partAlgorithm):
		return 2
	case slices.Contains(f.parts, partPayload):
		return 1
	default:
		return 0
	}
}

// after is a flaw that changes the signed text.
func after(change func(text string) string) func(*draft) error {
	return func(d *draft) error {
		d.after = append(d.after, change)
		return nil
	}
}

// claim is a flaw that gives a claim a value.
func claim(name string, value func(*draft) any) func(*draft) error {
	return func(d *draft) error {
		d.claims.set(name, value(d))
		return nil
	}
}

func constant(value any) func(*draft) any { return func(*draft) any { return value } }

func absent(name string) func(*draft) error { return claim(name, constant(strictjson.Value{})) }

func formFlaws() []Flaw {
	signature := []string{partForm}
	return []Flaw{
		{Name: "truncated", About: "cut off after the second segment", Reason: verify.ReasonMalformed, parts: signature,
			apply: after(func(text string) string { return text[:strings.LastIndexByte(text, '.')] })},
		{Name: "padded", About: "base64url with padding, as AWS ALB writes it", Reason: verify.ReasonMalformed, parts: signature, apply: after(pad)},
		{Name: "line-break", About: "a line break inside the payload", Reason: verify.ReasonMalformed, parts: signature, apply: after(breakLine)},
		{Name: "trailing-bits", About: "the last character of the signature has spare bits set", Reason: verify.ReasonMalformed, parts: signature, apply: after(trailingBits)},
		{Name: "json-form", About: "the JSON serialisation of the same token", Reason: verify.ReasonMalformed, parts: signature, apply: after(jsonForm)},
		{Name: "duplicate-claim", About: "sub twice, first somebody else's", Reason: verify.ReasonMalformed, parts: []string{partPayload},
			apply: rewrite(func(payload string) string { return `{"sub":"somebody-else",` + payload[1:] })},
		{Name: "claims-array", About: "the claims set is inside an array", Reason: verify.ReasonMalformed, parts: []string{partPayload},
			apply: rewrite(func(payload string) string { return "[" + payload + "]" })},
		{Name: "invalid-utf8", About: "a claim holds a byte that is not UTF-8", Reason: verify.ReasonMalformed, parts: []string{partPayload},
			apply: rewrite(func(payload string) string { return payload[:len(payload)-1] + ",\"note\":\"\xff\"}" })},
		{Name: "crit", About: "an unknown critical header extension", Reason: verify.ReasonMalformed, parts: []string{partCritical},
			apply: func(d *draft) error {
				d.header.set("crit", []string{"urn:example:unknown"})
				d.header.set("urn:example:unknown", true)
				return nil
			}},
	}
}

// rewrite is a flaw of the payload's text.
func rewrite(change func(payload string) string) func(*draft) error {
	return func(d *draft) error {
		payload := string(d.payload)
		if d.payload == nil {
			payload = string(d.claims.json())
		}
		if len(payload) < 2 {
			return errors.New("the payload is too short")
		}
		d.payload = []byte(change(payload))
		return nil
	}
}

// pad pads each segment; where none needs it, the last gets some all the same.
func pad(text string) string {
	segments := strings.Split(text, ".")
	for i, s := range segments {
		segments[i] = s + strings.Repeat("=", (4-len(s)%4)%4)
	}
	padded := strings.Join(segments, ".")
	if padded == text {
		padded += "===="
	}
	return padded
}

// breakLine breaks the line after the payload's first character, which nobody takes
// for a text that a terminal has wrapped.
func breakLine(text string) string {
	at := strings.IndexByte(text, '.') + 2
	return text[:at] + "\n" + text[at:]
}

// trailingBits sets a bit of the last character that no decoder uses. A signature
// whose length has no such bits gets a character more.
func trailingBits(text string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	signature := text[strings.LastIndexByte(text, '.')+1:]
	if len(signature)%4 == 0 {
		return text + "B"
	}
	last := strings.IndexByte(alphabet, text[len(text)-1])
	return text[:len(text)-1] + string(alphabet[last|1])
}

func jsonForm(text string) string {
	parts := strings.Split(text, ".")
	return object("payload", parts[1], "protected", parts[0], "signature", parts[2]).String()
}

// none is an unsigned token under one spelling of alg.
func none(spelling string) func(*draft) error {
	return func(d *draft) error {
		d.header.set("alg", spelling)
		d.unsigned = true
		return nil
	}
}

func algorithmFlaws() []Flaw {
	signature := []string{partAlgorithm}
	return []Flaw{
		{Name: "alg-none", About: "not signed at all, alg none", Reason: verify.ReasonAlgorithmRefused, parts: signature, apply: none("none")},
		{Name: "alg-none-case", About: "not signed at all, alg nOnE, which slips past a comparison with none", Reason: verify.ReasonAlgorithmRefused, parts: signature, apply: none("nOnE")},
		{Name: "hs-confusion", About: "HS256, with the issuer's public key as the secret", Reason: verify.ReasonAlgorithmRefused, publicKey: true, parts: signature, apply: confuse},
		{Name: "alg-mismatch", About: "signed with another algorithm than the published key is for", Reason: verify.ReasonAlgorithmRefused, publicKey: true, parts: signature, apply: mismatch},
	}
}

// confuse signs with the text of the public key, which everybody has (RFC 8725
// section 2.1).
func confuse(d *draft) error {
	if d.minter.Key.symmetric() {
		return errors.New("there is no public key to confuse with a secret")
	}
	pem, err := d.minter.Key.publicPEM()
	if err != nil {
		return err
	}
	d.key, err = SecretKey(pem, "HS256")
	return err
}

// mismatch signs with the same key, or one of its type, by another algorithm.
func mismatch(d *draft) error {
	other := map[string]string{
		"RS256": "RS512", "RS384": "RS512", "RS512": "RS256", "PS256": "RS256", "PS384": "RS384", "PS512": "RS512",
	}[d.minter.Key.Algorithm]
	if d.minter.Key.symmetric() {
		return errors.New("a secret is not tied to one algorithm")
	}
	var err error
	if other == "" { // a curve has one algorithm only
		other = "ES256"
		if d.minter.Key.Algorithm == other {
			other = "ES384"
		}
		d.key, err = NewKey(other)
		return err
	}
	d.key, err = newKey(d.minter.Key.private, other, d.minter.Key.ID)
	return err
}

func keyFlaws() []Flaw {
	return []Flaw{
		{Name: "unknown-kid", About: "signed with a key that the issuer does not publish, under its own kid", Reason: verify.ReasonNoMatchingKey,
			publicKey: true, parts: []string{partAlgorithm, partKeyID}, apply: stranger(func(d *draft) { d.header.set("kid", d.key.ID) })},
		{Name: "no-kid", About: "signed with a key that the issuer does not publish, without a kid", Reason: verify.ReasonBadSignature,
			parts: []string{partAlgorithm, partKeyID}, apply: stranger(func(d *draft) { d.header.remove("kid") })},
		{Name: "stranger", About: "signed with a stranger's key, under the kid of the issuer's key", Reason: verify.ReasonBadSignature,
			parts: []string{partAlgorithm}, apply: stranger(func(*draft) {})},
		{Name: "embedded-jwk", About: "signed with a stranger's key, which the header embeds as jwk", Reason: verify.ReasonBadSignature,
			publicKey: true, parts: []string{partAlgorithm}, apply: stranger(func(d *draft) { d.header.set("jwk", d.key.jwk()) })},
		{Name: "jku", About: "signed with a stranger's key, which jku in the header links to", Reason: verify.ReasonBadSignature,
			publicKey: true, parts: []string{partAlgorithm}, apply: stranger(func(d *draft) { d.header.set("jku", "https://attacker.example/jwks.json") })},
		{Name: "bad-signature", About: "one bit of the signature is flipped", Reason: verify.ReasonBadSignature, parts: []string{partAlgorithm}, apply: after(flip)},
		{Name: "tampered-payload", About: "a claim was changed after signing", Reason: verify.ReasonBadSignature, parts: []string{partAlgorithm}, apply: after(tamper)},
	}
}

// stranger signs with a new key of the same algorithm.
func stranger(header func(*draft)) func(*draft) error {
	return func(d *draft) error {
		var err error
		if d.key, err = NewKey(d.minter.Key.Algorithm); err == nil {
			header(d)
		}
		return err
	}
}

func flip(text string) string {
	at := strings.LastIndexByte(text, '.') + 1
	signature, err := base64.RawURLEncoding.DecodeString(text[at:])
	if err != nil || len(signature) == 0 {
		return text
	}
	signature[len(signature)/2] ^= 1
	return text[:at] + encode(signature)
}

func tamper(text string) string {
	parts := strings.Split(text, ".")
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return text
	}
	parts[1] = encode(append([]byte(`{"tampered":true,`), payload[1:]...))
	return strings.Join(parts, ".")
}

func identityFlaws() []Flaw {
	return []Flaw{
		{Name: "wrong-issuer", About: "from another issuer", Reason: verify.ReasonWrongIssuer, parts: []string{"iss"}, apply: claim("iss", constant("https://other-issuer.example"))},
		{Name: "issuer-slash", About: "the issuer with a trailing slash added or removed", Reason: verify.ReasonWrongIssuer, parts: []string{"iss"}, apply: claim("iss", otherSlash)},
		{Name: "missing-iss", About: "no issuer", Reason: verify.ReasonWrongIssuer, parts: []string{"iss"}, apply: absent("iss")},
		{Name: "wrong-audience", About: "for another API", Reason: verify.ReasonWrongAudience, parts: []string{"aud"}, apply: claim("aud", constant("another-api"))},
		{Name: "audience-prefix", About: "for an API whose name begins with yours", Reason: verify.ReasonWrongAudience, parts: []string{"aud"},
			apply: claim("aud", func(d *draft) any { return d.audience + "-2" })},
		{Name: "missing-aud", About: "no audience", Reason: verify.ReasonWrongAudience, parts: []string{"aud"}, apply: absent("aud")},
	}
}

func otherSlash(d *draft) any {
	if issuer, found := strings.CutSuffix(d.minter.Issuer, "/"); found {
		return issuer
	}
	return d.minter.Issuer + "/"
}

// ago is a time as claims have it.
func ago(d time.Duration) func(*draft) any {
	return func(draft *draft) any { return draft.now.Add(-d).Unix() }
}

func timeFlaws() []Flaw {
	return []Flaw{
		{Name: "expired", About: "expired an hour ago", Reason: verify.ReasonExpired, parts: []string{"exp", "iat"}, apply: func(d *draft) error {
			d.claims.set("iat", ago(2*time.Hour)(d))
			d.claims.set("exp", ago(time.Hour)(d))
			if d.claims.number("auth_time") > d.now.Add(-2*time.Hour).Unix() {
				d.claims.set("auth_time", ago(2*time.Hour)(d)) // an old token is of an old login
			}
			return nil
		}},
		{Name: "missing-exp", About: "never expires: no exp", Reason: verify.ReasonExpired, parts: []string{"exp"}, apply: absent("exp")},
		{Name: "null-exp", About: "exp is null", Reason: verify.ReasonExpired, parts: []string{"exp"}, apply: claim("exp", constant(strictjson.From(nil)))},
		{Name: "string-exp", About: "exp is a string", Reason: verify.ReasonExpired, parts: []string{"exp"},
			apply: claim("exp", func(d *draft) any { return fmt.Sprint(ago(-time.Hour)(d)) })},
		{Name: "milliseconds", About: "all times in milliseconds, as in JavaScript", Reason: verify.ReasonNotYetValid, parts: []string{"exp", "iat", "nbf", "auth_time"}, apply: milliseconds},
		{Name: "not-yet-valid", About: "nbf is an hour from now", Reason: verify.ReasonNotYetValid, parts: []string{"nbf"}, apply: claim("nbf", ago(-time.Hour))},
		{Name: "future-iat", About: "issued an hour from now", Reason: verify.ReasonNotYetValid, parts: []string{"iat", "exp"}, apply: func(d *draft) error {
			d.claims.set("iat", ago(-time.Hour)(d))
			d.claims.set("exp", ago(-2*time.Hour)(d))
			return nil
		}},
	}
}

func milliseconds(d *draft) error {
	for _, name := range []string{"iat", "nbf", "exp", "auth_time"} {
		if literal, ok := d.claims.get(name).Literal(); ok {
			d.claims.set(name, strictjson.From(json.Number(literal+"000")))
		}
	}
	return nil
}

func claimFlaws() []Flaw {
	login := []string{"auth_time"}
	return []Flaw{
		{Name: "id-as-access", About: "an ID token for the API, where an access token is expected", Reason: verify.ReasonClaimRefused, Needs: []string{needsAccess},
			parts: []string{partKind}, as: verify.KindID, apply: func(d *draft) error {
				d.claims.set("aud", d.audience)
				return nil
			}},
		{Name: "access-as-id", About: "an access token, where an ID token is expected", Reason: verify.ReasonClaimRefused, Needs: []string{needsID},
			parts: []string{partKind}, as: verify.KindAccess, apply: claim("aud", func(d *draft) any { return d.audience })},
		{Name: "logout-as-access", About: "a logout token, where an access token is expected", Reason: verify.ReasonClaimRefused,
			parts: []string{partKind}, as: verify.KindLogout, apply: claim("aud", func(d *draft) any { return d.audience })},
		{Name: "wrong-nonce", About: "an ID token of another login: the nonce differs", Reason: verify.ReasonClaimRefused, Needs: []string{needsNonce},
			parts: []string{partKind, "nonce"}, as: verify.KindID, apply: func(d *draft) error {
				d.claims.set("aud", d.audience)
				d.claims.set("nonce", "another-nonce")
				return nil
			}},
		{Name: "wrong-client", About: "issued to another client", Reason: verify.ReasonClaimRefused, Needs: []string{needsClient},
			parts: []string{"client"}, apply: otherClient},
		{Name: "missing-scope", About: "without the scope", Reason: verify.ReasonClaimRefused, Needs: []string{needsScope}, parts: []string{"scope"}, apply: func(d *draft) error {
			d.claims.remove("scope", "scp")
			return nil
		}},
		{Name: "empty-sub", About: "an ID token about nobody: sub is empty", Reason: verify.ReasonClaimRefused, Needs: []string{needsID},
			parts: []string{partKind, "sub"}, as: verify.KindID, apply: func(d *draft) error {
				d.claims.set("aud", d.audience)
				d.claims.set("sub", "")
				return nil
			}},
		{Name: "stale-auth-time", About: "the user logged in a day ago", Reason: verify.ReasonReauthentication, Needs: []string{needsMaxAge}, parts: login, apply: claim("auth_time", ago(24*time.Hour))},
		{Name: "future-auth-time", About: "the user logs in an hour from now", Reason: verify.ReasonReauthentication, Needs: []string{needsMaxAge}, parts: login, apply: claim("auth_time", ago(-time.Hour))},
		{Name: "missing-auth-time", About: "nothing says when the user logged in", Reason: verify.ReasonReauthentication, Needs: []string{needsMaxAge}, parts: login, apply: absent("auth_time")},
	}
}

// otherClient names another client wherever the shape names one.
func otherClient(d *draft) error {
	found := false
	for _, name := range []string{"azp", "client_id", "cid", "appid"} {
		if d.claims.get(name).Exists() {
			d.claims.set(name, "another-client")
			found = true
		}
	}
	if !found {
		d.claims.set("client_id", "another-client")
	}
	return nil
}
