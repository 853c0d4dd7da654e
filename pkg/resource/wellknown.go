package resource

import "strings"

// Suffix is the well-known path of a protected resource's metadata (RFC 9728
// section 3).
const Suffix = "/.well-known/oauth-protected-resource"

// WellKnown returns the addresses at which the metadata of a resource can lie: with
// the suffix inserted before its path, and at the root of its host. The URL has to
// be one with a host. Where it has no path, the two are one.
func WellKnown(url string) (inserted, root string) {
	address, query, hasQuery := strings.Cut(url, "?")
	start := strings.Index(address, "://") + len("://")
	origin, path := address, ""
	if i := strings.IndexByte(address[start:], '/'); i >= 0 {
		origin, path = address[:start+i], address[start+i:]
	}
	inserted = origin + Suffix + strings.TrimSuffix(path, "/") // a slash alone is none: RFC 9728 section 3.1
	if hasQuery {
		inserted += "?" + query
	}
	return inserted, origin + Suffix
}

// origin returns scheme, host and port of a URL as they are written.
func origin(url string) string {
	_, root := WellKnown(url)
	return strings.TrimSuffix(root, Suffix)
}
