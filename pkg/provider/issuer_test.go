package provider

import "testing"

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
}
