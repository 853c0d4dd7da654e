package jwks_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/jwks"
)

// What makes a key unfit, and what it is called.
func TestFaults(t *testing.T) {
	for _, c := range []struct {
		name, key string
		code      string
		says      string
	}{
		{"not an object", `[]`, jwks.FaultMalformed, "of type array"},
		{"no kty", `{"kid":"a"}`, jwks.FaultMalformed, "no kty"},
		{"kty in other letters", public(t, "rsa", "kty", `"rsa"`), jwks.FaultUnsupported, `kty "rsa"`},
		{"kty of a secret in hardware", private(t, "hmac", "kty", `"oct-HSM"`, "k", ""), jwks.FaultUnsupported, `kty "oct-HSM"`},
		{"kty of Azure Key Vault in other letters", public(t, "rsa", "kty", `"rsa-hsm"`), jwks.FaultUnsupported, `kty "rsa-hsm"`},
		{"a key in hardware without its members", public(t, "rsa", "kty", `"RSA-HSM"`, "n", ""), jwks.FaultInvalid, `"n" is missing`},
		{"a point in hardware off the curve", public(t, "ec256", "kty", `"EC-HSM"`, "y", quoted(ones(256))), jwks.FaultInvalid, "curve"},
		{"a private key of Azure Key Vault", private(t, "rsa", "kty", `"RSA-HSM"`), jwks.FaultPrivate, "replace it now"},
		{"kty of another type", public(t, "rsa", "kty", `1`), jwks.FaultMalformed, `"kty" is not a string`},
		{"a kid that is a number", public(t, "rsa", "kid", `1`), jwks.FaultMalformed, `"kid" is not a string but of type number`},
		{"an empty alg", public(t, "rsa", "alg", `""`), jwks.FaultMalformed, "alg is empty"},
		{"a use that is an array", public(t, "rsa", "use", `["sig"]`), jwks.FaultMalformed, `"use"`},
		{"key_ops that is a string", public(t, "rsa", "key_ops", `"verify"`), jwks.FaultMalformed, `"key_ops" is not an array`},

		{"for encryption", public(t, "rsa", "use", `"enc"`), jwks.FaultOtherUse, `use "enc"`},
		{"use in other letters", public(t, "rsa", "use", `"SIG"`), jwks.FaultUse, `use "SIG"`},
		{"an empty use", public(t, "rsa", "use", `""`), jwks.FaultUse, "use is empty"},
		{"key_ops without verify", public(t, "rsa", "key_ops", `["sign"]`), jwks.FaultUse, "does not include verify"},
		{"a certificate for SPIFFE", public(t, "rsa", "use", `"x509-svid"`), jwks.FaultOtherUse, `use "x509-svid"`},
		{"verify twice", public(t, "rsa", "key_ops", `["verify","verify"]`), jwks.FaultUse, "twice"},
		{"key_ops against use", public(t, "rsa", "key_ops", `["verify","encrypt"]`), jwks.FaultUse, "contradicts use"},

		{"RSA of 1024 bits", public(t, "rsa1024"), jwks.FaultWeak, "a 1024-bit RSA key"},
		{"RSA of 2047 bits", public(t, "rsa", "n", quoted(ones(2047))), jwks.FaultWeak, "a 2047-bit RSA key"},
		{"RSA of 1024 bits behind zeros", public(t, "rsa", "n", quoted(append(make([]byte, 128), ones(1024)...))), jwks.FaultWeak, "a 1024-bit"},
		{"a modulus of zero", public(t, "rsa", "n", `"AA"`), jwks.FaultWeak, "a 0-bit"},
		{"RSA of 16,385 bits", public(t, "rsa", "n", quoted(ones(16385))), jwks.FaultInvalid, "more than 16384 bits"},
		{"an exponent of 1", public(t, "rsa", "e", `"AQ"`), jwks.FaultWeak, "exponent 1"},
		{"an even exponent", public(t, "rsa", "e", `"AQAA"`), jwks.FaultWeak, "exponent 65536"},
		{"an exponent of 0", public(t, "rsa", "e", `"AA"`), jwks.FaultWeak, "exponent 0"},
		{"an exponent of 2^31+1", public(t, "rsa", "e", `"gAAAAQ"`), jwks.FaultInvalid, "larger than 31 bits"},
		{"an exponent of 2^64+1", public(t, "rsa", "e", `"AQAAAAAAAAAB"`), jwks.FaultInvalid, "larger than 31 bits"},
		{"an even modulus", public(t, "rsa", "n", quoted(append(ones(2040), 0))), jwks.FaultInvalid, "even"},
		{"ROCA", public(t, "rsa", "n", quoted(rocaModulus().Bytes())), jwks.FaultWeak, "CVE-2017-15361"},
		{"no n", public(t, "rsa", "n", ""), jwks.FaultInvalid, `"n" is missing`},
		{"n as a number", public(t, "rsa", "n", `5`), jwks.FaultInvalid, `"n" is not a base64url string`},
		{"n empty", public(t, "rsa", "n", `""`), jwks.FaultInvalid, `"n" is not a base64url string`},
		{"e that is padded", public(t, "rsa", "e", `"AQAB=="`), jwks.FaultInvalid, `"e" is not base64url: it is padded with =; the issuer has to fix this`},
		{"n in standard base64", public(t, "rsa", "n", `"AQ+B/w=="`), jwks.FaultInvalid, `"n" is not base64url: it is in standard base64, with + and / for - and _`},
		{"n in lines", public(t, "rsa", "n", `"AQAB AQAB"`), jwks.FaultInvalid, `"n" is not base64url: it has white space in it`},
		{"n with colons", public(t, "rsa", "n", `"00:b6:ff"`), jwks.FaultInvalid, `"n" is not base64url: it is a number in hexadecimal`},
		{"n in hexadecimal", public(t, "rsa", "n", `"`+strings.Repeat("b6ff", 128)+`"`), jwks.FaultInvalid, `"n" is a number in hexadecimal, not the base64url of its octets; the issuer`},
		{"n in base64url of hexadecimal", public(t, "rsa", "n", quoted([]byte(strings.Repeat("b6ff", 128)))), jwks.FaultInvalid, `"n" is the base64url of a number in hexadecimal`},
		{"e in base64url of hexadecimal", public(t, "rsa", "e", quoted([]byte("10001"))), jwks.FaultInvalid, `"e" is the base64url of a number in hexadecimal`},
		{"n cut off", public(t, "rsa", "n", `"AQABx"`), jwks.FaultInvalid, `"n" is not base64url: it was damaged or cut off`},
		{"only a thumbprint", public(t, "rsa", "n", "", "e", "", "x5t", `"AAAA"`), jwks.FaultInvalid, "the key itself is missing: x5t names a certificate"},
		{"only a certificate, of another type", public(t, "ec256", "x", "", "y", "", "x5c", x5c(t, "rsa")), jwks.FaultInvalid, "the certificate in x5c is for a key of type RSA, not EC"},
		{"only a certificate, in base64url", public(t, "rsa", "n", "", "e", "", "x5c", `["__-_"]`), jwks.FaultInvalid, `"n" is missing`},
		{"only a certificate, that is none", public(t, "rsa", "n", "", "e", "", "x5c", `["AAAA"]`), jwks.FaultInvalid, `"n" is missing`},
		{"only a certificate, of a damaged key", public(t, "rsa", "n", "", "e", "", "x5c", damagedPSS(t)), jwks.FaultInvalid, `"n" is missing`},
		{"only a certificate, and a private member", private(t, "rsa", "n", "", "e", "", "x5c", x5c(t, "rsa")), jwks.FaultPrivate, "replace it now"},
		{"only a certificate, of a weak key", public(t, "rsa1024", "n", "", "e", "", "x5c", x5c(t, "rsa1024")), jwks.FaultWeak, "a 1024-bit RSA key"},
		{"e with a line break", public(t, "rsa", "e", `"AQ\nAB"`), jwks.FaultInvalid, `"e" is not base64url`},
		{"e with spare bits", public(t, "rsa", "e", `"AR"`), jwks.FaultInvalid, `"e" is not base64url`},

		{"an EC point off the curve", public(t, "ec256", "y", quoted(ones(256))), jwks.FaultInvalid, "curve"},
		{"the EC point of another curve", public(t, "ec256", "crv", `"P-384"`), jwks.FaultInvalid, "length"},
		{"an EC coordinate cut short", public(t, "ec256", "x", quoted(ones(248))), jwks.FaultInvalid, "length"},
		{"an EC coordinate with a zero in front", public(t, "ec256", "x", quoted(append([]byte{0}, ones(256)...))), jwks.FaultInvalid, "length"},
		{"EC at infinity", public(t, "ec256", "x", quoted(make([]byte, 32)), "y", quoted(make([]byte, 32))), jwks.FaultInvalid, "curve"},
		{"EC without y", public(t, "ec256", "y", ""), jwks.FaultInvalid, `"y" is missing`},
		{"EC without crv", public(t, "ec256", "crv", ""), jwks.FaultMalformed, `"crv" is missing`},
		{"P-224", public(t, "ec256", "crv", `"P-224"`), jwks.FaultUnsupported, `"P-224"`},
		{"an Ed25519 key cut short", public(t, "ed25519", "x", quoted(ones(248))), jwks.FaultInvalid, "length"},
		{"an Ed25519 key off the curve", public(t, "ed25519", "x", quoted(edwardsY(2))), jwks.FaultInvalid, "not on the curve"},
		{"an Ed25519 key that is not canonical", public(t, "ed25519", "x", quoted(edwardsPrimePlus(3))), jwks.FaultInvalid, "not on the curve"},
		{"X25519, which cannot sign", public(t, "ed25519", "crv", `"X25519"`), jwks.FaultUnsupported, `"X25519"`},
		{"Ed448", public(t, "ed25519", "crv", `"Ed448"`), jwks.FaultUnsupported, `"Ed448"`},

		{"a shared secret", private(t, "hmac"), jwks.FaultSharedSecret, "shared secret"},
		{"a private RSA key", private(t, "rsa"), jwks.FaultPrivate, "replace it now"},
		{"a private EC key", private(t, "ec256"), jwks.FaultPrivate, "replace it now"},
		{"a private Ed25519 key", private(t, "ed25519"), jwks.FaultPrivate, "replace it now"},
		{"a private key for encryption", private(t, "rsa", "use", `"enc"`), jwks.FaultPrivate, "replace it now"},
		{"a weak private key", private(t, "rsa1024"), jwks.FaultPrivate, "replace it now"},
		{"a private key of an unknown type", `{"kty":"AKP","priv":"AAAA"}`, jwks.FaultPrivate, "replace it now"},
		{"a d that is no string", public(t, "rsa", "d", `false`), jwks.FaultPrivate, "replace it now"},
	} {
		t.Run(c.name, func(t *testing.T) {
			set := parseSet(t, c.key)
			fault := set.Keys[0].Fault
			if fault == nil || fault.Code != c.code || !strings.Contains(fault.Text, c.says) {
				t.Errorf("got %+v, want %s: %s", fault, c.code, c.says)
			}
			if len(set.Usable()) != 0 {
				t.Error("it counts as usable")
			}
		})
	}
}

