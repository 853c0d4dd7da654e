package cmd

import (
	"strings"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// pasteMaxDepth is how many encodings deep a token is looked for: a JSON string
// within JSON, a percent-encoded value within that.
const pasteMaxDepth = 3

// pasteMaxName is the longest name, in bytes, that is kept for a token.
const pasteMaxName = 64

// pasteCollector gathers the tokens of a text: each once, with all its names.
type pasteCollector struct {
	found []pastedToken
	index map[string]int
	names map[pasteName]bool
}

type pasteName struct {
	token int
	name  string
}

// add notes an occurrence of a token. The first name wins, any name beats none,
// and a token that also stands there unbroken needed no repair.
func (c *pasteCollector) add(t pastedToken) {
	t.name = cleanPasteName(t.name)
	i, known := c.index[t.text]
	if !known {
		if c.index == nil {
			c.index, c.names = map[string]int{}, map[pasteName]bool{}
		}
		i = len(c.found)
		c.index[t.text] = i
		c.found = append(c.found, t)
	}
	seen := &c.found[i]
	seen.repaired = seen.repaired && t.repaired
	if t.name == "" || c.names[pasteName{i, t.name}] {
		return
	}
	c.names[pasteName{i, t.name}] = true
	switch seen.name {
	case t.name:
	case "":
		seen.name = t.name
	default:
		seen.otherNames = append(seen.otherNames, t.name)
	}
}

// cleanPasteName returns name, or nothing if it can't serve with --pick or may
// not reach a terminal. A number would be taken for a position.
func cleanPasteName(name string) string {
	if len(name) > pasteMaxName || pasteRunEnd(name, 0) < len(name) || isPasteNumber(name) {
		return ""
	}
	if strings.EqualFold(name, pasteHeaderName) {
		return pasteHeaderName
	}
	return name
}

// isPasteTokenName tells whether a value of that name is a token even if opaque.
func isPasteTokenName(name string) bool {
	return name == pasteIDToken || name == pasteAccessToken || name == pasteRefreshToken
}

// readText collects from a text: JSON as JSON, anything else by scanning. name
// is for tokens that have none in the text itself.
func (c *pasteCollector) readText(text, name string, depth int) {
	if depth > pasteMaxDepth {
		return
	}
	if strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[") {
		if v, err := strictjson.Parse([]byte(text)); err == nil {
			if !isPasteJOSE(v) {
				c.readJSON(v, name, depth)
			}
			return
		}
	}
	s := pasteScanner{text: text, fallback: name, depth: depth, to: c}
	s.scan()
}

// readJSON collects from a token response, or from any other JSON that holds
// tokens.
func (c *pasteCollector) readJSON(v strictjson.Value, name string, depth int) {
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
func (c *pasteCollector) readValue(name, value string, depth int) {
	isBearer := strings.EqualFold(name, pasteHeaderName) && pasteSchemeLen(value) > 0
	if isBearer || isPasteTokenName(name) {
		core, _ := unwrapPaste(value)
		region := readPasteRegion(core, 0)
		if region.end == len(core) && (pasteBeginsHeader(core) || region.isOpaque(core, 0)) || isPasteOpaqueValue(core) && !strings.Contains(core, "eyJ") {
			c.add(pastedToken{name: name, text: core})
			return
		}
	}
	c.readText(strings.TrimSpace(value), name, depth)
}

// isPasteJOSE recognises the JSON serialisations of JWS and JWE (RFC 7515
// section 7.2, RFC 7516 section 7.2), which are one token and not a response
// with several. A member "signature" alone says nothing: Salesforce's token
// response has one.
func isPasteJOSE(v strictjson.Value) bool {
	if pasteHas(v, "ciphertext", strictjson.KindString) {
		return true
	}
	if pasteHas(v, "signature", strictjson.KindString) {
		return pasteHas(v, "payload", strictjson.KindString) || pasteHas(v, "protected", strictjson.KindString)
	}
	signatures := v.Get("signatures").Items()
	return len(signatures) > 0 && pasteHas(signatures[0], "signature", strictjson.KindString)
}

func pasteHas(v strictjson.Value, name string, kind strictjson.Kind) bool {
	return v.Get(name).Kind() == kind
}
