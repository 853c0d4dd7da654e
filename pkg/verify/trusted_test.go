package verify_test

import (
	"testing"

	"github.com/claimcheck/claimcheck/pkg/verify"
)

// What a token says is worth something if the expected issuer signed it for the
// expected audience, whatever else is wrong with it.
func TestTrusted(t *testing.T) {
	good := claiming(t, goodClaims())
	for name, c := range map[string]struct {
		text    string
		keys    verify.Keys
		policy  func(*verify.Policy)
		trusted bool
	}{
		"accepted":                      {text: good, trusted: true},
		"expired":                       {text: claiming(t, goodClaims().with("exp", "1")), trusted: true},
		"not yet valid":                 {text: claiming(t, goodClaims().with("nbf", "1700000000")), trusted: true},
		"no subject of the right type":  {text: claiming(t, goodClaims().with("sub", "1")), trusted: true},
		"a claim is refused":            {text: good, policy: func(p *verify.Policy) { p.Scopes = []string{"admin"} }, trusted: true},
		"every warning is refused":      {text: claiming(t, goodClaims().with("exp", "1600000300000")), policy: func(p *verify.Policy) { p.Strict = true }, trusted: true},
		"no audience expected":          {text: claiming(t, goodClaims().without("aud")), policy: func(p *verify.Policy) { p.Audiences, p.AnyAudience = nil, true }, trusted: true},
		"another audience":              {text: claiming(t, goodClaims().with("aud", `"other"`))},
		"another issuer":                {text: claiming(t, goodClaims().with("iss", `"https://other.example"`))},
		"another issuer, and expired":   {text: claiming(t, goodClaims().with("iss", `"https://other.example"`).with("exp", "1"))},
		"another audience, and expired": {text: claiming(t, goodClaims().with("aud", `"other"`).with("exp", "1"))},
		"a changed signature":           {text: good[:len(good)-4] + "AAAA"},
		"no key for it":                 {text: good, keys: trust(t, "rsa")},
		"the algorithm is not allowed":  {text: good, policy: func(p *verify.Policy) { p.Algorithms = []string{"ES256"} }},
		"unsigned":                      {text: encode(`{"alg":"none"}`) + "." + encode(goodClaims().String()) + "."},
		"no token":                      {text: "opaque"},
	} {
		t.Run(name, func(t *testing.T) {
			keys, policy := c.keys, goodPolicy()
			if keys == nil {
				keys = everyKey(t)
			}
			if c.policy != nil {
				c.policy(&policy)
			}
			if r := examine(c.text, keys, policy); r.Trusted != c.trusted {
				t.Errorf("got %v: accepted=%t %s", r.Trusted, r.Accepted, r.Reason)
			}
		})
	}
	if new(verify.Report).Trusted {
		t.Error("a report of nothing is trusted")
	}
}

// A token of a program is distinguished from a user's by the claims alone.
func TestOfProgram(t *testing.T) {
	user := goodClaims().with("sub", `"ada"`)
	for name, c := range map[string]struct {
		claims object
		kind   verify.Kind
		want   bool
	}{
		"a user, no client":                  {claims: user},
		"a user at a client":                 {claims: user.with("client_id", `"web"`)},
		"a client is its own subject":        {claims: user.with("client_id", `"ada"`), want: true},
		"the same by azp":                    {claims: user.with("azp", `"ada"`), want: true},
		"the same by cid":                    {claims: user.with("cid", `"ada"`), want: true},
		"the same by appid":                  {claims: user.with("appid", `"ada"`), want: true},
		"a client and no subject":            {claims: goodClaims().without("sub").with("client_id", `"web"`), want: true},
		"neither subject nor client":         {claims: goodClaims().without("sub")},
		"a client that is empty":             {claims: goodClaims().with("sub", `""`).with("client_id", `""`)},
		"Authgear's subject of a client":     {claims: user.with("sub", `"client_id_web"`).with("client_id", `"web"`), want: true},
		"Auth0's":                            {claims: user.with("sub", `"web@clients"`).with("azp", `"web"`), want: true},
		"Auth0's, of another client":         {claims: user.with("sub", `"web@clients"`).with("azp", `"other"`)},
		"Auth0's grant":                      {claims: user.with("gty", `"client-credentials"`), want: true},
		"another grant":                      {claims: user.with("gty", `"password"`)},
		"a service account of Keycloak":      {claims: user.with("preferred_username", `"service-account-web"`), want: true},
		"a user with a name":                 {claims: user.with("preferred_username", `"ada"`)},
		"a service account of Kubernetes":    {claims: user.with("sub", `"system:serviceaccount:ns:name"`), want: true},
		"somebody signed in":                 {claims: user.with("client_id", `"ada"`).with("auth_time", "1600000000")},
		"an ID token":                        {claims: user.with("azp", `"ada"`).with("nonce", `"n"`), kind: verify.KindID},
		"a client that is not a string":      {claims: goodClaims().without("sub").with("client_id", "7")},
		"a second client, which is the same": {claims: user.with("client_id", `"web"`).with("azp", `"ada"`), want: true},
	} {
		t.Run(name, func(t *testing.T) {
			policy := goodPolicy()
			policy.Kind = c.kind
			if r := examine(claiming(t, c.claims), everyKey(t), policy); r.OfProgram() != c.want {
				t.Errorf("got %v of a token of the kind %q: %s", r.OfProgram(), r.Kind, c.claims)
			}
		})
	}
}
