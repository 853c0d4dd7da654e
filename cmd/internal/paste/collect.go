package paste

import (
	"strings"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// maxDepth is how many encodings deep a token is looked for: a JSON string
// within JSON, a percent-encoded value within that.
const maxDepth = 3

// maxName is the longest name, in bytes, that is kept for a token.
const maxName = 64

// collector gathers the tokens of a text: each once, with all its names.
type collector struct {
	found []Token
	index map[string]int
	names map[nameOf]bool
}

type nameOf struct {
	token int
	name  string
}

// add notes an occurrence of a token. The first name wins, any name beats none,
// and a token that also stands there unbroken needed no repair.
func (c *collector) add(t Token) {
	t.Name = cleanName(t.Name)
	i, known := c.index[t.Text]
	if !known {
		if c.index == nil {
			c.index, c.names = map[string]int{}, map[nameOf]bool{}
		}
		i = len(c.found)
		c.index[t.Text] = i
		c.found = append(c.found, t)
	}
	seen := &c.found[i]
	seen.Repaired = seen.Repaired && t.Repaired
	if t.Name == "" || c.names[nameOf{i, t.Name}] {
		return
	}
	c.names[nameOf{i, t.Name}] = true
	switch seen.Name {
	case t.Name:
	case "":
		seen.Name = t.Name
	default:
		seen.OtherNames = append(seen.OtherNames, t.Name)
	}
}

// cleanName returns name, or nothing if it can't serve with --pick or may
// not reach a terminal. A number would be taken for a position.
func cleanName(name string) string {
	if len(name) > maxName || runEnd(name, 0) < len(name) || isNumber(name) {
		return ""
	}
	if strings.EqualFold(name, headerName) {
		return headerName
	}
	return name
}

// isTokenName tells whether a value of that name is a token even if opaque.
func isTokenName(name string) bool {
	return name == idToken || name == AccessToken || name == refreshToken
}

// readText collects from a text: JSON as JSON, anything else by scanning. name
// is for tokens that have none in the text itself.
func (c *collector) readText(text, name string, depth int) {
	if depth > maxDepth {
		return
	}
	if strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[") {
		if v, err := strictjson.Parse([]byte(text)); err == nil {
			if !isJOSE(v) {
				c.readJSON(v, name, depth)
			}
			return
		}
	}
	s := scanner{text: text, fallback: name, depth: depth, to: c}
	s.scan()
}

// readJSON collects from a token response, or from any other JSON that holds
// tokens.
func (c *collector) readJSON(v strictjson.Value, name string, depth int) {
	if text, ok := v.Text(); ok {
		c.readValue(name, text, depth+1)
	}
	for _, item := range v.Items() {
		c.readJSON(item, name, depth)
	}
	for _, m := range v.Members() {
		c.readValue("", m.Name, depth+1)
		c.readJSON(m.Value, m.Name, depth)
	}
}

// readValue collects from a value that was decoded out of JSON or a URL.
func (c *collector) readValue(name, value string, depth int) {
	isBearer := strings.EqualFold(name, headerName) && schemeLen(value) > 0
	if isBearer || isTokenName(name) {
		core, _ := unwrap(value)
		region := readRegion(core, 0)
		if region.end == len(core) && (beginsHeader(core) || region.isOpaque(core, 0)) || isOpaqueValue(core) && !strings.Contains(core, "eyJ") {
			c.add(Token{Name: name, Text: core})
			return
		}
	}
	c.readText(strings.TrimSpace(value), name, depth)
}

// isJOSE recognises the JSON serialisations of JWS and JWE (RFC 7515
// section 7.2, RFC 7516 section 7.2), which are one token and not a response
// with several. A member "signature" alone says nothing: Salesforce's token
// response has one.
func isJOSE(v strictjson.Value) bool {
	if hasMember(v, "ciphertext", strictjson.KindString) {
		return true
	}
	if hasMember(v, "signature", strictjson.KindString) {
		return hasMember(v, "payload", strictjson.KindString) || hasMember(v, "protected", strictjson.KindString)
	}
	signatures := v.Get("signatures").Items()
	return len(signatures) > 0 && hasMember(signatures[0], "signature", strictjson.KindString)
}

func hasMember(v strictjson.Value, name string, kind strictjson.Kind) bool {
	return v.Get(name).Kind() == kind
}
