package issuertest

import (
	"cmp"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"html/template"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// Config are the settings of an Issuer. The zero Config is usable.
type Config struct {
	Address string // host:port on loopback; empty for a free port on 127.0.0.1
	// Listener, if not nil, replaces Address. Its address must be a TCP address on
	// loopback; the issuer closes it.
	Listener  net.Listener
	Like      string // the shape, one of Vendors; empty for "plain"
	Algorithm string // one of Algorithms; empty for RS256, or for what the state directory has
	Audience  string // of access tokens; empty for the shape's default
	State     string // a directory that keeps keys between runs; empty for none
	TLS       bool   // serve https, with a certificate of its own
	Users     []User // empty for some made-up users
	// ClientID names the client that has a secret. There is also a public client,
	// whose name ends in "-public". Empty for "demo".
	ClientID     string
	ClientSecret string           // empty for that of the state directory, or a random one
	RedirectURIs []string         // of both clients, in addition to http addresses on loopback
	Clients      []Client         // replace these two; the first one is the default
	Now          func() time.Time // nil for the clock of this machine
	// Trace, if not nil, is called for every request once it is answered, perhaps
	// concurrently.
	Trace func(method, path string, status int)
}

// An Issuer is a running OpenID provider. Close stops it.
type Issuer struct {
	URL          string // issuer identifier, the iss of its tokens
	KeySetURL    string // jwks_uri
	TokenURL     string // token_endpoint
	Audience     string // of access tokens, unless a client requests another
	ClientID     string // of the first client
	ClientSecret string // of the first client; empty for a public one
	// Certificate is the PEM certificate authority of an issuer with TLS;
	// CertificateFile is its path in the state directory, if there is one.
	Certificate     []byte
	CertificateFile string

	origin   string
	shape    vendor
	minter   *Minter // its key is the ring's
	clients  []Client
	ring     *ring
	store    *store
	now      func() time.Time
	trace    func(method, path string, status int)
	identity *tls.Certificate // of TLS, or nil
	pages    *template.Template
	server   *http.Server
	serving  sync.WaitGroup
}

// Start starts an issuer. It listens when Start returns. The error is a *net.AddrError
// for an address that it cannot have, or a *net.OpError for one at which it cannot
// listen.
func Start(config Config) (*Issuer, error) {
	shape, err := findVendor(config.Like)
	if err != nil {
		return nil, err
	}
	listener, host, err := listen(config)
	if err != nil {
		return nil, err
	}
	i, err := newIssuer(config, shape, listener, host)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	i.serve(listener)
	return i, nil
}

// listen opens a loopback address and returns its host as it was given.
func listen(config Config) (net.Listener, string, error) {
	const notLoopback = "not a loopback address: an issuer for tests is never reachable from elsewhere"
	listener, host := config.Listener, ""
	if listener == nil {
		address := cmp.Or(config.Address, "127.0.0.1:0")
		var err error
		if host, _, err = net.SplitHostPort(address); err != nil {
			return nil, "", &net.AddrError{Addr: address, Err: "an address is host:port, as in 127.0.0.1:8811"}
		}
		if !isLoopbackHost(host) {
			return nil, "", &net.AddrError{Addr: address, Err: notLoopback}
		}
		if listener, err = net.Listen("tcp", address); err != nil {
			return nil, "", err
		}
	}
	bound, ok := listener.Addr().(*net.TCPAddr)
	if !ok || !bound.IP.IsLoopback() {
		return nil, "", errors.Join(&net.AddrError{Addr: listener.Addr().String(), Err: notLoopback}, listener.Close())
	}
	return listener, cmp.Or(host, bound.IP.String()), nil
}

func newIssuer(config Config, shape vendor, listener net.Listener, host string) (*Issuer, error) {
	i := &Issuer{
		shape: shape, clients: slices.Clone(config.Clients), store: newStore(), now: config.Now, trace: config.Trace, pages: template.Must(template.New("page").Parse(pageText)),
	}
	if i.now == nil {
		i.now = time.Now //nolint:forbidigo // the default of a server that nobody waits for
	}
	state, err := readState(config.State)
	if err != nil {
		return nil, err
	}
	scheme := "http"
	if config.TLS {
		scheme = "https"
		if i.identity, err = newIdentity(state, i.now()); err != nil {
			return nil, err
		}
	}
	i.origin = scheme + "://" + net.JoinHostPort(host, fmt.Sprint(listener.Addr().(*net.TCPAddr).Port))
	if err := i.register(config, state); err != nil {
		return nil, err
	}
	if i.ring, err = newRing(config.Algorithm, i.clients[0].Secret, state, shape, i.now()); err != nil {
		return nil, err
	}
	i.minter, err = NewMinter(Minter{
		Key: i.ring.current(), Issuer: i.origin + shape.issuer, Like: config.Like, Audience: config.Audience,
		ClientID: i.clients[0].ID, Users: config.Users, Now: i.now,
	})
	if err != nil {
		return nil, err
	}
	i.describe(state)
	return i, i.keep(state)
}

// describe sets the exported fields.
func (i *Issuer) describe(state *state) {
	i.URL, i.KeySetURL, i.TokenURL = i.minter.Issuer, i.origin+i.shape.paths.Keys, i.origin+i.shape.paths.Token
	i.Audience, i.ClientID, i.ClientSecret = i.minter.Audience, i.clients[0].ID, i.clients[0].Secret
	if i.identity != nil {
		i.Certificate = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.identity.Certificate[0]})
		if state.dir != "" {
			i.CertificateFile = filepath.Join(state.dir, fileCertificate)
		}
	}
}

