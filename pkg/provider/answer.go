package provider

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// An answer is what came for a request that held a token.
type answer struct {
	*served
	url     string
	secrets *redactor // secrets in the request
}

// ask sends a request that contains secrets. It does not retry or follow redirects.
func (c *Client) ask(r *http.Request, p target, secrets ...string) (*answer, error) {
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", c.cfg.UserAgent)
	got, failure := c.do(c.transport(p.bounds).once, r)
	a := &answer{served: got, url: withoutQuery(p.url), secrets: newRedactor(secrets...)}
	if failure != nil {
		return nil, a.hide(failure)
	}
	return a, nil
}

// object reads the body as a JSON object, as if the server had answered with a
// status.
func (a *answer) object(status int) (strictjson.Value, *FetchError) {
	if bad := a.check(status); bad != nil {
		return strictjson.Value{}, bad
	}
	document, err := strictjson.ParseObject(a.body)
	if err != nil {
		return strictjson.Value{}, &FetchError{Cause: causeNotJSON, Text: "the response is not a JSON object: " + plainReason(err)}
	}
	return a.secrets.value(document), nil
}

// refused reads the error of RFC 6749 section 5.2, where there is one.
func (a *answer) refused() error {
	e := &RefusedError{URL: clip(a.url), Status: a.status}
	if document, bad := a.object(http.StatusOK); bad == nil {
		code, _ := document.Get("error").Text()
		description, _ := document.Get("error_description").Text()
		e.Code, e.Description = a.quote(code), a.quote(description)
	} else if name, _, err := mime.ParseMediaType(a.header.Get("Content-Type")); err == nil && name == "text/plain" {
		e.Description = a.quote(strings.TrimSpace(string(a.body)))
	}
	return e
}

// plainReason is why a text is not JSON, without a word of that text: it may
// repeat parts of the request in a form that is not recognized.
func plainReason(err error) string {
	if syntax, ok := errors.AsType[*strictjson.SyntaxError](err); ok {
		return fmt.Sprintf("%s at byte %d", syntax.Reason, syntax.Offset)
	}
	return "unreadable"
}

// GetOnce fetches a JSON object at a URL that the user named and that holds a token
// or a secret: once, without following a redirect, and whatever the status of the
// answer. Neither the document nor an error repeats the secrets. The error is a
// *FetchError.
func (c *Client) GetOnce(ctx context.Context, url string, secrets ...string) (*Document, error) {
	ctx, cancel := c.begin(ctx)
	defer cancel()
	p, err := c.tokenTarget(url, nil)
	if err != nil {
		return nil, err
	}
	r := (&http.Request{Method: http.MethodGet, URL: p.url, Header: http.Header{}}).WithContext(ctx)
	a, err := c.ask(r, p, secrets...)
	if err != nil {
		return nil, err
	}
	object, bad := a.object(http.StatusOK)
	if bad != nil && a.status != http.StatusOK { // the status is all there is to go by
		bad = &FetchError{Cause: causeStatus, Status: a.status, Text: "the server answered " + statusText(a.status)}
	}
	if bad != nil {
		return nil, a.hide(bad)
	}
	contentType := a.header.Get("Content-Type")
	return &Document{Object: object, URL: a.url, Status: a.status, ContentType: contentType, ServedJSON: isJSONType(contentType)}, nil
}

// hide completes an error and takes out of it what the server may have
// repeated of the request. The error below stays only if it is the context's.
func (a *answer) hide(e *FetchError) error {
	e.URL = clip(a.url)
	if e.Cause == causeContentType {
		e.Text = "the response is not JSON"
	}
	if !errors.Is(e.Err, context.Canceled) && !errors.Is(e.Err, context.DeadlineExceeded) {
		e.Err = nil
	}
	e.Text, e.Location = a.secrets.text(e.Text), a.secrets.text(e.Location)
	return e
}

// quote bounds what the server says and takes the secrets out of it.
func (a *answer) quote(text string) string { return clip(a.secrets.text(text)) }
