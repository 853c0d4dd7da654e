// Package issuertest runs a small and correct OpenID provider on loopback, for
// tests, and mints tokens: good ones, and ones that are wrong on purpose.
//
//	issuer := issuertest.New(t, issuertest.Config{})
//	good := issuer.Mint(t, issuertest.Token{})
//	expired := issuer.Mint(t, issuertest.Token{Flaws: []string{"expired"}})
//
// It is a test double. It never listens beyond loopback, its users log in with
// one click, and anyone who reaches it gets tokens. Code that verifies tokens
// does not import it.
package issuertest
