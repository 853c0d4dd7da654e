package paste

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// maxDepth is how many encodings deep a token is looked for: a JSON string within
// JSON, a percent-encoded value within that.
const maxDepth = 4

// maxName is the longest name, in bytes, that is kept for a token.
const maxName = 64

// context is the text around a token.
type context struct {
	name     string // of the value, for tokens that have none of their own
	depth    int
	repair   string // what was undone to get there
	encoding string
}

// in is the context of a value inside another.
func (c context) in(name string) context {
	c.depth++
	if name != "" {
		c.name = name
	}
	return c
}

// collector gathers the tokens of a text: each once, with all its names.
type collector struct {
	found []Token
	index map[string]int
	names map[namedToken]bool
}

type namedToken struct {
	token int
	name  string
}

// add records an occurrence of a token. The first name wins, and any name is better
// than none. A token that also occurs in one piece needs no repair.
func (c *collector) add(t Token) {
	t.Name = cleanName(t.Name)
	i, known := c.index[t.Text]
	if !known {
		if c.index == nil {
			c.index, c.names = map[string]int{}, map[namedToken]bool{}
		}
		i = len(c.found)
		c.index[t.Text] = i
		c.found = append(c.found, t)
	}
	seen := &c.found[i]
	if t.Repair == "" {
		seen.Repair = ""
	}
	if t.Name == "" || c.names[namedToken{i, t.Name}] {
		return
	}
	c.names[namedToken{i, t.Name}] = true
	switch seen.Name {
	case t.Name:
	case "":
		seen.Name = t.Name
	default:
		seen.OtherNames = append(seen.OtherNames, t.Name)
	}
}

// take adds a token found in a context.
func (c *collector) take(t Token, in context) {
	if cleanName(t.Name) == "" {
		t.Name = in.name
	}
	if t.Repair == "" {
		t.Repair = in.repair
	}
	t.Encoding = in.encoding
	c.add(t)
}

// plainPart is a part of a name that cannot be a part of a token: short, or made
// of words and a number.
var plainPart = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(.{0,7}|[A-Z]*[a-z]*([A-Z]+[a-z]+){0,4}[0-9]{0,4})$`)
})

// cleanName returns name, or an empty string if --pick cannot use it or it may not be
// printed: a number would be read as a position, and text before "=" may be part of a
// token.
func cleanName(name string) string {
	if len(name) > maxName || runEnd(name, 0) < len(name) || isNumber(name) {
		return ""
	}
	for part := range strings.FieldsFuncSeq(name, func(r rune) bool { return strings.ContainsRune("._-", r) }) {
		if !plainPart().MatchString(part) || strings.HasPrefix(part, "eyJ") {
			return ""
		}
	}
	if strings.EqualFold(name, headerName) {
		return headerName
	}
	return name
}

// isTokenName reports whether a value of that name is a token even if opaque.
func isTokenName(name string) bool {
	return name == idToken || name == AccessToken || name == refreshToken
}

// isMemberName reports whether a member of JSON of that name is a token even if
// opaque, as in a credential of kubectl.
func isMemberName(name string) bool {
	return name == "token" || name == "accessToken" || name == "idToken"
}

// readText collects from a text: JSON as JSON, anything else by scanning.
func (c *collector) readText(text string, in context) {
	if in.depth > maxDepth {
		return
	}
	if strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[") {
		if v, err := strictjson.Parse([]byte(text)); err == nil {
			if !isJOSE(v) {
				c.readJSON(v, in)
			}
			return
		}
	}
	text = c.readChunks(text, in)
	s := scanner{text: text, in: in, to: c}
	s.scan()
}

// readJSON collects from a token response, or from any other JSON that holds
// tokens.
func (c *collector) readJSON(v strictjson.Value, in context) {
	if text, ok := v.Text(); ok {
		c.readValue(text, in.in(""))
	}
	for _, item := range v.Items() {
		c.readJSON(item, in)
	}
	for _, m := range v.Members() {
		unnamed := in.in("")
		unnamed.name = ""
		c.readValue(m.Name, unnamed)
		named := in
		named.name = m.Name
		c.readJSON(m.Value, named)
	}
}

// readValue collects from a value that was decoded out of JSON or a URL.
func (c *collector) readValue(value string, in context) {
	isBearer := strings.EqualFold(in.name, headerName) && schemeLen(value) > 0
	if core := unwrap(value); (isBearer || isTokenName(in.name) || isMemberName(in.name)) && !beginsBase64(core.Text) {
		region := readRegion(core.Text, 0)
		isWhole := region.end == len(core.Text) && (beginsHeader(core.Text) || region.isOpaque(core.Text, 0))
		if isWhole || isOpaqueValue(core.Text) && !strings.Contains(core.Text, "eyJ") {
			c.take(Token{Text: core.Text, Repair: core.Repair}, in)
			return
		}
	}
	c.readText(strings.TrimSpace(value), in)
}

// chunk is one part of a cookie that was too long for one: NextAuth, Supabase and
// others write name.0, name.1 and so on.
var chunk = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`([A-Za-z0-9_.-]+)\.(\d{1,2})=("?)([^;,\s"'&]+)"?`)
})

