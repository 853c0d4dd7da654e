package jwks

// MaxKeys is the number of keys in the largest set that is read.
const MaxKeys = maxKeys

// The codes that are words to everybody else.
const (
	FaultUnsupported  = faultUnsupported
	FaultPrivate      = faultPrivate
	FaultSharedSecret = faultSharedSecret
	FaultMalformed    = faultMalformed
	FaultUse          = faultUse
	FaultOtherUse     = faultOtherUse
	FaultWeak         = faultWeak
	FaultInvalid      = faultInvalid
)

// What the errors of the parsers are or wrap.
var (
	ErrNotKeySet    = errNotKeySet
	ErrPrivateKey   = errPrivateKey
	ErrSharedSecret = errSharedSecret
	ErrKeySet       = errKeySet
)

// Reason is the kind of reason for which a key does not fit a token.
func (r Refusal) Reason() string {
	switch {
	case r.OtherKeyID:
		return misfitKeyID
	case r.Key.Fault != nil && r.Text == r.Key.Fault.Text:
		return misfitFault
	default:
		return misfitAlgorithm
	}
}

// SameAlgorithm reports whether two names are of one algorithm.
var SameAlgorithm = sameAlgorithm
