package cmd

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/issuertest"
)

// newReadmeWorld is an empty directory in which the lines of README.md's shell
// blocks have been typed: an issuer for tests runs, and its tokens lie there.
func newReadmeWorld(t *testing.T, page string) *docsWorld {
	t.Helper()
	w := &docsWorld{dir: t.TempDir()}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.env = docsEnv(w.dir, listener.Addr().String(), map[string]string{})
	blocks := regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(page, -1)
	if len(blocks) == 0 {
		t.Fatal("README.md has no shell block")
	}
	for _, block := range blocks {
		for _, line := range strings.Split(strings.TrimSpace(block[1]), "\n") {
			if line == "claimcheck issuer --state ./issuer &" {
				w.startIssuer(t, listener)
				continue
			}
			if printed := w.run(t, strings.Replace(line, " mint ", readmeTokenID, 1)); w.code != exitAccepted {
				t.Fatalf("%s: exit %d: %s", line, w.code, strings.Join(printed, "\n"))
			}
		}
	}
	return w
}

// readmeTokenID makes the only claim constant that is another one for each token.
const readmeTokenID = " mint --claim jti=K3JQ7R2M5YD4XWNB6TZCGV5HSA "

// startIssuer is "claimcheck issuer --state ./issuer &", with a key of this
// repository and the world's clock. The world dials its usual address wherever it
// really listens.
func (w *docsWorld) startIssuer(t *testing.T, listener net.Listener) {
	t.Helper()
	state, key := filepath.Join(w.dir, "issuer"), repoKey("rsa")
	key.KeyID = "" // the issuer names its keys
	jwk, err := key.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(state, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(state, "keys.json"), fmt.Appendf(nil, `{"keys":[%s]}`, jwk), 0o600); err != nil {
		t.Fatal(err)
	}
	issuertest.New(t, issuertest.Config{Listener: usualAddress{listener}, State: state, Now: docsNow})
}

// usualAddress is a listener that names the address at which an issuer listens if
// nothing else is said.
type usualAddress struct{ net.Listener }

func (usualAddress) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8811} }

var curlOfReadme = regexp.MustCompile(`^curl -v (http://\S+) -H "Authorization: Bearer \$\(cat (\S+)\)" 2>&1$`)

// curl asks the issuer and returns the exchange as curl -v records it, at the
// world's time.
func (w *docsWorld) curl(t *testing.T, source string) string {
	t.Helper()
	words := curlOfReadme.FindStringSubmatch(source)
	if words == nil {
		t.Fatalf("not a request that can be made here: %s", source)
	}
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, words[1], nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+strings.TrimSpace(readRepoFile(t, filepath.Join(w.dir, words[2]))))
	reply, err := (&http.Transport{DialContext: w.env.DialContext, DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reply.Body.Close() }()
	reply.Header.Set("Date", docsNow().Format(http.TimeFormat))
	var asked, answered bytes.Buffer
	if err := r.Write(&asked); err != nil {
		t.Fatal(err)
	}
	if err := reply.Write(&answered); err != nil {
		t.Fatal(err)
	}
	return marked("> ", asked.String()) + marked("< ", answered.String())
}

func marked(mark, text string) string {
	return mark + strings.ReplaceAll(strings.TrimSpace(text), "\r\n", "\n"+mark) + "\n" + mark + "\n"
}
