package jwks

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"math/big"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// refuseTwins refuses the public keys whose private half stands elsewhere in
// the set: anybody can sign with them, too. That half need not be a whole key.
func (s *Set) refuseTwins() {
	published := map[string]bool{} // thumbprints
	var halves []strictjson.Value
	for i, k := range s.Keys {
		switch {
		case k.Fault == nil || k.Fault.Code != FaultPrivate:
		case k.Thumbprint != "":
			published[k.Thumbprint] = true
		default:
			halves = append(halves, s.Document.Get("keys").Items()[i])
		}
	}
	for _, k := range s.Keys {
		if k.Fault != nil || !published[k.Thumbprint] && !halfOf(k, halves) {
			continue
		}
		k.Fault = &Fault{Code: FaultPrivate, Text: "its private key is published in the same set, so anybody can sign with it; replace it now"}
	}
}

// maxHalves is how many private keys without a public half are compared.
const maxHalves = 8

// halfOf tells whether one of the private keys belongs to k.
func halfOf(k *Key, halves []strictjson.Value) bool {
	for _, half := range halves[:min(len(halves), maxHalves)] {
		d := new(Key).octets(half, "d")
		if d != nil && belongs(k, d) {
			return true
		}
	}
	return false
}

func belongs(k *Key, d []byte) bool {
	switch public := k.public.(type) {
	case *rsa.PublicKey:
		exponent := new(big.Int).SetBytes(d)
		if exponent.BitLen() > public.N.BitLen() {
			return false
		}
		// What d does to a number, the public exponent undoes.
		number := big.NewInt(2)
		back := new(big.Int).Exp(number, exponent, public.N)
		return back.Exp(back, big.NewInt(int64(public.E)), public.N).Cmp(number) == 0
	case ed25519.PublicKey:
		return len(d) == ed25519.SeedSize && public.Equal(ed25519.NewKeyFromSeed(d).Public())
	case *ecdsa.PublicKey:
		point, err := public.ECDH()
		if err != nil {
			return false
		}
		private, err := point.Curve().NewPrivateKey(d)
		return err == nil && private.PublicKey().Equal(point)
	default:
		return false
	}
}
