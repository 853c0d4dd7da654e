package provider

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// A reach is how near to this machine an address lies. A document must not
// send us nearer than its issuer is.
type reach uint8

const (
	reachPublic reach = iota
	reachPrivate
	reachLinkLocal
	reachLoopback
)

func reachNames() []string { return []string{"public", "private", "link-local", "loopback"} }

func (r reach) String() string { return reachNames()[r] }

// bounds are the addresses to which a request may go.
type bounds struct{ min, max reach }

// anywhere are the bounds of what the user named.
func anywhere() bounds { return bounds{min: reachPublic, max: reachLoopback} }

// check checks an address that is about to be used for a host.
func (b bounds) check(address string) error {
	r, known := reachOfAddress(address)
	switch {
	case b == anywhere() || known && b.min <= r && r <= b.max:
		return nil
	case !known:
		return &FetchError{Cause: causeAddress, Text: "its address cannot be classified"}
	case r > b.max:
		return &FetchError{Cause: causeAddress, Text: fmt.Sprintf("it leads to a %s address, and its issuer does not", r)}
	default:
		return &FetchError{Cause: causeHTTP, Text: fmt.Sprintf("http, and it leads to a %s address", r)}
	}
}

// reachOfAddress classifies an IP address with a port, and nothing else.
func reachOfAddress(text string) (r reach, known bool) {
	address, err := netip.ParseAddrPort(text)
	return reachOfIP(address.Addr()), err == nil
}

// reachOfIP classes an address. Private are those of RFC 1918 and RFC 4193,
// shared (RFC 6598), protocol (RFC 6890), benchmark (RFC 2544) and site-local ones.
func reachOfIP(ip netip.Addr) reach {
	ip = ip.Unmap().WithZone("")
	in := func(prefix string) bool { return netip.MustParsePrefix(prefix).Contains(ip) }
	switch b := ip.As16(); { // an embedded IPv4 address decides
	case in("64:ff9b::/96"), in("::/96") && !ip.IsLoopback() && !ip.IsUnspecified(): // NAT64 (RFC 6052), and the old IPv4-compatible form
		ip = netip.AddrFrom4([4]byte(b[12:16]))
	case in("2002::/16"): // 6to4, RFC 3056
		ip = netip.AddrFrom4([4]byte(b[2:6]))
	}
	switch {
	case ip.IsLoopback() || ip.IsUnspecified():
		return reachLoopback
	case ip.IsLinkLocalUnicast() || ip.IsMulticast():
		return reachLinkLocal
	case ip.IsPrivate() || slices.ContainsFunc([]string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "198.18.0.0/15", "240.0.0.0/4", "fec0::/10", "64:ff9b:1::/48",
	}, in):
		return reachPrivate
	default:
		return reachPublic
	}
}

// reachOfHost classes a host as it is written: names other than localhost
// count as public until they have been resolved.
func reachOfHost(host string) reach {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return reachLoopback
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		return reachOfIP(ip)
	}
	return reachPublic
}
