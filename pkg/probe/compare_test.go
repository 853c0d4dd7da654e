package probe

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/pkg/challenge"
	"github.com/claimcheck/claimcheck/pkg/issuertest"
	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

func TestExpectedInWords(t *testing.T) {
	for _, c := range []struct {
		want    want
		refused []int
		words   string
	}{
		{mustChallenge, []int{404}, "401"}, {mustAccept, nil, "not 401 or 403"}, {mustRefuse, nil, "400, 401 or 403"},
		{mustRefuse, []int{404, 401}, "401 or 404"}, {mustRefuse, []int{404}, "404"},
	} {
		if got := c.want.expected(&Config{Refused: c.refused}); got != c.words {
			t.Errorf("of %v: %q, want %q", c.refused, got, c.words)
		}
	}
}

// What an answer proves. An API must not pass because it failed, nor fail because it
// was asked too often; where the good token is refused nothing else proves anything.
func TestJudge(t *testing.T) {
	const good = `Bearer error="invalid_token"`
	for _, c := range []struct {
		name      string
		id        string
		want      want
		code      int
		challenge string // empty for none
		status    verify.Status
		says      string
		over      bool
		problems  int
	}{
		{"no token, asked for one", "no_token", mustChallenge, 401, "Bearer", verify.Passed, "", false, 0},
		{"no token, no challenge", "no_token", mustChallenge, 401, "", verify.Warning, "", false, 1},
		{"no token, let in", "no_token", mustChallenge, 200, "", verify.Failed, "open to anyone", true, 0},
		{"no token, the last code of success", "no_token", mustChallenge, 299, "", verify.Failed, "open to anyone", true, 0},
		{"no token, sent elsewhere", "no_token", mustChallenge, 300, "", Unclear, "neither refused nor answered", true, 0},
		{"no token, forbidden", "no_token", mustChallenge, 403, "", verify.Warning, "not with 401", false, 0},
		{"no token, not found", "no_token", mustChallenge, 404, "", Unclear, "neither refused nor answered", true, 0},

		{"the good token", "control", mustAccept, 200, "", verify.Passed, "", false, 0},
		{"the good token, the last code of success", "control", mustAccept, 299, "", verify.Passed, "", false, 0},
		{"the good token, sent elsewhere", "control", mustAccept, 300, "", verify.Warning, "authenticated, but 300", false, 0},
		{"the good token, not found", "control", mustAccept, 404, "", verify.Warning, "authenticated, but 404", false, 0},
		{"the good token, a bad request", "control", mustAccept, 400, "", verify.Warning, "authenticated, but 400", false, 0},
		{"the good token, refused", "control", mustAccept, 401, "", verify.Failed, "not good for this API", true, 0},
		{"the good token, forbidden", "control", mustAccept, 403, "", verify.Failed, "not good for this API", true, 0},
		{"a token signed anew, refused", "minted_control", mustAccept, 401, good, Unclear, "does not trust this key", true, 0},

		{"bearer in lower case", "x", shouldAccept, 200, "", verify.Passed, "", false, 0},
		{"bearer in lower case, refused", "x", shouldAccept, 401, "", verify.Warning, "case-insensitive", false, 0},
		{"bearer in lower case, forbidden", "x", shouldAccept, 403, "", verify.Warning, "case-insensitive", false, 0},
		{"bearer in lower case, not found", "x", shouldAccept, 404, "", verify.Passed, "", false, 0},
		{"two headers", "x", shouldRefuse, 400, good, verify.Warning, "", false, 1}, // invalid_token requires status 401
		{"two headers, refused as they should be", "x", shouldRefuse, 400, `Bearer error="invalid_request"`, verify.Passed, "", false, 0},
		{"two headers, accepted", "x", shouldRefuse, 200, "", verify.Warning, "which of the two was used", false, 0},

		{"refused", "x", mustRefuse, 401, good, verify.Passed, "", false, 0},
		{"refused without a challenge", "x", mustRefuse, 401, "", verify.Warning, "", false, 1},
		{"refused with a malformed challenge", "x", mustRefuse, 401, `Bearer error="invalid_token`, verify.Warning, "", false, 1},
		{"accepted", "x", mustRefuse, 200, "", verify.Failed, "accepted", false, 0},
		{"not found, behind authentication", "x", mustRefuse, 404, "", verify.Failed, "accepted", false, 0},
		{"too many requests", "x", mustRefuse, 429, "", Unclear, "limits requests", true, 0},
		{"out of service", "x", mustRefuse, 503, "", Unclear, "limits requests", true, 0},
		{"failed", "x", mustRefuse, 500, "", verify.Failed, "the API failed", false, 0},
		{"failed behind a proxy", "x", mustRefuse, 502, "", verify.Failed, "the API failed", false, 0},
		{"a code below those of failure", "x", mustRefuse, 499, "", verify.Failed, "accepted", false, 0},
	} {
		r := &runner{cfg: Config{}, result: &Result{}}
		header := http.Header{}
		if c.challenge != "" {
			header.Set("WWW-Authenticate", c.challenge)
		}
		r.compare(Probe{ID: c.id, want: c.want}, &provider.Response{Status: c.code, Header: header})
		o := r.result.Outcomes[0]
		if o.Status != c.status || !strings.Contains(o.Message, c.says) || (o.Message == "") != (c.says == "") || r.over != c.over || len(o.Problems) != c.problems || o.Code != c.code {
			t.Errorf("%s: %s %q, over %t, %+v", c.name, o.Status, o.Message, r.over, o.Problems)
		}
	}
}

