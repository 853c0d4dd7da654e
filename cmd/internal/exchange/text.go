package exchange

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// A reader goes over a text line by line.
type reader struct {
	list  []*Exchange
	side  side
	plain bool // the text has not the marks of curl -v
}

// A side is what the lines that follow belong to.
type side int

const (
	outside side = iota
	requestHead
	responseHead
	responseBody
)

// readText reads what is not a HAR file. It finds at least one exchange: a text
// without a head of HTTP is the body of an answer.
func readText(text string) []*Exchange {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	r := &reader{list: []*Exchange{newExchange()}, plain: !verboseLine().MatchString(text)}
	for text != "" {
		if command, rest, ok := cutCurl(text); ok {
			r.begin().readCommand(command)
			text = rest
			continue
		}
		var line string
		line, text, _ = strings.Cut(text, "\n")
		r.line(line)
	}
	return r.list
}

func (r *reader) last() *Exchange { return r.list[len(r.list)-1] }

// begin returns an exchange for a new request: the last one if nothing is known of
// it yet.
func (r *reader) begin() *Exchange {
	r.side = outside
	e := r.last()
	if e.Method != "" || e.URL != "" || e.Status != 0 {
		r.list = append(r.list, newExchange())
	}
	return r.last()
}

func (r *reader) line(line string) {
	if r.plain {
		r.plainLine(line)
		return
	}
	sent, isSent := strings.CutPrefix(line+" ", "> ")
	received, isReceived := strings.CutPrefix(line+" ", "< ")
	switch {
	case isSent && (r.side != responseBody || requestLine().MatchString(strings.TrimSpace(sent))):
		if r.side != requestHead && r.last().Status != 0 { // otherwise it is the request of the command line above
			r.list = append(r.list, newExchange())
		}
		r.side = requestHead
		r.plainLine(strings.TrimSpace(sent))
		r.side = requestHead
	case isReceived:
		r.side = responseHead
		r.head(strings.TrimSpace(received))
	case noiseLine().MatchString(line), line == "*":
	case r.side == responseHead, r.side == responseBody:
		r.side = responseBody
		body, _, _ := strings.Cut(line, "* Connection #") // what curl -v prints after a body without a line break at its end
		r.plainLine(body)
	}
}

var (
	verboseLine = lazily(`(?m)^[<>] (?:[A-Z]+ \S+ HTTP/|HTTP/)`)
	requestLine = lazily(`^\s*([A-Z]{3,10}) (\S+) HTTP/[0-9.]+$`)
	statusLine  = lazily(`^\s*HTTP/[0-9.]+ ([1-5][0-9][0-9])(?: .*)?$`)
	fieldLine   = lazily("^\\s*(:?[!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*)$")
	// noiseLine matches curl -v's messages about itself, and its progress meter.
	noiseLine = lazily(`^(?:\* |[{}] \[|\s*% Total|\s*Dload|\s*[0-9]+ +[0-9.kMG]+ .*:--)`)
	curlStart = lazily(`^[ \t]*(?:[$%#>] )?curl(?:\.exe)?[ \t]+`)
)

// lazily returns a function that compiles a regular expression when it is first
// called: most runs read no recording.
func lazily(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

func (r *reader) plainLine(line string) {
	if m := requestLine().FindStringSubmatch(line); m != nil {
		if r.plain {
			r.begin()
		}
		r.last().startHead(m[1], m[2])
		r.side = requestHead
		return
	}
	if statusLine().MatchString(line) {
		if e := r.last(); e.Status >= 200 && r.plain {
			r.list = append(r.list, &Exchange{Method: e.Method, URL: e.URL, Request: e.Request.Clone(), Response: http.Header{}})
		}
		r.side = responseHead
	}
	r.head(line)
}

// head reads a line of a head, or one that belongs to a body.
func (r *reader) head(line string) {
	e := r.last()
	if m := statusLine().FindStringSubmatch(line); m != nil {
		e.Status, _ = strconv.Atoi(m[1])
		e.Response, e.Body = http.Header{}, ""
		return
	}
	field := fieldLine().FindStringSubmatch(line)
	switch {
	case r.side == responseBody, r.side == outside && (field == nil || !isTelling(field[1])):
		e.Body += line + "\n"
	case strings.TrimSpace(line) == "" && r.side == responseHead:
		r.side = responseBody
	case strings.TrimSpace(line) == "" && r.side == requestHead:
		r.side = outside
	case field == nil:
	case r.side == requestHead, r.side == outside && !isOfResponse(field[1]):
		e.addRequest(field[1], field[2])
	default:
		e.Response.Add(field[1], strings.TrimSpace(field[2]))
	}
}

// isTelling reports whether a line is a header field even where nothing else says
// so: people copy single ones.
func isTelling(name string) bool {
	return isOfResponse(name) || strings.EqualFold(name, "authorization") || strings.EqualFold(name, "dpop")
}

func isOfResponse(name string) bool {
	return strings.EqualFold(name, "www-authenticate") || strings.EqualFold(name, "dpop-nonce")
}

// startHead takes the first line of a request. A command line above it knows the
// whole URL.
func (e *Exchange) startHead(method, target string) {
	e.Method, e.Request = method, http.Header{}
	if e.URL == "" || !strings.HasSuffix(e.URL, target) {
		e.URL = target
	}
}

// addRequest adds a field, and completes a URL that is only a path.
func (e *Exchange) addRequest(name, value string) {
	value = strings.TrimSpace(value)
	e.Request.Add(name, value)
	if (strings.EqualFold(name, "host") || name == ":authority") && strings.HasPrefix(e.URL, "/") {
		scheme := "https://"
		if strings.HasPrefix(value, "localhost") || strings.HasPrefix(value, "127.") {
			scheme = "http://"
		}
		e.URL = scheme + value + e.URL
	}
}
