package challenge

import (
	"errors"
	"fmt"
	"strings"
)

// Parse reads the values of the WWW-Authenticate fields of one response, in order. It
// returns every challenge that it can read, even with an error. The error is nil if
// the values follow the grammar of RFC 9110 section 11.6.1; otherwise it lists every
// violation and its position.
func Parse(values ...string) ([]Challenge, error) {
	var list []Challenge
	var faults []error
	for _, value := range values {
		if len(value) > maxLength {
			faults = append(faults, errTooLong)
			continue
		}
		p := parser{text: value}
		p.parse()
		list = append(list, p.list...)
		faults = append(faults, p.faults...)
	}
	return list, errors.Join(faults...)
}

// A parser goes over one field value once, from left to right.
type parser struct {
	text   string
	pos    int
	list   []Challenge
	faults []error
}

func (p *parser) parse() {
	for {
		p.skip(" \t,") // empty elements of a list are allowed: RFC 9110 section 5.6.1.2
		if p.pos == len(p.text) {
			return
		}
		p.element()
	}
}

// element reads what stands between two commas: a scheme with what follows it, or
// one more parameter.
func (p *parser) element() {
	start := p.pos
	word := p.word()
	switch {
	case word == "":
		p.fault(start, "expected a scheme or a parameter")
		p.skipElement()
	case p.atEquals() && len(p.list) == 0:
		p.fault(start, "a parameter without a scheme before it")
		p.list = append(p.list, Challenge{})
		p.param(word)
	case p.atEquals():
		if p.last().Token68 != "" {
			p.fault(start, "a parameter after a token68")
		}
		p.param(word)
	default:
		p.list = append(p.list, Challenge{Scheme: word})
		p.credentials()
	}
}

// credentials reads what follows a scheme: a token68, a first parameter, or
// nothing.
func (p *parser) credentials() {
	here := p.pos
	p.skip(" \t")
	if p.pos == here && !p.endsElement(here) {
		p.fault(here, "expected a space after the scheme")
	}
	if n := token68Len(p.text[p.pos:]); p.endsElement(p.pos + n) { // n is 0 if the scheme stands alone
		p.last().Token68 = p.text[p.pos : p.pos+n]
		p.pos += n
		return
	}
	start := p.pos
	word := p.word()
	if word != "" && p.atEquals() {
		p.param(word)
		return
	}
	p.fault(start, "expected a parameter after the scheme")
	p.skipElement()
}

// param reads "=" and a value behind the name of a parameter.
func (p *parser) param(name string) {
	p.skip(" \t")
	p.pos++ // the equals sign, which the caller has seen
	p.skip(" \t")
	start := p.pos
	value := ""
	quoted := p.pos < len(p.text) && p.text[p.pos] == '"'
	if quoted {
		value = p.quotedString()
	} else if value = p.word(); value == "" {
		p.fault(start, "the parameter has no value")
	}
	if !p.endsElement(p.pos) {
		value += p.mend(quoted, start)
	}
	if _, twice := p.last().lookup(name); twice {
		p.fault(start, "the parameter "+name+" appears twice")
	}
	p.last().Params = append(p.last().Params, Param{name, value})
}

// mend goes on behind a value that is not followed by a comma. Either the comma
// was forgotten, or the quotes were: then the rest belongs to the value.
func (p *parser) mend(quoted bool, start int) string {
	here := p.pos
	p.skip(" \t")
	blank := p.pos > here
	next := p.pos
	word := p.word()
	named := word != "" && p.atEquals()
	p.pos = next
	if quoted || blank && named {
		p.fault(next, "expected a comma")
		if !blank || word == "" {
			p.skipElement()
		}
		return ""
	}
	p.fault(start, "the value needs quotes")
	p.pos = here
	p.skipElement()
	return strings.TrimRight(p.text[here:p.pos], " \t")
}

// quotedString reads a quoted-string and returns what it stands for.
func (p *parser) quotedString() string {
	var b strings.Builder
	start := p.pos
	for p.pos++; p.pos < len(p.text); p.pos++ {
		switch c := p.text[p.pos]; {
		case c == '"':
			p.pos++
			return b.String()
		case c == '\\' && p.pos+1 < len(p.text):
			p.pos++
			c = p.text[p.pos]
			fallthrough
		default:
			if c < ' ' && c != '\t' || c == 0x7f {
				p.fault(p.pos, "a control character in a quoted string")
			}
			b.WriteByte(c)
		}
	}
	p.fault(start, "the closing quote is missing")
	return b.String()
}

// word reads a token, which may be empty.
func (p *parser) word() string {
	n := tokenLen(p.text[p.pos:])
	p.pos += n
	return p.text[p.pos-n : p.pos]
}

// atEquals reports whether an equals sign follows, perhaps behind blanks.
func (p *parser) atEquals() bool {
	return strings.HasPrefix(strings.TrimLeft(p.text[p.pos:], " \t"), "=")
}

// endsElement reports whether nothing but blanks stands between a position and
// the next comma or the end.
func (p *parser) endsElement(pos int) bool {
	rest := strings.TrimLeft(p.text[pos:], " \t")
	return rest == "" || rest[0] == ','
}

func (p *parser) skip(blanks string) {
	for p.pos < len(p.text) && strings.IndexByte(blanks, p.text[p.pos]) >= 0 {
		p.pos++
	}
}

// skipElement goes to the next comma outside quotes, or to the end.
func (p *parser) skipElement() {
	quoted := false
	for ; p.pos < len(p.text); p.pos++ {
		switch c := p.text[p.pos]; {
		case c == '"':
			quoted = !quoted
		case c == '\\' && quoted:
			p.pos = min(p.pos+1, len(p.text)-1)
		case c == ',' && !quoted:
			return
		}
	}
}

func (p *parser) last() *Challenge { return &p.list[len(p.list)-1] }

func (p *parser) fault(offset int, text string) {
	p.faults = append(p.faults, fmt.Errorf("%s at byte %d", text, offset+1))
}
