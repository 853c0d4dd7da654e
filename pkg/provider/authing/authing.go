// Package authing asks Authing about tokens through its own endpoint, which
// it has besides RFC 7662.
package authing

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/provider"
)

// validatePath is where Authing answers questions about tokens.
const validatePath = "/api/v2/oidc/validate_token"

// ValidateToken asks Authing about a token: GET <origin>/api/v2/oidc/validate_token.
// parameter is "access_token" or "id_token". The token is in the URL, so it ends up
// in server and proxy logs. The HTTP status means nothing there: a body with claims
// says that the token is valid, {"code": 400, "message": …} that it is not. Any
// other code is a *provider.RefusedError; other errors are *provider.FetchError. The
// request is sent once.
func ValidateToken(ctx context.Context, client *provider.Client, origin, parameter, token string) (*provider.Introspection, error) {
	if parameter != "access_token" && parameter != "id_token" {
		return nil, fmt.Errorf("authing: %q is no parameter of validate_token", parameter)
	}
	address := origin + validatePath + "?" + url.Values{parameter: {token}}.Encode()
	answer, err := client.GetOnce(ctx, address, token)
	if err != nil {
		return nil, err
	}
	document := answer.Object
	code, coded := document.Get("code").Literal()
	message, worded := document.Get("message").Text()
	_, issued := document.Get("iss").Text()
	_, expires := document.Get("exp").Literal()
	switch {
	case coded && worded && code == "400":
		return &provider.Introspection{Document: document, URL: answer.URL, Code: code, Message: bounded(message)}, nil
	case coded && worded:
		return nil, &provider.RefusedError{URL: answer.URL, Status: answer.Status, Code: bounded(code), Description: bounded(message)}
	case issued && expires && !coded:
		return &provider.Introspection{Active: true, Document: document, URL: answer.URL}, nil
	case answer.Status != http.StatusOK:
		return nil, &provider.FetchError{Cause: "status", URL: answer.URL, Status: answer.Status, Text: fmt.Sprintf("the server answered %d", answer.Status)}
	}
	return nil, &provider.FetchError{Cause: "bad_reply", URL: answer.URL, Text: "neither claims nor a code and a message"}
}

// bounded cuts a text of the server's to the 200 bytes that errors quote.
func bounded(text string) string {
	const most = 200
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