// Their legal neighbours, which have to stay usable.
func TestNoFault(t *testing.T) {
	for name, key := range map[string]string{
		"without use, alg and key_ops":      public(t, "rsa", "use", "", "alg", ""),
		"an alg that only narrows":          public(t, "rsa", "alg", `"PS256"`),
		"SPIFFE's use":                      public(t, "ec256", "use", `"jwt-svid"`),
		"key_ops with verify alone":         public(t, "rsa", "key_ops", `["verify"]`, "use", ""),
		"key_ops that agrees with use":      public(t, "rsa", "key_ops", `["sign","verify"]`),
		"key_ops mixed, without use":        public(t, "rsa", "key_ops", `["verify","encrypt"]`, "use", ""),
		"RSA of 2048 bits":                  public(t, "rsa"),
		"RSA of 8192 bits":                  public(t, "rsa", "n", quoted(ones(8192))),
		"labels that are null":              public(t, "rsa", "alg", `null`, "use", `null`, "kid", `null`, "key_ops", `null`),
		"empty key_ops":                     public(t, "rsa", "key_ops", `[]`),
		"only a certificate":                public(t, "rsa", "n", "", "e", "", "x5c", x5c(t, "rsa")),
		"only a certificate, EC":            public(t, "ec256", "x", "", "y", "", "x5c", x5c(t, "ec256")),
		"only a certificate, Ed25519":       public(t, "ed25519", "x", "", "x5c", x5c(t, "ed25519")),
		"private members that are null":     public(t, "rsa", "d", `null`, "oth", `null`, "k", `null`),
		"an exponent of 2^31-1":             public(t, "rsa", "e", `"f____w"`),
		"RSA of 16,384 bits":                public(t, "rsa", "n", quoted(ones(16384))),
		"a coordinate like hexadecimal":     hexadecimalPoint(t),
		"an exponent of 3":                  public(t, "rsa", "e", `"Aw"`),
		"n with a zero in front":            public(t, "rsa", "n", quoted(append([]byte{0}, ones(2048)...))),
		"an empty kid":                      public(t, "rsa", "kid", `""`),
		"members nobody knows":              public(t, "rsa", "issuer", `"https://issuer.example"`, "created_at", `1600000000`),
		"P-256":                             public(t, "ec256"),
		"P-384":                             public(t, "ec384"),
		"P-521":                             public(t, "ec521"),
		"Ed25519":                           public(t, "ed25519"),
		"Ed25519, y = 4 of the base point":  public(t, "ed25519", "x", `"WGZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmY"`),
		"Ed25519 of RFC 8037, appendix A.2": `{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`,
	} {
		t.Run(name, func(t *testing.T) {
			set := parseSet(t, key)
			if k := set.Keys[0]; k.Fault != nil || k.Public == nil || k.Thumbprint == "" || len(set.Usable()) != 1 {
				t.Errorf("fault %v, public %v, thumbprint %q", k.Fault, k.Public, k.Thumbprint)
			}
		})
	}
}

