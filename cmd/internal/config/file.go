package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// A File is a configuration file.
type File struct {
	Path     string
	Profiles []Profile // in the order of the file; at least one
}

// A Profile is a set of settings under a name.
type Profile struct {
	Name   string
	File   string
	Line   int
	Values []Value // in the order of the file; at least one
}

// Text returns what the profile says of a setting, or an empty string.
func (p Profile) Text(name string) string {
	for _, v := range p.Values {
		if v.Name == name {
			return strings.Join(v.Texts, ", ")
		}
	}
	return ""
}

// Find returns the profile of that name. The error is an *Error.
func (f *File) Find(name string) (*Profile, error) {
	var names []string
	for i := range f.Profiles {
		if f.Profiles[i].Name == name {
			return &f.Profiles[i], nil
		}
		names = append(names, f.Profiles[i].Name)
	}
	slices.Sort(names)
	return nil, &Error{
		Where: f.Path, Err: fmt.Errorf(": no profile %q", name), Word: name, Known: names,
		Hint: "its profiles are " + strings.Join(names, ", "),
	}
}

// A reader reads one file by the table of settings.
type reader struct {
	path     string
	settings []Setting
	flagOnly func(name string) bool
}

// Parse reads a configuration file. flagOnly reports of a name that is no setting
// whether it is a flag that no file may set. The error is an *Error that names
// the file, and the line where there is one.
func Parse(path string, data []byte, settings []Setting, flagOnly func(name string) bool) (*File, error) {
	r := reader{path, settings, flagOnly}
	var document struct {
		Profiles yaml.Node `yaml:"profiles"`
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil, &Error{Where: path, Err: errors.New(" is empty"), Hint: "claimcheck help profiles shows how to write one"}
	case err != nil:
		return nil, r.yamlError(err)
	}
	if err := decoder.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		return nil, &Error{Where: path, Err: errors.New(": more than one YAML document")}
	}
	named, err := r.entries(document.Profiles, "profiles")
	if err != nil {
		return nil, err
	}
	file := &File{Path: path}
	for _, e := range named {
		p, err := r.profile(e)
		if err != nil {
			return nil, err
		}
		file.Profiles = append(file.Profiles, p)
	}
	return file, nil
}

func (r reader) fault(line int, format string, args ...any) *Error {
	return &Error{Where: fmt.Sprintf("%s:%d", r.path, max(line, 1)), Err: fmt.Errorf(": "+format, args...)}
}

var (
	lineOfError  = lazily(`^(?:yaml: )?line (\d+): (.*)$`)
	unknownField = lazily(`^field (.*) not found in type`)
	duplicateKey = lazily(`^mapping key (".*") already defined at line`)
)

