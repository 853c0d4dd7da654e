package issuertest

import (
	"cmp"
	"crypto"
	"crypto/rand"
	_ "crypto/sha256" // for at_hash
	_ "crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// A Token says what token to make. The zero Token is a good access token for the
// issuer's first user and the default audience.
type Token struct {
	Kind     verify.Kind // access (or empty), id or logout
	Subject  string      // a user's name or subject, or any other text; empty for the first user
	Program  bool        // the token of a program: nobody logged in
	Audience []string    // empty for the kind's default: the API, or for an ID token the client
	ClientID string      // empty for the default client
	Scopes   []string    // nil for "openid profile email", empty for none
	Roles    []string    // empty for the user's
	Nonce    string      // of an ID token
	Session  string      // sid; empty for a new one in an ID or a logout token
	ACR      string
	// AccessToken is the access token that at_hash of an ID token is computed from;
	// empty for no at_hash.
	AccessToken string

	ExpiresIn time.Duration // 0 for the lifetime of the shape
	AuthTime  time.Time     // zero for the time of issue

	Base   strictjson.Value    // an object that replaces the usual claims
	Claims []strictjson.Member // replace claims, or are added; an absent value removes one
	Header []strictjson.Member // the same in the header

	Flaws []string // what is wrong with it on purpose; see Flaws
}

// A Minter makes tokens. Its fields are its configuration, of which NewMinter sets what
// is empty. It is safe for concurrent use as long as nobody changes them.
type Minter struct {
	Key       *Key   // nil for that of State or, without it, a new one
	Algorithm string // of a new key; empty for RS256
	// State is the state directory of an issuer, which supplies the values of empty
	// fields.
	State    string
	Issuer   string           // iss; empty for the shape's issuer at http://127.0.0.1:8811
	Like     string           // the shape, one of Vendors; empty for "plain"
	Audience string           // of access tokens; empty for the shape's default
	ClientID string           // empty for "demo"
	Users    []User           // empty for the default users
	Now      func() time.Time // required

	shape vendor
}

// defaultOrigin is the origin of an issuer for which nothing else is said.
const defaultOrigin = "http://127.0.0.1:8811"

// NewMinter returns a Minter of this configuration. The error is about the state
// directory, a shape or an algorithm that nobody knows, or a missing clock.
func NewMinter(m Minter) (*Minter, error) {
	if m.State != "" {
		state, err := readState(m.State)
		if err != nil {
			return nil, err
		}
		if err := state.fill(&m); err != nil {
			return nil, err
		}
	}
	shape, err := findVendor(m.Like)
	if err != nil {
		return nil, err
	}
	if m.Now == nil {
		return nil, errors.New("a minter needs a clock")
	}
	if m.Key == nil {
		if m.Key, err = makeKey(cmp.Or(m.Algorithm, "RS256")); err != nil {
			return nil, err
		}
	}
	m.Algorithm = m.Key.Algorithm
	m.Like = shape.name
	m.Issuer = cmp.Or(m.Issuer, defaultOrigin+shape.issuer)
	m.Audience = cmp.Or(m.Audience, shape.audience, m.Issuer)
	m.ClientID = cmp.Or(m.ClientID, defaultApp)
	m.Users = completeUsers(m.Users)
	m.shape = shape
	return &m, nil
}

// JWKS returns the key set that verifies the tokens; it is empty where a secret
// does.
func (m *Minter) JWKS() strictjson.Value { return keySet(m.Key) }

// Mint makes a token. It is an error to name an unknown flaw, or flaws that
// contradict each other.
func (m *Minter) Mint(t Token) (string, error) {
	flaws, err := findFlaws(t.Flaws)
	if err != nil {
		return "", err
	}
	audience := m.audienceOf(t)
	for _, f := range flaws {
		if f.as != "" {
			t.Kind = f.as
		}
	}
	d, err := m.draft(t)
	if err != nil {
		return "", err
	}
	d.audience = audience
	for _, f := range flaws {
		if err := f.apply(d); err != nil {
			return "", fmt.Errorf("flaw %s: %w", f.Name, err)
		}
	}
	return d.finish()
}

// draft is the good token.
func (m *Minter) draft(t Token) (*draft, error) {
	f := m.facts(t)
	d := &draft{minter: m, key: m.Key, now: f.issued}
	switch t.Kind {
	case "", verify.KindAccess:
		if m.shape.opaque {
			return nil, fmt.Errorf("access tokens of %s are opaque: mint an ID token", m.shape.name)
		}
		d.typ(m.shape.accessType)
		d.claims = f.access()
		if m.shape.access != nil {
			m.shape.access(f, &d.claims)
		}
	case verify.KindID:
		d.typ(m.shape.idType)
		d.claims = f.idToken()
		if m.shape.id != nil {
			m.shape.id(f, &d.claims)
		}
	case verify.KindLogout:
		d.typ("logout+jwt")
		d.claims = f.logoutToken()
	default:
		return nil, fmt.Errorf("no kind %q: there are access, id and logout", t.Kind)
	}
	if t.Base.Exists() {
		d.claims = slices.Clone(claims(t.Base.Members()))
	}
	d.header.set("kid", notEmpty(m.Key.ID))
	for _, member := range t.Claims {
		d.claims.put(member)
	}
	for _, member := range t.Header {
		d.header.put(member)
	}
	return d, nil
}

// facts fills in what a Token leaves open.
func (m *Minter) facts(t Token) *facts {
	f := &facts{Token: t, issuer: m.Issuer, issued: m.Now(), id: rand.Text(), algorithm: m.Key.Algorithm}
	f.ClientID = cmp.Or(t.ClientID, m.ClientID)
	if len(t.Audience) == 0 {
		f.Audience = []string{m.audienceOf(t)}
	}
	life := m.shape.accessLife
	if t.Kind == verify.KindID || t.Kind == verify.KindLogout {
		life = m.shape.idLife
		f.Session = cmp.Or(t.Session, rand.Text())
	}
	f.expires = f.issued.Add(cmp.Or(t.ExpiresIn, life))
	if t.Program {
		f.AuthTime = time.Time{}
		return f
	}
	if f.user = m.user(t.Subject); len(t.Roles) == 0 {
		f.Roles = f.user.Roles
	}
	if t.AuthTime.IsZero() {
		f.AuthTime = f.issued
	}
	if t.Scopes == nil {
		f.Scopes = []string{"openid", "profile", "email"}
	}
	return f
}

// user is the user of a name or a subject; nobody else is refused, so that a token
// can speak about anybody.
func (m *Minter) user(subject string) *User {
	for i := range m.Users {
		if u := &m.Users[i]; subject == "" || u.Name == subject || u.Subject == subject {
			return u
		}
	}
	return &User{Name: subject, Subject: subject}
}

// leftHalf is at_hash of an access token under an algorithm.
func leftHalf(algorithm, accessToken string) string {
	hash := crypto.SHA512 // of EdDSA, too
	switch {
	case strings.HasSuffix(algorithm, "256"):
		hash = crypto.SHA256
	case strings.HasSuffix(algorithm, "384"):
		hash = crypto.SHA384
	}
	h := hash.New()
	h.Write([]byte(accessToken))
	sum := h.Sum(nil)
	return base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
}

// A draft is a token before it is signed.
type draft struct {
	minter  *Minter
	key     *Key // that signs
	header  claims
	claims  claims
	payload []byte // in place of the claims, or nil
	now     time.Time
	// audience is the one that a verifier of the token expects.
	audience string
	// unsigned leaves the signature empty; after changes the text that was signed.
	unsigned bool
	after    []func(text string) string
}

func (d *draft) typ(typ string) {
	d.header.set("typ", notEmpty(typ))
}

// body is the payload as it is now.
func (d *draft) body() []byte {
	if d.payload != nil {
		return d.payload
	}
	return d.claims.json()
}

func (d *draft) finish() (string, error) {
	text := encode(d.header.json()) + "." + encode(d.body()) + "."
	if !d.unsigned {
		var err error
		if text, err = d.key.sign(d.header, d.body()); err != nil {
			return "", err
		}
	}
	for _, change := range d.after {
		text = change(text)
	}
	return text, nil
}

func encode(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }
