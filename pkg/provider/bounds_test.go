package provider

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// An addressBook keeps what it has seen of maxHosts hosts. Of more it begins anew:
// what it does not know counts as public, which permits the least.
func TestAddressesAreForgottenAllAtOnce(t *testing.T) {
	b := newAddressBook()
	for n := range maxHosts {
		b.note(fmt.Sprintf("h%d:443", n), reachPrivate)
	}
	if first, last := b.reach("h0:443"), b.reach(fmt.Sprintf("h%d:443", maxHosts-1)); first != reachPrivate || last != reachPrivate {
		t.Errorf("of %d hosts, the first is %s and the last %s", maxHosts, first, last)
	}
	b.note("one more:443", reachLoopback)
	if old, kept := b.reach("h0:443"), b.reach("one more:443"); old != reachPublic || kept != reachLoopback {
		t.Errorf("then the first is %s and the new one %s", old, kept)
	}
}

// The most public address that a host was seen at counts, in whatever order.
func TestTheMostPublicAddressCounts(t *testing.T) {
	for _, order := range [][]reach{{reachLoopback, reachPrivate}, {reachPrivate, reachLoopback}, {reachPrivate, reachPrivate}} {
		b := newAddressBook()
		for _, r := range order {
			b.note("a.example:443", r)
		}
		if got := b.reach("a.example:443"); got != reachPrivate {
			t.Errorf("%v: %s", order, got)
		}
	}
}

// The largest entry is written and can be read; a larger one is left alone.
func TestTheLargestEntry(t *testing.T) {
	at := newClock().at
	for more, want := range map[int]bool{0: true, 1: false} {
		c := newDiskCache(t.TempDir(), func() time.Time { return at }, func(message string) { t.Error(message) })
		e := &entry{kind: kindKeys, url: "https://a.example/keys", fetchedAt: at, lifetime: time.Hour}
		e.body = strings.Repeat("a", maxEntry-len(e.marshal())+more)
		if err := os.Chmod(c.dir, dirMode); err != nil {
			t.Fatal(err)
		}
		c.store(e)
		if got := c.load(kindKeys, "", e.url); (got != nil) != want {
			t.Errorf("an entry of %d bytes is there: %t", len(e.marshal()), got != nil)
		}
	}
}

// What is wrong with a certificate beside its name, its time and its authority.
func TestCertificatesThatAreInvalidOtherwise(t *testing.T) {
	c := &x509.Certificate{NotAfter: newClock().at}
	for reason, want := range map[x509.InvalidReason]string{x509.Expired: tlsExpired, x509.TooManyIntermediates: tlsOther, x509.NotAuthorizedToSign: tlsOther} {
		err := &tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Cert: c, Reason: reason}}
		if got, text := certificateProblem(err); got != want || text == "" {
			t.Errorf("reason %d: %s, %s", reason, got, text)
		}
	}
}
