package cmd

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/provider"
)

func newCacheCmd(env *Env) *cobra.Command {
	opts := &outputOptions{}
	c := &cobra.Command{
		Use:     "cache",
		Short:   "show what is cached",
		Example: "  claimcheck cache\n  claimcheck cache --jq '.entries[].url'\n  claimcheck cache clear",
		Args:    noArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return runCache(c, env, opts, listCache) },
	}
	opts.addFlags(c, ciFormats{})
	clear := &cobra.Command{
		Use:     "clear",
		Short:   "empty the cache",
		Example: "  claimcheck cache clear\n  claimcheck cache clear -q\n  claimcheck cache clear -o json",
		Args:    noArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return runCache(c, env, opts, clearCache) },
	}
	opts.addFlags(clear, ciFormats{})
	c.AddCommand(clear)
	return c
}

func runCache(c *cobra.Command, env *Env, opts *outputOptions, ask func(dir string, env *Env, printer *output.Printer) (display, error)) error {
	return opts.show(c.Context(), env, func(printer *output.Printer) (display, error) {
		dir := cacheDir(env)
		if dir == "" {
			return display{}, unreadable("there is no cache directory")
		}
		return ask(dir, env, printer)
	})
}

// cacheDocument is the list of what is cached.
type cacheDocument struct {
	Directory string          `json:"directory"`
	Entries   []entryDocument `json:"entries"`
}

type entryDocument struct {
	Kind       string   `json:"kind"`
	Issuer     string   `json:"issuer,omitzero"`
	URL        string   `json:"url"`
	AgeSeconds int64    `json:"age_seconds"`
	ExpiresAt  string   `json:"expires_at"`
	Fresh      bool     `json:"fresh"`
	Bytes      int      `json:"bytes"`
	KeyIDs     []string `json:"kids,omitzero"` // of a key set
}

func listCache(dir string, env *Env, printer *output.Printer) (display, error) {
	entries := provider.ListCache(dir, env.Now(), printer.Warn)
	document := cacheDocument{Directory: dir, Entries: make([]entryDocument, len(entries))}
	for i, e := range entries {
		document.Entries[i] = entryDocument{
			Kind: e.Content, Issuer: e.Issuer, URL: e.URL, AgeSeconds: int64(env.Now().Sub(e.FetchedAt) / time.Second),
			ExpiresAt: e.ExpiresAt.UTC().Format(time.RFC3339), Fresh: e.Fresh, Bytes: e.Size,
		}
		if e.Content == "keys" {
			document.Entries[i].KeyIDs = append([]string{}, e.KeyIDs...)
		}
	}
	return display{document, func(t *output.Text) { writeEntries(t, dir, entries, env.Now()) }}, nil
}

func writeEntries(t *output.Text, dir string, entries []provider.CacheEntry, now time.Time) {
	t.Line(dir)
	if len(entries) == 0 {
		t.Line("nothing is cached")
		return
	}
	for _, e := range entries {
		t.Heading(e.URL)
		expires := output.FormatTime(e.ExpiresAt, now)
		if !e.Fresh {
			expires += ", no longer used"
		}
		rows := []output.Row{
			{Label: "what", Value: e.Content},
			{Label: "issuer", Value: cmp.Or(e.Issuer, "-")},
			{Label: "fetched", Value: output.FormatTime(e.FetchedAt, now)},
			{Label: "expires", Value: expires},
		}
		if e.Content == "keys" {
			rows = append(rows, output.Row{Label: "kids", Value: cmp.Or(strings.Join(e.KeyIDs, ", "), "-")})
		}
		t.Rows(rows...)
	}
}

func clearCache(dir string, _ *Env, printer *output.Printer) (display, error) {
	removed, err := provider.ClearCache(dir)
	if err != nil {
		return display{}, unreadable("%w", err)
	}
	document := struct {
		Directory string `json:"directory"`
		Removed   int    `json:"removed"`
	}{dir, removed}
	return display{document, func(t *output.Text) { t.Line(fmt.Sprintf("removed %d entries from %s", removed, dir)) }}, nil
}
