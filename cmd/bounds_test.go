package cmd

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// endless is input without an end; it counts what is taken from it.
type endless struct{ taken int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	e.taken += len(p)
	return len(p), nil
}

// runOn runs the program on a stdin and returns the exit code and stderr.
func runOn(stdin io.Reader, args ...string) (int, string) {
	var stderr bytes.Buffer
	env := &Env{
		Stdin: stdin, Stdout: io.Discard, Stderr: &stderr,
		LookupEnv: func(string) (string, bool) { return "", false },
		Now:       func() time.Time { return time.Unix(1767225600, 0) },
		CacheDir:  func() (string, error) { return "", io.EOF },
		ConfigDir: func() (string, error) { return "", io.EOF },
	}
	return Run(context.Background(), env, args), stderr.String()
}

// TestEndlessInput: no more is read than a token or a key set may have, so that
// input of any size costs neither memory nor time.
func TestEndlessInput(t *testing.T) {
	for _, test := range []struct {
		args  []string
		limit int
	}{
		{[]string{"decode"}, 256 << 10},
		{[]string{"verify", "--key", "../testdata/keys/rsa.public.pem", "--any-issuer", "--any-audience"}, 256 << 10},
		{[]string{"jwks", "-"}, 1 << 20},
	} {
		stdin := &endless{}
		code, stderr := runOn(stdin, test.args...)
		if code != exitUnreadable || !strings.Contains(stderr, "larger than") {
			t.Errorf("%v: exit %d, %q", test.args, code, stderr)
		}
		if most := 2 * test.limit; stdin.taken > most {
			t.Errorf("%v: %d bytes read, at most %d are needed", test.args, stdin.taken, most)
		}
	}
}

// TestLargestInput: what is just small enough is looked at.
func TestLargestInput(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("a", 256<<10),
		strings.Repeat(".", 256<<10),
		strings.Repeat("eyJhbGciOiJub25lIn0.", 256<<10/20),
		"eyJhbGciOiJub25lIn0." + strings.Repeat("A", 200<<10) + ".",
		strings.Repeat("{\"a\":", 40<<10),
	} {
		if code, stderr := runOn(strings.NewReader(text), "decode"); code != exitMalformed && code != exitUnreadable {
			t.Errorf("%.20q…: exit %d, %q", text, code, stderr)
		}
	}
}

// TestTimeoutBoundsAll: looking for what was meant by an issuer that has no metadata
// is within --timeout, too.
func TestTimeoutBoundsAll(t *testing.T) {
	const timeout, much = 600 * time.Millisecond, 2 * time.Second
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/d/e") {
			http.NotFound(w, r)
			return
		}
		<-r.Context().Done() // every guess waits
	}))
	defer server.Close()
	token := mintToken("rsa", `{"alg":"RS256"}`, `{"aud":"api","exp":1767229200}`)
	issuer := server.URL + "/a/b/c/d/e"
	for _, args := range [][]string{
		{"verify", "-", "--issuer", issuer, "--audience", "api"},
		{"discover", issuer},
	} {
		start := time.Now()
		code, stderr := runOn(strings.NewReader(token), append(args, "--timeout", timeout.String())...)
		if took := time.Since(start); took > much || code != exitUnavailable || !strings.Contains(stderr, "404") {
			t.Errorf("%s: exit %d after %v\n%s", args[0], code, took, stderr)
		}
	}
}
