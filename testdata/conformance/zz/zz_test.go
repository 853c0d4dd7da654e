package zz

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

var enc = base64.RawURLEncoding.EncodeToString

func TestTwin(t *testing.T) {
	k, _ := rsa.GenerateKey(rand.Reader, 2048)
	pub := fmt.Sprintf(`"kty":"RSA","n":"%s","e":"AQAB"`, enc(k.N.Bytes()))
	set, _ := jwks.Parse([]byte(`{"keys":[{` + pub + `,"kid":"a","d":"AQ"},{` + pub + `,"kid":"a"}]}`))
	in := enc([]byte(`{"alg":"RS256","kid":"a"}`)) + "." + enc([]byte(`{"exp":2000000000}`))
	h := sha256.Sum256([]byte(in))
	s, _ := rsa.SignPKCS1v15(nil, k, crypto.SHA256, h[:])
	tok, _ := token.Parse(in + "." + enc(s))
	r := verify.Verify(tok, verify.PublicKeys{Set: set}, verify.Policy{AnyIssuer: true, AnyAudience: true}, time.Unix(1700000000, 0))
	fmt.Println(r.Verdict, r.Reason)
	// salt
	s, err := rsa.SignPSS(rand.Reader, k, crypto.SHA256, func() []byte { h := sha256.Sum256([]byte(strings.Replace(in, enc([]byte(`{"alg":"RS256","kid":"a"}`)), enc([]byte(`{"alg":"PS256"}`)), 1))); return h[:] }(), &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthAuto})
	fmt.Println(err)
	set, _ = jwks.Parse([]byte(`{"keys":[{` + pub + `}]}`))
	tok, _ = token.Parse(strings.Replace(in, enc([]byte(`{"alg":"RS256","kid":"a"}`)), enc([]byte(`{"alg":"PS256"}`)), 1) + "." + enc(s))
	b := time.Now()
	r = verify.Verify(tok, verify.PublicKeys{Set: set}, verify.Policy{AnyIssuer: true, AnyAudience: true}, time.Unix(1700000000, 0))
	c, _ := r.Check(verify.CheckSignature)
	fmt.Println(c.Message, time.Since(b))
}

func TestCost(t *testing.T) {
	for _, e := range []string{"AQAB", "f____w"} {
		var ks []string
		for i := 0; i < 370; i++ {
			n := make([]byte, 2048)
			rand.Read(n)
			n[0] |= 0x80
			n[2047] |= 1
			ks = append(ks, fmt.Sprintf(`{"kty":"RSA","n":"%s","e":"%s"}`, enc(n), e))
		}
		doc := []byte(`{"keys":[` + strings.Join(ks, ",") + `]}`)
		b := time.Now()
		set, err := jwks.Parse(doc)
		fmt.Println(len(doc), err, "parse", time.Since(b), len(set.Usable()))
		s := make([]byte, 2048)
		rand.Read(s)
		s[0] = 0
		in := enc([]byte(`{"alg":"PS512"}`)) + "." + enc([]byte(`{"exp":2000000000}`))
		tok, _ := token.Parse(in + "." + enc(s))
		b = time.Now()
		r := verify.Verify(tok, verify.PublicKeys{Set: set}, verify.Policy{AnyIssuer: true, AnyAudience: true}, time.Unix(1700000000, 0))
		fmt.Println(r.Verdict, r.Reason, "verify", time.Since(b))
	}
	_ = big.NewInt
}