// Only a registered code is shown: another could repeat what was sent.
func TestErrorCodesThatAreShown(t *testing.T) {
	for value, want := range map[string]string{
		`Bearer error="invalid_token"`: "invalid_token", `Bearer error="eyJhbGciOi"`: "", `Bearer`: "", `Basic realm="x", Bearer error="insufficient_scope"`: "insufficient_scope",
	} {
		list, err := challenge.Parse(value)
		if err != nil {
			t.Fatal(err)
		}
		if got := errorCode(list); got != want {
			t.Errorf("%s: %q, want %q", value, got, want)
		}
	}
}

// What is sent, and that the settings are not touched by it.
func TestRequests(t *testing.T) {
	cfg := Config{URL: "https://api.example/orders", Header: http.Header{"X-A": {"b"}}}
	for _, c := range []struct {
		name   string
		url    string
		method string
		probe  Probe
		want   string
	}{
		{"nothing", "", "", Probe{}, "GET https://api.example/orders []"},
		{"a method", "", "POST", Probe{}, "POST https://api.example/orders []"},
		{"a header", "", "", Probe{Secrets: []string{"Bearer a"}}, "GET https://api.example/orders [Bearer a]"},
		{"two headers", "", "", Probe{Secrets: []string{"Bearer a", "Bearer b"}}, "GET https://api.example/orders [Bearer a Bearer b]"},
		{"a query", "", "", Probe{ID: "query", Secrets: []string{"a+b"}}, "GET https://api.example/orders?access_token=a%2Bb []"},
		{"one more parameter", "https://api.example/?x=y", "", Probe{ID: "query", Secrets: []string{"a"}}, "GET https://api.example/?x=y&access_token=a []"},
	} {
		one := cfg
		if one.Method = c.method; c.url != "" {
			one.URL = c.url
		}
		q := (&runner{cfg: one}).request(c.probe)
		if got := q.Method + " " + q.URL + " [" + strings.Join(q.Header["Authorization"], " ") + "]"; got != c.want || q.Header.Get("X-A") != "b" {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if cfg.Header.Get("Authorization") != "" {
			t.Errorf("%s: the settings have the token", c.name)
		}
	}
	if q := (&runner{}).request(Probe{Secrets: []string{"x"}}); q.Header.Get("Authorization") != "x" {
		t.Error("without headers of one's own, no token is sent")
	}
	if q := (&runner{}).request(Probe{}); len(q.Header["Authorization"]) > 0 {
		t.Errorf("without a token, one is sent: %v", q.Header)
	}
}

// What a probe sends is taken out of what comes back; the word Bearer may stay.
func TestScrub(t *testing.T) {
	r := &runner{cfg: Config{Token: "the-good-token"}}
	for _, c := range []struct {
		probe      Probe
		text, want string
	}{
		{Probe{Secrets: []string{"Bearer bad-token"}}, "Bearer bad-token is no the-good-token", "Bearer [token] is no [token]"},
		{Probe{ID: "query", Secrets: []string{"in-the-query"}}, "in-the-query", "[token]"},
		{Probe{}, "Bearer", "Bearer"},
	} {
		if got := r.scrub(c.text, c.probe); got != c.want {
			t.Errorf("%q becomes %q, want %q", c.text, got, c.want)
		}
	}
}

// A run is good if everything was sent and each answer is right, if only with a
// warning.
func TestGood(t *testing.T) {
	for _, c := range []struct {
		statuses []verify.Status
		want     bool
	}{
		{nil, false}, {[]verify.Status{verify.Passed, verify.Passed}, false}, {[]verify.Status{verify.Passed, verify.Passed, verify.Passed}, true}, {[]verify.Status{verify.Passed, verify.Warning, verify.Passed}, true},
		{[]verify.Status{verify.Passed, verify.Passed, verify.Failed}, false}, {[]verify.Status{verify.Passed, verify.Passed, Unclear}, false}, {[]verify.Status{verify.Passed, verify.Passed, NotSent}, false},
	} {
		r := Result{}
		for _, s := range c.statuses {
			r.Outcomes = append(r.Outcomes, Outcome{Status: s})
		}
		if r.Good() != c.want {
			t.Errorf("%q: good %t", c.statuses, r.Good())
		}
	}
}

func minted(t *testing.T, algorithm string) (*issuertest.Minter, string) {
	t.Helper()
	m, err := issuertest.NewMinter(issuertest.Minter{Algorithm: algorithm, Now: func() time.Time { return time.Unix(1_600_000_000, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	text, err := m.Mint(issuertest.Token{})
	if err != nil {
		t.Fatal(err)
	}
	return m, text
}

// HS256 is tried with the key that the token names, as a careless verifier would.
func TestKeyThatIsTakenAsSecret(t *testing.T) {
	m, named := minted(t, "ES256")
	other, _ := minted(t, "Ed25519")
	both := append(slices.Clone(other.JWKS().Get("keys").Items()), m.JWKS().Get("keys").Items()...)
	set, err := jwks.Parse([]byte(`{"keys":` + strictjson.From(both).String() + `}`))
	if err != nil {
		t.Fatal(err)
	}
	header, rest, _ := strings.Cut(named, ".")
	unnamed := encode(strictjson.From([]strictjson.Member{{Name: "alg", Value: strictjson.From("ES256")}})) + "." + rest
	for _, c := range []struct {
		name, text string
		keys       *jwks.Set
		want       int // its position; 0 for none
	}{
		{"the one that is named", named, set, 2},
		{"the first, where none is named", unnamed, set, 1},
		{"the first, where none has that name", header + "." + rest, set.WithKeyID(other.Key.ID), 1},
		{"none in an empty set", named, &jwks.Set{}, 0},
		{"none without a set", named, nil, 0},
	} {
		b := &builder{cfg: Config{Keys: c.keys}, token: token.Parse(c.text)}
		key := b.publicKey()
		if (key == nil) != (c.want == 0) || key != nil && key.Position != c.want {
			t.Errorf("%s: %+v", c.name, key)
		}
	}
}

// A stranger signs as the issuer does, or by RS256 where nobody here can.
func TestAlgorithmOfTheStranger(t *testing.T) {
	_, byKey := minted(t, "ES256")
	_, rest, _ := strings.Cut(byKey, ".")
	by := func(alg string) string {
		return encode(strictjson.From([]strictjson.Member{{Name: "alg", Value: strictjson.From(alg)}})) + "." + rest
	}
	for text, want := range map[string]string{byKey: "ES256", by("HS256"): "HS256", by("ES256K"): "RS256"} {
		b := &builder{cfg: Config{Now: func() time.Time { return time.Unix(1_600_000_000, 0) }}, token: token.Parse(text)}
		b.claims = b.token.UnverifiedClaims()
		if err := b.stranger(); err != nil {
			t.Fatal(err)
		}
		raw := strings.TrimPrefix(b.probes[0].Secrets[0], "Bearer ")
		if got := token.Parse(raw).Algorithm(); got != want {
			t.Errorf("signed by %s, want %s", got, want)
		}
	}
}

// A scope and a fresh login are demanded only where the caller says so.
func TestDemandsThatAreNotEverybodys(t *testing.T) {
	ids := func(cfg Config) string {
		cfg.Now = func() time.Time { return time.Unix(1_600_000_000, 0) }
		var list []string
		for _, v := range (&builder{cfg: cfg}).wrong() {
			list = append(list, v.id)
		}
		return strings.Join(list, " ")
	}
	const usual = "unknown_crit expired no_expiry not_yet_valid wrong_audience wrong_issuer"
	for _, c := range []struct {
		cfg  Config
		want string
	}{
		{Config{}, usual}, {Config{Scope: "a"}, usual + " missing_scope"}, {Config{MaxAge: time.Second}, usual + " stale_login"},
	} {
		if got := ids(c.cfg); got != c.want {
			t.Errorf("%+v: %s, want %s", c.cfg, got, c.want)
		}
	}
}

// One bit of a signature is changed, and only one.
func TestFlip(t *testing.T) {
	for text, want := range map[string]string{"AQID": "AAID", "gAA": "gQA", "": "AA", "!": "AA"} {
		if got := flip(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

// TestProbesAsJSON: encoding a probe does not reveal what it sends.
func TestProbesAsJSON(t *testing.T) {
	text, err := json.Marshal(Probe{ID: "control", Secrets: []string{"Bearer the-good-token"}})
	if err != nil || strings.Contains(string(text), "the-good-token") || !strings.Contains(string(text), "control") {
		t.Errorf("%s, %v", text, err)
	}
}
