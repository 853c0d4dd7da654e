package cmd

import (
	"cmp"
	"strings"

	"github.com/claimcheck/claimcheck/cmd/internal/advice"
	"github.com/claimcheck/claimcheck/cmd/internal/refusal"
	"github.com/claimcheck/claimcheck/pkg/token"
)

// next is the command that settles what the token alone does not. A trust flag
// that is filled in from the token is one to confirm: nothing in it is verified.
func (v whyView) next() advice.Hint {
	hint := func(text string, line advice.Cmdline) advice.Hint {
		return advice.Hint{Text: text, Command: line.String()}
	}
	if v.Token == nil && v.Complaint.Param("resource_metadata") != "" && isURL(v.URL) {
		return hint("to see which token the API wants, and from whom", advice.Cmdline{Command: "claimcheck resource", Argument: v.address()})
	}
	if v.Token == nil || v.accepted() {
		return advice.Hint{}
	}
	iss, _ := v.Token.UnverifiedClaims().Get("iss").Text()
	issuer := cmp.Or(iss, "ISSUER")
	introspect := advice.Cmdline{Command: "claimcheck introspect", Argument: v.token}.
		Add("issuer", issuer).Add("client-id", "ID").Add("client-secret", "@FILE")
	switch form, reason := v.Token.Form(), v.Complaint.Reason; {
	case form == token.FormOpaque, form == token.FormJWE:
		return hint("to ask the issuer about it", introspect)
	case form != token.FormJWT:
		return hint("to see what can be read of it", advice.Cmdline{Command: "claimcheck decode", Argument: v.token})
	case reason == refusal.Trouble:
		return hint("to see whether the issuer's metadata and keys can be fetched from here, if it is the issuer that you expect",
			advice.Cmdline{Command: "claimcheck discover", Argument: issuer}.Add("check", ""))
	case reason == refusal.Inactive:
		return hint("to ask the issuer, if it is the one that you expect", introspect)
	default:
		return hint("to settle it, if this is the issuer and the audience that the API expects", v.verifying(issuer))
	}
}

// verifying is the command that verifies the token as the API should.
func (v whyView) verifying(issuer string) advice.Cmdline {
	audience := firstAudience(v.Token.UnverifiedClaims())
	if v.Complaint.Reason == refusal.Audience {
		audience = v.Complaint.Expected // the token's own is what the API refuses
	}
	line := advice.Cmdline{Command: "claimcheck verify", Argument: v.token}.Add("issuer", issuer).Add("audience", cmp.Or(audience, "AUDIENCE"))
	switch v.Complaint.Reason {
	case refusal.StepUp:
		line.Command = "claimcheck auth-age"
		if age := v.Complaint.Param("max_age"); age != "" {
			line = line.Add("max-age", age+"s")
		}
		line = line.Add("acr", strings.Fields(v.Complaint.Param("acr_values"))...)
	case refusal.Scope:
		line = line.Add("scope", strings.Fields(v.Complaint.Param("scope"))...)
	}
	return line
}
