package resource_test

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/resource"
)

// TestWalkGoesNoNearer: a public API can name whatever it likes, as it is written or
// by a name that resolves to it, and send redirects there: nothing that lies nearer
// to this machine is asked.
func TestWalkGoesNoNearer(t *testing.T) {
	// One host, whose ports seem to have these addresses.
	seeming := map[string]string{"443": "203.0.113.5", "1000": "127.0.0.1", "1001": "10.0.0.1", "1002": "169.254.169.254", "1003": "::1", "1004": "100.64.0.1", "1005": "0.0.0.0"}
	nearer := []string{
		"https://127.0.0.1", "https://[::1]", "https://10.0.0.1", "https://169.254.169.254", "https://[::ffff:127.0.0.1]", "https://localhost", "http://127.0.0.1",
		"https://example.com:1000", "https://example.com:1001", "https://example.com:1002", "https://example.com:1003", "https://example.com:1004", "https://example.com:1005",
		"https://127.1", "https://0x7f000001", "https://me@127.0.0.1", "http://example.com", "file:///etc/passwd", "gopher://example.com",
	}
	for _, target := range nearer {
		for _, link := range []string{"resource_metadata", "authorization_servers", "jwks_uri", "a redirect of the API", "a redirect of the metadata", "a redirect of the issuer", "a redirect of the keys"} {
			t.Run(link+" "+target, func(t *testing.T) {
				api := newHostileAPI(t, seeming, link, target)
				if _, err := resource.Walk(t.Context(), api.client(t), "https://example.com/api", false); err != nil {
					t.Fatal(err)
				}
				if asked := api.hosts(); !slices.Equal(asked, []string{"example.com"}) {
					t.Errorf("asked %q", asked)
				}
			})
		}
	}
}

// A hostileAPI is a server that is a public API, its issuer, and all other hosts. One
// link of the chain leads to the target.
type hostileAPI struct {
	server  *httptest.Server
	seeming map[string]string
	mu      sync.Mutex
	asked   []string
}

func newHostileAPI(t *testing.T, seeming map[string]string, link, target string) *hostileAPI {
	t.Helper()
	const self = "https://example.com"
	named := func(member, otherwise string) string {
		if member == link {
			return target + strings.TrimPrefix(otherwise, self)
		}
		return otherwise
	}
	api := &hostileAPI{seeming: seeming}
	api.server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		api.mu.Lock()
		api.asked = append(api.asked, r.Host)
		api.mu.Unlock()
		redirects := map[string]string{"/api": "a redirect of the API", "/metadata": "a redirect of the metadata", "/as/.well-known/openid-configuration": "a redirect of the issuer", "/keys": "a redirect of the keys"}
		if redirects[r.URL.Path] == link {
			http.Redirect(w, r, target+r.URL.Path, http.StatusTemporaryRedirect)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/api":
			w.Header().Set("WWW-Authenticate", fmt.Sprintf("Bearer resource_metadata=%q", named("resource_metadata", self+"/metadata")))
			w.WriteHeader(http.StatusUnauthorized)
		case "/metadata":
			_, _ = fmt.Fprintf(w, `{"resource":%q,"authorization_servers":[%q]}`, self+"/api", named("authorization_servers", self+"/as"))
		case "/as/.well-known/openid-configuration":
			_, _ = fmt.Fprintf(w, `{"issuer":%q,"jwks_uri":%q}`, self+"/as", named("jwks_uri", self+"/keys"))
		default:
			_, _ = fmt.Fprint(w, `{"keys":[]}`)
		}
	}))
	t.Cleanup(api.server.Close)
	return api
}

func (api *hostileAPI) hosts() []string {
	api.mu.Lock()
	defer api.mu.Unlock()
	return slices.Compact(slices.Clone(api.asked))
}

func (api *hostileAPI) client(t *testing.T) *provider.Client {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AddCert(api.server.Certificate())
	client, err := provider.New(provider.Config{
		Now: func() time.Time { return time.Unix(1767225600, 0) }, RootCAs: roots,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			host, port, err := net.SplitHostPort(address)
			if err != nil {
				return nil, err
			}
			conn, err := new(net.Dialer).DialContext(ctx, network, api.server.Listener.Addr().String())
			if err != nil {
				return nil, err
			}
			if host == "example.com" {
				host = api.seeming[port]
			}
			return seemingConn{conn, host}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// A seemingConn seems to lead to another address.
type seemingConn struct {
	net.Conn
	host string
}

func (c seemingConn) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.ParseIP(c.host), Port: 443} }
