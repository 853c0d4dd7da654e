package cmd

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// Flag values are parsed once, where they are set: on the command line, in a variable
// or in a profile. Their types determine what help and completion show.

// A valueError says what a flag, a variable or a key of a profile takes. It reads
// after the name of that one.
type valueError struct {
	takes string // "id, access or logout"
	got   string // the value; empty if it may be a secret
	hint  string
	words []string // the words that it takes, if they are few
}

func (e *valueError) Error() string {
	if e.got == "" {
		return "takes " + e.takes
	}
	return "takes " + e.takes + ", not " + quoteShort(e.got)
}

// errEmpty is for an empty value: an empty variable in a script must not switch
// a check off.
var errEmpty = errors.New("has an empty value: is a variable empty?")

// A scalar is a flag with one value.
type scalar struct {
	takes string // the value's name in help: "URL", "FILE"
	text  string // as it was typed
	keep  func(text string) error
}

// newScalar is a value that is kept in target once parse accepts it. initial is
// what target holds before, as text.
func newScalar[T any](target *T, takes, initial string, parse func(string) (T, error)) *scalar {
	return &scalar{takes: takes, text: initial, keep: func(text string) error {
		value, err := parse(text)
		if err == nil {
			*target = value
		}
		return err
	}}
}

// Set parses a value.
func (s *scalar) Set(text string) error {
	if text == "" {
		return errEmpty
	}
	err := s.keep(text)
	if err == nil {
		s.text = text
	}
	return err
}

func (s *scalar) String() string { return s.text }

// Type returns the name of the value in help.
func (s *scalar) Type() string { return s.takes }

func anyText(text string) (string, error) { return text, nil }

// define defines a flag. name may end with a comma and a shorthand: "issuer,i".
func define(f *pflag.FlagSet, value pflag.Value, name, usage string) {
	name, letter, _ := strings.Cut(name, ",")
	f.VarP(value, name, letter, usage)
}

// textVar defines a flag that takes any text.
func textVar(f *pflag.FlagSet, target *string, name, takes, usage string) {
	define(f, newScalar(target, takes, *target, anyText), name, usage)
}

// A choice is a flag whose values are few and known.
type choice struct {
	*scalar
	allowed []string
}

// enumVar defines a flag that takes one of a few words. Its usage ends with
// them. By convention the default is the first.
func enumVar[T ~string](f *pflag.FlagSet, target *T, name, takes string, allowed []T, usage string) {
	words := make([]string, len(allowed))
	for i, word := range allowed {
		words[i] = string(word)
	}
	parse := func(text string) (T, error) {
		if !slices.Contains(words, text) {
			return "", &valueError{takes: orList(words), got: text, words: words}
		}
		return T(text), nil
	}
	define(f, choice{newScalar(target, takes, string(*target), parse), words}, name, strings.TrimPrefix(usage+": "+orList(words), ": "))
}

// A fileName is a flag that takes the name of a file, with or without the "@"
// that marks a file elsewhere. A file whose name begins with "@" is written "./@…".
type fileName struct {
	*scalar
	alsoURL bool // a URL or "-" as well
}

// fileVar defines a flag that takes a file name or, if it takes a SOURCE, also a URL
// or - for stdin.
func fileVar(f *pflag.FlagSet, target *string, name, takes, usage string) {
	define(f, fileName{newScalar(target, takes, *target, parseFileName), takes == "SOURCE"}, name, usage)
}

func parseFileName(text string) (string, error) {
	path := strings.TrimPrefix(text, "@")
	if path == "" {
		return "", &valueError{takes: "a file name", got: text}
	}
	return path, nil
}

// stored parses a file name from a profile or a variable. A relative name is
// relative to dir.
func (v fileName) stored(dir, text string) (string, error) {
	path, err := parseFileName(text)
	switch {
	case err != nil:
		return "", err
	case v.alsoURL && path == "-":
		return "", errors.New("cannot name stdin: only a flag can")
	case v.alsoURL && isURL(path):
		return path, nil
	default:
		return beside(dir, path), nil
	}
}

func beside(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// A reference is a flag whose value is in a file or a variable, @FILE or
// env:NAME, or, where that does no harm, the value itself.
type reference struct{ *scalar }

// valueVar defines a flag that takes a value itself, @FILE or env:NAME.
func valueVar(f *pflag.FlagSet, target *string, name, takes, usage string) {
	parse := func(text string) (string, error) {
		if text == "-" {
			return "", errors.New("cannot be read from stdin: pass the value itself, @FILE or env:NAME")
		}
		return text, nil
	}
	f.Var(reference{newScalar(target, takes, *target, parse)}, name, usage)
}

// secretVar defines a flag that takes @FILE or env:NAME but no literal value. Other
// users can see a command line, and shells keep it in their history; profiles are
// displayed and copied.
func secretVar(f *pflag.FlagSet, target *string, name, usage string) {
	parse := func(text string) (string, error) {
		path, isFile := strings.CutPrefix(text, "@")
		variable, isVariable := strings.CutPrefix(text, "env:")
		if isFile && path != "" || isVariable && variable != "" {
			return text, nil
		}
		return "", &valueError{takes: "@FILE or env:NAME, never the secret itself"}
	}
	f.Var(reference{newScalar(target, "@FILE", *target, parse)}, name, usage)
}

func (v reference) stored(dir, text string) (string, error) {
	if path, found := strings.CutPrefix(text, "@"); found && path != "" {
		return "@" + beside(dir, path), nil
	}
	return text, nil
}

// flagValues returns the values of a flag as they were typed.
func flagValues(f *pflag.Flag) []string {
	if list, ok := f.Value.(*valueList); ok {
		return list.texts
	}
	return []string{f.Value.String()}
}

// valueProblem is what a value's type says of a text, after the name of what was
// given it.
func valueProblem(name string, err error) error {
	return usageError("%s %w", name, err).withValueHint(err)
}

// withValueHint adds what is known of a value that was refused.
func (f *failure) withValueHint(err error) *failure {
	var wrong *valueError
	if !errors.As(err, &wrong) {
		return f
	}
	return f.didYouMean(wrong.got, wrong.words).orHint(wrong.hint)
}
