package verifier

import (
	"cmp"
	"errors"
	"net/http"

	"github.com/claimcheck/claimcheck/pkg/challenge"
)

// A refusal is the answer to a request that is not let through (RFC 6750 section
// 3). Without a code it only asks for a token.
type refusal struct {
	status      int
	code        string // error
	description string // error_description
	scope       string
	acrValues   string // RFC 9470 section 3
	maxAge      string // RFC 9470 section 3, seconds
	err         error  // the same with everything in it, for the server; or nil
}

// refuse writes the answer. It is not to be stored: the next token may be good.
func (v *Verifier) refuse(w http.ResponseWriter, r *http.Request, no refusal) {
	text := cmp.Or(no.description, "a bearer token is required")
	v.logRefusal(r, cmp.Or(no.err, errors.New(text)))
	w.Header().Set("WWW-Authenticate", v.challenge(no))
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, text, no.status)
}

func (v *Verifier) logRefusal(r *http.Request, err error) {
	if v.opts.refusalLog != nil {
		v.opts.refusalLog(r, err)
	}
}

// challenge writes the refusal as a field value. RFC 6750 section 3 asks for at
// least one parameter: the realm is always there. What cannot stand in a header
// can only be the policy's own: then there is a challenge without it.
func (v *Verifier) challenge(r refusal) string {
	realm := "api"
	if len(v.policy.Audiences) > 0 {
		realm = v.policy.Audiences[0]
	}
	c := challenge.Challenge{Scheme: "Bearer", Params: []challenge.Param{{Name: "realm", Value: realm}}}
	for _, p := range []challenge.Param{
		{Name: "error", Value: r.code}, {Name: "error_description", Value: r.description}, {Name: "scope", Value: r.scope},
		{Name: "acr_values", Value: r.acrValues}, {Name: "max_age", Value: r.maxAge},
		{Name: "resource_metadata", Value: v.opts.resourceMetadata},
	} {
		if p.Value != "" {
			c.Params = append(c.Params, p)
		}
	}
	text, err := c.Encode()
	if err != nil {
		return `Bearer realm="api"`
	}
	return text
}