// readChunks collects from the values that stand in several cookies and returns
// the text without them.
func (c *collector) readChunks(text string, in context) string {
	type cookie struct {
		parts  []string
		ranges [][]int
	}
	cookies := map[string]*cookie{}
	var names []string
	for _, m := range chunk().FindAllStringSubmatchIndex(text, -1) {
		name := text[m[2]:m[3]]
		one := cookies[name]
		if one == nil {
			one = &cookie{}
			cookies[name] = one
			names = append(names, name)
		}
		if text[m[4]:m[5]] == strconv.Itoa(len(one.parts)) {
			one.parts = append(one.parts, text[m[8]:m[9]])
			one.ranges = append(one.ranges, m[:2])
		}
	}
	var used [][]int
	for _, name := range names {
		if one := cookies[name]; len(one.parts) > 1 {
			used = append(used, one.ranges...)
			here := in.in(name)
			here.encoding = "a cookie in several parts"
			c.readValue(strings.Join(one.parts, ""), here)
		}
	}
	return without(text, used)
}

// without returns text less some ranges of it.
func without(text string, ranges [][]int) string {
	slices.SortFunc(ranges, func(a, b []int) int { return a[0] - b[0] })
	var rest strings.Builder
	pos := 0
	for _, r := range ranges {
		rest.WriteString(text[pos:r[0]])
		pos = r[1]
	}
	rest.WriteString(text[pos:])
	return rest.String()
}

// readBase64 collects from base64 of a token, as in a Secret of Kubernetes, or of
// a document that holds some, as in a session of Supabase. It reports whether
// there was one.
func (c *collector) readBase64(encoded string, in context) bool {
	text := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(encoded, "="))
	data, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil || in.depth >= maxDepth {
		return false
	}
	before := len(c.found)
	in.depth++
	if in.encoding == "" {
		in.encoding = "base64"
	}
	if inner := strings.TrimSpace(string(data)); isCompact(inner) {
		c.take(Token{Text: inner}, in)
	} else {
		c.readText(inner, in)
	}
	return len(c.found) > before
}

// isJOSE recognises the JSON serialisations of JWS and JWE (RFC 7515 section 7.2,
// RFC 7516 section 7.2), which are one token and not a response with several. A
// member "signature" alone says nothing: Salesforce's token response has one.
func isJOSE(v strictjson.Value) bool {
	if hasText(v, "ciphertext") {
		return true
	}
	if hasText(v, "signature") {
		return hasText(v, "payload") || hasText(v, "protected")
	}
	signatures := v.Get("signatures").Items()
	return len(signatures) > 0 && hasText(signatures[0], "signature")
}

func hasText(v strictjson.Value, name string) bool {
	return v.Get(name).Type() == strictjson.TypeString
}
