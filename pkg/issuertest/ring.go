package issuertest

import (
	"cmp"
	"crypto/rand"
	"encoding/base64"
	"sync"
	"time"

	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

const defaultAlgorithm = "RS256"

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
	for n, key := range state.keys {
		if n == 0 {
			if algorithm != "" && key.Algorithm != algorithm {
				break // the old keys are of no more use
			}
			r.keys = append(r.keys, ringKey{key: key})
			continue
		}
		r.keys = append(r.keys, ringKey{key, now.Add(r.life)})
	}
	if len(r.keys) > 0 && !r.keys[0].key.symmetric() {
		return r, nil
	}
	if len(r.keys) > 0 {
		algorithm = r.keys[0].key.Algorithm
	}
	key, err := firstKey(cmp.Or(algorithm, defaultAlgorithm), secret)
	r.keys = []ringKey{{key: key}}
	return r, err
}

func firstKey(algorithm, secret string) (*Key, error) {
	if _, _, asymmetric := jwks.KeyType(algorithm); !asymmetric && secret != "" {
		return SecretKey([]byte(secret), algorithm)
	}
	return NewKey(algorithm)
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
	key, err := NewKey(old.Algorithm)
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

// trusted is the published key set.
func (r *ring) trusted(now time.Time) (verify.Keys, error) {
	set, err := jwks.Parse([]byte(keySet(r.published(now)...).String()))
	if err != nil {
		return nil, err
	}
	return &verify.PublicKeys{Set: set}, nil
}

// randomSecret is a client's secret, long enough for HS512.
func randomSecret() string {
	secret := make([]byte, 48)
	_, _ = rand.Read(secret) // never fails
	return base64.RawURLEncoding.EncodeToString(secret)
}
