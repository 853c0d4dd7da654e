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

// maxRemembered is how many replies a Client without a directory keeps.
const maxRemembered = 64

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
	for name, other := range m.entries {
		if !other.fresh(m.cfg.Now()) || len(m.entries) >= maxRemembered {
			delete(m.entries, name)
		}
	}
	m.entries[entryName(e.kind, e.issuer, e.url)] = e
}

func (m *memory) remove(kind entryKind, issuer, url string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.entries, entryName(kind, issuer, url))
}

func (m *memory) distrust(s source, _ string) { m.remove(s.kind, s.issuer, s.place.url.String()) }
