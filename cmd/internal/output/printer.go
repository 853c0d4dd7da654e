package output

import (
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// A Format is a way to print a document.
type Format string

// The formats.
const (
	FormatText   Format = "text"   // for people
	FormatJSON   Format = "json"   // indented JSON
	FormatNDJSON Format = "ndjson" // JSON on one line
	FormatLine   Format = "line"   // a verdict in one line of text
	FormatGitHub Format = "github" // annotations and a job summary of GitHub Actions
	FormatJUnit  Format = "junit"  // JUnit XML
	FormatSARIF  Format = "sarif"  // SARIF 2.1.0
)

// defaultWidth is the width of a text where the terminal's is not known.
const defaultWidth = 80

// jsonIndent is one level of indentation of JSON.
const jsonIndent = "  "

// A Filter makes outputs of a document. Those that come with an error are printed
// before it.
type Filter func(ctx context.Context, document strictjson.Value) ([]strictjson.Value, error)

// Options says how to print.
type Options struct {
	Out, Err           io.Writer
	OutIsTerminal      bool
	ColorOut, ColorErr bool      // see DecideColor
	Format             Format    // of documents
	Filter             Filter    // of documents in JSON; nil for none
	Quiet              bool      // nothing but errors
	Width              int       // columns of a text; 0 means 80
	ErrWidth           int       // columns of messages; 0 means that they are not wrapped
	Tick               Tick      // of a terminal that shows progress; nil for none
	ASCII              bool      // marks without characters beyond ASCII
	Tool               Tool      // of suites
	Summary            io.Writer // of suites in FormatGitHub, in addition to Out; nil for none
}

// A Printer prints a command's answer on one stream and everything else on the
// other.
type Printer struct {
	options  Options
	out, err Palette

	mu       sync.Mutex // for the error stream
	progress bool       // there is a progress line
}

// New returns a Printer.
func New(options Options) *Printer {
	if options.Width <= 0 {
		options.Width = defaultWidth
	}
	return &Printer{
		options: options,
		out:     NewPalette(options.ColorOut),
		err:     NewPalette(options.ColorErr),
	}
}

// A WriteError says that the answer could not be written.
type WriteError struct{ Err error }

func (e *WriteError) Error() string { return "writing the output: " + e.Err.Error() }

// Unwrap returns the writer's error.
func (e *WriteError) Unwrap() error { return e.Err }

// Print prints the answer: in the format text what text writes, in the others
// document, through the filter if there is one. A document is what strictjson.From
// takes. The error is a *WriteError, or else that of the filter.
func (p *Printer) Print(ctx context.Context, document any, text func(*Text)) error {
	switch {
	case p.options.Quiet:
		return nil
	case p.WantsText():
		return p.PrintText(text)
	}
	value := strictjson.From(document)
	if p.options.Filter == nil {
		return p.write(p.appendJSON(nil, value))
	}
	return p.printFiltered(ctx, value)
}

// Quiet reports whether nothing but errors is printed.
func (p *Printer) Quiet() bool { return p.options.Quiet }

// WantsText reports whether the format is text, which PrintText prints.
func (p *Printer) WantsText() bool { return p.options.Format == FormatText }

// WantsLine reports whether the format is one line of text, which PrintLine prints.
func (p *Printer) WantsLine() bool { return p.options.Format == FormatLine }

// PrintLine is Print for FormatLine.
func (p *Printer) PrintLine(line string) error { return p.write([]byte(Escape(line) + "\n")) }

// PrintUnescaped writes data as it is, whatever the format. It is only for text
// that the program made itself, such as PEM.
func (p *Printer) PrintUnescaped(data []byte) error { return p.write(data) }

// PrintText is Print for FormatText: it needs no document.
func (p *Printer) PrintText(text func(*Text)) error {
	t := &Text{palette: p.out, width: p.options.Width, ascii: p.options.ASCII}
	text(t)
	return p.write(t.buf)
}

// printFiltered prints strings raw and all else as JSON. On a terminal a raw
// string is escaped too; elsewhere a script has to get the exact value.
func (p *Printer) printFiltered(ctx context.Context, document strictjson.Value) error {
	outputs, filterErr := p.options.Filter(ctx, document)
	var data []byte
	for _, output := range outputs {
		text, isString := output.Text()
		switch {
		case !isString:
			data = p.appendJSON(data, output)
		case p.options.OutIsTerminal:
			data = append(append(data, Escape(text)...), '\n')
		default:
			data = append(append(data, text...), '\n')
		}
	}
	if err := p.write(data); err != nil {
		return err
	}
	if filterErr != nil {
		return fmt.Errorf("filtering the output: %w", filterErr)
	}
	return nil
}

func (p *Printer) appendJSON(dst []byte, v strictjson.Value) []byte {
	indent := jsonIndent
	if p.options.Format == FormatNDJSON {
		indent = ""
	}
	return append(AppendJSON(dst, v, indent, p.out), '\n')
}

func (p *Printer) write(data []byte) error {
	if len(data) == 0 || p.options.Quiet {
		return nil
	}
	if _, err := p.options.Out.Write(data); err != nil {
		return &WriteError{err}
	}
	return nil
}
