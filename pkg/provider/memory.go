package provider

import (
	"maps"
	"sync"
	"sync/atomic"
	"time"
)

// maxRemembered is how many documents a Client keeps in memory: two for each of
// more issuers than a server has. Then the oldest goes.
const maxRemembered = 256

// A memoryKey identifies a document: the metadata of an issuer, or the key set at a
// URL that an issuer's metadata or the user names. Both strings are stored as given,
// so that a lookup needs no parsing.
type memoryKey struct {
	kind        entryKind
	issuer, url string
}

// String is for singleflight, which names what is being fetched by a text.
func (k memoryKey) String() string { return string(k.kind) + " " + k.issuer + " " + k.url }

// A record is what was fetched, parsed once. It never changes, so any number
// of goroutines may read it.
type record struct {
	fetchedAt time.Time
	lifetime  time.Duration
	size      int       // bytes as served
	metadata  *Metadata // of kindMetadata
	keys      *KeySet   // of kindKeys
	failure   error     // of kindRefetch: why the attempt failed, or nil
}

// usable reports whether a record may be used at a time: it is not from the
// future, and its lifetime ended less than grace ago.
func (d *record) usable(now time.Time, grace time.Duration) bool {
	return d != nil && !d.fetchedAt.After(now) && now.Before(d.fetchedAt.Add(d.lifetime+grace))
}

// memory keeps records for one Client. Reading takes no lock; who writes
// replaces the map.
type memory struct {
	records atomic.Pointer[map[memoryKey]*record]
	writing sync.Mutex
}

func newMemory() *memory {
	m := &memory{}
	m.records.Store(&map[memoryKey]*record{})
	return m
}

func (m *memory) get(key memoryKey) *record { return (*m.records.Load())[key] }

// put keeps a record; nil forgets the one before it. What can no longer be used
// goes, and the oldest where there are too many.
func (m *memory) put(key memoryKey, d *record, now time.Time, grace time.Duration) {
	m.writing.Lock()
	defer m.writing.Unlock()
	next := maps.Clone(*m.records.Load())
	maps.DeleteFunc(next, func(_ memoryKey, other *record) bool { return !other.usable(now, grace) })
	delete(next, key)
	if d != nil {
		next[key] = d
	}
	documents := 0
	var oldest memoryKey
	for k, other := range next {
		if k.kind == kindRefetch { // which holds nothing
			continue
		}
		if documents++; documents == 1 || other.fetchedAt.Before(next[oldest].fetchedAt) {
			oldest = k
		}
	}
	if documents > maxRemembered {
		delete(next, oldest)
	}
	m.records.Store(&next)
}
