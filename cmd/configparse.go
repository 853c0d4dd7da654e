package cmd

import (
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A configFile is the user's configuration.
type configFile struct {
	path     string
	profiles []profile // in the order of the file; at least one
}

// A profile is a set of settings under a name.
type profile struct {
	name   string
	line   int
	values []given
}

// keyProfiles is the one key of the file.
const keyProfiles = "profiles"

// configParser turns YAML into profiles by the table of settings. It walks the
// nodes itself, so that every error has a line and every value remembers its
// own. What stands where a secret belongs never gets into a message.
type configParser struct{ path string }

func parseConfig(path string, data []byte) (*configFile, error) {
	p := configParser{path}
	root, err := p.document(data)
	if err != nil {
		return nil, err
	}
	top, err := p.pairs(root, "the file")
	if err != nil {
		return nil, err
	}
	file := &configFile{path: path}
	for _, pair := range top {
		if pair.key.Value != keyProfiles {
			return nil, p.fault(pair.key, "unknown key %q", pair.key.Value).withHint("profiles are written below the key %s", keyProfiles)
		}
		if file.profiles, err = p.profiles(pair.value); err != nil {
			return nil, err
		}
	}
	return file, nil
}

func (p configParser) fault(node *yaml.Node, format string, args ...any) *failure {
	place := []any{p.path, max(node.Line, 1)}
	return unreadable("%s:%d: "+format, append(place, args...)...)
}

// document reads the one document of the file. Anchors, aliases and tags are
// refused: nobody needs them here, and aliases can make a small file huge.
func (p configParser) document(data []byte) (*yaml.Node, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var root, more yaml.Node
	switch err := decoder.Decode(&root); {
	case errors.Is(err, io.EOF):
		return nil, unreadable("%s is empty", p.path).withHint("claimcheck help profiles shows how to write one")
	case err != nil:
		return nil, p.syntax(err)
	}
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		if err != nil {
			return nil, p.syntax(err)
		}
		return nil, p.fault(&more, "a second document: the file is one")
	}
	if err := p.plain(&root); err != nil {
		return nil, err
	}
	return root.Content[0], nil
}

// syntax puts the line of an error of the YAML parser where ours is.
func (p configParser) syntax(err error) error {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if m := regexp.MustCompile(`^line (\d+): (.*)$`).FindStringSubmatch(text); m != nil {
		return unreadable("%s:%s: not YAML: %s", p.path, m[1], m[2])
	}
	return unreadable("%s: not YAML: %s", p.path, text)
}

func (p configParser) plain(node *yaml.Node) error {
	switch {
	case node.Kind == yaml.AliasNode:
		return p.fault(node, "an alias (*%s): write the value out", node.Value)
	case node.Anchor != "":
		return p.fault(node, "an anchor (&%s): write every value out", node.Anchor)
	case node.Style&yaml.TaggedStyle != 0:
		return p.fault(node, "a tag (%s): write the value without it", node.Tag)
	}
	for _, child := range node.Content {
		if err := p.plain(child); err != nil {
			return err
		}
	}
	return nil
}

type yamlPair struct{ key, value *yaml.Node }

// pairs are the keys and values of a mapping with unique keys.
func (p configParser) pairs(node *yaml.Node, what string) ([]yamlPair, error) {
	if node.Kind != yaml.MappingNode || len(node.Content) == 0 {
		return nil, p.fault(node, "%s holds no keys", what)
	}
	seen := map[string]bool{}
	var list []yamlPair
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		switch {
		case key.Kind != yaml.ScalarNode || strings.TrimSpace(key.Value) == "":
			return nil, p.fault(key, "a key that is not a name")
		case seen[key.Value]:
			return nil, p.fault(key, "%q stands there twice", key.Value)
		}
		seen[key.Value] = true
		list = append(list, yamlPair{key, node.Content[i+1]})
	}
	return list, nil
}

func (p configParser) profiles(node *yaml.Node) ([]profile, error) {
	named, err := p.pairs(node, keyProfiles)
	if err != nil {
		return nil, err
	}
	var list []profile
	for _, pair := range named {
		one := profile{name: pair.key.Value, line: pair.key.Line}
		keys, err := p.pairs(pair.value, "the profile "+one.name)
		if err != nil {
			return nil, err
		}
		for _, key := range keys {
			value, err := p.setting(key)
			if err != nil {
				return nil, err
			}
			one.values = append(one.values, value)
		}
		if err := p.checkTrust(one); err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}

func (p configParser) setting(pair yamlPair) (given, error) {
	name := pair.key.Value
	s, known := settingNamed(name)
	switch {
	case !known && onlyAsFlag(name):
		return given{}, p.fault(pair.key, "%s can only be said as a flag", name).withHint(
			"a file must not weaken a check: say --%s where you mean it", name)
	case !known:
		return given{}, p.fault(pair.key, "unknown key %q", name).near(name, settingNames()).orHint("the keys are " + strings.Join(settingNames(), ", "))
	}
	values, err := p.values(s, pair.value)
	if err != nil {
		return given{}, err
	}
	return given{setting: s, values: values, layer: layerProfile, file: p.path, line: pair.key.Line}, nil
}

func (p configParser) values(s setting, node *yaml.Node) ([]string, error) {
	items := []*yaml.Node{node}
	if node.Kind == yaml.SequenceNode && s.list {
		items = node.Content
	}
	var values []string
	for _, item := range items {
		text, err := p.text(s, item)
		if err != nil {
			return nil, err
		}
		parts := []string{text}
		if s.commas {
			parts = strings.Split(text, ",")
		}
		for _, part := range parts {
			if s.check != nil {
				if err := s.check(s.name, part); err != nil {
					return nil, p.fault(item, "%w", err).withHint("%s", hintOf(err))
				}
			}
			if s.beside != nil {
				part = s.beside(filepath.Dir(p.path), part)
			}
			values = append(values, part)
		}
	}
	if len(values) == 0 {
		return nil, p.fault(node, "%s has an empty value", s.name)
	}
	return values, nil
}

// text is a scalar as it is written: an audience of digits stays one.
func (p configParser) text(s setting, node *yaml.Node) (string, error) {
	switch {
	case node.Kind != yaml.ScalarNode && s.list:
		return "", p.fault(node, "%s takes a text or a list of texts", s.name)
	case node.Kind != yaml.ScalarNode:
		return "", p.fault(node, "%s takes one value", s.name)
	case node.ShortTag() == "!!null" || strings.TrimSpace(node.Value) == "":
		return "", p.fault(node, "%s has an empty value", s.name)
	case s.truth && node.ShortTag() != "!!bool":
		return "", p.fault(node, "%s is true or false", s.name)
	case s.truth:
		return strings.ToLower(node.Value), nil
	default:
		return node.Value, nil
	}
}

// checkTrust refuses a profile that names two sources of trust, and the
// encoding of a secret that is not there.
func (p configParser) checkTrust(one profile) error {
	has := func(name string) bool {
		return slices.ContainsFunc(one.values, func(g given) bool { return g.name == name })
	}
	var sources []string
	for _, g := range one.values {
		if g.givesTrust && g.ofTrust {
			sources = append(sources, g.name)
		}
		if len(sources) > 1 {
			return unreadable("%s: %s are two sources of trust: give one", g.place(), strings.Join(sources, " and "))
		}
		if g.name == "secret-encoding" && !has("secret") {
			return unreadable("%s: secret-encoding without a secret", g.place())
		}
	}
	return nil
}
