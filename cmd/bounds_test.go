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
	return Run(context.Background(), plainEnv(stdin, io.Discard, &stderr), args), stderr.String()
}

// answerOf runs the program on a text, with what it prints on stdout as well.
func answerOf(ctx context.Context, stdin string, args ...string) (code int, stdout, stderr string) {
	var out, errors bytes.Buffer
	code = Run(ctx, plainEnv(strings.NewReader(stdin), &out, &errors), args)
	return code, out.String(), errors.String()
}

// plainEnv has no variables, no cache and no configuration.
func plainEnv(stdin io.Reader, stdout, stderr io.Writer) *Env {
	return &Env{
		Stdin: stdin, Stdout: stdout, Stderr: stderr,
		LookupEnv: func(string) (string, bool) { return "", false },
		Now:       func() time.Time { return time.Unix(1767225600, 0) },
		CacheDir:  func() (string, error) { return "", io.EOF },
		ConfigDir: func() (string, error) { return "", io.EOF },
	}
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

// TestAssertionsShareTheTimeout: a hundred expressions without an end take as long as
// one, not a hundred times as long.
func TestAssertionsShareTheTimeout(t *testing.T) {
	args := []string{"verify", "--key", "../testdata/keys/rsa.public.pem", "--any-issuer", "--any-audience", "-o", "line", "--timeout", "100ms"}
	args = append(args, each(100, "--assert", func(int) string { return "last(range(1e12)) > 0" })...)
	code, stdout, stderr := answerOf(context.Background(), mintToken("rsa", `{"alg":"RS256"}`, `{"exp":1767229200}`), args...)
	const reason = "exceeded --timeout (100ms), together with the assertions before it"
	if n := strings.Count(stdout, reason); code != exitClaim || n != 100 {
		t.Errorf("exit %d, %d times %q\n%s%s", code, n, reason, stdout, stderr)
	}
}

// TestInterruptedAssertion: an assertion that was interrupted is no reason to refuse
// the token, so there is no verdict.
func TestInterruptedAssertion(t *testing.T) {
	interrupted, cancel := context.WithCancel(context.Background())
	cancel()
	code, stdout, stderr := answerOf(interrupted, mintToken("rsa", `{"alg":"RS256"}`, `{"exp":1767229200}`),
		"verify", "--key", "../testdata/keys/rsa.public.pem", "--any-issuer", "--any-audience", "--assert", "last(range(1e12)) > 0")
	if code != exitInterrupted || stdout != "" || stderr != "claimcheck: interrupted\n" {
		t.Errorf("exit %d\n%s%s", code, stdout, stderr)
	}
}
