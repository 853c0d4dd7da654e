package cmd

import (
	"testing"
)

func TestNearest(t *testing.T) {
	flags := []string{"any-audience", "any-issuer", "audience", "client-id", "issuer", "jwks", "key", "kind", "max-age"}
	for word, want := range map[string]string{
		"audiance": "audience", "AUDIENCE": "audience", "audience": "audience", "audiences": "audience",
		"clientid": "client-id", "client_id": "client-id", "maxage": "max-age",
		"isuer": "issuer", "jkws": "jwks", "keys": "key", "aud": "audience", "iss": "issuer",
		"any": "", // two begin so
		"":    "", "x": "", "nosuch": "", "frobnicate": "",
	} {
		if got := nearest(word, flags); got != want {
			t.Errorf("nearest(%q) is %q, not %q", word, got, want)
		}
	}
}
