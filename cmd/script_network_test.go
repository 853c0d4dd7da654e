package cmd

import (
	"bufio"
	"crypto/x509"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// scriptServers are the servers of one script.
type scriptServers struct {
	mu    sync.Mutex
	roots *x509.CertPool
	count map[string]int
}

type serversKey struct{}

func newScriptServers() *scriptServers {
	return &scriptServers{roots: x509.NewCertPool(), count: map[string]int{}}
}

func serversOf(ts *testscript.TestScript) *scriptServers {
	return ts.Value(serversKey{}).(*scriptServers)
}

// scriptNetwork lets the program trust the script's servers.
func scriptNetwork(ts *testscript.TestScript, env *Env) {
	env.RootCAs = serversOf(ts).roots
}

// scriptServe is "serve [-http] NAME DIR": it starts a server on loopback that
// serves the files of DIR and sets $NAME to its origin, $NAME_ADDRESS to host:port. In the files,
// $NAME stands for the origin, too, and $NAME_PORT for its port. A file that begins with "HTTP/1.1 " is the whole
// reply. What is not there is a 404 in HTML.
func scriptServe(ts *testscript.TestScript, neg bool, args []string) {
	plain := len(args) > 0 && args[0] == "-http"
	if plain {
		args = args[1:]
	}
	if neg || len(args) != 2 {
		ts.Fatalf("usage: serve [-http] NAME DIR")
	}
	servers, name, dir := serversOf(ts), args[0], ts.MkAbs(args[1])
	var origin string
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		servers.mu.Lock()
		servers.count[name]++
		servers.mu.Unlock()
		serveFile(w, r, filepath.Join(dir, filepath.FromSlash(r.URL.Path)), strings.NewReplacer("$"+name+"_PORT", origin[strings.LastIndex(origin, ":")+1:], "$"+name, origin))
	})
	var server *httptest.Server
	if plain {
		server = httptest.NewServer(handler)
	} else {
		server = httptest.NewUnstartedServer(handler)
		server.Config.ErrorLog = nil
		server.StartTLS()
		servers.roots.AddCert(server.Certificate())
	}
	origin = server.URL
	ts.Defer(server.Close)
	ts.Setenv(name, origin)
	ts.Setenv(name+"_ADDRESS", server.Listener.Addr().String())
}

func serveFile(w http.ResponseWriter, r *http.Request, path string, replacer *strings.Replacer) {
	data, err := os.ReadFile(path)
	if err != nil {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, "<html>not here</html>")
		return
	}
	body := replacer.Replace(string(data))
	if strings.HasPrefix(body, "HTTP/1.1 ") {
		reply, err := http.ReadResponse(bufio.NewReader(strings.NewReader(body)), r)
		if err != nil {
			panic(err)
		}
		for field, values := range reply.Header {
			w.Header()[field] = values
		}
		w.WriteHeader(reply.StatusCode)
		_, _ = io.Copy(w, reply.Body)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, body)
}

// scriptRequests is "requests NAME N": that server has had N requests since
// this was last asked.
func scriptRequests(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: requests NAME N")
	}
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	servers := serversOf(ts)
	servers.mu.Lock()
	defer servers.mu.Unlock()
	if got := servers.count[args[0]]; got != want {
		ts.Fatalf("%d requests to %s, want %d", got, args[0], want)
	}
	servers.count[args[0]] = 0
}

// scriptClock is "clock TIME": the time of the commands that follow.
func scriptClock(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: clock TIME")
	}
	ts.Setenv("NOW", args[0])
}
