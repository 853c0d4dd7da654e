package provider

import (
	"os"
	"path/filepath"
	"testing"
)

// cacheFiles lists what lies in the cache.
func (b *bench) cacheFiles(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(b.dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// entryFile is the file of an entry.
func (b *bench) entryFile(kind entryKind, issuer, url string) string {
	return filepath.Join(b.dir, entryName(memoryKey{kind, issuer, url}))
}

// plant writes an entry by hand.
func (b *bench) plant(t testing.TB, e *entry) string {
	t.Helper()
	path := b.entryFile(e.kind, e.issuer, e.url)
	if err := os.MkdirAll(b.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, e.marshal(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
