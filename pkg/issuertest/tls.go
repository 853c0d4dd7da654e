package issuertest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// An identity is the certificate of an issuer, which is its own authority.
type identity struct {
	certificate tls.Certificate
	authority   []byte // PEM
}

// newIdentity takes the certificate of the state directory, or makes one.
func newIdentity(state *state, now time.Time) (*identity, error) {
	if state.dir != "" {
		id, err := readIdentity(state.dir, now)
		if id != nil || err != nil {
			return id, err
		}
	}
	certificate, key, err := makeCertificate(now)
	if err != nil {
		return nil, err
	}
	if state.dir != "" {
		if err := errors.Join(state.write(fileCertificate, certificate), state.write(fileTLSKey, key)); err != nil {
			return nil, err
		}
	}
	pair, err := tls.X509KeyPair(certificate, key)
	return &identity{certificate: pair, authority: certificate}, err
}

// readIdentity returns nil where there is no certificate, or one that has expired.
func readIdentity(dir string, now time.Time) (*identity, error) {
	certificate, err := os.ReadFile(filepath.Join(dir, fileCertificate)) // #nosec G304 -- the user named the directory
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	pair, err := tls.LoadX509KeyPair(filepath.Join(dir, fileCertificate), filepath.Join(dir, fileTLSKey))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, fileCertificate), err)
	}
	if now.After(pair.Leaf.NotAfter) {
		return nil, nil
	}
	return &identity{certificate: pair, authority: certificate}, nil
}

// makeCertificate makes a certificate for this machine's own names, as PEM.
func makeCertificate(now time.Time) (certificate, key []byte, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "claimcheck issuer, for tests"},
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(0, 3, 0), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		return nil, nil, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, nil, err
	}
	certificate = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return certificate, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), nil
}

func (id *identity) config() *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{id.certificate}, MinVersion: tls.VersionTLS12}
}

// quietLog swallows what net/http says about clients that go away.
func quietLog() *log.Logger { return log.New(io.Discard, "", 0) }
