package provider

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"testing"
)

// TestWhatADocumentNames lets issuers at different distances name key sets at
// different distances.
func TestWhatADocumentNames(t *testing.T) {
	ca := newAuthority(t)
	hosts := []string{"issuer.example", "keys.example", "127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "192.168.0.9", "203.0.113.9", "localhost"}
	s := ca.site(t, -1, 1, hosts...)
	network := map[string]*site{}
	for _, h := range hosts {
		network[h] = s
	}
	for _, c := range []struct {
		issuerIP, keysURL, keysIP string
		allowHTTP                 bool
		kind                      string // empty: allowed
	}{
		{"203.0.113.5", "https://keys.example", "203.0.113.9", false, ""},
		{"203.0.113.5", "https://203.0.113.9", "203.0.113.9", false, ""},
		// As it is written.
		{"203.0.113.5", "https://127.0.0.1", "127.0.0.1", false, causeAddress},
		{"203.0.113.5", "https://localhost", "127.0.0.1", false, causeAddress},
		{"203.0.113.5", "https://[::1]", "::1", false, causeAddress},
		{"203.0.113.5", "https://10.1.2.3", "10.1.2.3", false, causeAddress},
		{"203.0.113.5", "https://192.168.0.9", "192.168.0.9", false, causeAddress},
		{"203.0.113.5", "https://169.254.169.254", "169.254.169.254", false, causeAddress},
		{"203.0.113.5", "https://[::ffff:127.0.0.1]", "127.0.0.1", false, causeAddress},
		{"203.0.113.5", "https://2130706433", "127.0.0.1", false, causeURL},
		{"203.0.113.5", "https://127.1", "127.0.0.1", false, causeURL},
		{"203.0.113.5", "file:///etc/passwd", "", false, causeURL},
		{"203.0.113.5", "https://me:pw@keys.example", "203.0.113.9", false, causeURL},
		// As the name resolves.
		{"203.0.113.5", "https://keys.example", "127.0.0.1", false, causeAddress},
		{"203.0.113.5", "https://keys.example", "10.0.0.1", false, causeAddress},
		{"203.0.113.5", "https://keys.example", "169.254.169.254", false, causeAddress},
		{"203.0.113.5", "https://keys.example", "0.0.0.0", false, causeAddress},
		{"203.0.113.5", "https://keys.example", "64:ff9b::7f00:1", false, causeAddress},
		// An issuer within a private network may name its like, not what is nearer.
		{"10.0.0.5", "https://keys.example", "10.0.0.6", false, ""},
		{"10.0.0.5", "https://10.1.2.3", "10.1.2.3", false, ""},
		{"10.0.0.5", "https://keys.example", "127.0.0.1", false, causeAddress},
		{"10.0.0.5", "https://169.254.169.254", "169.254.169.254", false, causeAddress},
		{"127.0.0.1", "https://10.1.2.3", "10.1.2.3", false, ""},
		{"127.0.0.1", "https://keys.example", "127.0.0.1", false, ""},
		// http.
		{"203.0.113.5", "http://keys.example", "203.0.113.9", false, causeHTTP},
		{"203.0.113.5", "http://127.0.0.1", "127.0.0.1", false, causeHTTP},
		{"203.0.113.5", "http://keys.example", "203.0.113.9", true, causeHTTP}, // an https issuer
		{"10.0.0.5", "http://10.1.2.3", "10.1.2.3", false, causeHTTP},
		{"127.0.0.1", "http://10.1.2.3", "10.1.2.3", false, causeHTTP},
		// The issuer's own origin is the user's choice.
		{"203.0.113.5", "https://issuer.example", "203.0.113.5", false, ""},
		{"203.0.113.5", "http://issuer.example", "203.0.113.5", false, causeHTTP},
	} {
		t.Run(fmt.Sprintf("%s names %s at %s", c.issuerIP, c.keysURL, c.keysIP), func(t *testing.T) {
			s.serve(configuration, fmt.Sprintf(`{"issuer":"https://issuer.example","jwks_uri":%q}`, c.keysURL+"/keys"))
			s.serve("/keys", keySet("a"), "Cache-Control", "no-store")
			s.requests()
			seeming := map[string]string{}
			for _, h := range hosts {
				seeming[h] = c.keysIP
			}
			seeming["issuer.example"] = c.issuerIP
			b := newBench(t, nil, func(cfg *Config) {
				cfg.RootCAs, cfg.AllowHTTP, cfg.DialContext = ca.roots(), c.allowHTTP, farAway(network, seeming)
			})
			_, err := b.KeysFor(t.Context(), "https://issuer.example", "")
			if c.kind == "" {
				if err != nil {
					t.Fatal(err)
				}
				// The cache remembers how near the issuer is.
				if _, err := b.again(t).KeysFor(t.Context(), "https://issuer.example", ""); err != nil {
					t.Errorf("with cached metadata: %v", err)
				}
				wantRequests(t, s, "GET "+configuration, "GET /keys", "GET /keys")
				return
			}
			wantFetchError(t, err, c.kind)
			wantRequests(t, s, "GET "+configuration)
			if !c.allowHTTP {
				_, err := b.again(t).KeysFor(t.Context(), "https://issuer.example", "")
				wantFetchError(t, err, c.kind)
				wantRequests(t, s)
			}
		})
	}
}

// TestPlainHTTPThatADocumentNames: only among servers of this machine, or where
// the user allowed it and the issuer itself speaks it.
func TestPlainHTTPThatADocumentNames(t *testing.T) {
	issuer, keys := newPlainSite(t), newPlainSite(t)
	keys.serve("/keys", keySet("a"))
	issuer.serve(configuration, fmt.Sprintf(`{"issuer":%q,"jwks_uri":%q}`, issuer.URL, keys.URL+"/keys"))
	set, err := newBench(t, nil).KeysFor(t.Context(), issuer.URL, "")
	wantKeys(t, set, err, "a")

	far := map[string]*site{"issuer.example": issuer, "keys.example": keys}
	where := map[string]string{"issuer.example": "203.0.113.5", "keys.example": "203.0.113.9"}
	issuer.serve(configuration, `{"issuer":"http://issuer.example","jwks_uri":"http://keys.example/keys"}`)
	for _, allowed := range []bool{true, false} {
		b := newBench(t, nil, func(cfg *Config) { cfg.AllowHTTP, cfg.DialContext = allowed, farAway(far, where) })
		set, err := b.KeysFor(t.Context(), "http://issuer.example", "")
		if allowed {
			wantKeys(t, set, err, "a")
		} else {
			wantFetchError(t, err, causeHTTP)
		}
	}
}

// TestOwnDialerJudgesBeforeItConnects uses no injected dialer: the address is
// refused before a single packet is sent there.
func TestOwnDialerJudgesBeforeItConnects(t *testing.T) {
	s := newTLSSite(t)
	s.serve("/keys", keySet("a"))
	b := newBench(t, s)
	accepted := &Metadata{URL: "https://203.0.113.5" + configuration, Issuer: "https://203.0.113.5", Asked: "https://203.0.113.5"}
	// No name that leads to loopback can be counted on here, so the bounds are
	// put to the dialer itself.
	d := &dialer{bounds: bounds{max: reachPublic}, book: b.book}
	conn, err := d.DialContext(t.Context(), "tcp", s.Listener.Addr().String())
	if err == nil {
		_ = conn.Close()
		t.Fatal("connected")
	}
	if e := b.classify(t.Context(), err); e.Cause != causeAddress {
		t.Errorf("got %v", err)
	}
	accepted.JWKSURI = s.URL + "/keys"
	_, err = b.KeysOf(t.Context(), accepted, "")
	wantFetchError(t, err, causeAddress)
	wantRequests(t, s)
}

func TestAnAddressThatCannotBeJudgedIsRefused(t *testing.T) {
	d := &dialer{bounds: bounds{max: reachPublic}, book: newAddressBook(), dial: func(context.Context, string, string) (net.Conn, error) {
		here, _ := net.Pipe()
		return here, nil
	}}
	if _, err := d.DialContext(t.Context(), "tcp", "keys.example:443"); err == nil {
		t.Error("connected")
	}
	d.bounds = anywhere()
	if _, err := d.DialContext(t.Context(), "tcp", "keys.example:443"); err != nil {
		t.Error(err)
	}
}

func TestReach(t *testing.T) {
	for text, want := range map[string]reach{
		"127.0.0.1": reachLoopback, "127.255.0.1": reachLoopback, "::1": reachLoopback, "0.0.0.0": reachLoopback, "::": reachLoopback,
		"::ffff:127.0.0.1": reachLoopback, "64:ff9b::7f00:1": reachLoopback, "2002:7f00:1::": reachLoopback,
		"169.254.169.254": reachLinkLocal, "fe80::1%eth0": reachLinkLocal, "224.0.0.1": reachLinkLocal, "ff02::1": reachLinkLocal,
		"10.0.0.1": reachPrivate, "172.16.0.1": reachPrivate, "192.168.1.1": reachPrivate, "fd00::1": reachPrivate, "fec0::1": reachPrivate,
		"100.64.0.1": reachPrivate, "198.18.0.1": reachPrivate, "0.1.2.3": reachPrivate, "255.255.255.255": reachPrivate,
		"172.32.0.1": reachPublic, "8.8.8.8": reachPublic, "2001:db8::1": reachPublic, "100.128.0.1": reachPublic,
	} {
		if got := reachOfIP(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
		if got := reachOfHost(text); got != want {
			t.Errorf("host %s is %s, want %s", text, got, want)
		}
	}
	for host, want := range map[string]reach{
		"localhost": reachLoopback, "LocalHost.": reachLoopback, "a.localhost": reachLoopback,
		"localhost.example": reachPublic, "notlocalhost": reachPublic, "": reachPublic,
	} {
		if got := reachOfHost(host); got != want {
			t.Errorf("host %q is %s, want %s", host, got, want)
		}
	}
}

// A tunnel is an HTTP proxy that leads every CONNECT to one server.
func tunnel(t *testing.T, to *site) (*site, func(*http.Request) (*url.URL, error)) {
	t.Helper()
	p := newPlainSite(t)
	p.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.asked = append(p.asked, r.Method+" "+r.Host)
		p.mu.Unlock()
		if to == nil {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		far, err := net.Dial("tcp", to.Listener.Addr().String())
		if err != nil {
			panic(err)
		}
		near, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(near, "HTTP/1.1 200 OK\r\n\r\n")
		go pump(far, near)
		go pump(near, far)
	})
	address, err := url.Parse(strings.Replace(p.URL, "http://", "http://me:s3cret@", 1))
	if err != nil {
		t.Fatal(err)
	}
	return p, http.ProxyURL(address)
}

func pump(to, from net.Conn) {
	defer func() { _, _ = to.Close(), from.Close() }()
	buffer := make([]byte, 4096)
	for {
		n, err := from.Read(buffer)
		if _, werr := to.Write(buffer[:n]); err != nil || werr != nil {
			return
		}
	}
}

func TestProxy(t *testing.T) {
	ca := newAuthority(t)
	s := ca.site(t, -1, 1, "issuer.example", "keys.example", "127.0.0.1")
	s.serve(configuration, `{"issuer":"https://issuer.example","jwks_uri":"https://keys.example/keys"}`)
	s.serve("/keys", keySet("a"))
	proxy, ask := tunnel(t, s)
	through := func(cfg *Config) { cfg.RootCAs, cfg.Proxy = ca.roots(), ask }
	// The proxy is on loopback, which no document named: that is all right.
	if _, err := newBench(t, nil, through).KeysFor(t.Context(), "https://issuer.example", "a"); err != nil {
		t.Fatal(err)
	}
	wantRequests(t, proxy, "CONNECT issuer.example:443", "CONNECT keys.example:443")

	// Behind a proxy only what is written can be judged.
	s.serve(configuration, `{"issuer":"https://issuer.example","jwks_uri":"https://127.0.0.1/keys"}`)
	_, err := newBench(t, nil, through).KeysFor(t.Context(), "https://issuer.example", "a")
	wantFetchError(t, err, causeAddress)
	wantRequests(t, proxy, "CONNECT issuer.example:443")

	_, ask = tunnel(t, nil)
	_, err = newBench(t, nil, through).KeysFor(t.Context(), "https://issuer.example", "a")
	wantText(t, wantFetchError(t, err, causeProxy).Text, "407 Proxy Authentication Required")

	for name, proxy := range map[string]func(*http.Request) (*url.URL, error){
		"refused": http.ProxyURL(&url.URL{Scheme: "http", Host: "127.0.0.1:1", User: url.UserPassword("me", "s3cret")}),
		"broken": func(*http.Request) (*url.URL, error) {
			return nil, fmt.Errorf("invalid proxy address %q", "me:s3cret@x")
		},
	} {
		b := newBench(t, nil, func(cfg *Config) {
			cfg.Proxy = proxy
			cfg.DialContext = func(context.Context, string, string) (net.Conn, error) { return nil, syscall.ECONNREFUSED }
		})
		_, err := b.Keys(t.Context(), "https://issuer.example/keys", "")
		wantFetchError(t, err, causeProxy)
		if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: the error shows the proxy's password: %v", name, err)
		}
	}
}

// TestRelativeKeySetURL: the mistake is named.
func TestRelativeKeySetURL(t *testing.T) {
	s := newTLSSite(t)
	for text, want := range map[string]string{
		"/keys":               "named by the metadata as jwks_uri: a relative URL; it must be a full https URL",
		"keys":                "a relative URL",
		"//issuer.example/k":  "a relative URL",
		"ftp://issuer.test/k": "not an https URL",
	} {
		s.serve(configuration, fmt.Sprintf(`{"issuer":%q,"jwks_uri":%q}`, s.URL, text))
		_, err := newBench(t, s).KeysFor(t.Context(), s.URL, "")
		wantText(t, wantFetchError(t, err, causeURL).Error(), text, want)
	}
}
