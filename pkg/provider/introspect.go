package provider

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// The values of IntrospectionRequest.AuthMethod.
const (
	authNone   = "none"
	authBasic  = "client_secret_basic"
	authPost   = "client_secret_post"
	authBearer = "bearer"
)

// An IntrospectionRequest is a question about a token (RFC 7662 section 2.1).
type IntrospectionRequest struct {
	Token    string
	TypeHint string // token_type_hint, or empty
	// AuthMethod is how the client authenticates, by the name that metadata has for it:
	// "client_secret_basic" or "client_secret_post" (RFC 6749 section 2.3.1), "bearer"
	// (an access token, RFC 7662 section 2.1), or "none" (the client_id alone, if there
	// is one), which is the same as empty.
	AuthMethod string
	ClientID   string
	Secret     string // for client_secret_basic and client_secret_post
	Bearer     string // for bearer
	// NamedBy is the metadata that names the endpoint; nil if the user does.
	NamedBy *Metadata
}

// An Introspection is what a server says about a token.
type Introspection struct {
	Active   bool
	Document strictjson.Value // as it was served
	URL      string           // without its query
	// Code and Message are what package authing got with the answer that the token
	// is not valid. Message is bounded and quotes the server.
	Code, Message string
}

// Introspect asks the endpoint about a token, once: a POST is neither
// redirected nor repeated. "active" has to be a boolean (RFC 7662 section 2.2).
// The error is a *RefusedError where the server does not talk to this client,
// else a *FetchError. No error says anything about the token.
func (c *Client) Introspect(ctx context.Context, endpoint string, q IntrospectionRequest) (*Introspection, error) {
	ctx, cancel := c.begin(ctx)
	defer cancel()
	p, err := c.tokenTarget(endpoint, q.NamedBy)
	if err != nil {
		return nil, err
	}
	basic := base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(q.ClientID) + ":" + url.QueryEscape(q.Secret)))
	request, err := q.request(p.url, basic)
	if err != nil {
		return nil, err
	}
	a, err := c.ask(request.WithContext(ctx), p, q.Token, q.Secret, q.Bearer, basic)
	if err != nil {
		return nil, err
	}
	if slices.Contains([]int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden}, a.status) {
		return nil, a.refused()
	}
	document, bad := a.object(a.status)
	if bad != nil {
		return nil, a.hide(bad)
	}
	active := document.Get("active")
	if code, _ := document.Get("error").Text(); code != "" && !active.Exists() { // with status 200, as some do
		return nil, a.refused()
	}
	if active.Type() != strictjson.TypeBool {
		return nil, a.hide(&FetchError{Cause: causeReply, Text: fmt.Sprintf("\"active\" is not a boolean but of type %s", active.Type())})
	}
	return &Introspection{Active: active.True(), Document: document, URL: a.url}, nil
}

// tokenTarget checks where a token is about to be sent.
func (c *Client) tokenTarget(endpoint string, by *Metadata) (target, error) {
	var p target
	var err error
	if by == nil {
		p, err = c.typedTarget(endpoint)
	} else if err = by.refuseMismatch(); err == nil {
		p, err = c.namedTarget("introspection_endpoint", endpoint, by)
	}
	if err == nil && c.cfg.Offline {
		err = &FetchError{Cause: causeOffline, URL: shown(p.url), Text: "only the server can say whether a token is active, and the network must not be used"}
	}
	return p, err
}

// request returns a POST request without GetBody, so that nothing can resend it.
func (q IntrospectionRequest) request(endpoint *url.URL, basic string) (*http.Request, error) {
	form := url.Values{"token": {q.Token}}
	if q.TypeHint != "" {
		form.Set("token_type_hint", q.TypeHint)
	}
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	switch q.AuthMethod {
	case authNone, "":
		if q.ClientID != "" {
			form.Set("client_id", q.ClientID)
		}
	case authPost:
		form.Set("client_id", q.ClientID)
		form.Set("client_secret", q.Secret)
	case authBearer:
		header.Set("Authorization", "Bearer "+q.Bearer)
	case authBasic:
		header.Set("Authorization", "Basic "+basic)
	default:
		return nil, fmt.Errorf("provider: unknown way to authenticate %q", q.AuthMethod)
	}
	body := form.Encode()
	return &http.Request{
		Method: http.MethodPost, URL: endpoint, Header: header, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}, nil
}
