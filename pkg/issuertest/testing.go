package issuertest

// TB is what New and Mint need of a *testing.T, *testing.B or *testing.F. This
// package does not import package testing, because a program imports it as well.
type TB interface {
	Helper()
	Fatal(args ...any)
	Cleanup(func())
}

// New starts an issuer for a test, which ends with it.
func New(t TB, config Config) *Issuer {
	t.Helper()
	i, err := Start(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = i.Close() })
	return i
}

// Mint makes a token with the issuer's key. The test fails if there can be none.
func (i *Issuer) Mint(t TB, token Token) string {
	t.Helper()
	raw, err := i.Minter().Mint(token)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
