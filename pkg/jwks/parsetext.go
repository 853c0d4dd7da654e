package jwks

import (
	"errors"
	"fmt"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// ParseText reads a key set as Parse does, and also in the forms in which people
// have one in a file: as the member "jwks" of another document, in a JSON string,
// in base64, or in YAML, such as the RequestAuthentication of Istio. ReadAs then says so.
func ParseText(data []byte) (*Set, error) {
	set, err := Parse(data)
	if err == nil || errors.As(err, new(*FormatError)) {
		return set, err
	}
	v, jsonErr := strictjson.Parse(data)
	if jsonErr != nil {
		if inner, ok := embeddedSet(string(data)); ok {
			return readAs("a key set in other text")(Parse([]byte(inner)))
		}
		if inner, ok := decodeBase64(string(data)); ok && isKey(string(inner)) {
			return readAs("base64")(Parse(inner))
		}
		return nil, err
	}
	member := v.Get("jwks")
	if text, ok := v.Text(); ok {
		return readAs("a JSON string")(Parse([]byte(text)))
	}
	if text, ok := member.Text(); ok {
		return readAs(`a string in the member "jwks"`)(Parse([]byte(text)))
	}
	if member.Type() == strictjson.TypeObject {
		return readAs(`the member "jwks" of a JSON document`)(Parse([]byte(member.String())))
	}
	if len(v.Items()) > 0 && v.Items()[0].Get("kty").Exists() {
		return nil, fmt.Errorf("%w but an array of keys: the object {\"keys\": …} around it is missing", errNotKeySet)
	}
	return nil, err
}

// embeddedSet finds the JSON of a key set in a text such as YAML: an object with
// a member "keys", plain or within a quoted string.
func embeddedSet(text string) (string, bool) {
	for _, name := range []string{`"keys"`, `\"keys\"`} {
		before, _, found := strings.Cut(text, name)
		before = strings.TrimRight(before, " \t\r\n")
		if !found || !strings.HasSuffix(before, "{") {
			continue
		}
		text := text[len(before)-1:]
		if name[0] == '\\' {
			text = strings.NewReplacer(`\"`, `"`, `\\`, `\`, `\n`, "\n").Replace(text)
		}
		return objectAtStart(text)
	}
	return "", false
}

// objectAtStart cuts off what follows the JSON object at the start of a text.
func objectAtStart(text string) (string, bool) {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{':
			depth++
		case c == '}':
			if depth--; depth == 0 {
				return text[:i+1], true
			}
		}
	}
	return "", false
}

// isKeyMap reports whether a document is an object of PEM by kid.
func isKeyMap(document strictjson.Value) bool {
	for _, m := range document.Members() {
		text, _ := m.Value.Text()
		if text = strings.TrimSpace(text); !strings.HasPrefix(text, "-----BEGIN CERTIFICATE-----") && !strings.HasPrefix(text, "-----BEGIN PUBLIC KEY-----") {
			return false
		}
	}
	return len(document.Members()) > 0 && len(document.Members()) <= maxKeys
}

func parseKeyMap(document strictjson.Value) *Set {
	set := &Set{ReadAs: "a map of PEM by kid"}
	var documents []strictjson.Value
	for i, m := range document.Members() {
		k := &Key{}
		text, _ := m.Value.Text()
		one, err := readKey([]byte(text), maxNesting)
		if err == nil {
			k = one.Keys[0]
		} else {
			k.faulty(faultInvalid, "%s", err.Error())
		}
		k.Position, k.KeyID, k.HasKeyID = i+1, m.Name, true
		set.Keys = append(set.Keys, k)
		documents = append(documents, namedJWK(k))
	}
	set.Document = setDocument(documents...)
	return set
}

// namedJWK writes a key that was read by its kid as a JWK: of one that could not be
// read, the kid.
func namedJWK(k *Key) strictjson.Value {
	kid := strictjson.Member{Name: "kid", Value: strictjson.From(k.KeyID)}
	return strictjson.From(append([]strictjson.Member{kid}, publicJWK(k.Public).Members()...))
}
