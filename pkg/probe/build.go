package probe

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/pkg/issuertest"
	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

const (
	specBearer    = "RFC 6750 section 2.1"
	specSignature = "RFC 7515 section 5.2"
	specNone      = "RFC 8725 section 3.2"
	specKeys      = "RFC 7515 section 10.12, RFC 8725 section 3.10"
	specClaims    = "RFC 9068 section 4"
)

// New makes the probes of a run, in the order in which they are sent. The second
// result says in words which probes were left out, and why. It makes no request.
func New(cfg Config) ([]Probe, []string, error) {
	if cfg.Token == "" {
		return nil, nil, errors.New("probe: no token")
	}
	b := &builder{cfg: cfg, token: token.Parse(cfg.Token)}
	b.claims = b.token.UnverifiedClaims()
	b.add("no_token", "no token", mustChallenge, "RFC 6750 section 3")
	b.add("control", "the good token", mustAccept, "", "Bearer "+cfg.Token)
	b.transport()
	if b.token.Form() != token.FormJWT {
		b.skip("the token is not a JWT: no altered tokens were sent")
	} else if err := b.forged(); err != nil {
		return nil, nil, fmt.Errorf("probe: %w", err)
	}
	if cfg.IDToken != "" {
		b.bearer("id_token", "an ID token", "RFC 8725 section 3.11", cfg.IDToken)
	} else {
		b.skip("no ID token was given")
	}
	if err := b.minted(); err != nil {
		return nil, nil, fmt.Errorf("probe: %w", err)
	}
	return b.probes, b.skipped, nil
}

type builder struct {
	cfg     Config
	token   *token.Token
	claims  strictjson.Value
	probes  []Probe
	skipped []string
}

func (b *builder) add(id, sent string, want want, spec string, secrets ...string) {
	b.probes = append(b.probes, Probe{ID: id, Sent: sent, Expected: want.expected(&b.cfg), Spec: spec, Secrets: secrets, want: want})
}

// bearer adds a token that has to be refused.
func (b *builder) bearer(id, sent, spec, text string) {
	b.add(id, sent, mustRefuse, spec, "Bearer "+text)
}

func (b *builder) skip(why string) { b.skipped = append(b.skipped, why) }

// transport are the ways to send a token, and what is not a token.
func (b *builder) transport() {
	good := b.cfg.Token
	b.bearer("garbage", "a word instead of the token", specBearer, "claimcheck-garbage")
	b.bearer("truncated", "the token without its last ten characters", specSignature, good[:max(1, len(good)-10)])
	b.add("no_scheme", "the token without Bearer", mustRefuse, specBearer, good)
	b.add("lower_case_scheme", "the token after bearer, in lower case", shouldAccept, "RFC 9110 section 11.1", "bearer "+good)
	b.add("scheme_twice", "Bearer Bearer and the token", mustRefuse, specBearer, "Bearer Bearer "+good)
	b.add("two_headers", "two Authorization headers, the good token last", shouldRefuse, "RFC 6750 section 3.1", "Bearer claimcheck-garbage", "Bearer "+good)
	b.add("query", "the token in the query, as access_token", mustRefuse, "RFC 9700 section 4.3.2", good)
}

// forged are tokens that nobody with the issuer's key has signed.
func (b *builder) forged() error {
	segments := strings.Split(b.cfg.Token, ".")
	b.bearer("signature_changed", "the token with one bit of its signature changed", specSignature, segments[0]+"."+segments[1]+"."+flip(segments[2]))
	b.bearer("payload_changed", "the token with a claim added", specSignature, segments[0]+"."+encode(with(b.claims, "claimcheck_probe", strictjson.From(true)))+"."+segments[2])
	b.unsigned("alg_none", "none", segments[1])
	b.unsigned("alg_none_capital", "None", segments[1])
	b.unsigned("alg_none_mixed", "nOnE", segments[1])
	if err := b.confusion(segments[1]); err != nil {
		return err
	}
	return b.stranger()
}

func (b *builder) unsigned(id, alg, payload string) {
	header := with(b.token.Header(), "alg", strictjson.From(alg))
	b.bearer(id, "the token unsigned, with alg "+alg, specNone, encode(header)+"."+payload+".")
}

