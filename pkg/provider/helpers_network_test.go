package provider

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"net/http/httptest"
	"testing"
)

// An authority signs certificates.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	a := &authority{}
	a.certificate, a.key = a.sign(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: "claimcheck test authority"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: newClock().at.AddDate(-5, 0, 0), NotAfter: newClock().at.AddDate(5, 0, 0),
	})
	return a
}

func (a *authority) sign(t testing.TB, template *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	parent, signer := a.certificate, a.key
	if parent == nil {
		parent, signer = template, key
	}
	template.SerialNumber = big.NewInt(1)
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return certificate, key
}

// site starts a server with a certificate for hosts, valid between two days
// from now.
func (a *authority) site(t testing.TB, fromDay, toDay int, hosts ...string) *site {
	t.Helper()
	template := &x509.Certificate{
		Subject:   pkix.Name{CommonName: "a test server"},
		NotBefore: newClock().at.AddDate(0, 0, fromDay), NotAfter: newClock().at.AddDate(0, 0, toDay),
	}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, h)
		}
	}
	certificate, key := a.sign(t, template)
	return newSite(t, func(s *httptest.Server) {
		s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{certificate.Raw}, PrivateKey: key}}}
		s.StartTLS()
	})
}

func (a *authority) roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

// farAway is a network in which a host's server seems to have the address that
// goes with it.
func farAway(hosts map[string]*site, seeming map[string]string) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		host, _, _ := net.SplitHostPort(address)
		s, ok := hosts[host]
		if !ok {
			return nil, &net.DNSError{Name: host, Err: "no such host", IsNotFound: true}
		}
		conn, err := (&net.Dialer{}).DialContext(ctx, network, s.Listener.Addr().String())
		if err != nil {
			return nil, err
		}
		return seemingConn{conn, textAddr(net.JoinHostPort(seeming[host], "443"))}, nil
	}
}

// textAddr is a net.Addr that has only a text.
type textAddr string

func (textAddr) Network() string  { return "tcp" }
func (a textAddr) String() string { return string(a) }

type seemingConn struct {
	net.Conn
	remote net.Addr
}

func (c seemingConn) RemoteAddr() net.Addr { return c.remote }
