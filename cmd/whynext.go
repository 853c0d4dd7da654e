package cmd

import (
	"cmp"
	"strings"

	"github.com/claimcheck/claimcheck/cmd/internal/advice"
	"github.com/claimcheck/claimcheck/cmd/internal/refusal"
	"github.com/claimcheck/claimcheck/pkg/token"
)

// A nextStep is a command that settles a question, and what to say before it.
type nextStep struct{ words, command string }

// next is the command that settles what the token alone does not. A trust flag
// that is filled in from the token is one to confirm: nothing in it is verified.
func (v whyView) next() nextStep {
	if metadata := v.Complaint.Param("resource_metadata"); v.Token == nil && metadata != "" && strings.Contains(v.URL, "://") {
		return nextStep{"to see which token the API wants, and from whom:", "claimcheck resource " + advice.Word(v.address())}
	}
	if v.Token == nil || v.accepted() {
		return nextStep{}
	}
	switch v.Token.Form() {
	case token.FormOpaque, token.FormJWE:
		return nextStep{"to ask the issuer about it:", "claimcheck introspect " + advice.Word(v.token) + " --issuer ISSUER --client-id ID --client-secret @FILE"}
	case token.FormJWT:
	default:
		return nextStep{"to see what can be read of it:", "claimcheck decode " + advice.Word(v.token)}
	}
	claims := v.Token.UnverifiedClaims()
	iss, _ := claims.Get("iss").Text()
	switch v.Complaint.Kind {
	case refusal.Trouble:
		return nextStep{"to see whether the issuer's metadata and keys can be fetched from here, if it is the issuer that you expect:", "claimcheck discover " + advice.Word(cmp.Or(iss, "ISSUER")) + " --check"}
	case refusal.Inactive:
		return nextStep{"to ask the issuer, if it is the one that you expect:", "claimcheck introspect " + advice.Word(v.token) + " --issuer " + advice.Word(cmp.Or(iss, "ISSUER")) + " --client-id ID --client-secret @FILE"}
	}
	return v.verifying(iss)
}

// verifying is the command that verifies the token as the API should.
func (v whyView) verifying(iss string) nextStep {
	audience := firstAudience(v.Token.UnverifiedClaims())
	if v.Complaint.Kind == refusal.Audience {
		audience = v.Complaint.Expected // the token's own is what the API refuses
	}
	command := "claimcheck verify"
	if v.Complaint.Kind == refusal.StepUp {
		command = "claimcheck auth-age"
	}
	command += " " + advice.Word(v.token) + " --issuer " + advice.Word(cmp.Or(iss, "ISSUER")) + " --audience " + advice.Word(cmp.Or(audience, "AUDIENCE"))
	switch v.Complaint.Kind {
	case refusal.StepUp:
		if age := v.Complaint.Param("max_age"); age != "" {
			command += " --max-age " + advice.Word(age+"s")
		}
		for _, acr := range strings.Fields(v.Complaint.Param("acr_values")) {
			command += " --acr " + advice.Word(acr)
		}
	case refusal.Scope:
		for _, scope := range strings.Fields(v.Complaint.Param("scope")) {
			command += " --scope " + advice.Word(scope)
		}
	}
	return nextStep{"to settle it, if this is the issuer and the audience that the API expects:", command}
}
