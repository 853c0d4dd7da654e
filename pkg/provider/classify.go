package provider

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
)

// classify names the cause of a request that got no answer. The URL is for the
// caller to add; that of net/http's own error would show the query.
func (c *Client) classify(ctx context.Context, err error) *FetchError {
	if outer, ok := errors.AsType[*url.Error](err); ok {
		err = outer.Err
	}
	e := &FetchError{Err: err}
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var late net.Error
	operation, inOperation := errors.AsType[*net.OpError](err)
	switch {
	case errors.As(err, &e): // a rule of this package
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		e.Cause, e.Text = causeTimeout, fmt.Sprintf("no complete response in time (the limit is %s)", c.cfg.Timeout)
	case ctx.Err() != nil:
		e.Cause, e.Text, e.Err = causeCanceled, "interrupted", ctx.Err()
	case inOperation && (operation.Op == "proxyconnect" || operation.Op == "socks connect"):
		e.Cause, e.Text = causeProxy, "cannot reach the proxy: "+clip(operation.Err.Error())
	case errors.As(err, &dns):
		e.Cause, e.Text = causeDNS, dnsText(dns)
	case errors.As(err, &certificate):
		e.Cause = causeTLS
		e.TLS, e.Text = certificateProblem(certificate)
	case errors.Is(err, http.ErrSchemeMismatch), errors.As(err, &record):
		e.Cause, e.TLS, e.Text = causeTLS, tlsPlainHTTP, "the server does not speak TLS at this port"
	case strings.Contains(err.Error(), "tls: "):
		e.Cause, e.TLS, e.Text = causeTLS, tlsOther, "TLS failed: "+clip(err.Error())
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.Errno(10061)): // WSAECONNREFUSED on Windows
		e.Cause, e.Text = causeRefused, "connection refused: nothing is listening there"
	case errors.As(err, &late) && late.Timeout():
		e.Cause, e.Text = causeTimeout, "no response in time"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		e.Cause, e.Text = causeConnection, "the connection closed before the response was complete"
	case inOperation: // other errors quote what the server sent
		e.Cause, e.Text = causeConnection, clip(operation.Error())
	default:
		e.Cause, e.Text = causeConnection, "the connection failed, or the response was not HTTP"
	}
	return e
}

func nameNotFound(err error) bool {
	dns, ok := errors.AsType[*net.DNSError](err)
	return ok && dns.IsNotFound
}

func dnsText(e *net.DNSError) string {
	switch {
	case e.IsNotFound:
		return fmt.Sprintf("the name %q does not exist", clip(e.Name))
	case e.IsTimeout:
		return fmt.Sprintf("the name server did not answer for %q", clip(e.Name))
	default:
		return fmt.Sprintf("cannot resolve the name %q: %s", clip(e.Name), clip(e.Err))
	}
}

// certificateProblem names what is wrong with the server's certificate.
func certificateProblem(err *tls.CertificateVerificationError) (string, string) {
	const form = "2006-01-02 15:04:05 UTC"
	var host x509.HostnameError
	var authority x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err.Err, &host):
		return tlsWrongHost, fmt.Sprintf("the certificate is not for %q but for %s", clip(host.Host), certificateNames(host.Certificate))
	case errors.As(err.Err, &authority):
		text := "the certificate is signed by an authority that is not trusted here"
		if n := len(err.UnverifiedCertificates); n > 0 {
			text += fmt.Sprintf(" (%s)", clip(err.UnverifiedCertificates[n-1].Issuer.String()))
		}
		return tlsUnknownAuthority, text
	case errors.As(err.Err, &invalid) && invalid.Reason == x509.Expired:
		// x509.Expired covers both ends of the validity.
		if strings.Contains(invalid.Detail, "is before") {
			return tlsNotYetValid, "the certificate is not valid before " + invalid.Cert.NotBefore.UTC().Format(form)
		}
		return tlsExpired, "the certificate expired at " + invalid.Cert.NotAfter.UTC().Format(form)
	default:
		return tlsOther, "the certificate is not valid: " + clip(err.Err.Error())
	}
}

func certificateNames(c *x509.Certificate) string {
	names := append([]string{}, c.DNSNames...)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		return "no host at all"
	}
	return clip(strings.Join(names, ", "))
}
