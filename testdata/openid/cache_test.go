package openid

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const discovery = "GET /.well-known/openid-configuration"

// traced is a line of -v.
func traced(url, outcome string) string {
	return `claimcheck: GET ` + regexp.QuoteMeta(url) + `: ` + outcome
}

func TestColdCostsTwoRequestsAndWarmNone(t *testing.T) {
	s, u := newSite(t), newUser(t)
	l := s.login(t, native)
	metadata, keys := s.issuer+".well-known/openid-configuration", s.issuer+"keys"
	const answered, cached = `200, \d+ bytes in \S+`, `from the cache`

	u.run(l.verify(s, "-v")...).exits(0).says(traced(metadata, answered), traced(keys, answered), accepted).report()
	s.wantRequests(t, discovery, "GET /keys")
	p := u.run(l.verify(s, "-v")...).exits(0).says(traced(metadata, cached), traced(keys, cached), accepted).report()
	s.wantRequests(t)
	if p.Key.Source != keys+", from the cache" {
		t.Errorf("the key is from %q", p.Key.Source)
	}
	u.run(l.verify(s, "-v", "--offline")...).exits(0).says(traced(metadata, cached), traced(keys, cached), accepted).report()
	s.wantRequests(t)
	for _, flag := range []string{"--refresh", "--no-cache"} {
		u.run(l.verify(s, "-v", flag)...).exits(0).says(traced(metadata, answered), traced(keys, answered), accepted).report()
		s.wantRequests(t, discovery, "GET /keys")
	}
	u.run(l.verify(s, "-v", "--jwks", keys)...).exits(0).says(traced(keys, answered), accepted).report()
	s.wantRequests(t, "GET /keys")
}

func TestCacheIsShownAndCleared(t *testing.T) {
	s, u := newSite(t), newUser(t)
	l := s.login(t, native)
	u.run(l.verify(s, "--offline")...).exits(4).says(`claimcheck: .*the cache has no usable metadata.*`, `hint: .*--offline`).report()
	u.run(l.verify(s)...).exits(0).says(accepted)
	u.holdsCompleteFiles(2)
	u.run("cache", "--jq", ".entries[].url").exits(0).says().prints(s.issuer + ".well-known/openid-configuration\n" + s.issuer + "keys")
	u.run("cache", "clear", "-q").exits(0).says()
	u.holdsCompleteFiles(0)
	s.requests(t)
	u.run(l.verify(s, "--offline")...).exits(4).says(`claimcheck: .*the cache has no usable metadata.*`, `hint: .*--offline`).report()
	s.wantRequests(t)
}

func TestProviderThatIsGone(t *testing.T) {
	s, warm, cold := newSite(t), newUser(t), newUser(t)
	l := s.login(t, native)
	warm.run(l.verify(s)...).exits(0).says(accepted)
	s.stop()

	refused := []string{`claimcheck: .*connection refused.*`, `hint: .*`}
	p := cold.run(l.verify(s)...).exits(4).says(refused...).report()
	if p.Verdict != "no_answer" || p.Reason != "unavailable" || !strings.Contains(p.Error.Message, "connection refused") || p.Error.Hint == "" {
		t.Errorf("%+v", p)
	}
	cold.run("discover", s.issuer).exits(4).says(refused...).printsNothing()
	cold.run("jwks", s.issuer).exits(4).says(refused...).printsNothing()
	cold.run(l.verify(s, "--jwks", s.issuer+"keys")...).exits(4).says(refused...).report()
	// 10 and 11 stand before any fetch; the rest has to wait for keys.
	cold.run("verify", file(t, l.accessToken), "--issuer", s.issuer, "--audience", "native").exits(10).says(`claimcheck: rejected: .*\(exit 10\)`)
	cold.run(l.verify(s, "--alg", "ES256")...).exits(11).says(`claimcheck: rejected: .*\(exit 11\)`)
	cold.run(l.verify(s, "--at", "+2h")...).exits(4).says(refused...)

	warm.run(l.verify(s)...).exits(0).says(accepted)
	warm.run(l.verify(s, "--refresh")...).exits(4).says(refused...)
	warm.run(l.verify(s, "--no-cache")...).exits(4).says(refused...)
	warm.run(l.verify(s, "--offline", "--audience", "web")...).exits(0).says(accepted)
	warm.run(l.verify(s, "--offline", "--nonce", "another")...).exits(18).says(`claimcheck: rejected: .*\(exit 18\)`)
}

// holdsCompleteFiles looks at the cache directory itself: private, and nothing
// in it but that many entries, each of them whole.
func (u user) holdsCompleteFiles(count int) {
	u.t.Helper()
	dir := filepath.Join(u.cacheDir, "claimcheck")
	u.wantMode(dir, fs.ModeDir|0o700)
	files, err := os.ReadDir(dir)
	must(u.t, err)
	if len(files) != count {
		u.t.Errorf("%d files in the cache, want %d: %v", len(files), count, files)
	}
	for _, f := range files {
		path := filepath.Join(dir, f.Name())
		u.wantMode(path, 0o600)
		data, err := os.ReadFile(path)
		must(u.t, err)
		var entry struct {
			Body string `json:"body"`
		}
		if err := json.Unmarshal(data, &entry); err != nil || !json.Valid([]byte(entry.Body)) {
			u.t.Errorf("%s is not whole (%v): %s", f.Name(), err, data)
		}
	}
}

func (u user) wantMode(path string, want fs.FileMode) {
	u.t.Helper()
	info, err := os.Stat(path)
	must(u.t, err)
	if info.Mode() != want {
		u.t.Errorf("%s has the mode %v, want %v", path, info.Mode(), want)
	}
}
