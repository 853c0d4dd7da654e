package provider

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestCertificates(t *testing.T) {
	ours, theirs := newAuthority(t), newAuthority(t)
	plain := newPlainSite(t)
	for _, c := range []struct {
		name    string
		site    *site
		problem string
		text    string
	}{
		{"good", ours.site(t, -1, 1, "127.0.0.1"), "", ""},
		{"expired", ours.site(t, -10, -1, "127.0.0.1"), tlsExpired, "the certificate expired at 2026-02-28 12:00:00 UTC"},
		{"not yet valid", ours.site(t, 1, 10, "127.0.0.1"), tlsNotYetValid, "not valid before 2026-03-02 12:00:00 UTC"},
		{"another host", ours.site(t, -1, 1, "a.example", "b.example"), tlsWrongHost, `not for "127.0.0.1" but for a.example, b.example`},
		{"another address", ours.site(t, -1, 1, "192.0.2.1"), tlsWrongHost, `not for "127.0.0.1" but for 192.0.2.1`},
		{"no host", ours.site(t, -1, 1), tlsWrongHost, "no host at all"},
		{"another authority", theirs.site(t, -1, 1, "127.0.0.1"), tlsUnknownAuthority, "claimcheck test authority"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.site.serve("/keys", keySet("a"))
			for _, custom := range []bool{false, true} {
				b := newBench(t, nil, func(cfg *Config) {
					if custom {
						cfg.CustomCAs = ours.roots()
					} else {
						cfg.RootCAs = ours.roots()
					}
				})
				_, err := b.Keys(t.Context(), c.site.URL+"/keys", "")
				if c.problem == "" {
					if err != nil {
						t.Fatal(err)
					}
					if cached := len(b.cacheFiles(t)) > 0; cached == custom {
						t.Errorf("custom authorities %t, cached %t", custom, cached)
					}
					continue
				}
				e := wantFetchError(t, err, causeTLS)
				if e.TLS != c.problem {
					t.Errorf("got %q: %v", e.TLS, err)
				}
				wantText(t, e.Text, c.text)
			}
			if n := len(c.site.requests()); c.problem != "" && n != 0 {
				t.Errorf("%d requests got through", n)
			}
		})
	}
	_, err := newBench(t, nil).Keys(t.Context(), "https"+plain.URL[len("http"):]+"/keys", "")
	if e := wantFetchError(t, err, causeTLS); e.TLS != tlsPlainHTTP {
		t.Errorf("got %q: %v", e.TLS, err)
	}
}

// TestTLSThatIsNoGood: what is neither the name, nor the time, nor the authority.
func TestTLSThatIsNoGood(t *testing.T) {
	ours := newAuthority(t)
	old := newSite(t, func(s *httptest.Server) {
		s.TLS = &tls.Config{MaxVersion: tls.VersionTLS11}
		s.StartTLS()
	})
	certificate, key := ours.sign(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: "a test server"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: newClock().at.AddDate(0, 0, -1), NotAfter: newClock().at.AddDate(0, 0, 1),
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3, 4}, Critical: true, Value: []byte{5, 0}}},
	})
	strange := newSite(t, func(s *httptest.Server) {
		s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{certificate.Raw}, PrivateKey: key}}}
		s.StartTLS()
	})
	for s, want := range map[*site]string{old: "TLS failed: ", strange: "the certificate is not valid: x509: unhandled critical extension"} {
		_, err := newBench(t, nil, func(cfg *Config) { cfg.RootCAs = ours.roots() }).Keys(t.Context(), s.URL+"/keys", "")
		e := wantFetchError(t, err, causeTLS)
		if e.TLS != tlsOther {
			t.Errorf("got %q", e.TLS)
		}
		wantText(t, e.Text, want)
		wantRequests(t, s)
	}
}

func TestTheSystemsAuthoritiesAreNotOurs(t *testing.T) {
	s := newTLSSite(t)
	s.serve("/keys", keySet("a"))
	_, err := newBench(t, nil).Keys(t.Context(), s.URL+"/keys", "")
	if e := wantFetchError(t, err, causeTLS); e.TLS != tlsUnknownAuthority {
		t.Errorf("got %q", e.TLS)
	}
}

func TestNobodyThere(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	b := newBench(t, nil)
	_, err = b.Keys(t.Context(), "https://"+address+"/keys", "")
	wantFetchError(t, err, causeRefused)
	if len(b.events) != 1 || b.events[0].Failure != causeRefused {
		t.Errorf("asked more than once: %+v", b.events)
	}

	b = newBench(t, nil, func(cfg *Config) { cfg.DialContext = farAway(nil, nil) })
	_, err = b.Discover(t.Context(), "https://nowhere.example")
	wantText(t, wantFetchError(t, err, causeDNS).Text, `"nowhere.example" does not exist`)
	if len(b.events) != 1 {
		t.Errorf("asked more than once: %+v", b.events)
	}
}

func TestHTTP2(t *testing.T) {
	s := newSite(t, func(s *httptest.Server) { s.EnableHTTP2 = true; s.StartTLS() })
	protocol := ""
	s.route("/keys", func(w http.ResponseWriter, r *http.Request) {
		protocol = r.Proto
		_, _ = io.WriteString(w, keySet("a"))
	})
	if _, err := fetchKeys(t, s); err != nil || protocol != "HTTP/2.0" {
		t.Errorf("got %v over %s", err, protocol)
	}
}
