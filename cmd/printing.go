package cmd

import (
	"errors"
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
		if env.StdoutIsTerminal && o.filter == "" {
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
