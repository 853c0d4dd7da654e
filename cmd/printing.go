package cmd

import (
	"cmp"
	"context"
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/cmd/internal/query"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// printer makes the printer that the output flags ask for.
func (o *outputOptions) printer(env *Env) (*output.Printer, error) {
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
	if env.StderrIsTerminal {
		options.Tick = env.Tick
	}
	o.forCI(env, &options)
	if o.filter != "" {
		filter, err := query.Compile(o.filter)
		if err != nil {
			return nil, usageError("--jq: %w", err)
		}
		now := env.Now()
		options.Filter = func(ctx context.Context, document strictjson.Value) ([]strictjson.Value, error) {
			return filter.Run(ctx, document, now)
		}
	}
	return output.New(options), nil
}

func (o *outputOptions) resolveFormat(env *Env) (output.Format, error) {
	switch format := o.format; {
	case format == formatAuto && o.filter == "" && (env.StdoutIsTerminal || len(o.ci.formats) > 0 || o.isLine):
		return output.FormatText, nil // a verdict is text, a document is JSON unless it goes to a terminal
	case format == formatAuto:
		return output.FormatJSON, nil
	case !slices.Contains(o.formats(), format):
		return "", usageError("-o %s needs --check", format).withHint("%s", formatHint(string(format)))
	case o.filter != "" && !slices.Contains([]output.Format{output.FormatJSON, output.FormatNDJSON, output.FormatSARIF}, format):
		return "", usageError("--jq filters JSON: it cannot be combined with -o %s", format)
	default:
		return format, nil
	}
}

// defaultWidth is the width of a text where there is no terminal.
const defaultWidth = 80

func (e *Env) textWidth() int { return cmp.Or(e.Width, defaultWidth) }

// messageWidth is the width of messages: 0, for one line each, where they do not go
// to a terminal.
func (e *Env) messageWidth() int {
	if !e.StderrIsTerminal {
		return 0
	}
	return e.textWidth()
}

// isUTF8 reports whether the locale can show more than ASCII. Without a locale a
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
	if _, filtering := errors.AsType[*query.RunError](err); filtering && code != exitAccepted {
		return &failure{code: code, err: err}
	}
	return &failure{code: exitInternal, err: err}
}

// hintOf returns the hint of an error with its command, or an empty string.
func hintOf(err error) string {
	problem := problemOf(err)
	return strings.TrimSpace(problem.Hint + " " + problem.Command)
}

// homePage is the program's home page.
const homePage = "https://github.com/claimcheck/claimcheck"

// ciFormats are the formats of verdicts that a command has: those of CI systems,
// and one line.
type ciFormats struct {
	formats []output.Format
	needs   string // the flag without which it has none of them, or empty
}

// verdictFormats are for a command that checks a token.
func verdictFormats() ciFormats {
	return ciFormats{formats: []output.Format{output.FormatLine, output.FormatGitHub, output.FormatJUnit}}
}

// checkFormats are for a command that checks a document when --check is given.
func checkFormats() ciFormats {
	return ciFormats{append(verdictFormats().formats, output.FormatSARIF), "--check"}
}

// formatAuto is the format that a command chooses by itself.
const formatAuto output.Format = "auto"

// formats are those that -o takes.
func (o *outputOptions) formats() []output.Format {
	return append([]output.Format{formatAuto, output.FormatText, output.FormatJSON, output.FormatNDJSON}, o.ci.formats...)
}

// formatHint says which commands have a format that this command has not.
func formatHint(format string) string {
	switch output.Format(format) {
	case output.FormatLine, output.FormatGitHub, output.FormatJUnit:
		return format + " is for verify, auth-age, introspect, resource, probe and, with --check, discover and jwks"
	case output.FormatSARIF:
		return "sarif is for probe and, with --check, discover and jwks; a token's verdict has line, github and junit"
	default:
		return ""
	}
}

// forCI completes a printer's options with what the formats of CI systems need.
func (o *outputOptions) forCI(env *Env, options *output.Options) {
	if !slices.Contains(o.ci.formats, options.Format) {
		return
	}
	options.Tool = output.Tool{Name: "claimcheck", Command: o.command, URL: homePage}
	if v := readVersion().Version; v != "unknown" {
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

// A display is what a command shows, as JSON and as text.
type display struct {
	document  any
	writeText func(*output.Text)
}

// show runs a command that shows something and has no verdict.
func (o *outputOptions) show(ctx context.Context, env *Env, ask func(*output.Printer) (display, error)) error {
	printer, err := o.printer(env)
	if err != nil {
		return err
	}
	shown, err := ask(printer)
	if err != nil {
		return err
	}
	return show(ctx, printer, shown)
}

func show(ctx context.Context, printer *output.Printer, shown display) error {
	if err := printer.Print(ctx, shown.document, shown.writeText); err != nil {
		return printFailure(err, exitAccepted)
	}
	return nil
}
