package cmd

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"

	textencoding "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/cmd/internal/paste"
	"github.com/claimcheck/claimcheck/pkg/token"
)

// maxFileSize is the largest key file, key set or secret that is read.
const maxFileSize = 1 << 20

// tokenOptions say how a token is taken from what people paste.
type tokenOptions struct {
	pick  string
	exact bool
}

// warnOfRepair says what was undone, for commands whose answer has no place for it.
func warnOfRepair(printer *output.Printer, found paste.Token) {
	if text := found.Warning(); text != "" {
		printer.Warn(text)
	}
}

// readToken finds exactly one token: in the argument, a file, a variable or
// stdin.
func readToken(env *Env, args []string, opts tokenOptions) (paste.Token, error) {
	text, err := tokenText(env, args)
	if err != nil {
		return paste.Token{}, err
	}
	return oneToken(text, opts)
}

func tokenText(env *Env, args []string) (string, error) {
	switch {
	case len(args) == 0 && env.StdinIsTerminal:
		return "", usageError("no token given").withHint(
			"give the token itself, @FILE, env:NAME, or - to paste it here")
	case env.StdinIsTerminal && args[0] == "-":
		return readTerminal(env, "the token", token.MaxLength)
	case len(args) == 0, args[0] == "-":
		data, err := readStdin(env, token.MaxLength)
		return string(data), err
	case strings.TrimSpace(args[0]) == "":
		return "", unreadable("the token is empty")
	}
	if text, ok, err := fromFileOrEnv(env, args[0], token.MaxLength); ok {
		return text, err
	}
	if err := fileInPlaceOfToken(args[0]); err != nil {
		return "", err
	}
	if len(args[0]) > token.MaxLength {
		return "", tooLarge("the token", token.MaxLength)
	}
	return args[0], nil
}

// insteadHint says what may have been meant where the argument is not a
// token: a variable that is set.
func insteadHint(env *Env, args []string) string {
	if len(args) == 0 || strings.ContainsAny(args[0], "\n{") || len(args[0]) > 200 {
		return ""
	}
	name := strings.Trim(args[0], "${}")
	if _, set := env.LookupEnv(name); set && name != "" {
		return "that is the name of a variable: did you mean env:" + name + "?"
	}
	return ""
}

// fromFileOrEnv reads @FILE and env:NAME; ok is false for any other text.
func fromFileOrEnv(env *Env, argument string, limit int) (text string, ok bool, err error) {
	if path, found := strings.CutPrefix(argument, "@"); found {
		data, err := readFile(path, limit)
		return string(data), true, err
	}
	if name, found := strings.CutPrefix(argument, "env:"); found {
		value, set := env.LookupEnv(name)
		switch {
		case name == "":
			return "", true, unreadable("env: names no environment variable")
		case !set:
			return "", true, unreadable("the environment variable %s is not set", shownVariable(name))
		case strings.TrimSpace(value) == "":
			return "", true, unreadable("the environment variable %s is empty", shownVariable(name))
		case len(value) > limit:
			return "", true, tooLarge("the environment variable "+name, limit)
		}
		return value, true, nil
	}
	return "", false, nil
}

// oneToken cleans pasted text up.
func oneToken(text string, opts tokenOptions) (paste.Token, error) {
	if strings.TrimSpace(text) == "" {
		return paste.Token{}, unreadable("no token: the input is only white space")
	}
	if opts.exact {
		return paste.Token{Text: paste.Exact(text)}, nil
	}
	picked, err := paste.Pick(paste.Find(string(toUTF8([]byte(text)))), opts.pick)
	if err != nil {
		failed := unreadable("%w", err)
		if choice, ok := errors.AsType[*paste.ChoiceError](err); ok && len(choice.Found) > 1 {
			failed.hint = "choose one with --pick NAME or --pick N"
		}
		return paste.Token{}, failed
	}
	return picked, nil
}

