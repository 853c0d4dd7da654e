package paste

import (
	"net/url"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// scanner looks for tokens in text that is not JSON. It goes over the text once,
// from one run of token characters to the next: a run is a token, the name of a
// value, or a word. It reads ahead over the same text only a fixed number of times,
// so the time is linear in the length of the text.
type scanner struct {
	text   string
	in     context
	region region
	to     *collector
}

// label is the text before a value: `name=`, `"name": "`, `Authorization:
// Bearer `.
type label struct {
	name    string
	sep     byte // '=' or ':', 0 if there is no label
	quoted  bool
	opaque  bool // the value is a token whatever it looks like
	schemes int  // number of times "Bearer" precedes the value
	start   int  // of the value
}

func (s *scanner) scan() {
	for pos := 0; pos < len(s.text); {
		end := runEnd(s.text, pos)
		switch {
		case end == pos:
			pos++
		case beginsHeader(s.text[pos:end]) && !followsLetter(s.text, pos):
			pos = s.takeToken(pos, label{})
		case beginsBase64(s.text[pos:end]):
			pos = s.takeBase64(pos, label{})
		default:
			pos = s.takeValue(pos, end, s.labelAt(pos, end))
		}
	}
}

// labelAt reads the run text[pos:end] as the name of the value that follows.
func (s *scanner) labelAt(pos, end int) label {
	i := end
	if i < len(s.text) && isQuote(s.text[i]) {
		i++
	}
	i = skipBlanks(s.text, i)
	if i == len(s.text) || s.text[i] != '=' && s.text[i] != ':' {
		return label{}
	}
	l := label{name: s.text[pos:end], sep: s.text[i]}
	l.start = skipBlanks(s.text, i+1)
	tight := l.start == end+1
	if l.start < len(s.text) && isQuote(s.text[l.start]) {
		l.quoted = true
		l.start++
	}
	for l.schemes < 3 && l.start < len(s.text) {
		scheme := schemeLen(s.text[l.start:min(len(s.text), l.start+len("bearer "))])
		if scheme == 0 {
			break
		}
		l.schemes++
		l.start = skipBlanks(s.text, l.start+scheme)
	}
	switch {
	case strings.EqualFold(l.name, headerName):
		l.opaque = l.sep == ':' && l.schemes > 0
	case isTokenName(l.name):
		l.opaque = l.sep == '=' && tight || l.sep == ':' && l.quoted // else it may be prose
	}
	return l
}

// takeValue collects the value after a label and returns the position after it. The
// name of the label is text[pos:end].
func (s *scanner) takeValue(pos, end int, l label) int {
	if l.sep == 0 {
		return s.takeScheme(pos, end)
	}
	region := s.regionAt(l.start)
	value := s.text[l.start:region.end]
	if region.percent >= l.start && (l.sep == '=' || beginsHeader(value)) {
		if decoded, err := url.PathUnescape(value); err == nil {
			in := s.in.in(l.name)
			if l.sep == ':' {
				in.repair = repairPercent
			}
			s.to.readValue(decoded, in)
			return region.end
		}
		s.region.percent = -1 // what could not be decoded once is not tried again
	}
	if l.quoted && l.opaque && strings.Contains(value, `\`) {
		if v, err := strictjson.Parse([]byte(`"` + value + `"`)); err == nil {
			text, _ := v.Text()
			s.to.readValue(text, s.in.in(l.name))
			return region.end
		}
	}
	switch {
	case beginsHeader(value):
		return s.takeToken(l.start, l)
	case beginsBase64(value):
		return s.takeBase64(l.start, l)
	case l.opaque && region.isOpaque(s.text, l.start):
		s.take(l, Token{Text: value})
		return region.end
	}
	return l.start
}

// takeScheme reads a scheme that is percent-encoded together with its token, as
// in "Bearer%20eyJ…".
func (s *scanner) takeScheme(pos, end int) int {
	if rest, ok := strings.CutPrefix(s.text[end:], "%20"); !ok || schemeLen(s.text[pos:end]) == 0 || !beginsHeader(rest) {
		return end
	}
	next := s.takePercent(end+len("%20"), label{})
	return max(next, end)
}

// takePercent collects a token that is percent-encoded as a whole.
func (s *scanner) takePercent(start int, l label) int {
	region := s.regionAt(start)
	decoded, err := url.PathUnescape(s.text[start:region.end])
	if err == nil && isCompact(decoded) {
		s.take(l, Token{Text: decoded, Repair: repairPercent})
	}
	return region.end
}

// takeBase64 collects what base64 that begins at start holds.
func (s *scanner) takeBase64(start int, l label) int {
	region := s.regionAt(start)
	in := s.in
	if l.name != "" {
		in.name = l.name
	}
	s.to.readBase64(strings.TrimPrefix(s.text[start:region.end], supabase), in)
	return region.end
}

// takeToken collects the token that begins at start, if it is one, and returns
// where to go on.
func (s *scanner) takeToken(start int, l label) int {
	end := runEnd(s.text, start)
	switch {
	case !tokenEndsAt(s.text, end) && s.text[end] == '%' && !l.opaque:
		return s.takePercent(start, l)
	case !tokenEndsAt(s.text, end):
		// This character cannot be part of a token, so what follows is not a token
		// either.
		region := s.regionAt(start)
		if l.opaque || l.sep != 0 && padded().MatchString(s.text[start:region.end]) {
			s.take(l, Token{Text: s.text[start:region.end]})
		}
		return region.end
	case endsSentence(s.text[start:end]) && blockEnd(s.text, line{start: start, end: end}) == end:
		s.take(l, Token{Text: s.text[start : end-1], Repair: repairStop})
		return end
	}
	token, next, joined, ok := tokenAt(s.text, line{start: start, end: end})
	if ok || l.opaque {
		t := Token{Text: token}
		if joined {
			t.Repair = repairLines
		}
		s.take(l, t)
	}
	return next
}

func (s *scanner) take(l label, t Token) {
	t.Name = l.name
	if l.schemes > 1 && t.Repair == "" {
		t.Repair = repairScheme
	}
	s.to.take(t, s.in)
}

// regionAt returns the region around start, which is read only once.
func (s *scanner) regionAt(start int) region {
	if start >= s.region.end {
		s.region = readRegion(s.text, start)
	}
	return s.region
}
