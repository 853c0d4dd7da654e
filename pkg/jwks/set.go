// Package jwks reads JSON Web Key Sets (RFC 7517) and single keys, key by key:
// one broken or unknown key never spoils the others. It says of each key
// whether it is fit to verify signatures and, where it is not, why. It selects
// the keys that fit a token. It never fetches anything.
package jwks

import (
	"errors"
	"fmt"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// MaxKeys is the number of keys in the largest set that Parse reads.
const MaxKeys = 1000

// A Set is a list of keys in the order of the document.
type Set struct {
	Keys []*Key
	// Document is the set as it was read, or what it would have been where a single
	// key was read.
	Document strictjson.Value
}

// ErrNotKeySet is what the errors of Parse wrap.
var ErrNotKeySet = errors.New("not a key set")

// Errors of Parse for what is often taken for a key set.
var (
	// ErrSingleKey is for one JWK.
	ErrSingleKey = fmt.Errorf("%w but a single key: there is no \"keys\"", ErrNotKeySet)
	// ErrCertificates is for an object of PEM certificates by kid, as Google and
	// Firebase publish beside their key sets.
	ErrCertificates = fmt.Errorf("%w but certificates by kid: there is no \"keys\"", ErrNotKeySet)
)

// Parse reads a JWK Set: a JSON object with an array "keys" (RFC 7517 section
// 5). Faults of single keys are kept in those keys; the error is for what is
// not a key set at all. An empty set is one.
func Parse(data []byte) (*Set, error) {
	document, err := strictjson.ParseObject(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotKeySet, withoutNames(err))
	}
	keys := document.Get("keys")
	switch {
	case !keys.Exists() && document.Get("kty").Exists():
		return nil, ErrSingleKey
	case !keys.Exists() && holdsCertificates(document):
		return nil, ErrCertificates
	case !keys.Exists():
		return nil, fmt.Errorf("%w: there is no \"keys\"", ErrNotKeySet)
	case keys.Kind() != strictjson.KindArray:
		return nil, fmt.Errorf("%w: \"keys\" is not an array but of type %s", ErrNotKeySet, keys.Kind())
	case len(keys.Items()) > MaxKeys:
		return nil, fmt.Errorf("%w: more than %d keys", ErrNotKeySet, MaxKeys)
	}
	set := &Set{Document: document}
	for i, item := range keys.Items() {
		set.Keys = append(set.Keys, parseJWK(i+1, item))
	}
	set.refuseTwins()
	return set, nil
}

func holdsCertificates(document strictjson.Value) bool {
	for _, m := range document.Members() {
		if text, _ := m.Value.Text(); strings.HasPrefix(text, "-----BEGIN CERTIFICATE-----") {
			return true
		}
	}
	return false
}

// withoutNames keeps of a syntax error what is wrong and at which byte, but not
// the names on the way there: where a quote is lost, the next name is a value,
// and it may be that of a private member.
func withoutNames(err error) error {
	var syntax *strictjson.SyntaxError
	if !errors.As(err, &syntax) {
		return err
	}
	return &strictjson.SyntaxError{Offset: syntax.Offset, Reason: syntax.Reason}
}

// KeyIDs returns the key IDs of the set in order; keys without one are left out.
func (s *Set) KeyIDs() []string {
	var list []string
	for _, k := range s.Keys {
		if k.HasKeyID {
			list = append(list, k.KeyID)
		}
	}
	return list
}

// Usable returns the keys that are fit to verify signatures.
func (s *Set) Usable() []*Key {
	var list []*Key
	for _, k := range s.Keys {
		if k.Fault == nil {
			list = append(list, k)
		}
	}
	return list
}

// WithKeyID returns the set of the keys with exactly that key ID.
func (s *Set) WithKeyID(kid string) *Set {
	chosen := &Set{}
	var documents []strictjson.Value
	for i, k := range s.Keys {
		if k.HasKeyID && k.KeyID == kid {
			chosen.Keys = append(chosen.Keys, k)
			if s.Document.Exists() {
				documents = append(documents, s.Document.Get("keys").Items()[i])
			}
		}
	}
	chosen.Document = setDocument(documents...)
	return chosen
}

func setDocument(keys ...strictjson.Value) strictjson.Value {
	return strictjson.Object(strictjson.Member{Name: "keys", Value: strictjson.Array(keys...)})
}