// lazily compiles an expression when it is first used: most runs read no file.
func lazily(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

// yamlError puts an error of the YAML package into our words, less what it quotes
// of values: one may stand in the place of a secret.
func (r reader) yamlError(err error) error {
	text := err.Error()
	mistyped, ok := errors.AsType[*yaml.TypeError](err)
	if ok {
		text = mistyped.Errors[0]
	}
	where := r.path
	if m := lineOfError().FindStringSubmatch(text); m != nil {
		where, text = r.path+":"+m[1], m[2]
	}
	if m := unknownField().FindStringSubmatch(text); m != nil {
		return &Error{Where: where, Err: fmt.Errorf(": unknown key %q", m[1]), Hint: "profiles are written below the key profiles"}
	}
	switch m := duplicateKey().FindStringSubmatch(text); {
	case m != nil:
		return &Error{Where: where, Err: fmt.Errorf(": duplicate key %s", m[1])}
	case mistyped != nil:
		return &Error{Where: where, Err: errors.New(": expected keys and values")}
	default:
		return &Error{Where: where, Err: fmt.Errorf(": not YAML: %s", strings.TrimPrefix(text, "yaml: "))}
	}
}

// An entry is a key of a mapping with its value.
type entry struct {
	name  string
	line  int
	value yaml.Node
}

// entries returns the entries of a mapping in the order of the file.
func (r reader) entries(node yaml.Node, what string) ([]entry, error) {
	var unique map[string]yaml.Node
	if err := node.Decode(&unique); err != nil && node.Kind != 0 {
		return nil, r.yamlError(err)
	}
	if len(unique) == 0 {
		return nil, r.fault(node.Line, "%s has no keys", what)
	}
	if node.Kind == yaml.AliasNode {
		node = *node.Alias
	}
	var list []entry
	for i := 0; i+1 < len(node.Content); i += 2 {
		list = append(list, entry{node.Content[i].Value, node.Content[i].Line, *node.Content[i+1]})
	}
	return list, nil
}

func (r reader) profile(e entry) (Profile, error) {
	p := Profile{Name: e.name, File: r.path, Line: e.line}
	if strings.TrimSpace(e.name) == "" {
		return p, r.fault(e.line, "a profile without a name")
	}
	if e.value.ShortTag() == "!!null" {
		return p, r.fault(e.line, "profile %s has no keys", e.name)
	}
	keys, err := r.entries(e.value, "profile "+e.name)
	if err != nil {
		return p, err
	}
	for _, key := range keys {
		v, err := r.value(key)
		if err != nil {
			return p, err
		}
		p.Values = append(p.Values, v)
	}
	return p, r.checkTogether(p)
}

func (r reader) value(e entry) (Value, error) {
	s, known := named(r.settings, e.name)
	switch {
	case !known && r.flagOnly(e.name):
		fault := r.fault(e.line, "%s can only be set by a flag", e.name)
		fault.Hint = "a file must not weaken a check: use --" + e.name + " where you need it"
		return Value{}, fault
	case !known:
		fault := r.fault(e.line, "unknown key %q", e.name)
		fault.Word, fault.Known = e.name, Names(r.settings)
		return Value{}, fault
	}
	nodes := []yaml.Node{e.value}
	if s.List {
		var several []yaml.Node
		if err := e.value.Decode(&several); err == nil && e.value.ShortTag() != "!!null" {
			nodes = several
		}
	}
	v := Value{Setting: s, Source: FromProfile, File: r.path, Line: e.line}
	for _, node := range nodes {
		text, err := r.text(s, node)
		if err != nil {
			return v, err
		}
		texts, err := s.Parse(filepath.Dir(r.path), text)
		if err != nil {
			return v, &Error{Where: fmt.Sprintf("%s:%d", r.path, node.Line), Err: fmt.Errorf(": %s %w", s.Name, err)}
		}
		v.Texts = append(v.Texts, texts...)
	}
	if len(v.Texts) == 0 {
		return v, r.fault(e.value.Line, "%s has an empty value", s.Name)
	}
	return v, nil
}

// text returns a scalar as it is written: an audience of digits stays one.
func (r reader) text(s Setting, node yaml.Node) (string, error) {
	var text string
	err := node.Decode(&text)
	switch {
	case err == nil && strings.TrimSpace(text) == "": // null as well
		return "", r.fault(node.Line, "%s has an empty value", s.Name)
	case err != nil && s.List:
		return "", r.fault(node.Line, "%s takes a string or a list of strings", s.Name)
	case err != nil:
		return "", r.fault(node.Line, "%s takes one value", s.Name)
	case s.Bool && node.ShortTag() != "!!bool":
		return "", r.fault(node.Line, "%s takes true or false", s.Name)
	case s.Bool:
		return strings.ToLower(text), nil
	default:
		return text, nil
	}
}

// checkTogether refuses a profile that names keys in two ways, and settings that
// say nothing without another.
func (r reader) checkTogether(p Profile) error {
	var sources []string
	for _, v := range p.Values {
		if v.NamesKeys && v.KeySource {
			sources = append(sources, v.Name)
		}
		if len(sources) > 1 {
			return r.fault(v.Line, "%s are two sources of trust: use one", strings.Join(sources, " and "))
		}
		if v.Requires != "" && p.Text(v.Requires) == "" {
			return r.fault(v.Line, "%s needs %s", v.Name, v.Requires)
		}
	}
	return nil
}
