package cmd

import (
	"fmt"
	"strings"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

func (f *configFile) document() strictjson.Value {
	list := make([]strictjson.Value, len(f.profiles))
	for i, p := range f.profiles {
		var names []string
		for _, g := range p.values {
			names = append(names, g.name)
		}
		list[i] = strictjson.Object(
			member("name", strictjson.String(p.name)),
			member("line", strictjson.Int(int64(p.line))),
			member("settings", strictjson.Strings(names)),
		)
	}
	return strictjson.Object(
		member("file", strictjson.String(f.path)),
		member("profiles", strictjson.Array(list...)),
	)
}

func (f *configFile) writeText(t *output.Text) {
	t.Line(f.path)
	if len(f.profiles) == 0 {
		t.Line("there is no such file, so there are no profiles; claimcheck help profiles shows how to write one")
		return
	}
	t.Blank()
	var rows [][]string
	for _, p := range f.profiles {
		rows = append(rows, []string{p.name, orDash(p.value("issuer")), orDash(p.value("audience")), fmt.Sprint(p.line)})
	}
	t.Table([]string{"profile", "issuer", "audience", "line"}, rows)
}

// value is what the profile says about a setting, or empty.
func (p profile) value(name string) string {
	for _, g := range p.values {
		if g.name == name {
			return g.text()
		}
	}
	return ""
}

func (g given) text() string { return strings.Join(g.values, ", ") }

// settingsView is what the settings are and where each comes from.
type settingsView struct {
	chosen   *profile // nil if none is named
	resolved []given
}

// split parts what is used from what is not.
func (v settingsView) split() (used, unused []given) {
	for _, g := range v.resolved {
		if g.unused == "" {
			used = append(used, g)
		} else {
			unused = append(unused, g)
		}
	}
	return used, unused
}

func (v settingsView) document() strictjson.Value {
	used, unused := v.split()
	name, file := "", ""
	if v.chosen != nil {
		name = v.chosen.name
		file = v.chosen.values[0].file
	}
	return strictjson.Object(
		member("profile", text(name)),
		member("file", text(file)),
		member("settings", givenDocuments(used)),
		member("unused", givenDocuments(unused)),
	)
}

func givenDocuments(list []given) strictjson.Value {
	documents := make([]strictjson.Value, len(list))
	for i, g := range list {
		documents[i] = g.document()
	}
	return strictjson.Array(documents...)
}

// document has of flag, variable, and file and line the one that the value
// comes from.
func (g given) document() strictjson.Value {
	members := []strictjson.Member{
		member("name", strictjson.String(g.name)),
		member("value", g.valueDocument()),
		member("from", strictjson.String(string(g.layer))),
	}
	switch g.layer {
	case layerFlag:
		members = append(members, member("flag", strictjson.String(g.place())))
	case layerEnvironment:
		members = append(members, member("variable", strictjson.String(g.place())))
	case layerProfile:
		members = append(members, member("file", strictjson.String(g.file)), member("line", strictjson.Int(int64(g.line))))
	}
	return strictjson.Object(append(members, member("why_unused", text(g.unused)))...)
}

func (g given) valueDocument() strictjson.Value {
	switch {
	case g.list:
		return strictjson.Strings(g.values)
	case g.truth:
		return strictjson.Bool(g.values[0] == "true")
	default:
		return strictjson.String(g.values[0])
	}
}

func (v settingsView) writeText(t *output.Text) {
	used, unused := v.split()
	if v.chosen != nil {
		t.Line(fmt.Sprintf("profile %s of %s", v.chosen.name, v.chosen.values[0].file))
	} else {
		t.Line("no profile is named")
	}
	if len(used) == 0 {
		t.Line("nothing is set")
	}
	writeGiven(t, "settings", used)
	writeGiven(t, "not used", unused)
}

func writeGiven(t *output.Text, title string, list []given) {
	if len(list) == 0 {
		return
	}
	t.Heading(title)
	var rows [][]string
	for _, g := range list {
		row := []string{g.name, g.text(), g.origin()}
		if g.unused != "" {
			row = append(row, g.unused)
		}
		rows = append(rows, row)
	}
	header := []string{"setting", "value", "from"}
	if len(rows[0]) > len(header) {
		header = append(header, "because")
	}
	t.Table(header, rows)
}

// origin is the place for people; the file has been named above.
func (g given) origin() string {
	switch g.layer {
	case layerFlag:
		return "flag " + g.place()
	case layerEnvironment:
		return "environment " + g.place()
	default:
		return fmt.Sprintf("profile, line %d", g.line)
	}
}
