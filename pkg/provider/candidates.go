package provider

import (
	"strings"
)

// Form is how the address of metadata was made from the issuer.
type Form string

// The forms of an address of metadata.
const (
	// FormOpenID appends to the issuer (OpenID Connect Discovery section 4.1).
	FormOpenID Form = "openid"
	// FormOAuth inserts before the issuer's path (RFC 8414 section 3.1).
	FormOAuth Form = "oauth"
	// FormOAuthAppended appends what ought to be inserted.
	FormOAuthAppended Form = "oauth_appended"
	// FormOpenIDInserted inserts what ought to be appended; it is used only
	// where the user names the whole address.
	FormOpenIDInserted Form = "openid_inserted"
)

// Title is the form in words.
func (f Form) Title() string {
	switch f {
	case FormOpenID:
		return "OpenID Connect Discovery, appended to the issuer"
	case FormOAuth:
		return "RFC 8414, inserted before the issuer's path"
	case FormOAuthAppended:
		return "RFC 8414, but appended to the issuer"
	case FormOpenIDInserted:
		return "OpenID Connect Discovery, but inserted before the issuer's path"
	default:
		return string(f)
	}
}

const (
	suffixOpenID = "/.well-known/openid-configuration"
	suffixOAuth  = "/.well-known/oauth-authorization-server"
)

// A candidate is an address at which metadata may be.
type candidate struct {
	url    string
	form   Form
	issuer string // for which it has to be
	// whole tells that the user named the address, from which an issuer
	// follows only up to a slash at its end.
	whole bool
}

// candidates lists the addresses to try for what the user named: an issuer, or
// the whole address of its metadata.
func candidates(text string) ([]candidate, *FetchError) {
	u, bad := parseURL(text)
	if bad != nil {
		return nil, bad
	}
	if c, ok := wholeAddress(text); ok {
		return []candidate{c}, nil
	}
	if strings.Contains(text, "?") {
		return nil, &FetchError{Kind: KindURL, URL: shown(u), Text: "an issuer has no query (OpenID Connect Discovery section 3)"}
	}
	origin, path := splitOrigin(strings.TrimSuffix(text, "/"))
	list := []candidate{
		{url: origin + path + suffixOpenID, form: FormOpenID, issuer: text},
		{url: origin + suffixOAuth + path, form: FormOAuth, issuer: text},
	}
	if path != "" {
		list = append(list, candidate{url: origin + path + suffixOAuth, form: FormOAuthAppended, issuer: text})
	}
	return list, nil
}

// wholeAddress recognises the address of metadata and the issuer in it.
func wholeAddress(text string) (candidate, bool) {
	address, query, _ := strings.Cut(text, "?")
	if trimmed, slash := strings.CutSuffix(address, "/"); slash { // which no address of metadata has
		address, text = trimmed, trimmed
		if query != "" {
			text += "?" + query
		}
	}
	origin, path := splitOrigin(address)
	for _, s := range []struct {
		suffix             string
		appended, inserted Form
	}{
		{suffixOpenID, FormOpenID, FormOpenIDInserted},
		{suffixOAuth, FormOAuthAppended, FormOAuth},
	} {
		switch {
		case path == s.suffix && s.suffix == suffixOAuth:
			return candidate{url: text, form: FormOAuth, issuer: origin, whole: true}, true
		case strings.HasSuffix(path, s.suffix):
			return candidate{url: text, form: s.appended, issuer: strings.TrimSuffix(address, s.suffix), whole: true}, true
		case strings.HasPrefix(path, s.suffix+"/"):
			return candidate{url: text, form: s.inserted, issuer: origin + strings.TrimPrefix(path, s.suffix), whole: true}, true
		}
	}
	return candidate{}, false
}

// splitOrigin splits a URL that parseURL has accepted before its path. It works
// on the text: an issuer is a string, and must stay what it is.
func splitOrigin(text string) (origin, path string) {
	start := strings.Index(text, "://") + len("://")
	end := strings.IndexByte(text[start:], '/')
	if end < 0 {
		return text, ""
	}
	return text[:start+end], text[start+end:]
}

// accepts tells whether metadata for an issuer may stand at the address.
func (c candidate) accepts(issuer string) bool {
	return issuer == c.issuer || c.whole && issuer == c.issuer+"/"
}
