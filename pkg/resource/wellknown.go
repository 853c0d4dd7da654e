package resource

import "strings"

// suffix is the well-known path of a protected resource's metadata (RFC 9728
// section 3).
const suffix = "/.well-known/oauth-protected-resource"

// wellKnown returns the addresses at which the metadata of a resource can lie: with
// the suffix inserted before its path, and at the root of its host. The URL has to
// be one with a host. Where it has no path, the two are one.
func wellKnown(url string) (inserted, root string) {
	address, query, hasQuery := strings.Cut(url, "?")
	start := strings.Index(address, "://") + len("://")
	end := start + strings.IndexByte(address[start:]+"/", '/')
	origin, path := address[:end], address[end:]
	inserted = origin + suffix + strings.TrimSuffix(path, "/") // without a trailing slash: RFC 9728 section 3.1
	if hasQuery {
		inserted += "?" + query
	}
	return inserted, origin + suffix
}
