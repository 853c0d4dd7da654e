package jwks

import (
	"crypto/sha1" // #nosec G505 -- x5t is defined over SHA-1 (RFC 7517 section 4.8); nothing is trusted by it
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"slices"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// privateMembers returns the names that only private and secret keys have
// (RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1; RFC 8037 section 2; "priv" of AKP).
func privateMembers() []string {
	return []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"}
}

// checkPrivate refuses a key whose private half has been published: anybody may
// have signed with it. It overrides other faults, because it is an emergency.
func (k *Key) checkPrivate(v strictjson.Value) {
	published := func(name string) bool { return !absent(v.Get(name)) }
	if k.Type != "oct" && slices.ContainsFunc(privateMembers(), published) {
		k.Fault = &Fault{Code: faultPrivate, Text: "a private key: it is published, so anybody can sign with it; replace it now"}
	}
}

// checkUse refuses keys that are not for verifying signatures. jwt-svid is what
// SPIFFE calls that use, and x509-svid that of its certificates (SPIFFE trust
// domain and bundle, section 4.2.2).
func (k *Key) checkUse() {
	if k.Use != "" && k.Use != "sig" && k.Use != "jwt-svid" {
		code := faultUse
		if len(k.Operations) == 0 && (k.Use == "enc" || k.Use == "x509-svid") {
			code = faultOtherUse
		}
		k.faulty(code, "the key is for use %q, not for signatures", k.Use)
	}
	if len(k.Operations) == 0 {
		return
	}
	switch {
	case len(slices.Compact(slices.Sorted(slices.Values(k.Operations)))) != len(k.Operations):
		k.faulty(faultUse, "key_ops names an operation twice")
	case !slices.Contains(k.Operations, "verify"):
		k.faulty(faultUse, "key_ops does not include verify")
	case k.Use != "" && slices.ContainsFunc(k.Operations, notForSignatures):
		k.faulty(faultUse, "key_ops contradicts use %q", k.Use)
	case slices.ContainsFunc(k.Operations, notForSignatures):
		k.warn("key_ops mixes signatures with other operations (RFC 7517 section 4.3)")
	}
}

func notForSignatures(operation string) bool { return operation != "verify" && operation != "sign" }

// firstCertificate returns the first certificate of x5c, or a description of what is
// wrong with it.
func firstCertificate(v strictjson.Value) (*x509.Certificate, string) {
	list, _ := v.Get("x5c").TextList()
	if len(list) == 0 {
		return nil, "x5c is not an array of certificates"
	}
	der, err := base64.StdEncoding.DecodeString(list[0])
	if err != nil {
		return nil, "x5c holds no certificate in standard base64"
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, "the certificate in x5c cannot be read"
	}
	return certificate, ""
}

// checkCertificates compares the key with its certificates (RFC 7517 sections 4.7 to
// 4.9). Certificates never establish trust.
func (k *Key) checkCertificates(v strictjson.Value) {
	if !v.Get("x5c").Exists() {
		return
	}
	certificate, problem := firstCertificate(v)
	if certificate == nil {
		k.warn("%s", problem)
		return
	}
	k.Certificate = certificate
	certified, err := parseSPKI(certificate.RawSubjectPublicKeyInfo)
	k.CertificateMismatch = err != nil || thumbprint(certified) != k.Thumbprint
	short, long := sha1.Sum(certificate.Raw), sha256.Sum256(certificate.Raw) // #nosec G401 -- see the import
	k.checkThumbprint(v, "x5t", short[:])
	k.checkThumbprint(v, "x5t#S256", long[:])
}

func (k *Key) checkThumbprint(v strictjson.Value, name string, sum []byte) {
	if text, ok := v.Get(name).Text(); ok && text != base64.RawURLEncoding.EncodeToString(sum) {
		k.warn("%s does not match the certificate in x5c", name)
	}
}

// readCertified takes the key out of the first certificate of x5c where the JWK
// has none of the members that RFC 7518 sections 6.2.1 and 6.3.1 demand. It
// reports whether it did.
func (k *Key) readCertified(v strictjson.Value, required ...string) bool {
	if slices.ContainsFunc(required, func(name string) bool { return v.Get(name).Exists() }) {
		return false
	}
	certificate, _ := firstCertificate(v)
	if certificate == nil {
		if v.Get("x5t").Exists() || v.Get("x5t#S256").Exists() {
			k.faulty(faultInvalid, "the key itself is missing: x5t names a certificate, but does not contain it; the issuer has to fix this")
		}
		return false
	}
	public, err := parseSPKI(certificate.RawSubjectPublicKeyInfo)
	if err != nil {
		return false
	}
	var certified Key
	if certified.setPublic(public); certified.Type != k.Type {
		k.faulty(faultInvalid, "the certificate in x5c is for a key of type %s, not %s", certified.Type, k.Type)
		return false
	}
	k.setPublic(public)
	k.warn("the key was taken from its certificate (x5c): %s is missing, and other programs refuse the key; the issuer has to fix this", required[0])
	return true
}
