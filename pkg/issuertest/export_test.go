package issuertest

// SecretKey makes a key of a shared secret, for HS256, HS384 or HS512.
func SecretKey(secret []byte, algorithm string) (*Key, error) { return newKey(secret, algorithm, "") }
