package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/verifier"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// An outcome is what command and library have to agree on. The words of a check
// are the command's own where they name a flag or say how long ago.
type outcome struct {
	Verdict, Reason string
	Checks          []struct{ ID, Status, Reason string }
}

// evaluatedAt is the time of every outcome here.
var evaluatedAt = time.Unix(1_300_819_320, 0) // a minute before the examples of RFC 7515 expire

// byCommand is the answer of the program.
func byCommand(t *testing.T, args ...string) outcome {
	t.Helper()
	var out, messages bytes.Buffer
	env := &Env{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &messages,
		LookupEnv: func(string) (string, bool) { return "", false },
		Now:       func() time.Time { return evaluatedAt },
		CacheDir:  func() (string, error) { return "", io.EOF },
		ConfigDir: func() (string, error) { return "", io.EOF },
	}
	Run(context.Background(), env, append([]string{"verify", "-o", "json", "--exact"}, args...))
	var o outcome
	if err := json.Unmarshal(out.Bytes(), &o); err != nil || o.Verdict == "" {
		t.Fatalf("%v: %v\n%s%s", args, err, out.Bytes(), messages.Bytes())
	}
	return o
}

// byLibrary is the answer of pkg/verifier.
func byLibrary(t *testing.T, raw string, policy verify.Policy, opts ...verifier.Option) outcome {
	t.Helper()
	v, err := verifier.New(policy, append(opts, verifier.WithClock(func() time.Time { return evaluatedAt }))...)
	if err != nil {
		t.Fatal(err)
	}
	report, err := v.Report(t.Context(), raw)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Verify(t.Context(), raw); (err == nil) != (report.Accepted) || err != nil && !errors.Is(err, report.Reason) {
		t.Errorf("Verify says %v, Report accepted=%t", err, report.Accepted)
	}
	data, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	var o outcome
	if err := json.Unmarshal(data, &o); err != nil {
		t.Fatal(err)
	}
	return o
}

// wantSame compares the two.
func wantSame(t *testing.T, what string, command, library outcome) {
	t.Helper()
	if !reflect.DeepEqual(command, library) {
		t.Errorf("%s:\nthe command says %+v\nthe library says %+v", what, command, library)
	}
}

// repositoryTokens returns every token of testdata with the key set that it goes
// with, and changed ones beside.
func repositoryTokens(t *testing.T) map[string]struct{ raw, keys string } {
	t.Helper()
	tokens := map[string]struct{ raw, keys string }{}
	add := func(name, raw, keys string) {
		tokens[name] = struct{ raw, keys string }{raw, keys}
		if parts := strings.Split(raw, "."); len(parts) == 3 && len(parts[2]) > 8 {
			tokens[name+", cut off"] = struct{ raw, keys string }{raw[:len(raw)-4], keys}
			tokens[name+", unsigned"] = struct{ raw, keys string }{encode(`{"alg":"none"}`) + "." + parts[1] + ".", keys}
			tokens[name+", changed"] = struct{ raw, keys string }{parts[0] + "." + encode(`{"iss":"joe","exp":2000000000}`) + "." + parts[2], keys}
		}
	}
	add("authing", strings.TrimSpace(readRepoFile(t, "../testdata/authing/id-token.jwt")), readRepoFile(t, "../testdata/authing/jwks.json"))
	set := repositoryKeys(t)
	for line := range strings.Lines(readRepoFile(t, "../testdata/vectors/good-tokens.txt")) {
		if alg, raw, found := strings.Cut(strings.TrimSpace(line), " "); found {
			add(alg, raw, set)
		}
	}
	files, err := filepath.Glob("../testdata/vectors/rfc/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, file := range files {
		var v struct {
			ID    string
			Token any
			Key   json.RawMessage
		}
		if err := json.Unmarshal([]byte(readRepoFile(t, file)), &v); err != nil {
			t.Fatal(err)
		}
		if raw, ok := v.Token.(string); ok && raw != "" && len(v.Key) > 0 {
			add(v.ID, raw, fmt.Sprintf(`{"keys":[%s]}`, v.Key))
		}
	}
	return tokens
}

