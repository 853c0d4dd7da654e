package jwks_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/token"
)

// tokenWith returns a token with a header; its signature does not matter here.
func tokenWith(t *testing.T, header string) *token.Token {
	t.Helper()
	encode := base64.RawURLEncoding.EncodeToString
	parsed := token.Parse(encode([]byte(header)) + "." + encode([]byte(`{}`)) + ".AAAA")
	if faults := parsed.Faults(); len(faults) > 0 {
		t.Fatal(faults[0].Text)
	}
	return parsed
}

// Candidates are named by their place in the set; refusals by place and reason.
func TestCandidates(t *testing.T) {
	a, b := public(t, "rsa", "kid", `"a"`), public(t, "rsa2", "kid", `"b"`)
	ec, none := public(t, "ec256", "kid", `"ec"`), public(t, "rsa2", "kid", "")
	for _, c := range []struct {
		name, header string
		keys         []string
		want         []int
		refused      string
	}{
		{"by kid", `{"alg":"RS256","kid":"b"}`, []string{a, b, ec}, []int{2}, "1:key_id 3:key_id"},
		{"the kid in other letters", `{"alg":"RS256","kid":"A"}`, []string{a, b}, nil, "1:key_id 2:key_id"},
		{"an unknown kid", `{"alg":"RS256","kid":"c"}`, []string{a, b}, nil, "1:key_id 2:key_id"},
		{"a kid that is the beginning of one", `{"alg":"RS256","kid":""}`, []string{a}, nil, "1:key_id"},
		{"an empty kid", `{"alg":"RS256","kid":""}`, []string{a, public(t, "rsa", "kid", `""`)}, []int{2}, "1:key_id"},
		{"no kid, by type", `{"alg":"ES256"}`, []string{a, ec}, []int{2}, "1:algorithm"},
		{"no kid, several", `{"alg":"RS256"}`, []string{a, ec, b}, []int{1, 3}, "2:algorithm"},
		{"a key without kid after the exact match", `{"alg":"RS256","kid":"a"}`, []string{none, a, b}, []int{2, 1}, "3:key_id"},
		{"a key without kid alone", `{"alg":"RS256","kid":"x"}`, []string{none}, []int{1}, ""},
		{"a kid twice, told apart by type", `{"alg":"RS256","kid":"a"}`, []string{public(t, "ec256", "kid", `"a"`), a}, []int{2}, "1:algorithm"},
		{"a kid twice, told apart by use", `{"alg":"RS256","kid":"a"}`, []string{public(t, "rsa2", "kid", `"a"`, "use", `"enc"`), a}, []int{2}, "1:fault"},
		{"a kid twice, told apart by alg", `{"alg":"RS256","kid":"a"}`, []string{public(t, "rsa2", "kid", `"a"`, "alg", `"PS256"`), a}, []int{2}, "1:algorithm"},
		{"a kid twice, alike", `{"alg":"RS256","kid":"a"}`, []string{a, a}, []int{1, 2}, ""},
		{"the curve of another algorithm", `{"alg":"ES384","kid":"ec"}`, []string{ec}, nil, "1:algorithm"},
		{"the key's alg is another one", `{"alg":"RS256","kid":"a"}`, []string{public(t, "rsa", "kid", `"a"`, "alg", `"RS512"`)}, nil, "1:algorithm"},
		{"a key without alg", `{"alg":"PS512","kid":"a"}`, []string{public(t, "rsa", "kid", `"a"`, "alg", "")}, []int{1}, ""},
		{"Ed25519 by a key for EdDSA", `{"alg":"Ed25519"}`, []string{public(t, "ed25519", "alg", `"EdDSA"`)}, []int{1}, ""},
		{"EdDSA by a key for Ed25519", `{"alg":"EdDSA"}`, []string{public(t, "ed25519", "alg", `"Ed25519"`)}, []int{1}, ""},
		{"a weak key of that kid", `{"alg":"RS256","kid":"w"}`, []string{public(t, "rsa1024", "kid", `"w"`)}, nil, "1:fault"},
		{"a published private key", `{"alg":"RS256","kid":"a"}`, []string{private(t, "rsa", "kid", `"a"`)}, nil, "1:fault"},
		{"a weak key, of another type", `{"alg":"ES256","kid":"w"}`, []string{public(t, "rsa1024", "kid", `"w"`)}, nil, "1:algorithm"},
		{"a published private key, of another type", `{"alg":"ES256","kid":"a"}`, []string{private(t, "rsa", "kid", `"a"`)}, nil, "1:fault"},
		{"a secret never fits", `{"alg":"HS256","kid":"hmac"}`, []string{private(t, "hmac")}, nil, "1:fault"},
		{"HMAC never fits a public key", `{"alg":"HS256","kid":"a"}`, []string{a}, nil, "1:algorithm"},
		{"none fits no key", `{"alg":"none","kid":"a"}`, []string{a}, nil, "1:algorithm"},
		{"no alg fits no key", `{"kid":"a"}`, []string{a}, nil, "1:algorithm"},
	} {
		t.Run(c.name, func(t *testing.T) {
			set, tok := parseSet(t, c.keys...), tokenWith(t, c.header)
			var got []int
			for _, k := range set.Candidates(tok) {
				got = append(got, k.Position)
			}
			refused := ""
			keys, _ := set.Refused(tok)
			for _, r := range keys {
				if refused += fmt.Sprintf(" %d:%s", r.Key.Position, r.Reason()); r.Text == "" {
					t.Errorf("key %d is refused without a word", r.Key.Position)
				}
			}
			if !slices.Equal(got, c.want) || refused != "" && refused[1:] != c.refused || refused == "" && c.refused != "" {
				t.Errorf("candidates %v, refused%s; want %v and %s", got, refused, c.want, c.refused)
			}
		})
	}
}

