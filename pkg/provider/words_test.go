package provider

import (
	"context"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
)

func TestStatusInWords(t *testing.T) {
	for status, want := range map[int]string{404: "404 Not Found", 599: "599"} {
		if got := statusText(status); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestNamesThatDoNotResolve(t *testing.T) {
	for want, e := range map[string]net.DNSError{
		`the name "a.example" does not exist`:                     {Name: "a.example", Err: "no such host", IsNotFound: true},
		`the name server did not answer for "a.example"`:          {Name: "a.example", Err: "i/o timeout", IsTimeout: true},
		`cannot resolve the name "a.example": server misbehaving`: {Name: "a.example", Err: "server misbehaving", IsTemporary: true},
	} {
		s := newTLSSite(t)
		b := newBench(t, s, func(cfg *Config) {
			cfg.DialContext = func(context.Context, string, string) (net.Conn, error) {
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &e}
			}
		})
		_, err := b.Keys(t.Context(), "https://a.example/keys", "")
		if got := wantFetchError(t, err, causeDNS); got.Text != want {
			t.Errorf("got %q, want %q", got.Text, want)
		}
	}
}

func TestANetworkThatCannotBeReached(t *testing.T) {
	b := newBench(t, nil, func(cfg *Config) {
		cfg.DialContext = func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.EHOSTUNREACH}
		}
	})
	_, err := b.Keys(t.Context(), "https://a.example/keys", "")
	wantText(t, wantFetchError(t, err, causeConnection).Text, syscall.EHOSTUNREACH.Error())
}

func TestAConnectionThatTakesTooLong(t *testing.T) {
	b := newBench(t, nil, func(cfg *Config) {
		cfg.DialContext = func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.ErrDeadlineExceeded}
		}
	})
	_, err := b.Keys(t.Context(), "https://a.example/keys", "")
	wantText(t, wantFetchError(t, err, causeTimeout).Text, "no response in time")
}

// TestWhatIsNoHTTPIsNotQuoted: a server that answers with something else does not
// get its words into an error.
func TestWhatIsNoHTTPIsNotQuoted(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Write([]byte("SSH-2.0-s3cret\r\n"))
			_ = conn.Close()
		}
	}()
	_, err = newBench(t, nil).Keys(t.Context(), "http://"+listener.Addr().String()+"/keys", "")
	if e := wantFetchError(t, err, causeConnection); strings.Contains(e.Error(), "s3cret") {
		t.Errorf("got %v", e)
	}
}

// TestAnAddressWithoutItsSecrets: what stands before an @ is never shown.
func TestAnAddressWithoutItsSecrets(t *testing.T) {
	for text, want := range map[string]string{
		"https://a.example/x?token=1#y": "https://a.example/x",
		"https://me:pw@a.example/x":     "https://a.example/x",
		"?token=1":                      "",
		"me:pw@a.example":               "a.example",
		"me@x://pw@a.example":           "a.example",
		"@a.example":                    "a.example",
	} {
		if got := bare(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

// TestAnAnswerThatBreaksOff: an introspection that ends amid its answer is no
// answer, and the error says nothing of what was sent.
func TestAnAnswerThatBreaksOff(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"amid the body": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte(`{"active":true`))
		},
		"before the answer": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newTLSSite(t)
			s.route("/introspect", handler)
			got, err := introspect(t, s, IntrospectionRequest{})
			e := wantFetchError(t, err, causeConnection)
			if got != nil || e.Text == "" {
				t.Errorf("got %+v, %v", got, err)
			}
			wantRequests(t, s, "POST /introspect")
		})
	}
}
