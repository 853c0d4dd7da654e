package cmd

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// BenchmarkLinear runs whole commands on input of n elements, for each kind of list
// that somebody else decides the length of, and for those of the command line. Cost is
// linear where ns/element does not grow with n. It is that of the fastest run, which a
// busy machine disturbs least.
//
//	go test ./cmd -run '^$' -bench Linear -benchtime 10x
func BenchmarkLinear(b *testing.B) {
	for _, kind := range linearKinds() {
		for _, n := range []int{kind.least, 4 * kind.least, 16 * kind.least} {
			b.Run(fmt.Sprintf("%s/%d", kind.name, n), func(b *testing.B) {
				run := kind.prepare(b, n)
				best := time.Duration(1<<63 - 1)
				for b.Loop() {
					start := time.Now()
					code, stderr := run()
					best = min(best, time.Since(start))
					if code != kind.code {
						b.Fatalf("exit %d, want %d\n%s", code, kind.code, stderr)
					}
				}
				b.ReportMetric(float64(best.Nanoseconds())/float64(n), "ns/element")
				b.ReportMetric(0, "ns/op") // the mean tells how busy the machine is
			})
		}
	}
}

// A linearKind is one kind of input of any length.
type linearKind struct {
	name    string
	code    int
	least   int // elements; sixteen times as many are within the bounds of the input
	prepare func(b *testing.B, n int) (run func() (code int, stderr string))
}

func linearKinds() []linearKind {
	flags := func(name, prefix string) func(n int) []string {
		return func(n int) []string { return each(n, "--"+name, func(i int) string { return fmt.Sprint(prefix, i) }) }
	}
	none := func(int) []string { return nil }
	return []linearKind{
		{"scopes", exitAccepted, 1000, verifying(`"scope":"%s"`, " ", "w%d", flags("scope", "w"))},
		{"scopes that are missing", exitClaim, 1000, verifying(`"scope":"%s"`, " ", "w%d", flags("scope", "v"))},
		{"roles", exitAccepted, 1000, verifying(`"roles":[%s]`, ",", `"w%d"`, flags("role", "w"))},
		{"roles that are missing", exitClaim, 1000, verifying(`"roles":[%s]`, ",", `"w%d"`, flags("role", "v"))},
		{"audiences", exitAccepted, 1000, verifying(`"aud":[%s]`, ",", `"w%d"`, none)},
		{"requirements", exitClaim, 1000, verifying(`"x":{%s}`, ",", `"w%d":1`, flags("require", "v"))},
		{"an exact object", exitAccepted, 1000, verifying(`"x":{%s}`, ",", `"w%d":1`, func(n int) []string {
			return []string{"--require", "x:={" + elements(n, ",", `"w%d":1`) + "}"}
		})},
		{"claims", exitAccepted, 1000, verifying(`%s`, ",", `"w%d":1`, none)},
		{"items for jq", exitAccepted, 1000, verifying(`"x":[%s]`, ",", `%d`, func(int) []string { return []string{"--assert", ".x | add > 0"} })},
		{"keys of a set", exitAccepted, 60, reading("jwks", `{"keys":[%s]}`, ",", `{"kty":"x","kid":"%d"}`)},
		{"certificates of a key", exitFindings, 1000, reading("jwks", `{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB","x5c":[%s]}]}`, ",", `"%d"`, "--check")},
		{"tokens in a text", exitUnreadable, 400, reading("decode", "%s", " ", "eyJhbGciOiJub25lIn0.e30.%08d")},
		{"headers of a request", exitAccepted, 1000, reading("why", "> GET / HTTP/1.1\n%s\n>\n< HTTP/1.1 401 Unauthorized\n", "\n", "> X%d: y")},
		{"challenges", exitAccepted, 1000, reading("why", "> GET / HTTP/1.1\n>\n< HTTP/1.1 401 Unauthorized\n%s\n", "\n", `< WWW-Authenticate: Bearer realm="%d"`)},
		{"entries of a HAR", exitAccepted, 1000, reading("why", `{"log":{"entries":[%s]}}`, ",",
			`{"request":{"method":"GET","url":"https://a.example/%d","headers":[]},"response":{"status":401,"headers":[],"content":{}}}`)},
		{"findings in metadata", exitFindings, 1000, fetching("discover", `%s`, `"e%d_endpoint":"http://a.example"`, "--check")},
		{"values in metadata", exitFindings, 1000, fetching("discover", `"response_types_supported":[%s]`, `"w%d"`, "--check")},
		{"authorization servers", exitUnavailable, 1000, fetching("resource", `"authorization_servers":[%s]`, `"http://127.0.0.1:1/%d"`, "--check")},
	}
}

// elements are n of them, by a format of their number.
func elements(n int, separator, format string) string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf(format, i)
	}
	return strings.Join(list, separator)
}

// each is a flag with n values.
func each(n int, flag string, value func(int) string) (args []string) {
	for i := range n {
		args = append(args, flag, value(i))
	}
	return args
}

// verifying verifies a token with n elements in its claims.
func verifying(claims, separator, element string, flags func(n int) []string) func(*testing.B, int) func() (int, string) {
	return func(b *testing.B, n int) func() (int, string) {
		token := mintToken("rsa", `{"alg":"RS256"}`, `{"exp":1767229200,`+fmt.Sprintf(claims, elements(n, separator, element))+`}`)
		args := append([]string{"verify", "--any-issuer", "--any-audience", "--key", filepath.Join("..", "testdata", "keys", "rsa.public.pem")}, flags(n)...)
		return func() (int, string) { return runOn(strings.NewReader(token), args...) }
	}
}

// reading reads a text of n elements from stdin.
func reading(command, text, separator, element string, flags ...string) func(*testing.B, int) func() (int, string) {
	return func(_ *testing.B, n int) func() (int, string) {
		input := fmt.Sprintf(text, elements(n, separator, element))
		return func() (int, string) {
			return runOn(strings.NewReader(input), append([]string{command, "-"}, flags...)...)
		}
	}
}

// fetching fetches metadata with n elements.
func fetching(command, members, element string, flags ...string) func(*testing.B, int) func() (int, string) {
	return func(b *testing.B, n int) func() (int, string) {
		members := fmt.Sprintf(members, elements(n, ",", element))
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasPrefix(r.URL.Path, "/.well-known/") {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			self := "http://" + r.Host
			w.Header().Set("Content-Type", "application/json")
			_, _ = fmt.Fprintf(w, `{"issuer":%q,"resource":%q,"jwks_uri":"",%s}`, self, self, members)
		}))
		b.Cleanup(server.Close)
		return func() (int, string) {
			return runOn(strings.NewReader(""), append([]string{command, server.URL}, flags...)...)
		}
	}
}
