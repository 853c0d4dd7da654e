package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clipperhouse/displaywidth"

	"github.com/claimcheck/claimcheck/pkg/verify"
)

const testNow = 1767225600 // 2026-01-01 00:00:00 UTC

// runAt runs the program at a time, without a terminal.
func runAt(now int64, width int, stdin io.Reader, args ...string) (stdout, stderr string, code int) {
	var out, err bytes.Buffer
	env := &Env{
		Stdin: stdin, Stdout: &out, Stderr: &err, Width: width,
		LookupEnv: func(string) (string, bool) { return "", false },
		Now:       func() time.Time { return time.Unix(now, 0) },
		CacheDir:  func() (string, error) { return "", io.EOF },
		ConfigDir: func() (string, error) { return "", io.EOF },
	}
	code = Run(context.Background(), env, args)
	return out.String(), err.String(), code
}

// verdictCases are commands and the code of their verdict.
func verdictCases(t *testing.T) map[string]struct {
	code int
	args []string
} {
	t.Helper()
	mux := http.NewServeMux()
	for path, body := range map[string]string{
		"/active": `{"active":true,"sub":"u"}`, "/inactive": `{"active":false}`, "/odd": `{"active":true,"exp":1767222000}`,
	} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, body)
		})
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	serveChains(t, mux, server.URL)
	const header = `{"alg":"RS256","kid":"rsa"}`
	good := mintToken("rsa", header, `{"iss":"me","aud":"api","sub":"u","iat":1767225600,"auth_time":1767225540,"exp":1767229200}`)
	access := mintToken("rsa", `{"alg":"RS256","kid":"rsa","typ":"at+jwt"}`, `{"iss":"me","aud":"api","sub":"u","client_id":"c","jti":"1","iat":1767225600,"exp":1767229200}`)
	odd := mintToken("rsa", header, `{"iss":"me","aud":"api","sub":"u","iat":1767225600,"exp":1769229200}`)
	bad := mintToken("rsa", header, `{"iss":"you","aud":"other","sub":"u","iat":1767220000,"exp":1767222000}`)
	forged := mintToken("rsa2", header, `{"iss":"you","aud":"api","sub":"u","exp":1767229200}`)
	issued := func(issuer, audience string) string {
		return mintToken("rsa", header, fmt.Sprintf(`{"iss":%q,"aud":%q,"sub":"u","iat":1767225600,"exp":1767229200}`, issuer, audience))
	}
	empty := filepath.Join(t.TempDir(), "empty.json")
	if err := os.WriteFile(empty, []byte(`{"keys":[]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	local := []string{"--key", filepath.Join("..", "testdata", "keys", "rsa.public.pem"), "--issuer", "me", "--audience", "api"}
	with := func(head []string, tail ...string) []string { return append(append(head, local...), tail...) }
	return map[string]struct {
		code int
		args []string
	}{
		"verify, accepted":              {0, with([]string{"verify", good})},
		"verify, a warning":             {0, with([]string{"verify", odd})},
		"verify, a warning, strict":     {18, with([]string{"verify", odd}, "--strict")},
		"verify, three failures":        {14, with([]string{"verify", bad})},
		"verify, forged":                {13, with([]string{"verify", forged})},
		"verify, opaque":                {10, with([]string{"verify", "opaque-token-1"})},
		"verify, no answer":             {3, []string{"verify", good, "--key", "none.pem", "--issuer", "me", "--audience", "api"}},
		"verify, as of another time":    {16, with([]string{"verify", good}, "--at", "2027-01-01T00:00:00Z")},
		"auth-age, recent":              {0, with([]string{"auth-age", good}, "--max-age", "5m")},
		"auth-age, too old":             {19, with([]string{"auth-age", good}, "--max-age", "30s")},
		"auth-age, refused":             {14, with([]string{"auth-age", bad}, "--max-age", "30s")},
		"auth-age, nothing verified":    {5, []string{"auth-age", good, "--unverified"}},
		"introspect, active":            {0, []string{"introspect", good, "--endpoint", server.URL + "/active"}},
		"introspect, inactive":          {20, []string{"introspect", good, "--endpoint", server.URL + "/inactive"}},
		"introspect, odd":               {0, []string{"introspect", good, "--endpoint", server.URL + "/odd"}},
		"introspect, odd, strict":       {18, []string{"introspect", good, "--endpoint", server.URL + "/odd", "--strict"}},
		"introspect, refused":           {4, []string{"introspect", good, "--endpoint", server.URL + "/none"}},
		"introspect, both good":         {0, with([]string{"introspect", good, "--endpoint", server.URL + "/active", "--compare"})},
		"introspect, revoked":           {20, with([]string{"introspect", good, "--endpoint", server.URL + "/inactive", "--compare"})},
		"introspect, bad here":          {14, with([]string{"introspect", bad, "--endpoint", server.URL + "/active", "--compare"})},
		"introspect, both bad":          {14, with([]string{"introspect", bad, "--endpoint", server.URL + "/inactive", "--compare"})},
		"introspect, differ, strict":    {18, with([]string{"introspect", good, "--endpoint", server.URL + "/odd", "--compare", "--strict"})},
		"jwks, clean":                   {0, []string{"jwks", filepath.Join("..", "testdata", "authing", "jwks.json"), "--check"}},
		"jwks, findings":                {21, []string{"jwks", empty, "--check"}},
		"jwks, no answer":               {3, []string{"jwks", "none.json", "--check"}},
		"discover, clean":               {0, []string{"discover", server.URL + "/as", "--check"}},
		"discover, findings":            {21, []string{"discover", server.URL + "/bare", "--check"}},
		"discover, no answer":           {4, []string{"discover", server.URL + "/none", "--check"}},
		"resource, holds":               {0, []string{"resource", server.URL + "/whole", "--check"}},
		"resource, broken":              {21, []string{"resource", server.URL + "/slash", "--check"}},
		"resource, no metadata":         {4, []string{"resource", server.URL + "/lost"}},
		"resource, no answer":           {4, []string{"resource", "http://127.0.0.1:1/"}},
		"resource, a token":             {0, []string{"resource", server.URL + "/whole", "--token", issued(server.URL+"/as", server.URL+"/whole")}},
		"resource, another audience":    {15, []string{"resource", server.URL + "/whole", "--token", issued(server.URL+"/as", "api")}},
		"resource, another issuer":      {14, []string{"resource", server.URL + "/whole", "--token", issued(server.URL, server.URL+"/whole")}},
		"probe, refuses":                {0, []string{"probe", server.URL + "/strict", "--token", access}},
		"probe, accepts":                {22, []string{"probe", server.URL + "/lax", "--token", access}},
		"probe, asks for nothing":       {22, []string{"probe", server.URL + "/active", "--token", access}},
		"probe, unclear":                {4, []string{"probe", server.URL + "/none", "--token", access}},
		"probe, no answer":              {4, []string{"probe", "http://127.0.0.1:1/", "--token", access}},
		"verify, a flag contradicts":    {2, with([]string{"verify", good}, "--any-audience")},
		"verify, a key of another kind": {11, with([]string{"verify", mintToken("hmac", `{"alg":"HS256"}`, `{"iss":"me"}`)})},
	}
}

// serveChains adds an authorization server, APIs whose metadata names it, and APIs
// that refuse what they must refuse, or do not.
func serveChains(t *testing.T, mux *http.ServeMux, url string) {
	t.Helper()
	const resource, openid = "/.well-known/oauth-protected-resource", "/.well-known/openid-configuration"
	for path, body := range map[string]string{
		"/keys":             string(publicSet("rsa")),
		"/as" + openid:      `{"issuer":"URL/as","authorization_endpoint":"URL/a","token_endpoint":"URL/t","jwks_uri":"URL/keys","response_types_supported":["code"],"subject_types_supported":["public"],"id_token_signing_alg_values_supported":["RS256"],"code_challenge_methods_supported":["S256"]}`,
		"/bare" + openid:    `{"issuer":"URL/bare"}`,
		resource + "/whole": `{"resource":"URL/whole","authorization_servers":["URL/as"]}`,
		resource + "/slash": `{"resource":"URL/slash/","authorization_servers":["URL/as"]}`,
	} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, strings.ReplaceAll(body, "URL", url))
		})
	}
	strict := protect(t, publicSet("rsa"), verify.Policy{Issuer: "me", Audiences: []string{"api"}}, func() time.Time { return time.Unix(testNow, 0) })
	for _, path := range []string{"/strict", "/whole", "/slash", "/lost"} {
		mux.Handle(path, strict)
	}
	mux.HandleFunc("/lax", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "" {
			strict.ServeHTTP(w, r)
		}
	})
}

// TestOneVerdict: every format of every command gives the same verdict: the exit
// code, and what the format itself says of it.
func TestOneVerdict(t *testing.T) {
	for name, c := range verdictCases(t) {
		t.Run(name, func(t *testing.T) {
			for _, format := range []string{"json", "ndjson", "text", "line", "github", "junit", "auto"} {
				stdout, stderr, code := runAt(testNow, 0, strings.NewReader(""), append(slices.Clone(c.args), "-o", format)...)
				if code != c.code {
					t.Fatalf("-o %s: exit %d, expected %d\n%s%s", format, code, c.code, stdout, stderr)
				}
				if says := verdictIn(t, format, stdout); code != exitUsage && says != "" && says != fmt.Sprint(code) && (says != "no" || code == 0) && (says != "yes" || code != 0) {
					t.Errorf("-o %s: exit %d, but it says %s:\n%s", format, code, says, stdout)
				}
				line := regexp.MustCompile(fmt.Sprintf(`(?m)^claimcheck: .* \(exit %d\)$`, code)).MatchString(stderr)
				forProgram := !slices.Contains([]string{"text", "line", "auto"}, format)
				if answered(code) && line != forProgram {
					t.Errorf("-o %s: the verdict on stderr: %v, expected %v: %s", format, line, forProgram, stderr)
				}
				if !answered(code) && forProgram && !strings.HasPrefix(stderr, "claimcheck: ") {
					t.Errorf("-o %s: exit %d without a word on stderr", format, code)
				}
			}
			stdout, stderr, code := runAt(testNow, 0, strings.NewReader(""), append(slices.Clone(c.args), "-q")...)
			if code != c.code || stdout != "" || answered(code) != (stderr == "") {
				t.Errorf("-q: exit %d, %q, %q", code, stdout, stderr)
			}
		})
	}
}

// answered reports whether a code is yes or no.
func answered(code int) bool { return code == exitAccepted || code == exitUnverified || code >= 10 }

// verdictIn is what an output says of the answer: a code, yes or no; or nothing,
// where it holds no verdict.
func verdictIn(t *testing.T, format, stdout string) string {
	t.Helper()
	switch format {
	case "json", "ndjson":
		var document struct {
			Code *int `json:"exit_code"`
		}
		if stdout == "" {
			return ""
		}
		if err := json.Unmarshal([]byte(stdout), &document); err != nil || document.Code == nil {
			t.Fatalf("%v in %s", err, stdout)
		}
		return fmt.Sprint(*document.Code)
	case "line":
		_, code, _ := strings.Cut(strings.TrimSuffix(stdout, ")\n"), "(exit ")
		return code
	case "github":
		return map[bool]string{true: "yes", false: "no"}[strings.HasPrefix(stdout, "::notice ")]
	case "junit":
		return map[bool]string{true: "yes", false: "no"}[strings.Contains(stdout, ` failures="0" errors="0"`)]
	default:
		switch {
		case strings.HasPrefix(stdout, "✓"), regexp.MustCompile(`\n\n✓ [^\n]+\n$`).MatchString(stdout): // of a document it comes last
			return "yes"
		case stdout == "":
			return ""
		default:
			return "no"
		}
	}
}

// TestScreenSize: a verdict fits on a terminal of 80 by 24, and its commands and
// URLs stand on one line.
func TestScreenSize(t *testing.T) {
	const issuer = "http://localhost:8811/realms/demo"
	const header = `{"alg":"RS256","kid":"rsa","typ":"JWT"}`
	claims := func(exp int) string {
		return fmt.Sprintf(`{"iss":%q,"aud":["orders-api","account"],"sub":"f:1b2c:ada","azp":"web-app","scope":"openid profile email orders:read","typ":"Bearer","jti":"1","iat":1767218400,"exp":%d}`, issuer, exp)
	}
	key := []string{"--key", filepath.Join("..", "testdata", "keys", "rsa.public.pem")}
	for name, c := range map[string]struct {
		token string
		args  []string
		most  int
	}{
		"good":               {mintToken("rsa", header, claims(1767247200)), []string{"--issuer", issuer, "--audience", "orders-api"}, 14},
		"expired":            {mintToken("rsa", header, claims(1767218500)), []string{"--issuer", issuer, "--audience", "orders-api"}, 16},
		"another audience":   {mintToken("rsa", header, claims(1767247200)), []string{"--issuer", issuer, "--audience", "billing"}, 16},
		"another issuer":     {mintToken("rsa", header, claims(1767247200)), []string{"--issuer", issuer + "/", "--audience", "orders-api"}, 16},
		"forged":             {mintToken("rsa2", header, claims(1767247200)), []string{"--issuer", issuer, "--audience", "orders-api"}, 16},
		"a scope is missing": {mintToken("rsa", header, claims(1767247200)), []string{"--issuer", issuer, "--audience", "orders-api", "--scope", "admin"}, 16},
		"two failures":       {mintToken("rsa", header, claims(1767218500)), []string{"--issuer", issuer, "--audience", "billing"}, 22},
		"two others":         {mintToken("rsa", header, claims(1767218500)), []string{"--issuer", issuer + "/", "--audience", "orders-api"}, 22},
	} {
		stdout, stderr, code := runAt(testNow, 80, strings.NewReader(c.token), append(append([]string{"verify", "-"}, key...), c.args...)...)
		rows := 0
		for line := range strings.Lines(stdout) {
			line = strings.TrimSuffix(line, "\n")
			width := displaywidth.String(line)
			if rows += max(1, (width+79)/80); width > 80 && !strings.Contains(line, "claimcheck verify") {
				t.Errorf("%s: a line of %d columns: %s", name, width, line)
			}
			if strings.Contains(line, "claimcheck verify") && !strings.HasPrefix(strings.TrimSpace(line), "claimcheck verify") {
				t.Errorf("%s: a command that is not alone on its line: %s", name, line)
			}
		}
		if stderr != "" || (name == "good") != (code == 0) || rows > c.most || rows < 8 {
			t.Errorf("%s: exit %d, %d rows of at most %d\n%s%s", name, code, rows, c.most, stdout, stderr)
		}
	}
}

// A slowReader is a pipe whose writer takes its time.
type slowReader struct {
	io.Reader
	wait func()
}

func (s *slowReader) Read(p []byte) (int, error) {
	s.wait()
	return s.Reader.Read(p)
}

// TestClockIsReadLast: a token that expired, or was issued, while it was waited for
// is judged as of the time when it is there.
func TestClockIsReadLast(t *testing.T) {
	header := `{"alg":"RS256","kid":"rsa"}`
	key := filepath.Join("..", "testdata", "keys", "rsa.public.pem")
	for name, c := range map[string]struct {
		claims string
		args   []string
		code   int
	}{
		"expired meanwhile":    {`{"iss":"me","aud":"api","sub":"u","exp":1767225603}`, []string{"verify"}, 16},
		"issued meanwhile":     {`{"iss":"me","aud":"api","sub":"u","nbf":1767225605,"exp":1767229200}`, []string{"verify"}, 0},
		"an assertion":         {`{"iss":"me","aud":"api","sub":"u","exp":1767229200}`, []string{"verify", "--assert", "now >= 1767225606"}, 0},
		"as of a given time":   {`{"iss":"me","aud":"api","sub":"u","exp":1767225603}`, []string{"verify", "--at", "2026-01-01T00:00:00Z"}, 0},
		"relative to the time": {`{"iss":"me","aud":"api","sub":"u","exp":1767225603}`, []string{"verify", "--at", "-3s"}, 16},
		"a login":              {`{"iss":"me","aud":"api","sub":"u","auth_time":1767225600,"exp":1767229200}`, []string{"auth-age", "--max-age", "5s"}, 19},
	} {
		now := int64(testNow)
		stdin := &slowReader{strings.NewReader(mintToken("rsa", header, c.claims)), func() { now = testNow + 6 }}
		var out bytes.Buffer
		env := &Env{
			Stdin: stdin, Stdout: &out, Stderr: &out,
			LookupEnv: func(string) (string, bool) { return "", false },
			Now:       func() time.Time { return time.Unix(now, 0) },
			CacheDir:  func() (string, error) { return "", io.EOF },
			ConfigDir: func() (string, error) { return "", io.EOF },
		}
		args := append(slices.Clone(c.args), "-", "--key", key, "--issuer", "me", "--audience", "api")
		if code := Run(context.Background(), env, args); code != c.code {
			t.Errorf("%s: exit %d, expected %d\n%s", name, code, c.code, out.String())
		}
	}
}
