package provider

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// checkRetry retries where that can help: after a broken connection, a connection
// timeout, a temporary DNS failure, and statuses that suggest a retry. It does not
// retry after an unknown host, a refused connection, a bad certificate or a response
// that breaks a rule.
func (c *Client) checkRetry(ctx context.Context, reply *http.Response, err error) (bool, error) {
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if err != nil {
		e := c.classify(ctx, err)
		return e.Cause == causeConnection || e.Cause == causeTimeout || e.Cause == causeDNS && !nameNotFound(err), nil
	}
	return slices.Contains([]int{429, 502, 503, 504}, reply.StatusCode), nil
}

// backoff doubles the wait each time and follows Retry-After (RFC 9110 section
// 10.2.3), but never waits longer than the settings allow.
func (c *Client) backoff(shortest, longest time.Duration, attempt int, reply *http.Response) time.Duration {
	wait := retryablehttp.DefaultBackoff(shortest, longest, attempt, reply)
	return max(0, min(wait, longest))
}

// refusedRedirect returns the error for a redirect that is not followed.
func refusedRedirect(location, reason string) error {
	return &FetchError{Cause: causeRedirect, Location: location, Text: fmt.Sprintf("the server redirects to %s: %s", location, reason)}
}

// checkRedirect allows maxRedirects within one origin: of https, or of http where
// that was asked in the first place, on loopback or because the caller allows it.
func checkRedirect(next *http.Request, via []*http.Request) error {
	refuse := func(reason string) error { return refusedRedirect(shown(next.URL), reason) }
	first := via[0].URL
	switch {
	case next.URL.Scheme != "https" && next.URL.Scheme != first.Scheme:
		return refuse("that is not https")
	case !sameOrigin(first, next.URL):
		return refuse("that is another origin")
	case next.URL.User != nil:
		return refuse("the address has a user name in it")
	case len(via) > maxRedirects:
		return refuse(fmt.Sprintf("more than %d redirects", maxRedirects))
	}
	return nil
}

// refuseRedirect is for requests that hold a token: net/http would send it on.
// Of the address only the origin is named, because the rest may hold the token.
func refuseRedirect(next *http.Request, _ []*http.Request) error {
	return refusedRedirect(clip(next.URL.Scheme+"://"+next.URL.Host), "a token is not sent on")
}

// checkLocation refuses a redirect to what is not a URL, before net/http makes
// an error of it that quotes it whole.
func checkLocation(reply *http.Response) error {
	if reply.StatusCode/100 != 3 {
		return nil
	}
	if _, err := reply.Request.URL.Parse(reply.Header.Get("Location")); err != nil {
		return &FetchError{Cause: causeRedirect, Text: "the server redirects to what is not a URL"}
	}
	return nil
}

// statusText is a status in words: "404 Not Found".
func statusText(status int) string {
	return strings.TrimSpace(strconv.Itoa(status) + " " + http.StatusText(status))
}
