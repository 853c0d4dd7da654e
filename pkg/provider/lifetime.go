package provider

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The lifetimes of what is kept in the cache.
const (
	defaultLifetime = 10 * time.Minute // where the server says nothing
	maxLifetime     = 60 * time.Minute // whatever the server says
)

// lifetime returns how long a response may be stored: max-age minus Age (RFC 9111
// sections 4.2 and 5.2.2), defaultLifetime without max-age, 0 with no-store or
// no-cache.
func lifetime(header http.Header) time.Duration {
	life, said := defaultLifetime, false
	for directive := range strings.SplitSeq(strings.Join(header.Values("Cache-Control"), ","), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "no-store", "no-cache":
			return 0
		case "max-age":
			age := seconds(value)
			if said { // use the shortest
				age = min(age, life)
			}
			life, said = age, true
		}
	}
	if said {
		life -= seconds(header.Get("Age"))
	}
	return max(0, min(life, maxLifetime))
}

// seconds parses a number of seconds (RFC 9111 section 1.2.2), at most 2^31. An
// invalid number is 0, so an invalid max-age permits no caching.
func seconds(text string) time.Duration {
	const most = 1 << 31
	text = strings.Trim(strings.TrimSpace(text), `"`)
	if strings.Trim(text, "0123456789") != "" {
		return 0
	}
	n, _ := strconv.ParseInt(text, 10, 64) // the maximum on overflow, 0 for an empty text
	return time.Duration(min(n, most)) * time.Second
}
