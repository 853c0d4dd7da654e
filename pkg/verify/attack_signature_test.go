package verify_test

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"encoding/asn1"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/verify"
)

// CVE-2022-21449 (psychic signatures), CVE-2016-9121.
func TestAttackForgedECDSA(t *testing.T) {
	input := encode(goodHeader("ec256", "ES256").String()) + "." + encode(goodClaims().String())
	signature := sign(t, "ec256", "ES256", input)
	key := privateKey(t, "ec256").Key.(*ecdsa.PrivateKey)
	n := key.Curve.Params().N
	r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
	zero, one := new(big.Int), big.NewInt(1)
	der, err := asn1.Marshal(struct{ R, S *big.Int }{r, s})
	if err != nil {
		t.Fatal(err)
	}
	var list []hostile
	for name, forged := range map[string][]byte{
		"r = s = 0": joinRS(zero, zero, 32), "r = 0": joinRS(zero, s, 32), "s = 0": joinRS(r, zero, 32),
		"r = s = 1": joinRS(one, one, 32), "r = n": joinRS(n, s, 32), "s = n": joinRS(r, n, 32), "r = s = n": joinRS(n, n, 32),
		"r and s swapped": joinRS(s, r, 32), "DER": der, "one octet short": signature[:63], "one octet more": append(signature[:64:64], 0),
		"zeros in front of both": joinRS(r, s, 33), "a zero between them": slices.Concat(signature[:32], []byte{0}, signature[32:]), "r alone": signature[:32], "twice": append(signature[:64:64], signature...),
	} {
		list = append(list, hostile{name: name, text: input + "." + encode(forged), reason: verify.ReasonBadSignature, check: verify.CheckSignature})
	}
	wrongCurve := mint(t, "ec384", "ES384", goodHeader("ec384", "ES256").String(), goodClaims().String())
	refuse(t, append(list, hostile{name: "ES256 by P-384", text: wrongCurve, reason: verify.ReasonAlgorithmRefused, check: verify.CheckKey}))
	accept(t, []neighbour{
		{"the signature itself", input + "." + encode(signature), nil},
		{"its s negated", input + "." + encode(joinRS(r, new(big.Int).Sub(n, s), 32)), nil},
	})
}

// A number plus the modulus is the same number to a careless reader, and makes
// another text of the same token.
func TestAttackMalleableSignature(t *testing.T) {
	refused := func(name, input string, signature []byte) hostile {
		return hostile{name: name, text: input + "." + encode(signature), reason: verify.ReasonBadSignature, check: verify.CheckSignature}
	}
	input := func(key, alg, sub string) string {
		return encode(goodHeader(key, alg).String()) + "." + encode(goodClaims().with("sub", `"`+sub+`"`).String())
	}
	sum := func(octets []byte, n *big.Int, size int) []byte {
		return new(big.Int).Add(new(big.Int).SetBytes(octets), n).FillBytes(make([]byte, size))
	}

	in521 := input("ec521", "ES512", "alice")
	rs, n := sign(t, "ec521", "ES512", in521), privateKey(t, "ec521").Key.(*ecdsa.PrivateKey).Params().N
	refuse(t, []hostile{
		refused("r + n", in521, append(sum(rs[:66], n, 66), rs[66:]...)),
		refused("s + n", in521, append(rs[:66:66], sum(rs[66:], n, 66)...)),
	})

	inEd := input("ed25519", "Ed25519", "alice")
	edwards := sign(t, "ed25519", "Ed25519", inEd)
	order, _ := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
	s := slices.Clone(edwards[32:])
	slices.Reverse(s)
	s = sum(s, order, 32)
	slices.Reverse(s)
	refuse(t, []hostile{refused("S + L", inEd, append(edwards[:32:32], s...))})

	modulus := privateKey(t, "rsa").Key.(*rsa.PrivateKey).N
	for i := 0; ; i++ { // until the sum has no bit more than the modulus
		inRSA := input("rsa", "RS256", strings.Repeat("a", i+1))
		signature := sign(t, "rsa", "RS256", inRSA)
		if total := new(big.Int).Add(new(big.Int).SetBytes(signature), modulus); total.BitLen() <= 2048 {
			refuse(t, []hostile{refused("s + N", inRSA, total.Bytes())})
			break
		}
	}
}