// hexadecimalPoint is an Ed25519 key of which every octet happens to be a digit.
func hexadecimalPoint(t testing.TB) string {
	t.Helper()
	for n := range 100 {
		key := public(t, "ed25519", "x", quoted(fmt.Appendf(nil, "%032d", n)))
		if parseSet(t, key).Usable() != nil {
			return key
		}
	}
	t.Fatal("none of them is on the curve")
	return ""
}

// What the key of an unfit JWK is called: no more than is known of it.
func TestKindOfUnfitKeys(t *testing.T) {
	for _, c := range []struct{ key, want string }{
		{public(t, "rsa", "n", ""), "RSA"},
		{public(t, "rsa1024"), "RSA 1024"},
		{public(t, "ec256", "x", "", "y", "", "x5c", x5c(t, "rsa")), "EC P-256"},
		{public(t, "rsa", "n", "", "e", "", "x5c", x5c(t, "ec256")), "RSA"},
	} {
		if k := parseSet(t, c.key).Keys[0]; k.Fault == nil || k.Kind() != c.want {
			t.Errorf("%s: %s, %v", c.want, k.Kind(), k.Fault)
		}
	}
}

// Warnings report unusual properties of a key, which can still verify.
func TestWarnings(t *testing.T) {
	if k := parseSet(t, public(t, "rsa", "n", quoted(ones(4096)))).Keys[0]; len(k.Warnings) != 0 {
		t.Errorf("RSA of 4096 bits: %q", k.Warnings)
	}
	for _, c := range []struct{ name, key, says string }{
		{"RSA of more than 4096 bits", public(t, "rsa", "n", quoted(ones(4097))), "a 4097-bit RSA key"},
		{"n with a zero in front", public(t, "rsa", "n", quoted(append([]byte{0}, ones(2048)...))), "leading zero"},
		{"key_ops mixed", public(t, "rsa", "key_ops", `["verify","encrypt"]`, "use", ""), "mixes"},
		{"x5c that is a string", public(t, "rsa", "x5c", `"AAAA"`), "not an array of certificates"},
		{"x5c that is empty", public(t, "rsa", "x5c", `[]`), "not an array of certificates"},
		{"x5c in base64url", public(t, "rsa", "x5c", `["__-_"]`), "no certificate in standard base64"},
		{"an alg that is null", public(t, "rsa", "alg", `null`), "alg is null and was taken for absent"},
		{"empty key_ops", public(t, "rsa", "key_ops", `[]`), "key_ops is empty"},
		{"an RSA key in hardware", public(t, "rsa", "kty", `"RSA-HSM"`), "kty RSA-HSM is what Azure Key Vault calls an RSA key in hardware"},
		{"an EC key in hardware", public(t, "ec256", "kty", `"EC-HSM"`), "unless kty is EC"},
		{"only a certificate", public(t, "rsa", "n", "", "e", "", "x5c", x5c(t, "rsa")), "the key was taken from its certificate (x5c): n is missing"},
		{"x5c that is no certificate", public(t, "rsa", "x5c", `["AAAA"]`), "cannot be read"},
	} {
		k := parseSet(t, c.key).Keys[0]
		if k.Fault != nil || len(k.Warnings) != 1 || !strings.Contains(k.Warnings[0], c.says) {
			t.Errorf("%s: fault %v, warnings %q; want %q", c.name, k.Fault, k.Warnings, c.says)
		}
	}
}

