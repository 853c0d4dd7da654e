package oracle

import (
	"crypto/x509"
	"encoding/pem"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// draft is a token and what is required of it, before they are made. A new one
// is sound: both libraries accept it. Oddities then change it.
type draft struct {
	ring   *ring
	now    time.Time
	kind   verify.Kind
	policy verify.Policy
	// advertised is what the metadata says of the algorithms of ID tokens.
	advertised []string

	alg     string // how it is signed
	signer  *key
	salt    int // octets of a PSS salt
	seed    uint64
	header  object
	claims  object
	trusted []*trusted // nil: the signer's secret
	pem     bool       // the first of trusted is given as PEM

	headerText, payloadText func(string) string             // changes the JSON
	segments                func(h, p string) (_, _ string) // changes what is signed
	signature               func(input string, signature []byte) []byte
	text                    func(string) string // changes the token

	oddities []string
}

// trusted is a key of the set, as both libraries get it.
type trusted struct {
	public any    // for golang-jwt; nil if it has no use for the key
	kid    string // empty: none
	jwk    object // for claimcheck
	broken string // for claimcheck, instead of jwk
}

func trust(public any, kid string) *trusted {
	e := &trusted{public: public, kid: kid, jwk: jwk(public)}
	if kid != "" {
		e.jwk.set("kid", quoted(kid))
	}
	return e
}

func newDraft(t *rapid.T, r *ring) *draft {
	d := &draft{
		ring: r,
		now:  time.Unix(1_700_000_000+rapid.Int64Range(-1000, 1000).Draw(t, "now"), pick(t, "fraction of now", int64(0), 500_000_000)),
		kind: pick(t, "kind", "other", verify.KindID, verify.KindAccess, verify.KindLogout),
		alg:  pick(t, "alg", verify.Algorithms()...),
		seed: rapid.Uint64().Draw(t, "seed of salts"),
	}
	d.signer = pick(t, "signer", r.of(family(d.alg))...)
	d.salt = hashOf(d.alg).Size()
	d.policy.Leeway = pick(t, "leeway", 0, time.Second, 30*time.Second, verify.MaxLeeway)
	if chance(t, "algorithms narrowed", 4) {
		d.policy.Algorithms = []string{pick(t, "another alg", verify.Algorithms()...), d.alg}
	}
	d.header.set("alg", quoted(d.alg))
	if !d.symmetric() {
		d.makeTrust(t)
	}
	d.makeClaims(t)
	d.header.extras(t, 3, headerNames(), []string{"ALG", "Kid", "cRit", "enc", "x5t", "url"}, false)
	return d
}

func (d *draft) symmetric() bool { return d.signer.secret != nil }

// makeTrust makes a key set that holds the signer's key, or gives it as PEM.
func (d *draft) makeTrust(t *rapid.T) {
	kid := ""
	if !chance(t, "keys without kid", 4) {
		kid = d.signer.name
	}
	own := trust(d.signer.public(), kid)
	d.trusted = []*trusted{own}
	if kid != "" && !chance(t, "token without kid", 4) || chance(t, "kid of nobody", 4) {
		name := kid
		if name == "" {
			name = "kid of nobody" // a key without kid fits any
		}
		d.header.set("kid", spelt(t, name))
	}
	if kid == "" && chance(t, "PEM", 3) {
		d.pem = true
		return
	}
	d.label(t, own)
	for range rapid.IntRange(0, 2).Draw(t, "other keys") {
		other := pick(t, "other key", slices.DeleteFunc(slices.Clone(d.ring.keys), func(k *key) bool { return k.secret != nil })...)
		name := other.name
		if kid == "" {
			name = ""
		}
		d.trusted = append(d.trusted, trust(other.public(), name))
	}
	for range rapid.IntRange(0, 2).Draw(t, "broken keys") {
		d.trusted = append(d.trusted, &trusted{broken: pick(t, "broken key", brokenKeys(kid)...)})
	}
	d.trusted = rapid.Permutation(d.trusted).Draw(t, "order of keys")
}

// label says more about the signer's key, all of it fitting.
func (d *draft) label(t *rapid.T, own *trusted) {
	if use := pick(t, "use", "", "sig", "jwt-svid"); use != "" {
		own.jwk.set("use", quoted(use))
	}
	if ops := pick(t, "key_ops", "", `["verify"]`, `["sign","verify"]`); ops != "" {
		own.jwk.set("key_ops", ops)
	}
	if chance(t, "alg of the key", 2) {
		alg := d.alg
		if family(alg) == "Ed25519" {
			alg = pick(t, "name of Ed25519", "EdDSA", "Ed25519")
		}
		own.jwk.set("alg", quoted(alg))
	}
	if chance(t, "members nobody knows", 4) {
		own.jwk.set("x-"+word().Draw(t, "name"), value(t, 2, true))
	}
}

// brokenKeys must not spoil the others, even under the kid of a good one.
func brokenKeys(kid string) []string {
	return []string{
		`{}`, `null`, `17`, `{"kty":"RSA"}`, `{"kty":17,"kid":` + quoted(kid) + `}`,
		`{"kty":"RSA","kid":` + quoted(kid) + `,"n":"AQAB","e":"AQAB"}`,
		`{"kty":"EC","crv":"secp256k1","kid":"k1","x":"AA","y":"AA"}`,
		`{"kty":"EC","crv":"P-256","kid":` + quoted(kid) + `,"x":"` + encode(make([]byte, 32)) + `","y":"` + encode(make([]byte, 32)) + `"}`,
		`{"kty":"OKP","crv":"X25519","use":"enc","x":"` + encode(make([]byte, 32)) + `"}`,
		`{"kty":"AKP","alg":"ML-DSA-44","pub":"AA"}`,
		`{"kty":"oct","kid":` + quoted(kid) + `,"k":"` + encode(make([]byte, 32)) + `"}`,
	}
}

// own returns the entry of the signer's key.
func (d *draft) own() *trusted {
	for _, e := range d.trusted {
		if e.public != nil && sameKey(e.public, d.signer.public()) {
			return e
		}
	}
	return nil
}

// assemble makes the token.
func (d *draft) assemble(t *rapid.T) string {
	headerText, payloadText := d.header.write(t), d.claims.write(t)
	if d.headerText != nil {
		headerText = d.headerText(headerText)
	}
	if d.payloadText != nil {
		payloadText = d.payloadText(payloadText)
	}
	h, p := encode([]byte(headerText)), encode([]byte(payloadText))
	if d.segments != nil {
		h, p = d.segments(h, p)
	}
	input := h + "." + p
	signature := sign(d.alg, d.signer, input, d.salt, rand.NewChaCha8([32]byte{byte(d.seed), byte(d.seed >> 8)}))
	if d.signature != nil {
		signature = d.signature(input, signature)
	}
	text := input + "." + encode(signature)
	if d.text != nil {
		text = d.text(text)
	}
	return text
}

// keys returns what claimcheck trusts.
func (d *draft) keys() (verify.Keys, error) {
	if d.trusted == nil {
		return verify.NewSecret(d.signer.secret, "test")
	}
	var set *jwks.Set
	var err error
	if d.pem {
		der := must(x509.MarshalPKIXPublicKey(d.trusted[0].public))
		set, err = jwks.ParseKey(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	} else {
		set, err = jwks.Parse([]byte(d.keySet()))
	}
	return &verify.PublicKeys{Set: set, Source: "test", IDTokenAlgorithms: d.advertised}, err
}

func (d *draft) keySet() string {
	texts := make([]string, len(d.trusted))
	for i, e := range d.trusted {
		texts[i] = e.broken
		if e.broken == "" {
			texts[i] = e.jwk.plain()
		}
	}
	return `{"keys":[` + strings.Join(texts, ",") + `]}`
}

func (o object) plain() string {
	texts := make([]string, len(o))
	for i, m := range o {
		texts[i] = quoted(m.name) + ":" + m.value
	}
	return "{" + strings.Join(texts, ",") + "}"
}
