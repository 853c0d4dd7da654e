package cmd

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/cmd/internal/query"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// requirementOptions are what is demanded of the claims beyond the standard
// checks.
type requirementOptions struct {
	scopes     []string
	roles      []string
	roleClaim  string
	acr        []string
	maxAge     string
	requires   []string
	assertions []string
}

func (o *requirementOptions) addFlags(c *cobra.Command) {
	inGroup(c.Flags(), groupExpect, func(f *pflag.FlagSet) {
		f.StringArrayVar(&o.scopes, "scope", nil, "a `SCOPE` that has to be granted; repeat for all of them")
		f.StringArrayVar(&o.roles, "role", nil, "a `ROLE` that has to be there; repeat for all of them")
		f.StringVar(&o.roleClaim, "role-claim", "", "the `CLAIM` that holds the roles, instead of the usual places")
		f.StringArrayVar(&o.requires, "require", nil, "a `CLAIM` that has to be there, CLAIM=VALUE or CLAIM:=JSON; repeat for more")
		f.StringArrayVar(&o.assertions, "assert", nil, "a jq `EXPRESSION` over the claims that has to be true; repeat for more")
		f.StringVar(&o.maxAge, "max-age", "", "how long ago the user may have signed in at most: a `DURATION` such as 5m")
		f.StringArrayVar(&o.acr, "acr", nil, "an authentication context `CLASS` that will do; repeat for any of them")
	})
}

// apply adds the demands to a policy. now is the time of evaluation, which the
// assertions see too.
func (o *requirementOptions) apply(ctx context.Context, p *verify.Policy, now func() time.Time) error {
	for _, argument := range o.scopes {
		scopes := strings.FieldsFunc(argument, func(r rune) bool { return r == ' ' })
		if len(scopes) == 0 {
			return usageError("--scope names no scope: %q", argument)
		}
		p.Scopes = append(p.Scopes, scopes...)
	}
	p.Roles, p.RoleClaim, p.ACR = o.roles, o.roleClaim, o.acr
	if o.roleClaim != "" && len(o.roles) == 0 {
		return usageError("--role-claim needs --role")
	}
	if o.maxAge != "" {
		limit, err := parseDuration("--max-age", o.maxAge)
		if err != nil {
			return err
		}
		p.MaxAge = &limit
	}
	for _, argument := range o.requires {
		requirement, err := parseRequirement(argument)
		if err != nil {
			return err
		}
		p.Require = append(p.Require, requirement)
	}
	for _, expression := range o.assertions {
		if _, err := query.CompilePredicate(expression, now()); err != nil {
			return usageError("--assert: %w", err)
		}
		p.Assertions = append(p.Assertions, verify.Assertion{
			Label: expression,
			Holds: func(claims strictjson.Value) (bool, string) {
				holds, err := query.CompilePredicate(expression, now()) // whose now is that of the evaluation
				if err != nil {
					return false, err.Error()
				}
				return holds(ctx, claims)
			},
		})
	}
	return nil
}

// parseRequirement reads CLAIM, CLAIM=VALUE and CLAIM:=JSON. The first equals
// sign ends the claim.
func parseRequirement(argument string) (verify.Requirement, error) {
	claim, value, hasValue := strings.Cut(argument, "=")
	r := verify.Requirement{Claim: claim}
	exact := hasValue && strings.HasSuffix(claim, ":")
	switch {
	case exact:
		r.Claim = strings.TrimSuffix(claim, ":")
		parsed, err := strictjson.Parse([]byte(value))
		if err != nil {
			return r, usageError("--require: what follows := is not JSON: %w", err)
		}
		r.JSON = parsed
	case hasValue:
		r.Text = &value
	}
	if r.Claim == "" {
		return r, usageError("--require %q names no claim", argument)
	}
	return r, nil
}
