package cmd

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/cmd/internal/query"
)

// printer makes the printer that the output flags ask for.
func (o *outputOptions) printer(env *Env) (*output.Printer, error) {
	if !slices.Contains([]string{output.ColorAuto, output.ColorAlways, output.ColorNever}, o.color) {
		return nil, usageError("--color is auto, always or never, not %q", o.color)
	}
	format, err := o.resolveFormat(env)
	if err != nil {
		return nil, err
	}
	options := output.Options{
		Out: env.Stdout, Err: env.Stderr, OutIsTerminal: env.StdoutIsTerminal,
		ColorOut: output.DecideColor(o.color, env.getenv, env.StdoutIsTerminal),
		ColorErr: output.DecideColor(o.color, env.getenv, env.StderrIsTerminal),
		Format:   format, Quiet: o.quiet, Width: env.textWidth(), ErrWidth: env.messageWidth(), ASCII: !env.isUTF8(),
	}
	o.forCI(env, &options)
	if o.filter != "" {
		filter, err := query.Compile(o.filter, env.Now())
		if err != nil {
			return nil, usageError("--jq: %w", err)
		}
		options.Filter = filter.Run
	}
	return output.New(options), nil
}

func (o *outputOptions) resolveFormat(env *Env) (output.Format, error) {
	switch format := output.Format(o.format); format {
	case "auto":
		// A verdict is text, a document is JSON unless it goes to a terminal.
		if o.filter == "" && (env.StdoutIsTerminal || o.givesVerdict()) {
			return output.FormatText, nil
		}
		return output.FormatJSON, nil
	case output.FormatJSON, output.FormatNDJSON:
		return format, nil
	case output.FormatText:
		return o.unfiltered(format)
	default:
		return o.resolveCI(format)
	}
}

func (o *outputOptions) resolveCI(format output.Format) (output.Format, error) {
	switch {
	case !slices.Contains(o.ci.formats, format):
		return "", o.unknownFormat()
	case format == output.FormatSARIF: // which is JSON
		return format, nil
	default:
		return o.unfiltered(format)
	}
}

func (o *outputOptions) unfiltered(format output.Format) (output.Format, error) {
	if o.filter != "" {
		return "", usageError("--jq filters JSON: it does not go with -o %s", format)
	}
	return format, nil
}

// defaultWidth is the width of a text where there is no terminal.
const defaultWidth = 80

func (e *Env) textWidth() int {
	if e.Width == 0 {
		return defaultWidth
	}
	return e.Width
}

// messageWidth is the width of messages: 0, for one line each, where they do not go
// to a terminal.
func (e *Env) messageWidth() int {
	if !e.StderrIsTerminal {
		return 0
	}
	return e.textWidth()
}

// isUTF8 tells whether the locale can show more than ASCII. Without a locale a
// log viewer is more likely than an old terminal.
func (e *Env) isUTF8() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale := e.getenv(name); locale != "" {
			locale = strings.ToLower(locale)
			return strings.Contains(locale, "utf-8") || strings.Contains(locale, "utf8")
		}
	}
	return true
}

// newErrorPrinter is the printer of errors, for when there is no other: the
// flags may be what is wrong.
func newErrorPrinter(env *Env, command *cobra.Command) *output.Printer {
	mode := output.ColorAuto
	if command != nil {
		if flag := command.Flags().Lookup("color"); flag != nil {
			mode = flag.Value.String()
		}
	}
	return output.New(output.Options{Err: env.Stderr, ErrWidth: env.messageWidth(), ColorErr: output.DecideColor(mode, env.getenv, env.StderrIsTerminal)})
}

// printFailure is for an answer that could not be printed. A filter that fails
// while it runs does not hide the command's own answer; a failed write does.
func printFailure(err error, code int) error {
	var filter *query.RunError
	if errors.As(err, &filter) && code != exitAccepted {
		return &failure{code: code, err: err}
	}
	return &failure{code: exitInternal, err: err}
}

// hintOf returns the hint of an error, or an empty string.
func hintOf(err error) string {
	var failed *failure
	if errors.As(err, &failed) {
		return failed.hint
	}
	return ""
}

// homePage is where the program is to be found.
const homePage = "https://github.com/claimcheck/claimcheck"

// ciFormats are the formats of verdicts that a command has: those of CI systems,
// and one line.
type ciFormats struct {
	command string
	formats []output.Format
	needs   string // the flag without which it has none of them, or empty
}

// verdictFormats are for a command that judges a token.
func verdictFormats(command string) ciFormats {
	return ciFormats{command: command, formats: []output.Format{output.FormatLine, output.FormatGitHub, output.FormatJUnit}}
}

// checkFormats are for a command that judges a document when --check is given.
func checkFormats(command string) ciFormats {
	return ciFormats{
		command: command, needs: "--check",
		formats: []output.Format{output.FormatLine, output.FormatGitHub, output.FormatJUnit, output.FormatSARIF},
	}
}

// formatList lists the formats of a command for its help.
func (o *outputOptions) formatList() string {
	list := orList(append([]output.Format{"auto", output.FormatText, output.FormatJSON, output.FormatNDJSON}, o.ci.formats...))
	if o.ci.needs != "" {
		list += fmt.Sprintf("; the last %d with %s", len(o.ci.formats), o.ci.needs)
	}
	return list
}

// withoutCheck takes the formats back that need the flag --check.
func (o *outputOptions) withoutCheck() {
	o.ci.formats, o.ci.needs = nil, ""
}

// unknownFormat is the error for a format that the command does not have.
func (o *outputOptions) unknownFormat() error {
	err := usageError("-o is %s, not %q", o.formatList(), o.format)
	switch output.Format(o.format) {
	case output.FormatLine, output.FormatGitHub, output.FormatJUnit:
		return err.withHint("%s is for verify, auth-age, introspect and, with --check, discover and jwks", o.format)
	case output.FormatSARIF:
		return err.withHint("sarif is for discover and jwks, with --check; a token's verdict has line, github and junit")
	}
	return err
}

// givesVerdict reports whether the command judges something.
func (o *outputOptions) givesVerdict() bool { return len(o.ci.formats) > 0 }

func orList(formats []output.Format) string {
	words := make([]string, len(formats))
	for i, f := range formats {
		words[i] = string(f)
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// forCI completes a printer's options with what the formats of CI systems need.
func (o *outputOptions) forCI(env *Env, options *output.Options) {
	if !slices.Contains(o.ci.formats, options.Format) {
		return
	}
	options.Tool = output.Tool{Name: "claimcheck", Command: o.ci.command, URL: homePage}
	if v := readVersion().version; v != "unknown" {
		options.Tool.Version = v
	}
	if path := env.getenv("GITHUB_STEP_SUMMARY"); path != "" {
		options.Summary = summaryFile(path)
	}
}

// A summaryFile appends to the job summary of GitHub Actions.
type summaryFile string

func (f summaryFile) Write(data []byte) (int, error) {
	file, err := os.OpenFile(string(f), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600) // #nosec G304 -- the runner names it
	if err != nil {
		return 0, err
	}
	n, err := file.Write(data)
	return n, errors.Join(err, file.Close())
}
