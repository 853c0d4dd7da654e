package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
)

// hostileWords do harm to a terminal, to a log or to the eye: escape sequences, a
// C1 control, text from right to left, invisible letters, commands of CI systems.
const hostileWords = "x\x1b[31m\x1b]0;t\x07\u009b31m\u202egnp\u2066\u200b\U000E0041\u3164\u2028\n::error::x\n##[error]x"

// headerWords are those of them that a header field can carry.
func headerWords() string {
	return strings.NewReplacer("\x1b", "", "\x07", "", "\n", " ").Replace(hostileWords)
}

// TestHostileAnswers: what an API, its metadata and its issuer say, or a recording of
// them, is printed escaped by every command and in every format, and the token that
// they repeat is not printed.
func TestHostileAnswers(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(answerWithHarm))
	defer server.Close()
	const signature = "c2lnbmF0dXJlLXRoYXQtbm9ib2R5LW1heS1zZWU"
	token := "eyJhbGciOiJSUzI1NiJ9." + encode(`{"iss":"i","aud":"a","exp":1767229200}`) + "." + signature
	for _, args := range [][]string{
		{"resource", server.URL + "/api", "--token", token, "--check", "--profile", "mcp"},
		{"resource", server.URL + "/api?access_token=" + token},
		{"probe", server.URL + "/api", "--token", token, "--all"},
		{"probe", server.URL + "/fails", "--token", token, "--all"},
		{"probe", server.URL + "/nothing?access_token=" + token, "--token", token},
		{"discover", server.URL + "/as", "--check"},
		{"discover", server.URL + "/as"},
		{"jwks", server.URL + "/keys"},
		{"jwks", server.URL + "/keys", "--check"},
		{"verify", token, "--issuer", server.URL + "/as", "--audience", "a"},
		{"why", "-", "--token", token},
	} {
		formats := []string{"text", "json", "ndjson", "line"}
		if args[0] != "why" {
			formats = append(formats, "github", "junit")
		}
		if args[0] == "probe" {
			formats = append(formats, "sarif")
		}
		for _, format := range formats {
			_, stdout, stderr := answerOf(context.Background(), hostileRecording(token), append(args, "-o", format)...)
			for _, line := range strings.Split(stdout+stderr, "\n") {
				if format == "github" {
					line = strings.TrimPrefix(strings.TrimPrefix(line, "::error "), "::warning ")
				}
				if output.Escape(line) != line || strings.Contains(line, signature[:13]) {
					t.Errorf("%s -o %s prints %q", args[0], format, line)
				}
			}
		}
	}
}

// answerWithHarm answers each request with hostile words, and with what it was sent.
func answerWithHarm(w http.ResponseWriter, r *http.Request) {
	self := "http://" + r.Host
	text, _ := json.Marshal(hostileWords + r.Header.Get("Authorization"))
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Words", headerWords())
	switch {
	case strings.HasPrefix(r.URL.Path, "/.well-known/oauth-protected-resource"):
		_, _ = fmt.Fprintf(w, `{"resource":%[2]s,"resource_name":%[2]s,"authorization_servers":["%[1]s/as",%[2]s,"https://\u202eevil.example"],"scopes_supported":[%[2]s],%[2]s:%[2]s}`, self, text)
	case strings.HasSuffix(r.URL.Path, "/openid-configuration"):
		_, _ = fmt.Fprintf(w, `{"issuer":"%[1]s/as","jwks_uri":"%[1]s/keys","token_endpoint":%[2]s,"response_types_supported":[%[2]s],"code_challenge_methods_supported":[%[2]s],%[2]s:%[2]s}`, self, text)
	case r.URL.Path == "/keys":
		_, _ = fmt.Fprintf(w, `{"keys":[{"kty":%[1]s,"kid":%[1]s,"alg":%[1]s},{"kty":"EC","crv":%[1]s,"use":%[1]s}]}`, text)
	default:
		words := headerWords() + r.Header.Get("Authorization")
		w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer realm="%[1]s", error="%[1]s", error_description="%[1]s", scope="%[1]s"`, words))
		w.Header().Set("Location", headerWords())
		w.WriteHeader(map[string]int{"/api": http.StatusUnauthorized, "/fails": http.StatusInternalServerError}[r.URL.Path] + map[bool]int{true: http.StatusFound}[r.URL.Path == "/nothing"])
		_, _ = w.Write(text)
	}
}

// hostileRecording is an exchange as a browser records it.
func hostileRecording(token string) string {
	type field struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	words := hostileWords + token
	recording, err := json.Marshal(map[string]any{"log": map[string]any{"entries": []any{map[string]any{
		"request": map[string]any{"method": hostileWords, "url": "https://api.example/" + words, "headers": []field{{"Authorization", "Bearer " + token}, {words, words}}},
		"response": map[string]any{
			"status": 401, "statusText": words, "headers": []field{{"WWW-Authenticate", `Bearer error="` + words + `"`}, {"Date", words}},
			"content": map[string]any{"mimeType": words, "text": words},
		},
	}}}})
	if err != nil {
		panic(err)
	}
	return string(recording)
}
