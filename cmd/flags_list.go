package cmd

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/pkg/verify"
)

// A valueList is a flag that can be repeated.
type valueList struct {
	takes   string
	commas  bool     // one text may hold several values
	allowed []string // known values; nil where anything will do
	texts   []string
	add     func(text string) error
}

// newList is a valueList whose values are kept in target.
func newList[T any](target *[]T, takes string, parse func(string) ([]T, error)) *valueList {
	return &valueList{
		takes: takes,
		add: func(text string) error {
			values, err := parse(text)
			if err == nil {
				*target = append(*target, values...)
			}
			return err
		},
	}
}

func one[T any](parse func(string) (T, error)) func(string) ([]T, error) {
	return func(text string) ([]T, error) {
		value, err := parse(text)
		return []T{value}, err
	}
}

// listVar defines a flag that takes texts.
func listVar(f *pflag.FlagSet, target *[]string, name, takes, usage string) {
	define(f, newList(target, takes, one(anyText)), name, usage)
}

// algorithmsVar defines a flag that takes algorithms, several with commas.
func algorithmsVar(f *pflag.FlagSet, target *[]string, name, usage string) {
	known := verify.Algorithms()
	algorithms := newList(target, "A,B", one(func(text string) (string, error) {
		if !slices.Contains(known, text) {
			wrong := &valueError{takes: "supported algorithms", got: text, hint: "supported: " + strings.Join(known, ", "), words: known}
			if text == "ES256K" { // no slip of the fingers for ES256
				wrong.hint, wrong.words = "ES256K (RFC 8812) is not supported: "+wrong.hint, nil
			}
			return "", wrong
		}
		return text, nil
	}))
	algorithms.commas, algorithms.allowed = true, known
	f.Var(algorithms, name, usage)
}

// Set adds values, as each use of the flag does.
func (l *valueList) Set(text string) error {
	texts := []string{text}
	if l.commas {
		texts = strings.Split(text, ",")
	}
	for _, one := range texts {
		if one == "" {
			return errEmpty
		}
		if err := l.add(one); err != nil {
			return err
		}
		l.texts = append(l.texts, one)
	}
	return nil
}

// GetSlice returns the values as they were typed. By this method cobra knows that it
// may offer the flag again.
func (l *valueList) GetSlice() []string { return l.texts }

func (l *valueList) String() string {
	if l.commas {
		return strings.Join(l.texts, ",")
	}
	return strings.Join(l.texts, " ")
}

// Type returns the name of one value in help.
func (l *valueList) Type() string { return l.takes }
