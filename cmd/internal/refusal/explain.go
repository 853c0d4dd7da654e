package refusal

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/cmd/internal/exchange"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// A Status says what a clue means.
type Status string

// The statuses.
const (
	Failed  Status = "failed"  // it keeps the token from being accepted, by itself
	Warning Status = "warning" // it may be the cause
	Shown   Status = "shown"   // what the token says
)

// A Clue is something that the request or its token shows.
type Clue struct {
	ID      string    `json:"id"`
	Status  Status    `json:"status"`
	Message string    `json:"message"`
	Time    time.Time `json:"-"` // what the message is about, or zero
	// Explains reports that this is what the API complains about.
	Explains bool `json:"explains,omitzero"`
}

// An Explanation is a complaint with what the token shows.
type Explanation struct {
	Complaint  Complaint
	Credential Credential
	Token      *token.Token // nil if the request has no token
	Kind       verify.Kind  // of the token
	At         time.Time    // the time at which the token was checked
	Clues      []Clue       // failures first
}

// Explain puts an answer and the token of its request side by side. at is the
// time at which the API answered.
func Explain(e *exchange.Exchange, credential Credential, at time.Time) Explanation {
	x := Explanation{Complaint: Read(without(e, credential.Token), credential.Token != ""), Credential: credential, At: at}
	x.Clues = append(x.Clues, credential.Faults...)
	if credential.Token != "" && !strings.EqualFold(credential.Scheme, "Basic") {
		x.Token = token.Parse(credential.Token)
		x.Kind = verify.Classify(x.Token)
		x.form()
		if claims := x.Token.UnverifiedClaims(); claims.Exists() {
			x.algorithm()
			x.times(claims)
			x.kind()
			x.identity(claims)
		}
	}
	for i := range x.Clues {
		x.Clues[i].Explains = x.explains(x.Clues[i])
	}
	slices.SortStableFunc(x.Clues, func(a, b Clue) int { return rank(a) - rank(b) })
	return x
}

// without is an answer that does not repeat the token, as some do.
func without(e *exchange.Exchange, secret string) *exchange.Exchange {
	if secret == "" {
		return e
	}
	own := *e
	own.Body = strings.ReplaceAll(e.Body, secret, "[token]")
	own.Response = e.Response.Clone()
	for _, values := range own.Response {
		for i := range values {
			values[i] = strings.ReplaceAll(values[i], secret, "[token]")
		}
	}
	return &own
}

func rank(c Clue) int {
	if c.Explains {
		return -1
	}
	return slices.Index([]Status{Failed, Warning, Shown}, c.Status)
}

// Explained reports whether the token shows what the API complains about.
func (x *Explanation) Explained() bool {
	return slices.ContainsFunc(x.Clues, func(c Clue) bool { return c.Explains })
}

// explains reports whether the API complains about a clue. If an API says only that
// the token is invalid, every failure explains it.
func (x *Explanation) explains(c Clue) bool {
	of := map[Reason][]string{
		Missing:   {"scheme", "authorization_header", "placeholder"},
		Malformed: {"form", "scheme", "authorization_header", "placeholder", "quotes"},
		Algorithm: {"algorithm"},
		Key:       {"algorithm"},
		Signature: {"form"},
		Expired:   {"expiry"},
		NotYet:    {"not_before"},
		Audience:  {"audience", "kind"},
		Issuer:    {"issuer"},
		Claim:     {"kind"},
		Scope:     {"scope", "kind"},
		StepUp:    {"auth_time"},
		DPoP:      {"dpop"},
		Invalid:   {"form", "scheme", "authorization_header", "placeholder", "quotes", "algorithm", "expiry", "not_before", "kind", "dpop", "scope"},
	}
	return c.Status != Shown && slices.Contains(of[x.Complaint.Reason], c.ID)
}

func (x *Explanation) say(id string, status Status, format string, args ...any) {
	x.Clues = append(x.Clues, Clue{ID: id, Status: status, Message: fmt.Sprintf(format, args...)})
}

// form says what the token is, where that is not a JWT.
func (x *Explanation) form() {
	switch x.Token.Form() {
	case token.FormJWT:
	case token.FormOpaque:
		x.say("form", Warning, "it is opaque, not a JWT: an API that verifies JWTs cannot read it")
	case token.FormJWE:
		x.say("form", Warning, "it is encrypted (JWE): only its audience can read it")
	default:
		x.say("form", Failed, "it is not a well-formed JWT: %s", shorten(x.Token.Faults()[0].Text))
	}
}

func (x *Explanation) algorithm() {
	switch alg := x.Token.Algorithm(); {
	case strings.EqualFold(alg, "none"):
		x.say("algorithm", Failed, "alg is %q: it is not signed, and no API may accept it", alg)
	case strings.HasPrefix(alg, "HS"):
		x.say("algorithm", Warning, "alg is %s: signed with a shared secret, which an API that trusts public keys refuses", alg)
	}
	if typ, _ := x.Token.Header().Get("typ").Text(); x.Complaint.Reason == DPoP || strings.EqualFold(typ, "dpop+jwt") {
		x.dpop(typ)
	}
}

