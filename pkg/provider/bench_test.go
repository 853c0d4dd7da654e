package provider

import (
	"net/http/httptest"
	"testing"
)

func BenchmarkKeysForWarm(b *testing.B) {
	s := newTLSSite(b)
	s.issue("a", "b", "c")
	c := newBench(b, s)
	if _, err := c.KeysFor(b.Context(), s.URL, "a"); err != nil {
		b.Fatal(err)
	}
	s.requests()
	for b.Loop() {
		if _, err := c.KeysFor(b.Context(), s.URL, "a"); err != nil {
			b.Fatal(err)
		}
	}
	wantRequests(b, s)
}

func BenchmarkKeysForCold(b *testing.B) {
	s := newSite(b, (*httptest.Server).StartTLS)
	s.issue("a", "b", "c")
	c := newBench(b, s, func(cfg *Config) { cfg.Refresh = true })
	for b.Loop() {
		if _, err := c.KeysFor(b.Context(), s.URL, "a"); err != nil {
			b.Fatal(err)
		}
	}
}
