package openid

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"testing"
)

func TestKeySetOfAnIssuer(t *testing.T) {
	s, u := newSite(t), newUser(t)
	listed := u.run("jwks", s.issuer).exits(0).says()
	served := fetch(t, s.issuer+"keys")
	sameDocument(t, listed.stdout, served)
	var set struct {
		Keys []struct {
			KID string `json:"kid"`
		} `json:"keys"`
	}
	must(t, json.Unmarshal(served, &set))
	kid := set.Keys[0].KID

	u.run("jwks", s.issuer, "--jq", ".keys[].kid", "--offline").exits(0).says().prints(kid)
	u.run("jwks", s.issuer, "-o", "text", "--offline").exits(0).says().shows(`1 of 1 keys can verify signatures`).shows(`RSA 2048 +RS256 +sig`)
	u.run("jwks", s.issuer, "--check").exits(0).says(`claimcheck: clean: 0 errors, 0 warnings \(exit 0\)`).report()
	u.run("jwks", s.issuer, "--kid", kid, "--jq", ".keys | length").exits(0).says().prints("1")
	u.run("jwks", s.issuer, "--kid", "another").exits(12).says(`claimcheck: .*"another"(\nhint: .*)?`).printsNothing()
}

func TestKeySetByItsURLCostsOneRequest(t *testing.T) {
	s, u := newSite(t), newUser(t)
	u.run("jwks", s.issuer+"keys", "--jq", ".keys | length").exits(0).says().prints("1")
	s.wantRequests(t, "GET /keys")
	u.run("jwks", s.issuer+"keys", "--check").exits(0).says(clean).report()
	s.wantRequests(t)
}

func TestKeysForAToken(t *testing.T) {
	s, other, u := newSite(t), newSite(t), newUser(t)
	token := file(t, s.login(t, native).idToken)
	u.run("jwks", s.issuer, "--for", token, "--jq", "[(.fit, .do_not_fit) | length]", "-o", "ndjson").exits(0).says().prints("[1,0]")
	u.run("jwks", other.issuer, "--for", token, "-o", "text").exits(12).says().shows(`it has another kid`)
	u.run("jwks", other.issuer, "--for", token).exits(12).says(`claimcheck: .*\(exit 12\)`).shows(`"fit": \[\]`)
}

// The key as PEM is enough to verify without the provider.
func TestKeyAsPEM(t *testing.T) {
	s, u := newSite(t), newUser(t)
	l := s.login(t, native)
	printed := u.run("jwks", s.issuer, "--pem").exits(0).says().stdout
	block, rest := pem.Decode([]byte(printed))
	if block == nil || len(rest) > 0 {
		t.Fatalf("not one PEM block: %s", printed)
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	must(t, err)
	if _, ok := key.(*rsa.PublicKey); !ok {
		t.Fatalf("the key is a %T", key)
	}
	s.stop()
	path := file(t, printed)[1:]
	u.run("verify", l.idToken, "--key", path, "--issuer", s.issuer, "--audience", "native").exits(0).says(accepted).report()
}
