package provider

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// entryKind is what an entry of the cache holds.
type entryKind string

const (
	kindMetadata entryKind = "metadata"
	kindKeys     entryKind = "keys"
	kindRefetch  entryKind = "refetch" // no document, but the time of an attempt to get one
)

// entryVersion is the number of the format. Other formats are not read.
const entryVersion = "1"

// maxEntry is the maximum size of an entry file: a body of maxReply bytes with each
// quote and line break escaped, and the other members.
const maxEntry = 2*maxReply + 64<<10

// An entry is a document as the server sent it and as it is stored on disk. It
// contains the request that it answers, so that a file under the wrong name is
// rejected.
type entry struct {
	memoryKey
	contentType string
	fetchedAt   time.Time
	lifetime    time.Duration // whole seconds; 0 if it must not be stored
	reach       reach         // how near the server was
	body        string
}

// entryName returns the file name of an entry. The name reveals nothing and cannot
// point outside the directory.
func entryName(k memoryKey) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{string(k.kind), k.issuer, k.url}, "\x00")))
	return hex.EncodeToString(sum[:]) + entrySuffix
}

// isEntryName reports whether a file in the directory is an entry or a temporary file
// left by a crash.
func isEntryName(name string) bool {
	sum, suffix, _ := strings.Cut(name, ".")
	hexadecimal := len(sum) == 2*sha256.Size && strings.Trim(sum, "0123456789abcdef") == ""
	return hexadecimal && ("."+suffix == entrySuffix || strings.HasPrefix("."+suffix, temporarySuffix))
}

// fresh reports whether the entry may be used: neither expired nor from the
// future.
func (e *entry) fresh(now time.Time) bool {
	return !e.fetchedAt.After(now) && now.Before(e.expiresAt())
}

func (e *entry) expiresAt() time.Time { return e.fetchedAt.Add(e.lifetime) }

// marshal returns the entry in the format of the file.
func (e *entry) marshal() []byte {
	return []byte(strictjson.From(struct {
		Version     json.Number `json:"version"`
		Kind        string      `json:"kind"`
		Issuer      string      `json:"issuer"`
		URL         string      `json:"url"`
		ContentType string      `json:"content_type"`
		FetchedAt   string      `json:"fetched_at"`
		Lifetime    int64       `json:"lifetime_seconds"`
		Reach       string      `json:"reach"`
		Body        string      `json:"body"`
	}{
		entryVersion, string(e.kind), e.issuer, e.url, e.contentType,
		e.fetchedAt.UTC().Format(time.RFC3339Nano), int64(e.lifetime / time.Second), e.reach.String(), e.body,
	}).String())
}

// parseEntry reads what marshal wrote.
func parseEntry(data []byte) (*entry, error) {
	v, err := strictjson.ParseObject(data)
	if err != nil {
		return nil, err
	}
	if version, _ := v.Get("version").Literal(); version != entryVersion {
		return nil, errors.New("another format")
	}
	texts := map[string]string{}
	for _, name := range []string{"kind", "issuer", "url", "content_type", "fetched_at", "reach", "body"} {
		text, ok := v.Get(name).Text()
		if !ok {
			return nil, fmt.Errorf("%q is not a string", name)
		}
		texts[name] = text
	}
	e := &entry{memoryKey: memoryKey{entryKind(texts["kind"]), texts["issuer"], texts["url"]}, contentType: texts["content_type"], body: texts["body"]}
	if e.kind != kindMetadata && e.kind != kindKeys && e.kind != kindRefetch {
		return nil, errors.New("an unknown kind")
	}
	if e.fetchedAt, err = time.Parse(time.RFC3339Nano, texts["fetched_at"]); err != nil {
		return nil, errors.New("an unreadable time")
	}
	literal, _ := v.Get("lifetime_seconds").Literal()
	lifetime, err := strconv.ParseInt(literal, 10, 32)
	if err != nil || lifetime <= 0 || lifetime > int64(maxLifetime/time.Second) {
		return nil, errors.New("an impossible lifetime")
	}
	e.lifetime = time.Duration(lifetime) * time.Second
	near := slices.Index(reachNames(), texts["reach"])
	if near < 0 {
		return nil, errors.New("an unknown reach")
	}
	e.reach = reach(near) // #nosec G115 -- one of four
	return e, nil
}
