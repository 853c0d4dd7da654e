package provider

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// sharedRun is how many bytes in a row a text may not share with a secret: a
// server that got a token can send it back in any piece.
const sharedRun = 8

// removed replaces redacted text.
const removed = "[removed]"

// A redactor takes out of a server's words every run of sharedRun bytes or more
// that they share with one of the secrets, in whatever case, and every secret that
// is shorter than that.
type redactor struct {
	runs  map[string]bool // of exactly sharedRun bytes, in lower case
	short []string
}

// newRedactor returns a redactor that also recognises the URL-encoded forms of the
// secrets.
func newRedactor(secrets ...string) *redactor {
	r := &redactor{runs: map[string]bool{}}
	for _, secret := range secrets {
		for _, form := range []string{secret, url.QueryEscape(secret)} {
			if form != "" && len(form) < sharedRun {
				r.short = append(r.short, form)
			}
			form = lower(form)
			for i := 0; i+sharedRun <= len(form); i++ {
				r.runs[form[i:i+sharedRun]] = true
			}
		}
	}
	return r
}

// lower is ASCII only, so that no byte moves.
func lower(s string) string {
	return strings.Map(func(c rune) rune {
		if 'A' <= c && c <= 'Z' {
			return c + 'a' - 'A'
		}
		return c
	}, strings.ToValidUTF8(s, "?"))
}

func (r *redactor) text(s string) string {
	s = strings.ToValidUTF8(s, "?")
	folded := lower(s)
	var b strings.Builder
	kept := 0 // up to where s is written
	for i := 0; i+sharedRun <= len(folded); i++ {
		if !r.runs[folded[i:i+sharedRun]] {
			continue
		}
		b.WriteString(s[kept:max(kept, i)])
		if kept < i || kept == 0 {
			b.WriteString(removed)
		}
		kept = i + sharedRun
	}
	b.WriteString(s[kept:])
	s = b.String()
	for _, secret := range r.short {
		s = strings.ReplaceAll(s, secret, removed)
	}
	return s
}

// value redacts the names, strings and numbers of a document. A number of which a
// part is removed becomes a string.
func (r *redactor) value(v strictjson.Value) strictjson.Value {
	if text, ok := v.Text(); ok {
		return strictjson.From(r.text(text))
	}
	if literal, ok := v.Literal(); ok {
		if text := r.text(literal); text != literal {
			return strictjson.From(text)
		}
		return v
	}
	switch v.Type() {
	case strictjson.TypeArray:
		items := make([]strictjson.Value, len(v.Items()))
		for i, item := range v.Items() {
			items[i] = r.value(item)
		}
		return strictjson.From(items)
	case strictjson.TypeObject:
		members := make([]strictjson.Member, 0, len(v.Members()))
		used := map[string]bool{}
		for _, m := range v.Members() {
			name := r.text(m.Name)
			for n := 2; used[name]; n++ { // names stay unique
				name = fmt.Sprintf("%s (%d)", r.text(m.Name), n)
			}
			used[name] = true
			members = append(members, strictjson.Member{Name: name, Value: r.value(m.Value)})
		}
		return strictjson.From(members)
	default:
		return v
	}
}
