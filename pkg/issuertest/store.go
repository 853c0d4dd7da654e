package issuertest

import (
	"crypto/rand"
	"crypto/sha256"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// How long things live that are no tokens.
const (
	loginLife   = 10 * time.Minute // a login page, a device code
	codeLife    = time.Minute      // RFC 6749 section 4.1.2 recommends ten at most
	sessionLife = 8 * time.Hour
	refreshLife = 30 * 24 * time.Hour
)

// mostEntries is how much of each thing is kept; then the oldest go first.
const mostEntries = 10_000

// A shelf holds things that expire, by their secret names.
type shelf[T any] struct {
	mu    sync.Mutex
	items map[string]shelved[T]
	order []string
}

type shelved[T any] struct {
	item    T
	expires time.Time
}

func newShelf[T any]() *shelf[T] { return &shelf[T]{items: map[string]shelved[T]{}} }

// put keeps a thing under a name.
func (s *shelf[T]) put(name string, item T, expires time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, there := s.items[name]; !there {
		s.order = append(s.order, name)
	}
	s.items[name] = shelved[T]{item, expires}
	for len(s.order) > mostEntries {
		delete(s.items, s.order[0])
		s.order = s.order[1:]
	}
}

// add keeps a thing under a new name, which nobody can guess.
func (s *shelf[T]) add(item T, expires time.Time) string {
	name := rand.Text()
	s.put(name, item, expires)
	return name
}

func (s *shelf[T]) get(name string, now time.Time) (T, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.find(name, now)
}

func (s *shelf[T]) find(name string, now time.Time) (T, bool) {
	found, ok := s.items[name]
	if !ok || !now.Before(found.expires) {
		var none T
		return none, false
	}
	return found.item, true
}

// take is get, once only.
func (s *shelf[T]) take(name string, now time.Time) (T, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	item, ok := s.find(name, now)
	delete(s.items, name)
	return item, ok
}

// A store is what the issuer remembers.
type store struct {
	sessions *shelf[*session]     // by cookie
	logins   *shelf[*authRequest] // by the login page
	codes    *shelf[*codeGrant]   // by code
	refresh  *shelf[*refreshGrant]
	devices  *shelf[*deviceGrantState] // by device code
	userCode *shelf[*deviceGrantState]
	access   *shelf[*grant] // by the hash of the access token
	revoked  *shelf[bool]   // by the hash of the token
}

func newStore() *store {
	return &store{
		sessions: newShelf[*session](), logins: newShelf[*authRequest](), codes: newShelf[*codeGrant](), refresh: newShelf[*refreshGrant](),
		devices: newShelf[*deviceGrantState](), userCode: newShelf[*deviceGrantState](), access: newShelf[*grant](), revoked: newShelf[bool](),
	}
}

// A session is a login at the issuer.
type session struct {
	id       string // sid
	user     *User
	authTime time.Time
	clients  sync.Map // the ids of those who got tokens in it
}

func newSession(user *User, now time.Time) *session {
	return &session{id: rand.Text(), user: user, authTime: now}
}

// A grant is what tokens are made from.
type grant struct {
	client   *Client
	session  *session // nil for a program
	scope    []string
	audience []string
	nonce    string
	acr      string
	// family reports whether the tokens of one login of one client are revoked. It is
	// shared by all of them.
	family *atomic.Bool
}

// newGrant is what a request asks for. The audience is RFC 8707's resource, or Auth0's
// audience.
func newGrant(r *http.Request, client *Client) grant {
	acr, _, _ := strings.Cut(r.FormValue("acr_values"), " ")
	audience := slices.Concat(r.Form["resource"], r.Form["audience"])
	return grant{
		client: client, scope: strings.Fields(r.FormValue("scope")), audience: slices.DeleteFunc(audience, func(s string) bool { return s == "" }),
		nonce: r.FormValue("nonce"), acr: acr, family: new(atomic.Bool),
	}
}

// hashed is the name of a token in the store.
func hashed(token string) string {
	sum := sha256.Sum256([]byte(token))
	return string(sum[:])
}
