package paste

import (
	"net/url"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// scanner looks for tokens in text that is not JSON. It goes over the text
// once, from one run of token characters to the next: a run is a token, or the
// name of a value, or a word. What it looks at ahead is never looked at again
// more than a fixed number of times, so that no text takes long.
type scanner struct {
	text     string
	fallback string // name of the tokens that have none of their own
	depth    int
	region   region
	to       *collector
}

// label is what stands before a value: `name=`, `"name": "`,
// `Authorization: Bearer `.
type label struct {
	name   string
	sep    byte // '=' or ':', 0 if there is no label
	quoted bool
	opaque bool // the value is a token whatever it looks like
	start  int  // of the value
}

func (s *scanner) scan() {
	for pos := 0; pos < len(s.text); {
		end := runEnd(s.text, pos)
		switch {
		case end == pos:
			pos++
		case beginsHeader(s.text[pos:end]) && !followsLetter(s.text, pos):
			pos = s.takeToken(pos, label{})
		default:
			pos = s.takeValue(end, s.labelAt(pos, end))
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
	scheme := 0
	if l.start < len(s.text) {
		scheme = schemeLen(s.text[l.start:min(len(s.text), l.start+len("bearer "))])
	}
	if scheme > 0 {
		l.start = skipBlanks(s.text, l.start+scheme)
	}
	switch {
	case strings.EqualFold(l.name, headerName):
		l.opaque = l.sep == ':' && scheme > 0
	case isTokenName(l.name):
		l.opaque = l.sep == '=' && tight || l.sep == ':' && l.quoted // else it may be prose
	}
	return l
}

// takeValue collects the value behind a label and returns where to go on; end
// is where the label's name ends.
func (s *scanner) takeValue(end int, l label) int {
	if l.sep == 0 {
		return end
	}
	region := s.regionAt(l.start)
	value := s.text[l.start:region.end]
	if l.sep == '=' && region.percent >= l.start {
		if decoded, err := url.PathUnescape(value); err == nil {
			s.to.readValue(l.name, decoded, s.depth+1)
			return region.end
		}
		s.region.percent = -1 // what could not be decoded once is not tried again
	}
	if l.quoted && l.opaque && strings.Contains(value, `\`) {
		if v, err := strictjson.Parse([]byte(`"` + value + `"`)); err == nil {
			text, _ := v.Text()
			s.to.readValue(l.name, text, s.depth+1)
			return region.end
		}
	}
	if beginsHeader(value) {
		return s.takeToken(l.start, l)
	}
	if l.opaque && region.isOpaque(s.text, l.start) {
		s.add(l, value, false)
		return region.end
	}
	return l.start
}

// takeToken collects the token that begins at start, if it is one, and returns
// where to go on.
func (s *scanner) takeToken(start int, l label) int {
	end := runEnd(s.text, start)
	if !tokenEndsAt(s.text, end) {
		// A character that no token has: what is behind it is no token either.
		region := s.regionAt(start)
		if l.opaque {
			s.add(l, s.text[start:region.end], false)
		}
		return region.end
	}
	block := readBlock(s.text, start, end)
	text, next, repaired, ok := block.token()
	if ok || l.opaque {
		s.add(l, text, repaired)
	}
	return next
}

func (s *scanner) add(l label, text string, repaired bool) {
	name := l.name
	if cleanName(name) == "" {
		name = s.fallback
	}
	s.to.add(Token{Name: name, Text: text, Repaired: repaired})
}

// regionAt returns the region around start, which is read only once.
func (s *scanner) regionAt(start int) region {
	if start >= s.region.end {
		s.region = readRegion(s.text, start)
	}
	return s.region
}
