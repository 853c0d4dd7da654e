package provider

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
)

// A source is a document that can be fetched or found in the cache.
type source struct {
	name   memoryKey // the issuer is empty for a URL named by the user
	target target

	address, form string // of metadata: the address and its form
	issuer        string // that the metadata must name
	// whole reports that the user named the address of the metadata. The address then
	// determines the issuer except for a trailing slash.
	whole bool
}

// file returns the key of the document on disk.
func (s source) file() memoryKey {
	return memoryKey{s.name.kind, s.name.issuer, s.target.url.String()}
}

// get fetches a document: 200 and JSON, or an error.
func (c *Client) get(ctx context.Context, s source) (*entry, *FetchError) {
	start := c.cfg.Now()
	header := http.Header{"Accept": {"application/json, application/jwk-set+json"}, "User-Agent": {c.cfg.UserAgent}}
	if s.target.typed {
		addFields(header, c.cfg.Header)
	}
	r := &http.Request{Method: http.MethodGet, URL: s.target.url, Header: header}
	got, failure := c.do(c.transport(s.target.bounds).retrying, r.WithContext(ctx))
	if failure == nil {
		failure = got.check(got.status)
	}
	if failure != nil {
		failure.URL = shown(s.target.url)
		return nil, failure
	}
	return &entry{
		memoryKey: s.file(), body: string(got.body), contentType: got.header.Get("Content-Type"), fetchedAt: start,
		lifetime: lifetime(got.header), reach: c.book.reach(address(s.target.url)),
	}, nil
}

// What a server answered.
type served struct {
	status int
	header http.Header
	body   []byte
}

// do sends a request. The guard limits the size of the response.
func (c *Client) do(client *http.Client, r *http.Request) (*served, *FetchError) {
	got, err := client.Do(r)
	if err != nil {
		return nil, c.classify(r.Context(), err)
	}
	body, err := io.ReadAll(got.Body)
	if err = errors.Join(err, got.Body.Close()); err != nil {
		return nil, c.classify(r.Context(), err)
	}
	body = bytes.TrimPrefix(body, []byte("\ufeff")) // RFC 8259 section 8.1 permits ignoring it
	return &served{status: got.StatusCode, header: got.Header, body: body}, nil
}

// check requires status 200 and JSON. The status is an argument because that of some
// servers is meaningless. A generic media type is accepted: object stores and
// repositories serve key sets that way, and the metadata lint reports it.
func (s *served) check(status int) *FetchError {
	contentType, encoding := s.header.Get("Content-Type"), s.header.Get("Content-Encoding")
	name, _, err := mime.ParseMediaType(contentType)
	json := isJSONType(contentType)
	page := name == "text/html" || name == "application/xhtml+xml" || !json && bytes.HasPrefix(bytes.TrimLeft(s.body, "\ufeff \t\r\n"), []byte("<"))
	vague := contentType == "" || err == nil && slices.Contains([]string{
		"text/plain", "text/json", "application/octet-stream", "binary/octet-stream", "application/javascript", "text/javascript",
	}, name)
	switch {
	case status != http.StatusOK && page:
		return &FetchError{Cause: causeStatus, Status: status, Text: fmt.Sprintf("the server answered %s, with a web page", statusText(status))}
	case status != http.StatusOK:
		return &FetchError{Cause: causeStatus, Status: status, Text: "the server answered " + statusText(status)}
	case page:
		return &FetchError{Cause: causeHTML, Status: status, Text: pageText(s.body)}
	case encoding != "" && !strings.EqualFold(encoding, "identity"):
		return &FetchError{Cause: causeContentType, Text: fmt.Sprintf("the response has an encoding that was not requested (%s)", clip(encoding))}
	case !json && !vague:
		return &FetchError{Cause: causeContentType, Text: fmt.Sprintf("the response is not JSON but %q", clip(contentType))}
	}
	return nil
}

// isJSONType reports whether a media type is one of JSON: application/json, or
// any with the suffix +json (RFC 6839 section 3.1).
func isJSONType(contentType string) bool {
	name, _, err := mime.ParseMediaType(contentType)
	return err == nil && (name == "application/json" || strings.HasSuffix(name, "+json"))
}

func pageText(body []byte) string {
	lower := bytes.ToLower(body)
	for _, word := range []string{`type="password"`, `type='password'`, "type=password", "sign in", "log in", "login"} {
		if bytes.Contains(lower, []byte(word)) {
			return "a web page came instead of JSON: it looks like a login page"
		}
	}
	return "a web page came instead of JSON"
}

// addFields adds the fields of a header to another.
func addFields(to, fields http.Header) {
	for name, values := range fields {
		for _, value := range values {
			to.Add(name, value)
		}
	}
}

// invalidField returns the name of a field that cannot be sent (RFC 9110 section
// 5), and whether there is one.
func invalidField(header http.Header) (string, bool) {
	const separators = "\"(),/:;<=>?@[\\]{}"
	badName := func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(separators, r) }
	badValue := func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }
	for name, values := range header {
		if name == "" || strings.EqualFold(name, "Host") || strings.ContainsFunc(name, badName) {
			return name, true
		}
		for _, value := range values {
			if strings.ContainsFunc(value, badValue) {
				return name, true
			}
		}
	}
	return "", false
}
