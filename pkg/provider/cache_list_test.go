package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestListAndClear(t *testing.T) {
	s, b := filled(t)
	b.clock.advance(time.Minute)
	_, err := b.Keys(t.Context(), s.URL+"/keys?token=s3cret", "")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = b.KeysFor(t.Context(), s.URL, "unknown") // leaves a note of the refetch
	_, err = b.KeysFor(t.Context(), s.URL, "unknown")
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(b.dir, "notes.txt")
	if err := os.WriteFile(other, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	b.clock.advance(9 * time.Minute)
	var got []string
	for _, e := range ListCache(b.dir, b.clock.now(), nil) {
		got = append(got, fmt.Sprint(e.Content, " ", e.Issuer, " ", e.URL, " ", e.Fresh, " ", e.KeyIDs, " ", e.ExpiresAt.Sub(e.FetchedAt)))
	}
	want := []string{
		"keys  " + s.URL + "/keys?… true [live] 10m0s",
		"metadata " + s.URL + " " + s.URL + configuration + " false [] 10m0s",
		"keys " + s.URL + " " + s.URL + "/keys true [live] 10m0s",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if n, err := ClearCache(b.dir); err != nil || n != 3 {
		t.Errorf("cleared %d, %v", n, err)
	}
	if files := b.cacheFiles(t); !slices.Equal(files, []string{other}) {
		t.Errorf("left: %v", files)
	}
	if n, err := ClearCache(b.dir); err != nil || n != 0 || len(ListCache(b.dir, b.clock.now(), nil)) != 0 {
		t.Errorf("cleared %d, %v", n, err)
	}
	none := filepath.Join(t.TempDir(), "none")
	if n, err := ClearCache(none); err != nil || n != 0 || len(ListCache(none, b.clock.now(), func(m string) { t.Error(m) })) != 0 {
		t.Errorf("cleared %d, %v", n, err)
	}
}

// TestListOfADirectoryWithOtherThings: what is not an entry is neither shown nor
// removed, and what only looks like one is said.
func TestListOfADirectoryWithOtherThings(t *testing.T) {
	s, b := filled(t)
	keys, metadata := b.entryFile(kindKeys, s.URL, s.URL+"/keys"), b.entryFile(kindMetadata, s.URL, s.URL+configuration)
	if err := os.Rename(keys, metadata); err != nil { // a name that goes with something else
		t.Fatal(err)
	}
	b.plant(t, &entry{memoryKey: memoryKey{kindKeys, "", "https://a.example/keys"}, fetchedAt: b.clock.now(), lifetime: time.Minute, body: "<html>"})
	folder := b.entryFile(kindKeys, "", "https://b.example/keys")
	if err := os.MkdirAll(filepath.Join(folder, "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	var warnings []string
	list := ListCache(b.dir, b.clock.now(), func(m string) { warnings = append(warnings, m) })
	if len(list) != 1 || list[0].URL != "https://a.example/keys" || list[0].KeyIDs != nil {
		t.Errorf("got %+v", list)
	}
	if text := strings.Join(warnings, "\n"); !strings.Contains(text, "does not match its name") {
		t.Errorf("warnings %q", warnings)
	}
	if n, err := ClearCache(b.dir); n != 2 || err == nil || !strings.Contains(err.Error(), filepath.Base(folder)) {
		t.Errorf("cleared %d, %v", n, err)
	}
	if _, err := os.Stat(filepath.Join(folder, "x")); err != nil {
		t.Error(err)
	}
}

func TestOldFilesAreSwept(t *testing.T) {
	s, b := filled(t)
	left := b.cacheFiles(t)[0]
	left = left[:len(left)-len(entrySuffix)] + temporarySuffix + "123"
	if err := os.WriteFile(left, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(left, b.clock.now(), b.clock.now()); err != nil {
		t.Fatal(err)
	}
	b.clock.advance(staleAfter)
	_, err := b.Keys(t.Context(), s.URL+"/keys", "")
	if n := len(b.cacheFiles(t)); err != nil || n != 4 {
		t.Errorf("%d files, %v", n, err)
	}
	b.clock.advance(time.Second)
	_, err = b.again(t, func(cfg *Config) { cfg.Refresh = true }).Keys(t.Context(), s.URL+"/keys", "")
	if n := len(b.cacheFiles(t)); err != nil || n != 1 {
		t.Errorf("%d files, %v", n, err)
	}
}

func TestClearTouchesNoForeignDirectory(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need rights there")
	}
	_, b := filled(t)
	link := b.dir + "-link"
	if err := os.Symlink(b.dir, link); err != nil {
		t.Fatal(err)
	}
	if n, err := ClearCache(link); err == nil || n != 0 || len(b.cacheFiles(t)) != 2 {
		t.Errorf("cleared %d, %v", n, err)
	}
	// Wrong permissions are a reason not to read it, but none to keep it.
	if err := os.Chmod(b.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if n, err := ClearCache(b.dir); err != nil || n != 2 {
		t.Errorf("cleared %d, %v", n, err)
	}
}
