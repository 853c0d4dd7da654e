package cmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/verify"
)

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
	case verify.DemandMissing:
		if slices.ContainsFunc(d.Names, func(name string) bool { return strings.Contains(name, ",") }) {
			return hint{advice: "what is demanded is compared as it stands: repeat the flag for each"}
		}
	case verify.OtherParty:
		if h.retry.path == "claimcheck introspect" {
			return hint{} // there --client-id says who asks
		}
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
		return hint{advice: "ask the issuer for tokens that expire: one that never does cannot be taken back"}
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
	switch {
	case c.ID == verify.CheckAudience:
		return hint{advice: advice + "; if it is the one you mean", command: h.retry.with("audience", d.Found)}
	case h.keySet != "": // found there by metadata that agrees with what was wanted
		return hint{
			advice:  advice + "; the issuer's own metadata agrees with what was wanted, so it is the token that is wrong; to take it all the same",
			command: h.retry.with("issuer", d.Found, "jwks", h.keySet),
		}
	default:
		return hint{advice: advice + "; if it is the one you mean", command: h.retry.with("issuer", d.Found)}
	}
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
