package probe

import (
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

// errNoToken is the error for a run without a good token.
var errNoToken = errors.New("probe: no token")

// New makes the probes of a run, in the order in which they are sent. The second
// result says in words which probes were left out, and why. It makes no request.
func New(cfg Config) ([]Probe, []string, error) {
	if cfg.Token == "" {
		return nil, nil, errNoToken
	}
	b := &builder{cfg: cfg}
	b.token = token.Parse(cfg.Token)
	b.claims = b.token.UnverifiedClaims()
	b.add("no_token", "no token", mustChallenge, "RFC 6750 section 3")
	b.add("control", "the good token", mustAccept, "", "Bearer "+cfg.Token)
	b.transport()
	if b.token.Form() != token.FormJWT {
		b.skip("the token is not a JWT: no altered tokens were sent")
	} else if err := b.forged(); err != nil {
		return nil, nil, err
	}
	if cfg.IDToken != "" {
		b.bearer("id_token", "an ID token", "RFC 8725 section 3.11", cfg.IDToken)
	} else {
		b.skip("no ID token was given")
	}
	if err := b.minted(); err != nil {
		return nil, nil, err
	}
	if len(b.probes) > maxRequests {
		return nil, nil, fmt.Errorf("probe: %d requests are more than %d", len(b.probes), maxRequests)
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

func (b *builder) add(id, sent string, want want, spec string, authorization ...string) {
	b.probes = append(b.probes, Probe{ID: id, Sent: sent, Expected: want.expected(&b.cfg), Spec: spec, authorization: authorization, want: want})
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
	b.add("query", "the token in the query, as access_token", mustRefuse, "RFC 9700 section 4.3.2")
	b.probes[len(b.probes)-1].query = good
}

// forged are tokens that nobody with the issuer's key has signed.
func (b *builder) forged() error {
	segments := strings.Split(b.cfg.Token, ".")
	b.bearer("signature_changed", "the token with one bit of its signature changed", specSignature, segments[0]+"."+segments[1]+"."+flip(segments[2]))
	b.bearer("payload_changed", "the token with a claim added", specSignature, segments[0]+"."+encode(with(b.claims, strictjson.Member{Name: "claimcheck_probe", Value: strictjson.From(true)}))+"."+segments[2])
	b.unsigned("alg_none", "none", segments[1])
	b.unsigned("alg_none_capital", "None", segments[1])
	b.unsigned("alg_none_mixed", "nOnE", segments[1])
	if err := b.confusion(); err != nil {
		return err
	}
	return b.stranger()
}

func (b *builder) unsigned(id, alg, payload string) {
	header := with(b.token.Header(), strictjson.Member{Name: "alg", Value: strictjson.From(alg)})
	b.bearer(id, "the token unsigned, with alg "+alg, specNone, encode(header)+"."+payload+".")
}

// confusion signs by HMAC with the issuer's public key as the secret (RFC 8725
// section 2.1).
func (b *builder) confusion() error {
	key := b.publicKey()
	if key == nil {
		b.skip("the issuer's public key is unknown: HS256 with it was not sent")
		return nil
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public)
	if err != nil {
		return fmt.Errorf("probe: %w", err)
	}
	secret, err := issuertest.SecretKey(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), "HS256")
	if err != nil {
		return fmt.Errorf("probe: %w", err)
	}
	m, err := b.minter(secret)
	if err != nil {
		return err
	}
	text, err := b.mint(m, b.claims, b.headerLike("typ", "kid")...)
	if err == nil {
		b.bearer("hs256_public_key", "the claims signed by HS256 with the issuer's public key as secret", "RFC 8725 section 2.1", text)
	}
	return err
}

// publicKey returns the key that the token names, or the first usable one.
func (b *builder) publicKey() *jwks.Key {
	if b.cfg.Keys == nil {
		return nil
	}
	kid, named := b.token.KeyID()
	usable := b.cfg.Keys.Usable()
	for _, k := range usable {
		if named && k.KeyID == kid {
			return k
		}
	}
	if len(usable) > 0 {
		return usable[0]
	}
	return nil
}

// stranger signs with a key of nobody's, under the issuer's kid and with the ways
// in which a token can bring its own key.
func (b *builder) stranger() error {
	algorithm := b.token.Algorithm()
	if !slices.Contains(verify.Algorithms(), algorithm) {
		algorithm = "RS256"
	}
	key, err := issuertest.NewKey(algorithm)
	if err != nil {
		return fmt.Errorf("probe: %w", err)
	}
	m, err := b.minter(key)
	if err != nil {
		return err
	}
	public := strictjson.Member{Name: "jwk"}
	for _, key := range m.JWKS().Get("keys").Items() { // empty for a secret
		public.Value = key
	}
	own := strictjson.Member{Name: "kid", Value: strictjson.From("claimcheck-probe")}
	variations := []struct {
		id, sent, spec string
		header         []strictjson.Member
	}{
		{"stranger", "the claims signed with another key, under the same kid", specSignature, b.headerLike("typ", "kid")},
		{"embedded_jwk", "the claims signed with another key, which the header embeds (jwk)", specKeys, append(b.headerLike("typ"), own, public)},
		{"jku_elsewhere", "the claims signed with another key, which the header links to (jku)", specKeys, append(b.headerLike("typ"), own, strictjson.Member{Name: "jku", Value: strictjson.From("https://claimcheck-probe.invalid/keys")})},
	}
	for _, v := range variations {
		text, err := b.mint(m, b.claims, v.header...)
		if err != nil {
			return err
		}
		b.bearer(v.id, v.sent, v.spec, text)
	}
	return nil
}

// headerLike are members of the good token's header; a kid that it does not have is
// taken out.
func (b *builder) headerLike(names ...string) []strictjson.Member {
	var list []strictjson.Member
	for _, name := range names {
		list = append(list, strictjson.Member{Name: name, Value: b.token.Header().Get(name)})
	}
	return list
}

func (b *builder) minter(key *issuertest.Key) (*issuertest.Minter, error) {
	m, err := issuertest.NewMinter(issuertest.MinterConfig{Key: key, Now: b.cfg.Now})
	if err != nil {
		return nil, fmt.Errorf("probe: %w", err)
	}
	return m, nil
}

func (b *builder) mint(m *issuertest.Minter, claims strictjson.Value, header ...strictjson.Member) (string, error) {
	text, err := m.Mint(issuertest.Token{Base: claims, Header: header})
	if err != nil {
		return "", fmt.Errorf("probe: %w", err)
	}
	return text, nil
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
	text, err := b.mint(m, b.claims, b.headerLike("typ")...)
	if err != nil {
		return err
	}
	b.add("minted_control", "the same claims, signed again", mustAccept, "", "Bearer "+text)
	crit := []strictjson.Member{
		{Name: "crit", Value: strictjson.From([]string{"claimcheck-probe"})}, {Name: "claimcheck-probe", Value: strictjson.From(true)},
	}
	if text, err = b.mint(m, b.claims, append(b.headerLike("typ"), crit...)...); err != nil {
		return err
	}
	b.bearer("unknown_crit", "an unknown critical header member", "RFC 7515 section 4.1.11", text)
	for _, v := range b.claimVariations() {
		text, err := b.mint(m, with(b.claims, v.members...), b.headerLike("typ")...)
		if err != nil {
			return err
		}
		b.bearer(v.id, v.sent, v.spec, text)
	}
	return nil
}

type claimVariation struct {
	id, sent, spec string
	members        []strictjson.Member
}

func (b *builder) claimVariations() []claimVariation {
	now := b.cfg.Now()
	at := func(name string, d time.Duration) strictjson.Member {
		return strictjson.Member{Name: name, Value: strictjson.From(now.Add(d).Unix())}
	}
	text := func(name, value string) strictjson.Member {
		return strictjson.Member{Name: name, Value: strictjson.From(value)}
	}
	list := []claimVariation{
		{"expired", "expired an hour ago", "RFC 7519 section 4.1.4", []strictjson.Member{at("exp", -time.Hour), at("iat", -2*time.Hour), at("nbf", -2*time.Hour)}},
		{"no_expiry", "without exp", specClaims, []strictjson.Member{{Name: "exp"}}},
		{"not_yet_valid", "valid in an hour (nbf)", "RFC 7519 section 4.1.5", []strictjson.Member{at("nbf", time.Hour), at("exp", 2*time.Hour)}},
		{"wrong_audience", "for another audience", specClaims, []strictjson.Member{text("aud", "https://claimcheck-probe.invalid")}},
		{"wrong_issuer", "from another issuer", specClaims, []strictjson.Member{text("iss", "https://claimcheck-probe.invalid")}},
	}
	if b.cfg.Scope != "" {
		var rest []string
		for _, scope := range verify.Scopes(b.claims) {
			if scope != b.cfg.Scope {
				rest = append(rest, scope)
			}
		}
		list = append(list, claimVariation{"missing_scope", "without the scope " + b.cfg.Scope, "RFC 6750 section 3.1",
			[]strictjson.Member{text("scope", strings.Join(rest, " ")), {Name: "scp"}}})
	}
	if b.cfg.MaxAge > 0 {
		list = append(list, claimVariation{"stale_login", "with a login older than the limit", "RFC 9470 section 3",
			[]strictjson.Member{at("auth_time", -b.cfg.MaxAge-time.Hour)}})
	}
	return list
}

// with is an object with members changed, added or, where they are absent, removed.
func with(object strictjson.Value, changes ...strictjson.Member) strictjson.Value {
	members := slices.Clone(object.Members())
	for _, c := range changes {
		i := slices.IndexFunc(members, func(m strictjson.Member) bool { return m.Name == c.Name })
		if i < 0 {
			members = append(members, c)
		} else {
			members[i] = c
		}
	}
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
