package refusal

import (
	"fmt"

	"github.com/claimcheck/claimcheck/pkg/token"
)

// Title is the complaint in a few words.
func (k Kind) Title() string {
	return map[Kind]string{
		Missing: "no token", Malformed: "malformed request or token", Algorithm: "algorithm refused", Key: "no key for the token",
		Signature: "bad signature", Issuer: "wrong issuer", Audience: "wrong audience", Expired: "token expired", NotYet: "token not yet valid",
		Claim: "a claim is refused", StepUp: "sign in again", Inactive: "token revoked", Scope: "missing scope", Denied: "not permitted",
		DPoP: "DPoP required", Trouble: "a failure of the API itself", Route: "not about this token", Invalid: "invalid token", Unknown: "no known complaint",
	}[k]
}

// Conclusion is what follows from the complaint and the token, in a sentence or
// two.
func (x *Explanation) Conclusion() string {
	if first := x.Findings; len(first) > 0 && first[0].Explains {
		return x.explained(first[0])
	}
	if x.Token == nil && x.Credential.Token == "" {
		return x.withoutToken()
	}
	if x.Token != nil && x.Token.Form() == token.FormOpaque {
		return "an opaque token shows nothing: only its issuer can say whether it is good"
	}
	return x.unexplained()
}

func (x *Explanation) explained(f Finding) string {
	switch f.ID {
	case "expiry":
		return "the token had expired when the API answered: get a new one"
	case "not_before":
		return "the token is not valid yet: the clock of the issuer or of the API is wrong"
	case "kind":
		return "the wrong token was sent: send the access token"
	case "audience":
		return "the token is for another API: request one for this API, or correct the audience that the API expects"
	case "issuer":
		return "the API trusts another issuer: the token may come from another environment"
	case "scope":
		return "the token does not allow this: request the missing scope when signing in"
	case "auth_time":
		return "the API requires a newer or stronger sign-in: have the user sign in again" + x.stepUp()
	case "dpop":
		return "the API requires a token bound to a key and sent with a proof (RFC 9449)"
	case "form":
		return "the API cannot read this token as a JWT"
	case "algorithm":
		return "the API does not accept this signature algorithm"
	default:
		return "the request does not send the token as an API expects it: Authorization: Bearer <token>"
	}
}

func (x *Explanation) stepUp() string {
	text := ""
	if age := x.Complaint.Param("max_age"); age != "" {
		text += fmt.Sprintf(", with max_age=%s", shorten(age))
	}
	if acr := x.Complaint.Param("acr_values"); acr != "" {
		text += fmt.Sprintf(", with acr_values=%s", shorten(acr))
	}
	return text
}

func (x *Explanation) withoutToken() string {
	switch x.Complaint.Kind {
	case Missing:
		return "the API saw no token, and the recording shows none: send it as Authorization: Bearer <token>"
	case Route:
		return x.unexplained()
	default:
		return "the recording has no token to compare with: record the request as well, with curl -v (browsers leave it out of sanitized HAR files)"
	}
}

// unexplained is for a complaint that the token alone does not bear out.
func (x *Explanation) unexplained() string {
	switch x.Complaint.Kind {
	case Missing:
		return "a token was sent, but the API saw none: a proxy may drop the Authorization header, or the API reads another header"
	case Expired:
		return "according to its exp the token was still valid: the API's clock is ahead, or it received another token"
	case NotYet:
		return "according to its nbf and iat the token was already valid: the API's clock is behind"
	case Signature:
		return "only the issuer's keys can tell: verify the token with them"
	case Key:
		return "the API has no key for this token: another issuer or environment, or keys that were replaced since the API fetched them"
	case Issuer:
		return "compare the token's issuer with the one the API is configured for, byte for byte"
	case Audience:
		return "compare the token's audience with the one the API is configured for"
	case Scope, Denied:
		return "the API knows the caller and does not allow the request: check the scopes and roles it requires"
	case Inactive:
		return "only the issuer can say whether the token was revoked"
	case Trouble:
		return "the token is not the cause: the API cannot fetch the issuer's metadata or keys, or is not configured"
	case Route:
		return "the response is not about a bearer token: the address, the route or the login method is different"
	case DPoP:
		return "the API requires a fresh proof" + nonce(x.Complaint.Param("error"))
	case Unknown:
		return "the response does not say what is wrong"
	default:
		return "nothing in the token is wrong by itself: its issuer, audience or signature may not be what the API expects"
	}
}

func nonce(code string) string {
	if code == "use_dpop_nonce" {
		return " with the nonce of the DPoP-Nonce header (RFC 9449 section 9)"
	}
	return " (RFC 9449 section 7)"
}
