package cmd

import (
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"github.com/xhit/go-str2duration/v2"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// The values of flags are parsed once, where they are given: on the command
// line, in a variable or in a profile. Their types say what help shows and what
// completion offers.

// A valueError says what a flag, a variable or a key of a profile takes. It reads
// after the name of that one.
type valueError struct {
	takes string // "id, access or logout"
	got   string // what was given; empty where it may be a secret
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
	text  string // as it was given
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

// textVar defines a flag that takes any text.
func textVar(f *pflag.FlagSet, target *string, name, takes, usage string) {
	textVarP(f, target, name, "", takes, usage)
}

func textVarP(f *pflag.FlagSet, target *string, name, letter, takes, usage string) {
	f.VarP(newScalar(target, takes, *target, anyText), name, letter, usage)
}

// A choice is a flag whose values are few and known.
type choice struct {
	*scalar
	allowed []string
}

// enumVar defines a flag that takes one of a few words. Its usage ends with
// them. By convention the default is the first.
func enumVar[T ~string](f *pflag.FlagSet, target *T, name, takes string, allowed []T, usage string) {
	enumVarP(f, target, name, "", takes, allowed, usage)
}

func enumVarP[T ~string](f *pflag.FlagSet, target *T, name, letter, takes string, allowed []T, usage string) {
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
	f.VarP(choice{newScalar(target, takes, string(*target), parse), words}, name, letter, strings.TrimPrefix(usage+": "+orList(words), ": "))
}

// orList writes "a, b or c".
func orList(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// A fileName is a flag that takes the name of a file, with or without the "@"
// that marks a file elsewhere. A file whose name begins with "@" is written "./@…".
type fileName struct {
	*scalar
	alsoURL bool // a URL or "-" as well
}

// fileVar defines a flag that takes a file name.
func fileVar(f *pflag.FlagSet, target *string, name, usage string) {
	f.Var(fileName{newScalar(target, "FILE", *target, parseFileName), false}, name, usage)
}

// dirVar defines a flag that takes the name of a directory.
func dirVar(f *pflag.FlagSet, target *string, name, usage string) {
	f.Var(fileName{newScalar(target, "DIR", *target, parseFileName), false}, name, usage)
}

// sourceVar defines a flag that takes a file name, a URL, or - for stdin.
func sourceVar(f *pflag.FlagSet, target *string, name, usage string) {
	f.Var(fileName{newScalar(target, "SOURCE", *target, parseFileName), true}, name, usage)
}

func parseFileName(text string) (string, error) {
	path := strings.TrimPrefix(text, "@")
	if path == "" {
		return "", &valueError{takes: "a file name", got: text}
	}
	return path, nil
}

// stored reads a file name as a profile or a variable has it: a relative one is
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

const referenceForms = "@FILE or env:NAME"

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

// secretVar defines a flag that takes @FILE or env:NAME. What stands on a command
// line can be seen by others and is kept in histories; what stands in a profile
// is shown and copied.
func secretVar(f *pflag.FlagSet, target *string, name, usage string) {
	parse := func(text string) (string, error) {
		path, isFile := strings.CutPrefix(text, "@")
		variable, isVariable := strings.CutPrefix(text, "env:")
		if isFile && path != "" || isVariable && variable != "" {
			return text, nil
		}
		return "", &valueError{takes: referenceForms + ", never the secret itself"}
	}
	f.Var(reference{newScalar(target, "@FILE", *target, parse)}, name, usage)
}

func (v reference) stored(dir, text string) (string, error) {
	if path, found := strings.CutPrefix(text, "@"); found && path != "" {
		return "@" + beside(dir, path), nil
	}
	return text, nil
}

// bounds are what a duration may be.
type bounds struct {
	positive bool
	max      time.Duration // 0 for no bound
}

const exampleDuration = "a duration such as 90s, 5m, 2h or 1d"

// parse reads a duration such as "90s" or "1d2h".
func (b bounds) parse(text string) (time.Duration, error) {
	d, err := str2duration.ParseDuration(text)
	signed := strings.HasPrefix(text, "-") || strings.HasPrefix(text, "+")
	switch {
	case err != nil || signed || d < 0:
		return 0, &valueError{takes: exampleDuration, got: text}
	case b.positive && d == 0:
		return 0, &valueError{takes: "a duration above zero", got: text}
	case b.max > 0 && d > b.max:
		return 0, &valueError{takes: "at most " + output.FormatDuration(b.max), got: text}
	}
	return d, nil
}

// durationVar defines a flag that takes a duration. Its default is what target
// holds; a zero is shown as none.
func durationVar(f *pflag.FlagSet, target *time.Duration, name string, allowed bounds, usage string) {
	initial := ""
	if *target != 0 {
		initial = output.FormatDuration(*target)
	}
	f.Var(newScalar(target, "DURATION", initial, allowed.parse), name, usage)
}

// optionalDurationVar defines a flag that takes a duration of which zero is one.
func optionalDurationVar(f *pflag.FlagSet, target **time.Duration, name, usage string) {
	f.Var(newScalar(target, "DURATION", "", func(text string) (*time.Duration, error) {
		d, err := bounds{}.parse(text)
		return &d, err
	}), name, usage)
}

// An evaluationTime is the time as of which a token is checked: one that was
// given, or a distance from now. The zero value is now.
type evaluationTime struct {
	set      bool
	absolute time.Time
	offset   time.Duration
}

// from is the time of evaluation when it is now.
func (t evaluationTime) from(now time.Time) time.Time {
	if !t.absolute.IsZero() {
		return t.absolute
	}
	return now.Add(t.offset)
}

// timeVar defines a flag that takes a time.
func timeVar(f *pflag.FlagSet, target *evaluationTime, name, usage string) {
	f.Var(newScalar(target, "TIME", "", parseEvaluationTime), name, usage)
}

// lastYear is the last year that RFC 3339 can write.
const lastYear = 9999

func parseEvaluationTime(text string) (evaluationTime, error) {
	wrong := &valueError{
		takes: "a time from year 1 to 9999", got: text,
		hint: "write it as 2020-09-30T07:30:00Z, as unix seconds, or as -10m or +10m from now",
	}
	if sign, rest := text[0], text[1:]; sign == '-' || sign == '+' {
		offset, err := bounds{}.parse(rest)
		if err != nil {
			return evaluationTime{}, wrong
		}
		if sign == '-' {
			offset = -offset
		}
		return evaluationTime{set: true, offset: offset}, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		var seconds int64
		if seconds, err = strconv.ParseInt(text, 10, 64); err != nil || seconds > 1<<40 { // far beyond the last year
			return evaluationTime{}, wrong
		}
		at = time.Unix(seconds, 0)
	}
	if at = at.UTC(); at.Year() < 1 || at.Year() > lastYear {
		return evaluationTime{}, wrong
	}
	return evaluationTime{set: true, absolute: at}, nil
}

// A valueList is a flag that may be given any number of times.
type valueList struct {
	takes   string
	commas  bool     // one text may hold several values
	allowed []string // known values; nil where anything will do
	texts   []string
	add     func(text string) error
	reset   func()
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
		reset: func() { *target = nil },
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
	listVarP(f, target, name, "", takes, usage)
}

func listVarP(f *pflag.FlagSet, target *[]string, name, letter, takes, usage string) {
	f.VarP(newList(target, takes, one(anyText)), name, letter, usage)
}

// algorithmsVar defines a flag that takes algorithms, several with commas.
func algorithmsVar(f *pflag.FlagSet, target *[]string, name, usage string) {
	known := verify.Algorithms()
	algorithms := newList(target, "A,B", one(func(text string) (string, error) {
		if !slices.Contains(known, text) {
			wrong := &valueError{takes: "supported algorithms", got: text, hint: "the supported ones are " + strings.Join(known, ", "), words: known}
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
		if err := l.Append(one); err != nil {
			return err
		}
	}
	return nil
}

// Append adds one value.
func (l *valueList) Append(text string) error {
	if text == "" {
		return errEmpty
	}
	err := l.add(text)
	if err == nil {
		l.texts = append(l.texts, text)
	}
	return err
}

// Replace sets the values anew.
func (l *valueList) Replace(texts []string) error {
	l.texts = nil
	l.reset()
	for _, text := range texts {
		if err := l.Append(text); err != nil {
			return err
		}
	}
	return nil
}

// GetSlice returns the values as they were given.
func (l *valueList) GetSlice() []string { return l.texts }

func (l *valueList) String() string {
	if l.commas {
		return strings.Join(l.texts, ",")
	}
	return strings.Join(l.texts, " ")
}

// Type returns the name of one value in help.
func (l *valueList) Type() string { return l.takes }

// flagValues are the values of a flag as they were given.
func flagValues(f *pflag.Flag) []string {
	if several, ok := f.Value.(pflag.SliceValue); ok {
		return several.GetSlice()
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
