package refusal

import (
	"cmp"

	"github.com/claimcheck/claimcheck/pkg/token"
)

// Title is the complaint in a few words.
func (r Reason) Title() string {
	return map[Reason]string{
		Missing: "no token", Malformed: "malformed request or token", Algorithm: "algorithm refused", Key: "no key for the token",
		Signature: "bad signature", Issuer: "wrong issuer", Audience: "wrong audience", Expired: "token expired", NotYet: "token not yet valid",
		Claim: "a claim is refused", StepUp: "sign in again", Inactive: "token revoked", Scope: "missing scope", Denied: "not permitted",
		DPoP: "DPoP required", Trouble: "a failure of the API itself", Route: "not about this token", Invalid: "invalid token", Unknown: "no known complaint",
	}[r]
}

// Conclusion is what follows from the complaint and the token, in a sentence or
// two.
func (x *Explanation) Conclusion() string {
	if first := x.Clues; len(first) > 0 && first[0].Explains {
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

func (x *Explanation) explained(c Clue) string {
	text := map[string]string{
		"expiry":     "the token had expired when the API answered: get a new one",
		"not_before": "the token is not valid yet: the clock of the issuer or of the API is wrong",
		"kind":       "the wrong token was sent: send the access token",
		"audience":   "the token is for another API: request one for this API, or correct the audience that the API expects",
		"issuer":     "the API trusts another issuer: the token may come from another environment",
		"scope":      "the token does not allow this: request the missing scope when signing in",
		"auth_time":  "the API requires a newer or stronger sign-in: have the user sign in again" + x.stepUp(),
		"dpop":       "the API requires a token bound to a key and sent with a proof (RFC 9449)",
		"form":       "the API cannot read this token as a JWT",
		"algorithm":  "the API does not accept this signature algorithm",
	}[c.ID]
	return cmp.Or(text, "the request does not send the token as an API expects it: Authorization: Bearer <token>")
}

func (x *Explanation) stepUp() string {
	text := ""
	for _, name := range []string{"max_age", "acr_values"} {
		if value := x.Complaint.Param(name); value != "" {
			text += ", with " + name + "=" + shorten(value)
		}
	}
	return text
}

func (x *Explanation) withoutToken() string {
	switch x.Complaint.Reason {
	case Missing:
		return "the API saw no token, and the recording shows none: send it as Authorization: Bearer <token>"
	case Route:
		return x.unexplained()
	default:
		return "the recording has no token to compare with: record the request as well, with curl -v (browsers leave it out of sanitized HAR files)"
	}
}

// unexplained returns the conclusion about a complaint that nothing in the token
// explains.
func (x *Explanation) unexplained() string {
	const knownCaller = "the API knows the caller and does not allow the request: check the scopes and roles it requires"
	text := map[Reason]string{
		Missing:   "a token was sent, but the API saw none: a proxy may drop the Authorization header, or the API reads another header",
		Expired:   "according to its exp the token was still valid: the API's clock is ahead, or it received another token",
		NotYet:    "according to its nbf and iat the token was already valid: the API's clock is behind",
		Signature: "only the issuer's keys can tell: verify the token with them",
		Key:       "the API has no key for this token: another issuer or environment, or keys that were replaced since the API fetched them",
		Issuer:    "compare the token's issuer with the one the API is configured for, byte for byte",
		Audience:  "compare the token's audience with the one the API is configured for",
		Scope:     knownCaller,
		Denied:    knownCaller,
		Inactive:  "only the issuer can say whether the token was revoked",
		Trouble:   "the token is not the cause: the API cannot fetch the issuer's metadata or keys, or is not configured",
		Route:     "the response is not about a bearer token: the address, the route or the login method is different",
		DPoP:      "the API requires a fresh proof" + nonce(x.Complaint.Param("error")),
		Unknown:   "the response does not say what is wrong",
	}[x.Complaint.Reason]
	return cmp.Or(text, "nothing in the token is wrong by itself: its issuer, audience or signature may not be what the API expects")
}

func nonce(code string) string {
	if code == "use_dpop_nonce" {
		return " with the nonce of the DPoP-Nonce header (RFC 9449 section 9)"
	}
	return " (RFC 9449 section 7)"
}