// repositoryKeys is the key set of testdata/keys, as far as there are public keys.
func repositoryKeys(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob("../testdata/keys/*.public.pem")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	var keys []string
	for _, file := range files {
		set, err := jwks.ParseKey([]byte(readRepoFile(t, file)))
		if err != nil {
			t.Fatal(err)
		}
		document := set.Document.String()
		keys = append(keys, strings.TrimSuffix(strings.TrimPrefix(document, `{"keys":[`), `]}`))
	}
	return `{"keys":[` + strings.Join(keys, ",") + `]}`
}

// TestCommandAndLibraryAgree holds the command and pkg/verifier together: the same
// token under the same policy gets the same verdict, for the same reason, by the
// same checks.
func TestCommandAndLibraryAgree(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	policies := []struct {
		flags  []string
		policy verify.Policy
	}{
		{[]string{"--issuer", "joe", "--any-audience"}, verify.Policy{Issuer: "joe", AnyAudience: true}},
		{[]string{"--any-issuer", "--audience", "api", "--strict"}, verify.Policy{AnyIssuer: true, Audiences: []string{"api"}, Strict: true}},
		{[]string{"--issuer", "https://issuer.example", "--audience", "api", "--audience", "b", "--kind", "access", "--scope", "read", "--alg", "RS256", "--alg", "ES256"},
			verify.Policy{Issuer: "https://issuer.example", Audiences: []string{"api", "b"}, Kind: verify.KindAccess, Scopes: []string{"read"}, Algorithms: []string{"RS256", "ES256"}}},
	}
	verdicts := map[string]int{}
	for name, token := range repositoryTokens(t) {
		raw, keys := write("token", token.raw), write("keys.json", token.keys)
		set, err := jwks.Parse([]byte(token.keys))
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range policies {
			command := byCommand(t, append([]string{"@" + raw, "--jwks", keys}, p.flags...)...)
			library := byLibrary(t, token.raw, p.policy, verifier.WithKeys(&verify.PublicKeys{Set: set, Source: keys}))
			wantSame(t, name+" "+strings.Join(p.flags, " "), command, library)
			verdicts[command.Verdict]++
		}
	}
	if verdicts["accepted"] == 0 || verdicts["rejected"] < 100 {
		t.Errorf("too few tokens to compare: %v", verdicts)
	}
}

// TestCommandAndLibraryAskAlike: with keys of an issuer, too, and what its metadata
// advertises counts for both.
func TestCommandAndLibraryAskAlike(t *testing.T) {
	var issuer *httptest.Server
	issuer = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/.well-known/openid-configuration":
			_, _ = fmt.Fprintf(w, `{"issuer":%q,"jwks_uri":%q,"id_token_signing_alg_values_supported":["ES256"]}`, issuer.URL, issuer.URL+"/keys")
		case "/keys":
			_, _ = io.WriteString(w, repositoryKeys(t))
		default:
			http.NotFound(w, r)
		}
	}))
	defer issuer.Close()
	claims := fmt.Sprintf(`{"iss":%q,"aud":"api","sub":"s","nonce":"n","iat":%d,"exp":%d}`, issuer.URL, evaluatedAt.Unix(), evaluatedAt.Unix()+60)
	raw := signedToken(t, `{"alg":"RS256","typ":"JWT"}`, claims)
	for kind, reason := range map[verify.Kind]string{"": "accepted", verify.KindID: "algorithm_refused"} {
		flags := []string{raw, "--issuer", issuer.URL, "--audience", "api"}
		if kind != "" {
			flags = append(flags, "--kind", string(kind))
		}
		command := byCommand(t, flags...)
		library := byLibrary(t, raw, verify.Policy{Issuer: issuer.URL, Audiences: []string{"api"}, Kind: kind})
		wantSame(t, "kind "+string(kind), command, library)
		if library.Reason != reason {
			t.Errorf("kind %q: got reason %q, want %q", kind, library.Reason, reason)
		}
	}
}
