// Package jwks reads JSON Web Key Sets (RFC 7517) and single public keys, says
// of each key whether it is fit to verify signatures, and selects those that fit
// a token.
//
// Parse reads a set as an issuer publishes it, ParseText a set in the forms in
// which people keep one in a file, and ParseKey one key in any usual form. A set
// is read key by key: a key that is broken or of an unknown type has a Fault, and
// the others can be used. Set.Candidates returns the keys that may have signed a
// token and, for each of the others, why it cannot have; Set.Lint says what an
// issuer should change about its set.
//
// Nothing is fetched, and private members are never part of an error, a fault or
// a finding.
package jwks

import (
	"errors"
	"fmt"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// maxKeys is the number of keys in the largest set that is read.
const maxKeys = 1000

// A Set is a list of keys in the order of the document.
type Set struct {
	Keys []*Key
	// Document is the set as it was read, or as it would have been written where
	// the keys were not read from a JWK Set.
	Document strictjson.Value
	// ReadAs says in words in which form the keys were found; it is empty for a JWK
	// Set, a JWK, and PEM that every program reads.
	ReadAs string

	single bool // one key that was given alone
}

// errNotKeySet is what the errors of Parse and ParseText wrap that are not a *FormatError.
var errNotKeySet = errors.New("not a key set")

// Parse reads a JWK Set, a JSON object with an array "keys" (RFC 7517 section
// 5), or an object of PEM certificates or public keys by kid, as Google and
// Firebase publish. Faults of single keys are kept in those keys; the error is
// for what is not a key set at all, a *FormatError where it is known what it is
// instead. An empty set is one.
func Parse(data []byte) (*Set, error) {
	document, err := strictjson.ParseObject(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNotKeySet, withoutNames(err))
	}
	keys := document.Get("keys")
	switch {
	case keys.Exists():
	case document.Get("kty").Exists():
		return nil, errSingleKey
	case document.Get("jwks_uri").Exists():
		return nil, metadataError(document)
	case isKeyMap(document):
		return parseKeyMap(document), nil
	default:
		return nil, fmt.Errorf("%w: there is no \"keys\"", errNotKeySet)
	}
	switch {
	case keys.Type() != strictjson.TypeArray:
		return nil, fmt.Errorf("%w: \"keys\" is not an array but of type %s", errNotKeySet, keys.Type())
	case len(keys.Items()) > maxKeys:
		return nil, fmt.Errorf("%w: more than %d keys", errNotKeySet, maxKeys)
	}
	set := &Set{Document: document}
	for i, item := range keys.Items() {
		set.Keys = append(set.Keys, parseJWK(i+1, item))
	}
	set.refusePublished()
	return set, nil
}

// withoutNames keeps of a syntax error what is wrong and at which byte, but not
// the names on the way there: where a quote is lost, the next name is a value,
// and it may be that of a private member.
func withoutNames(err error) error {
	if syntax, ok := errors.AsType[*strictjson.SyntaxError](err); ok {
		return &strictjson.SyntaxError{Offset: syntax.Offset, Reason: syntax.Reason}
	}
	return err
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
	chosen := &Set{ReadAs: s.ReadAs, single: s.single}
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
	return strictjson.From([]strictjson.Member{{Name: "keys", Value: strictjson.From(keys)}})
}
