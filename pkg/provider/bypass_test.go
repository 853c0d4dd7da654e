package provider

import (
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestHostsBeyondASCII: net/http would map them to other names after they have
// been judged, such as 169。254。169。254.
func TestHostsBeyondASCII(t *testing.T) {
	for _, host := range []string{"169。254。169。254", "10．0．0．1", "ⅼocalhost", "bücher.example", "[fe80::1%25a%20b]"} {
		if _, bad := parseURL("https://" + host + "/keys"); bad == nil || bad.Cause != causeURL {
			t.Errorf("%s: %v", host, bad)
		}
	}
	for _, host := range []string{"xn--bcher-kva.example", "a~b.example"} {
		if _, bad := parseURL("https://" + host + "/keys"); bad != nil {
			t.Error(bad)
		}
	}
}

func TestOldAndNewFormsOfPrivateAddresses(t *testing.T) {
	for text, want := range map[string]reach{
		"::10.0.0.1": reachPrivate, "64:ff9b:1::a00:1": reachPrivate, "64:ff9b::7f00:1": reachLoopback, "::1": reachLoopback,
		"::ffff:169.254.1.1": reachLinkLocal, "2001:db8::1": reachPublic,
	} {
		if got := reachOfIP(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// TestPlainHTTPGoesToNoProxy: it is for loopback, and the request may hold a
// token.
func TestPlainHTTPGoesToNoProxy(t *testing.T) {
	proxy := func(*http.Request) (*url.URL, error) { return url.Parse("http://proxy.example:3128") }
	for _, c := range []struct {
		address   string
		allowHTTP bool
		proxied   bool
	}{
		{"http://app.localhost:8123/i", false, false},
		{"http://0.0.0.0:8123/i", false, false},
		{"http://issuer.example/i", true, true},
		{"https://issuer.example/i", false, true},
	} {
		client, err := New(Config{Now: func() time.Time { return time.Unix(0, 0) }, Proxy: proxy, AllowHTTP: c.allowHTTP})
		if err != nil {
			t.Fatal(err)
		}
		r, err := http.NewRequest(http.MethodGet, c.address, nil)
		if err != nil {
			t.Fatal(err)
		}
		if u, err := client.proxy(r); err != nil || (u != nil) != c.proxied {
			t.Errorf("%s: %v, %v", c.address, u, err)
		}
	}
}

// TestATokenIsNotLogged: net/http logs what a server sends unasked over a
// connection that is kept, and a server may send back what it got.
func TestATokenIsNotLogged(t *testing.T) {
	var logged strings.Builder
	log.SetOutput(&logged)
	t.Cleanup(func() { log.SetOutput(io.Discard) })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		buffer := make([]byte, 4096)
		n, _ := conn.Read(buffer)
		body := `{"active":true}`
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n"+body)
		_, _ = conn.Write(buffer[:n])
		_, _ = io.Copy(io.Discard, conn) // until the client closes
		_ = conn.Close()
	}()
	client, err := New(Config{Now: func() time.Time { return time.Unix(0, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	q := IntrospectionRequest{Token: secretToken, AuthMethod: authPost, ClientID: "me", Secret: clientSecret}
	got, err := client.Introspect(t.Context(), "http://"+listener.Addr().String()+"/i", q)
	if err != nil || !got.Active {
		t.Fatalf("got %v, %v", got, err)
	}
	<-closed
	if strings.Contains(logged.String(), secretToken) || strings.Contains(logged.String(), clientSecret) {
		t.Errorf("logged: %s", logged.String())
	}
}

// TestARefusedRedirectIsNotLogged: net/http logs a response that comes with an error.
func TestARefusedRedirectIsNotLogged(t *testing.T) {
	var logged strings.Builder
	log.SetOutput(&logged)
	t.Cleanup(func() { log.SetOutput(io.Discard) })
	s := newTLSSite(t)
	s.route("/keys", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://elsewhere.example/", http.StatusFound)
	})
	_, err := fetchKeys(t, s)
	wantFetchError(t, err, causeRedirect)
	if logged.Len() > 0 {
		t.Errorf("logged: %s", logged.String())
	}
}
