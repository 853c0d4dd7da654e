package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/issuertest"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// needFlags returns the flags of verify that accept a good token or detect a flaw.
func needFlags(needs []string, audience, client string) []string {
	flags := map[string][]string{
		"access":       {"--kind", "access"},
		"id":           {"--kind", "id"},
		"logout":       {"--kind", "logout"},
		"max_age":      {"--max-age", "15m"},
		"nonce":        {"--nonce", "the-nonce"},
		"client":       {"--client-id", client},
		"scope":        {"--scope", "openid"},
		"any_audience": {"--any-audience"},
	}
	words := []string{"--audience", audience}
	if slices.Contains(needs, "any_audience") {
		words = nil
	}
	for _, need := range needs {
		words = append(words, flags[need]...)
	}
	return words
}

// A flawRow is a flaw as shown by --flaw list and in the index.
type flawRow struct {
	Name     string   `json:"name"`
	File     string   `json:"file,omitempty"`
	About    string   `json:"about"`
	ExitCode int      `json:"exit_code"`
	Reason   string   `json:"reason"`
	Verify   []string `json:"verify_with"`
}

// flawRows returns a good token and all its possible flaws.
func flawRows(minter *issuertest.Minter, wanted issuertest.Token) []flawRow {
	client := cmp.Or(wanted.ClientID, minter.ClientID)
	flaws := minter.Flaws(wanted)
	rows := make([]flawRow, len(flaws))
	for n, flaw := range flaws {
		reason := cmp.Or(string(flaw.Reason), reasonOf(exitAccepted))
		rows[n] = flawRow{
			Name: flaw.Name, About: flaw.About, ExitCode: codeOf(reason), Reason: reason, Verify: needFlags(flaw.Needs, flaw.Audience, client),
		}
	}
	return rows
}

func listFlaws(ctx context.Context, env *Env, opts *mintOptions, c *cobra.Command) error {
	if len(opts.token.Flaws) > 1 {
		return usageError("--flaw list cannot be combined with other flaws")
	}
	out := outputOptions{format: "auto", color: "auto"}
	printer, err := out.printer(env)
	if err != nil {
		return err
	}
	if opts.config.State+opts.key+opts.config.Algorithm == "" {
		opts.config.Algorithm = "ES256" // quick to generate
	}
	minter, err := opts.minter(env)
	if err != nil {
		return err
	}
	opts.token.Flaws = nil
	wanted, err := opts.wanted(env)
	if err != nil {
		return err
	}
	if _, err := minter.Mint(wanted); err != nil {
		return mintFailure(err, wanted.Flaws)
	}
	rows := flawRows(minter, wanted)[1:]
	return show(ctx, printer, display{rows, func(t *output.Text) {
		list := make([]output.Row, len(rows))
		for n, row := range rows {
			list[n] = output.Row{Label: fmt.Sprintf("%d  %s", row.ExitCode, row.Name), Value: row.about()}
		}
		t.Rows(list...)
	}})
}

// about describes the flaw and the flags that verify needs besides the audience.
func (r flawRow) about() string {
	words := r.Verify
	if words[0] == "--audience" {
		words = words[2:]
	}
	if len(words) == 0 {
		return r.About
	}
	return r.About + " (" + strings.Join(words, " ") + ")"
}

// mintAll writes a good token, a token for each flaw, the key set, and an index of
// what verify reports for each token. If anything fails, it leaves no files behind.
func (o *mintOptions) mintAll(env *Env, c *cobra.Command, minter *issuertest.Minter, wanted issuertest.Token) error {
	rows := flawRows(minter, wanted)
	files := map[string]string{"jwks.json": minter.JWKS().String()}
	for n := range rows {
		wanted.Flaws = nil
		if n > 0 {
			wanted.Flaws = []string{rows[n].Name}
		}
		raw, err := minter.Mint(wanted)
		if err != nil {
			return mintFailure(err, wanted.Flaws)
		}
		rows[n].File = rows[n].Name + ".jwt"
		files[rows[n].File] = raw
	}
	files["index.json"] = strictjson.From(struct {
		Issuer   string    `json:"issuer"`
		Audience string    `json:"audience"`
		Tokens   []flawRow `json:"tokens"`
	}{minter.Issuer, minter.Flaws(wanted)[0].Audience, rows}).String()
	if err := os.Mkdir(o.allFlaws, 0o700); err != nil {
		return unreadable("%w", err)
	}
	if err := o.keepKey(env, c, minter.Key); err != nil {
		return errors.Join(err, os.Remove(o.allFlaws))
	}
	for name, text := range files {
		if err := writeNewFile(filepath.Join(o.allFlaws, name), []byte(text+"\n")); err != nil {
			return unreadable("%w", err)
		}
	}
	_, err := fmt.Fprintln(c.OutOrStdout(), filepath.Join(o.allFlaws, "index.json"))
	return err
}
