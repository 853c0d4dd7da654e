package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/claimcheck/claimcheck/cmd/internal/query"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// bound returns the assertions for a policy. timeout limits all of them together.
func (o *expectationOptions) bound(ctx context.Context, timeout time.Duration, now func() time.Time) []verify.Assertion {
	together := sync.OnceValue(func() context.Context { // since the first assertion begins
		timed, cancel := context.WithTimeoutCause(ctx, timeout, &query.RunError{
			Reason: fmt.Sprintf("exceeded --timeout (%s), together with the assertions before it", timeout),
		})
		context.AfterFunc(ctx, cancel)
		return timed
	})
	var list []verify.Assertion
	for _, a := range o.assertions {
		list = append(list, verify.Assertion{
			Label: a.text,
			Holds: func(claims strictjson.Value) (bool, string) { return a.filter.Holds(together(), claims, now()) },
		})
	}
	return list
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
