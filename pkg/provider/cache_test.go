package provider

import (
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// filled is a bench whose cache holds an issuer with the key "cached", while
// the issuer itself has the key "live".
func filled(t *testing.T) (*site, *bench) {
	t.Helper()
	s := newTLSSite(t)
	s.issue("cached")
	b := newBench(t, s)
	set, err := b.KeysFor(t.Context(), s.URL, "")
	wantKeys(t, set, err, "cached")
	s.issue("live")
	s.requests()
	return s, b
}

// wantIgnored demands that the cache is not used, and says so once.
func wantIgnored(t *testing.T, s *site, b *bench, warning string) {
	t.Helper()
	next := b.again(t)
	for range 2 {
		set, err := next.KeysFor(t.Context(), s.URL, "")
		wantKeys(t, set, err, "live")
	}
	if warning == "" && len(next.warnings) != 0 || warning != "" && len(next.warnings) != 1 {
		t.Fatalf("warnings %q", next.warnings)
	}
	if warning != "" {
		wantText(t, next.warnings[0], "is ignored", warning)
	}
}

func TestCacheModes(t *testing.T) {
	_, b := filled(t)
	for path, want := range map[string]fs.FileMode{b.dir: 0o700, b.cacheFiles(t)[0]: 0o600, b.cacheFiles(t)[1]: 0o600} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want && runtime.GOOS != "windows" {
			t.Errorf("%s has mode %#o, want %#o", path, got, want)
		}
	}
}

func TestACacheThatLooksWrongIsIgnored(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("permissions mean nothing there")
	}
	keysFile := func(s *site, b *bench) string { return b.entryFile(kindKeys, s.URL, s.URL+"/keys") }
	write := func(text string) func(*testing.T, *site, *bench) {
		return func(t *testing.T, s *site, b *bench) {
			if err := os.WriteFile(keysFile(s, b), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	must := func(t *testing.T, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name, warning string
		spoil         func(*testing.T, *site, *bench)
	}{
		{"directory for all", "permissions are 0755", func(t *testing.T, _ *site, b *bench) { must(t, os.Chmod(b.dir, 0o755)) }},
		{"directory of another user", "belongs to another user", func(t *testing.T, _ *site, b *bench) {
			if os.Geteuid() != 0 {
				t.Skip("only root can give things away")
			}
			must(t, os.Chown(b.dir, 12345, -1))
		}},
		{"directory is a link", "not a directory", func(t *testing.T, _ *site, b *bench) {
			must(t, os.Rename(b.dir, b.dir+"-real"))
			must(t, os.Symlink(b.dir+"-real", b.dir))
		}},
		{"directory is a file", "not a directory", func(t *testing.T, _ *site, b *bench) {
			must(t, os.RemoveAll(b.dir))
			must(t, os.WriteFile(b.dir, nil, 0o600))
		}},
		{"entry for all", "permissions are 0644", func(t *testing.T, s *site, b *bench) { must(t, os.Chmod(keysFile(s, b), 0o644)) }},
		{"entry of another user", "belongs to another user", func(t *testing.T, s *site, b *bench) {
			if os.Geteuid() != 0 {
				t.Skip("only root can give things away")
			}
			must(t, os.Chown(keysFile(s, b), 12345, -1))
		}},
		{"entry is a link", "not a regular file", func(t *testing.T, s *site, b *bench) {
			must(t, os.Rename(keysFile(s, b), b.dir+"-elsewhere"))
			must(t, os.Symlink(b.dir+"-elsewhere", keysFile(s, b)))
		}},
		{"entry is a directory", "not a regular file", func(t *testing.T, s *site, b *bench) {
			must(t, os.Remove(keysFile(s, b)))
			must(t, os.Mkdir(keysFile(s, b), 0o700))
		}},
		{"empty", "no JSON value", write("")},
		{"garbage", "is ignored", write("\x00\x01")},
		{"truncated", "EOF", write(`{"version":1,"kind":"keys","iss`)},
		{"too large", "larger than", write(strings.Repeat(" ", maxEntry+1))},
		{"another format", "another format", write(`{"version":2}`)},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, b := filled(t)
			c.spoil(t, s, b)
			warning := c.warning
			next := b.again(t)
			set, err := next.KeysFor(t.Context(), s.URL, "")
			wantKeys(t, set, err, "live")
			if len(next.warnings) == 0 || !strings.Contains(strings.Join(next.warnings, "\n"), warning) {
				t.Errorf("warnings %q, want %q", next.warnings, warning)
			}
			if strings.HasPrefix(c.name, "directory") || c.name == "entry is a directory" {
				return
			}
			// The bad entry has been replaced by a good one.
			s.issue("newest")
			next = b.again(t)
			set, err = next.KeysFor(t.Context(), s.URL, "")
			wantKeys(t, set, err, "live")
			if len(next.warnings) != 0 {
				t.Errorf("warnings %q", next.warnings)
			}
		})
	}
}

