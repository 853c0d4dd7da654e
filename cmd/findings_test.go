package cmd

import "testing"

func TestSourceURI(t *testing.T) {
	for source, want := range map[string]string{
		"keys.json":                        "keys.json",
		"./a b.json":                       "./a%20b.json",
		"/etc/keys.json":                   "/etc/keys.json",
		"//evil.example/keys.json":         "/evil.example/keys.json", // not a host
		"///evil.example/keys.json":        "/evil.example/keys.json",
		"https://issuer.example/keys?a=b":  "issuer.example/keys",
		"https://user:pw@issuer.example/k": "issuer.example/k",
	} {
		if got := sourceURI(source); got != want {
			t.Errorf("%s: got %s, want %s", source, got, want)
		}
	}
}

func TestIsHost(t *testing.T) {
	for text, want := range map[string]bool{
		"issuer.example":               true,
		"issuer.example:8443/realms/a": true,
		"localhost":                    true,
		"localhost:8080":               true,
		"127.0.0.1:8080":               true,
		"[::1]:8080":                   true,
		"xn--bcher-kva.example":        true,
		"example.xn--p1ai":             true,
		"issuer":                       false,
		"issuer.example1":              false,
		"opaque.token-with_a.dot":      false,
		"ory_at_abc.def":               false,
		"v4.local":                     true,
		"-.example":                    true,
		"a..b":                         false,
		"user@issuer.example":          false,
		"abcdefghijklmnopqrstuvwxyzabcde.example": false,
		"": false,
	} {
		if got := isHost(text); got != want {
			t.Errorf("%s: got %t, want %t", text, got, want)
		}
	}
}
