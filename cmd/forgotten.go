package cmd

import (
	"fmt"

	"github.com/claimcheck/claimcheck/cmd/internal/advice"
)

// checkForgotten reports missing flags, and suggests a command that has them. The
// user has to confirm values taken from the token, which is unverified.
func (r *run) checkForgotten() error {
	expect := &r.opts.expect
	issuer := expect.Issuer == "" && !expect.AnyIssuer
	audience := len(expect.Audiences) == 0 && !expect.AnyAudience
	var missing *failure
	switch {
	case issuer && !r.opts.trust.named():
		missing = usageError("no trusted keys: add --issuer URL, or --jwks, --key or --secret")
	case issuer && audience:
		missing = usageError("no issuer and no audience given: add --issuer and --audience, or --any-issuer and --any-audience")
	case issuer:
		missing = usageError("no issuer given: add --issuer, or --any-issuer")
	case audience:
		missing = usageError("no audience given: add --audience, or --any-audience")
	default:
		return nil
	}
	if len(r.args) > 0 && r.args[0] != "-" { // an unreadable argument is reported first
		if err := r.readToken(); err != nil {
			return err
		}
	}
	return r.withForgotten(missing, issuer, audience)
}

// withForgotten adds the command with the missing flags. Their values come from the
// token if it can be read and has them, and are placeholders otherwise.
func (r *run) withForgotten(missing *failure, issuer, audience bool) error {
	iss, aud := "", ""
	if r.readToken() == nil {
		claims := r.token.UnverifiedClaims()
		iss, _ = claims.Get("iss").Text()
		aud = firstAudience(claims)
	}
	if issuer && iss != "" {
		missing.err = fmt.Errorf("%w (the token says, unverified: iss %q)", missing.err, iss)
	}
	line, confirmed := r.typed, true
	for _, flag := range []struct {
		missing                  bool
		name, value, placeholder string
	}{{issuer, "issuer", iss, "<the issuer you expect>"}, {audience, "audience", aud, "<your audience>"}} {
		if !flag.missing {
			continue
		}
		if !advice.Copyable(flag.value) || flag.name == "issuer" && !isURL(flag.value) && !r.opts.trust.named() {
			flag.value, confirmed = flag.placeholder, false
		}
		line = line.Set(flag.name, flag.value)
	}
	if !confirmed {
		return missing.withHint("as in:").withCommand(line)
	}
	return missing.withHint("if you expect exactly what the token says, unverified:").withCommand(line)
}