// TestNothingIsWrittenWhereOthersCanRead also checks that a warning is given only
// once, and that no warn function is needed.
func TestNothingIsWrittenWhereOthersCanRead(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("permissions mean nothing there")
	}
	at := newClock().at
	var warnings []string
	for _, warn := range []func(string){nil, func(m string) { warnings = append(warnings, m) }} {
		c := &diskCache{dir: t.TempDir(), now: func() time.Time { return at }, warn: warn}
		if err := os.Chmod(c.dir, 0o755); err != nil { // #nosec G302 -- that is what is tested
			t.Fatal(err)
		}
		for range 2 {
			c.store(&entry{memoryKey: memoryKey{kindKeys, "", "https://a.example/keys"}, fetchedAt: at, lifetime: time.Hour})
		}
		if files, err := os.ReadDir(c.dir); err != nil || len(files) != 0 {
			t.Errorf("got %v, %v", files, err)
		}
	}
	if len(warnings) != 1 || !strings.Contains(warnings[0], "permissions are 0755") {
		t.Errorf("got warnings %q, want one", warnings)
	}
}

// TestNothingIsLeftOfAWriteThatFailed: a failed write leaves nothing but a warning.
func TestNothingIsLeftOfAWriteThatFailed(t *testing.T) {
	b := newBench(t, nil)
	e := &entry{memoryKey: memoryKey{kindKeys, "", "https://a.example/keys"}, fetchedAt: b.clock.at, lifetime: time.Hour}
	if err := os.MkdirAll(b.entryFile(e.kind, e.issuer, e.url), 0o700); err != nil { // blocks the path of the entry
		t.Fatal(err)
	}
	b.disk.store(e)
	if files := b.cacheFiles(t); len(files) != 1 {
		t.Errorf("left: %v", files)
	}
	if len(b.warnings) != 1 || !strings.Contains(b.warnings[0], "cannot write") {
		t.Errorf("got warnings %q", b.warnings)
	}
}

func TestEntriesAreJudgedByWhatTheySay(t *testing.T) {
	for _, c := range []struct {
		name, warning string
		change        func(*entry)
	}{
		{"good", "", nil},
		{"from the future", "", func(e *entry) { e.fetchedAt = e.fetchedAt.Add(time.Second) }},
		{"expired", "", func(e *entry) { e.fetchedAt = e.fetchedAt.Add(-10 * time.Minute) }},
		{"of another issuer", "does not match its name", func(e *entry) { e.issuer += "/" }},
		{"from another URL", "does not match its name", func(e *entry) { e.url += "/" }},
		{"of another kind", "does not match its name", func(e *entry) { e.kind = kindMetadata }},
		{"not a key set", "not a key set", func(e *entry) { e.body = `{"keys":1}` }},
		{"not JSON", "not a key set", func(e *entry) { e.body = "<html>" }},
		{"for too long", "lifetime", func(e *entry) { e.lifetime = 61 * time.Minute }},
		{"for no time", "lifetime", func(e *entry) { e.lifetime = 0 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, b := filled(t)
			e := b.disk.load(memoryKey{kindKeys, s.URL, s.URL + "/keys"})
			if e == nil {
				t.Fatal("no entry")
			}
			name := b.entryFile(e.kind, e.issuer, e.url)
			if c.change == nil {
				set, err := b.again(t).KeysFor(t.Context(), s.URL, "")
				wantKeys(t, set, err, "cached")
				return
			}
			c.change(e)
			if err := os.WriteFile(name, e.marshal(), 0o600); err != nil {
				t.Fatal(err)
			}
			wantIgnored(t, s, b, c.warning)
		})
	}
}

func TestEntriesThatWeDidNotWrite(t *testing.T) {
	for _, c := range []struct{ member, value, warning string }{
		{"version", `0`, "another format"},
		{"kind", `"secrets"`, "an unknown kind"},
		{"kind", `1`, `"kind" is not a string`},
		{"fetched_at", `"yesterday"`, "an unreadable time"},
		{"lifetime_seconds", `1e2`, "an impossible lifetime"},
		{"reach", `"near"`, "an unknown reach"},
	} {
		t.Run(c.member+" "+c.value, func(t *testing.T) {
			s, b := filled(t)
			name := b.entryFile(kindKeys, s.URL, s.URL+"/keys")
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			document, err := strictjson.ParseObject(data)
			if err != nil {
				t.Fatal(err)
			}
			old := fmt.Sprintf("%q:%s", c.member, document.Get(c.member))
			edited := strings.Replace(string(data), old, fmt.Sprintf("%q:%s", c.member, c.value), 1)
			if edited == string(data) {
				t.Fatalf("no %s in %s", old, data)
			}
			if err := os.WriteFile(name, []byte(edited), 0o600); err != nil {
				t.Fatal(err)
			}
			wantIgnored(t, s, b, c.warning)
		})
	}
}

