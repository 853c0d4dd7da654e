// Package exchange reads an HTTP request and its response from text as people have
// it: the output of curl -i, curl -v or wget -S, a HAR file, a browser's "copy as
// cURL" followed by the response, or just the body of an error. It extracts what the
// text contains and does not interpret it.
package exchange

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
)

// MaxLength is the length in bytes of the longest text that Parse reads. HAR files
// hold whole pages.
const MaxLength = 32 << 20

// An Exchange is a request and its answer, as far as the text has them.
type Exchange struct {
	Method   string // empty if unknown
	URL      string // or only its path; empty if unknown
	Request  http.Header
	Status   int // 0 if unknown
	Response http.Header
	Body     string // of the response, white space around it removed
	Others   int    // exchanges in the text that were passed over
}

func newExchange() *Exchange { return &Exchange{Request: http.Header{}, Response: http.Header{}} }

// Parse reads a text. If it holds several exchanges, Parse returns the last one
// that was refused (401, 403 or 400), or the last one if none was refused.
func Parse(text string) (*Exchange, error) {
	text = strings.TrimPrefix(text, "\ufeff")
	if strings.TrimSpace(text) == "" {
		return nil, errors.New("no HTTP exchange: nothing but white space was given")
	}
	list, isHAR := readHAR(text)
	if !isHAR {
		list = readText(text)
	}
	chosen := len(list) - 1
	for i, e := range list {
		if e.Refused() {
			chosen = i
		}
	}
	if chosen < 0 {
		return nil, errors.New("the HAR file has no entries")
	}
	e := list[chosen]
	e.Body = strings.TrimSpace(e.Body)
	e.Others = len(list) - 1
	return e, nil
}

// Refused reports whether the status is one that says no to a request's token.
func (e *Exchange) Refused() bool {
	return slices.Contains([]int{http.StatusUnauthorized, http.StatusForbidden, http.StatusBadRequest}, e.Status)
}

// Date returns the time at which the server answered, by its own clock (RFC 9110
// section 6.6.1).
func (e *Exchange) Date() (time.Time, bool) {
	at, err := http.ParseTime(e.Response.Get("Date"))
	return at, err == nil
}
