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
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// newIdentity takes the certificate of the state directory, or makes one. It is its own
// authority.
func newIdentity(state *state, now time.Time) (*tls.Certificate, error) {
	path := filepath.Join(state.dir, fileCertificate)
	if _, err := os.Stat(path); err == nil && state.dir != "" {
		pair, err := tls.LoadX509KeyPair(path, filepath.Join(state.dir, fileTLSKey))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if !now.After(pair.Leaf.NotAfter) {
			return &pair, nil
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
	return &pair, err
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
