package provider

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"syscall"
	"time"
)

// An addressBook remembers which addresses hosts turned out to have.
type addressBook struct {
	proxies sync.Map // addresses of proxies

	mu   sync.Mutex
	seen map[string]reach
}

// maxHosts is how many hosts an addressBook remembers.
const maxHosts = 1024

func newAddressBook() *addressBook {
	return &addressBook{seen: map[string]reach{}}
}

// note keeps the most public address of a host: the least that it can ask for.
func (b *addressBook) note(address string, r reach) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.seen) >= maxHosts { // public is what is assumed of the others
		clear(b.seen)
	}
	if old, ok := b.seen[address]; ok {
		r = min(r, old)
	}
	b.seen[address] = r
}

// reach returns how near a host was when it was dialed: public if it never was.
func (b *addressBook) reach(address string) reach {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.seen[address]
}

// A dialer opens connections within bounds. It checks the address that a name
// led to, not the name: a name can lead elsewhere each time it is asked.
type dialer struct {
	bounds bounds
	book   *addressBook
	dial   func(ctx context.Context, network, address string) (net.Conn, error)
}

func (d *dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	limits := d.bounds
	named := strings.ToLower(address)
	_, proxied := d.book.proxies.Load(named)
	if proxied {
		limits = anywhere()
	}
	dial := d.dial
	if dial == nil {
		own := &net.Dialer{KeepAlive: 30 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
			return limits.check(address)
		}}
		dial = own.DialContext
	}
	conn, err := dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	var remote string
	if address := conn.RemoteAddr(); address != nil { // not every connection of Config.DialContext has one
		remote = address.String()
	}
	if err := limits.check(remote); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	if r, known := reachOfAddress(remote); known && !proxied {
		d.book.note(named, r)
	}
	return conn, nil
}
