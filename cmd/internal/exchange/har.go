package exchange

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// readHAR reads a HAR file (HTTP Archive 1.2), or one entry of it.
func readHAR(text string) ([]*Exchange, bool) {
	if !strings.HasPrefix(strings.TrimSpace(text), "{") {
		return nil, false
	}
	document, err := strictjson.Parse([]byte(text))
	if err != nil {
		return nil, false
	}
	entries := document.Get("log").Get("entries")
	if entries.Type() == strictjson.TypeArray {
		var list []*Exchange
		for _, entry := range entries.Items() {
			list = append(list, readEntry(entry))
		}
		return list, true
	}
	if document.Get("request").Get("headers").Exists() || document.Get("response").Get("headers").Exists() {
		return []*Exchange{readEntry(document)}, true
	}
	return nil, false
}

func readEntry(entry strictjson.Value) *Exchange {
	request, response := entry.Get("request"), entry.Get("response")
	e := newExchange()
	readFields(request, e.Request)
	readFields(response, e.Response)
	e.Method, _ = request.Get("method").Text()
	e.URL, _ = request.Get("url").Text()
	e.Body, _ = response.Get("content").Get("text").Text()
	if literal, ok := response.Get("status").Literal(); ok {
		e.Status, _ = strconv.Atoi(literal)
	}
	return e
}

func readFields(v strictjson.Value, fields http.Header) {
	for _, header := range v.Get("headers").Items() {
		name, _ := header.Get("name").Text()
		value, _ := header.Get("value").Text()
		fields.Add(name, value)
	}
}
