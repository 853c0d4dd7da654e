package probe

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/pkg/challenge"
	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// Run sends probes one after the other. It ends early if the API needs no token,
// refuses the good token or stops answering: the rest would show nothing. The error
// is the context's, or a *provider.FetchError where the first request got no
// answer; the result holds the probes until then.
func Run(ctx context.Context, client *provider.Client, cfg Config, probes []Probe) (*Result, error) {
	r := &runner{cfg: cfg, result: &Result{URL: withoutQuery(cfg.URL)}}
	for i, p := range probes {
		if r.over {
			r.result.Outcomes = append(r.result.Outcomes, Outcome{Probe: p, Status: NotSent})
			continue
		}
		if i > 0 {
			if err := wait(ctx, cfg.Delay); err != nil {
				return r.result, err
			}
		}
		response, err := client.Send(ctx, r.request(p))
		r.result.Requests++
		switch {
		case err != nil && (i == 0 || ctx.Err() != nil):
			return r.result, err
		case err != nil: // some servers drop the connection on what they do not like
			r.result.Outcomes = append(r.result.Outcomes, Outcome{Probe: p, Status: Unclear, Message: "no answer: " + r.scrub(err.Error(), p)})
		default:
			r.compare(p, response)
		}
	}
	return r.result, nil
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

type runner struct {
	cfg    Config
	result *Result
	over   bool // the rest would show nothing
}

func (r *runner) request(p Probe) provider.Request {
	q := provider.Request{Method: cmp.Or(r.cfg.Method, http.MethodGet), URL: r.cfg.URL, Header: http.Header{}, Body: r.cfg.Body}
	maps.Copy(q.Header, r.cfg.Header)
	if p.ID != "query" {
		q.Header["Authorization"] = p.Secrets
		return q
	}
	separator := "?"
	if strings.Contains(q.URL, "?") {
		separator = "&"
	}
	q.URL += separator + "access_token=" + url.QueryEscape(p.Secrets[0])
	return q
}

// compare compares an answer with what the API has to do.
func (r *runner) compare(p Probe, got *provider.Response) {
	list, err := challenge.Parse(got.Header.Values("WWW-Authenticate")...)
	o := Outcome{Probe: p, Code: got.Status, Error: errorCode(list), Status: verify.Passed}
	refused := slices.Contains(r.cfg.refusedBy(), got.Status)
	if refused && p.want != mustAccept && p.want != shouldAccept {
		o.Problems = challenge.Check(got.Status, p.ID != "no_token", list)
		if err != nil {
			first, _, _ := strings.Cut(err.Error(), "\n")
			o.Problems = append(o.Problems, challenge.Problem{Text: "the challenge is malformed: " + first, Spec: "RFC 9110 section 11.6.1"})
		}
	}
	switch p.want {
	case mustChallenge:
		r.withoutToken(&o, refused)
	case mustAccept:
		r.control(&o)
	case shouldAccept:
		if got.Status == http.StatusUnauthorized || got.Status == http.StatusForbidden {
			o.Status, o.Message = verify.Warning, "refused, but schemes are case-insensitive"
		}
	case shouldRefuse:
		if !refused {
			o.Status, o.Message = verify.Warning, "accepted: it is unclear which of the two was used"
		}
	default:
		r.refusal(&o, refused)
	}
	if o.Status == verify.Passed && len(o.Problems) > 0 {
		o.Status = verify.Warning
	}
	for i := range o.Problems {
		o.Problems[i].Text = r.scrub(o.Problems[i].Text, p)
	}
	r.result.Outcomes = append(r.result.Outcomes, o)
}

// withoutToken checks the answer to a request without a token. An API that answers
// everybody has nothing to refuse.
func (r *runner) withoutToken(o *Outcome, refused bool) {
	switch {
	case o.Code == http.StatusUnauthorized:
	case o.Code < 300:
		o.Status, o.Message = verify.Failed, "answered without a token: this address is open to anyone"
		r.over = true
	case refused:
		o.Status, o.Message = verify.Warning, "refused, but not with 401"
	default:
		o.Status, o.Message = Unclear, "neither refused nor answered: check the URL and the method"
		r.over = true
	}
}

// control checks the answer to a good token.
func (r *runner) control(o *Outcome) {
	switch {
	case o.Code == http.StatusUnauthorized || o.Code == http.StatusForbidden:
		o.Status, o.Message = verify.Failed, "refused: this token is not good for this API, so no other probe would prove anything"
		if o.Probe.ID == "minted_control" {
			o.Status, o.Message = Unclear, "refused: the API does not trust this key, so no probe signed with it would prove anything"
		}
		r.over = true
	case o.Code >= 300:
		o.Status, o.Message = verify.Warning, fmt.Sprintf("authenticated, but %d: a request that succeeds would prove more", o.Code)
	}
}

// refusal checks the answer to what has to be refused.
func (r *runner) refusal(o *Outcome, refused bool) {
	switch {
	case refused:
	case o.Code == http.StatusTooManyRequests || o.Code == http.StatusServiceUnavailable:
		o.Status, o.Message = Unclear, "the API is overloaded or limits requests: a longer delay may help"
		r.over = true
	case o.Code >= 500:
		o.Status, o.Message = verify.Failed, "neither refused nor accepted: the API failed"
	default:
		o.Status, o.Message = verify.Failed, "accepted"
	}
}

// errorCode is the error of a challenge, if it is a registered one: others could
// repeat what was sent.
func errorCode(list []challenge.Challenge) string {
	for _, c := range list {
		code := c.Param("error")
		if challenge.IsErrorCode(code) {
			return code
		}
	}
	return ""
}

// scrub takes out of a text what the API may have repeated of the request.
func (r *runner) scrub(text string, p Probe) string {
	for _, secret := range append(slices.Clone(p.Secrets), r.cfg.Token) {
		for _, part := range strings.Fields(secret) {
			if len(part) > len("Bearer") {
				text = strings.ReplaceAll(text, part, "[token]")
			}
		}
	}
	return text
}

func withoutQuery(text string) string {
	before, _, _ := strings.Cut(text, "?")
	return before
}
