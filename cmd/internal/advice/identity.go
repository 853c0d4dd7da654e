package advice

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/verify"
)

// identity is about who issued the token and for whom.
func (c Case) identity(check verify.Check, d verify.Diagnosis) Hint {
	switch d.Cause {
	case "different_case", "different_slash", "different_prefix", "scheme_missing":
		return c.almostTheSame(check, d)
	case "different_scheme", "different_port":
		return Hint{Text: Difference(&d)}
	case "different_host", "different_value":
		if check.ID == "audience" {
			return c.otherAudience(d)
		}
		return c.otherIssuer(d)
	case "audience_is_issuer":
		return c.audienceIsIssuer(d)
	case "audience_is_client":
		hint := c.otherAudience(d)
		if c.WantsID {
			return hint
		}
		hint.Text = "this looks like an ID token, not an access token: it is for the client, not for an API"
		return hint
	case "client_as_audience":
		return Hint{
			Text:    d.Expected + " is the client that the token was issued to, not its audience",
			Command: c.asClient(c.Typed.Set("audience", c.verified(cmp.Or(d.Names...), "<the audience>")), d.Expected).String(),
		}
	case "client_instead_of_audience":
		line := c.Typed.Drop("audience").Set("any-audience", "")
		return Hint{
			Text:    "the token names a client in place of an audience",
			Command: c.asClient(line, c.verified(d.Found, "<your client id>")).String(),
		}
	case "values_missing":
		if slices.ContainsFunc(d.Names, func(name string) bool { return strings.Contains(name, ",") }) {
			return Hint{Text: "the value is compared whole: repeat the flag for each"}
		}
	case "claim_at_userinfo":
		return Hint{Text: "issuers often return " + d.Expected + " from the userinfo endpoint only; request it for the token with the claims parameter or in the issuer's settings"}
	case "scope_elsewhere":
		return Hint{
			Text:    "if " + d.Found + " is where your issuer puts scopes",
			Command: c.Typed.Drop("scope").Set("require", d.Found+"="+cmp.Or(d.Names...)).String(),
		}
	case "roles_elsewhere":
		return Hint{Text: "if " + d.Found + " is where your issuer puts roles", Command: c.Typed.Set("role-claim", d.Found).String()}
	case "other_party":
		if !c.Typed.Is("introspect") { // there --client-id names who asks
			return Hint{Text: "if that is your client, add --client-id " + Word(c.verified(d.Found, "<your client id>"))}
		}
	}
	return Hint{}
}

// verified is what the token says, if its signature has verified.
func (c Case) verified(found, placeholder string) string {
	if c.Verified && Copyable(found) {
		return found
	}
	return placeholder
}

// asClient adds the client the token was issued to. In introspect --client-id
// names who asks.
func (c Case) asClient(line Cmdline, client string) Cmdline {
	if c.Typed.Is("introspect") {
		return line
	}
	return line.Set("client-id", client)
}

// otherIssuer is for a token of somebody else. Where its signature has not
// verified, the user is asked to confirm what it says.
func (c Case) otherIssuer(d verify.Diagnosis) Hint {
	var hint Hint
	switch {
	case d.Found == "":
		return hint
	case d.Cause == "different_host":
		hint.Text = "the token comes from another environment or issuer"
	default:
		hint.Text = Difference(&d)
	}
	line := c.Typed.Set("issuer", d.Found)
	switch {
	case !Copyable(d.Found) || c.Typed.Is("introspect"): // which would send a secret there
	case c.Stranger != "" && strings.Contains(d.Found, "://") && !c.Typed.Has("jwks", "key", "secret"):
		hint = Hint{Or: "if that is the issuer you expect", Command: line.String()}
	case c.Verified && c.KeySetURL != "":
		hint.Or, hint.Command = "if that is the issuer you expect", line.Set("jwks", c.KeySetURL).String()
	case c.Verified:
		hint.Or, hint.Command = "if that is the issuer you expect", line.String()
	}
	return hint
}

