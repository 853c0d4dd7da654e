package jwks

// MaxKeys is the number of keys in the largest set that is read.
const MaxKeys = maxKeys

// The codes that are words to everybody else.
const (
	FaultMalformed = faultMalformed
	FaultUse       = faultUse
	FaultWeak      = faultWeak
	FaultInvalid   = faultInvalid
)

// ErrNotKeySet is what the errors of Parse and ParseText wrap.
var ErrNotKeySet = errNotKeySet

// Reason is the kind of reason for which a key does not fit a token.
func (r Refusal) Reason() string { return string(r.reason) }
