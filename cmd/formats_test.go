package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
)

// hostileTexts are what somebody may write into a claim or a key.
var hostileTexts = []string{
	"plain",
	"a\n::error::b",
	"::add-mask::x",
	"\r\n##[error]x ##vso[task.complete]",
	"]]> <!-- <script>alert(1)</script> &amp;",
	"a | b ` `` | [x](https://evil.example) ![y](z)",
	"\x00\x1b[31m\x7f\u0085\ufffe",
	"\u202egnp.exe\u200b\u2028",
	"%0A::error::%25 {0}",
	"</code></td></tr></table>\n\n# title\n\n@someone",
}

// TestFormatsOfHostileTokens: the formats of CI systems say of each check what
// the JSON says, whatever the token says.
func TestFormatsOfHostileTokens(t *testing.T) {
	for _, text := range hostileTexts {
		quoted, _ := json.Marshal(text)
		token := signedToken(t, `{"alg":"RS256","kid":"rsa","typ":`+string(quoted)+`}`,
			`{"iss":`+string(quoted)+`,"aud":[`+string(quoted)+`],"sub":`+string(quoted)+`,"azp":"x","exp":1767229200,"Exp":`+string(quoted)+`}`)
		for _, demand := range [][]string{
			{"--issuer", "https://issuer.example", "--audience", text, "--require", "sub=" + text + "!"},
			{"--any-issuer", "--any-audience", "--require", "sub=" + strings.ReplaceAll(text, "\x00", ""), "--require", "jti"},
			{"--any-issuer", "--any-audience", "--strict"},
		} {
			if strings.Contains(strings.Join(demand, ""), "\x00") {
				continue // no argument of a program can hold that
			}
			args := append([]string{"verify", token, "--exact", "--key", "../testdata/keys/rsa.public.pem"}, demand...)
			compareFormats(t, args, "checks", "status", map[string]string{"failed": "error", "warning": "warning"})
		}
	}
}

// TestFormatsOfHostileKeySets is the same for --check, with SARIF.
func TestFormatsOfHostileKeySets(t *testing.T) {
	for _, text := range hostileTexts {
		quoted, _ := json.Marshal(text)
		file := filepath.Join(t.TempDir(), "keys.json")
		set := `{"keys":[{"kty":"oct","k":"c2VjcmV0","kid":` + string(quoted) + `},{"kty":"EC","crv":` + string(quoted) + `,"kid":` + string(quoted) + `}]}`
		if err := os.WriteFile(file, []byte(set), 0o600); err != nil {
			t.Fatal(err)
		}
		args := []string{"jwks", file, "--check"}
		compareFormats(t, args, "findings", "severity", map[string]string{"error": "error", "warning": "warning"})
		report, code, _ := runFormat(t, "json", args)
		sarif, sarifCode, _ := runFormat(t, "sarif", args)
		results, err := readSARIF(sarif)
		if err != nil || code != sarifCode {
			t.Fatalf("%q: %v, exit %d", text, err, sarifCode)
		}
		var got, want []string
		for _, r := range results {
			got = append(got, r.Rule+" "+r.Level)
		}
		for _, c := range readCases(t, report, "findings") {
			want = append(want, c["id"]+" "+strings.Replace(c["severity"], "info", "note", 1))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: SARIF has %q, JSON %q", text, got, want)
		}
	}
}

