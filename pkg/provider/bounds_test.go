package provider

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
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
		c := &diskCache{dir: t.TempDir(), now: func() time.Time { return at }, warn: func(message string) { t.Error(message) }}
		e := &entry{memoryKey: memoryKey{kindKeys, "", "https://a.example/keys"}, fetchedAt: at, lifetime: time.Hour}
		e.body = strings.Repeat("a", maxEntry-len(e.marshal())+more)
		if err := os.Chmod(c.dir, dirMode); err != nil {
			t.Fatal(err)
		}
		c.store(e)
		if got := c.load(e.memoryKey); (got != nil) != want {
			t.Errorf("an entry of %d bytes is there: %t", len(e.marshal()), got != nil)
		}
	}
}

// A certificate can be invalid for reasons other than its name, its time and its
// authority.
func TestCertificatesThatAreInvalidOtherwise(t *testing.T) {
	c := &x509.Certificate{NotAfter: newClock().at}
	for reason, want := range map[x509.InvalidReason]string{x509.Expired: tlsExpired, x509.TooManyIntermediates: tlsOther, x509.NotAuthorizedToSign: tlsOther} {
		err := &tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Cert: c, Reason: reason}}
		if got, text := certificateProblem(err); got != want || text == "" {
			t.Errorf("reason %d: %s, %s", reason, got, text)
		}
	}
	// The message names the signer if the server sent a certificate.
	for _, sent := range [][]*x509.Certificate{nil, {{Issuer: pkix.Name{CommonName: "leaf's"}}, {Issuer: pkix.Name{CommonName: "the last"}}}} {
		got, text := certificateProblem(&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}, UnverifiedCertificates: sent})
		if got != tlsUnknownAuthority || strings.Contains(text, "CN=the last") != (sent != nil) {
			t.Errorf("%d certificates: %s, %s", len(sent), got, text)
		}
	}
}

// The response to a request that contains a token is an answer if it is a JSON
// object, whatever its status; otherwise the status decides the error.
func TestGetOnce(t *testing.T) {
	for _, c := range []struct {
		name, contentType, body string
		status                  int
		cause                   string // empty where there is an answer
		says                    string
	}{
		{"an object", "application/json", `{"a":1}`, 200, "", `{"a":1}`},
		{"an object with another status", "application/json", `{"a":1}`, 404, "", `{"a":1}`},
		{"a page with another status", "text/html", "<html>", 404, causeStatus, "the server answered 404 Not Found"},
		{"nothing with another status", "application/json", "", 503, causeStatus, "the server answered 503 Service Unavailable"},
		{"nothing", "application/json", "", 200, causeNotJSON, "the response is not a JSON object: no JSON value at byte 0"},
		{"a page", "text/html", "<html>", 200, causeHTML, "a web page came instead of JSON"},
	} {
		s := newTLSSite(t)
		s.route("/validate", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", c.contentType)
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, c.body)
		})
		got, err := newBench(t, s).GetOnce(t.Context(), s.URL+"/validate?token="+secretToken, secretToken)
		if c.cause == "" {
			if err != nil || got.Status != c.status || got.Object.String() != c.says || !got.ServedJSON {
				t.Errorf("%s: %+v, %v", c.name, got, err)
			}
			continue
		}
		if e := wantFetchError(t, err, c.cause); got != nil || e.Text != c.says || c.cause == causeStatus && e.Status != c.status {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		}
	}
}

// Location is checked only in redirects. Other responses may contain it as well.
func TestLocations(t *testing.T) {
	for _, c := range []struct {
		status   int
		location string
		ok       bool
	}{
		{302, "/elsewhere", true}, {302, "", true}, {302, "https://%zz", false}, {399, ":", false}, {200, "https://%zz", true}, {400, "https://%zz", true},
	} {
		request, err := http.NewRequest(http.MethodGet, "https://a.example/", nil)
		if err != nil {
			t.Fatal(err)
		}
		reply := &http.Response{StatusCode: c.status, Header: http.Header{"Location": {c.location}}, Request: request}
		if err := checkLocation(reply); (err == nil) != c.ok {
			t.Errorf("%d to %q: %v", c.status, c.location, err)
		}
	}
}

// What is missing is an issuer's metadata, at every address where it could be: not a
// key set, and not what a server failed to give.
func TestMissingMetadata(t *testing.T) {
	tried := []Attempt{{URL: "https://a.example" + configuration}}
	for _, c := range []struct {
		name string
		err  FetchError
		want bool
	}{
		{"metadata that is not there", FetchError{Cause: causeStatus, Status: 404, Tried: tried}, true},
		{"a page in its place", FetchError{Cause: causeHTML, Status: 200, Tried: tried}, true},
		{"a server out of order", FetchError{Cause: causeStatus, Status: 500, Tried: tried}, false},
		{"another server", FetchError{Cause: causeDNS, Tried: tried}, false},
		{"a key set that is not there", FetchError{Cause: causeStatus, Status: 404}, false},
	} {
		if got := c.err.Missing(); got != c.want || strings.HasPrefix(c.err.Error(), "no metadata at") != c.want {
			t.Errorf("%s: missing %t, %s", c.name, got, c.err.Error())
		}
	}
}

