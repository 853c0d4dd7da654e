package cmd

import (
	"slices"
	"strings"
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

// TestCompletionOffersWhatHelpLists: the values are read from the help, so they
// have to be written there in the way that is understood.
func TestCompletionOffersWhatHelpLists(t *testing.T) {
	flags := allFlags()
	for name, want := range map[string][]string{
		"color":           {"always", "auto", "never"},
		"kind":            kindNames(),
		"secret-encoding": secretEncodings(),
	} {
		for _, f := range flags[name] {
			if got := valuesInUsage(f.Usage); !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))) {
				t.Errorf("--%s completes to %q, not %q", name, got, want)
			}
		}
	}
	for _, f := range flags["output"] {
		if got := valuesInUsage(f.Usage); !slices.Contains(got, "json") || !strings.Contains(f.Usage, got[len(got)-1]) {
			t.Errorf("-o completes to %q", got)
		}
	}
	for name, list := range flags {
		for _, f := range list {
			if got := valuesInUsage(f.Usage); len(got) > 0 && f.Value.Type() == "bool" {
				t.Errorf("--%s takes no value, and completes to %q", name, got)
			}
		}
	}
}