// compareFormats runs a command in each format and compares what it says of each
// case and how it exits.
func compareFormats(t *testing.T, args []string, list, status string, levels map[string]string) {
	t.Helper()
	report, code, _ := runFormat(t, "json", args)
	github, githubCode, summary := runFormat(t, "github", args)
	junit, junitCode, _ := runFormat(t, "junit", args)
	if githubCode != code || junitCode != code {
		t.Errorf("%q: exit %d, %d and %d", args, code, githubCode, junitCode)
	}
	cases := readCases(t, report, list)
	commands, err := readWorkflow(github)
	if err != nil {
		t.Fatalf("%q: %v", args, err)
	}
	tests, err := readJUnit(junit)
	if err != nil || len(tests) != len(cases) {
		t.Fatalf("%q: %d testcases for %d, %v", args, len(tests), len(cases), err)
	}
	verdict := commands[0]
	if expected := map[bool]string{true: "notice", false: "error"}[code == exitAccepted]; verdict.name != expected {
		t.Errorf("%q: exit %d with %+v", args, code, verdict)
	}
	commands = commands[1:]
	for i, c := range cases {
		checkTestcase(t, tests[i], c, status)
		switch level := levels[c[status]]; {
		case level == "":
		case level == "error":
			if verdict.name != level || !strings.Contains(verdict.data, output.Escape(c["id"]+": ")) || !strings.Contains(verdict.data, output.Escape(c["message"])) {
				t.Fatalf("%q: no %s for %s in %+v", args, level, c, verdict)
			}
		case len(commands) == 0 || commands[0].name != level || !strings.Contains(commands[0].data, output.Escape(c["message"])) ||
			!strings.Contains(commands[0].properties["title"], ": "+c["id"]):
			t.Fatalf("%q: no %s for %s in %+v", args, level, c, commands)
		default:
			commands = commands[1:]
		}
	}
	if len(commands) > 0 {
		t.Errorf("%q: %+v is too much", args, commands)
	}
	if len(summary) == 0 || bytes.ContainsAny(summary, "\x00\x1b\r\u202e") || bytes.Contains(bytes.TrimSpace(summary), []byte("\n\n")) {
		t.Errorf("%q: the job summary is %q", args, summary)
	}
}

func checkTestcase(t *testing.T, test junitTest, c map[string]string, status string) {
	t.Helper()
	want := map[string]string{"failed": "failure", "error": "failure", "not_checked": "skipped"}[c[status]]
	if want == "" {
		want = "passed"
	}
	warned := c[status] == "warning" || c[status] == "info"
	name, _, _ := strings.Cut(test.name, " ")
	if name != c["id"] || test.outcome != want || (test.out != "") != warned || want == "failure" && !strings.Contains(test.text, output.Escape(c["message"])) {
		t.Errorf("the testcase %+v is not %v", test, c)
	}
}

// readCases returns the strings of each element of a list in a report.
func readCases(t *testing.T, report []byte, list string) []map[string]string {
	t.Helper()
	var document map[string]json.RawMessage
	var items []map[string]any
	if err := json.Unmarshal(report, &document); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(document[list], &items); err != nil || len(items) == 0 {
		t.Fatalf("%d %s, %v", len(items), list, err)
	}
	cases := make([]map[string]string, len(items))
	for i, item := range items {
		cases[i] = map[string]string{}
		for name, value := range item {
			cases[i][name], _ = value.(string)
		}
	}
	return cases
}

// runFormat runs the program and returns stdout, the exit code and the job
// summary.
func runFormat(t *testing.T, format string, args []string) (stdout []byte, code int, summary []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "summary.md")
	var out bytes.Buffer
	env := &Env{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: io.Discard,
		LookupEnv: func(name string) (string, bool) {
			value, set := map[string]string{"GITHUB_STEP_SUMMARY": path}[name]
			return value, set
		},
		Now:       func() time.Time { return time.Unix(1767225600, 0) },
		CacheDir:  func() (string, error) { return "", io.EOF },
		ConfigDir: func() (string, error) { return "", io.EOF },
	}
	code = Run(context.Background(), env, append(slices.Clone(args), "-o", format))
	summary, err := os.ReadFile(path)
	if (err == nil) != (format == "github") {
		t.Errorf("%s: the summary: %v", format, err)
	}
	return out.Bytes(), code, summary
}

func signedToken(t *testing.T, header, claims string) string {
	t.Helper()
	var key jose.JSONWebKey
	if err := key.UnmarshalJSON([]byte(readRepoFile(t, "../testdata/keys/rsa.private.jwk"))); err != nil {
		t.Fatal(err)
	}
	input := encode(header) + "." + encode(claims)
	signature, err := rawSignature(key, "RS256", []byte(input))
	if err != nil {
		t.Fatal(err)
	}
	return input + "." + encode(string(signature))
}
