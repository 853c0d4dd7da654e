package cmd

import (
	"fmt"
	"strings"
	"time"

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
}

// hint returns what can be done about a check, or an empty string: advice for
// the case and what is known of the issuer.
func (h hinter) hint(c verify.Check) string {
	advice := ""
	if c.Diagnosis != nil {
		advice = h.advice(c, c.Diagnosis)
	}
	switch {
	case advice == "":
		return c.Fact
	case c.Fact == "":
		return advice
	default:
		return advice + "; " + c.Fact
	}
}

func (h hinter) advice(c verify.Check, d *verify.Diagnosis) string {
	for _, room := range []func(verify.Check, *verify.Diagnosis) string{h.formAdvice, h.keyAdvice, h.identityAdvice, h.timeAdvice} {
		if advice := room(c, d); advice != "" {
			return advice
		}
	}
	return ""
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
				"; the issuer publishes public keys, so it may be that somebody forged the token"
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
		return "is the key set that of the token's issuer?"
	case verify.SignedByOtherKey:
		return "the issuer signs with one key and names another: its kid is wrong"
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
func (h hinter) identityAdvice(c verify.Check, d *verify.Diagnosis) string {
	switch d.Kind {
	case verify.DifferentCase:
		return "the two differ in letter case only" + pointAt(d) + h.sameAfterAll(c, d)
	case verify.DifferentSlash:
		return "the two differ in a trailing slash only: " + slashOwner(d) + h.sameAfterAll(c, d)
	case verify.DifferentScheme:
		return "the two differ in http and https only" + pointAt(d)
	case verify.DifferentPort:
		return "the two differ in the port only" + pointAt(d)
	case verify.IssuerTemplate:
		return "one of the two is the template for every tenant: {tenantid} stands for the tenant's GUID"
	case verify.DifferentHost:
		return "this token comes from another environment or issuer: " + d.Found
	case verify.DifferentValue:
		if d.Wanted != "" {
			return "this token comes from " + d.Found + pointAt(d)
		}
		return h.audienceAdvice(d)
	case verify.AudienceIsIssuer:
		return h.endpointAdvice(d)
	case verify.AudienceIsClient:
		return "this looks like an ID token, not an access token: it is for the client, not for an API"
	case verify.ClientInsteadOfAudience:
		return "it names a client in place of an audience: " + h.retry.with("-audience", "", "any-audience", "", "client-id", h.trusted(d.Found, "<your client id>"))
	case verify.OtherParty:
		return "if that is your client, say so: --client-id " + shellWord(h.trusted(d.Found, "<your client id>"))
	case verify.ClaimMissing:
		if c.ID == verify.CheckAccessHash {
			return "at_hash is optional in the authorization code flow: the issuer may never send it"
		}
	}
	return ""
}

// audienceAdvice is for an audience that is just another one.
func (h hinter) audienceAdvice(d *verify.Diagnosis) string {
	for _, wanted := range h.audiences {
		if strings.Contains(wanted, ",") {
			return "an audience is compared as it stands: repeat --audience for each"
		}
		if strings.TrimSpace(wanted) != wanted {
			return "the audience that was demanded has a blank at its end or beginning"
		}
	}
	if h.verified && len(d.Names) == 1 && copyable(d.Names[0]) {
		return "ask for a token for your API; or, if that audience is yours: " + h.retry.with("audience", d.Names[0])
	}
	return "ask for a token for your API; or demand the audience that the token has, if that is you"
}

// sameAfterAll is the command for when the two are meant to be one.
func (h hinter) sameAfterAll(c verify.Check, d *verify.Diagnosis) string {
	if !h.verified || !copyable(d.Found) {
		return ""
	}
	flag := "issuer"
	if c.ID == verify.CheckAudience {
		flag = "audience"
	}
	return "; if it is the one you mean: " + h.retry.with(flag, d.Found)
}

// endpointAdvice is for access tokens whose audience is the issuer itself and
// that name the client in a claim of its own, as Authgear's do. Both values are
// the user's own.
func (h hinter) endpointAdvice(d *verify.Diagnosis) string {
	endpoint := "<the endpoint>"
	if d.Found == h.issuer {
		endpoint = h.issuer
	}
	return "this is an access token whose audience is the issuer, and " + d.Wanted + " is its client: " +
		h.retry.with("audience", endpoint, "client-id", d.Wanted)
}

// trusted is what the token says, if its signature has verified.
func (h hinter) trusted(found, placeholder string) string {
	if h.verified && copyable(found) {
		return found
	}
	return placeholder
}

// timeAdvice is about clocks and logins.
func (h hinter) timeAdvice(c verify.Check, d *verify.Diagnosis) string {
	switch d.Kind {
	case verify.ClockSkew:
		by := (d.By + time.Second - 1).Truncate(time.Second)
		return fmt.Sprintf("only by %s: the clocks may differ; %s", by, h.retry.with("leeway", (by+time.Second).String()))
	case verify.Milliseconds:
		return "it looks like milliseconds: a JWT counts in seconds"
	case verify.ExpiredToken:
		return "get a new token; to judge the rest as of an earlier time, use --at"
	case verify.ReauthenticationNeeded:
		return reauthenticationAdvice(c, d)
	}
	return ""
}

func reauthenticationAdvice(c verify.Check, d *verify.Diagnosis) string {
	switch {
	case c.ID == verify.CheckACR:
		return "let the user sign in again with acr_values=" + strings.Join(d.Names, " ")
	case strings.Contains(d.Found, "missing"):
		return "ask for it in the authorization request, with max_age or claims; on Authgear every user token has it"
	case strings.Contains(d.Found, "milliseconds"):
		return "a JWT counts in seconds"
	case d.Found != "":
		return "the issuer's clock or its claim is wrong: let the user sign in again"
	default:
		return "let the user sign in again, with max_age and prompt=login; claimcheck auth-age tells the whole request"
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
