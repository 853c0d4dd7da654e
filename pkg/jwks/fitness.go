package jwks

import (
	"crypto"
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
	if k.Type == "oct" {
		return
	}
	for _, name := range privateMembers() {
		if member := v.Get(name); member.Exists() && member.Kind() != strictjson.KindNull { // some write every member that they know
			k.Fault = &Fault{Code: faultPrivate, Text: "a private key: it is published, so anybody can sign with it; replace it now"}
			return
		}
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
	sorted := slices.Clone(k.Operations)
	slices.Sort(sorted)
	switch {
	case len(slices.Compact(sorted)) != len(k.Operations):
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

const certificateMismatch = "the certificate in x5c is for another key"

// checkCertificates compares the key with the certificates that go with it
// (RFC 7517 sections 4.7 to 4.9). The certificates are never what is trusted.
func (k *Key) checkCertificates(v strictjson.Value) {
	chain := v.Get("x5c")
	if !chain.Exists() {
		return
	}
	list, ok := chain.TextList()
	if !ok || len(list) == 0 {
		k.warn("x5c is not an array of certificates")
		return
	}
	der, err := base64.StdEncoding.DecodeString(list[0])
	if err != nil {
		k.warn("x5c holds no certificate in standard base64")
		return
	}
	k.checkThumbprints(v, der)
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		k.warn("the certificate in x5c cannot be read")
		return
	}
	k.Certificate = certificate
	certified, err := parseSPKI(certificate.RawSubjectPublicKeyInfo)
	if public, ok := k.Public.(interface{ Equal(crypto.PublicKey) bool }); err != nil || !ok || !public.Equal(certified) {
		k.CertificateMismatch = true
	}
}

// readCertified takes the key out of the first certificate of x5c where the JWK
// has none of the members that RFC 7518 sections 6.2.1 and 6.3.1 demand. It
// reports whether it did.
func (k *Key) readCertified(v strictjson.Value, required ...string) bool {
	for _, name := range required {
		if v.Get(name).Exists() {
			return false
		}
	}
	list, _ := v.Get("x5c").TextList()
	if len(list) == 0 {
		if v.Get("x5t").Exists() || v.Get("x5t#S256").Exists() {
			k.faulty(faultInvalid, "the key itself is missing: x5t names a certificate, but does not contain it; the issuer has to fix this")
		}
		return false
	}
	der, err := base64.StdEncoding.DecodeString(list[0])
	if err != nil {
		return false
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
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

func (k *Key) checkThumbprints(v strictjson.Value, der []byte) {
	short, long := sha1.Sum(der), sha256.Sum256(der) // #nosec G401 -- see the import
	k.checkThumbprint(v, "x5t", short[:])
	k.checkThumbprint(v, "x5t#S256", long[:])
}

func (k *Key) checkThumbprint(v strictjson.Value, name string, sum []byte) {
	if text, ok := v.Get(name).Text(); ok && text != base64.RawURLEncoding.EncodeToString(sum) {
		k.warn("%s does not match the certificate in x5c", name)
	}
}