// dpop compares how the token is bound with how it was sent (RFC 9449).
func (x *Explanation) dpop(typ string) {
	bound := x.Token.UnverifiedClaims().Get("cnf").Get("jkt").Exists()
	switch {
	case typ == "dpop+jwt":
		x.say("dpop", Failed, "this is a DPoP proof, not an access token: it belongs in the DPoP header")
	case bound && !strings.EqualFold(x.Credential.Scheme, "DPoP"):
		x.say("dpop", Failed, "it is bound to a key (cnf.jkt), but was sent as %s: send it as DPoP, with a proof", x.Credential.Scheme)
	case !bound:
		x.say("dpop", Failed, "it is not bound to a key (no cnf.jkt): the API requires a token that was requested with DPoP")
	}
}

func (x *Explanation) times(claims strictjson.Value) {
	exp, ok := verify.NumericDate(claims.Get("exp"))
	switch {
	case !claims.Get("exp").Exists():
		x.say("expiry", Warning, "no exp: most APIs refuse a token that does not expire")
	case !ok:
		x.say("expiry", Failed, "exp is not a time: %s", shorten(claims.Get("exp").String()))
	case !x.At.Before(exp):
		x.timed("expiry", Failed, "expired", exp)
	default:
		x.timed("expiry", Shown, "expires", exp)
	}
	if nbf, ok := verify.NumericDate(claims.Get("nbf")); ok && x.At.Before(nbf) {
		x.timed("not_before", Failed, "not valid before", nbf)
	}
	if iat, ok := verify.NumericDate(claims.Get("iat")); ok && x.At.Before(iat) {
		x.timed("not_before", Warning, "issued in the future:", iat)
	}
	if x.Complaint.Reason != StepUp {
		return
	}
	if signedIn, ok := verify.NumericDate(claims.Get("auth_time")); ok {
		x.timed("auth_time", Failed, "the user signed in", signedIn)
	} else {
		x.say("auth_time", Failed, "no auth_time: the token does not say when the user signed in")
	}
}

func (x *Explanation) timed(id string, status Status, words string, at time.Time) {
	x.Clues = append(x.Clues, Clue{ID: id, Status: status, Message: words + " " + at.UTC().Format("2006-01-02 15:04:05 UTC"), Time: at})
}

// kind says where the token is not one for APIs.
func (x *Explanation) kind() {
	switch x.Kind {
	case verify.KindID:
		x.say("kind", Failed, "it is an ID token, which is for the client; an API expects the access token")
	case verify.KindLogout:
		x.say("kind", Failed, "it is a logout token; an API expects the access token")
	}
}

// identity shows whom the token is from and for, and what it permits.
func (x *Explanation) identity(claims strictjson.Value) {
	var issuers []string
	if iss, ok := claims.Get("iss").Text(); ok {
		issuers = []string{iss}
	}
	x.compare("issuer", Issuer, issuers, "no iss: the token does not say who issued it")
	x.compare("audience", Audience, claims.Get("aud").Texts(), "no aud: the token names no audience")
	x.scope(claims)
	for _, name := range []string{"azp", "client_id", "cid", "appid"} {
		if client, ok := claims.Get(name).Text(); ok {
			x.say("client", Shown, "%s", client)
			break
		}
	}
}

// compare adds what the token contains and, if the complaint is about that, what the
// API expects.
func (x *Explanation) compare(id string, about Reason, values []string, absent string) {
	text, expected := strings.Join(values, ", "), x.Complaint.Expected
	switch {
	case values == nil:
		x.say(id, Failed, "%s", absent)
	case x.Complaint.Reason == about && expected != "" && !slices.Contains(values, expected):
		x.say(id, Failed, "%s (the API expects %s)", text, expected)
	default:
		x.say(id, Shown, "%s", text)
	}
}

// scope compares what the challenge asks for with what the token has (RFC 6750
// section 3.1).
func (x *Explanation) scope(claims strictjson.Value) {
	has := verify.Scopes(claims)
	missing := slices.DeleteFunc(strings.Fields(x.Complaint.Param("scope")), func(word string) bool { return slices.Contains(has, word) })
	switch {
	case len(missing) > 0 && (x.Complaint.Reason == Scope || x.Complaint.Reason == Denied):
		x.say("scope", Failed, "%s (missing: %s)", cmp.Or(strings.Join(has, " "), "none"), strings.Join(missing, " "))
	case len(has) > 0:
		x.say("scope", Shown, "%s", strings.Join(has, " "))
	case x.Complaint.Reason == Scope:
		x.say("scope", Failed, "no scope or scp claim")
	}
}