// Only files that the cache has made are ever removed: whoever names a directory of
// their own as the cache must not lose what is in it.
func TestNamesOfEntries(t *testing.T) {
	name := strings.TrimSuffix(entryName(memoryKey{kindKeys, "", "https://a.example/keys"}), entrySuffix)
	for file, want := range map[string]bool{
		name + ".json": true, name + ".tmp123": true, name: false, name + ".jsonl": false, name + ".json.bak": false,
		name[1:] + ".json": false, name + "0.json": false, strings.Repeat("z", 64) + ".json": false, strings.ToUpper(name[:63]) + "A.json": false,
		"package.json": false, "a.json": false, ".json": false, "": false,
	} {
		if got := isEntryName(file); got != want {
			t.Errorf("%q is an entry: %t", file, got)
		}
	}
}

// The address of a proxy says nothing about the hosts behind it.
func TestAddressOfAProxyIsNotRemembered(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	book := newAddressBook()
	book.proxies.Store("proxy.example:3128", true)
	d := &dialer{bounds: bounds{max: reachLoopback}, book: book, dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, listener.Addr().String())
	}}
	for address, want := range map[string]reach{"proxy.example:3128": reachPublic, "a.example:443": reachLoopback, "A.example:443": reachLoopback} {
		conn, err := d.DialContext(t.Context(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.Close()
		if got := book.reach(strings.ToLower(address)); got != want {
			t.Errorf("%s is %s, want %s", address, got, want)
		}
	}
}

// A connection without an address may lead anywhere.
func TestConnectionsWithoutAnAddress(t *testing.T) {
	near, far := net.Pipe()
	defer func() { _ = errors.Join(near.Close(), far.Close()) }()
	dial := func(context.Context, string, string) (net.Conn, error) { return seemingConn{Conn: near}, nil }
	for limits, want := range map[bounds]string{anywhere(): "", {max: reachPublic}: causeAddress} {
		d := &dialer{bounds: limits, book: newAddressBook(), dial: dial}
		_, err := d.DialContext(t.Context(), "tcp", "a.example:443")
		if want == "" && err != nil {
			t.Errorf("within %v: %v", limits, err)
		}
		if want != "" {
			wantFetchError(t, err, want)
		}
	}
}

// Refresh and NoCache ask each time, in one client as well.
func TestClientsThatAskEachTime(t *testing.T) {
	for name, c := range map[string]struct {
		adjust func(*Config)
		asked  int
	}{
		"as usual":           {func(*Config) {}, 2},
		"in memory alone":    {func(cfg *Config) { cfg.CacheDir = "" }, 2},
		"Refresh":            {func(cfg *Config) { cfg.Refresh = true }, 4},
		"Refresh, in memory": {func(cfg *Config) { cfg.Refresh, cfg.CacheDir = true, "" }, 4},
		"NoCache":            {func(cfg *Config) { cfg.NoCache = true }, 4},
	} {
		s := newTLSSite(t)
		s.issue("a")
		b := newBench(t, s, c.adjust)
		for range 2 {
			if _, err := b.KeysFor(t.Context(), s.URL, "a"); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(s.requests()); n != c.asked {
			t.Errorf("%s: asked %d times, want %d", name, n, c.asked)
		}
	}
}

// A name that does not exist is no reason to ask again; a name server that failed is.
func TestNamesThatDoNotExist(t *testing.T) {
	for _, c := range []struct {
		err  error
		want bool
	}{
		{&net.DNSError{IsNotFound: true}, true}, {&net.DNSError{IsTemporary: true}, false}, {&net.DNSError{IsTimeout: true}, false}, {io.EOF, false},
		{&net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}}, true},
	} {
		if got := nameNotFound(c.err); got != c.want {
			t.Errorf("%#v: %t", c.err, got)
		}
	}
}

// A field that cannot be sent as it stands could end the header, or name another
// host.
func TestFieldsThatCannotBeSent(t *testing.T) {
	for _, c := range []struct {
		name, value string
		bad         bool
	}{
		{"X-Tenant", "a b\tc ~é", false}, {"x!#$%&'*+-.^_`|~1", "", false}, {"", "x", true}, {"Host", "x", true}, {"hOST", "x", true},
		{"a b", "x", true}, {"a:b", "x", true}, {"a\r\nb", "x", true}, {"a\x7f", "x", true}, {"é", "x", true}, {"a{", "x", true},
		{"a", "x\r\nb: c", true}, {"a", "x\x00", true}, {"a", "x\x7f", true}, {"a", "x\x1f", true},
	} {
		if name, bad := invalidField(http.Header{c.name: {"fine", c.value}}); bad != c.bad || bad && name != c.name {
			t.Errorf("%q: %q: %q, %t", c.name, c.value, name, bad)
		}
	}
}

// Where metadata does not say how ID tokens are signed, OpenID Connect says RS256,
// and RFC 8414 nothing.
func TestAlgorithmsThatAreNotNamed(t *testing.T) {
	for _, test := range []struct{ form, document, want string }{
		{formOpenID, `{}`, "RS256"}, {formOAuth, `{}`, ""}, {formOpenID, `{"id_token_signing_alg_values_supported":["ES256","PS256"]}`, "ES256 PS256"},
		{formOAuth, `{"id_token_signing_alg_values_supported":["ES256"]}`, "ES256"}, {formOpenID, `{"id_token_signing_alg_values_supported":"ES256"}`, "RS256"},
	} {
		md, bad := readMetadata(source{target: target{url: &url.URL{}}, form: test.form}, &entry{body: test.document})
		if bad != nil || strings.Join(md.IDTokenAlgorithms, " ") != test.want {
			t.Errorf("%s %s: %+v, %v", test.form, test.document, md, bad)
		}
	}
}