// Azure Key Vault uses another kty for keys in hardware; the key itself is the same.
func TestKeysInHardware(t *testing.T) {
	for name, kty := range map[string]string{"rsa": `"RSA-HSM"`, "ec256": `"EC-HSM"`} {
		usual, hardware := parseSet(t, public(t, name)).Keys[0], parseSet(t, public(t, name, "kty", kty)).Keys[0]
		if hardware.Thumbprint != usual.Thumbprint || hardware.Kind() != usual.Kind() || hardware.Fault != nil {
			t.Errorf("%s: %s, %v", kty, hardware.Kind(), hardware.Fault)
		}
	}
}

// Of low order: whoever knows the encodings can forge signatures (go-jose #289).
func TestAttackLowOrderEd25519(t *testing.T) {
	for _, hex := range []string{
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0000000000000000000000000000000000000000000000000000000000000080",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000080",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	} {
		octets := unhex(t, hex)
		if k := parseSet(t, public(t, "ed25519", "x", quoted(octets))).Keys[0]; k.Fault == nil || k.Fault.Code != jwks.FaultInvalid {
			t.Errorf("%s as a JWK: %v, want it to be invalid", hex, k.Fault)
		}
		set, err := jwks.ParseKey([]byte(edwardsPEM(t, octets)))
		if err != nil || set.Keys[0].Fault == nil || set.Keys[0].Fault.Code != jwks.FaultInvalid {
			t.Errorf("%s as PEM: %v, want it to be invalid", hex, err)
		}
	}
}

// ones returns a number of that many bits, all of them 1. As a modulus it is
// useless, but it is odd and has the expected size.
func ones(bits int) []byte {
	n := new(big.Int).Lsh(big.NewInt(1), uint(bits))
	return n.Sub(n, big.NewInt(1)).Bytes()
}

// rocaModulus returns a number like the moduli of the flawed generator: 65537^5
// modulo the product of the primes from 3 to 167, plus a multiple of that product
// that makes it odd and 2048 bits long.
func rocaModulus() *big.Int {
	product := big.NewInt(1)
	for p := int64(3); p <= 167; p += 2 {
		if big.NewInt(p).ProbablyPrime(10) {
			product.Mul(product, big.NewInt(p))
		}
	}
	n := new(big.Int).Exp(big.NewInt(65537), big.NewInt(5), product)
	multiple := new(big.Int).Lsh(big.NewInt(1), uint(2048-product.BitLen()))
	if n.Bit(0) == 0 {
		multiple.SetBit(multiple, 0, 1)
	}
	return n.Add(n, multiple.Mul(multiple, product))
}
