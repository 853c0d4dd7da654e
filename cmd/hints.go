package cmd

import (
	"fmt"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/pkg/output"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// A hinter puts a diagnosis, which is data, into advice with flags and, where a
// command helps, with the whole command line. Nothing that a token says gets
// into a flag of trust unless the token's signature has verified.
type hinter struct {
	meant     string // what may have been meant in place of a token, or empty
	retry     retryCommand
	verified  bool     // the signature
	issuer    string   // that was demanded, or empty
	audiences []string // that were demanded
	source    string   // where the keys came from, or empty
	publishes bool     // the keys are the issuer's own, not a local file
	single    bool     // what is trusted is one key
	wantsID   bool     // an ID token was asked for
}

// A hint is what can be done about a check: advice and, where one helps, a whole
// command line that can be copied as it is.
type hint struct{ advice, command string }

func (h hint) String() string {
	if h.command == "" {
		return h.advice
	}
	return h.advice + ": " + h.command
}

// note is the hint as a report for people has it, its command aside.
func (h hint) note() []output.Span {
	switch {
	case h.advice == "":
		return nil
	case h.command != "":
		return []output.Span{output.Strong.Span("hint: " + h.advice + ":")}
	default:
		return []output.Span{output.Strong.Span("hint: " + h.advice)}
	}
}

// hint returns the hint of a check, empty if there is none: what is known of the
// issuer and advice for the case.
func (h hinter) hint(c verify.Check) hint {
	var found hint
	if c.Diagnosis != nil {
		found = h.advise(c, c.Diagnosis)
	}
	switch {
	case found.advice == "":
		found.advice = c.Fact
	case c.Fact != "":
		found.advice = c.Fact + "; " + found.advice
	}
	return found
}

func (h hinter) advise(c verify.Check, d *verify.Diagnosis) hint {
	for _, room := range []func(verify.Check, *verify.Diagnosis) string{h.formAdvice, h.keyAdvice} {
		if advice := room(c, d); advice != "" {
			return hint{advice: advice}
		}
	}
	if found := h.identityAdvice(c, d); found.advice != "" {
		return found
	}
	return h.timeAdvice(c, d)
}

// formAdvice is about texts that are no JWT.
func (h hinter) formAdvice(_ verify.Check, d *verify.Diagnosis) string {
	if h.meant != "" && (d.Kind == verify.OpaqueToken || d.Kind == verify.NoToken) {
		return h.meant
	}
	switch d.Kind {
	case verify.OpaqueToken:
		return "this is an opaque reference token: ask the issuer with claimcheck introspect; on Authgear, turn on 'Issue JWT as access token'"
	case verify.NoToken:
		return "give the token itself, @FILE, env:NAME, or - for stdin"
	case verify.EncryptedToken:
		return "it is encrypted for its audience: only who has the private key can read it"
	case verify.JSONSerialisation:
		return "ask for the compact serialisation: three base64url segments joined by dots"
	case verify.TruncatedToken:
		return "part of the token seems to be missing, shortened with dots, or doubled: copy exactly the whole of it"
	case verify.WhiteSpace:
		return "the token was broken by white space: copy it as one line, without blanks"
	case verify.PaddedBase64:
		return "padded base64 is not allowed in a JWT; AWS load balancers (ALB) make such tokens in x-amzn-oidc-data"
	case verify.Unsigned:
		return "anybody can write an unsigned token: refuse it, whatever it says"
	}
	return ""
}

// keyAdvice is about algorithms and keys.
func (h hinter) keyAdvice(_ verify.Check, d *verify.Diagnosis) string {
	switch d.Kind {
	case verify.SecretNeeded:
		if h.publishes {
			return "verify it with the application's secret, --secret @FILE, if the application is set to " + d.Found +
				"; if it is not, somebody forged the token"
		}
		return "verify it with the application's secret, --secret @FILE; public keys cannot verify " + d.Found
	case verify.PublicKeyNeeded:
		return "verify it with the issuer's public keys: --issuer, --jwks or --key"
	case verify.ShortSecret:
		return "is it the right secret, and is --secret-encoding right?"
	case verify.AlgorithmExcluded:
		return "if the issuer really uses it, name it with --alg"
	case verify.KeyIDUnknown:
		return h.unknownKeyAdvice()
	case verify.KeyOfOtherType:
		if h.single {
			return "is it the key of the token's issuer?"
		}
		return "is the key set that of the token's issuer?"
	case verify.SignedByOtherKey:
		return "the header and the key set contradict each other: that is for the issuer to mend"
	case verify.OtherSecret:
		return "is it the right secret, and is --secret-encoding right?"
	case verify.Tampered:
		return "the token was changed after it was signed, or the keys belong to another issuer"
	}
	return ""
}

func (h hinter) unknownKeyAdvice() string {
	advice := "is the token from another environment, or was its key withdrawn?"
	if h.source != "" {
		advice += " the keys are from " + h.source
	}
	return advice
}

// identityAdvice is about who issued the token and for whom.
func (h hinter) identityAdvice(c verify.Check, d *verify.Diagnosis) hint {
	switch d.Kind {
	case verify.DifferentCase:
		return h.sameAfterAll(c, d, "the two differ in letter case only"+pointAt(d))
	case verify.DifferentSlash:
		return h.sameAfterAll(c, d, "the two differ in a trailing slash only: "+slashOwner(d))
	case verify.DifferentScheme:
		return hint{advice: "the two differ in http and https only" + pointAt(d)}
	case verify.DifferentPort:
		return hint{advice: "the two differ in the port only" + pointAt(d)}
	case verify.IssuerTemplate:
		return hint{advice: "one of the two is the template for every tenant: {tenantid} stands for the tenant's GUID"}
	case verify.DifferentHost:
		return hint{advice: "this token comes from another environment or issuer: " + d.Found}
	case verify.DifferentValue:
		return h.differentAdvice(c, d)
	case verify.AudienceIsIssuer:
		return h.endpointAdvice(d)
	case verify.AudienceIsClient:
		return h.otherAudience("this looks like an ID token, not an access token: it is for the client, not for an API", d)
	case verify.ClientAsAudience:
		return hint{
			advice:  d.Wanted + " is the client that the token was issued to, not whom it is for",
			command: h.retry.with("audience", h.trusted(first(d.Names), "<the audience>"), "client-id", d.Wanted),
		}
	case verify.ClientInsteadOfAudience:
		return hint{
			advice:  "it names a client in place of an audience",
			command: h.retry.with("-audience", "", "any-audience", "", "client-id", h.trusted(d.Found, "<your client id>")),
		}
	case verify.OtherParty:
		return hint{advice: "if that is your client, say so: --client-id " + shellWord(h.trusted(d.Found, "<your client id>"))}
	case verify.ClaimMissing:
		return missingAdvice(c)
	}
	return hint{}
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

func missingAdvice(c verify.Check) hint {
	switch c.ID {
	case verify.CheckAccessHash:
		return hint{advice: "at_hash is optional in the authorization code flow: the issuer may never send it"}
	case verify.CheckAuthTime:
		return hint{advice: "ask for it in the authorization request, with max_age or claims; access tokens often lack it, so use the ID token"}
	case verify.CheckAudience:
		return hint{advice: "it is for nobody in particular; where that is meant to be so, say --any-audience"}
	case verify.CheckExpiry:
		return hint{advice: "ask the issuer for tokens that expire: nobody can take one back that does not"}
	case verify.CheckNonce:
		return hint{advice: "the nonce of the authorization request comes back in the ID token of that login only: is this one from a refresh, or an access token?"}
	}
	return hint{}
}

// differentAdvice is for an issuer or an audience that is just another one.
func (h hinter) differentAdvice(c verify.Check, d *verify.Diagnosis) hint {
	switch {
	case c.ID != verify.CheckAudience && d.Found == "":
		return hint{}
	case c.ID != verify.CheckAudience:
		return hint{advice: "this token comes from " + d.Found + pointAt(d)}
	}
	for _, wanted := range h.audiences {
		if strings.Contains(wanted, ",") {
			return hint{advice: "an audience is compared as it stands: repeat --audience for each"}
		}
		if strings.TrimSpace(wanted) != wanted {
			return hint{advice: "the audience that was demanded has a blank at its end or beginning"}
		}
	}
	advice := "ask for a token for your API"
	if h.wantsID {
		advice = "the ID token was issued to another client"
	}
	return h.otherAudience(advice, d)
}

// otherAudience offers to demand the audience that the token has.
func (h hinter) otherAudience(advice string, d *verify.Diagnosis) hint {
	switch {
	case len(d.Names) == 0:
		return hint{advice: advice}
	case h.verified && len(d.Names) == 1 && copyable(d.Names[0]):
		return hint{advice: advice + "; or, if that audience is yours", command: h.retry.with("audience", d.Names[0])}
	default:
		return hint{advice: advice + "; or demand the audience that the token has, if that is you"}
	}
}

// sameAfterAll adds the command for when the two are meant to be one.
func (h hinter) sameAfterAll(c verify.Check, d *verify.Diagnosis, advice string) hint {
	if !h.verified || !copyable(d.Found) {
		return hint{advice: advice}
	}
	flag := "issuer"
	if c.ID == verify.CheckAudience {
		flag = "audience"
	}
	return hint{advice: advice + "; if it is the one you mean", command: h.retry.with(flag, d.Found)}
}

// endpointAdvice is for access tokens whose audience is the issuer itself and
// that name the client in a claim of its own, as Authgear's do. Both values are
// the user's own.
func (h hinter) endpointAdvice(d *verify.Diagnosis) hint {
	endpoint := "<the endpoint>"
	if d.Found == h.issuer {
		endpoint = h.issuer
	}
	return hint{
		advice:  "this is an access token whose audience is the issuer, and " + d.Wanted + " is its client",
		command: h.retry.with("audience", endpoint, "client-id", d.Wanted),
	}
}

// trusted is what the token says, if its signature has verified.
func (h hinter) trusted(found, placeholder string) string {
	if h.verified && copyable(found) {
		return found
	}
	return placeholder
}

// timeAdvice is about clocks and logins.
func (h hinter) timeAdvice(c verify.Check, d *verify.Diagnosis) hint {
	switch d.Kind {
	case verify.ClockSkew:
		return hint{
			advice:  fmt.Sprintf("only by %s: the clocks may differ", output.FormatDuration(d.By)),
			command: h.retry.with("leeway", enoughLeeway(d.By)),
		}
	case verify.Milliseconds:
		return hint{advice: "it looks like milliseconds: a JWT counts in seconds"}
	case verify.ExpiredToken:
		return hint{advice: "get a new token; to judge the rest as of an earlier time, use --at"}
	case verify.ReauthenticationNeeded:
		return h.reauthenticationAdvice(c, d)
	}
	return hint{}
}

// enoughLeeway is a round one that still is enough when the command is typed.
func enoughLeeway(by time.Duration) string {
	const typing = 20 * time.Second
	for _, enough := range []time.Duration{30 * time.Second, time.Minute} {
		if by+typing <= enough {
			return output.FormatDuration(enough)
		}
	}
	return "2m"
}

func (h hinter) reauthenticationAdvice(c verify.Check, d *verify.Diagnosis) hint {
	switch {
	case c.ID == verify.CheckACR:
		return hint{advice: "let the user sign in again with acr_values=" + strings.Join(d.Names, " ")}
	case d.Found != "":
		return hint{advice: "the issuer's clock or its claim is wrong: let the user sign in again"}
	case h.retry.path == "claimcheck auth-age":
		return hint{advice: "let the user sign in again, with max_age and prompt=login"}
	default:
		return hint{advice: "let the user sign in again, with max_age and prompt=login; claimcheck auth-age tells the whole request"}
	}
}

// pointAt says where two identifiers begin to differ.
func pointAt(d *verify.Diagnosis) string {
	at := verify.FirstDifference(d.Wanted, d.Found)
	if at >= len(d.Wanted) || at >= len(d.Found) {
		return ""
	}
	return fmt.Sprintf(": wanted …%s, found …%s (character %d)", around(d.Wanted, at), around(d.Found, at), at+1)
}

func around(s string, at int) string {
	const span = 12
	return fmt.Sprintf("%q", s[at:min(len(s), at+span)])
}

func slashOwner(d *verify.Diagnosis) string {
	if strings.HasSuffix(d.Found, "/") {
		return "what was found has it, what was wanted does not"
	}
	return "what was wanted has it, what was found does not"
}
