module github.com/claimcheck/claimcheck/testdata/conformance

go 1.26.4

require (
	github.com/c2sp/wycheproof v0.0.0-20260902155932-3fa63dd0344a
	github.com/claimcheck/claimcheck v0.0.0
	github.com/golang-jwt/jwt/v5 v5.3.1
	pgregory.net/rapid v1.3.0
)

require (
	filippo.io/edwards25519 v1.1.0 // indirect
	github.com/go-jose/go-jose/v4 v4.1.9 // indirect
	github.com/go-json-experiment/json v1.27.2 // indirect
)

replace github.com/claimcheck/claimcheck => ../..