func TestCachedMetadataIsJudgedAgain(t *testing.T) {
	s, b := filled(t)
	b.plant(t, &entry{
		memoryKey: memoryKey{kindMetadata, s.URL, s.URL + configuration}, fetchedAt: b.clock.now(), lifetime: time.Minute,
		body: fmt.Sprintf(`{"issuer":"https://other.example","jwks_uri":%q}`, s.URL+"/keys"),
	})
	next := b.again(t)
	_, err := next.Discover(t.Context(), s.URL)
	if err != nil || len(next.warnings) != 1 || len(s.requests()) != 1 {
		t.Errorf("got %v, warnings %q", err, next.warnings)
	}
}

func TestLifetimeOfEntries(t *testing.T) {
	for header, want := range map[string]time.Duration{"": 10 * time.Minute, "max-age=60": time.Minute, "max-age=999999": time.Hour} {
		s := newTLSSite(t)
		s.serve("/keys", keySet("a"), "Cache-Control", header)
		b := newBench(t, s)
		ask := func() int {
			if _, err := b.Keys(t.Context(), s.URL+"/keys", "a"); err != nil {
				t.Fatal(err)
			}
			return len(s.requests())
		}
		ask()
		b.clock.advance(want - time.Second)
		if ask() != 0 {
			t.Errorf("%q: expired too early", header)
		}
		b.clock.advance(time.Second)
		if ask() != 1 {
			t.Errorf("%q: kept too long", header)
		}
	}
}

func TestAReplyNotToBeKeptReplacesTheOldOne(t *testing.T) {
	s, b := filled(t)
	s.serve("/keys", keySet("live"), "Cache-Control", "no-store")
	b.clock.advance(time.Minute)
	set, err := b.again(t).KeysFor(t.Context(), s.URL, "live")
	wantKeys(t, set, err, "live")
	set, err = b.again(t).KeysFor(t.Context(), s.URL, "cached")
	wantKeys(t, set, err, "live")
	wantRequests(t, s, "GET /keys", "GET /keys")
}

func TestPublishedSecretsAreNotCopied(t *testing.T) {
	for _, set := range []string{`{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}`, `{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB","d":"AQAB"}]}`} {
		s := newTLSSite(t)
		s.serve("/keys", set)
		b := newBench(t, s)
		if _, err := b.Keys(t.Context(), s.URL+"/keys", ""); err != nil {
			t.Fatal(err)
		}
		if files := b.cacheFiles(t); len(files) != 0 {
			t.Errorf("%s is cached: %v", set, files)
		}
	}
}

func TestRunsUnderOtherRulesLeaveTheCacheAlone(t *testing.T) {
	for name, adjust := range map[string]func(*Config){
		"http allowed":     func(cfg *Config) { cfg.AllowHTTP = true },
		"own authorities":  func(cfg *Config) { cfg.CustomCAs = cfg.RootCAs },
		"a header":         func(cfg *Config) { cfg.Header = http.Header{"X": {"y"}} },
		"no cache":         func(cfg *Config) { cfg.NoCache = true },
		"no directory":     func(cfg *Config) { cfg.CacheDir = "" },
		"a bad directory":  func(cfg *Config) { cfg.CacheDir = "/dev/null/x" },
		"no place for one": func(cfg *Config) { cfg.CacheDir = filepath.Join(cfg.CacheDir, entryName(memoryKey{kind: kindKeys})) },
	} {
		t.Run(name, func(t *testing.T) {
			s, b := filled(t)
			if name == "no place for one" {
				b.plant(t, &entry{memoryKey: memoryKey{kind: kindKeys}, lifetime: time.Minute, fetchedAt: b.clock.now()})
			}
			before := b.cacheFiles(t)
			for range 2 {
				set, err := b.again(t, adjust).KeysFor(t.Context(), s.URL, "")
				wantKeys(t, set, err, "live")
			}
			wantRequests(t, s, "GET "+configuration, "GET /keys", "GET "+configuration, "GET /keys")
			set, err := b.again(t).KeysFor(t.Context(), s.URL, "")
			wantKeys(t, set, err, "cached")
			if after := b.cacheFiles(t); !slices.Equal(before, after) {
				t.Errorf("before %v, after %v", before, after)
			}
		})
	}
}
