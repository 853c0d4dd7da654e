package jwks

// MaxKeys is the number of keys in the largest set that is read.
const MaxKeys = maxKeys

// Reason is the kind of reason for which a key does not fit a token.
func (r Refusal) Reason() string { return string(r.reason) }
