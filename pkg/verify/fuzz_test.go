package verify_test

import (
	"crypto/elliptic"
	"encoding/base64"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// goodTokens are one accepted token for each algorithm. They are kept in a file
// because two signatures of ECDSA or PSS are never the same, and what the fuzzer
// found has to be found again.
func goodTokens(t testing.TB) map[string]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "vectors", "good-tokens.txt"))
	if err != nil {
		t.Fatal(err)
	}
	tokens := map[string]string{}
	for line := range strings.Lines(string(data)) {
		if alg, text, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			tokens[alg] = text
		}
	}
	return tokens
}

func TestGoodTokens(t *testing.T) {
	tokens, trusts := goodTokens(t), everyTrust(t)
	for _, alg := range verify.Algorithms() {
		if by, ok := acceptedBy(trusts, tokens[alg]); !ok {
			t.Errorf("%s is not accepted", alg)
		} else if _, symmetric := by.(*verify.Secret); symmetric != strings.HasPrefix(alg, "HS") {
			t.Errorf("%s is accepted by %T", alg, by)
		}
	}
}

func everyTrust(t testing.TB) []verify.Keys { return []verify.Keys{everyKey(t), secret(t)} }

// acceptedBy returns the trust that accepts a text, if one does.
func acceptedBy(trusts []verify.Keys, text string) (verify.Keys, bool) {
	for _, keys := range trusts {
		if examine(text, keys, goodPolicy()).Accepted {
			return keys, true
		}
	}
	return nil, false
}

// A mutation changes one thing of a token. place and value say where and to
// what; text is JSON, a segment or anything else.
type mutation func(token string, place int, value byte, text string) string

// mutations are what an attacker who has good tokens and the public keys can do.
func mutations() []mutation {
	return []mutation{
		func(token string, place int, value byte, _ string) string { // one bit
			return splice(token, place, 1, string([]byte{token[place%len(token)] ^ (1 << (value % 8))}))
		},
		func(token string, place int, value byte, _ string) string {
			return splice(token, place, 1, string([]byte{value}))
		},
		func(token string, place int, _ byte, _ string) string { return splice(token, place, 1, "") },
		func(token string, place int, value byte, _ string) string {
			return splice(token, place, 0, string([]byte{value}))
		},
		func(token string, place int, _ byte, text string) string { return splice(token, place, 0, text) },
		func(token string, place int, _ byte, text string) string {
			return splice(token, place, len(token), text)
		},
		func(token string, place int, _ byte, _ string) string { // letter case
			return splice(token, place, 1, swapCase(token[place%len(token)]))
		},
		func(token string, place int, value byte, _ string) string { // white space and padding
			return splice(token, place, 0, string([]rune(" \t\r\n=\x00\u00a0\ufeff")[int(value)%8]))
		},
		func(token string, place int, value byte, _ string) string {
			return strings.Repeat(".", place%4) + token + strings.Repeat(".", int(value%4))
		},
		func(token string, place int, value byte, _ string) string { // segments swapped
			s := strings.Split(token, ".")
			s[place%3], s[int(value)%3] = s[int(value)%3], s[place%3]
			return strings.Join(s, ".")
		},
		func(token string, place int, _ byte, text string) string { return withSegment(token, place%3, text) },
		func(token string, place int, _ byte, text string) string {
			return withSegment(token, place%3, encode(text))
		},
		func(token string, place int, value byte, text string) string { // a member more, in front or at the end
			return editSegment(token, place%2, func(json string) string {
				if value%2 == 0 {
					return "{" + text + "," + json[1:]
				}
				return json[:len(json)-1] + "," + text + "}"
			})
		},
		func(token string, place int, value byte, text string) string { // what a segment says
			return editSegment(token, place%3, func(s string) string { return splice(s, place/3, int(value%8), text) })
		},
		func(token string, place int, value byte, _ string) string { // a bit of the signature
			return editSegment(token, 2, func(s string) string {
				return splice(s, place, 1, string([]byte{s[place%len(s)] ^ (1 << (value % 8))}))
			})
		},
		func(token string, _ int, value byte, text string) string { // s becomes n − s, the only legal one
			return editSegment(token, 2, func(s string) string {
				if n := curveOrder(token); n != nil && len(s)%2 == 0 {
					half := len(s) / 2
					return s[:half] + string(new(big.Int).Sub(n, new(big.Int).SetBytes([]byte(s[half:]))).FillBytes(make([]byte, half)))
				}
				return s + text + string([]byte{value})
			})
		},
	}
}

