package provider

import "sync"

// A store keeps replies for as long as they may be used.
type store interface {
	load(kind entryKind, issuer, url string) *entry
	store(*entry)
	remove(kind entryKind, issuer, url string)
	// distrust says that an entry was read, but does not hold what it should.
	distrust(s source, why string)
}

// maxRemembered is how many documents a Client without a directory keeps: two for
// each of more issuers than a server has. Then the oldest goes.
const maxRemembered = 256

// memory is the store of a Client without a directory. It ends with the Client.
type memory struct {
	cfg Config

	mu      sync.Mutex
	entries map[string]*entry // by entryName
}

func (m *memory) load(kind entryKind, issuer, url string) *entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.entries[entryName(kind, issuer, url)]
	if e == nil || !e.fresh(m.cfg.Now()) {
		return nil
	}
	return e
}

func (m *memory) store(e *entry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries[entryName(e.kind, e.issuer, e.url)] = e
	documents, oldest := 0, ""
	for name, other := range m.entries {
		switch {
		case !other.fresh(m.cfg.Now()):
			delete(m.entries, name)
		case other.kind != kindRefetch: // which holds nothing
			documents++
			if oldest == "" || other.fetchedAt.Before(m.entries[oldest].fetchedAt) {
				oldest = name
			}
		}
	}
	if documents > maxRemembered {
		delete(m.entries, oldest)
	}
}

func (m *memory) remove(kind entryKind, issuer, url string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.entries, entryName(kind, issuer, url))
}

func (m *memory) distrust(s source, _ string) { m.remove(s.kind, s.issuer, s.place.url.String()) }