// otherAudience is for a token for somebody else.
func (c Case) otherAudience(d verify.Diagnosis) Hint {
	for _, expected := range c.Audiences {
		if strings.Contains(expected, ",") {
			return Hint{Text: "an audience is compared whole: repeat --audience for each"}
		}
		if strings.TrimSpace(expected) != expected {
			return Hint{Text: "--audience starts or ends with a space"}
		}
	}
	hint := Hint{Text: "request a token for " + quoted(c.Audiences)}
	if c.WantsID {
		hint.Text = "the ID token was issued to another client"
	}
	if own := cmp.Or(d.Names...); c.Verified && Copyable(own) {
		hint.Or = fmt.Sprintf("or, if you are %q", own)
		if !c.WantsID {
			hint.Or = fmt.Sprintf("or, if this API is %q", own)
		}
		hint.Command = c.Typed.Set("audience", own).String()
	}
	return hint
}

func quoted(list []string) string {
	words := make([]string, len(list))
	for i, s := range list {
		words[i] = fmt.Sprintf("%q", s)
	}
	return strings.Join(words, " or ")
}

// almostTheSame adds the command for when the two are meant to be one.
func (c Case) almostTheSame(check verify.Check, d verify.Diagnosis) Hint {
	hint := Hint{Text: Difference(&d)}
	if !c.Verified || !Copyable(d.Found) {
		return hint
	}
	switch {
	case check.ID == "audience":
		hint.Or, hint.Command = "if the token's audience is right", c.Typed.Set("audience", d.Found).String()
	case c.KeySetURL != "": // found there by metadata that agrees with what is expected
		hint.Text += "; the issuer's metadata agrees with --issuer, so the token is wrong"
		hint.Or, hint.Command = "to accept it anyway", c.Typed.Set("issuer", d.Found).Set("jwks", c.KeySetURL).String()
	default:
		hint.Or, hint.Command = "if the token's issuer is right", c.Typed.Set("issuer", d.Found).String()
	}
	return hint
}

// audienceIsIssuer is for access tokens whose audience is the issuer itself and
// that name the client in a claim of its own, as Authgear's do. Both values are
// the user's own.
func (c Case) audienceIsIssuer(d verify.Diagnosis) Hint {
	endpoint := "<the endpoint>"
	if d.Found == c.Issuer {
		endpoint = c.Issuer
	}
	return Hint{
		Text:    "this is an access token whose audience is the issuer, and " + d.Expected + " is its client",
		Command: c.asClient(c.Typed.Set("audience", endpoint), d.Expected).String(),
	}
}

// Difference says how two identifiers differ, and where they begin to.
func Difference(d *verify.Diagnosis) string {
	switch d.Cause {
	case "different_case":
		return "they differ only in letter case" + pointAt(d)
	case "different_slash":
		if strings.HasSuffix(d.Found, "/") {
			return "they differ only in a trailing slash, which the token has"
		}
		return "they differ only in a trailing slash, which the token lacks"
	case "different_prefix":
		return "they differ only in the prefix api://"
	case "scheme_missing":
		return "they differ only in https://"
	case "different_scheme":
		return "they differ only in http and https" + pointAt(d)
	case "different_port":
		return "they differ only in the port" + pointAt(d)
	default:
		return "the token comes from " + d.Found + pointAt(d)
	}
}

// pointAt says where two identifiers begin to differ.
func pointAt(d *verify.Diagnosis) string {
	at, shorter := 0, min(len(d.Expected), len(d.Found))
	for at < shorter && d.Expected[at] == d.Found[at] {
		at++
	}
	if at == shorter {
		return ""
	}
	return fmt.Sprintf(": expected …%s, got …%s (character %d)", around(d.Expected, at), around(d.Found, at), at+1)
}

func around(s string, at int) string {
	const span = 12
	return fmt.Sprintf("%q", s[at:min(len(s), at+span)])
}
