package verifier

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/pkg/verify"
)

// contextKey is where the middleware puts the token.
type contextKey struct{}

// session is what the middleware leaves in the context.
type session struct {
	token    *Token
	verifier *Verifier
}

// FromContext returns the token that the middleware accepted for a request.
func FromContext(ctx context.Context) (*Token, bool) {
	s, ok := ctx.Value(contextKey{}).(session)
	return s.token, ok
}

// Middleware passes a request to next only with an accepted bearer token, which
// next gets from FromContext. The token is read from the Authorization header
// only, never from the query, a form or a cookie.
//
// A request without a good token gets 401 with a WWW-Authenticate challenge that
// says why (RFC 6750 section 3); a token without the policy's scopes or roles gets
// 403; one whose login is too old or too weak gets 401 with what to ask for (RFC
// 9470 section 3). If the issuer cannot be reached, the response is 503, which
// says nothing about the token.
//
// Unless the policy requires a kind, a token that looks like an ID token is
// refused: it tells a client who signed in and grants nothing (RFC 8725 section
// 3.11).
func (v *Verifier) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, no := bearer(r.Header.Values("Authorization"))
		if no != nil {
			v.refuse(w, r, *no)
			return
		}
		result, err := v.Examine(r.Context(), raw)
		if err != nil {
			v.logRefusal(r, err)
			w.Header().Set("Retry-After", "30") // a client asks no sooner again
			http.Error(w, "the token cannot be verified now: its issuer cannot be reached", http.StatusServiceUnavailable)
			return
		}
		if no := v.refusalOf(result.Report); no != nil {
			no.err = result.Report.Err()
			v.refuse(w, r, *no)
			return
		}
		s := session{token: newToken(result, &v.policy), verifier: v}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), contextKey{}, s)))
	})
}

// RequireScope lets a request through only if its token was granted every one
// of the scopes. It must be wrapped by Middleware:
//
//	v.Middleware(verifier.RequireScope("orders:read")(handler))
func RequireScope(scopes ...string) func(http.Handler) http.Handler {
	lacking := refusal{
		status: http.StatusForbidden, code: "insufficient_scope", scope: strings.Join(scopes, " "),
		description: "the token lacks a scope that is required here",
	}
	return require(lacking, func(t *Token) bool { return holdsAll(t.Scopes, scopes) })
}

// RequireRole lets a request through only if its token has every one of the
// roles. Like RequireScope, it must be wrapped by Middleware.
func RequireRole(roles ...string) func(http.Handler) http.Handler {
	lacking := refusal{
		status: http.StatusForbidden, code: "insufficient_scope",
		description: "the token lacks a role that is required here",
	}
	return require(lacking, func(t *Token) bool { return holdsAll(t.Roles(), roles) })
}

func holdsAll(granted, wanted []string) bool {
	return !slices.ContainsFunc(wanted, func(w string) bool { return !slices.Contains(granted, w) })
}

func require(lacking refusal, allowed func(*Token) bool) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s, ok := r.Context().Value(contextKey{}).(session)
			switch {
			case !ok: // nobody verified a token for this request
				(&Verifier{}).refuse(w, r, refusal{status: http.StatusUnauthorized})
			case !allowed(s.token):
				s.verifier.refuse(w, r, lacking)
			default:
				next.ServeHTTP(w, r)
			}
		})
	}
}

// bearer takes the token out of the Authorization headers (RFC 6750 section 2.1;
// RFC 9110 section 11.4): one header, the scheme in any case, one token.
func bearer(headers []string) (string, *refusal) {
	switch len(headers) {
	case 0:
		return "", &refusal{status: http.StatusUnauthorized}
	case 1:
	default:
		return "", &refusal{
			status: http.StatusBadRequest, code: "invalid_request", description: "there is more than one Authorization header",
		}
	}
	scheme, credentials, _ := strings.Cut(headers[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", &refusal{status: http.StatusUnauthorized}
	}
	raw := strings.Trim(credentials, " ")
	if !isToken68(raw) {
		return "", invalidToken("Bearer is not followed by a single token")
	}
	return raw, nil
}

// isToken68 reports whether a text has the form of a bearer token (RFC 6750
// section 2.1): one or more of a set of characters, then any number of "=".
func isToken68(text string) bool {
	text = strings.TrimRight(text, "=")
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool {
		return (r < 'a' || 'z' < r) && (r < 'A' || 'Z' < r) && (r < '0' || '9' < r) && !strings.ContainsRune("-._~+/", r)
	})
}

// refusalOf turns a report into the refusal of a request, or nil.
func (v *Verifier) refusalOf(report *verify.Report) *refusal {
	switch {
	case report.Accepted && v.policy.Kind == "" && report.Kind == verify.KindID:
		return invalidToken("this is an ID token, not an access token")
	case report.Accepted:
		return nil
	case report.Reason == verify.ReasonReauthentication:
		return v.signInAgain()
	case lacksOnlyGrants(report):
		return &refusal{
			status: http.StatusForbidden, code: "insufficient_scope", scope: strings.Join(v.policy.Scopes, " "),
			description: "the token lacks a scope or a role that is required here",
		}
	}
	if c, _ := report.Check("kind"); c.Status == verify.Failed && report.Reason == verify.ReasonClaimRefused && v.policy.Kind == verify.KindAccess {
		return invalidToken("this is not an access token")
	}
	return invalidToken(describe(report.Reason))
}

func invalidToken(description string) *refusal {
	return &refusal{status: http.StatusUnauthorized, code: "invalid_token", description: description}
}

// lacksOnlyGrants reports whether scopes and roles are all that is wrong.
func lacksOnlyGrants(report *verify.Report) bool {
	other := func(c verify.Check) bool { return c.Status == verify.Failed && c.ID != "scope" && c.ID != "role" }
	return report.SignatureVerified && !slices.ContainsFunc(report.Checks(), other)
}

// signInAgain is the challenge of RFC 9470 section 3.
func (v *Verifier) signInAgain() *refusal {
	c := &refusal{
		status: http.StatusUnauthorized, code: "insufficient_user_authentication",
		description: describe(verify.ReasonReauthentication), acrValues: strings.Join(v.policy.ACR, " "),
	}
	if v.policy.MaxAge != nil {
		c.maxAge = strconv.FormatInt(int64(*v.policy.MaxAge/time.Second), 10)
	}
	return c
}

// describe puts a reason into words for the one who sent the token. It quotes
// nothing of the token.
func describe(reason verify.Reason) string {
	return cmp.Or(map[verify.Reason]string{
		verify.ReasonMalformed:        "the token is malformed",
		verify.ReasonAlgorithmRefused: "the algorithm of the token is not allowed",
		verify.ReasonNoMatchingKey:    "no trusted key fits the token",
		verify.ReasonBadSignature:     "the signature of the token does not match",
		verify.ReasonWrongIssuer:      "the token was issued by another issuer",
		verify.ReasonWrongAudience:    "the token is for another audience",
		verify.ReasonExpired:          "the token has expired",
		verify.ReasonNotYetValid:      "the token is not valid yet",
		verify.ReasonReauthentication: "the user has to sign in again",
	}[reason], "a claim of the token is refused")
}
