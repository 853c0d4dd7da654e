package verify

import (
	"net/url"
	"strings"
)

// Compare names the kind of difference between the identifier that was wanted
// and the one that was found, nil if there is none. Identifiers are compared
// byte for byte; the kinds only help a person to see the difference.
func Compare(wanted, found string) *Diagnosis {
	if wanted == found {
		return nil
	}
	d := &Diagnosis{Kind: DifferentValue, Wanted: wanted, Found: found}
	w, errWanted := url.Parse(wanted)
	f, errFound := url.Parse(found)
	urls := errWanted == nil && errFound == nil && w.Host != "" && f.Host != ""
	switch {
	case IsTemplate(found) || IsTemplate(wanted):
		d.Kind = IssuerTemplate
	case strings.TrimSuffix(wanted, "/") == strings.TrimSuffix(found, "/"):
		d.Kind = DifferentSlash
	case isASCII(wanted) && isASCII(found) && strings.EqualFold(wanted, found): // ſ is no capital s
		d.Kind = DifferentCase
	case urls && w.Scheme != f.Scheme && same(w, f, func(u *url.URL) { u.Scheme = "" }):
		d.Kind = DifferentScheme
	case urls && w.Port() != f.Port() && same(w, f, func(u *url.URL) { u.Host = u.Hostname() }):
		d.Kind = DifferentPort
	case urls && !strings.EqualFold(w.Hostname(), f.Hostname()):
		d.Kind = DifferentHost
	}
	return d
}

// same tells whether two URLs are the same without a part that drop takes away.
func same(a, b *url.URL, drop func(*url.URL)) bool {
	x, y := *a, *b
	drop(&x)
	drop(&y)
	return x.String() == y.String()
}

// FirstDifference returns the number of bytes that two texts have in common at
// their beginning.
func FirstDifference(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}