// confusion signs by HMAC with the issuer's public key as the secret (RFC 8725
// section 2.1).
func (b *builder) confusion(payload string) error {
	key := b.publicKey()
	if key == nil {
		b.skip("the issuer's public key is unknown: HS256 with it was not sent")
		return nil
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public)
	if err != nil {
		return err
	}
	signed := encode(with(b.token.Header(), "alg", strictjson.From("HS256"))) + "." + payload
	mac := hmac.New(sha256.New, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	mac.Write([]byte(signed))
	b.bearer("hs256_public_key", "the claims signed by HS256 with the issuer's public key as secret", "RFC 8725 section 2.1",
		signed+"."+base64.RawURLEncoding.EncodeToString(mac.Sum(nil)))
	return nil
}

// publicKey returns the key that the token names, or the first usable one.
func (b *builder) publicKey() *jwks.Key {
	if b.cfg.Keys == nil || len(b.cfg.Keys.Usable()) == 0 {
		return nil
	}
	kid, named := b.token.KeyID()
	usable := b.cfg.Keys.Usable()
	return usable[max(0, slices.IndexFunc(usable, func(k *jwks.Key) bool { return named && k.KeyID == kid }))]
}

// stranger signs with a key of nobody's, under the issuer's kid and with the ways
// in which a token can bring its own key.
func (b *builder) stranger() error {
	algorithm := b.token.Algorithm()
	if !slices.Contains(verify.Algorithms(), algorithm) {
		algorithm = "RS256"
	}
	m, err := issuertest.NewMinter(issuertest.Minter{Algorithm: algorithm, Now: b.cfg.Now})
	if err != nil {
		return err
	}
	public := strictjson.Member{Name: "jwk"}
	for _, key := range m.JWKS().Get("keys").Items() { // empty for a secret
		public.Value = key
	}
	own := text("kid", "claimcheck-probe")
	return b.sign(m,
		variation{id: "stranger", sent: "the claims signed with another key, under the same kid", spec: specSignature, header: []strictjson.Member{b.like("kid")}},
		variation{id: "embedded_jwk", sent: "the claims signed with another key, which the header embeds (jwk)", spec: specKeys, header: []strictjson.Member{own, public}},
		variation{id: "jku_elsewhere", sent: "the claims signed with another key, which the header links to (jku)", spec: specKeys,
			header: []strictjson.Member{own, text("jku", "https://claimcheck-probe.invalid/keys")}})
}

// like is a member of the good token's header, absent if it has none.
func (b *builder) like(name string) strictjson.Member {
	return strictjson.Member{Name: name, Value: b.token.Header().Get(name)}
}

// A variation is the good token signed with other members in its header or payload.
// An absent member is removed.
type variation struct {
	id, sent, spec string
	claims, header []strictjson.Member
}

// sign adds variations, which have to be refused.
func (b *builder) sign(m *issuertest.Minter, list ...variation) error {
	for _, v := range list {
		raw, err := m.Mint(issuertest.Token{Base: b.claims, Claims: v.claims, Header: append(v.header, b.like("typ"))})
		if err != nil {
			return err
		}
		b.bearer(v.id, v.sent, v.spec, raw)
	}
	return nil
}

// minted are tokens under a good signature, each with one thing wrong.
func (b *builder) minted() error {
	m := b.cfg.Minter
	switch {
	case m == nil:
		b.skip("no signing key was given: no wrong claims under a good signature were sent")
		return nil
	case !b.claims.Exists():
		return nil
	}
	raw, err := m.Mint(issuertest.Token{Base: b.claims, Header: []strictjson.Member{b.like("typ")}})
	if err != nil {
		return err
	}
	b.add("minted_control", "the same claims, signed again", mustAccept, "", "Bearer "+raw)
	return b.sign(m, b.wrong()...)
}

// wrong are the variations that have to be refused although their signature is good.
func (b *builder) wrong() []variation {
	now := b.cfg.Now()
	at := func(name string, d time.Duration) strictjson.Member {
		return strictjson.Member{Name: name, Value: strictjson.From(now.Add(d).Unix())}
	}
	list := []variation{
		{id: "unknown_crit", sent: "an unknown critical header member", spec: "RFC 7515 section 4.1.11", header: []strictjson.Member{
			{Name: "crit", Value: strictjson.From([]string{"claimcheck-probe"})}, {Name: "claimcheck-probe", Value: strictjson.From(true)},
		}},
		{id: "expired", sent: "expired an hour ago", spec: "RFC 7519 section 4.1.4",
			claims: []strictjson.Member{at("exp", -time.Hour), at("iat", -2*time.Hour), at("nbf", -2*time.Hour)}},
		{id: "no_expiry", sent: "without exp", spec: specClaims, claims: []strictjson.Member{{Name: "exp"}}},
		{id: "not_yet_valid", sent: "valid in an hour (nbf)", spec: "RFC 7519 section 4.1.5", claims: []strictjson.Member{at("nbf", time.Hour), at("exp", 2*time.Hour)}},
		{id: "wrong_audience", sent: "for another audience", spec: specClaims, claims: []strictjson.Member{text("aud", "https://claimcheck-probe.invalid")}},
		{id: "wrong_issuer", sent: "from another issuer", spec: specClaims, claims: []strictjson.Member{text("iss", "https://claimcheck-probe.invalid")}},
	}
	if b.cfg.Scope != "" {
		rest := slices.DeleteFunc(verify.Scopes(b.claims), func(scope string) bool { return scope == b.cfg.Scope })
		list = append(list, variation{id: "missing_scope", sent: "without the scope " + b.cfg.Scope, spec: "RFC 6750 section 3.1",
			claims: []strictjson.Member{text("scope", strings.Join(rest, " ")), {Name: "scp"}}})
	}
	if b.cfg.MaxAge > 0 {
		list = append(list, variation{id: "stale_login", sent: "with a login older than the limit", spec: "RFC 9470 section 3",
			claims: []strictjson.Member{at("auth_time", -b.cfg.MaxAge-time.Hour)}})
	}
	return list
}

func text(name, value string) strictjson.Member {
	return strictjson.Member{Name: name, Value: strictjson.From(value)}
}

// with is an object with one member changed or added.
func with(object strictjson.Value, name string, value strictjson.Value) strictjson.Value {
	members := slices.Clone(object.Members())
	i := slices.IndexFunc(members, func(m strictjson.Member) bool { return m.Name == name })
	if i < 0 {
		return strictjson.From(append(members, strictjson.Member{Name: name, Value: value}))
	}
	members[i].Value = value
	return strictjson.From(members)
}

func encode(v strictjson.Value) string {
	return base64.RawURLEncoding.EncodeToString([]byte(v.String()))
}

// flip changes a bit of the first octet that base64url text stands for.
func flip(text string) string {
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(data) == 0 {
		return "AA"
	}
	data[0] ^= 1
	return base64.RawURLEncoding.EncodeToString(data)
}
