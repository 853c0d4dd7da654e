// Package authing asks Authing about tokens in the way of its own that it has
// beside RFC 7662.
package authing

import (
	"context"
	"fmt"
	"net/url"

	"github.com/claimcheck/claimcheck/pkg/provider"
)

// validatePath is where Authing answers questions about tokens.
const validatePath = "/api/v2/oidc/validate_token"

// ValidateToken asks Authing about a token: GET <origin>/api/v2/oidc/validate_token.
// parameter is "access_token" or "id_token". The token travels in the URL, so it
// ends up in the logs of servers and proxies. The HTTP status means nothing there:
// a body with claims says that the token is valid, {"code": 400, "message": …}
// that it is not. Any other code is a *provider.RefusedError; other errors are
// *provider.FetchError. The request is sent once.
func ValidateToken(ctx context.Context, client *provider.Client, origin, parameter, token string) (*provider.Introspection, error) {
	if parameter != "access_token" && parameter != "id_token" {
		return nil, fmt.Errorf("authing: %q is no parameter of validate_token", parameter)
	}
	address := origin + validatePath + "?" + url.Values{parameter: {token}}.Encode()
	a, err := client.GetOnce(ctx, address, token)
	if err != nil {
		return nil, err
	}
	document := a.Document
	code, coded := document.Get("code").Literal()
	message, worded := document.Get("message").Text()
	_, issued := document.Get("iss").Text()
	_, expires := document.Get("exp").Literal()
	switch {
	case coded && worded && code == "400":
		return &provider.Introspection{Document: document, URL: a.URL, Code: code, Message: a.Quote(message)}, nil
	case coded && worded:
		return nil, &provider.RefusedError{URL: a.URL, Status: a.Status, Code: a.Quote(code), Description: a.Quote(message)}
	case issued && expires && !coded:
		return &provider.Introspection{Active: true, Document: document, URL: a.URL}, nil
	}
	return nil, a.Unexpected("neither claims nor a code and a message")
}
