package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// homePage is where the program is to be found.
const homePage = "https://github.com/claimcheck/claimcheck"

// ciFormats are the formats of CI systems that a command has.
type ciFormats struct {
	command string
	formats []output.Format
	needs   string // the flag without which it has none of them, or empty
}

// verdictFormats are for a command that judges a token.
func verdictFormats(command string) ciFormats {
	return ciFormats{command: command, formats: []output.Format{output.FormatGitHub, output.FormatJUnit}}
}

// checkFormats are for a command that judges a document when --check is given.
func checkFormats(command string) ciFormats {
	return ciFormats{
		command: command, needs: "--check",
		formats: []output.Format{output.FormatGitHub, output.FormatJUnit, output.FormatSARIF},
	}
}

// formatList lists the formats of a command for its help.
func (o *outputOptions) formatList() string {
	list := orList(append([]output.Format{"auto", output.FormatText, output.FormatJSON, output.FormatNDJSON}, o.ci.formats...))
	if o.ci.needs != "" {
		list += "; the last three with " + o.ci.needs
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
	case output.FormatGitHub, output.FormatJUnit:
		return err.withHint("%s is for verify, auth-age, introspect and, with --check, discover and jwks", o.format)
	case output.FormatSARIF:
		return err.withHint("sarif is for discover and jwks, with --check; a token's verdict has github and junit")
	}
	return err
}

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

// A verdictView is an answer that has every format.
type verdictView interface {
	document() strictjson.Value
	writeText(*output.Text)
	suite() output.Suite
}

// conclude prints an answer and, for whoever reads the log, the verdict in one
// line, also where the answer could not be printed. It returns what the command
// has to: answer, unless printing failed.
func conclude(ctx context.Context, printer *output.Printer, v verdictView, code int, sentence string, answer error) error {
	err := printVerdict(ctx, printer, v)
	if err != nil {
		answer = printFailure(err, code)
	}
	printer.Verdict(code == exitAccepted, withCode(sentence, exitCode(ctx, answer)))
	return answer
}

func withCode(sentence string, code int) string { return fmt.Sprintf("%s (exit %d)", sentence, code) }

// silently is the error of an answer that has been printed.
func silently(code int) error {
	if code == exitAccepted {
		return nil
	}
	return silentExit(code)
}

// printVerdict prints an answer in the format that was asked for.
func printVerdict(ctx context.Context, printer *output.Printer, v verdictView) error {
	if printer.WantsSuite() {
		return printer.PrintSuite(ctx, v.suite())
	}
	return printer.Print(ctx, v.document(), v.writeText)
}
