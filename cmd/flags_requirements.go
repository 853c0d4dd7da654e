package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/cmd/internal/query"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// requirementOptions are what is required of the claims beyond the standard
// checks.
type requirementOptions struct {
	scopes     []string
	roles      []string
	roleClaim  string
	acr        []string
	maxAge     *time.Duration
	requires   []verify.Requirement
	assertions []assertion
}

func (o *requirementOptions) addFlags(c *cobra.Command) {
	inGroup(c.Flags(), groupExpect, func(f *pflag.FlagSet) {
		f.Var(newList(&o.scopes, "SCOPE", parseScopes), "scope", "required scope; repeat for several")
		listVar(f, &o.roles, "role", "ROLE", "required role; repeat for several")
		textVar(f, &o.roleClaim, "role-claim", "CLAIM", "claim that holds the roles")
		f.Var(newList(&o.requires, "CLAIM", one(parseRequirement)), "require", "required CLAIM, CLAIM=VALUE or CLAIM:=JSON")
		f.Var(newList(&o.assertions, "JQ", one(parseAssertion)), "assert", "jq expression over the claims that must be true")
		optionalDurationVar(f, &o.maxAge, "max-age", "maximum time since the user signed in, such as 5m")
		listVar(f, &o.acr, "acr", "CLASS", "accept authentication context CLASS; repeat")
	})
}

// apply adds the requirements to a policy. now is the time of evaluation, which
// the assertions see too. All assertions together take no longer than timeout.
func (o *requirementOptions) apply(ctx context.Context, p *verify.Policy, timeout time.Duration, now func() time.Time) error {
	if o.roleClaim != "" && len(o.roles) == 0 {
		return usageError("--role-claim needs --role")
	}
	p.Scopes, p.Roles, p.RoleClaim, p.ACR, p.MaxAge, p.Require = o.scopes, o.roles, o.roleClaim, o.acr, o.maxAge, o.requires
	together := sync.OnceValue(func() context.Context { // since the first assertion begins
		timed, cancel := context.WithTimeoutCause(ctx, timeout, &query.RunError{
			Reason: fmt.Sprintf("exceeded --timeout (%s), together with the assertions before it", timeout),
		})
		context.AfterFunc(ctx, cancel)
		return timed
	})
	for _, a := range o.assertions {
		p.Assertions = append(p.Assertions, verify.Assertion{
			Label: a.text,
			Holds: func(claims strictjson.Value) (bool, string) {
				return a.filter.Holds(together(), claims, now())
			},
		})
	}
	return nil
}

// parseScopes reads scopes as a token has them: words with blanks between.
func parseScopes(text string) ([]string, error) {
	scopes := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' })
	if len(scopes) == 0 {
		return nil, &valueError{takes: "a scope", got: text}
	}
	return scopes, nil
}

// An assertion is a jq expression about the claims.
type assertion struct {
	text   string
	filter *query.Filter
}

func parseAssertion(text string) (assertion, error) {
	filter, err := query.Compile(text)
	if err != nil {
		return assertion{}, fmt.Errorf("takes a jq expression: %w", err)
	}
	return assertion{text, filter}, nil
}

// parseRequirement reads CLAIM, CLAIM=VALUE and CLAIM:=JSON. The first equals
// sign ends the claim.
func parseRequirement(text string) (verify.Requirement, error) {
	claim, value, hasValue := strings.Cut(text, "=")
	r := verify.Requirement{Claim: claim}
	exact := hasValue && strings.HasSuffix(claim, ":")
	switch {
	case exact:
		r.Claim = strings.TrimSuffix(claim, ":")
		parsed, err := strictjson.Parse([]byte(value))
		if err != nil {
			return r, fmt.Errorf("takes JSON after %q: %w", ":=", err)
		}
		r.JSON = parsed
	case hasValue:
		r.Text = &value
	}
	if r.Claim == "" {
		return r, errors.New("takes CLAIM, CLAIM=VALUE or CLAIM:=JSON: the claim is missing")
	}
	return r, nil
}
