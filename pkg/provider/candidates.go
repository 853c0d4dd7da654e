package provider

import "strings"

// The values of Metadata.Form.
const (
	// OpenID Connect Discovery section 4.1
	formOpenID = "OpenID Connect Discovery, appended to the issuer"
	// RFC 8414 section 3.1
	formOAuth = "RFC 8414, inserted before the issuer's path"
	// what ought to be inserted
	formOAuthAppended = "RFC 8414, but appended to the issuer"
	// what ought to be appended: only where the user names the whole address
	formOpenIDInserted = "OpenID Connect Discovery, but inserted before the issuer's path"
)

const (
	suffixOpenID = "/.well-known/openid-configuration"
	suffixOAuth  = "/.well-known/oauth-authorization-server"
)

// candidates lists the addresses to try for what the user named: an issuer, or
// the whole address of its metadata.
func candidates(text string) ([]source, *FetchError) {
	if text == googleShort {
		return candidates(googleIssuer)
	}
	if strings.Contains(text, "{") && strings.Contains(text, "}") {
		return nil, &FetchError{Cause: causeTemplate, URL: clip(bare(text)), Text: "the issuer is a template, which stands for many issuers: it has no metadata of its own"}
	}
	u, bad := parseURL(text)
	if bad != nil {
		return nil, bad
	}
	if c, ok := wholeAddress(text); ok {
		return []source{c}, nil
	}
	if strings.Contains(text, "?") {
		return nil, &FetchError{Cause: causeURL, URL: shown(u), Text: "an issuer has no query (OpenID Connect Discovery section 3)"}
	}
	origin, path := splitOrigin(strings.TrimSuffix(text, "/"))
	list := []source{
		{address: origin + path + suffixOpenID, form: formOpenID, issuer: text},
		{address: origin + suffixOAuth + path, form: formOAuth, issuer: text},
	}
	if path != "" {
		list = append(list, source{address: origin + path + suffixOAuth, form: formOAuthAppended, issuer: text})
	}
	return list, nil
}

// Google's tokens name it with and without https:// (its OpenID Connect pages,
// "Validating an ID token"); its metadata has the former only.
const (
	googleIssuer = "https://accounts.google.com"
	googleShort  = "accounts.google.com"
)

// wholeAddress recognises the address of metadata and the issuer in it. Some
// servers want a slash at its end (Django's).
func wholeAddress(text string) (source, bool) {
	address, query, hasQuery := strings.Cut(text, "?")
	address = strings.TrimSuffix(address, "/") // metadata addresses never end in a slash
	if text = address; hasQuery {
		text += "?" + query
	}
	origin, path := splitOrigin(address)
	for _, s := range []struct {
		suffix             string
		appended, inserted string
	}{
		{suffixOpenID, formOpenID, formOpenIDInserted},
		{suffixOAuth, formOAuthAppended, formOAuth},
	} {
		switch {
		case path == s.suffix && s.suffix == suffixOAuth:
			return source{address: text, form: formOAuth, issuer: origin, whole: true}, true
		case strings.HasSuffix(path, s.suffix):
			return source{address: text, form: s.appended, issuer: strings.TrimSuffix(address, s.suffix), whole: true}, true
		case strings.HasPrefix(path, s.suffix+"/"):
			return source{address: text, form: s.inserted, issuer: origin + strings.TrimPrefix(path, s.suffix), whole: true}, true
		}
	}
	return source{}, false
}

// splitOrigin splits a URL that parseURL has accepted before its path. It works
// on the text: an issuer is a string, and must stay what it is.
func splitOrigin(text string) (origin, path string) {
	start := strings.Index(text, "://") + len("://")
	end := strings.IndexByte(text[start:]+"/", '/')
	return text[:start+end], text[start+end:]
}

// accepts reports whether the metadata at s may name the issuer.
func (s source) accepts(issuer string) bool {
	return issuer == s.issuer || s.whole && issuer == s.issuer+"/"
}
