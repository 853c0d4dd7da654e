package verify

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// The second lines of defence behind the choice of keys, which lets none of this
// through: a key verifies nothing for an algorithm that is not its own.
func TestVerifySignatureByItself(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	const input = "header.payload"
	rsaSignature, err := rsa.SignPKCS1v15(rand.Reader, rsaKey, crypto.SHA256, digest(crypto.SHA256, input))
	if err != nil {
		t.Fatal(err)
	}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sign := func(curve elliptic.Curve, hash crypto.Hash, size int) (*ecdsa.PublicKey, []byte) {
		key, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		r, s, err := ecdsa.Sign(rand.Reader, key, digest(hash, input))
		if err != nil {
			t.Fatal(err)
		}
		return &key.PublicKey, append(r.FillBytes(make([]byte, size)), s.FillBytes(make([]byte, size))...)
	}
	p256, on256 := sign(elliptic.P256(), crypto.SHA256, 32)
	p521, on521 := sign(elliptic.P521(), crypto.SHA512, 66)
	for _, c := range []struct {
		name, alg string
		key       crypto.PublicKey
		signature []byte
		want      bool
	}{
		{"RS256", "RS256", &rsaKey.PublicKey, rsaSignature, true},
		{"RS256 as RS384", "RS384", &rsaKey.PublicKey, rsaSignature, false},
		{"RS256 as PS256", "PS256", &rsaKey.PublicKey, rsaSignature, false},
		{"RS256 as ES256", "ES256", &rsaKey.PublicKey, rsaSignature, false},
		{"RS256 as HS256", "HS256", &rsaKey.PublicKey, rsaSignature, false},
		{"RS256 as RS1", "RS1", &rsaKey.PublicKey, rsaSignature, false},
		{"ES256", "ES256", p256, on256, true},
		{"ES512", "ES512", p521, on521, true},
		{"ES256 as RS256", "RS256", p256, on256, false},
		{"ES512, an octet too many", "ES512", p521, append([]byte{0}, on521...), false},
		{"ES512, an octet too few", "ES512", p521, on521[:131], false},
		{"ES256, nothing", "ES256", p256, nil, false},
		{"Ed25519", "Ed25519", public, ed25519.Sign(private, []byte(input)), true},
		{"EdDSA", "EdDSA", public, ed25519.Sign(private, []byte(input)), true},
		{"Ed25519 as RS256", "RS256", public, ed25519.Sign(private, []byte(input)), false},
		{"a private key", "Ed25519", private, ed25519.Sign(private, []byte(input)), false},
		{"octets", "HS256", []byte("secret"), rsaSignature, false},
		{"no key", "RS256", nil, rsaSignature, false},
	} {
		if got := verifySignature(c.alg, c.key, input, c.signature); got != c.want {
			t.Errorf("%s: %t", c.name, got)
		}
		if c.want && verifySignature(c.alg, c.key, input+"x", c.signature) {
			t.Errorf("%s verifies another text", c.name)
		}
	}
	// The signature is valid except for its curve: each algorithm has its own.
	curves, sizes := []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()}, []int{32, 48, 66}
	for i, alg := range []string{"ES256", "ES384", "ES512"} {
		for j, curve := range curves {
			key, signature := sign(curve, hashOf(alg), sizes[j])
			if got := verifySignature(alg, key, input, signature); got != (i == j) {
				t.Errorf("%s on %s: %t", alg, curve.Params().Name, got)
			}
		}
	}
}

// The bounds, at and beyond them.
func TestBounds(t *testing.T) {
	policy := Policy{AnyIssuer: true, AnyAudience: true}
	for leeway, want := range map[time.Duration]bool{-1: false, 0: true, MaxLeeway: true, MaxLeeway + 1: false} {
		policy.Leeway = leeway
		if err := policy.Problem(); (err == nil) != want {
			t.Errorf("a leeway of %s: %v", leeway, err)
		}
	}
	now := time.Unix(1_600_000_000, 0)
	for seconds, want := range map[int64]bool{ // beyond now: 50 years and a second, and what makes sense as milliseconds
		absurdLife: false, absurdLife + 1: false, 1_600_000_000_000 - 1_600_000_000: true, 9_000_000_000_000: false,
		(absurdLife+1_600_000_000)*1000 - 1_600_000_000: false, (absurdLife+1_600_000_000)*1000 - 1_600_000_000 - 1000: true,
		(1_600_000_000-absurdLife)*1000 - 1_600_000_000: false, (1_600_000_000-absurdLife)*1000 - 1_600_000_000 + 1000: true,
	} {
		if got := looksLikeMilliseconds(time.Unix(now.Unix()+seconds, 0), now); got != want {
			t.Errorf("%d s ahead looks like milliseconds: %t", seconds, got)
		}
	}
	// So long ago that now itself would make sense as milliseconds: 50 years and no more.
	for ahead, want := range map[int64]bool{absurdLife: false, absurdLife + 1: true} {
		then := time.Unix(1_000_000_000, 0)
		if got := looksLikeMilliseconds(then.Add(time.Duration(ahead)*time.Second), then); got != want {
			t.Errorf("%d s ahead of 2001 looks like milliseconds: %t", ahead, got)
		}
	}
	for n, want := range map[int64]time.Duration{
		0: 0, 5: 5 * time.Second, -5: -5 * time.Second, 1 << 60: 9223372036 * time.Second, -1 << 60: -9223372036 * time.Second,
	} {
		if got := secondsOf(n); got != want {
			t.Errorf("%d seconds: %s", n, got)
		}
	}
}

