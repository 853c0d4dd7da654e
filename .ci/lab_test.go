// Package ci tests what surrounds the program: the GitHub Action, the GitLab
// component, the release and the comparison with other tools. The go command
// leaves it out of ./...; .ci/run names it.
package ci

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// hostileText is an audience that a log, a summary or a report could mistake for
// something of its own.
const hostileText = "x\n::error::forged\r\n::add-mask::a ##[add-mask]b <img src=x> ]]></failure> | `code` %0A::warning::forged @team \x1b[31m \u202e"

// A ciLab is what is needed to run the shell of the action and of the component.
type ciLab struct {
	binary       string // the program, behind a script that keeps a record of its arguments
	program      string // the program itself
	record       string
	authingToken string
	authingKeys  string
	ownKeys      string
	key          ed25519.PrivateKey
	dir          string
}

// buildProgram builds the program for this system.
func buildProgram(t *testing.T) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("needs a system with a POSIX shell")
	}
	program := filepath.Join(t.TempDir(), "claimcheck")
	if out, err := exec.Command("go", "build", "-o", program, "..").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

func newCILab(t *testing.T, program, shell string) *ciLab {
	t.Helper()
	if _, err := exec.LookPath(shell); err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	data, err := filepath.Abs(filepath.Join("..", "testdata", "authing"))
	if err != nil {
		t.Fatal(err)
	}
	l := &ciLab{
		binary: filepath.Join(dir, "recorded"), program: program, record: filepath.Join(dir, "arguments"),
		authingToken: strings.TrimSpace(readRepoFile(t, filepath.Join(data, "id-token.jwt"))),
		authingKeys:  filepath.Join(data, "jwks.json"),
		ownKeys:      filepath.Join(dir, "keys.json"),
		key:          private, dir: dir,
	}
	writeTestFile(t, l.binary, fmt.Sprintf("#!/bin/sh\nprintf '%%s\\n' \"$@\" >>'%s'\nexec '%s' \"$@\"\n", l.record, l.program), 0o755)
	writeTestFile(t, l.record, "", 0o600)
	writeTestFile(t, l.ownKeys, fmt.Sprintf(`{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k","x":"%s"}]}`,
		base64.RawURLEncoding.EncodeToString(public)), 0o600)
	return l
}

// mint signs a token for an audience that is good until 2100: the program runs as
// a process here, by the machine's clock, and that must not matter.
func (l *ciLab) mint(t *testing.T, audience string) string {
	t.Helper()
	claims, err := json.Marshal(map[string]any{
		"iss": "https://issuer.example", "sub": "s", "aud": audience, "exp": 3000000000,
	})
	if err != nil {
		t.Fatal(err)
	}
	base64url := base64.RawURLEncoding.EncodeToString
	signed := base64url([]byte(`{"alg":"EdDSA","kid":"k"}`)) + "." + base64url(claims)
	return signed + "." + base64url(ed25519.Sign(l.key, []byte(signed)))
}

// rogue is a program in claimcheck's place that escapes nothing, so that it is
// seen what the shell itself does.
func (l *ciLab) rogue(t *testing.T) string {
	t.Helper()
	name := filepath.Join(l.dir, "rogue")
	writeTestFile(t, name, "#!/bin/sh\nprintf '##[add-mask]a\\n::error::forged\\r\\n100%% </pre><b>\\n' >&2\nexit 15\n", 0o755)
	return name
}

// silent is a program in claimcheck's place that ends well and says nothing.
func (l *ciLab) silent(t *testing.T) string {
	t.Helper()
	name := filepath.Join(l.dir, "silent")
	writeTestFile(t, name, "#!/bin/sh\nexit 0\n", 0o755)
	return name
}

func (l *ciLab) file(t *testing.T, content string) string {
	t.Helper()
	name := filepath.Join(l.dir, fmt.Sprintf("%x", sha256.Sum256([]byte(content))))
	writeTestFile(t, name, content, 0o600)
	return name
}

// run runs a shell and returns what it printed and its exit code.
func (l *ciLab) run(t *testing.T, command *exec.Cmd) (string, int) {
	t.Helper()
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	var failed *exec.ExitError
	if err := command.Run(); err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	return out.String(), command.ProcessState.ExitCode()
}

// checkSecrecy: a token, or its signature, which makes it one, is neither on a
// command line nor in anything that is kept.
func (l *ciLab) checkSecrecy(t *testing.T, token string, kept ...string) {
	t.Helper()
	if token == "" {
		return
	}
	signature := token[strings.LastIndex(token, ".")+1:]
	for _, text := range append(kept, readRepoFile(t, l.record)) {
		if strings.Contains(text, signature) {
			t.Errorf("the token shows:\n%s", text)
		}
	}
}

// releaseCases are ways in which a download can go.
var releaseCases = []struct {
	name    string
	spoil   string // the file that is served with another content, or "" for none
	code    int
	message string
}{
	{"as it should be", "", 0, ""},
	{"another archive", "archive", 2, "the downloaded release does not have its checksum"},
	{"no checksum for this system", "checksums.txt", 2, "the downloaded release does not have its checksum"},
	{"no such release", "version", 2, "the release could not be downloaded"},
}

// serveRelease serves a release as .goreleaser.yaml names its files.
func (l *ciLab) serveRelease(t *testing.T, version, spoil string) string {
	t.Helper()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip(err)
	}
	program, err := os.ReadFile(l.program)
	if err != nil {
		t.Fatal(err)
	}
	var archive bytes.Buffer
	compressed := gzip.NewWriter(&archive)
	files := tar.NewWriter(compressed)
	err = errors.Join(
		files.WriteHeader(&tar.Header{Name: "claimcheck", Mode: 0o755, Size: int64(len(program))}),
		func() error { _, err := files.Write(program); return err }(),
		files.Close(), compressed.Close())
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("claimcheck_%s_%s_%s.tar.gz", strings.TrimPrefix(version, "v"), runtime.GOOS, runtime.GOARCH)
	served := map[string]string{
		"/" + version + "/" + name:       archive.String(),
		"/" + version + "/checksums.txt": fmt.Sprintf("%x  %s\n%x  other\n", sha256.Sum256(archive.Bytes()), name, sha256.Sum256(nil)),
	}
	switch spoil {
	case "archive":
		served["/"+version+"/"+name] += "x"
	case "checksums.txt":
		served["/"+version+"/checksums.txt"] = strings.ReplaceAll(served["/"+version+"/checksums.txt"], name, name+".sig")
	case "version":
		clear(served)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		content, found := served[r.URL.Path]
		if !found {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte(content))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// with is a copy of inputs with one of them changed.
func with(inputs map[string]string, name, value string) map[string]string {
	changed := maps.Clone(inputs)
	changed[name] = value
	return changed
}

func readRepoFile(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func writeTestFile(t *testing.T, name, content string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
}
