package output

import "slices"

// A Problem is what went wrong, for people: first the fact, then what was tried,
// then the next step. Messages and hints are lower case, without a full stop. All
// of it is escaped.
type Problem struct {
	Message string
	Tried   []Attempt
	Hint    string
	Command string // a command line that Hint introduces, on a line of its own
}

// An Attempt is an address that was asked, and what came of it.
type Attempt struct {
	Address string `json:"url"`
	Outcome string `json:"outcome"`
}

// Error writes an error, also when quiet.
func (p *Printer) Error(problem Problem) {
	p.message(Plain.Span(problem.Message))
	p.details(problem)
}

// Warn writes a warning that is one sentence.
func (p *Printer) Warn(message string) { p.Warning(Problem{Message: message}) }

// Warning writes a warning.
func (p *Printer) Warning(problem Problem) {
	if p.options.Quiet {
		return
	}
	p.message(Caution.Span("warning: "), Plain.Span(problem.Message))
	p.details(problem)
}

func (p *Printer) details(problem Problem) {
	width := 0
	for _, a := range problem.Tried {
		width = max(width, columnsOf(Escape(a.Address)))
	}
	lead := Dim.Span("  tried  ")
	for _, a := range problem.Tried {
		gap := width - columnsOf(Escape(a.Address)) + 2
		p.writeErr(escaped(lead, Plain.Span(a.Address), spaces(gap), Plain.Span(a.Outcome)))
		lead = spaces(len(lead.Text))
	}
	if problem.Hint != "" {
		p.errLine(escaped(Strong.Span("hint: "), Plain.Span(problem.Hint)))
	}
	if problem.Command != "" {
		p.writeErr(escaped(spaces(commandIndent), Strong.Span(problem.Command)))
	}
}

// Note writes a line about what the program does.
func (p *Printer) Note(message string) {
	if !p.options.Quiet {
		p.Trace(message)
	}
}

// Aside is Note for what a text says itself.
func (p *Printer) Aside(message string) {
	if p.options.Format != FormatText {
		p.Note(message)
	}
}

// Trace writes a line about what the program does, also when quiet: it was asked
// for.
func (p *Printer) Trace(message string) { p.oneLine(Plain.Span(message)) }

// Verdict writes the verdict for whoever reads the log, where the answer is in a
// format for programs: a text says it itself.
func (p *Printer) Verdict(good bool, message string) {
	if p.options.Quiet || p.options.Format == FormatText || p.options.Format == FormatLine {
		return
	}
	style := Bad
	if good {
		style = Good
	}
	p.oneLine(style.Span(message))
}

func (p *Printer) message(spans ...Span) {
	// The program name is never alone on a line, however long the following address
	// is.
	p.errLine(slices.Concat(line{Plain.Span("claimcheck:" + glue)}, escaped(spans...)))
}

// oneLine writes a message that is never wrapped.
func (p *Printer) oneLine(span Span) { p.writeErr(escaped(Plain.Span("claimcheck: "), span)) }

// errLine writes a message: wrapped on a terminal, elsewhere on one line, so that
// a log can be searched.
func (p *Printer) errLine(message line) {
	if p.options.ErrWidth == 0 {
		p.writeErr(message)
		return
	}
	for _, l := range wrap(message, p.options.ErrWidth) {
		p.writeErr(l)
	}
}

// writeErr writes to the error stream. It is not an error if nobody reads it.
func (p *Printer) writeErr(l line) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.eraseProgress()
	_, _ = p.options.Err.Write(append(l.painted(p.err), '\n'))
}