// What the report repeats of the policy.
func TestExpectationsOfTheReport(t *testing.T) {
	for _, c := range []struct {
		r    Report
		id   check
		want strictjson.Value
	}{
		{Report{issuer: "me"}, checkIssuer, strictjson.From("me")},
		{Report{}, checkIssuer, strictjson.Value{}},
		{Report{audiences: []string{"a", "b"}}, checkAudience, strictjson.From([]string{"a", "b"})},
		{Report{}, checkAudience, strictjson.Value{}},
		{Report{required: KindID}, checkKind, strictjson.From("id")},
		{Report{}, checkKind, strictjson.Value{}},
		{Report{issuer: "me"}, checkNonce, strictjson.Value{}},
	} {
		if got := c.r.describe(&outcome{id: c.id}).Expected; !strictjson.Equal(got, c.want) {
			t.Errorf("%s: expected %s, want %s", c.id.id(), got, c.want)
		}
	}
}

// The salt of a signature is asked for where a PSS signature may have the wrong one,
// and nowhere else.
func TestSaltOfPSS(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	const input = "header.payload"
	sign := func(salt int) []byte {
		signature, err := rsa.SignPSS(rand.Reader, key, crypto.SHA256, digest(crypto.SHA256, input), &rsa.PSSOptions{SaltLength: salt})
		if err != nil {
			t.Fatal(err)
		}
		return signature
	}
	for _, c := range []struct {
		name, alg string
		public    crypto.PublicKey
		signature []byte
		salt      int
		found     bool
	}{
		{"as long as the hash", "PS256", &key.PublicKey, sign(32), 32, true},
		{"one octet", "PS256", &key.PublicKey, sign(1), 1, true},
		{"as long as can be", "PS256", &key.PublicKey, sign(222), 222, true},
		{"another algorithm", "RS256", &key.PublicKey, sign(20), 0, false},
		{"another type of key", "PS256", &other.PublicKey, sign(20), 0, false},
		{"no PSS at all", "PS256", &key.PublicKey, make([]byte, 256), 0, false},
	} {
		if salt, found := pssSalt(c.alg, c.public, input, c.signature); salt != c.salt || found != c.found {
			t.Errorf("%s: %d, %t", c.name, salt, found)
		}
	}
}

// A time is exact where it is written as people write it; what is written in a form
// that could be made to cost gigabytes is the float64 next to it.
func TestNumericDatesAreExact(t *testing.T) {
	long := "1600000060.3" + strings.Repeat("0", 40-len("1600000060.3"))
	const exact, nearest = 300_000_000, 299_999_952
	for literal, want := range map[string]int{"1600000060.3": exact, long: exact, long + "0": nearest, "1600000060.3e0": nearest, "1600000060.3E0": nearest} {
		at, problem := numericDate(mustParse(t, `{"t":`+literal+`}`).Get("t"))
		if problem != "" || at.Unix() != 1_600_000_060 || at.Nanosecond() != want {
			t.Errorf("%s: %d ns, %s", literal, at.Nanosecond(), problem)
		}
	}
	for literal, want := range map[string]bool{
		"9007199254740991": true, "9007199254740992": false, "-9007199254740991": true, "-9007199254740992": false,
		"9007199254740991.0": true, "9007199254740992.0": false, "-9007199254740992.0": false, "1e400": false, "1e-99": true,
	} {
		if _, ok := NumericDate(mustParse(t, `{"t":`+literal+`}`).Get("t")); ok != want {
			t.Errorf("%s is a time: %t", literal, ok)
		}
	}
}

// A signature in ASN.1 DER is distinguished from one that does not match: whoever signs with
// OpenSSL has this one.
func TestSignaturesInDER(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := ecdsa.SignASN1(rand.Reader, key, digest(crypto.SHA256, "header.payload"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name      string
		signature []byte
		want      bool
	}{
		{"as OpenSSL writes it", der, true}, {"with an octet behind it", append(slices.Clone(der), 0), false}, {"cut off", der[:len(der)-1], false},
		{"R and S side by side", make([]byte, 64), false}, {"one integer alone", []byte{0x02, 0x01, 0x05}, false}, {"nothing", nil, false},
	} {
		if got := isDER(c.signature); got != c.want {
			t.Errorf("%s: %t", c.name, got)
		}
	}
}

// A variation selector is allowed only after a symbol.
func TestInvisibleBesideSelectors(t *testing.T) {
	for text, want := range map[string]bool{
		"❤\ufe0f": false, "❤\ufe0e": false, "a\ufe0f": true, "a\ufe0e": true, "❤\u200b": true, "❤\ufe0f\u200b": true, "❤\ufe0f\ufe0f": true,
	} {
		if got := unprintable(text); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
}

// The shortcut for printable ASCII must not accept what the Unicode tables reject.
func TestPrintableASCII(t *testing.T) {
	for text, want := range map[string]bool{"": true, " ~": true, "a\x1f": false, "a\x7f": false, "é": false} {
		if got := isPrintableASCII(text); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
}

// The hyphens of a GUID are where they belong, and all the rest is hex.
func TestGUID(t *testing.T) {
	const guid = "72f988bf-86f1-41AF-91ab-2d7cd011db47"
	texts := map[string]bool{guid: true, guid[:35]: false, guid + "0": false, guid[:35] + "g": false, guid[:35] + "-": false, guid[:34] + "--": false, "": false}
	for _, at := range []int{8, 13, 18, 23} {
		texts[guid[:at]+guid[at+1:at+2]+"-"+guid[at+2:]] = false
	}
	for text, want := range texts {
		if got := isGUID(text); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
}
