package provider

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/natefinch/atomic"

	"github.com/claimcheck/claimcheck/pkg/jwks"
)

const (
	dirMode fs.FileMode = 0o700 // and 0600 for files, which is what os.CreateTemp does

	entrySuffix     = ".json"
	temporarySuffix = ".tmp"
	// staleAfter is when a file is swept: no entry lives that long.
	staleAfter = 2 * maxLifetime
)

// A diskCache keeps replies in a directory that only its user can read. It is
// safe for many goroutines and processes: entries are replaced whole. Whatever
// looks wrong there is ignored.
type diskCache struct {
	dir  string // it need not exist
	now  func() time.Time
	warn func(message string) // called once for each reason to ignore a file; may be nil

	warned sync.Map // the messages passed to warn
}

func (c *diskCache) complain(format string, args ...any) {
	message := fmt.Sprintf(format, args...)
	if _, again := c.warned.LoadOrStore(message, true); !again && c.warn != nil {
		c.warn(message)
	}
}

// checkDir reports whether the directory can be relied on. A missing directory
// is not worth a warning.
func (c *diskCache) checkDir() error {
	info, err := os.Lstat(c.dir)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return errNotDirectory
	}
	return private(info)
}

var (
	errNotDirectory = errors.New("it is not a directory")
	errForeign      = errors.New("it belongs to another user")
)

func (c *diskCache) usable() bool {
	err := c.checkDir()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		c.complain("the cache in %s is ignored: %s", c.dir, plain(err))
	}
	return err == nil
}

// plain is an error of a file operation without the path.
func plain(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err
	}
	return err
}

// load returns the entry for something, if there is one that may be used.
func (c *diskCache) load(key memoryKey) *entry {
	if !c.usable() {
		return nil
	}
	if e := c.read(entryName(key)); e != nil && e.fresh(c.now()) {
		return e
	}
	return nil
}

// read returns the entry in a file, fresh or not, or nil if there is no trustworthy
// entry.
func (c *diskCache) read(name string) *entry {
	e, err := c.open(name)
	if err == nil && entryName(e.memoryKey) != name {
		err = errors.New("its content does not match its name")
	}
	if err == nil {
		return e
	}
	if !errors.Is(err, fs.ErrNotExist) {
		c.complain("%s in the cache is ignored: %s", filepath.Join(c.dir, name), clip(plain(err).Error()))
	}
	return nil
}

// open reads a file of the directory if only the user could have written it. It
// checks the open file, because another process may replace the path at any time.
func (c *diskCache) open(name string) (*entry, error) {
	path := filepath.Join(c.dir, name)
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a regular file")
	}
	f, err := os.Open(path) // #nosec G304 -- the name is a hash
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	if info, err = f.Stat(); err != nil {
		return nil, err
	}
	if err := private(info); err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, maxEntry+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxEntry {
		return nil, fmt.Errorf("it is larger than %d bytes", maxEntry)
	}
	return parseEntry(data)
}

// store replaces an entry as a whole. Without a usable directory it does
// nothing: a cache is a convenience.
func (c *diskCache) store(e *entry) {
	data := e.marshal()
	if len(data) > maxEntry || os.MkdirAll(c.dir, dirMode) != nil || !c.usable() {
		return
	}
	name := entryName(e.memoryKey)
	if err := c.replace(filepath.Join(c.dir, name), data, e.fetchedAt); err != nil {
		c.complain("cannot write to the cache in %s: %s", c.dir, plain(err))
	}
	c.sweep()
}

// replace writes a file under a name of its own and moves it. The time of the
// file is that of the entry, for sweep. It does not wait for the disk: what a
// power cut tears does not parse, and is ignored.
func (c *diskCache) replace(path string, data []byte, at time.Time) (err error) {
	f, err := os.CreateTemp(c.dir, filepath.Base(path[:len(path)-len(entrySuffix)])+temporarySuffix+"*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Chtimes(f.Name(), at, at); err != nil {
		return err
	}
	return atomic.ReplaceFile(f.Name(), path)
}

// remove takes an entry away.
func (c *diskCache) remove(key memoryKey) {
	if c.checkDir() == nil {
		_ = os.Remove(filepath.Join(c.dir, entryName(key)))
	}
}

// sweep removes entries that expired long ago and temporary files left by crashes.
func (c *diskCache) sweep() {
	_ = c.each(func(f fs.DirEntry) {
		if info, err := f.Info(); err == nil && c.now().Sub(info.ModTime()) > staleAfter {
			_ = os.Remove(filepath.Join(c.dir, f.Name()))
		}
	})
}

// each goes through the files that are ours.
func (c *diskCache) each(do func(fs.DirEntry)) error {
	files, err := os.ReadDir(c.dir)
	for _, f := range files {
		if isEntryName(f.Name()) {
			do(f)
		}
	}
	return err
}

// A CacheEntry describes what is cached.
type CacheEntry struct {
	Content   string // "metadata" or "keys"
	Issuer    string // for whom; empty for a key set that the user named by its URL
	URL       string // without its query
	FetchedAt time.Time
	ExpiresAt time.Time
	Fresh     bool     // it may still be used
	KeyIDs    []string // of a key set
	Size      int      // bytes of the document
}

// ListCache returns the entries of the cache in a directory as of now, including
// expired ones, ordered by issuer and URL. The directory need not exist. warn, if not
// nil, is called once for each file that is ignored, with the reason.
func ListCache(dir string, now time.Time, warn func(message string)) []CacheEntry {
	c := &diskCache{dir: dir, warn: warn}
	if !c.usable() {
		return nil
	}
	var list []CacheEntry
	_ = c.each(func(f fs.DirEntry) {
		if filepath.Ext(f.Name()) != entrySuffix {
			return
		}
		e := c.read(f.Name())
		if e == nil || e.kind == kindRefetch {
			return
		}
		item := CacheEntry{
			Content: string(e.kind), Issuer: e.issuer, URL: showText(e.url), Size: len(e.body),
			FetchedAt: e.fetchedAt, ExpiresAt: e.expiresAt(), Fresh: e.fresh(now),
		}
		if set, err := jwks.Parse([]byte(e.body)); err == nil && e.kind == kindKeys {
			item.KeyIDs = set.KeyIDs()
		}
		list = append(list, item)
	})
	slices.SortFunc(list, func(a, b CacheEntry) int {
		return cmp.Or(cmp.Compare(a.Issuer, b.Issuer), -cmp.Compare(a.Content, b.Content), cmp.Compare(a.URL, b.URL))
	})
	return list
}

// ClearCache removes every entry of the cache in a directory and returns how many
// there were. It keeps other files. A missing directory is an empty cache. A
// directory that is not private to the user is an error and is left alone.
func ClearCache(dir string) (int, error) {
	c := &diskCache{dir: dir}
	err := c.checkDir()
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if errors.Is(err, errNotDirectory) || errors.Is(err, errForeign) {
		return 0, fmt.Errorf("the cache in %s is not touched: %w", c.dir, plain(err))
	}
	removed := 0
	var failed error
	err = c.each(func(f fs.DirEntry) {
		e := c.read(f.Name())
		switch err := os.Remove(filepath.Join(c.dir, f.Name())); {
		case errors.Is(err, fs.ErrNotExist): // another process was faster
		case err != nil:
			failed = err
		case filepath.Ext(f.Name()) == entrySuffix && (e == nil || e.kind != kindRefetch): // as ListCache counts
			removed++
		}
	})
	return removed, errors.Join(err, failed)
}