// completeUsers fills in what users leave open.
func completeUsers(users []User) []User {
	users = slices.Clone(users)
	if len(users) == 0 {
		users = defaultUsers()
	}
	for n := range users {
		u := &users[n]
		u.Subject = cmp.Or(u.Subject, u.Name)
		u.FullName = cmp.Or(u.FullName, u.Name)
		u.Password = cmp.Or(u.Password, "secret")
	}
	return users
}

// register completes the clients; a secret that the state holds is used again.
func (i *Issuer) register(config Config, state *state) error {
	if len(i.clients) == 0 {
		id, secret := cmp.Or(config.ClientID, defaultApp), config.ClientSecret
		if secret == "" && state.text("client_id") == id {
			secret = state.text("client_secret")
		}
		i.clients = []Client{
			{ID: id, Secret: cmp.Or(secret, randomSecret()), RedirectURIs: config.RedirectURIs}, {ID: id + "-public", RedirectURIs: config.RedirectURIs},
		}
	}
	for n, c := range i.clients {
		if c.ID == "" || i.client(c.ID) != &i.clients[n] {
			return fmt.Errorf("a client needs an id that no other client has: %q", c.ID)
		}
		if u, err := url.Parse(c.LogoutURI); c.LogoutURI != "" && (err != nil || !isLoopback(u)) {
			return fmt.Errorf("client %s: logout tokens go to loopback only, not to %s", c.ID, c.LogoutURI)
		}
	}
	return nil
}

// keep writes what a Minter has to know into the state directory, if there is one.
func (i *Issuer) keep(state *state) error {
	if state.dir == "" {
		return nil
	}
	if err := state.writeKeys(i.ring.published(i.now())); err != nil {
		return err
	}
	client := i.clients[0]
	document := object(
		"issuer", i.URL, "like", i.shape.name, "audience", i.Audience, "client_id", client.ID, "client_secret", notEmpty(client.Secret),
	)
	return state.write(fileIssuer, append([]byte(document.String()), '\n'))
}

// serve answers until Close.
func (i *Issuer) serve(listener net.Listener) {
	const patience = 10 * time.Second
	i.server = &http.Server{
		Handler: i.traced(i.handler()), ReadTimeout: patience, WriteTimeout: patience, IdleTimeout: patience, MaxHeaderBytes: 64 << 10,
		ErrorLog: log.New(io.Discard, "", 0), // which is about clients that go away
	}
	if i.identity != nil {
		listener = tls.NewListener(listener, &tls.Config{
			Certificates: []tls.Certificate{*i.identity}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
		})
	}
	i.serving.Go(func() { _ = i.server.Serve(listener) }) // says that it was closed
}

// Close ends the issuer and waits until it has ended. It may be called twice.
func (i *Issuer) Close() error {
	err := i.server.Close()
	i.serving.Wait()
	return err
}

// Minter returns a Minter with the key that signs now.
func (i *Issuer) Minter() *Minter { return i.minterFor(&i.clients[0]) }

// minterFor is a Minter of tokens for a client: under HS256 and its kin, the
// client's secret is the key.
func (i *Issuer) minterFor(c *Client) *Minter {
	m := *i.minter
	m.Key = i.ring.current()
	if m.Key.symmetric() && !c.public() {
		if key, err := newKey([]byte(c.Secret), m.Key.Algorithm, ""); err == nil {
			m.Key = key
		}
	}
	return &m
}

// Rotate makes a new key, which signs new tokens. With overlap, the old one stays
// published for as long as its tokens live; without, it is withdrawn at once.
func (i *Issuer) Rotate(overlap bool) error { return i.ring.rotate(i.now(), overlap) }

// isLoopback reports whether a URL leads to this machine only.
func isLoopback(u *url.URL) bool {
	return (u.Scheme == "http" || u.Scheme == "https") && isLoopbackHost(u.Hostname())
}

func isLoopbackHost(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}
