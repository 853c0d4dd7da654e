package cmd

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/cmd/internal/config"
	"github.com/claimcheck/claimcheck/cmd/internal/output"
)

func newProfileCmd(env *Env) *cobra.Command {
	var from settingsOptions
	var out outputOptions
	c := &cobra.Command{
		Use:     "profile list|show",
		Short:   "show profiles and where each setting comes from",
		Example: "  claimcheck profile list\n  claimcheck profile show staging\n  claimcheck profile show staging --jq '.settings[] | select(.name == \"issuer\").value'",
		Args:    cobra.ArbitraryArgs,
		RunE:    commandMissing,
	}
	list := &cobra.Command{
		Use:     "list",
		Short:   "list all profiles",
		Example: "  claimcheck profile list\n  claimcheck profile list --jq '.profiles[].name'\n  claimcheck profile list --config claimcheck.yaml",
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return out.show(c.Context(), env, func(*output.Printer) (display, error) { return listProfiles(env, &from) })
		},
	}
	from.addConfigFlag(list)
	out.addFlags(list, ciFormats{})
	show := &cobra.Command{
		Use:     "show [NAME]",
		Short:   "show the settings that verify would use, and which are overridden",
		Example: "  claimcheck profile show staging\n  claimcheck profile show staging --issuer https://issuer.example\n  claimcheck profile show staging -o json",
		Args:    atMostOne("profile"),
		RunE: func(c *cobra.Command, args []string) error {
			return out.show(c.Context(), env, func(*output.Printer) (display, error) { return showProfile(env, &from, c.Flags(), args) })
		},
	}
	from.addFlags(show)
	addSettingFlags(show)
	out.addFlags(show, ciFormats{})
	c.AddCommand(list, show)
	return c
}

// addSettingFlags gives a command those flags of verify that are settings, or
// waive one.
func addSettingFlags(c *cobra.Command) {
	var names []string
	for _, s := range settings() {
		names = append(append(names, s.Name), s.WaivedBy...)
	}
	settingFlags().VisitAll(func(f *pflag.Flag) {
		if slices.Contains(names, f.Name) {
			c.Flags().AddFlag(f)
		}
	})
}

func listProfiles(env *Env, from *settingsOptions) (display, error) {
	path, _, err := from.configPath(env)
	if err != nil {
		return display{}, err
	}
	file, err := from.load(env)
	if err != nil {
		return display{}, err
	}
	if file == nil {
		file = &config.File{Path: path}
	}
	return display{profilesDocument(file), func(t *output.Text) { writeProfiles(t, file) }}, nil
}

func profilesDocument(file *config.File) any {
	type profile struct {
		Name     string   `json:"name"`
		Line     int      `json:"line"`
		Settings []string `json:"settings"`
	}
	list := make([]profile, len(file.Profiles))
	for i, p := range file.Profiles {
		list[i] = profile{Name: p.Name, Line: p.Line}
		for _, v := range p.Values {
			list[i].Settings = append(list[i].Settings, v.Name)
		}
	}
	return struct {
		File     string    `json:"file"`
		Profiles []profile `json:"profiles"`
	}{file.Path, list}
}

func writeProfiles(t *output.Text, file *config.File) {
	t.Line(file.Path)
	if len(file.Profiles) == 0 {
		t.Line("the file does not exist, so there are no profiles; claimcheck help profiles shows how to write one")
		return
	}
	t.Blank()
	var rows [][]string
	for _, p := range file.Profiles {
		rows = append(rows, []string{p.Name, cmp.Or(p.Text("issuer"), "-"), cmp.Or(p.Text("audience"), "-"), fmt.Sprint(p.Line)})
	}
	t.Table([]string{"profile", "issuer", "audience", "line"}, rows)
}

func showProfile(env *Env, from *settingsOptions, flags *pflag.FlagSet, args []string) (display, error) {
	if len(args) > 0 {
		if args[0] == "" {
			return display{}, usageError("the name of the profile is empty")
		}
		if from.profile != "" && from.profile != args[0] {
			return display{}, usageError("two profiles given: %s and %s", quoteShort(args[0]), quoteShort(from.profile))
		}
		from.profile = args[0]
	}
	values, chosen, err := from.resolve(env, flags)
	if err != nil {
		return display{}, err
	}
	view := settingsView{chosen: chosen}
	for _, v := range values {
		if v.Unused == "" {
			view.used = append(view.used, v)
		} else {
			view.unused = append(view.unused, v)
		}
	}
	return display{view.document(), view.writeText}, nil
}