func readStdin(env *Env, limit int) ([]byte, error) {
	if env.StdinIsTerminal {
		text, err := readTerminal(env, "the text", limit)
		return []byte(text), err
	}
	data, err := readBounded(env.Stdin, "stdin", limit)
	if err == nil && len(data) == 0 {
		err = unreadable("stdin is empty").withHint("the command before the pipe wrote nothing; claimcheck --help shows the usage")
	}
	return data, err
}

// toUTF8 decodes text that is in UTF-16, as Windows PowerShell writes what is
// redirected to a file, and drops a byte order mark. Other data stays as it is.
func toUTF8(data []byte) []byte {
	decoder := textencoding.BOMOverride(transform.Nop)
	if len(data) >= 4 && data[0] != 0 && data[1] == 0 && data[2] != 0 && data[3] == 0 {
		decoder = textencoding.UTF16(textencoding.LittleEndian, textencoding.IgnoreBOM).NewDecoder()
	}
	decoded, _, err := transform.Bytes(decoder, data)
	if err != nil {
		return data
	}
	return decoded
}

// readFile reads a file without looking at it first, so that /dev/fd/N works.
func readFile(path string, limit int) ([]byte, error) {
	if path == "" {
		return nil, unreadable("no file name given")
	}
	f, err := os.Open(path) // #nosec G304 -- the user names the file
	if err != nil {
		return nil, unreadable("%s: %w", shownName(path), withoutPath(err))
	}
	defer func() { _ = f.Close() }()
	return readBounded(f, path, limit)
}

// withoutPath is an error of the file system less the file's name.
func withoutPath(err error) error {
	if named, ok := errors.AsType[*fs.PathError](err); ok {
		return named.Err
	}
	return err
}

func readBounded(r io.Reader, name string, limit int) ([]byte, error) {
	var data bytes.Buffer
	data.Grow(usualLength) // io.ReadAll would grow the buffer in many steps
	_, err := data.ReadFrom(io.LimitReader(r, int64(limit)+1))
	switch {
	case err != nil:
		return nil, unreadable("%s: %w", shownName(name), withoutPath(err))
	case data.Len() > limit:
		return nil, tooLarge(shownName(name), limit)
	}
	return data.Bytes(), nil
}

// usualLength exceeds the size of most tokens and key sets.
const usualLength = 4 << 10

func tooLarge(name string, limit int) *failure {
	return unreadable("%s is larger than %d KiB", name, limit>>10)
}

// readValue reads a flag that takes a token or a code: itself, @FILE or
// env:NAME, one trailing line break aside.
func readValue(env *Env, flag, argument string) (string, error) {
	if text, ok, err := fromFileOrEnv(env, argument, token.MaxLength); ok {
		text = paste.Exact(string(toUTF8([]byte(text))))
		if err == nil && strings.TrimSpace(text) == "" { // as is a file with nothing but a byte order mark
			err = unreadable("%s is empty", flag)
		}
		return text, err
	}
	return argument, nil
}

// readSecret reads a secret from @FILE or env:NAME. Its flag takes no literal value:
// other users can see a command line, and shells keep it in their history. Without an
// argument there is no secret.
func readSecret(env *Env, flag, argument string) (string, error) {
	if argument == "" {
		return "", nil
	}
	data, err := secretData(env, flag, argument)
	return string(withoutLineEnd(data)), err
}

// secretData reads a secret's octets, unchanged.
func secretData(env *Env, flag, argument string) ([]byte, error) {
	text, _, err := fromFileOrEnv(env, argument, maxFileSize) // its flag takes nothing else
	if err == nil && strings.TrimSpace(text) == "" {
		err = unreadable("%s is empty", flag)
	}
	return []byte(text), err
}

// withoutLineEnd drops what an editor or a shell adds to a secret that is text: one
// trailing line break, a byte order mark, and UTF-16. Of a secret that is octets
// nothing is touched.
func withoutLineEnd(data []byte) []byte {
	text := paste.Exact(string(toUTF8(data)))
	isBinary := func(r rune) bool {
		return r == utf8.RuneError || unicode.IsControl(r) && !strings.ContainsRune("\t\r\n", r)
	}
	if text == "" || strings.ContainsFunc(text, isBinary) {
		return data
	}
	return []byte(text)
}