// An algorithm that is not the key's is distinguished from a key that is not there.
func TestMismatch(t *testing.T) {
	rsaKey, ec := public(t, "rsa", "kid", `"a"`), public(t, "ec256", "kid", `"b"`)
	for _, c := range []struct {
		name, header string
		keys         []string
		want         int // position of the key that the token means, or 0
	}{
		{"the key of that kid", `{"alg":"ES256","kid":"a"}`, []string{ec, rsaKey}, 2},
		{"the first of two keys of that kid", `{"alg":"ES256","kid":"a"}`, []string{ec, rsaKey, public(t, "rsa2", "kid", `"a"`)}, 2},
		{"the only key, without kids", `{"alg":"ES256"}`, []string{public(t, "rsa", "kid", "")}, 1},
		{"the key of that kid, beside a broken one", `{"alg":"ES256","kid":"a"}`, []string{public(t, "rsa1024", "kid", "", "use", `"enc"`), rsaKey}, 2},
		{"another kid", `{"alg":"ES256","kid":"z"}`, []string{rsaKey}, 0},
		{"no kid among several", `{"alg":"ES512"}`, []string{rsaKey, ec}, 0},
		{"an unusable key of that kid", `{"alg":"RS256","kid":"a"}`, []string{public(t, "rsa", "kid", `"a"`, "use", `"enc"`)}, 0},
	} {
		_, r := parseSet(t, c.keys...).Refused(tokenWith(t, c.header))
		if (r != nil) != (c.want > 0) || r != nil && r.Key.Position != c.want {
			t.Errorf("%s: %+v; want key %d", c.name, r, c.want)
		}
	}
}

func TestSameAlgorithm(t *testing.T) {
	for names, want := range map[[2]string]bool{
		{"RS256", "RS256"}: true, {"EdDSA", "Ed25519"}: true, {"Ed25519", "EdDSA"}: true, {"RS256", "RS384"}: false, {"EdDSA", "ES256"}: false, {"ES256", "Ed25519"}: false,
	} {
		if jwks.SameAlgorithm(names[0], names[1]) != want {
			t.Errorf("%s is %s: want %t", names[0], names[1], want)
		}
	}
}

func TestKeyType(t *testing.T) {
	for alg, want := range map[string]string{
		"RS256": "RSA", "RS384": "RSA", "RS512": "RSA",
		"PS256": "RSA", "PS384": "RSA", "PS512": "RSA",
		"ES256": "ECP-256", "ES384": "ECP-384", "ES512": "ECP-521",
		"EdDSA": "OKPEd25519", "Ed25519": "OKPEd25519",
	} {
		if kty, curve, ok := jwks.KeyType(alg); !ok || kty+curve != want {
			t.Errorf("%s: %s %s, %t", alg, kty, curve, ok)
		}
	}
	for _, alg := range []string{"", "none", "HS256", "rs256", "RS1", "ES256K", "Ed448", "ML-DSA-44", "RSA-OAEP", "RS256 "} {
		if kty, _, ok := jwks.KeyType(alg); ok {
			t.Errorf("%q is taken for an algorithm of %s", alg, kty)
		}
	}
}
