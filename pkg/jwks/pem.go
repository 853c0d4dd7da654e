package jwks

import (
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// pemBlock is the text between the BEGIN and END lines.
type pemBlock struct {
	label string // "PUBLIC KEY", "CERTIFICATE"
	body  string // as given, with whatever line breaks it has
}

// pemBegin is the opening line of PEM (RFC 7468 section 2), also with its dashes
// lost, or turned into others by a word processor.
var pemBegin = lazy(`BEGIN ((?:[A-Z0-9]+ )*?` +
	`(?:(?:PUBLIC|PRIVATE) KEY(?: BLOCK)?|(?:NEW )?CERTIFICATE(?: REQUEST)?|PARAMETERS|X509 CRL|PKCS7|CMS))[-–—−‐‑ ]*`)

// pemEnd is where a body ends: at the closing line, or at least at its dashes.
var pemEnd = lazy(`[-–—−‐‑ ]*END [A-Z]|[-–—−‐‑]{2,}`)

// lazy returns a function that compiles a regular expression when it is first called.
func lazy(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

// pemBlocks finds the blocks of a text.
func pemBlocks(text string) []pemBlock {
	var blocks []pemBlock
	for {
		begin := pemBegin().FindStringSubmatchIndex(text)
		if begin == nil {
			return blocks
		}
		label, rest := text[begin[2]:begin[3]], text[begin[1]:]
		end := len(rest)
		if at := pemEnd().FindStringIndex(rest); at != nil {
			end = at[0]
		}
		blocks = append(blocks, pemBlock{label, rest[:end]})
		text = rest[end:]
	}
}

// octets decodes the body, whatever copying did to its lines.
func (b pemBlock) octets() ([]byte, error) {
	body := pemNoise().Replace(stringJoin().ReplaceAllString(b.body, ""))
	if strings.HasPrefix(b.label, "SSH2 ") {
		body = pemNoise().Replace(sshHeader().ReplaceAllString(b.body, ""))
	}
	data, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(body, "="))
	if err != nil {
		return nil, fmt.Errorf("the text between BEGIN %s and END is not base64: it was damaged or cut off", b.label)
	}
	return data, nil
}

// pemNoise drops white space, line breaks written as \n, quotes and the signs by
// which lines are joined in source code.
func pemNoise() *strings.Replacer {
	return strings.NewReplacer(`\r`, "", `\n`, "", `\`, "", " ", "", "\t", "", "\r", "", "\n", "", `"`, "", "'", "", ",", "", "\u00a0", "", ">", "")
}

// stringJoin is between two parts of a string in source code.
var stringJoin = lazy(`["']\s*[+.]\s*["']`)

// sshHeader is a header line of RFC 4716 section 3.3.
var sshHeader = lazy(`(?m)^[A-Za-z-]+: .*$`)

// readPEM reads the one key of a text with PEM blocks.
func readPEM(text string, blocks []pemBlock) (*Set, error) {
	if strings.Contains(text, "PRIVATE KEY") {
		return nil, errPrivateKey // also a damaged one
	}
	var keys []*Set
	var chain [][]byte
	for _, b := range blocks {
		if format := formatOfLabel(b.label); format != "" {
			return nil, &FormatError{Format: format}
		}
		data, err := b.octets()
		if err != nil {
			return nil, err
		}
		var set *Set
		switch {
		case b.label == "SSH2 PUBLIC KEY":
			set, err = readSSH(data)
		case strings.HasSuffix(b.label, "PUBLIC KEY"):
			set, err = readOctets(data)
		case strings.HasSuffix(b.label, "CERTIFICATE"):
			chain = append(chain, data)
		}
		if err != nil {
			return nil, err
		}
		if set != nil {
			keys = append(keys, set)
		}
	}
	if len(chain) > 0 {
		leaf, err := readChain(chain)
		if err != nil {
			return nil, err
		}
		keys = append(keys, leaf)
	}
	set, err := oneOf(keys)
	if note := pemNote(text); err == nil && note != "" {
		return readAs("PEM "+note)(set, nil)
	}
	return set, err
}

// oneOf returns the only key of a list, which may contain the same key several times.
func oneOf(keys []*Set) (*Set, error) {
	if len(keys) == 0 {
		return nil, errors.New("no public key or certificate in the PEM text")
	}
	for _, other := range keys[1:] {
		if !keys[0].Keys[0].sameKey(other.Keys[0]) {
			return nil, errors.New("several keys in one PEM file: keep only the one you mean")
		}
	}
	return keys[0], nil
}

// formatOfLabel names the format of a PEM block that is neither a key nor a
// certificate.
func formatOfLabel(label string) string {
	switch {
	case strings.HasSuffix(label, "CERTIFICATE REQUEST"):
		return "certificate request"
	case strings.HasPrefix(label, "PKCS7") || label == "CMS":
		return "PKCS #7"
	case strings.HasPrefix(label, "PGP "):
		return "OpenPGP"
	case strings.HasPrefix(label, "DSA "):
		return "DSA"
	default:
		return ""
	}
}

// pemNote says what is unusual about PEM that could be read; nothing where any
// other program could read it as well.
func pemNote(text string) string {
	for block, rest := pem.Decode([]byte(text)); block != nil; block, rest = pem.Decode(rest) {
		if strings.HasSuffix(block.Type, "PUBLIC KEY") || block.Type == "CERTIFICATE" {
			return ""
		}
	}
	switch {
	case strings.Contains(text, `\n`):
		return `with its line breaks written as \n`
	case !strings.Contains(text, "-----BEGIN ") || !strings.Contains(text, "-----END "):
		return "with damaged dashes in its BEGIN or END line"
	case !strings.Contains(strings.TrimSpace(text), "\n"):
		return "on one line"
	default:
		return "with its lines indented, quoted or broken"
	}
}
