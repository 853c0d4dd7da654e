// Package config knows what the environment and a profile set, where each value
// is written, and which of them a command uses.
package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Setting is a flag that a variable or a profile can set too.
type Setting struct {
	Name     string // of the flag and of the key in a profile
	Variable string // empty for none
	List     bool   // takes any number of values
	Bool     bool   // is true or false

	// NamesKeys: the setting says which keys are trusted. KeySource: it is one of
	// the ways to do so of which only one can be used; it yields to an earlier
	// source of settings that names keys.
	NamesKeys, KeySource bool
	WaivedBy             []string // flags that make the setting void
	Needs                string   // the setting without which it is not used
	Requires             string   // the setting that a profile must have as well

	// Parse reads a value as written and returns the values of the flag. Relative
	// file names are relative to dir, unless that is empty. The error is worded to
	// follow the name of the setting.
	Parse func(dir, text string) ([]string, error)
}

// A Source is where a value can come from. The earlier one wins.
type Source string

// The sources, in the order in which they win.
const (
	FromFlag        Source = "flag"
	FromEnvironment Source = "environment"
	FromProfile     Source = "profile"
)

// A Value is what one source says of a setting.
type Value struct {
	Setting
	Texts  []string
	Source Source
	File   string // of a profile
	Line   int    // of a profile, from 1
	Unused string // why the value is not used; empty if it is
}

// Where returns where the value is written: "--issuer", "CLAIMCHECK_ISSUER" or
// "config.yaml:3".
func (v Value) Where() string {
	switch v.Source {
	case FromFlag:
		return "--" + v.Name
	case FromEnvironment:
		return v.Variable
	default:
		return v.File + ":" + strconv.Itoa(v.Line)
	}
}

// An Error describes a problem with a file or a variable. Neither the error nor its
// hint quotes possible secrets.
type Error struct {
	Where string // "config.yaml:3", "CLAIMCHECK_TIMEOUT"
	Err   error
	Hint  string // empty for none
	// Word is a word that is not known, and Known are those that are.
	Word  string
	Known []string
}

func (e *Error) Error() string { return e.Where + e.Err.Error() }

// Unwrap returns the error without its place.
func (e *Error) Unwrap() error { return e.Err }

// Names returns the names of settings.
func Names(settings []Setting) []string {
	names := make([]string, len(settings))
	for i, s := range settings {
		names[i] = s.Name
	}
	return names
}

// Environment returns the settings whose variables are set.
func Environment(settings []Setting, lookup func(name string) (string, bool)) []Value {
	var values []Value
	for _, s := range settings {
		if s.Variable == "" {
			continue
		}
		if text, set := lookup(s.Variable); set {
			values = append(values, Value{Setting: s, Texts: []string{text}, Source: FromEnvironment})
		}
	}
	return values
}

// A Command is what Resolve has to know of a command.
type Command struct {
	Has func(name string) bool // it has this flag
	On  func(name string) bool // it has this flag, which is true
}

// Resolve decides which of the values are used by a command. The sources come in
// the order in which they win. Settings that the command does not have are left
// out. Lists replace each other, they are never merged. Where keys come from is
// one setting, however it is written. The error is an *Error about a variable
// that is used.
func Resolve(c Command, sources ...[]Value) ([]Value, error) {
	var all []Value
	keys := ""                  // what names keys in the sources so far
	used := map[string]string{} // name of the setting → where it is written
	for _, source := range sources {
		earlierKeys := keys
		for _, v := range source {
			if !c.Has(v.Name) {
				continue
			}
			v.Unused = whyUnused(v, c, used[v.Name], earlierKeys)
			if v.Unused == "" {
				used[v.Name] = v.Where()
				if v.NamesKeys && keys == "" {
					keys = v.Where()
				}
			}
			all = append(all, v)
		}
	}
	for i, v := range all {
		if _, there := used[v.Needs]; v.Unused == "" && v.Needs != "" && !there && v.Source != FromFlag {
			all[i].Unused = "no " + v.Needs + " is required"
			continue
		}
		if err := all[i].parseVariable(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func whyUnused(v Value, c Command, earlier, keys string) string {
	if v.Source == FromFlag {
		return ""
	}
	for _, name := range v.WaivedBy {
		if c.On(name) {
			return "--" + name + " is given"
		}
	}
	switch {
	case earlier != "":
		return earlier + " wins"
	case v.KeySource && keys != "":
		return keys + " names the keys"
	default:
		return ""
	}
}

// parseVariable reads the value of a variable that is used. One that is empty is
// an error and not the lack of one: where a script forgot to fill it in, it must
// not switch a check off.
func (v *Value) parseVariable() error {
	if v.Unused != "" || v.Source != FromEnvironment {
		return nil
	}
	text := v.Texts[0]
	if strings.TrimSpace(text) == "" {
		return EmptyVariable(v.Variable)
	}
	texts, err := v.Parse("", text)
	if err != nil {
		return &Error{Where: v.Variable, Err: fmt.Errorf(" %w", err)}
	}
	v.Texts = texts
	return nil
}

// EmptyVariable is the error of an environment variable that is set but empty.
func EmptyVariable(name string) error {
	return &Error{Where: "the environment variable " + name, Err: fmt.Errorf(" is empty"), Hint: "give it a value, or unset it"}
}

// named finds a setting by its name.
func named(settings []Setting, name string) (Setting, bool) {
	i := slices.IndexFunc(settings, func(s Setting) bool { return s.Name == name })
	if i < 0 {
		return Setting{}, false
	}
	return settings[i], true
}
