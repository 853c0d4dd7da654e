package provider

import (
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// parseURL reads a URL to send a request to. The error says what is wrong
// with it and repeats no part that could be a secret.
func parseURL(text string) (*url.URL, *FetchError) {
	bad := func(reason string) (*url.URL, *FetchError) {
		return nil, &FetchError{Cause: causeURL, URL: clip(bare(text)), Text: reason}
	}
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return bad("not a URL")
	case u.Scheme != "https" && u.Scheme != "http":
		return bad("not an https URL")
	case u.Hostname() == "" || u.Opaque != "":
		return bad("the URL has no host")
	case u.User != nil:
		return bad("a URL with a user name or a password in it is not used")
	case strings.Contains(text, "#"):
		return bad("the URL has a fragment")
	case strings.ContainsFunc(u.Hostname(), func(r rune) bool { return r > '~' || r <= ' ' }):
		return bad("the host has characters beyond ASCII: write it in its xn-- form") // net/http would convert it after this check
	case !strings.HasPrefix(u.Host, "[") && numberLike(u.Hostname()):
		return bad("the host is neither a name nor an IP address in the usual form")
	}
	return u, nil
}

// bare shortens a text to what is safe to show, even if it is not a URL: anything
// before an @ could be a password.
func bare(text string) string {
	if i := strings.IndexAny(text, "?#"); i >= 0 {
		text = text[:i]
	}
	i := strings.LastIndex(text, "@")
	if i < 0 {
		return text
	}
	if scheme, _, ok := strings.Cut(text, "://"); ok && !strings.Contains(scheme, "@") {
		return scheme + "://" + text[i+1:]
	}
	return text[i+1:]
}

// showText is withoutQuery for a text that need not be a URL.
func showText(text string) string {
	if u, bad := parseURL(text); bad == nil {
		return withoutQuery(u)
	}
	return bare(text)
}

// withoutQuery is a URL without what could be secret in it.
func withoutQuery(u *url.URL) string {
	short := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	if u.RawQuery != "" {
		return short.String() + "?…"
	}
	return short.String()
}

// shown is withoutQuery, bounded: for errors.
func shown(u *url.URL) string { return clip(withoutQuery(u)) }

// numberLike reports whether a host is an IPv4 address in one of the unusual forms
// that some resolvers accept: "127.1", "0x7f000001", "2130706433".
func numberLike(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return false
	}
	labels := strings.Split(strings.TrimSuffix(host, "."), ".")
	last := strings.ToLower(labels[len(labels)-1])
	if hex, ok := strings.CutPrefix(last, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return last != "" && strings.Trim(last, "0123456789") == ""
}

// address is host and port of a URL, as a dialer gets them.
func address(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}[u.Scheme]
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

// sameOrigin compares scheme, host and port (RFC 6454 section 5).
func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && address(a) == address(b)
}

// A target is where a request may go, and whether the user's headers go along.
type target struct {
	url    *url.URL
	bounds bounds
	typed  bool // it lies on the origin that the user named
}

// typedTarget checks a URL that the user named: https, or http to loopback.
func (c *Client) typedTarget(text string) (target, error) {
	u, bad := parseURL(text)
	if bad != nil {
		return target{}, bad
	}
	p := target{url: u, bounds: anywhere(), typed: true}
	if u.Scheme == "https" || c.cfg.AllowHTTP {
		return p, nil
	}
	if reachOfHost(u.Hostname()) != reachLoopback {
		return target{}, &FetchError{Cause: causeHTTP, URL: shown(u), Text: "http is not safe: use https, or http to this machine only"}
	}
	p.bounds.min = reachLoopback
	return p, nil
}

// CheckURL returns the reason why the URL of an issuer or a key set cannot be
// fetched: it is not a URL, or it is http where only https is allowed. It makes no
// request. The error is a *FetchError.
func (c *Client) CheckURL(url string) error {
	if url == googleShort {
		return nil
	}
	_, err := c.typedTarget(url)
	return err
}

// namedTarget checks a URL that a member of an issuer's document names. It must be
// https and must not be nearer to this machine than the issuer.
func (c *Client) namedTarget(member, text string, by *Metadata) (target, error) {
	issuer, bad := parseURL(by.URL)
	if bad != nil {
		return target{}, bad
	}
	u, bad := parseURL(text)
	if bad != nil {
		bad.Text = "named by the metadata as " + member + ": " + bad.Text
		if relative, err := url.Parse(text); err == nil && relative.Scheme == "" {
			bad.Text = "named by the metadata as " + member + ": a relative URL; it must be a full https URL"
		}
		return target{}, bad
	}
	if sameOrigin(issuer, u) {
		return c.typedTarget(text)
	}
	own := max(reachOfHost(issuer.Hostname()), by.reach)
	there := reachOfHost(u.Hostname())
	p := target{url: u, bounds: bounds{max: own}}
	if u.Scheme == "http" {
		switch {
		case own == reachLoopback && there == reachLoopback:
			p.bounds.min = reachLoopback
		case c.cfg.AllowHTTP && issuer.Scheme == "http":
		default:
			return target{}, &FetchError{Cause: causeHTTP, URL: shown(u), Text: "the metadata names an http address: only https is safe"}
		}
	}
	if there > own {
		return target{}, &FetchError{Cause: causeAddress, URL: shown(u), Text: "the metadata of a " + own.String() + " issuer names a " + there.String() + " address"}
	}
	return p, nil
}
