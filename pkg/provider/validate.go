package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
)

// validatePath is where Authing answers questions about tokens.
const validatePath = "/api/v2/oidc/validate_token"

// ValidateToken asks Authing about a token: GET <origin>/api/v2/oidc/validate_token.
// parameter is "access_token" or "id_token". The token travels in the URL, so
// it ends up in the logs of servers and proxies. The HTTP status means nothing
// there: a body with claims says that the token is valid, {"code": 400,
// "message": …} that it is not. Any other code is a *RefusedError; other errors
// are *FetchError. The request is sent once.
func (c *Client) ValidateToken(ctx context.Context, origin, parameter, token string) (*Introspection, error) {
	ctx, cancel := c.begin(ctx)
	defer cancel()
	if parameter != "access_token" && parameter != "id_token" {
		return nil, fmt.Errorf("provider: %q is no parameter of validate_token", clip(parameter))
	}
	p, err := c.tokenPlace(origin, nil)
	if err != nil {
		return nil, err
	}
	address := *p.url
	address.Path, address.RawPath, address.RawQuery = validatePath, "", url.Values{parameter: {token}}.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return nil, errors.New("provider: the request to validate_token cannot be made")
	}
	p.url = &address
	a, err := c.ask(r, p, []string{token, url.QueryEscape(token)})
	if err != nil {
		return nil, err
	}
	return a.validation()
}

// validation reads the body, whatever the status.
func (a *answer) validation() (*Introspection, error) {
	document, bad := a.object(http.StatusOK)
	if bad != nil {
		return nil, a.hide(a.statusOr(bad))
	}
	code, coded := document.Get("code").Literal()
	message, worded := document.Get("message").Text()
	_, issued := document.Get("iss").Text()
	_, expires := document.Get("exp").Literal()
	switch {
	case coded && worded && code == "400":
		return &Introspection{Document: document, URL: a.url, Code: code, Message: a.quote(message)}, nil
	case coded && worded:
		return nil, &RefusedError{URL: clip(a.url), Status: a.status, Code: a.quote(code), Description: a.quote(message)}
	case issued && expires && !coded:
		return &Introspection{Active: true, Document: document, URL: a.url}, nil
	}
	return nil, a.hide(a.statusOr(&FetchError{Kind: KindReply, Text: "neither claims nor a code and a message"}))
}

// statusOr is the error for a body that says nothing: then the status is what
// there is.
func (a *answer) statusOr(e *FetchError) *FetchError {
	if a.status == http.StatusOK {
		return e
	}
	return &FetchError{Kind: KindStatus, Status: a.status, Text: "the server answered " + statusText(a.status)}
}
