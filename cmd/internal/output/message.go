package output

// Error writes an error and what can be done about it, also when quiet. All
// messages and hints are escaped. They are lower case, without a full stop.
func (p *Printer) Error(message string, hints ...string) {
	p.message(Plain.Span(message))
	p.hints(hints)
}

// Warn writes a warning and what can be done about it.
func (p *Printer) Warn(message string, hints ...string) {
	if p.options.Quiet {
		return
	}
	p.message(Caution.Span("warning: "), Plain.Span(message))
	p.hints(hints)
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

func (p *Printer) hints(hints []string) {
	for _, hint := range hints {
		p.errLine(Strong.Span("hint: "), Plain.Span(hint))
	}
}

func (p *Printer) message(spans ...Span) {
	p.errLine(append([]Span{Plain.Span("claimcheck: ")}, spans...)...)
}

// oneLine writes a message that is never wrapped.
func (p *Printer) oneLine(span Span) { p.writeErr(escaped(Plain.Span("claimcheck: "), span)) }

// errLine writes a message: wrapped on a terminal, elsewhere on one line, so that
// a log can be searched.
func (p *Printer) errLine(spans ...Span) {
	if p.options.ErrWidth == 0 {
		p.writeErr(escaped(spans...))
		return
	}
	for _, l := range wrap(escaped(spans...), p.options.ErrWidth) {
		p.writeErr(l)
	}
}

// writeErr writes to the error stream. That nobody reads it is no error.
func (p *Printer) writeErr(l line) { _, _ = p.options.Err.Write(append(l.painted(p.err), '\n')) }