// Project Wycheproof, RSASSA-PSS: the salt is as long as the hash (RFC 7518
// section 3.5).
func TestAttackPSSSalt(t *testing.T) {
	key := privateKey(t, "rsa").Key.(*rsa.PrivateKey)
	for _, c := range []struct {
		alg  string
		size int
	}{{"PS256", 32}, {"PS384", 48}, {"PS512", 64}} {
		input := encode(goodHeader("rsa", c.alg).String()) + "." + encode(goodClaims().String())
		for name, salt := range map[string]int{"one less": c.size - 1, "one more": c.size + 1, "20": 20, "1": 1, "as long as fits": rsa.PSSSaltLengthAuto} {
			text := input + "." + encode(signRSA(t, key, c.alg, input, salt))
			t.Run(c.alg+", "+name, func(t *testing.T) {
				r := examine(text, everyKey(t), goodPolicy())
				wantRejected(t, r, verify.ReasonBadSignature, verify.CheckSignature)
				want := "salt has "
				if salt > 0 {
					want += strconv.Itoa(salt) + " octets"
				}
				if check, _ := r.Check(verify.CheckSignature); !strings.Contains(check.Message, want) {
					t.Errorf("it says %q, not that it is the salt", check.Message)
				}
			})
		}
		accept(t, []neighbour{{c.alg, input + "." + encode(signRSA(t, key, c.alg, input, c.size)), nil}})
	}
}

// A signature that is not of this token, or not of this key.
func TestAttackForeignSignature(t *testing.T) {
	one, other := goodToken(t, "rsa", "RS256"), claiming(t, goodClaims())
	segments, others := strings.Split(one, "."), strings.Split(other, ".")
	byOther := mint(t, "rsa2", "RS256", goodHeader("rsa", "RS256").String(), goodClaims().String())
	admin := encode(goodClaims().with("sub", `"admin"`).String())
	refused := func(name, text string) hostile {
		return hostile{name: name, text: text, keys: trust(t, "rsa", "rsa2", "ed25519"), reason: verify.ReasonBadSignature, check: verify.CheckSignature}
	}
	refuse(t, []hostile{
		refused("of another token", segments[0]+"."+segments[1]+"."+others[2]),
		refused("another payload", segments[0]+"."+admin+"."+segments[2]),
		refused("another header", encode(goodHeader("rsa", "RS256").without("typ").String())+"."+segments[1]+"."+segments[2]),
		refused("of another key", byOther),
		refused("empty", segments[0]+"."+segments[1]+"."),
		refused("PKCS #1 v1.5 under the name of PSS", mint(t, "rsa", "RS256", goodHeader("rsa", "PS256").String(), goodClaims().String())),
		refused("PSS under the name of PKCS #1 v1.5", mint(t, "rsa", "PS256", goodHeader("rsa", "RS256").String(), goodClaims().String())),
		refused("another hash", mint(t, "rsa", "RS512", goodHeader("rsa", "RS256").String(), goodClaims().String())),
		refused("a zero in front", segments[0]+"."+segments[1]+"."+encode(append([]byte{0}, sign(t, "rsa", "RS256", segments[0]+"."+segments[1])...))),
	})
	r := examine(byOther, trust(t, "rsa", "rsa2"), goodPolicy())
	if c, _ := r.Check(verify.CheckSignature); c.Diagnosis == nil || c.Diagnosis.Cause != verify.SignedByOtherKey || c.Diagnosis.Found != `"rsa2"` {
		t.Errorf("the other key is not named: %+v", c.Diagnosis)
	}
	// Without a kid in the header, it is the key's alg that keeps it out.
	unnamed := mint(t, "rsa2", "RS256", `{"alg":"RS256"}`, goodClaims().String())
	r = examine(unnamed, trustSet(t, publicJWK(t, "rsa"), publicJWK(t, "rsa2", "alg", `"RS512"`)), goodPolicy())
	if c, _ := r.Check(verify.CheckSignature); c.Message != `the token was signed by key "rsa2", which is for algorithm RS512, but its header says RS256` {
		t.Errorf("got %q", c.Message)
	}
	accept(t, []neighbour{{"of this key", one, trust(t, "rsa2", "rsa")}})
}

// Every algorithm, so that none is lost on the way.
func TestEveryAlgorithm(t *testing.T) {
	keys := map[string]string{"RS": "rsa", "PS": "rsa", "ES256": "ec256", "ES384": "ec384", "ES512": "ec521", "Ed": "ed25519"}
	for _, alg := range verify.Algorithms() {
		if strings.HasPrefix(alg, "HS") {
			accept(t, []neighbour{{alg, goodToken(t, "hmac", alg), secret(t)}})
			continue
		}
		key := keys[alg]
		if key == "" {
			key = keys[alg[:2]]
		}
		accept(t, []neighbour{{alg, goodToken(t, key, alg), nil}})
	}
	if n := len(verify.Algorithms()); n != 14 {
		t.Errorf("%d algorithms, want 14", n)
	}
}
