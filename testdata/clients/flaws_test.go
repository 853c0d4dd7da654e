package clients

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	gojwt "github.com/golang-jwt/jwt/v5"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jwt"
)

// An index is what mint --all-flaws writes.
type index struct {
	Issuer   string `json:"issuer"`
	Audience string `json:"audience"`
	Tokens   []struct {
		Name     string   `json:"name"`
		File     string   `json:"file"`
		About    string   `json:"about"`
		ExitCode int      `json:"exit_code"`
		Verify   []string `json:"verify_with"`
	} `json:"tokens"`
}

// run is claimcheck, with its exit code.
func runClaimcheck(t *testing.T, args ...string) int {
	t.Helper()
	command := exec.Command(claimcheck, args...)
	command.Stderr = t.Output()
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return command.ProcessState.ExitCode()
}

// TestFlaws gives every flaw to claimcheck and to three libraries, each with every
// expectation that it has an option for, and holds docs/flaws.md to what they say.
// UPDATE=1 writes the page.
func TestFlaws(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "flaws")
	if code := runClaimcheck(t, "mint", "--new-key", dir+".jwk", "--all-flaws", dir, "--sub", "ada"); code != 0 {
		t.Fatalf("mint: exit code %d", code)
	}
	var all index
	data, err := os.ReadFile(filepath.Join(dir, "index.json"))
	must(t, err)
	must(t, json.Unmarshal(data, &all))
	set, err := os.ReadFile(filepath.Join(dir, "jwks.json"))
	must(t, err)
	libraries := []library{golangJWT(t, all, set), goOIDC(t, all, set), jwx(t, all, set)}
	var page strings.Builder
	page.WriteString(preface)
	for _, token := range all.Tokens {
		raw, err := os.ReadFile(filepath.Join(dir, token.File))
		must(t, err)
		args := append([]string{"verify", "@" + filepath.Join(dir, token.File), "--jwks", filepath.Join(dir, "jwks.json"), "--issuer", all.Issuer, "-q"}, token.Verify...)
		if code := runClaimcheck(t, args...); code != token.ExitCode {
			t.Errorf("%s: verify exits %d, and the list promises %d", token.Name, code, token.ExitCode)
		}
		about := token.About
		if beside := token.Verify[2:]; len(beside) > 0 { // beside --audience
			about += " (`" + strings.Join(beside, " ") + "`)"
		}
		fmt.Fprintf(&page, "| `%s` | %s | %d |", token.Name, about, token.ExitCode)
		for _, l := range libraries {
			word := "refuses"
			if l.accepts(strings.TrimSuffix(string(raw), "\n")) {
				word = "**accepts**"
			}
			fmt.Fprintf(&page, " %s |", word)
		}
		page.WriteString("\n")
	}
	path := filepath.Join("..", "..", "docs", "flaws.md")
	if os.Getenv("UPDATE") != "" {
		must(t, os.WriteFile(path, []byte(page.String()), 0o600))
		return
	}
	written, err := os.ReadFile(path)
	must(t, err)
	if !bytes.Equal(written, []byte(page.String())) {
		t.Errorf("%s is stale: UPDATE=1 go test -run TestFlaws . in testdata/clients writes\n%s", path, page.String())
	}
}

const preface = "# Flaws\n\n" +
	"What `claimcheck mint --flaw NAME` makes wrong, the exit code that `verify` gives for it, and what three Go libraries do with the same token.\n" +
	"A test measures and writes this page: `UPDATE=1 go test -run TestFlaws .` in `testdata/clients`.\n\n" +
	"Each library is given every expectation that it has an option for: the algorithm RS256, the issuer, the audience, `exp` required. The key is\n" +
	"found by `kid` in the issuer's key set. The flags in brackets are those that `verify` needs to notice the flaw; the libraries have no such option\n" +
	"and leave the check to the calling program. coreos/go-oidc verifies ID tokens; it is given the audience as its client.\n\n" +
	"| flaw | what is wrong | verify | golang-jwt 5.3.1 | go-oidc 3.21.0 | jwx 3.3.0 |\n|---|---|---|---|---|---|\n"

// A library reports whether it accepts a token.
type library struct{ accepts func(raw string) bool }

// golangJWT finds the key by kid, as its users do: the library reads no key sets.
func golangJWT(t *testing.T, all index, set []byte) library {
	t.Helper()
	var keys jose.JSONWebKeySet
	must(t, json.Unmarshal(set, &keys))
	find := func(token *gojwt.Token) (any, error) {
		kid, _ := token.Header["kid"].(string)
		for _, key := range keys.Key(kid) {
			return key.Key, nil
		}
		return nil, errors.New("no key")
	}
	parser := gojwt.NewParser(gojwt.WithValidMethods([]string{"RS256"}), gojwt.WithIssuer(all.Issuer), gojwt.WithAudience(all.Audience),
		gojwt.WithExpirationRequired(), gojwt.WithIssuedAt(), gojwt.WithStrictDecoding())
	return library{func(raw string) bool {
		token, err := parser.Parse(raw, find)
		return err == nil && token.Valid
	}}
}

// goOIDC fetches the key set itself.
func goOIDC(t *testing.T, all index, set []byte) library {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(set) }))
	t.Cleanup(server.Close)
	keys := oidc.NewRemoteKeySet(t.Context(), server.URL)
	verifier := oidc.NewVerifier(all.Issuer, keys, &oidc.Config{ClientID: all.Audience, SupportedSigningAlgs: []string{"RS256"}})
	return library{func(raw string) bool {
		_, err := verifier.Verify(t.Context(), raw)
		return err == nil
	}}
}

func jwx(t *testing.T, all index, data []byte) library {
	t.Helper()
	set, err := jwk.Parse(data)
	must(t, err)
	return library{func(raw string) bool {
		_, err := jwt.Parse([]byte(raw), jwt.WithKeySet(set), jwt.WithValidate(true), jwt.WithIssuer(all.Issuer), jwt.WithAudience(all.Audience), jwt.WithRequiredClaim("exp"))
		return err == nil
	}}
}
