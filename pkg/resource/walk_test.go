package resource_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/resource"
)

// A host is an API and its authorization servers on loopback, by path.
type host struct {
	*httptest.Server
	mu        sync.Mutex
	challenge string
	documents map[string]string // by path; {} stands for the address of the host
	asked     []string
}

func newHost(t *testing.T) *host {
	t.Helper()
	h := &host{documents: map[string]string{}}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.asked = append(h.asked, r.URL.Path)
		if r.Header.Get("Authorization") != "" {
			t.Error("a token was sent")
		}
		text, ok := h.documents[r.URL.Path]
		switch {
		case r.URL.Path == "/mcp":
			if h.challenge != "" {
				w.Header().Set("WWW-Authenticate", strings.ReplaceAll(h.challenge, "{}", h.URL))
			}
			w.WriteHeader(http.StatusUnauthorized)
		case ok:
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, strings.ReplaceAll(text, "{}", h.URL))
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *host) walk(t *testing.T) *resource.Chain {
	t.Helper()
	client, err := provider.New(provider.Config{Now: now, NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	e, err := resource.Walk(t.Context(), client, h.URL+"/mcp", false)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// Metadata is looked for where the challenge says and nowhere else, or else at the
// two well-known addresses, the more specific one first.
func TestWhereMetadataIsLookedFor(t *testing.T) {
	const inserted, root = "/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource"
	for _, c := range []struct {
		name, challenge string
		there           []string
		asked           string
		found           string
	}{
		{"named", `Bearer resource_metadata="{}/here"`, []string{"/here", inserted, root}, "/mcp /here", "resource_metadata"},
		{"named by the second challenge", `Basic realm="x", Bearer resource_metadata="{}/here"`, []string{"/here"}, "/mcp /here", "resource_metadata"},
		{"named, and not there", `Bearer resource_metadata="{}/here"`, []string{inserted, root}, "/mcp /here", ""},
		{"inserted", `Bearer`, []string{inserted, root}, "/mcp " + inserted, "inserted"},
		{"at the root", "", []string{root}, "/mcp " + inserted + " " + root, "root"},
		{"nowhere", "", nil, "/mcp " + inserted + " " + root, ""},
	} {
		h := newHost(t)
		h.challenge = c.challenge
		for _, path := range c.there {
			h.documents[path] = `{"resource":"{}/mcp"}`
		}
		e := h.walk(t)
		if got := strings.Join(h.asked, " "); got != c.asked || (e.Metadata != nil) != (c.found != "") || c.found != "" && e.Found != c.found {
			t.Errorf("%s: asked %s, found %q", c.name, got, e.Found)
		}
		if (e.MetadataErr == nil) != (c.found != "") {
			t.Errorf("%s: %v", c.name, e.MetadataErr)
		}
	}
}

// maxServers is how many servers are asked.
const maxServers = 5

// Each server that the metadata names is asked for its metadata and its keys, but no
// more than maxServers.
func TestServersThatAreAsked(t *testing.T) {
	for n, want := range map[int]int{0: 0, 1: 1, maxServers: maxServers, maxServers + 1: maxServers} {
		h := newHost(t)
		var issuers []string
		for i := range n {
			issuers = append(issuers, fmt.Sprintf(`"{}/%d"`, i))
			h.documents[fmt.Sprintf("/%d/.well-known/openid-configuration", i)] = fmt.Sprintf(`{"issuer":"{}/%d","jwks_uri":"{}/keys"}`, i)
		}
		h.documents["/keys"] = `{"keys":[]}`
		h.documents["/.well-known/oauth-protected-resource/mcp"] = `{"resource":"{}/mcp","authorization_servers":[` + strings.Join(issuers, ",") + `]}`
		e := h.walk(t)
		if len(e.Servers) != want {
			t.Errorf("%d servers are named, %d were asked", n, len(e.Servers))
		}
		for _, s := range e.Servers {
			if s.Err != nil || s.KeysErr != nil || s.Keys == nil {
				t.Errorf("%s: %v, %v", s.Issuer, s.Err, s.KeysErr)
			}
		}
	}
	h := newHost(t)
	h.documents["/.well-known/oauth-protected-resource/mcp"] = `{"resource":"{}/mcp","authorization_servers":["{}/gone"]}`
	if e := h.walk(t); len(e.Servers) != 1 || e.Servers[0].Err == nil || e.Servers[0].Keys != nil || e.Servers[0].KeysErr != nil {
		t.Errorf("a server that is not there: %+v", e.Servers)
	}
}

// An API that gives no answer is an error, and so is a cancelled context.
func TestWalkWithoutAnAnswer(t *testing.T) {
	h := newHost(t)
	h.Close()
	client, err := provider.New(provider.Config{Now: now, NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	var failed *provider.FetchError
	if c, err := resource.Walk(t.Context(), client, h.URL+"/mcp", false); c != nil || !errors.As(err, &failed) {
		t.Errorf("got %+v, %v", c, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if e, err := resource.Walk(ctx, client, newHost(t).URL+"/mcp", false); e != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("got %+v, %v", e, err)
	}
}