// FuzzMutation: of a good token nothing but the token itself is accepted, and
// the negated form that every ECDSA signature has.
func FuzzMutation(f *testing.F) {
	tokens, trusts := goodTokens(f), everyTrust(f)
	algorithms := verify.Algorithms()
	kinds := mutations()
	for a := range algorithms {
		for k := range kinds {
			f.Add(uint8(a), uint8(k), uint16(7*a+k), uint8(a+k), `"alg":"none"`)
		}
	}
	f.Add(uint8(0), uint8(12), uint16(0), uint8(1), `"jwk":{"kty":"oct","k":"AAAA"}`)
	f.Add(uint8(0), uint8(12), uint16(1), uint8(0), `"sub":"admin"`)
	f.Add(uint8(6), uint8(10), uint16(2), uint8(0), encode(strings.Repeat("\x00", 64)))
	f.Fuzz(func(t *testing.T, algorithm, kind uint8, place uint16, value uint8, text string) {
		original := tokens[algorithms[int(algorithm)%len(algorithms)]]
		mutated := kinds[int(kind)%len(kinds)](original, int(place), value, text)
		keys, accepted := acceptedBy(trusts, mutated)
		if accepted && mutated != original && !isNegated(original, mutated) {
			t.Fatalf("WRONG ACCEPTANCE by %T\nof   %s\nfrom %s", keys, mutated, original)
		}
	})
}

// isNegated reports whether a text is a token whose ECDSA signature r‖s has become
// r‖n−s: that is legal, and no reason to take the text of a token for its name.
func isNegated(original, mutated string) bool {
	a := token.Parse(original)
	b := token.Parse(mutated)
	n := curveOrder(original)
	if n == nil || len(b.Faults()) > 0 || a.SigningInput() != b.SigningInput() || len(a.Signature()) != len(b.Signature()) {
		return false
	}
	half := len(a.Signature()) / 2
	s := new(big.Int).Add(new(big.Int).SetBytes(a.Signature()[half:]), new(big.Int).SetBytes(b.Signature()[half:]))
	return string(a.Signature()[:half]) == string(b.Signature()[:half]) && s.Cmp(n) == 0
}

// curveOrder returns the order of the curve that a token was signed over, or nil.
func curveOrder(text string) *big.Int {
	parsed := token.Parse(text)
	switch parsed.Algorithm() {
	case "ES256":
		return elliptic.P256().Params().N
	case "ES384":
		return elliptic.P384().Params().N
	case "ES512":
		return elliptic.P521().Params().N
	default:
		return nil
	}
}

// splice replaces some bytes at a place, which is taken modulo the length.
func splice(s string, place, length int, by string) string {
	place %= len(s) + 1
	return s[:place] + by + s[min(place+length, len(s)):]
}

func swapCase(c byte) string {
	if upper := strings.ToUpper(string(c)); upper != string(c) {
		return upper
	}
	return strings.ToLower(string(c))
}

func withSegment(token string, place int, text string) string {
	segments := strings.Split(token, ".")
	segments[place] = text
	return strings.Join(segments, ".")
}

// editSegment changes what a segment stands for.
func editSegment(token string, place int, edit func(string) string) string {
	decoded, _ := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[place])
	return withSegment(token, place, encode(edit(string(decoded))))
}