// settingsView shows the settings and where each comes from.
type settingsView struct {
	chosen       *config.Profile // nil if none is named
	used, unused []config.Value
}

// A settingDocument has of flag, variable, and file and line the one that the
// value comes from.
type settingDocument struct {
	Name      string `json:"name"`
	Value     any    `json:"value"`
	From      string `json:"from"`
	Flag      string `json:"flag,omitempty"`
	Variable  string `json:"variable,omitempty"`
	File      string `json:"file,omitempty"`
	Line      int    `json:"line,omitempty"`
	WhyUnused string `json:"why_unused,omitempty"`
}

func (v settingsView) document() any {
	document := struct {
		Profile  string            `json:"profile,omitempty"`
		File     string            `json:"file,omitempty"`
		Settings []settingDocument `json:"settings"`
		Unused   []settingDocument `json:"unused"`
	}{Settings: settingDocuments(v.used), Unused: settingDocuments(v.unused)}
	if v.chosen != nil {
		document.Profile, document.File = v.chosen.Name, v.chosen.File
	}
	return document
}

func settingDocuments(values []config.Value) []settingDocument {
	list := make([]settingDocument, len(values))
	for i, v := range values {
		d := settingDocument{Name: v.Name, From: string(v.Source), File: v.File, Line: v.Line, WhyUnused: v.Unused}
		switch {
		case v.List:
			d.Value = v.Texts
		case v.Bool:
			d.Value = v.Texts[0] == "true"
		default:
			d.Value = v.Texts[0]
		}
		switch v.Source {
		case config.FromFlag:
			d.Flag = v.Where()
		case config.FromEnvironment:
			d.Variable = v.Where()
		}
		list[i] = d
	}
	return list
}

func (v settingsView) writeText(t *output.Text) {
	if v.chosen != nil {
		t.Line(fmt.Sprintf("profile %s of %s", v.chosen.Name, v.chosen.File))
	} else {
		t.Line("no profile is named")
	}
	if len(v.used) == 0 {
		t.Line("nothing is set")
	}
	writeSettings(t, "settings", v.used)
	writeSettings(t, "not used", v.unused)
}

func writeSettings(t *output.Text, title string, values []config.Value) {
	if len(values) == 0 {
		return
	}
	t.Heading(title)
	header := []string{"setting", "value", "from"}
	var rows [][]string
	for _, v := range values {
		origin := string(v.Source) + " " + v.Where()
		if v.Source == config.FromProfile { // the file has been named above
			origin = fmt.Sprintf("profile, line %d", v.Line)
		}
		row := []string{v.Name, strings.Join(v.Texts, ", "), origin}
		if v.Unused != "" {
			row = append(row, v.Unused)
		}
		rows = append(rows, row)
	}
	if len(rows[0]) > len(header) {
		header = append(header, "because")
	}
	t.Table(header, rows)
}

func newProfilesTopic() *cobra.Command {
	return newTopic("profiles", "named settings in a file", `A profile is a named set of settings. It is used only if --profile or
CLAIMCHECK_PROFILE names it, and sets what neither a flag nor a variable sets:

  claimcheck --profile staging verify @token.jwt

The file is claimcheck/config.yaml in your configuration directory (XDG_CONFIG_HOME, or the
system's own), or the one that --config or CLAIMCHECK_CONFIG names. It is never looked for in
the current directory. It is YAML, and its keys are the names of flags:

`+indent(exampleConfig)+`

`+strings.Join(output.Wrap("The keys are "+strings.Join(config.Names(settings()), ", ")+".", 96), "\n")+`

A list replaces the profile's list; lists are never merged. File names are relative to the
file's directory. A secret is @FILE or env:NAME. An unknown key, a duplicate key and an empty
value are errors. Anything that weakens a check or shifts the clock (--any-…, --allow-…,
--unverified, --at, --cacert, --header) can only be set by a flag.

claimcheck profile list lists the profiles; claimcheck profile show NAME shows where each value
comes from.`)
}

// exampleConfig is the example of the help; a test reads it.
const exampleConfig = `profiles:
  staging:
    issuer: https://login.staging.example.com
    audience: [api, app]
    alg: [RS256, ES256]
    max-age: 15m
    require: [email_verified=true]
  build:
    issuer: https://ci.example.com
    jwks: keys/ci.json
    audience: deploy
    strict: true`

func indent(text string) string { return "  " + strings.ReplaceAll(text, "\n", "\n  ") }
