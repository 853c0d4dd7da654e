package issuertest

import (
	"cmp"
	"crypto/rand"
	"encoding/base64"
	"strings"
	"sync"
	"time"
)

// A ring holds the key that signs, and those before it as long as they are
// published.
type ring struct {
	mu    sync.Mutex
	keys  []ringKey // the first signs
	state *state
	life  time.Duration // how long a key stays published after its turn
}

type ringKey struct {
	key   *Key
	until time.Time // zero for the one that signs
}

// newRing takes the keys of the state directory, or makes one. Under HS256 and its
// kin the key is the first client's secret.
func newRing(algorithm, secret string, state *state, shape vendor, now time.Time) (*ring, error) {
	r := &ring{state: state, life: max(shape.accessLife, shape.idLife)}
	if len(state.keys) > 0 && state.keys[0].Algorithm == cmp.Or(algorithm, state.keys[0].Algorithm) { // otherwise they are of no use
		algorithm = state.keys[0].Algorithm
		for _, key := range state.keys {
			r.keys = append(r.keys, ringKey{key, now.Add(r.life)})
		}
		r.keys[0].until = time.Time{}
	}
	if len(r.keys) > 0 && !r.keys[0].key.symmetric() {
		return r, nil
	}
	r.keys = []ringKey{{}}
	algorithm = cmp.Or(algorithm, "RS256")
	var err error
	if strings.HasPrefix(algorithm, "HS") && secret != "" {
		r.keys[0].key, err = newKey([]byte(secret), algorithm, "")
	} else {
		r.keys[0].key, err = makeKey(algorithm)
	}
	return r, err
}

// current is the key that signs.
func (r *ring) current() *Key {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.keys[0].key
}

// published are the keys of the key set at a time, the one that signs first.
func (r *ring) published(now time.Time) []*Key {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := []*Key{}
	for _, k := range r.keys {
		if k.until.IsZero() || now.Before(k.until) {
			list = append(list, k.key)
		}
	}
	return list
}

// rotate makes a new key. A shared secret stays: it is the client's.
func (r *ring) rotate(now time.Time, overlap bool) error {
	old := r.current()
	if old.symmetric() {
		return nil
	}
	key, err := makeKey(old.Algorithm)
	if err != nil {
		return err
	}
	r.mu.Lock()
	rest := r.keys
	r.keys = []ringKey{{key: key}}
	if overlap {
		rest[0].until = now.Add(r.life)
		r.keys = append(r.keys, rest...)
	}
	r.mu.Unlock()
	if r.state.dir == "" {
		return nil
	}
	return r.state.writeKeys(r.published(now))
}

// randomSecret is a client's secret, long enough for HS512.
func randomSecret() string {
	secret := make([]byte, 48)
	_, _ = rand.Read(secret) // never fails
	return base64.RawURLEncoding.EncodeToString(secret)
}
