package provider

import (
	"errors"
	"testing"
)

func TestMetadataInAnArrayIsNamed(t *testing.T) {
	s := newTLSSite(t)
	s.serve(configuration, `[`+document(s.URL)+`]`)
	_, err := newBench(t, s).Discover(t.Context(), s.URL)
	wantText(t, wantFetchError(t, err, causeNotJSON).Text, "a JSON array, not the object")
}

func TestARelativeJWKSURIIsNamed(t *testing.T) {
	for _, uri := range []string{"/keys", "keys", "./keys"} {
		s := newTLSSite(t)
		s.serve(configuration, `{"issuer":"`+s.URL+`","jwks_uri":"`+uri+`"}`)
		s.serve("/keys", keySet("a"))
		_, err := newBench(t, s).KeysFor(t.Context(), s.URL, "")
		wantText(t, wantFetchError(t, err, causeURL).Text, "jwks_uri", "relative")
		wantRequests(t, s, "GET "+configuration)
	}
}

func TestATemplateIsNeverAsked(t *testing.T) {
	s := newTLSSite(t)
	b := newBench(t, s)
	_, err := b.KeysFor(t.Context(), s.URL+"/{tenantid}/v2.0", "")
	wantFetchError(t, err, causeTemplate)
	_, err = b.Discover(t.Context(), s.URL+"/{tenantid}/v2.0"+configuration)
	wantFetchError(t, err, causeTemplate)
	wantRequests(t, s)
	for _, text := range []string{"https://a.example/{", "https://a.example/}"} {
		if list, bad := candidates(text); bad != nil || len(list) == 0 {
			t.Errorf("%s is taken for a template: %v", text, bad)
		}
	}
}

// The short name stands for one issuer only: metadata of another gives no keys.
func TestGoogleByItsShortNameIsNoOtherIssuer(t *testing.T) {
	ours := newAuthority(t)
	s := ours.site(t, -1, 1, googleShort)
	s.serve(configuration, `{"issuer":"https://other.example","jwks_uri":"https://accounts.google.com/keys"}`)
	s.serve("/keys", keySet("a"))
	far := farAway(map[string]*site{googleShort: s}, map[string]string{googleShort: "203.0.113.5"})
	b := newBench(t, s, func(cfg *Config) { cfg.DialContext, cfg.RootCAs = far, ours.roots() })
	for range 2 { // the second time from memory
		set, err := b.KeysFor(t.Context(), googleShort, "a")
		var mismatch *IssuerMismatchError
		if !errors.As(err, &mismatch) || set != nil {
			t.Errorf("got %v, %v; want an IssuerMismatchError", set, err)
		}
	}
}

func TestServersAreBlamedForWhatTheyAnswer(t *testing.T) {
	for _, c := range []struct {
		err  FetchError
		want bool
	}{
		{FetchError{Cause: causeStatus, Status: 404}, true},
		{FetchError{Cause: causeStatus, Status: 410}, true},
		{FetchError{Cause: causeStatus, Status: 503}, false}, // it may be back soon
		{FetchError{Cause: causeNotJSON}, true},
		{FetchError{Cause: causeOffline}, false}, // nobody asked it
	} {
		if got := c.err.blamesServer(); got != c.want {
			t.Errorf("%s %d: got %t, want %t", c.err.Cause, c.err.Status, got, c.want)
		}
	}
}

func TestMostTellingFailure(t *testing.T) {
	gone, moved := &FetchError{Cause: causeStatus, Status: 410}, &FetchError{Cause: causeStatus, Status: 403}
	lost, html := &FetchError{Cause: causeStatus, Status: 404}, &FetchError{Cause: causeHTML}
	for _, c := range []struct {
		failures []*FetchError
		want     *FetchError
	}{
		{[]*FetchError{lost, gone}, lost},
		{[]*FetchError{lost, moved, gone}, moved},
		{[]*FetchError{gone, html, lost}, html},
	} {
		if got := mostTelling(c.failures); got != c.want {
			t.Errorf("got %v, want %v", got, c.want)
		}
	}
}

func TestGoogleByItsShortName(t *testing.T) {
	ours := newAuthority(t)
	s := ours.site(t, -1, 1, googleShort, "other.example")
	s.serve(configuration, `{"issuer":"https://accounts.google.com","jwks_uri":"https://accounts.google.com/keys"}`)
	s.serve("/keys", keySet("a"))
	far := farAway(map[string]*site{googleShort: s, "other.example": s}, map[string]string{googleShort: "203.0.113.5", "other.example": "203.0.113.6"})
	b := newBench(t, s, func(cfg *Config) { cfg.DialContext, cfg.RootCAs = far, ours.roots() })
	set, err := b.KeysFor(t.Context(), googleShort, "a")
	if err != nil {
		t.Fatal(err)
	}
	if set.Metadata.Issuer != googleIssuer || len(set.Set.Keys) != 1 {
		t.Errorf("got issuer %q and %d keys", set.Metadata.Issuer, len(set.Set.Keys))
	}
	_, err = b.KeysFor(t.Context(), "other.example", "")
	wantFetchError(t, err, causeURL) // no other name is completed
	var mismatch *IssuerMismatchError
	if _, err = b.KeysFor(t.Context(), googleIssuer+configuration, "a"); !errors.As(err, &mismatch) {
		t.Errorf("the URL of Google's metadata as issuer: %v", err)
	}
}
