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

// lifetime is how long a response may be kept: max-age less Age (RFC 9111 sections
// 4.2 and 5.2.2), defaultLifetime where there is no max-age, 0 for no-store and
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
			if said { // the shortest counts
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

// seconds reads a number of seconds (RFC 9111 section 1.2.2), at most 2^31. What
// cannot be read counts as none: a max-age that cannot be understood permits
// nothing.
func seconds(text string) time.Duration {
	const most = 1 << 31
	text = strings.Trim(strings.TrimSpace(text), `"`)
	if strings.Trim(text, "0123456789") != "" {
		return 0
	}
	n, _ := strconv.ParseInt(text, 10, 64) // the largest one of what is larger, 0 of nothing
	return time.Duration(min(n, most)) * time.Second
}
